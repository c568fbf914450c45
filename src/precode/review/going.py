"""Going elsewhere: back to earlier acts, to sentences looked up, on in a new order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from precode.domain import EventKind, Reason
from precode.review.effects import Effect, Find, Notice, ShowEarlier, ShowFound
from precode.review.facing import Facing, Key, drafted, hull, key_of, unsaved, within
from precode.review.state import (
    Effects,
    State,
    advance,
    fresh,
    open_items,
    queued,
    standing_on,
    turn_to,
)
from precode.review.tally import given_here
from precode.review.values import BLIND, Done, Item

HERE = Notice("this is the sentence before you")


def earlier(state: State) -> Iterator[Done]:
    """What this coder has decided or skipped, newest first; of each sentence the last act."""
    told: set[Key] = set()
    for d in reversed(state.done):
        key = key_of(d.item)
        if d.event.kind in (EventKind.DECISION, EventKind.SKIP) and key not in told:
            told |= {(s.id, key[1]) for s in within(d.item, hull(d.item, d.event))}
            yield d


def go_back(state: State, number: int | None) -> tuple[State, Effects]:
    """List the earlier acts, or face one of them again; nothing is undone."""
    acts = tuple(islice(earlier(state), number))
    if not acts and next(earlier(state), None) is None:
        return state, (Notice("there is nothing to go back to yet"),)
    if number is None:
        return state, (ShowEarlier(acts),)
    if number < 1 or len(acts) < number:
        last = sum(1 for _ in earlier(state))
        return state, (Notice(f"there is no act {number}: they go from 1 to {last}"),)
    act = acts[-1]
    if state.facing is not None and state.facing.key == key_of(act.item):
        return state, (HERE,)
    again = fresh(state, act.item)
    if act.event.kind is EventKind.SKIP and again.standing is None:
        again = replace(again, skipped=act.event, memo=act.event.memo)
    return turn_to(state, _with_draft(state, again))


def search(state: State, text: str) -> tuple[State, Effects]:
    """Ask for sentences with ``text``; without it, show what was found last."""
    if text.strip():
        return state, (Find(text.strip()),)
    if not state.found:
        return state, (Notice("nothing has been looked up yet: / and words, such as /shift work"),)
    return state, (ShowFound(state.found),)


def found(state: State, items: tuple[Item, ...]) -> tuple[State, Effects]:
    """The answer to a search."""
    if not items:
        text = (
            "no sentence has these words (those of the audit sample are found once you have "
            "decided them)"
        )
        return state, (Notice(text),)
    return replace(state, found=items), (ShowFound(items),)


def open_found(state: State, number: int) -> tuple[State, Effects]:
    """Face a sentence that was looked up, with the decision that stands on it if one does."""
    if not state.found:
        return search(state, "")
    if not 1 <= number <= len(state.found):
        text = f"nothing found has number {number}: they go from 1 to {len(state.found)}"
        return state, (Notice(text),)
    item = _looked_up(state, state.found[number - 1])
    if state.facing is not None and state.facing.key == key_of(item):
        return state, (HERE,)
    return turn_to(state, _with_draft(state, fresh(state, item)))


def _looked_up(state: State, item: Item) -> Item:
    """``item`` as one looked up. The blind samples stay blind, however their sentences are reached.

    A sentence that a decision covers is shown as that decision's item.
    """
    item = replace(item, reason=Reason.FOUND) if key_of(item)[1] else item
    known = standing_on(state, replace(item, reason=Reason.FOUND))
    same = [f.item for f in open_items(state) if f.key == key_of(item)]
    blind = any(i.reason in BLIND for i in (item, *same, *([known.item] if known else [])))
    base = known.item if known else item
    return replace(base, reason=Reason.FOUND, suggestion=None if blind else base.suggestion)


def _with_draft(state: State, facing: Facing) -> Facing:
    """With what was chosen for it before and not committed."""
    for f in state.todo:
        if f.key == facing.key and unsaved(f, state.setup.codebook):
            return drafted(facing, f)
    return facing


def refill(state: State, items: Sequence[Item]) -> tuple[State, Effects]:
    """A new order. What has codes or a memo not committed stays in front, the item faced stays
    faced, and what was decided or skipped in this session does not come again. The source keeps one
    sentence out of the new order, the first not acted on: where the item faced is decided, and
    stands only for its suggestion to be seen, that is the next one, which stays as well.
    """
    if state.ended:
        return state, ()
    book = state.setup.codebook
    shown = state.facing is not None and state.facing.standing is not None
    next_one = state.todo[:1] if shown else ()
    drafts = tuple(f for f in state.todo if unsaved(f, book) or f in next_one)
    skipped = {key_of(d.item) for d in state.done
               if d.event.kind is EventKind.SKIP and not d.earlier}  # fmt: skip
    here = {f.key for f in (state.facing, *drafts) if f is not None}
    gone = frozenset(here | skipped | given_here(state).keys())
    state = replace(state, todo=(*drafts, *queued(state, items, without=gone)))
    effects: tuple[Effect, ...] = ()
    if state.facing is None and state.todo:
        state, effects = advance(state)
    return state, effects
