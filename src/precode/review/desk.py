"""A session at work: carries out what the state machine asks for, on a study and a clock.

    desk = Desk(setup, items, past=…, seen=…, source=…)
    show(desk.begin())
    show(desk.obey(command))   # until desk.state.ended

Whoever shows it (lines, a screen) sees only effects to show. A decision is in the store before
the effects that show the next item are returned.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType
from typing import Literal

from precode.domain import Event, EventKind
from precode.review.commands import Command, Found, Refill, Stored
from precode.review.effects import Commit, Effect, Find, ShowItem, ShowSuggestion
from precode.review.session import begin, step
from precode.review.source import Source
from precode.review.state import left_unsaved
from precode.review.tally import Progress, progress
from precode.review.values import Done, Item, Setup
from precode.review.wording.lists import drafts

Ending = Literal["quit", "end of input", "interrupted", "failed"]


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


class Desk:
    """A review session that stores, finds and fetches. ``state`` is what it shows.

    ``past`` and ``seen``: :func:`precode.review.session.begin`. ``clock`` is in seconds. What
    ``source`` raises is passed on; the state then still waits for the store's answer.
    """

    def __init__(
        self,
        setup: Setup,
        items: Sequence[Item],
        *,
        past: Sequence[Done],
        seen: frozenset[str],
        source: Source,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.state, self._opening = begin(setup, items, past=past, seen=seen)
        self._source, self._clock = source, clock
        self._since = clock()
        self._stored: list[Event] = []

    def begin(self) -> list[Effect]:
        """Start; returns what is to be shown first."""
        with uninterrupted():
            return self._shown([*self._carry_out(self._opening), *self._more()])

    def obey(self, command: Command) -> list[Effect]:
        """Carry out ``command``; returns what is to be shown. Ctrl-C takes effect afterwards."""
        with uninterrupted():
            return self._shown(self._answer(command))

    def progress(self) -> Progress:
        """Where the session stands."""
        return progress(self.state, self._stored)

    def summary(self, ended: Ending) -> Summary:
        """What the session came to, and what was never committed."""
        now, book = self.progress(), self.state.setup.codebook
        lost = drafts(left_unsaved(self.state), book)
        waiting = self.state.waiting
        if waiting is not None and waiting.event.kind is not EventKind.SHOWN:
            lost.append(f"a {waiting.event.kind} that the store did not confirm")
        seconds = round(sum(e.seconds or 0.0 for e in self._stored), 3)
        return Summary(
            now.decided, now.skipped, now.left, len(self._stored), seconds, ended, tuple(lost)
        )

    def _answer(self, command: Command) -> list[Effect]:
        self.state, effects = step(self.state, command)
        return self._carry_out(effects)

    def _carry_out(self, effects: Iterable[Effect]) -> list[Effect]:
        """Do what ``effects`` ask for; those to be shown remain."""
        out: list[Effect] = []
        for effect in effects:
            match effect:
                case Commit(event):
                    out += self._commit(event)
                case Find(text):
                    out += self._answer(Found(tuple(self._source.find(text))))
                case _:
                    out.append(effect)
        return out

    def _commit(self, event: Event) -> list[Effect]:
        waiting = self.state.waiting
        if waiting is not None and waiting.how in ("decide", "skip"):  # not what redo brings back
            event = replace(event, seconds=round(self._clock() - self._since, 3))
        (stored,) = self._source.store((event,))
        self._stored.append(stored)
        out = self._answer(Stored(stored))
        if event.kind in (EventKind.DECISION, EventKind.SKIP):
            if (items := self._source.refill()) is not None:
                out += self._answer(Refill(tuple(items)))
            out += self._more()
        return out

    def _more(self) -> list[Effect]:
        """The next items, before the coder notices that there are none."""
        items = () if self.state.todo or self.state.ended else self._source.more()
        return self._answer(Refill(tuple(items))) if items else []

    def _shown(self, effects: Sequence[Effect]) -> list[Effect]:
        """``effects`` with the last of several items to show; its clock starts now."""
        last = max((i for i, e in enumerate(effects) if isinstance(e, ShowItem)), default=-1)
        if any(isinstance(e, ShowItem | ShowSuggestion) for e in effects):
            self._since = self._clock()
        return [e for i, e in enumerate(effects) if i == last or not isinstance(e, ShowItem)]


@contextmanager
def uninterrupted() -> Iterator[None]:
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
