"""``precode doctor``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, say, then

EXAMPLE = "Example: precode doctor --study my-study"


@click.command(epilog=EXAMPLE)
@click.option(
    "--study",
    type=click.Path(path_type=Path),
    envvar="PRECODE_STUDY",
    help="Check this study too.  [default: the current folder, if it is one]",
)
@json_option
def doctor(study: Path | None, as_json: bool) -> None:
    """Check the installation, and the study; changes nothing."""
    from precode.steps.doctor import doctor as step

    if study is None and Path("precode.toml").exists():
        study = Path()
    checks = step(study)
    if as_json:
        emit_json(checks)
    else:
        for c in checks:
            say(
                f"{'ok ' if c.ok else 'BAD'}  {c.what}: {c.found}"
                + (f" — {c.mend}" if c.mend else "")
            )
        then("precode status" if study else "precode demo")
    if not all(c.ok for c in checks):
        raise click.exceptions.Exit(4)
