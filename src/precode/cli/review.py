"""``precode review``."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from precode.cli.console import Progress, note, say, study_option, then
from precode.errors import UsageError

if TYPE_CHECKING:
    from precode.review.desk import Summary
    from precode.steps.adjudicate import Adjudication
    from precode.steps.review import Session

EXAMPLE = """Examples:

\b
  precode review --coder ANNA -n 40
  precode review --coder BEN --packet ben.xlsx -n 60
  precode review --packet-in ben.xlsx"""


@click.command(epilog=EXAMPLE)
@click.option("--coder", help="Who codes.")
@click.option(
    "-n", "--n", type=click.IntRange(1), help="At most this many sentences.  [default: all left]"
)
@click.option(
    "--transcript", "transcripts", multiple=True, help="Only this transcript; may be repeated."
)
@click.option(
    "--plain", is_flag=True, help="Line by line, for a screen reader or a slow connection."
)
@click.option(
    "--packet", type=click.Path(path_type=Path), metavar="FILE",
    help="Write the sentences as a spreadsheet (.xlsx or .csv) for a coder elsewhere.",
)  # fmt: skip
@click.option(
    "--packet-in", type=click.Path(path_type=Path, exists=True, dir_okay=False), metavar="FILE",
    help="Read such a spreadsheet back.",
)  # fmt: skip
@click.option(
    "--packet-lost", is_flag=True,
    help="Wait no longer for the spreadsheets this coder has; their sentences are asked again.",
)  # fmt: skip
@click.option(
    "--with-suggestions", is_flag=True,
    help="Show the machine's suggestions in the spreadsheet; its answers then count as assisted.",
)  # fmt: skip
@click.option(
    "--probe", type=click.IntRange(1), metavar="N",
    help="Plant this many wrong suggestions, to learn how often such are accepted. "
    "Only if the coders have agreed to it.",
)  # fmt: skip
@study_option
def review(
    coder: str | None,
    n: int | None,
    transcripts: tuple[str, ...],
    plain: bool,
    packet: Path | None,
    packet_in: Path | None,
    packet_lost: bool,
    with_suggestions: bool,
    probe: int | None,
    study: Path,
) -> None:
    """Code the sentences where your judgement is worth most, mixed with random ones.

    Every decision is on the disk before the next sentence is shown. The machine learns from them in
    the background. h shows the keys; tab does in the full screen.
    """
    if packet and packet_in:
        raise UsageError("--packet writes and --packet-in reads", mend="give one of them")
    if packet and (plain or probe):
        raise UsageError("a spreadsheet has neither --plain nor --probe", mend="leave these out")
    if with_suggestions and not packet:
        raise UsageError(
            "--with-suggestions is for spreadsheets", mend="precode review --packet FILE.xlsx …"
        )
    if packet_in:
        _read_back(packet_in, coder or "", study)
        return
    if not coder:
        raise UsageError(
            "a review needs to know who codes", mend="--coder YOUR_NAME; see precode review --help"
        )
    if packet_lost:
        _give_up(coder, study)
        return
    if packet:
        _write(packet, coder, n, transcripts, with_suggestions, study)
        return
    _review(coder, n, transcripts, plain, probe or 0, study)


def _review(
    coder: str, n: int | None, transcripts: tuple[str, ...], plain: bool, probe: int, study: Path
) -> None:
    from precode.steps.review import reviewing

    with reviewing(study, coder=coder, n=n, transcripts=transcripts, probes=probe) as session:
        _announce(session)
        summary = sit(session, plain=plain)
        planted, trouble = session.source.probed(), session.source.trouble
    if trouble:
        note(
            f"The machine could not learn in this review: {trouble}. Your decisions are stored; the "
            "order was that of before. More is in cache/loop/log.txt; try: precode doctor"
        )
    if planted.shown:
        say(
            f"{planted.shown} of the suggestions you saw were wrong on purpose; you took over "
            f"{planted.accepted} of them. What you decided on those sentences here codes nothing."
        )
    then("precode status" if summary.left else "precode train")
    if summary.ended == "interrupted":
        sys.exit(130)


def _announce(session: Session) -> None:
    drawn = session.drawn
    if drawn:
        note(
            f"Audit sample: {drawn.sample} of {drawn.frame:,} unread sentences of "
            f"{drawn.transcripts} transcript{'s' * (drawn.transcripts != 1)}, drawn at random. They come between the others, "
            "without suggestions, and are what figures on this study rest on."
        )
    if session.probes:
        note(
            f"{session.probes} wrong suggestions are planted in this session, as your team agreed."
        )


def sit(session: Session | Adjudication, *, plain: bool) -> Summary:
    """The session on the whole screen, or line by line where it is ``plain`` or no terminal."""
    from precode.review.plain import farewell

    if plain or not (sys.stdin.isatty() and sys.stderr.isatty()):  # the screen draws on stderr
        return _line_by_line(session)
    summary = _on_screen(session)
    for line in farewell(summary, shutil.get_terminal_size().columns):
        say(line)
    return summary


def _on_screen(session: Session | Adjudication) -> Summary:
    from precode.review.app import run

    return run(
        session.setup, session.items, past=session.past, seen=session.seen, source=session.source
    )


def _line_by_line(session: Session | Adjudication) -> Summary:
    from precode.review.plain import run

    return run(
        session.setup,
        session.items,
        past=session.past,
        seen=session.seen,
        source=session.source,
        read_line=input,
        write=say,
    )


def _write(
    path: Path,
    coder: str,
    n: int | None,
    transcripts: tuple[str, ...],
    suggestions: bool,
    study: Path,
) -> None:
    from precode.steps.packets.post import send

    out = send(
        study, coder=coder, file=path, n=n or 60, transcripts=transcripts,
        suggestions=suggestions, progress=Progress(),
    )  # fmt: skip
    say(f"{out.rows} sentences for {coder}: {out.path}")
    for problem in out.left_out:
        note(str(problem))
    then(f"send it to {coder}; when it comes back: precode review --packet-in {out.path.name}")


def _give_up(coder: str, study: Path) -> None:
    from precode.steps.packets.post import give_up

    count = give_up(study, coder=coder)
    say(f"{count} spreadsheets of {coder} are waited for no longer; they can still be read")
    then(f"precode review --coder {coder}")


def _read_back(path: Path, coder: str, study: Path) -> None:
    from precode.steps.packets.post import receive

    found = receive(study, path, coder=coder)
    say(
        f"{found.coder}: {found.stored} answers stored ({found.nothing} times nothing applies), "
        f"{found.unchanged} known already, {found.unanswered} rows not answered"
    )
    for text in found.notes:
        note(text)
    if found.aside:
        say(
            f"{len(found.aside)} answers differ from what {found.coder} has decided elsewhere; they "
            f"are kept apart in reports/set-aside.csv. To settle them: {found.settle}"
        )
    for problem in found.problems:
        note(str(problem))
    then("precode status")
    if found.problems:
        sys.exit(3)
