"""Where to cut speech without full stops: automatic transcripts run on for hundreds of words."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

# A sentence of more words is cut into pieces of at most _PIECE and at least _SHORTEST words.
_LONG = 80
_PIECE = 60
_IDEAL = 40
_SHORTEST = 12

_STRONG = re.compile(r"(?<!\s)\s+(?:--+|\u2013|\u2014|\u2026|\.\.\.)\s+(?=\S)")
_LINKS = re.compile(
    r"(?i)(?<!\s)(?<!\band)(?<!\bbut)(?<!\bor)\s+"
    r"(?:(?P<strong>(?=(?:and then|and so|but|because|so|then|however|anyway)\b))"
    r"|(?P<weak>(?=(?:and|or|which|when|if|where|while|I mean|you know|like)\b)))"
)
_COMMA = re.compile(r"[,;:]\s+(?=\S)")
_SPACE = re.compile(r"(?<!\s)\s+(?=\S)")


def inside(offset: int, brackets: Sequence[tuple[int, int]]) -> bool:
    """Whether ``offset`` lies within one of ``brackets``, which are in order and do not overlap."""
    index = bisect_left(brackets, (offset, -1)) - 1
    return index >= 0 and offset <= brackets[index][1]


def pause_cuts(
    text: str, cuts: Collection[int], brackets: Sequence[tuple[int, int]]
) -> Iterator[int]:
    """Offsets of further cuts in the sentences that ``cuts`` make of ``text``, outside brackets."""
    if text.count(" ") + text.count("\n") < _LONG:
        return
    edges = [0, *sorted(cuts), len(text)]
    for start, end in pairwise(edges):
        if len(text[start:end].split()) > _LONG:
            yield from _cut(text, start, end, brackets)


def _cut(text: str, start: int, end: int, brackets: Sequence[tuple[int, int]]) -> Iterator[int]:
    words = [start + m.start() for m in re.finditer(r"\S+", text[start:end])]
    rank = {offset: i for i, offset in enumerate(words)}
    weights: dict[int, int] = {}
    for pattern, weight in ((_SPACE, 0), (_COMMA, 1), (_STRONG, 3)):
        for match in pattern.finditer(text, start, end):
            weights[match.end()] = max(weights.get(match.end(), 0), weight)
    for match in _LINKS.finditer(text, start, end):
        weight = 3 if match["strong"] is not None else 2
        # A dash or comma before "but" is one pause, cut once.
        weights[match.end()] = max(weights.get(match.end(), 0), weight)
    places: list[tuple[int, ...]] = sorted(
        (rank[o], weight, o)
        for o, weight in weights.items()
        if o in rank and not inside(o, brackets)
    )
    done = 0
    while len(words) - done > _PIECE:
        latest = min(done + _PIECE, len(words) - _SHORTEST)
        first = bisect_left(places, (done + _SHORTEST,))
        # Inside a long bracket there is no place; then the first after it has to do.
        choice = places[first : bisect_right(places, (latest + 1,))] or places[first : first + 1]
        if not choice:
            return
        best = max(choice, key=lambda p: (p[1], -abs(p[0] - done - _IDEAL)))
        yield best[2]
        done = best[0]
