"""What follows when a commit is stored: on to the next item, a suggestion, undo and redo."""

from __future__ import annotations

from dataclasses import replace

from precode.domain import CodePolarity, Event, EventKind
from precode.review.effects import Notice, ShowItem, ShowSuggestion
from precode.review.facing import (
    Facing,
    choices_of,
    covers,
    drafted,
    hull,
    key_of,
    may_suggest,
    showing,
    taking_back,
    unsaved,
)
from precode.review.state import (
    Effects,
    State,
    Waiting,
    advance,
    fresh,
    open_items,
    send,
    turn_to,
    wide,
)
from precode.review.tally import counts
from precode.review.values import Done


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
    match waiting.how:
        case "show":
            out = _shown(state, facing)
        case "unflag":
            kept = tuple(d for d in state.done if d.event.seq != event.undoes)
            state = replace(state, facing=replace(facing, flag=None), done=kept, undone=())
            out = state, (Notice("no longer flagged"),)
        case "flag":
            state = replace(_done(state, facing, event), facing=replace(facing, flag=event))
            out = state, (Notice("flagged for discussion; ? takes the flag off"),)
        case "skip":
            out = advance(_done(state, facing, event))
        case _:
            out = _decided(state, facing, event)
    return out


def _done(state: State, facing: Facing, event: Event) -> State:
    return replace(state, done=(*state.done, Done(event, facing.item)), undone=())


def _decided(state: State, facing: Facing, event: Event) -> tuple[State, Effects]:
    """The decision stands. The machine's word is next, where the coder may have it."""
    goal = state.setup.goal
    before = counts(state)[0] if goal is not None else 0
    state, told = _clear(_done(state, facing, event), Done(event, facing.item))
    if goal is not None and before < goal <= counts(state)[0]:
        text = f"the goal of this session is reached: {goal} decided; q quits, or just go on"
        told = (*told, Notice(text))
    facing = replace(facing, standing=event, skipped=None)
    reveal = state.setup.suggestion == "after" and may_suggest(facing.item, state.setup)
    if not reveal or facing.shown:
        return advance(state, *told)
    state, commit = send(
        replace(state, facing=facing), Waiting("show", showing(facing, state.setup))
    )
    return state, (*told, *commit)


def _shown(state: State, facing: Facing) -> tuple[State, Effects]:
    """It is kept that the coder sees the suggestion: let it be seen, with time to revise."""
    suggestion, decided = facing.item.suggestion, facing.standing
    assert suggestion is not None
    state = replace(
        state,
        seen=state.seen | {facing.id},
        shown=state.shown | {(facing.id, suggestion)},
        facing=replace(facing, seen=True, shown=True),
    )
    if state.setup.suggestion == "before":
        return state, (ShowItem(),)
    assert decided is not None
    suggested = {CodePolarity(s.code, s.polarity) for s in suggestion.codes}
    agrees = suggested == set(decided.codes)
    shown = ShowSuggestion(suggestion, decided.codes, agrees)
    return advance(state, shown) if agrees else (state, (shown,))


def _clear(state: State, act: Done) -> tuple[State, Effects]:
    """Items to come that lie inside the decision ``act`` leave the queue, until it is undone."""
    if not wide(act):
        return state, ()
    gone = tuple(f for f in state.todo if _inside(f, act))
    if not gone:
        return state, ()
    rest = tuple(f for f in state.todo if not _inside(f, act))
    state = replace(state, todo=rest, inside=(*state.inside, (act.event.seq, gone)))
    lost = any(unsaved(f, state.setup.codebook) for f in gone)
    text = (
        "the decision also covers sentences with codes or a memo not committed; u brings those back"
    )
    return state, (Notice(text),) if lost else ()


def _inside(facing: Facing, act: Done) -> bool:
    """Whether another item has been decided by ``act``. Probes are asked for their own sake."""
    earnest = not facing.key[1] and not key_of(act.item)[1]
    return (
        act.event.kind is EventKind.DECISION
        and earnest
        and facing.key != key_of(act.item)
        and covers(act.event, facing.item.sentence)
    )


def _undone(state: State, gone: Done) -> tuple[State, Effects]:
    """Face the item of ``gone`` again; then come the items that had left the queue with it, then
    what was faced, with its choices.
    """
    state = replace(state, done=state.done[:-1], undone=(*state.undone, gone))
    here = {f.key for f in open_items(state)}
    inside = [f for n, fs in state.inside if n == gone.event.seq for f in fs if f.key not in here]
    state = replace(state, inside=tuple(x for x in state.inside if x[0] != gone.event.seq))
    book, faced = state.setup.codebook, state.facing
    again = fresh(state, gone.item)
    draft = next((f for f in open_items(state) if f.key == again.key), None)
    if draft is not None and (draft is faced or unsaved(draft, book)):
        again = drafted(again, draft)
    elif again.standing is None:
        again = replace(
            again,
            span=hull(gone.item, gone.event),
            choices=choices_of(gone.event, book),
            memo=gone.event.memo,
        )
    state, effects = turn_to(state, again, Notice(f"undone: {gone.event.kind}; U redoes it"))
    return replace(state, todo=(*inside, *state.todo)), effects


def _redone(state: State, again: Done) -> tuple[State, Effects]:
    """The act stands once more; an item thereby decided or skipped is no longer faced."""
    state = replace(state, done=(*state.done, again), undone=state.undone[:-1])
    event, key, faced = again.event, key_of(again.item), state.facing
    if event.kind is EventKind.FLAG:
        todo = tuple(replace(f, flag=event) if f.key == key else f for f in state.todo)
        if faced is not None and faced.key == key:
            faced = replace(faced, flag=event)
        return replace(state, facing=faced, todo=todo), (Notice("redone: flag"),)
    open_now = (replace(f, standing=event) for f in open_items(state) if f.key == key)
    lost = any(unsaved(f, state.setup.codebook) for f in open_now)
    notice = Notice(f"redone: {event.kind}" + ("; what was chosen since is discarded" * lost))
    leaves = faced is not None and (faced.key == key or _inside(faced, again))
    todo = (faced, *state.todo) if faced is not None and leaves else state.todo
    state, told = _clear(replace(state, todo=tuple(f for f in todo if f.key != key)), again)
    first = (notice, *told)
    if not leaves:
        return state, first
    return advance(state, *first)
