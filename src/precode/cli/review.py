"""``precode review``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from precode.cli.console import say, study_option, then

EXAMPLE = "Example: precode review --coder ANNA -n 40"


@click.command(epilog=EXAMPLE)
@click.option("--coder", required=True, help="Who codes.")
@click.option(
    "-n", "--n", type=click.IntRange(1), help="At most this many sentences.  [default: all left]"
)
@click.option(
    "--transcript", "transcripts", multiple=True, help="Only this transcript; may be repeated."
)
@study_option
def review(coder: str, n: int | None, transcripts: tuple[str, ...], study: Path) -> None:
    """Code the sentences the machine is least sure of, mixed with random ones.

    Every decision is on the disk before the next sentence is shown. h shows the keys.
    """
    from precode.review.plain import run
    from precode.steps.review import reviewing

    with reviewing(study, coder=coder, n=n, transcripts=transcripts) as session:
        summary = run(
            session.setup,
            session.items,
            past=session.past,
            seen=session.seen,
            read_line=input,
            write=say,
            store=session.store,
        )
    then("precode status" if summary.left else "precode train")
    if summary.ended == "interrupted":
        sys.exit(130)
