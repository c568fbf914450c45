"""The item before the coder: what is chosen for it so far, and the events made from that."""

from __future__ import annotations

from dataclasses import dataclass, replace

from precode.codebook import Code, Codebook
from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason, Sentence
from precode.review.values import BLIND, Item, Setup, Suggestion

Span = tuple[int, int]
Key = tuple[str, bool]
"""What tells two things asked apart: the sentence's id, and whether it is a probe."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A code chosen, not yet committed. ``polarity`` is None while it is still to be given."""

    code: str
    polarity: Polarity | None


@dataclass(frozen=True, slots=True)
class Facing:
    """An item with what the coder has done about it.

    ``span`` is what a decision would cover, from the start of the first selected sentence to the
    end of the last. ``last`` is the code given last, which a polarity key applies to. ``shown``:
    the item's suggestion has been on show. ``seen``: so has that one, or an earlier one of a
    sentence selected; what is decided now is assisted. ``standing`` is the decision in force, which
    a further commit revises; ``skipped`` the skip that the coder went back to; ``flag`` the flag in
    force.
    """

    item: Item
    span: Span
    choices: tuple[Choice, ...] = ()
    memo: str = ""
    last: str = ""
    seen: bool = False
    shown: bool = False
    standing: Event | None = None
    skipped: Event | None = None
    flag: Event | None = None

    @property
    def id(self) -> str:
        return self.item.sentence.id

    @property
    def key(self) -> Key:
        return key_of(self.item)

    @property
    def selected(self) -> tuple[Sentence, ...]:
        """The sentences that a decision would cover, in the order of the talk."""
        return within(self.item, self.span)


def key_of(item: Item) -> Key:
    """What a probe decides stands apart from what the same sentence has been given in earnest."""
    return item.sentence.id, item.reason == Reason.PROBE


def within(item: Item, span: Span) -> tuple[Sentence, ...]:
    """The item's sentence and those neighbours that lie inside ``span``, in order."""
    around = (*reversed(item.earlier), item.sentence, *item.later)
    return tuple(s for s in around if span[0] <= s.start and s.end <= span[1])


def hull(item: Item, event: Event) -> Span:
    """The span of ``event``, which is one on the item's sentence."""
    return min(event.start, item.sentence.start), max(event.end, item.sentence.end)


def covers(event: Event, sentence: Sentence) -> bool:
    """Whether ``sentence`` lies inside ``event``."""
    return (
        event.transcript_id == sentence.transcript_id
        and event.start <= sentence.start
        and sentence.end <= event.end
    )


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
        kept_memo = facing.skipped.memo if facing.skipped else ""
        return bool(facing.choices) or facing.memo != kept_memo
    kept = set(choices_of(facing.standing, book))
    return set(facing.choices) != kept or facing.memo != facing.standing.memo


def settled(facing: Facing, book: Codebook) -> bool:
    """Whether the item needs no more: decided or skipped, with nothing changed since."""
    acted = facing.standing is not None or facing.skipped is not None
    return acted and not unsaved(facing, book)


def drafted(facing: Facing, draft: Facing) -> Facing:
    """``facing`` with what ``draft``, the same item, had chosen and selected."""
    return replace(facing, span=draft.span, choices=draft.choices, memo=draft.memo, last=draft.last)


def may_suggest(item: Item, setup: Setup) -> bool:
    """Whether this coder may ever be shown the suggestion for ``item``."""
    return setup.suggestion != "never" and item.reason not in BLIND and item.suggestion is not None


def visible(facing: Facing, setup: Setup) -> Suggestion | None:
    """The suggestion to show beside the item now."""
    return facing.item.suggestion if facing.shown and may_suggest(facing.item, setup) else None


def act(facing: Facing, setup: Setup, kind: EventKind, *, memo: str = "") -> Event:
    """An event of ``kind`` on the item's sentence, without codes."""
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
    """The decision for ``codes`` on what is selected.

    A revision of the memo alone stays as assisted as what it revises: the codes are the same.
    """
    event = act(facing, setup, EventKind.DECISION, memo=facing.memo)
    event = replace(event, codes=codes, start=facing.span[0], end=facing.span[1])
    old = facing.standing
    same = old is not None and set(old.codes) == set(codes)
    return replace(event, assisted=old.assisted) if old is not None and same else event


def showing(facing: Facing, setup: Setup) -> Event:
    """The event to store before the item's suggestion appears."""
    suggestion = facing.item.suggestion or Suggestion()
    return replace(
        act(facing, setup, EventKind.SHOWN),
        codes=tuple(CodePolarity(s.code, s.polarity) for s in suggestion.codes),
        confidence=tuple(s.confidence for s in suggestion.codes),
        model=suggestion.model,
    )


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
