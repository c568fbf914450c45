"""Where a review session stands, and the small steps that move it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from precode.domain import CodePolarity, Event, EventKind
from precode.review.effects import Commit, Effect
from precode.review.facing import Facing, choices_of, may_suggest, unsaved
from precode.review.values import Done, Item, Setup

Effects = tuple[Effect, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A commit on its way to the store. ``done`` is the act undone or redone, if one is."""

    how: Literal["decide", "skip", "flag", "unflag", "undo", "redo"]
    event: Event
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class State:
    """Where a session stands.

    ``facing`` is None when the queue is done; ``todo`` follows it. ``done`` holds the acts in
    force, oldest first (undo takes the last), ``undone`` those redo would bring back. ``seen`` are
    sentences whose suggestion this coder has seen. ``warned``: q was pressed with codes unsaved.
    """

    setup: Setup
    facing: Facing | None = None
    todo: tuple[Facing, ...] = ()
    done: tuple[Done, ...] = ()
    undone: tuple[Done, ...] = ()
    seen: frozenset[str] = frozenset()
    waiting: Waiting | None = None
    warned: bool = False
    ended: bool = False


def decided(state: State) -> dict[str, tuple[CodePolarity, ...]]:
    """Sentence id → the codes this coder's decisions in force give it, former sessions included."""
    return {
        d.item.sentence.id: d.event.codes for d in state.done if d.event.kind is EventKind.DECISION
    }


def left_unsaved(state: State) -> tuple[Facing, ...]:
    """Items whose codes or memo would be lost by leaving now."""
    return tuple(f for f in open_items(state) if unsaved(f, state.setup.codebook))


def open_items(state: State) -> tuple[Facing, ...]:
    """The item faced and those to come."""
    return (state.facing, *state.todo) if state.facing else state.todo


def advance(state: State) -> State:
    """On to the next item; what was faced is done with."""
    return replace(state, facing=state.todo[0] if state.todo else None, todo=state.todo[1:])


def send(state: State, waiting: Waiting) -> tuple[State, Effects]:
    """Ask for a commit, and wait for it."""
    return replace(state, waiting=waiting), (Commit(waiting.event),)


def fresh(state: State, item: Item) -> Facing:
    """``item`` as the acts in force leave it."""
    key = item.sentence.id
    mine = [d.event for d in state.done if d.item.sentence.id == key]
    before = state.setup.suggestion == "before" and may_suggest(item, state.setup)
    standing = next((e for e in reversed(mine) if e.kind is EventKind.DECISION), None)
    return Facing(
        item,
        choices=choices_of(standing, state.setup.codebook) if standing else (),
        memo=standing.memo if standing else "",
        seen=before or key in state.seen,
        standing=standing,
        flag=next((e for e in reversed(mine) if e.kind is EventKind.FLAG), None),
    )
