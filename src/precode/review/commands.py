"""What a coder can do in a review session, and the answers of those who drive it. All immutable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from precode.domain import Event, Polarity
from precode.review.values import Item


class Act(StrEnum):
    """Commands without an argument, by their key. ERASE takes the memo off."""

    COMMIT = ""
    NOTHING = "n"
    SKIP = "s"
    UNDO = "u"
    REDO = "U"
    FLAG = "?"
    EVIDENCE = "e"
    WHOLE = "t"
    ERASE = "m-"
    PROGRESS = "p"
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
class Extend:
    """Move one end of the selection by one sentence: ``early`` the first one, else the last;
    outwards, or with ``back`` inwards.
    """

    early: bool
    back: bool = False


@dataclass(frozen=True, slots=True)
class GoBack:
    """Face the earlier act with this number again (from 1, the newest first); None lists them."""

    number: int | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """Look for sentences with these words; empty repeats what was found last."""

    text: str


@dataclass(frozen=True, slots=True)
class Open:
    """Face the sentence with this number (from 1) among those found last."""

    number: int


@dataclass(frozen=True, slots=True)
class Unknown:
    """Keys that mean nothing here."""

    keys: str


@dataclass(frozen=True, slots=True)
class Stored:
    """Not a key: the store's answer to a :class:`Commit`. ``event`` has its sequence number."""

    event: Event


@dataclass(frozen=True, slots=True)
class Found:
    """Not a key: the answer to a :class:`Find`, best first."""

    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Refill:
    """Not a key: a new order of what comes next, by a model that has learned since. Replaces what
    is still to come, but for items with choices or a memo, which stay in front.
    """

    items: tuple[Item, ...]


Command = (
    Act | Toggle | Give | Direction | Memo | Look | Extend | GoBack | Search | Open | Unknown
    | Stored | Found | Refill
)  # fmt: skip
