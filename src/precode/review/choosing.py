"""The commands on the item before the coder: choose, note, flag, skip, commit."""

from __future__ import annotations

from dataclasses import replace

from precode.domain import EventKind
from precode.review.commands import Act, Command, Direction, Extend, Give, Memo, Toggle
from precode.review.effects import (
    Effect,
    Notice,
    ShowEvidence,
    ShowOthers,
    ShowSelection,
    ShowWhole,
)
from precode.review.extending import extend
from precode.review.facing import (
    Facing,
    act,
    chosen,
    decision,
    give,
    settled,
    take_off,
    taking_back,
    visible,
)
from precode.review.state import Effects, State, Waiting, advance, send


def on_item(state: State, facing: Facing, command: Command) -> tuple[State, Effects]:
    """What ``command`` does to the item faced. Raises :class:`ValueError` for other commands."""
    match command:
        case Toggle(number) | Give(number, _):
            out = _toggle(state, facing, command, number)
        case Direction():
            out = _direct(state, facing, command)
        case Extend():
            out = extend(state, facing, command)
        case Memo(text):
            out = _memo(state, facing, text)
        case Act.ERASE:
            out = _erase(state, facing)
        case Act.EVIDENCE:
            out = state, (_evidence(state, facing),)
        case Act.WHOLE:
            out = state, (ShowWhole(facing.item),)
        case Act.COMMIT:
            out = _commit_choices(state, facing)
        case Act.NOTHING:
            out = _commit_nothing(state, facing)
        case Act.SKIP:
            out = _skip(state, facing)
        case Act.FLAG:
            out = _flag(state, facing)
        case _:
            raise ValueError(f"no command for an item: {command}")
    return out


def _flag(state: State, facing: Facing) -> tuple[State, Effects]:
    if facing.flag is not None:
        return send(state, Waiting("unflag", taking_back(facing.flag, state.setup)))
    return send(state, Waiting("flag", act(facing, state.setup, EventKind.FLAG)))


def _toggle(
    state: State, facing: Facing, command: Toggle | Give, number: int
) -> tuple[State, Effects]:
    book = state.setup.codebook
    if not 1 <= number <= len(book.leaves):
        return state, (Notice(f"there is no code {number}: they go from 1 to {len(book.leaves)}"),)
    code = book.leaves[number - 1]
    effects: Effects = (ShowSelection(),)
    if isinstance(command, Toggle) and any(c.code == code.id for c in facing.choices):
        return replace(state, facing=take_off(facing, code)), effects
    polarity = command.polarity if isinstance(command, Give) else None
    if polarity is not None and not code.polarity:
        effects = (Notice(f"{code.label} takes no polarity"), ShowSelection())
    return replace(state, facing=give(facing, code, polarity, book)), effects


def _direct(state: State, facing: Facing, command: Direction) -> tuple[State, Effects]:
    book = state.setup.codebook
    if not facing.last:
        return state, (
            Notice("first the number of a code, then its polarity: 1b, or 1 and then b"),
        )
    number = book.leaf_ids.index(facing.last) + 1
    return _toggle(state, facing, Give(number, command.polarity), number)


def _memo(state: State, facing: Facing, text: str) -> tuple[State, Effects]:
    if not text:
        told = f"the memo is: {facing.memo}" if facing.memo else "there is no memo yet"
        return state, (Notice(f"{told}; to write one, type m and the memo on the same line"),)
    old = f"; it replaces: {facing.memo}" if facing.memo else ""
    state = replace(state, facing=replace(facing, memo=text))
    return state, (Notice(f"memo noted, stored with your decision{old}"),)


def _erase(state: State, facing: Facing) -> tuple[State, Effects]:
    if not facing.memo:
        return state, (Notice("there is no memo yet"),)
    told = Notice(f"memo taken off; it was: {facing.memo}")
    return replace(state, facing=replace(facing, memo="")), (told,)


def _evidence(state: State, facing: Facing) -> Effect:
    if facing.item.others:
        return ShowOthers(facing.item)
    suggestion = visible(facing, state.setup)
    if suggestion is None:
        return Notice("the evidence is for a suggestion that you have seen; none is on show here")
    return ShowEvidence(suggestion)


def _commit_choices(state: State, facing: Facing) -> tuple[State, Effects]:
    book = state.setup.codebook
    if settled(facing, book):
        return advance(state)
    if not facing.choices and not (facing.standing and not facing.standing.codes):
        return state, (Notice("choose a code by its number; n if nothing applies; s skips"),)
    for choice in facing.choices:
        if choice.polarity is None:
            n = book.leaf_ids.index(choice.code) + 1
            ways = f"{n}b barrier, {n}f facilitator, {n}x both, {n}o unclear"
            return state, (Notice(f"{n} {book[choice.code].label} has no polarity yet: {ways}"),)
    return send(state, Waiting("decide", decision(facing, state.setup, chosen(facing, book))))


def _commit_nothing(state: State, facing: Facing) -> tuple[State, Effects]:
    if facing.choices:
        numbers = [state.setup.codebook.leaf_ids.index(c.code) + 1 for c in facing.choices]
        off = " ".join(str(n) for n in numbers)
        return state, (Notice(f"codes are chosen: take them off first ({off}), then n"),)
    if facing.standing is not None and settled(facing, state.setup.codebook):
        return advance(state)
    return send(state, Waiting("decide", decision(facing, state.setup, ())))


def _skip(state: State, facing: Facing) -> tuple[State, Effects]:
    if facing.standing is not None:
        return state, (Notice("this is decided already: Enter keeps it, u takes it back"),)
    if facing.choices:
        return state, (
            Notice("codes are chosen: Enter commits them; to skip, take them off first"),
        )
    if settled(facing, state.setup.codebook):
        return advance(state)  # skipped already
    event = act(facing, state.setup, EventKind.SKIP, memo=facing.memo)
    return send(state, Waiting("skip", event))
