"""Excerpts with parts left out: "I went there […] and it helped"."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass

from precode.codings.normal import LABEL, Normal, needle, places, trimmed

# An omission is looked for within the first distance, then within the second (in characters of the
# transcript): people leave out a sentence or two, seldom a page. Between lines of an excerpt there
# may be a label or a time stamp that the transcript keeps elsewhere.
OMITTED = (200, 1000)
BETWEEN_LINES = 80
_MOST_HITS = 500
# Less than this in all parts together stands in too many places.
_SHORTEST = 20
_GAP = re.compile(
    r"(?P<omitted>[\[(<]\s*(?:…|\.[\s.]*)\s*[\])>]|\[[^\]\n]{0,60}\]|…|\.{3,}|\.\s\.\s\.)"
    r"|(?P<line>\n\s*)"
)


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of an excerpt that stands in one run in the transcript (normalised), and whether the
    gap before it is a line end or an omission.
    """

    text: str
    unlabelled: str
    after_line: bool


def omissions(text: str) -> int:
    """How many marks of an omission (dots, brackets) ``text`` holds inside or at its ends."""
    return sum(gap.lastgroup == "omitted" for gap in _GAP.finditer(text))


def parts(excerpt: str) -> list[Part]:
    """``excerpt`` cut at omissions and line ends; one part means that there is no gap to bridge."""
    found: list[Part] = []
    at, after_line = 0, True
    for gap in [*_GAP.finditer(excerpt), None]:
        end = gap.start() if gap else len(excerpt)
        raw = excerpt[at:end]
        if text := trimmed(needle(raw)):
            bare = trimmed(needle(LABEL.sub("", raw, count=1))) if after_line else text
            found.append(Part(text, bare or text, after_line))
            after_line = True
        if gap:
            # A line end beside an omission is an omission.
            after_line = after_line and gap.lastgroup == "line"
            at = gap.end()
    return found


def bridged(normal: Normal, wanted: list[Part]) -> list[tuple[int, int]]:
    """Spans of ``normal.text`` that hold all of ``wanted`` in order within bounded distances."""
    if not wanted or (len(wanted) > 1 and sum(len(p.text) for p in wanted) < _SHORTEST):
        return []
    hits: list[tuple[list[int], int]] = []
    for part in wanted:
        text = part.text
        at = places(normal.text, text, whole_words=True)
        if not at and part.unlabelled != text:
            text = part.unlabelled
            at = places(normal.text, text, whole_words=True)
        if not at or len(at) > _MOST_HITS:
            return []
        hits.append((at, len(text)))
    for omitted in OMITTED:
        bounds = [BETWEEN_LINES if p.after_line else omitted for p in wanted]
        if spans := _chains(hits, bounds):
            return spans
    return []


def _chains(hits: list[tuple[list[int], int]], bounds: list[int]) -> list[tuple[int, int]]:
    first, length = hits[0]
    # Where the last part so far starts → where chains that reach it began.
    reached: dict[int, set[int]] = {h: {h} for h in first}
    for (at, next_length), bound in zip(hits[1:], bounds[1:], strict=True):
        starts = sorted(reached)
        onward: dict[int, set[int]] = {}
        for h in at:
            low = bisect_left(starts, h - length - bound)
            high = bisect_left(starts, h - length + 1)
            if low < high:
                onward[h] = set().union(*(reached[s] for s in starts[low:high]))
        reached, length = onward, next_length
    spans = {(s, h + length) for h, begun in reached.items() for s in begun}
    return sorted(spans, key=lambda span: (span[1] - span[0], span))
