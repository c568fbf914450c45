"""What follows when a commit is stored: on to the next item, a suggestion, undo and redo."""

from __future__ import annotations

from dataclasses import replace

from precode.domain import CodePolarity, Event, EventKind
from precode.review.effects import Notice, ShowItem, ShowSuggestion
from precode.review.facing import (
    Facing,
    choices_of,
    may_suggest,
    taking_back,
    unsaved,
)
from precode.review.state import Effects, State, Waiting, advance, fresh, open_items, send
from precode.review.values import Done, Suggestion


def undo(state: State) -> tuple[State, Effects]:
    """Take back the last act in force, whichever session it is from."""
    if not state.done:
        return state, (Notice("there is nothing to undo"),)
    last = state.done[-1]
    return send(state, Waiting("undo", taking_back(last.event, state.setup), last))


def redo(state: State) -> tuple[State, Effects]:
    """Do again what was undone last: the same act, as assisted as it was."""
    if not state.undone:
        return state, (Notice("there is nothing to redo"),)
    last = state.undone[-1]
    again = replace(last.event, seq=0, at="", seconds=None, batch="")
    return send(state, Waiting("redo", again, last))


def stored(state: State, event: Event) -> tuple[State, Effects]:
    """The store has kept the commit waited for: go on."""
    waiting, facing = state.waiting, state.facing
    if waiting is None or event.seq < 1 or event.kind is not waiting.event.kind:
        raise ValueError(f"this answers no commit: {event}")
    state = replace(state, waiting=None)
    if waiting.how == "undo" and waiting.done:
        return _undone(state, waiting.done)
    if waiting.how == "redo" and waiting.done:
        return _redone(state, Done(event, waiting.done.item))
    assert facing is not None
    if waiting.how == "unflag":
        kept = tuple(d for d in state.done if d.event.seq != event.undoes)
        state = replace(state, facing=replace(facing, flag=None), done=kept, undone=())
        return state, (Notice("no longer flagged"),)
    state = replace(state, done=(*state.done, Done(event, facing.item)), undone=())
    if waiting.how == "flag":
        state = replace(state, facing=replace(facing, flag=event))
        return state, (Notice("flagged for discussion; ! takes the flag off"),)
    suggestion = facing.item.suggestion
    reveal = state.setup.suggestion == "after" and may_suggest(facing.item, state.setup)
    if waiting.how == "skip" or not reveal or facing.seen or suggestion is None:
        return advance(state), (ShowItem(),)
    return _reveal(state, replace(facing, seen=True, standing=event), event, suggestion)


def _reveal(
    state: State, facing: Facing, event: Event, suggestion: Suggestion
) -> tuple[State, Effects]:
    """After the commit: the suggestion, and time to revise where it differs."""
    state = replace(state, seen=state.seen | {facing.id}, facing=facing)
    suggested = {CodePolarity(s.code, s.polarity) for s in suggestion.codes}
    agrees = suggested == set(event.codes)
    shown = ShowSuggestion(suggestion, event.codes, agrees)
    return (advance(state), (shown, ShowItem())) if agrees else (state, (shown,))


def _undone(state: State, gone: Done) -> tuple[State, Effects]:
    """Face the item of ``gone`` again; what was faced waits behind it, with its choices."""
    state = replace(state, done=state.done[:-1], undone=(*state.undone, gone))
    book, faced, key = state.setup.codebook, state.facing, gone.item.sentence.id
    again = fresh(state, gone.item)
    draft = next((f for f in open_items(state) if f.id == key), None)
    if draft is not None and (draft is faced or unsaved(draft, book)):
        again = replace(again, choices=draft.choices, memo=draft.memo, last=draft.last)
    elif again.standing is None:
        again = replace(again, choices=choices_of(gone.event, book), memo=gone.event.memo)
    if faced is not None and faced.id != key and (faced.standing is None or unsaved(faced, book)):
        state = replace(state, todo=(faced, *state.todo))
    rest = tuple(f for f in state.todo if f.id != key)
    notice = Notice(f"undone: {gone.event.kind}; U redoes it")
    return replace(state, facing=again, todo=rest), (notice, ShowItem())


def _redone(state: State, again: Done) -> tuple[State, Effects]:
    """The act stands once more; an item thereby decided or skipped is no longer faced."""
    state = replace(state, done=(*state.done, again), undone=state.undone[:-1])
    key, faced = again.item.sentence.id, state.facing
    notice = Notice(f"redone: {again.event.kind}")
    if again.event.kind is EventKind.FLAG:
        flagged = tuple(replace(f, flag=again.event) if f.id == key else f for f in state.todo)
        if faced is not None and faced.id == key:
            faced = replace(faced, flag=again.event)
        return replace(state, facing=faced, todo=flagged), (notice,)
    drafts = [replace(f, standing=again.event) for f in open_items(state) if f.id == key]
    if any(unsaved(f, state.setup.codebook) for f in drafts):
        notice = Notice(f"redone: {again.event.kind}; what was chosen since is discarded")
    state = replace(state, todo=tuple(f for f in state.todo if f.id != key))
    if faced is not None and faced.id == key:
        return advance(state), (notice, ShowItem())
    return state, (notice,)
