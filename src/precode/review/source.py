"""What a session asks of the study. The step that starts a review implements it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from precode.domain import Event
from precode.review.values import Item


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of talk on show. ``here``: it is what the session asks about; ``role`` is the
    speaker's, empty where it is not known.
    """

    speaker: str
    role: str
    text: str
    here: bool


class Source(Protocol):
    """The study, as a session sees it. All but ``store`` must be quick: the coder waits."""

    def store(self, events: Sequence[Event]) -> Sequence[Event]:
        """Append ``events``; on return they are on the disk. Returns them with their numbers."""

    def find(self, text: str) -> Sequence[Item]:
        """Codable sentences with these words, best first, at most 50; also those that the coder
        has decided. Items of the blind samples keep their own reason (the session opens them
        without their suggestion).
        """

    def refill(self) -> Sequence[Item] | None:
        """A new order of what comes next, if the model has learned since; never blocks."""

    def more(self) -> Sequence[Item]:
        """The next items when the queue has run empty; none: nothing is left."""

    def whole(self, item: Item) -> Sequence[Line]:
        """The whole transcript of ``item``, turn by turn."""

    def evidence(self, item: Item) -> Sequence[str]:
        """Why the machine suggests what it does: the nearest coded excerpts for and against, the
        words that moved it; a line each.
        """

    def agreement(self) -> str:
        """One line on how well machine and coder agree on the audit sample so far; empty where
        that is not known.
        """
