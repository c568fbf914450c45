"""What comes out of a review session: what to store, and what to show. All immutable."""

from __future__ import annotations

from dataclasses import dataclass

from precode.codebook import Code
from precode.domain import CodePolarity, Event
from precode.review.values import Done, Item, Suggestion


@dataclass(frozen=True, slots=True)
class Commit:
    """Store ``event`` durably, then answer with :class:`Stored`. Until then nothing moves on."""

    event: Event


@dataclass(frozen=True, slots=True)
class ShowItem:
    """Show what the session faces now: the item with its selection and, if seen, its suggestion;
    or, if it faces none, that the queue is done.
    """


@dataclass(frozen=True, slots=True)
class ShowSelection:
    """Show what is chosen so far for the item faced: the codes, the memo, and which sentences the
    selection spans (:func:`precode.review.talk.talk` marks them).
    """


@dataclass(frozen=True, slots=True)
class ShowSuggestion:
    """Show ``suggestion``, after the coder committed ``decided`` without having seen it.

    If ``agrees``, the session moves on by itself; else the coder may revise.
    """

    suggestion: Suggestion
    decided: tuple[CodePolarity, ...]
    agrees: bool


@dataclass(frozen=True, slots=True)
class ShowEvidence:
    """Show why the machine suggests what it does. Only for a suggestion that was seen."""

    suggestion: Suggestion


@dataclass(frozen=True, slots=True)
class ShowOthers:
    """Show all that colleagues said of ``item``."""

    item: Item


@dataclass(frozen=True, slots=True)
class ShowWhole:
    """Show the whole transcript of ``item``, at its place."""

    item: Item


@dataclass(frozen=True, slots=True)
class ShowEarlier:
    """Show what this coder has done, newest first, to go back to one by its number."""

    done: tuple[Done, ...]


@dataclass(frozen=True, slots=True)
class Find:
    """Look for sentences with ``text``, then answer with :class:`Found`."""

    text: str


@dataclass(frozen=True, slots=True)
class ShowFound:
    """Show the sentences found, to open one by its number."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ShowCodes:
    """Show number, definition and boundary rules of these codes."""

    codes: tuple[tuple[int, Code], ...]


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Show all keys."""


@dataclass(frozen=True, slots=True)
class ShowProgress:
    """Show how far the session is (:meth:`precode.review.desk.Desk.progress`)."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Show one line: what was done, or why a key did nothing and which one would."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The coder has quit."""


Effect = (
    Commit | ShowItem | ShowSelection | ShowSuggestion | ShowEvidence | ShowOthers | ShowWhole
    | ShowEarlier | Find | ShowFound | ShowCodes | ShowHelp | ShowProgress | Notice | Ended
)  # fmt: skip
