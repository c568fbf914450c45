"""The talk around the item before the coder, with the sentences selected marked in it."""

from __future__ import annotations

from precode.domain import Sentence
from precode.review.facing import Facing
from precode.review.source import Line


def talk(facing: Facing) -> tuple[Line, ...]:
    """The turns before, the sentences selected (``here``), the turns after, in order.

    Sentences taken into the selection are cut out of the turns around; where they are not found
    there, they show twice rather than never.
    """
    item = facing.item
    own = facing.selected.index(item.sentence)
    before, after = list(item.before), list(item.after)
    for s in reversed(facing.selected[:own]):
        _cut(before, s, at_end=True)
    for s in facing.selected[own + 1 :]:
        _cut(after, s, at_end=False)
    return (
        *(Line(speaker, "", text, here=False) for speaker, text in before),
        *(Line(item.speaker, item.role, s.text, here=True) for s in facing.selected),
        *(Line(speaker, "", text, here=False) for speaker, text in after),
    )


def _cut(turns: list[tuple[str, str]], sentence: Sentence, *, at_end: bool) -> None:
    """Take ``sentence`` off the end, or the beginning, of the turn next to it."""
    if not turns:
        return
    place = -1 if at_end else 0
    speaker, text = turns[place]
    words, cut = text.split(), sentence.text.split()
    edge = words[-len(cut) :] if at_end else words[: len(cut)]
    if not cut or edge != cut:
        return
    left = words[: -len(cut)] if at_end else words[len(cut) :]
    if left:
        turns[place] = (speaker, " ".join(left))
    else:
        del turns[place]
