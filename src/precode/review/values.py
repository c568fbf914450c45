"""What goes into a review session, what a coder can do in it, and what comes out. All immutable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from precode.codebook import Code, Codebook
from precode.domain import CodePolarity, Event, EventKind, Polarity, Sentence

Policy = Literal["after", "before", "never"]

# Sentences picked for these reasons never show a suggestion: they are what the model is judged by.
BLIND = frozenset({"random", "audit"})


# -- what goes in ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Suggested:
    """A code that the model suggests. ``confidence`` is its calibrated probability, 0 to 1."""

    code: str
    polarity: Polarity
    confidence: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the model would give a sentence; no codes means "nothing applies".

    ``evidence`` is one line on why, empty where there is none.
    """

    codes: tuple[Suggested, ...] = ()
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence to decide on, with what the coder sees around it.

    ``before`` and ``after`` are (speaker, text) in the order of the talk; the rest of the
    sentence's own turn belongs to them. ``reason`` is why the queue picked it ("random",
    "uncertain"); ``source`` is the transcript's name, empty to keep it from the coder.
    """

    sentence: Sentence
    speaker: str
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    reason: str
    suggestion: Suggestion | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """A stored act of this coder that undo can take back, with its item to be shown again.

    ``earlier`` is True for acts of former sessions.
    """

    event: Event
    item: Item
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Setup:
    """Who codes, with which codebook, and when suggestions are shown."""

    coder: str
    codebook: Codebook
    suggestion: Policy = "after"


def undoable(events: Sequence[Event], coder: str) -> tuple[Event, ...]:
    """Those acts of ``coder`` in former reviews that still stand, oldest first."""
    kinds = (EventKind.DECISION, EventKind.SKIP, EventKind.FLAG)
    gone: set[int] = set()
    out: list[Event] = []
    for e in reversed(events):  # whether an UNDO stands depends only on later ones
        if e.coder != coder or e.seq in gone:
            continue
        if e.kind is EventKind.UNDO and e.undoes:
            gone.add(e.undoes)
        elif e.kind in kinds and e.origin == "review":
            out.append(e)
    return tuple(reversed(out))


def seen_before(events: Iterable[Event], setup: Setup) -> frozenset[str]:
    """Ids of the sentences whose suggestion this coder may have seen in former sessions.

    The events do not tell whether a suggestion was revealed after a decision, so it is taken that
    it was, unless the sentence was a blind one or the study never shows any. Decisions taken back
    count as well: what was seen stays seen.
    """
    return frozenset(
        Sentence.make_id(e.transcript_id, e.start, e.end)
        for e in events
        if e.coder == setup.coder
        and e.origin == "review"
        and e.kind is EventKind.DECISION
        and (e.assisted or (setup.suggestion != "never" and e.reason not in BLIND))
    )


# -- what a coder can do -------------------------------------------------------------------------


class Act(StrEnum):
    """Commands without an argument, by their key."""

    COMMIT = ""
    NOTHING = "n"
    SKIP = "s"
    UNDO = "u"
    REDO = "U"
    FLAG = "!"
    HELP = "h"
    QUIT = "q"


@dataclass(frozen=True, slots=True)
class Toggle:
    """Give the code with this number (from 1, in codebook order), or take it off again."""

    number: int


@dataclass(frozen=True, slots=True)
class Give:
    """Give the code with this number with this polarity; if it is given already, change that."""

    number: int
    polarity: Polarity


@dataclass(frozen=True, slots=True)
class Direction:
    """Set the polarity of the code given last."""

    polarity: Polarity


@dataclass(frozen=True, slots=True)
class Memo:
    """Put this note in the place of the item's memo; empty asks what the memo is."""

    text: str


@dataclass(frozen=True, slots=True)
class Look:
    """Show the definitions: of the code with this number, of all if None."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class Unknown:
    """Keys that mean nothing here."""

    keys: str


@dataclass(frozen=True, slots=True)
class Stored:
    """Not a key: the store's answer to a :class:`Commit`. ``event`` has its sequence number."""

    event: Event


Command = Act | Toggle | Give | Direction | Memo | Look | Unknown | Stored


# -- what comes out ------------------------------------------------------------------------------


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
    """Show what is chosen so far for the item faced."""


@dataclass(frozen=True, slots=True)
class ShowSuggestion:
    """Show ``suggestion``, after the coder committed ``decided`` without having seen it.

    If ``agrees``, the session moves on by itself; else the coder may revise.
    """

    suggestion: Suggestion
    decided: tuple[CodePolarity, ...]
    agrees: bool


@dataclass(frozen=True, slots=True)
class ShowCodes:
    """Show number, definition and boundary rules of these codes."""

    codes: tuple[tuple[int, Code], ...]


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """Show all keys."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Show one line: what was done, or why a key did nothing and which one would."""

    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The coder has quit."""


Effect = Commit | ShowItem | ShowSelection | ShowSuggestion | ShowCodes | ShowHelp | Notice | Ended
