"""Two versions of a text, aligned: lines, then words, then characters.

Longest common subsequences have ties ("Okay." stands many times in a talk): both texts are aligned
from the front and from the back, and a place is a place only if both say so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import LCSseq, Levenshtein

_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_CELLS = 400_000_000  # of the table that a subsequence is found in: 50 MB
_LETTERS = 4_000  # of a changed stretch, to look for places inside it
_UNIQUE = 20  # characters of a passage that may be found elsewhere in the text, moved as a whole


@dataclass(frozen=True, slots=True)
class Block:
    """``length`` characters that are the same from ``old`` and from ``new`` on."""

    old: int
    new: int
    length: int


class Alignment:
    """Where passages of ``old`` stand in ``new``."""

    def __init__(self, old: str, new: str) -> None:
        self._old, self._new = old, new
        forth = _blocks(old, new)
        back = [
            Block(len(old) - b.old - b.length, len(new) - b.new - b.length, b.length)
            for b in reversed(_blocks(old, new, backwards=True))
        ]
        self._maps = _Map(old, new, forth), _Map(old, new, back)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The place in ``new`` of ``old[start:end]``, changed or not, or of nothing that is left of it
        (None): also if the two alignments disagree. A passage that is nowhere near is looked for as a
        whole: it must be long, and unique in both texts.
        """
        one, other = (m.span(start, end) for m in self._maps)
        if one is not None and one == other:
            return one
        if one is not None and other is not None and max(one[0], other[0]) < min(one[1], other[1]):
            # the same place, where only a full stop or a "the" may be that of new words beside it
            exact = [s for s in (one, other) if self._new[slice(*s)] == self._old[start:end]]
            if len(exact) == 1:
                return exact[0]
        words = self._old[start:end]
        if len(words.strip()) < _UNIQUE or not _once(words, self._old):
            return None
        if not _once(words, self._new):
            return None
        at = self._new.find(words)
        return at, at + len(words)


def _once(words: str, text: str) -> bool:
    at = text.find(words)
    return at >= 0 and text.find(words, at + 1) < 0


class _Map:
    def __init__(self, old: str, new: str, blocks: Sequence[Block]) -> None:
        self._old, self._new = old, new
        self._blocks = list(blocks)
        self._starts = [b.old for b in self._blocks]

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        if not 0 <= start < end <= len(self._old):
            return None
        first, last = self._at(start, end=False), self._at(end - 1, end=True)
        if first is None or last is None or first >= last:
            return None
        piece = self._new[first:last]
        first += len(piece) - len(piece.lstrip())
        last -= len(piece) - len(piece.rstrip())
        exact = self._old[start:end]
        if exact != exact.strip() and self._inside(start, end):
            return self._inside(start, end)
        return (first, last) if first < last else None

    def _inside(self, start: int, end: int) -> tuple[int, int] | None:
        """The span, if one block holds all of it."""
        i = bisect_right(self._starts, start) - 1
        if i < 0:
            return None
        b = self._blocks[i]
        if end > b.old + b.length:
            return None
        return b.new + start - b.old, b.new + end - b.old

    def _at(self, at: int, *, end: bool) -> int | None:
        """Where the character ``at`` begins (with ``end``: ends) in the new text."""
        i = bisect_right(self._starts, at) - 1
        if i >= 0 and at < self._blocks[i].old + self._blocks[i].length:
            return self._blocks[i].new + at - self._blocks[i].old + end
        low, new_low = (0, 0) if i < 0 else _after(self._blocks[i])
        if i + 1 < len(self._blocks):
            high, new_high = self._blocks[i + 1].old, self._blocks[i + 1].new
        else:
            high, new_high = len(self._old), len(self._new)
        if not end and at == low:
            return new_low
        if end and at == high - 1:
            return new_high
        was, now = self._old[low:high], self._new[new_low:new_high]
        if len(was) > _LETTERS or len(now) > _LETTERS:
            return None
        return new_low + _letter(was, now, at - low, end=end)


def _after(b: Block) -> tuple[int, int]:
    return b.old + b.length, b.new + b.length


def _letter(was: str, now: str, at: int, *, end: bool) -> int:
    """Where the letter ``at`` of a changed stretch has gone, moved outwards to the bounds of words."""
    place = 0
    for op in Levenshtein.opcodes(was, now):
        if op.src_start <= at < op.src_end:
            inside = min(at - op.src_start + end, op.dest_end - op.dest_start)
            place = op.dest_start + inside
            break
    step = 1 if end else -1
    while 0 < place < len(now) and now[place - 1].isalnum() and now[place].isalnum():
        place += step
    return place


# -- blocks ----------------------------------------------------------------------------------------


def _blocks(old: str, new: str, *, backwards: bool = False) -> list[Block]:
    """What both texts hold in the same order. With ``backwards`` both are read from their ends, and
    offsets count from there.
    """
    lines = _pieces(_LINES, old, backwards), _pieces(_LINES, new, backwards)
    often = [Counter(side) for side in lines]
    firm: list[tuple[Block, bool]] = []
    for same, one, other, at, to in _matched(*lines):
        if same:
            sure = any(x.strip() and often[0][x] == 1 == often[1][x] for x in one)
            firm.append((Block(at, to, sum(map(len, one))), sure))
            continue
        words = ([w for x in side for w in _pieces(_WORDS, x, backwards)] for side in (one, other))
        for alike, mine, _, shift, onto in _matched(*words):
            if alike:
                firm.append((Block(at + shift, to + onto, sum(map(len, mine))), False))
    return _meant(_joined(firm), len(old), len(new))


def _pieces(pattern: re.Pattern[str], text: str, backwards: bool) -> list[str]:
    found = pattern.findall(text)
    return found[::-1] if backwards else found


_Piece = tuple[bool, Sequence[str], Sequence[str], int, int]


def _matched(old: Sequence[str], new: Sequence[str]) -> Iterator[_Piece]:
    """Stretches of both in order: whether they are the same, their pieces, and their offsets in
    characters.
    """
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    cut, cut_new = len(old) - tail, len(new) - tail
    steps: list[tuple[bool, int, int, int, int]] = [(True, 0, head, 0, head)]
    middle, middle_new = old[head:cut], new[head:cut_new]
    if len(middle) * len(middle_new) > _CELLS:
        steps.append((False, head, cut, head, cut_new))
    else:
        numbers: dict[str, int] = {}
        ids, ids_new = (
            [numbers.setdefault(p, len(numbers)) for p in side] for side in (middle, middle_new)
        )
        steps += [
            (op.tag == "equal", head + op.src_start, head + op.src_end, head + op.dest_start,
             head + op.dest_end)
            for op in LCSseq.opcodes(ids, ids_new)
        ]  # fmt: skip
    steps.append((True, cut, len(old), cut_new, len(new)))
    at = to = 0
    for same, a, b, c, d in _united(steps):
        one, other = old[a:b], new[c:d]
        yield same, one, other, at, to
        at += sum(map(len, one))
        to += sum(map(len, other))


def _united(
    steps: Iterable[tuple[bool, int, int, int, int]],
) -> list[tuple[bool, int, int, int, int]]:
    """Neighbours of one sort as one: a deletion and an insertion are a replacement."""
    out: list[tuple[bool, int, int, int, int]] = []
    for same, a, b, c, d in steps:
        if a == b and c == d:
            continue
        if out and out[-1][0] == same:
            out[-1] = (same, out[-1][1], b, out[-1][3], d)
        else:
            out.append((same, a, b, c, d))
    return out


def _joined(blocks: Sequence[tuple[Block, bool]]) -> list[tuple[Block, bool]]:
    out: list[tuple[Block, bool]] = []
    for b, sure in blocks:
        if not b.length:
            continue
        if out and _after(out[-1][0]) == (b.old, b.new):
            last, was = out[-1]
            out[-1] = (Block(last.old, last.new, last.length + b.length), was or sure)
        else:
            out.append((b, sure))
    return out


def _meant(blocks: list[tuple[Block, bool]], old: int, new: int) -> list[Block]:
    """Without the stray words that two rewritten passages share by chance: a block that is no longer
    than the changes on both its sides goes, unless a whole line that stands once holds it up.
    """
    while True:
        kept: list[tuple[Block, bool]] = []
        for i, (b, sure) in enumerate(blocks):
            at = _after(kept[-1][0]) if kept else (0, 0)
            then = (
                (blocks[i + 1][0].old, blocks[i + 1][0].new) if i + 1 < len(blocks) else (old, new)
            )
            end = _after(b)
            before = max(b.old - at[0], b.new - at[1])
            behind = max(then[0] - end[0], then[1] - end[1])
            if sure or b.length > before or b.length > behind:
                kept.append((b, sure))
        if len(kept) == len(blocks):
            return [b for b, _ in kept]
        blocks = kept
