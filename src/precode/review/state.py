"""Where a review session stands, and the small steps that move it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from precode.domain import CodePolarity, Event, EventKind
from precode.review.effects import Commit, Effect, ShowItem
from precode.review.facing import (
    Facing,
    Key,
    choices_of,
    covers,
    hull,
    key_of,
    may_suggest,
    settled,
    showing,
    unsaved,
    within,
)
from precode.review.values import Done, Item, Setup, Suggestion

Effects = tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A commit on its way to the store. ``done`` is the act undone or redone, if one is."""

    how: Literal["decide", "skip", "flag", "unflag", "undo", "redo", "show"]
    event: Event
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a session stands.

    ``facing`` is None when the queue is done; ``todo`` follows it. ``done`` holds the acts in
    force, oldest first (undo takes the last), ``undone`` those redo would bring back. ``seen`` are
    sentences of which this coder has seen a suggestion, at any time; ``shown`` (sentence id,
    suggestion) those on show in this session. ``inside`` holds, by the number of a decision over
    several sentences, the items that left the queue with it. ``found`` is what was found last.
    ``warned``: q was pressed with codes unsaved.
    """

    setup: Setup
    facing: Facing | None = None
    todo: tuple[Facing, ...] = ()
    done: tuple[Done, ...] = ()
    undone: tuple[Done, ...] = ()
    seen: frozenset[str] = frozenset()
    shown: frozenset[tuple[str, Suggestion]] = frozenset()
    inside: tuple[tuple[int, tuple[Facing, ...]], ...] = ()
    found: tuple[Item, ...] = ()
    waiting: Waiting | None = None
    warned: bool = False
    ended: bool = False


def decisions(acts: Iterable[Done], *, probes: bool = False) -> Iterable[Done]:
    """The decisions among ``acts``: those in earnest, or those on ``probes``."""
    return (d for d in acts if d.event.kind is EventKind.DECISION and key_of(d.item)[1] == probes)


def decided(state: State) -> dict[str, tuple[CodePolarity, ...]]:
    """Sentence id → the codes this coder's decisions in force give it, former sessions included.

    Decisions on probes give nothing.
    """
    return {
        s.id: d.event.codes
        for d in decisions(state.done)
        for s in within(d.item, hull(d.item, d.event))
    }


def left_unsaved(state: State) -> tuple[Facing, ...]:
    """Items whose codes or memo would be lost by leaving now."""
    return tuple(f for f in open_items(state) if unsaved(f, state.setup.codebook))


def open_items(state: State) -> tuple[Facing, ...]:
    """The item faced and those to come."""
    return (state.facing, *state.todo) if state.facing else state.todo


def advance(state: State, *first: Effect) -> tuple[State, Effects]:
    """On to the next item, after ``first`` is shown; what was faced is done with."""
    after = replace(state, todo=state.todo[1:])
    return face(after, state.todo[0] if state.todo else None, *first)


def turn_to(state: State, facing: Facing, *first: Effect) -> tuple[State, Effects]:
    """Face ``facing`` now; what was faced waits behind it, with what was chosen, unless it is
    settled.
    """
    faced, todo = state.facing, state.todo
    if faced is not None and not settled(faced, state.setup.codebook):
        todo = (faced, *todo)
    todo = tuple(f for f in todo if f.key != facing.key)
    return face(replace(state, todo=todo), facing, *first)


def face(state: State, facing: Facing | None, *first: Effect) -> tuple[State, Effects]:
    """Face this one. Where suggestions come before the decision, that is stored first."""
    if facing is None:
        return replace(state, facing=None), (*first, ShowItem())
    facing = witnessed(state, facing)
    state = replace(state, facing=facing)
    before = state.setup.suggestion == "before" and may_suggest(facing.item, state.setup)
    if not before or facing.shown:
        return state, (*first, ShowItem())
    state, commit = send(state, Waiting("show", showing(facing, state.setup)))
    return state, (*first, *commit)


def send(state: State, waiting: Waiting) -> tuple[State, Effects]:
    """Ask for a commit, and wait for it."""
    return replace(state, waiting=waiting), (Commit(waiting.event),)


def witnessed(state: State, facing: Facing) -> Facing:
    """With what this coder has seen of the machine on the sentences selected."""
    suggestion = facing.item.suggestion
    return replace(
        facing,
        seen=any(s.id in state.seen for s in facing.selected),
        shown=suggestion is not None and (facing.id, suggestion) in state.shown,
    )


def fresh(state: State, item: Item) -> Facing:
    """``item`` as the acts in force leave it."""
    key, book = key_of(item), state.setup.codebook
    standing = standing_on(state, item)
    flags = (d.event for d in reversed(state.done)
             if d.event.kind is EventKind.FLAG and key_of(d.item) == key)  # fmt: skip
    here = item.sentence.start, item.sentence.end
    return witnessed(
        state,
        Facing(
            item,
            hull(item, standing.event) if standing else here,
            choices=choices_of(standing.event, book) if standing else (),
            memo=standing.event.memo if standing else "",
            standing=standing.event if standing else None,
            flag=next(flags, None),
        ),
    )


def standing_on(state: State, item: Item) -> Done | None:
    """The decision in force on the item's sentence; for a probe, the one on the probe."""
    key = key_of(item)
    probe = key[1]
    return next(
        (
            d for d in decisions(reversed(state.done), probes=probe)
            if (key_of(d.item) == key if probe else covers(d.event, item.sentence))
        ),
        None,
    )  # fmt: skip


def queued(state: State, items: Sequence[Item], *, without: frozenset[Key]) -> tuple[Facing, ...]:
    """``items`` as the acts in force leave them, each once, those in ``without`` left out."""
    touched = {key_of(d.item)[0] for d in state.done}
    spans = [d.event for d in state.done if wide(d)]
    untouched = replace(state, done=())  # most items: spares a search through a long past
    once: dict[Key, Item] = {}
    for i in items:
        once.setdefault(key_of(i), i)
    return tuple(
        fresh(
            state if i.sentence.id in touched or any(covers(e, i.sentence) for e in spans)
            else untouched,
            i,
        )
        for key, i in once.items()
        if key not in without
    )  # fmt: skip


def wide(act: Done) -> bool:
    """Whether ``act`` covers more than its item's sentence."""
    sentence = act.item.sentence
    return hull(act.item, act.event) != (sentence.start, sentence.end)
