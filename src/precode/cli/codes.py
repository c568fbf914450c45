"""``precode codes``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from precode.cli.console import (
    Progress,
    emit_json,
    json_option,
    note,
    say,
    study_option,
    table,
    then,
)
from precode.errors import UsageError, quoted

if TYPE_CHECKING:
    from precode.steps.codes import Imported
    from precode.steps.exchange.confirming import Answer, Candidate, Similar

EXAMPLE = "Example: precode codes codings.xlsx --coder ANNA --complete interview-01"
SHOWN = 10
HEAD = ("coder", "code", "excerpts", "exact", "up to quotes, spaces, case", "similar", "ambiguous",
        "not found")  # fmt: skip


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
@click.option(
    "--similar",
    type=click.Choice(["ask", "accept", "leave"]),
    help="Passages that are only similar: look at each, take and list them all, or leave them "
    "unplaced.  [default: ask in a terminal, else accept]",
)
@click.option(
    "--from",
    "form",
    default="",
    metavar="FORMAT",
    help="What the files are, where that is in doubt: table, refi, taguette, word-comments, nvivo, "
    "qualcoder.",
)
@click.option(
    "--map",
    "map_file",
    type=click.Path(readable=False, path_type=Path),
    is_flag=False,
    flag_value=Path("map.toml"),
    help="Their codes are not the codebook's: propose a mapping and write it to this file "
    "(map.toml), to be edited; with the file there, apply it.",
)
@click.option("--force", is_flag=True, help="Propose the mapping anew, over the file.")
@click.option("--examples", is_flag=True, help="Put two excerpts of each code into the mapping.")
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
    similar: Similar | None,
    form: str,
    map_file: Path | None,
    force: bool,
    examples: bool,
    dry_run: bool,
    study: Path,
    as_json: bool,
) -> None:
    """Read TABLES of coded excerpts (.csv, .tsv, .xlsx) or what other programs made, each found in
    its transcript: REFI-QDA (.qdpx), Taguette, QualCoder, NVivo coding summaries, Word comments.
    """
    from precode.steps.codes import import_codes

    if (force or examples) and map_file is None:
        raise UsageError("--force and --examples go with --map", mend="--map map.toml --force")
    columns = {
        "source": source_column, "excerpt": excerpt_column, "code": code_column,
        "polarity": polarity_column, "coder": coder_column, "memo": memo_column,
    }  # fmt: skip
    given = {k: v for k, v in columns.items() if v}
    if map_file is not None and (force or not map_file.exists()):
        _propose(study, tables, map_file, (mapping, given), form, force, examples, as_json)
        return
    if similar is None:
        similar = "ask" if sys.stdin.isatty() and sys.stderr.isatty() and not as_json else "accept"
    done = import_codes(
        study,
        tables,
        mapping_file=mapping,
        save_mapping=save_mapping,
        columns=given,
        coder=coder,
        complete=complete,
        complete_all=complete_all,
        fuzzy_score=fuzzy_score,
        form=form,
        map_file=map_file,
        similar=similar,
        ask=_ask,
        dry_run=dry_run,
        progress=Progress(),
    )
    if as_json:
        emit_json(done)
        return
    _say(done, dry_run=dry_run, mapped=map_file is not None)
    if done.idle:
        say(f"{done.idle.what}. {done.idle.mend[:1].upper()}{done.idle.mend[1:]}.")
    then(done.idle.command if done.idle else "precode train")


_ANSWERS: dict[str, Answer] = {"y": "yes", "n": "no", "a": "all", "r": "none"}


def _ask(c: Candidate) -> Answer:
    """The excerpt and the passage it is like, one under the other; y, n, a or r."""
    note("")
    note(f"{c.number} of {c.of}. {c.row}, {c.coder}: {c.code} ({c.score} of 100 alike)")
    note(f"  the table says   “{c.excerpt}”")
    note(f"  {c.transcript} has   …{c.before}[{c.passage}]{c.after}…")
    while True:
        typed = click.prompt(
            "  the same? y yes, n no, a all from here, r refuse all from here",
            err=True, prompt_suffix=" > ", default="", show_default=False,
        )  # fmt: skip
        if answer := _ANSWERS.get(typed.strip().lower()[:1]):
            return answer


def _say(done: Imported, *, dry_run: bool, mapped: bool) -> None:
    if done.tallies:
        table(HEAD, list(_rows(done)))
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
    _say_of_projects(done, dry_run=dry_run, mapped=mapped)
    if done.complete:
        say(f"Read to the end: {', '.join(f'{name} by {who}' for name, who in done.complete)}")
    verb = "Would store" if dry_run else "Stored"
    say(
        f"{verb} {done.new:,} codes"
        + (f"; {done.known:,} were known already." if done.known else ".")
        + (f" Sentences decided anew elsewhere: {len(done.changes):,}." if done.changes else "")
    )
    if done.unplaced_file:
        say(f"Not placed, with the nearest passages: {done.unplaced_file}")


def _say_of_projects(done: Imported, *, dry_run: bool, mapped: bool) -> None:
    for line in done.notes:
        say(line)
    for lost in done.unmapped[:SHOWN]:
        say(f"not in the codebook, left out: {lost.code} ({lost.codings} codings)")
    _more(len(done.unmapped))
    if done.unmapped and not mapped:
        say("To say what they are, or to keep them as codes of your own: add --map")
    if done.gained:
        verb = "Would gain" if dry_run else "Gained"
        say(f"{verb} in codebook.toml: {', '.join(done.gained)}")
    for c in done.changes[:SHOWN]:
        gone = f"without {', '.join(c.removed)}" if c.removed else ""
        come = f"with {', '.join(c.added)}" if c.added else ""
        what = " and ".join(filter(None, (gone, come)))
        say(f"decided anew by {c.coder}, {c.transcript}: {what}: “{c.text}”")
    _more(len(done.changes))
    if done.described:
        say(f"Attributes of {done.described} participants.")


def _rows(done: Imported) -> Iterator[tuple[object, ...]]:
    """Each coder's codes below the coder's sum."""
    for t in done.tallies:
        yield (t.coder, "all", t.excerpts, t.exact, t.normalised, t.fuzzy, t.ambiguous, t.not_found)
        for c in done.by_code:
            if c.coder == t.coder:
                found = (c.excerpts, c.exact, c.normalised, c.fuzzy, c.ambiguous, c.not_found)
                yield ("", c.code or "(none applies)", *found)


def _propose(
    study: Path,
    tables: tuple[Path, ...],
    target: Path,
    columns: tuple[Path | None, dict[str, str]],
    form: str,
    force: bool,
    examples: bool,
    as_json: bool,
) -> None:
    from precode.steps.exchange.mapping import propose_mapping

    done = propose_mapping(
        study, tables, target, columns=columns, form=form, force=force, examples=examples,
        progress=Progress(),
    )  # fmt: skip
    if as_json:
        emit_json(done)
        return
    table(
        ("theirs", "codings", "proposed", "polarity", "score"),
        [
            (
                " > ".join(p.theirs.path),
                p.theirs.codings,
                p.to or "kept as it is",
                p.polarity.value,
                f"{p.score:.2f}" if p.to else "",
            )
            for p in done.proposals
        ],
    )
    say(f"Nothing was imported. The mapping, to be looked through and edited: {done.file}")
    then(f"precode codes {' '.join(quoted(t) for t in tables)} --map {quoted(target)}")


def _more(count: int) -> None:
    if count > SHOWN:
        say(f"… and {count - SHOWN} more like this (--json lists all)")
