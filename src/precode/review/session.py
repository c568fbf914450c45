"""A review session as a pure state machine: (state, command) → (state, effects). No I/O.

    state, effects = begin(setup, items, past=…)
    state, effects = step(state, command)

Nothing moves on before it is stored: a deciding command yields one :class:`Commit` and the state
waits; the next item is shown only in answer to :class:`Stored`. So whoever drives the machine
cannot show an item while an earlier decision is at risk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from precode.review.choosing import on_item
from precode.review.commands import Act, Command, Look, Stored, Unknown
from precode.review.effects import Effect, Ended, Notice, ShowCodes, ShowHelp, ShowItem
from precode.review.state import Effects, State, advance, fresh, left_unsaved
from precode.review.storing import redo, stored, undo
from precode.review.values import Done, Item, Setup


def begin(
    setup: Setup, items: Sequence[Item], *, past: Sequence[Done], seen: frozenset[str]
) -> tuple[State, Effects]:
    """A session over ``items`` in their order.

    ``past`` are the coder's acts of former sessions that still stand, oldest first: undo reaches
    them (:func:`precode.review.values.undoable`). ``seen`` are the ids of sentences whose
    suggestion this coder may have seen before (:func:`precode.review.values.seen_before`): whatever
    is decided on them now counts as assisted.
    """
    state = State(setup, done=tuple(replace(d, earlier=True) for d in past), seen=seen)
    touched = {d.item.sentence.id for d in past}
    untouched = replace(state, done=())  # most items: spares a search through a long past
    todo = tuple(fresh(state if i.sentence.id in touched else untouched, i) for i in items)
    return advance(replace(state, todo=todo)), (ShowItem(),)


def step(state: State, command: Command) -> tuple[State, Effects]:
    """What ``command`` leads to. Raises :class:`ValueError` for a Stored that answers nothing."""
    if isinstance(command, Stored):
        return stored(state, command.event)
    if state.ended:
        return state, ()
    if state.waiting:
        return state, (Notice("the last act is still being stored; press the key again"),)
    if command is Act.QUIT:
        return _quit(state)
    return _on_desk(replace(state, warned=False), command)


def _on_desk(state: State, command: Command) -> tuple[State, Effects]:
    """Commands that need no item; the others go to the item faced."""
    out: tuple[State, Effects]
    match command:
        case Act.HELP:
            out = state, (ShowHelp(),)
        case Look(number):
            out = state, (_look(state, number),)
        case Act.UNDO:
            out = undo(state)
        case Act.REDO:
            out = redo(state)
        case Unknown(keys):
            out = state, (Notice(f'"{keys}" means nothing here; h shows all keys'),)
        case _ if state.facing is not None:
            out = on_item(state, state.facing, command)
        case Act.COMMIT:
            out = replace(state, ended=True), (Ended(),)
        case _:
            out = state, (Notice("the queue is done: u goes back to the last item, q quits"),)
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
