"""``precode codes``."""

from __future__ import annotations

from pathlib import Path

import click

from precode.cli.console import Progress, emit_json, json_option, say, study_option, table, then

EXAMPLE = "Example: precode codes codings.xlsx --coder ANNA --complete interview-01"
SHOWN = 10


@click.command(epilog=EXAMPLE)
@click.argument("tables", nargs=-1, type=click.Path(readable=False, path_type=Path))
@click.option("--source-column", default="", help="Column that names the transcript.")
@click.option("--excerpt-column", default="", help="Column with the coded words.")
@click.option("--code-column", default="", help="Column with the code.")
@click.option("--polarity-column", default="", help="Column with barrier or facilitator.")
@click.option("--coder-column", default="", help="Column with the coder's name.")
@click.option("--memo-column", default="", help="Column with memos.")
@click.option(
    "--mapping",
    type=click.Path(readable=False, path_type=Path),
    help="A saved mapping of the columns.",
)
@click.option(
    "--save-mapping",
    type=click.Path(readable=False, path_type=Path),
    help="Save the mapping to this file.",
)
@click.option("--coder", default="", help="Who coded, where the table does not say.")
@click.option(
    "--complete",
    multiple=True,
    metavar="NAME",
    help="This transcript was read to the end; may be repeated.",
)
@click.option("--complete-all", is_flag=True, help="So was every transcript in the tables.")
@click.option(
    "--fuzzy-score", type=click.FloatRange(50, 100), help="Take similar passages from here on."
)
@click.option("--dry-run", is_flag=True, help="Show what would be found; store nothing.")
@study_option
@json_option
def codes(
    tables: tuple[Path, ...],
    source_column: str,
    excerpt_column: str,
    code_column: str,
    polarity_column: str,
    coder_column: str,
    memo_column: str,
    mapping: Path | None,
    save_mapping: Path | None,
    coder: str,
    complete: tuple[str, ...],
    complete_all: bool,
    fuzzy_score: float | None,
    dry_run: bool,
    study: Path,
    as_json: bool,
) -> None:
    """Read TABLES of coded excerpts (.csv, .tsv, .xlsx) and find each in its transcript."""
    from precode.steps.codes import import_codes

    columns = {
        "source": source_column, "excerpt": excerpt_column, "code": code_column,
        "polarity": polarity_column, "coder": coder_column, "memo": memo_column,
    }  # fmt: skip
    done = import_codes(
        study,
        tables,
        mapping_file=mapping,
        save_mapping=save_mapping,
        columns={k: v for k, v in columns.items() if v},
        coder=coder,
        complete=complete,
        complete_all=complete_all,
        fuzzy_score=fuzzy_score,
        dry_run=dry_run,
        progress=Progress(),
    )
    if as_json:
        emit_json(done)
        return
    if done.tallies:
        table(
            (
                "coder",
                "excerpts",
                "exact",
                "up to quotes, spaces, case",
                "similar",
                "ambiguous",
                "not found",
            ),
            [
                (t.coder, t.excerpts, t.exact, t.normalised, t.fuzzy, t.ambiguous, t.not_found)
                for t in done.tallies
            ],
        )
    for f in done.fuzzy[:SHOWN]:
        say(f"similar ({f['score']}), {f['row']}: “{f['excerpt']}” was taken for “{f['passage']}”")
    _more(len(done.fuzzy))
    for u in done.unplaced[:SHOWN]:
        best = (
            f"; nearest, line {u['line']}: “{u['candidate']}” ({u['score']})"
            if u["candidate"]
            else ""
        )
        say(f"not placed, {u['row']}: “{u['text']}”: {u['why']}{best}")
    _more(len(done.unplaced))
    for passage in done.outside[:SHOWN]:
        say(f"covers no sentence that is coded (interviewer's words?): {passage}")
    _more(len(done.outside))
    if done.complete:
        say(f"Read to the end: {', '.join(f'{name} by {who}' for name, who in done.complete)}")
    verb = "Would store" if dry_run else "Stored"
    say(
        f"{verb} {done.new:,} codes"
        + (f"; {done.known:,} were known already." if done.known else ".")
    )
    if done.unplaced_file:
        say(f"Not placed, with the nearest passages: {done.unplaced_file}")
    then("precode train")


def _more(count: int) -> None:
    if count > SHOWN:
        say(f"… and {count - SHOWN} more like this (--json lists all)")
