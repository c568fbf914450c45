"""A review session as a pure state machine: (state, command) → (state, effects). No I/O.

    state, effects = begin(setup, items, past=…, seen=…)
    state, effects = step(state, command)

Nothing moves on before it is stored: a deciding command yields one :class:`Commit` and the state
waits; the next item is shown only in answer to :class:`Stored`. So whoever drives the machine
cannot show an item while an earlier decision is at risk, nor a suggestion before it is on record
that it is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from precode.review.choosing import on_item
from precode.review.commands import (
    Act,
    Command,
    Found,
    GoBack,
    Look,
    Open,
    Refill,
    Search,
    Stored,
    Unknown,
)
from precode.review.effects import Effect, Ended, Notice, ShowCodes, ShowHelp, ShowProgress
from precode.review.going import found, go_back, open_found, refill, search
from precode.review.state import Effects, State, advance, left_unsaved, queued
from precode.review.storing import redo, stored, undo
from precode.review.values import Done, Item, Setup


def begin(
    setup: Setup, items: Sequence[Item], *, past: Sequence[Done], seen: frozenset[str]
) -> tuple[State, Effects]:
    """A session over ``items`` in their order.

    ``past`` are the coder's acts of former sessions that still stand, oldest first: undo reaches
    them (:func:`precode.review.values.undoable`). Of a decision over several sentences, the item is
    one of them, and knows the others as its neighbours. ``seen`` are the ids of sentences whose
    suggestion this coder may have seen before (:func:`precode.review.values.seen_before`): whatever
    is decided on them now counts as assisted.
    """
    state = State(setup, done=tuple(replace(d, earlier=True) for d in past), seen=seen)
    return advance(replace(state, todo=queued(state, items, without=frozenset())))


def step(state: State, command: Command) -> tuple[State, Effects]:
    """What ``command`` leads to. Raises :class:`ValueError` for a Stored that answers nothing."""
    out: tuple[State, Effects]
    match command:
        case Stored(event):
            out = stored(state, event)
        case Refill(items):
            out = refill(state, items)
        case _ if state.ended:
            out = state, ()
        case Found(items):
            out = found(state, items)
        case _ if state.waiting:
            out = state, (Notice("the last act is still being stored; press the key again"),)
        case Act.QUIT:
            out = _quit(state)
        case _:
            out = _on_desk(replace(state, warned=False), command)
    return out


def _on_desk(state: State, command: Command) -> tuple[State, Effects]:
    """Commands that need no item; the others go to the item faced."""
    out: tuple[State, Effects]
    match command:
        case Act.HELP:
            out = state, (ShowHelp(),)
        case Act.PROGRESS:
            out = state, (ShowProgress(),)
        case Look(number):
            out = state, (_look(state, number),)
        case Act.UNDO:
            out = undo(state)
        case Act.REDO:
            out = redo(state)
        case GoBack(number):
            out = go_back(state, number)
        case Search(text):
            out = search(state, text)
        case Open(number):
            out = open_found(state, number)
        case Unknown(keys):
            out = state, (Notice(f'"{keys}" means nothing here; h shows all keys'),)
        case _ if state.facing is not None:
            out = on_item(state, state.facing, command)
        case Act.COMMIT:
            out = replace(state, ended=True), (Ended(),)
        case _:
            text = "the queue is done: u takes the last act back, g goes back, q quits"
            out = state, (Notice(text),)
    return out


def _look(state: State, number: int | None) -> Effect:
    leaves = tuple(enumerate(state.setup.codebook.leaves, 1))
    if number is None:
        return ShowCodes(leaves)
    if not 1 <= number <= len(leaves):
        return Notice(f"there is no code {number}: they go from 1 to {len(leaves)}")
    return ShowCodes((leaves[number - 1],))


def _quit(state: State) -> tuple[State, Effects]:
    if left_unsaved(state) and not state.warned:
        text = "there are codes or a memo not committed: Enter commits, q again discards and quits"
        return replace(state, warned=True), (Notice(text),)
    return replace(state, ended=True), (Ended(),)
