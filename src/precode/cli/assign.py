"""``precode assign``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from precode.cli.console import Number, emit_json, json_option, note, say, study_option, table, then
from precode.errors import UsageError, quoted

if TYPE_CHECKING:
    from precode.steps.assign import Row

EXAMPLE = """Examples:

\b
  precode assign --coders ANNA,BEN --sentences 200
  precode assign --coders ANNA,BEN --transcripts interview-01,interview-02
  precode assign --list"""


@click.command(epilog=EXAMPLE)
@click.option(
    "--coders", multiple=True, metavar="NAMES", help="Two or more, with commas or repeated."
)
@click.option(
    "--transcripts", multiple=True, metavar="NAMES",
    help="Whole transcripts, with commas or repeated.",
)  # fmt: skip
@click.option(
    "--share", type=Number(0, 1, min_open=True),
    help="Or this share of the transcripts, drawn from those that none of them has begun.",
)  # fmt: skip
@click.option(
    "--sentences", type=click.IntRange(1), metavar="N",
    help="Or so many sentences that none of them has read, drawn over all transcripts.",
)  # fmt: skip
@click.option("--name", default="", help="Of the round.  [default: round1, round2, …]")
@click.option("--seed", type=click.IntRange(0), help="For what is drawn.  [default: the study's]")
@click.option("--list", "as_list", is_flag=True, help="Show how far each coder is.")
@click.option(
    "--close", metavar="NAME", help="End a round early: what was hidden is shown from then on."
)
@study_option
@json_option
def assign(
    coders: tuple[str, ...],
    transcripts: tuple[str, ...],
    share: float | None,
    sentences: int | None,
    name: str,
    seed: int | None,
    as_list: bool,
    close: str | None,
    study: Path,
    as_json: bool,
) -> None:
    """Give coders the same sentences, each to code them alone.

    review asks for them first, without suggestions. Until all are done nobody sees what the others
    gave: agree, adjudicate, report, export and the machine's evidence leave these sentences out.
    """
    giving = bool(coders or transcripts or share or sentences or name or seed is not None)
    if giving + as_list + (close is not None) != 1:
        raise UsageError(
            "give a round with --coders, or look with --list, or end one with --close",
            mend="precode assign --help",
        )
    if as_list:
        _list(study, as_json)
    elif close is not None:
        _close(study, close, as_json)
    else:
        from precode.steps.assign import assign as step

        made = step(
            study, coders=_split(coders), transcripts=_split(transcripts, study), share=share,
            sentences=sentences, name=name, seed=seed,
        )  # fmt: skip
        if as_json:
            emit_json(made)
            return
        row = made.round
        who = [s.coder for s in row.shares]
        say(
            f"{row.name}: {row.sentences:,} sentences of {row.transcripts} "
            f"transcript{'s' * (row.transcripts != 1)} for {' and '.join(who)}, each alone"
        )
        for line in made.notes:
            note(f"note: {line}")
        then("; ".join(f"precode review --coder {quoted(c)}" for c in who))


def _list(study: Path, as_json: bool) -> None:
    from precode.steps.assign import listed

    rows = listed(study)
    if as_json:
        emit_json(rows)
        return
    if not rows:
        say("no round was ever given")
        then("precode assign --coders ANNA,BEN --sentences 200")
        return
    _table(rows)
    still = sorted({s.coder for r in rows if r.state == "open" for s in r.shares if not s.done})
    then(f"precode review --coder {quoted(still[0])}" if still else "precode agree")


def _close(study: Path, name: str, as_json: bool) -> None:
    from precode.steps.assign import close

    row = close(study, name)
    if as_json:
        emit_json(row)
        return
    left = ", ".join(f"{s.coder} {s.of - s.decided:,}" for s in row.shares if not s.done)
    say(f"{name} is closed (still undecided: {left}): what was hidden is shown from now on")
    then("precode agree")


def _table(rows: Sequence[Row]) -> None:
    table(
        ("round", "state", "coder", "decided", "of", "skipped", "transcripts", "given (UTC)"),
        [
            (r.name, r.state, s.coder, s.decided, s.of, s.skipped, r.transcripts,
             r.at[:16].replace("T", " "))
            for r in rows
            for s in r.shares
        ],
        title="Coded apart, in sentences",
    )  # fmt: skip


def _split(given: Sequence[str], study: Path | None = None) -> tuple[str, ...]:
    """Names with commas between; one that is a transcript's with a comma in it stays whole."""
    known: set[str] = set()
    if study is not None and any("," in name for name in given):
        from precode.steps.assign import names_of

        known = names_of(study)
    return tuple(
        part.strip()
        for name in given
        for part in ([name] if name in known else name.split(","))
        if part.strip()
    )
