"""A selection over several sentences: its ends move outwards and back."""

from __future__ import annotations

from dataclasses import replace

from precode.domain import Sentence
from precode.review.commands import Extend
from precode.review.effects import Notice, ShowSelection
from precode.review.facing import Facing, Span
from precode.review.state import Effects, State, decided, witnessed


def extend(state: State, facing: Facing, command: Extend) -> tuple[State, Effects]:
    """Take in one sentence more at one end, or let one go."""
    if facing.standing is not None:
        # Were it narrower, the sentence let go would keep the codes of the decision before.
        text = "the decision stands for what is selected; u takes it back, then select anew"
        return state, (Notice(text),)
    span = _narrower(facing, command.early) if command.back else _wider(state, facing, command)
    if isinstance(span, Notice):
        return state, (span,)
    return replace(state, facing=witnessed(state, replace(facing, span=span))), (ShowSelection(),)


def _wider(state: State, facing: Facing, command: Extend) -> Span | Notice:
    start, end = facing.span
    side, way = ("before", "earlier") if command.early else ("after", "later")
    near = _next(facing, command.early)
    if near is None:
        return Notice(
            f"no sentence {side} can be taken in: {way} talk is another's, or you know it"
        )
    if near.id in decided(state):
        return Notice(f"the sentence {side} is decided already; g goes back to it")
    return (near.start, end) if command.early else (start, near.end)


def _next(facing: Facing, early: bool) -> Sentence | None:
    """The nearest neighbour outside the selection. A probe has none: it decides nothing."""
    start, end = facing.span
    if facing.key[1]:
        return None
    if early:
        return next((s for s in facing.item.earlier if s.start < start), None)
    return next((s for s in facing.item.later if s.end > end), None)


def _narrower(facing: Facing, early: bool) -> Span | Notice:
    start, end = facing.span
    own = facing.item.sentence
    if early and start < own.start:
        return min(s.start for s in (own, *facing.item.earlier) if s.start > start), end
    if not early and end > own.end:
        return start, max(s.end for s in (own, *facing.item.later) if s.end < end)
    return Notice("nothing to let go here: the selection begins and ends with the sentence asked"
                  if facing.span == (own.start, own.end)
                  else "the sentence asked itself cannot be let go")  # fmt: skip
