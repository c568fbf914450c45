"""``precode export``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, note, say, study_option, then

EXAMPLE = "Example: precode export --format csv --human-only"


@click.command(epilog=EXAMPLE)
@click.option(
    "--format",
    "form",
    type=click.Choice(("xlsx", "csv", "jsonl", "datasets", "docx", "qdpx", "qdc")),
    help="Kind of file; docx: transcripts with codes as comments; qdpx (project) and qdc (codebook) open in NVivo, ATLAS.ti, MAXQDA, QualCoder.  [default: as --out ends, else xlsx]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write.  [default: exports/codes.<format>]",
)
@click.option("--human-only", "--human", is_flag=True, help="Leave the machine's codes out.")
@click.option("--machine-only", "--machine", is_flag=True, help="Leave people's codes out.")
@click.option("--code", "codes", multiple=True, help="Only this code; may be repeated.")
@click.option("--coder", "coders", multiple=True, help="Only this coder; may be repeated.")
@click.option(
    "--where",
    multiple=True,
    metavar="ATTRIBUTE=VALUE",
    help="Only what participants with this value say; may be repeated: several values of one "
    "attribute are either, of two attributes both.",
)
@click.option(
    "--min-confidence",
    type=click.FloatRange(0, 1),
    default=0.0,
    metavar="P",
    help="Only codes of the machine with at least this confidence; people's stay.",
)
@study_option
@json_option
def export(
    form: str | None,
    out: Path | None,
    human_only: bool,
    machine_only: bool,
    codes: tuple[str, ...],
    coders: tuple[str, ...],
    where: tuple[str, ...],
    min_confidence: float,
    study: Path,
    as_json: bool,
) -> None:
    """Write all codes as a table, as comments in Word or as a REFI-QDA project, human and machine told
    apart.
    """
    from precode.steps.export import export as step

    done = step(
        study,
        form=form or "",
        out=out,
        human=not machine_only,
        machine=not human_only,
        codes=codes,
        coders=coders,
        where=where,
        min_confidence=min_confidence,
    )
    if as_json:
        emit_json(done)
        return
    say(f"{done.rows:,} rows ({done.human:,} human, {done.machine:,} machine): {done.file}")
    if done.withheld:
        note(
            f"left out: what the machine gives {done.withheld} sentences that are still to be "
            "answered without it"
        )
    for line in done.notes:
        note(f"note: {line}")
    then("precode status")
