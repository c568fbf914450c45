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
    type=click.Choice(("xlsx", "csv", "jsonl", "datasets")),
    help="Kind of file.  [default: as --out ends, else xlsx]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="The file to write.  [default: exports/codes.<format>]",
)
@click.option("--human-only", is_flag=True, help="Leave the machine's codes out.")
@click.option("--machine-only", is_flag=True, help="Leave people's codes out.")
@click.option("--code", "codes", multiple=True, help="Only this code; may be repeated.")
@click.option("--coder", "coders", multiple=True, help="Only this coder; may be repeated.")
@study_option
@json_option
def export(
    form: str | None,
    out: Path | None,
    human_only: bool,
    machine_only: bool,
    codes: tuple[str, ...],
    coders: tuple[str, ...],
    study: Path,
    as_json: bool,
) -> None:
    """Write all codes as a table, each row marked human or machine."""
    from precode.steps.export import export as step

    done = step(
        study,
        form=form or "",
        out=out,
        human=not machine_only,
        machine=not human_only,
        codes=codes,
        coders=coders,
    )
    if as_json:
        emit_json(done)
        return
    say(f"{done.rows:,} rows ({done.human:,} human, {done.machine:,} machine): {done.file}")
    if done.withheld:
        note(
            f"left out: what the machine gives {done.withheld} sentences of the audit sample that "
            "are still to be answered without it"
        )
    then("precode status")
