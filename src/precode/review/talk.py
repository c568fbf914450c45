"""The talk around the item before the coder, with the sentences selected marked in it."""

from __future__ import annotations

from collections.abc import Sequence

from precode.domain import Sentence
from precode.review.facing import Facing
from precode.review.source import Line
from precode.review.values import Item

Turns = Sequence[tuple[str, str]]
_FAR = 3  # an "mm" between two sentences of a speaker, and a turn of the like


def talk(facing: Facing) -> tuple[Line, ...]:
    """The turns before, the sentences selected (``here``), the turns after, in order.

    Sentences taken into the selection are cut out of the turns around, and what others put in
    between stays between; where they are not found there, they show twice rather than never.
    """
    item = facing.item
    own = facing.selected.index(item.sentence)
    first: list[Line] = []
    before: Turns = item.before
    if own:
        back = facing.selected[:own][::-1]
        first, left = _taken(item, back, _mirrored(item.before), mirror=True)
        before = _mirrored(left)
    last, after = _taken(item, facing.selected[own + 1 :], item.after, mirror=False)
    return (
        *_lines(before),
        *reversed(first),
        Line(item.speaker, item.role, item.sentence.text, here=True),
        *last,
        *_lines(after),
    )


def _taken(
    item: Item, sentences: Sequence[Sentence], turns: Turns, *, mirror: bool
) -> tuple[list[Line], Turns]:
    """The lines of ``sentences`` with what stands between them, and the turns left over. With
    ``mirror``, all is read from the sentence backwards, the words of the turns too.
    """
    out: list[Line] = []
    for s in sentences:
        words = s.text.split()[::-1] if mirror else s.text.split()
        found = _found(words, turns, item.speaker)
        if found is not None:
            between = turns[:found]
            out += _lines(_mirrored(between)[::-1] if mirror else between)
            rest = turns[found][1].split()[len(words) :]
            left = [(item.speaker, " ".join(rest))] if rest else []
            turns = [*left, *turns[found + 1 :]]
        out.append(Line(item.speaker, item.role, s.text, here=True))
    return out, turns


def _found(words: Sequence[str], turns: Turns, speaker: str) -> int | None:
    """Which of the nearest turns begins with ``words``, of ``speaker`` and after others' only."""
    for place, (who, text) in enumerate(turns[:_FAR]):
        if who == speaker:
            return place if text.split()[: len(words)] == words else None
    return None


def _mirrored(turns: Turns) -> list[tuple[str, str]]:
    """``turns`` from the last to the first, each with its words in reverse."""
    return [(who, " ".join(text.split()[::-1])) for who, text in reversed(turns)]


def _lines(turns: Turns) -> list[Line]:
    return [Line(who, "", text, here=False) for who, text in turns]
