"""``precode report``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, say, study_option, then

EXAMPLE = "Example: precode report --format html,docx,xlsx --attribution profession"


@click.command(epilog=EXAMPLE)
@click.option(
    "--format",
    "forms",
    multiple=True,
    metavar="html|docx|xlsx",
    help="Kind of file; several with commas, or repeated.  [default: as --out ends, else html]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write, or a folder.  [default: reports/report.<format>]",
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
    forms: tuple[str, ...],
    out: Path | None,
    quotes: int,
    attribution: tuple[str, ...],
    study: Path,
    as_json: bool,
) -> None:
    """Write the findings, scores and methods: a web page that opens offline, Word, Excel."""
    from precode.steps.report import report as step

    done = step(
        study,
        forms=[form for given in forms for form in given.split(",")],
        out=out,
        quotes=quotes,
        attribution=attribution,
    )
    if as_json:
        emit_json(done)
        return
    say(f"Report on {done.transcripts} transcripts: {', '.join(done.files)}")
    then("precode export")
