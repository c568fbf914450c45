"""A review line by line, for any stream: a screen reader, a slow connection, a script.

Reads a line, obeys it, writes lines. A decision is in the store before the next item is written.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence

from precode.review.desk import Desk, Ending, Summary, uninterrupted
from precode.review.effects import (
    Effect,
    Notice,
    ShowCodes,
    ShowEarlier,
    ShowEvidence,
    ShowFound,
    ShowHelp,
    ShowItem,
    ShowOthers,
    ShowProgress,
    ShowSelection,
    ShowSuggestion,
    ShowWhole,
)
from precode.review.keys import read_keys
from precode.review.source import Source
from precode.review.values import Done, Item, Setup
from precode.review.wording import items as wording
from precode.review.wording import lists
from precode.review.wording.help import help_text
from precode.review.wording.names import many
from precode.review.wrap import wrap

ReadLine = Callable[[str], str]


def run(
    setup: Setup,
    items: Sequence[Item],
    *,
    past: Sequence[Done],
    seen: frozenset[str],
    source: Source,
    read_line: ReadLine,
    write: Callable[[str], None],
    width: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    clock: Callable[[], float] = time.monotonic,
) -> Summary:
    """Review ``items`` until the coder quits, input ends, or Ctrl-C.

    ``read_line`` gets the prompt and raises EOFError at the end, as :func:`input` does; ``write``
    gets one line without newline, as :func:`print` does. What ``source`` raises ends the session
    and is passed on, after a line on what is stored. ``width`` is in columns, ``clock`` in seconds.
    ``past`` and ``seen``: :func:`precode.review.session.begin`.
    """
    desk = Desk(setup, items, past=past, seen=seen, source=source, clock=clock)
    lines = _Lines(desk, source, write, width)
    ended: Ending = "failed"
    try:
        lines.show(desk.begin())
        while not desk.state.ended:
            commands = read_keys(read_line("> "), codes=len(setup.codebook.leaves))
            lines.show(_merged([e for c in commands for e in desk.obey(c)]))
        ended = "quit"
    except EOFError:
        ended = "end of input"
    except KeyboardInterrupt:
        ended = "interrupted"
    finally:
        summary = desk.summary(ended)
        with uninterrupted():  # an impatient second Ctrl-C does not hide what was stored
            lines.write(farewell(summary, width()))
    return summary


class _Lines:
    """Writes what is to be shown."""

    def __init__(
        self, desk: Desk, source: Source, write: Callable[[str], None], width: Callable[[], int]
    ) -> None:
        self._desk, self._source, self._write, self._width = desk, source, write, width

    def show(self, effects: Sequence[Effect]) -> None:
        width = self._width()
        for effect in effects:
            self.write(self._worded(effect, width))

    def write(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._write(line)

    def _worded(self, effect: Effect, width: int) -> list[str]:
        state = self._desk.state
        book = state.setup.codebook
        out: list[str] = []
        match effect:
            case ShowItem():
                out = wording.item(state, width)
            case ShowSelection():
                out = wording.selection(state, width)
            case ShowSuggestion():
                out = wording.suggestion(effect, book, width)
            case ShowCodes():
                out = lists.definitions(effect, book, width)
            case ShowHelp():
                out = help_text(book, width)
            case ShowEarlier():
                out = lists.earlier(effect, book, width)
            case ShowFound():
                out = lists.found(effect, state, width)
            case ShowEvidence():
                facing = state.facing
                told = self._source.evidence(facing.item) if facing else ()
                out = lists.evidence(effect, told, book, width)
            case ShowOthers(item):
                out = wording.others(item.others, book, width)
            case ShowWhole(item):
                out = lists.whole(self._source.whole(item), item.source, width)
            case ShowProgress():
                now, agreement = self._desk.progress(), self._source.agreement()
                out = lists.progress(now, agreement, book, width)
            case Notice(text):
                out = wrap(text, width)
        return out


def _merged(effects: Sequence[Effect]) -> list[Effect]:
    """Of several selections shown for one line, the last."""
    last = max((i for i, e in enumerate(effects) if isinstance(e, ShowSelection)), default=-1)
    return [e for i, e in enumerate(effects) if i == last or not isinstance(e, ShowSelection)]


_ENDINGS: dict[Ending, str] = {
    "quit": "",
    "end of input": "The input ended. ",
    "interrupted": "Stopped. ",
    "failed": "The review broke off. ",
}


def farewell(summary: Summary, width: int) -> list[str]:
    """What was stored, and what was not."""
    told = (
        f"{_ENDINGS[summary.ended]}Stored in this session: {many(summary.decided, 'sentence')} "
        f"decided, {summary.skipped} skipped."
    )
    out = ["", *wrap(told, width)]
    for line in summary.discarded:
        out += wrap(f"Discarded, for it was not committed: {line}", width, rest="  ")
    return out
