"""A review line by line, for any stream: a screen reader, a slow connection, a script.

Reads a line, obeys it, writes lines. A decision is in the store before the next item is written.
"""

from __future__ import annotations

import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import Literal

from precode.domain import Event, EventKind
from precode.review import wording
from precode.review.commands import Command, Stored
from precode.review.effects import (
    Commit,
    Effect,
    Notice,
    ShowCodes,
    ShowHelp,
    ShowItem,
    ShowSelection,
    ShowSuggestion,
)
from precode.review.keys import read_keys
from precode.review.session import begin, step
from precode.review.state import State, left_unsaved
from precode.review.values import Done, Item, Setup
from precode.review.wrap import wrap

Ending = Literal["quit", "end of input", "interrupted", "failed"]
ReadLine = Callable[[str], str]
Store = Callable[[Sequence[Event]], Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Summary:
    """What a session came to. Counts are of sentences, but ``stored``, which is of events.

    ``discarded`` are lines on what was chosen or typed and never committed. ``seconds`` is the
    time spent on the decisions stored.
    """

    decided: int
    skipped: int
    left: int
    stored: int
    seconds: float
    ended: Ending
    discarded: tuple[str, ...] = ()


def run(
    setup: Setup,
    items: Sequence[Item],
    *,
    past: Sequence[Done],
    seen: frozenset[str],
    read_line: ReadLine,
    write: Callable[[str], None],
    store: Store,
    width: Callable[[], int] = lambda: shutil.get_terminal_size().columns,
    clock: Callable[[], float] = time.monotonic,
) -> Summary:
    """Review ``items`` until the coder quits, input ends, or Ctrl-C.

    ``read_line`` gets the prompt and raises EOFError at the end, as :func:`input` does; ``write``
    gets one line without newline, as :func:`print` does. ``store`` appends events durably and
    returns them with their sequence numbers; what it raises ends the session and is passed on,
    after a line on what is stored. ``clock`` is in seconds. ``past`` and ``seen``:
    :func:`precode.review.session.begin`.
    """
    state, effects = begin(setup, items, past=past, seen=seen)
    desk = _Desk(state, write, store, width, clock)
    ended: Ending = "failed"
    try:
        desk.show(effects)
        while not desk.state.ended:
            commands = read_keys(read_line("> "), codes=len(setup.codebook.leaves))
            desk.show(_merged([e for c in commands for e in desk.obey(c)]))
        ended = "quit"
    except EOFError:
        ended = "end of input"
    except KeyboardInterrupt:
        ended = "interrupted"
    finally:
        summary = desk.summary(ended)
        with _uninterrupted():  # an impatient second Ctrl-C does not hide what was stored
            desk.lines(_farewell(summary, width()))
    return summary


class _Desk:
    """The moving parts of a session: its state, the clock, the stream."""

    def __init__(
        self,
        state: State,
        write: Callable[[str], None],
        store: Store,
        width: Callable[[], int],
        clock: Callable[[], float],
    ) -> None:
        self.state = state
        self._write, self._store, self._width, self._clock = write, store, width, clock
        self._since = clock()
        self._stored: list[Event] = []

    def obey(self, command: Command) -> list[Effect]:
        """Carry out ``command``, storing what it commits; returns what is to be shown."""
        with _uninterrupted():
            self.state, effects = step(self.state, command)
            out: list[Effect] = []
            for effect in effects:
                out += self._commit(effect.event) if isinstance(effect, Commit) else [effect]
        return out

    def _commit(self, event: Event) -> Sequence[Effect]:
        if event.kind in (EventKind.DECISION, EventKind.SKIP):
            event = replace(event, seconds=round(self._clock() - self._since, 3))
        (stored,) = self._store((event,))
        self._stored.append(stored)
        self.state, effects = step(self.state, Stored(stored))
        return effects

    def show(self, effects: Sequence[Effect]) -> None:
        """Write ``effects``; the clock starts again when an item or a suggestion is on show."""
        book, width = self.state.setup.codebook, self._width()
        for effect in effects:
            match effect:
                case ShowItem():
                    self.lines(wording.item(self.state, width))
                case ShowSelection():
                    self.lines(wording.selection(self.state, width))
                case ShowSuggestion():
                    self.lines(wording.suggestion(effect, book, width))
                case ShowCodes():
                    self.lines(wording.definitions(effect, book, width))
                case ShowHelp():
                    self.lines(wording.help_text(book, width))
                case Notice(text):
                    self.lines(wrap(text, width))
            if isinstance(effect, ShowItem | ShowSuggestion):
                self._since = self._clock()

    def lines(self, lines: Sequence[str]) -> None:
        for line in lines:
            self._write(line)

    def summary(self, ended: Ending) -> Summary:
        decided, skipped, left = wording.counts(self.state)
        lost = wording.drafts(left_unsaved(self.state), self.state.setup.codebook)
        if self.state.waiting:
            lost.append(f"a {self.state.waiting.event.kind} that the store did not confirm")
        seconds = sum(e.seconds or 0.0 for e in self._stored)
        return Summary(
            decided, skipped, left, len(self._stored), round(seconds, 3), ended, tuple(lost)
        )


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


def _farewell(summary: Summary, width: int) -> list[str]:
    told = (
        f"{_ENDINGS[summary.ended]}Stored in this session: {_count(summary.decided, 'decision')}, "
        f"{_count(summary.skipped, 'skip')}. Left in this queue: {summary.left}."
    )
    out = ["", *wrap(told, width)]
    for line in summary.discarded:
        out += wrap(f"Discarded, for it was not committed: {line}", width, rest="  ")
    return out


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C inside the block takes effect after it, so that what is stored is what is counted."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed = False

    def note(_number: int, _frame: FrameType | None) -> None:
        nonlocal pressed
        pressed = True

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before if before is not None else signal.SIG_DFL)
    if pressed and before is not signal.SIG_IGN:
        raise KeyboardInterrupt
