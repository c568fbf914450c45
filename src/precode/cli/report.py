"""``precode report``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, say, study_option, then

EXAMPLE = "Example: precode report --attribution profession --attribution gender"


@click.command(epilog=EXAMPLE)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write.  [default: reports/report.html]",
)
@click.option(
    "--quotes",
    type=click.IntRange(0, 20),
    default=3,
    show_default=True,
    help="Quotes for each code and polarity.",
)
@click.option(
    "--attribution", multiple=True, help="An attribute to print after quotes; may be repeated."
)
@study_option
@json_option
def report(
    out: Path | None, quotes: int, attribution: tuple[str, ...], study: Path, as_json: bool
) -> None:
    """Write the findings, scores and methods as one web page that opens offline."""
    from precode.steps.report import report as step

    done = step(study, out=out, quotes=quotes, attribution=attribution)
    if as_json:
        emit_json(done)
        return
    say(f"Report on {done.transcripts} transcripts: {done.file}")
    then("precode export")
