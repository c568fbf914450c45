"""The item before the coder: what is chosen for it so far, and the events made from that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from precode.codebook import Code, Codebook
from precode.domain import CodePolarity, Event, EventKind, Polarity
from precode.review.values import BLIND, Item, Setup, Suggestion


@dataclass(frozen=True, slots=True)
class Choice:
    """A code chosen, not yet committed. ``polarity`` is None while it is still to be given."""

    code: str
    polarity: Polarity | None


@dataclass(frozen=True, slots=True)
class Facing:
    """An item with what the coder has done about it.

    ``last`` is the code given last, which a polarity key applies to. ``seen``: the coder has seen
    the suggestion, now or before. ``standing`` is the decision in force, which a further commit
    revises; ``flag`` the flag in force.
    """

    item: Item
    choices: tuple[Choice, ...] = ()
    memo: str = ""
    last: str = ""
    seen: bool = False
    standing: Event | None = None
    flag: Event | None = None

    @property
    def id(self) -> str:
        return self.item.sentence.id


def give(facing: Facing, code: Code, polarity: Polarity | None, book: Codebook) -> Facing:
    """With ``code`` chosen (or its polarity changed); alone, where a unit takes one code only."""
    choice = Choice(code.id, polarity if code.polarity else Polarity.NONE)
    others = () if book.choice == "one" else facing.choices
    if any(c.code == code.id for c in others):
        kept = tuple(choice if c.code == code.id else c for c in others)
        return replace(facing, choices=kept, last=code.id)
    return replace(facing, choices=(*others, choice), last=code.id)


def take_off(facing: Facing, code: Code) -> Facing:
    """Without ``code``."""
    left = tuple(c for c in facing.choices if c.code != code.id)
    return replace(facing, choices=left, last="" if facing.last == code.id else facing.last)


def chosen(facing: Facing, book: Codebook) -> tuple[CodePolarity, ...]:
    """What a commit would store, in codebook order. All polarities must have been given."""
    return tuple(
        CodePolarity(c.code, c.polarity)
        for c in sorted(facing.choices, key=lambda c: book.leaf_ids.index(c.code))
        if c.polarity is not None
    )


def choices_of(event: Event, book: Codebook) -> tuple[Choice, ...]:
    """An event's codes to choose from again; those gone from the codebook since are left out."""
    return tuple(
        Choice(c.code, (c.polarity or None) if book[c.code].polarity else Polarity.NONE)
        for c in event.codes
        if c.code in book.leaf_ids
    )


def unsaved(facing: Facing, book: Codebook) -> bool:
    """Whether leaving now would lose codes or a memo."""
    if facing.standing is None:
        return bool(facing.choices or facing.memo)
    kept = set(choices_of(facing.standing, book))
    return set(facing.choices) != kept or facing.memo != facing.standing.memo


def may_suggest(item: Item, setup: Setup) -> bool:
    """Whether this coder may ever be shown the suggestion for ``item``."""
    return setup.suggestion != "never" and item.reason not in BLIND and item.suggestion is not None


def visible(facing: Facing, setup: Setup) -> Suggestion | None:
    """The suggestion to show beside the item now."""
    return facing.item.suggestion if facing.seen and may_suggest(facing.item, setup) else None


def act(facing: Facing, setup: Setup, kind: EventKind, *, memo: str = "") -> Event:
    """An event of ``kind`` on the item, without codes."""
    sentence = facing.item.sentence
    return Event(
        kind=kind,
        coder=setup.coder,
        transcript_id=sentence.transcript_id,
        start=sentence.start,
        end=sentence.end,
        assisted=facing.seen,
        codebook=setup.codebook.hash,
        reason=facing.item.reason,
        memo=memo,
    )


def decision(facing: Facing, setup: Setup, codes: tuple[CodePolarity, ...]) -> Event:
    """The decision for ``codes``. A revision of the memo alone stays as assisted as it was."""
    event = replace(act(facing, setup, EventKind.DECISION, memo=facing.memo), codes=codes)
    standing = facing.standing
    if standing is not None and set(standing.codes) == set(codes):
        return replace(event, assisted=standing.assisted)
    return event


def taking_back(event: Event, setup: Setup) -> Event:
    """The event that undoes ``event``."""
    return Event(
        kind=EventKind.UNDO,
        coder=setup.coder,
        transcript_id=event.transcript_id,
        start=event.start,
        end=event.end,
        codebook=setup.codebook.hash,
        undoes=event.seq,
    )
