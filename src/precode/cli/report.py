"""``precode report``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, note, say, study_option, then
from precode.errors import quoted

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
@click.option(
    "--matrix-by",
    default="",
    metavar="participant|source|ATTRIBUTE",
    help="The rows of the framework matrix.  [default: participants, as far as a page holds them]",
)
@click.option(
    "--sort", multiple=True, metavar="ATTRIBUTE", help="Order of its rows; several with commas."
)
@click.option(
    "--where",
    multiple=True,
    metavar="ATTRIBUTE=VALUE",
    help="Only people with this value in the matrix; may be repeated.",
)
@click.option(
    "--table-by", default="", metavar="ATTRIBUTE", help="A table of people for each of its values."
)
@click.option(
    "--tests", is_flag=True, help="Permutation tests between groups, corrected for their number."
)
@click.option(
    "--anonymise",
    is_flag=True,
    help="Mask what looks like a name, place, date, phone number, e-mail or NHS number in quotes.",
)
@click.option("--keep", multiple=True, metavar="WORD", help="A word not to mask; may be repeated.")
@click.option(
    "--summaries-out",
    type=click.Path(path_type=Path),
    metavar="FILE.xlsx",
    help="Write a sheet to type the matrix's summaries in, and no report.",
)
@click.option(
    "--summaries-in",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE.xlsx",
    help="Read such a sheet into the study, and write no report.",
)
@study_option
@json_option
def report(
    forms: tuple[str, ...],
    out: Path | None,
    quotes: int,
    attribution: tuple[str, ...],
    matrix_by: str,
    sort: tuple[str, ...],
    where: tuple[str, ...],
    table_by: str,
    tests: bool,
    anonymise: bool,
    keep: tuple[str, ...],
    summaries_out: Path | None,
    summaries_in: Path | None,
    study: Path,
    as_json: bool,
) -> None:
    """Write the findings, scores and methods: a web page that opens offline, Word, Excel."""
    order = [name for given in sort for name in given.split(",") if name.strip()]
    if summaries_in or summaries_out:
        if summaries_in and summaries_out:
            raise click.UsageError("--summaries-in and --summaries-out are two commands")
        _for_a_report(
            ("--format", forms), ("--out", out), ("--attribution", attribution), ("--tests", tests),
            ("--table-by", table_by), ("--anonymise", anonymise), ("--keep", keep),
            *((("--matrix-by", matrix_by), ("--sort", sort), ("--where", where)) if summaries_in else ()),
        )  # fmt: skip
        if summaries_in:
            _read_back(study, summaries_in, as_json=as_json)
        elif summaries_out:
            _sheet(study, summaries_out, matrix_by, order, where, as_json=as_json)
        return
    from precode.steps.report import report as step

    done = step(
        study,
        forms=[form for given in forms for form in given.split(",")],
        out=out,
        quotes=quotes,
        attribution=attribution,
        matrix_by=matrix_by,
        sort=order,
        where=where,
        table_by=table_by,
        tests=tests,
        anonymise=anonymise,
        keep=keep,
    )
    if as_json:
        emit_json(done)
        return
    say(f"Report on {done.transcripts} transcripts: {', '.join(done.files)}")
    for line in done.notes:
        note(f"note: {line}")
    if done.masked:
        found = f"{done.identifiers:,} identifier{'s' if done.identifiers != 1 else ''}"
        note(
            f"note: {found} masked and listed in {done.masked}: read the list, keep it apart from "
            "the report, and read the quotes. A scan makes nothing anonymous"
        )
    then("precode export")


def _for_a_report(*given: tuple[str, object]) -> None:
    """Refuse what has no effect on a sheet of summaries: above all nobody is to think it masked."""
    if names := [name for name, value in given if value]:
        one = "is" if len(names) == 1 else "are"
        raise click.UsageError(
            f"{' and '.join(names)} {one} for a report, not for the sheet of summaries, which holds "
            "quotes as they were said"
        )


def _sheet(
    study: Path,
    file: Path,
    matrix_by: str,
    sort: Sequence[str],
    where: Sequence[str],
    *,
    as_json: bool,
) -> None:
    from precode.steps.summaries import summaries_out

    done = summaries_out(study, file, matrix_by=matrix_by, sort=sort, where=where)
    if as_json:
        emit_json(done)
        return
    say(
        f"{done.file}: {done.cases:,} cases × {done.codes} codes, {done.cells:,} cells, "
        f"{done.typed:,} of them with a summary."
    )
    for line in done.notes:
        note(f"note: {line}")
    then(f"precode report --summaries-in {quoted(done.file)}")


def _read_back(study: Path, file: Path, *, as_json: bool) -> None:
    from precode.steps.summaries import summaries_in

    done = summaries_in(study, file)
    if as_json:
        emit_json(done)
        return
    back = f", {done.taken_back:,} of them taken back" if done.taken_back else ""
    say(f"{done.stored:,} summaries stored{back}; {done.unchanged:,} cells as they stood.")
    for change in done.replaced:
        note(
            f"{change.cell}: replaces what was typed meanwhile, {change.before!r}; both are kept, "
            "this one stands"
        )
    then("precode report")
