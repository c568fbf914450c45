"""``precode demo``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import Progress, say, then
from precode.errors import quoted

EXAMPLE = "Example: precode demo my-demo"


@click.command(epilog=EXAMPLE)
@click.argument("folder", type=click.Path(path_type=Path), default=Path("demo-study"))
def demo(folder: Path) -> None:
    """Make the invented example study in FOLDER and walk it through, end to end.

    Twelve sources on coproducing care, seven of them coded by two coders: add, codes, train,
    predict, a short scripted review, report, export. A second run goes on from the first.
    """
    from precode.steps.demo import Done
    from precode.steps.demo import demo as step

    def told(done: Done) -> None:
        say(f"{done.step:>8}  {done.did}  [{done.seconds:.1f} s]")
        if done.file:
            say(f"{'':>8}  {done.file}")

    say("An invented study: no person, place or word in it is real.")
    step(folder, progress=Progress(), told=told)
    page = quoted(folder / "reports" / "report.html")
    then(f"open {page}; then: precode review --study {quoted(folder)} --coder YOU")
