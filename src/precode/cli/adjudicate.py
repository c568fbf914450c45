"""``precode adjudicate``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from precode.cli.console import emit_json, json_option, note, say, study_option, table, then
from precode.errors import UsageError

EXAMPLE = """Examples:

\b
  precode adjudicate --list
  precode adjudicate
  precode adjudicate --names --code reflective_motivation -n 20"""


@click.command(epilog=EXAMPLE)
@click.option("--names", is_flag=True, help="Show who said what.  [default: coders are numbered]")
@click.option("--code", default="", help="Only disagreements over this code.")
@click.option(
    "--transcript", "transcripts", multiple=True, help="Only this transcript; may be repeated."
)
@click.option(
    "-n", "--n", type=click.IntRange(1), help="At most this many sentences.  [default: all open]"
)
@click.option(
    "--plain", is_flag=True, help="Line by line, for a screen reader or a slow connection."
)
@click.option("--list", "as_list", is_flag=True, help="Only count what is open, by kind and code.")
@study_option
@json_option
def adjudicate(
    names: bool,
    code: str,
    transcripts: tuple[str, ...],
    n: int | None,
    plain: bool,
    as_list: bool,
    study: Path,
    as_json: bool,
) -> None:
    """Settle, one by one, what coders have coded differently.

    All codings of the sentence are shown; what you agree on is stored as that of a coder of its own,
    the consensus. What each coder said stays as it is, and agreement is counted on that alone;
    train, report and export go by the consensus where there is one.
    """
    if as_json and not as_list:
        raise UsageError("--json is for the list", mend="add --list")
    if as_list and (names or plain or n):
        raise UsageError("--list takes neither --names nor --plain nor -n", mend="leave these out")
    if as_list:
        _list(study, code, transcripts, as_json)
    else:
        _settle(study, names, code, transcripts, n, plain)


def _list(study: Path, code: str, transcripts: tuple[str, ...], as_json: bool) -> None:
    from precode.steps.adjudicate import listed

    found = listed(study, code=code, transcripts=transcripts)
    if as_json:
        emit_json(found)
        return
    read = f"{found.double_read:,} sentences are read by two coders or more"
    say(f"{read}; {_many(found.open)} open, {found.settled:,} settled")
    if found.rows:
        table(
            ("coders differ", "code", "sentences"),
            [(row.kind, row.label, row.n) for row in found.rows],
            title="Open disagreements",
        )
    for line in found.notes:
        note(f"note: {line}")
    if found.out:
        note(f"{found.out:,} more wait until a spreadsheet comes back")
    after = "precode agree" if found.double_read else "precode review --coder OTHER"
    then("precode adjudicate" if found.open else after)


def _settle(
    study: Path,
    names: bool,
    code: str,
    transcripts: tuple[str, ...],
    n: int | None,
    plain: bool,
) -> None:
    from precode.cli.review import sit
    from precode.steps.adjudicate import adjudicating, listed

    with adjudicating(study, names=names, code=code, transcripts=transcripts, n=n) as session:
        summary = sit(session, plain=plain)
    left = listed(study).open
    say(f"{_many(left)} open")
    then("precode adjudicate" if left else "precode train")
    if summary.ended == "interrupted":
        sys.exit(130)


def _many(n: int) -> str:
    return "1 disagreement is" if n == 1 else f"{n:,} disagreements are"
