"""Excerpts that stand in several places, settled by the words around them in their own document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from precode.codings.align import place
from precode.domain import CodedExcerpt, Match, Placement, Transcript

REACH = (80, 300)  # characters before and after, until only one place is left
_SURE = (Match.EXACT, Match.NORMALISED)

Around = tuple[str, int, int]
"""(the document's own text, start, end of the excerpt in it)."""


def settle_by_context(
    placements: Sequence[Placement],
    around: Sequence[Around | None],
    transcripts: Sequence[Transcript],
) -> list[Placement]:
    """``placements`` with those settled that are ambiguous and whose document is known.

    The excerpt is looked for with the words before it, and with those after it. Where one of the two
    stands in one place only, word for word or up to quotes, spaces and case, and the other does not
    say otherwise, it is there. Nothing else is changed.
    """
    out = list(placements)
    for reach in REACH:
        open_ = [
            (i, a)
            for i, (p, a) in enumerate(zip(out, around, strict=True))
            if a is not None and p.match is Match.AMBIGUOUS
        ]
        pairs = [window for i, a in open_ for window in _windows(out[i].excerpt, a, reach)]
        found = place(pairs, transcripts, fuzzy_score=100.0)
        texts = {t.id: t.text for t in transcripts}
        for (i, _), before, after in zip(open_, found[::2], found[1::2], strict=True):
            words = _letters(out[i].excerpt.text)
            text = texts[out[i].transcript_id]
            spans = {_ending(text, before, words), _starting(text, after, words)} - {None}
            if len(spans) == 1 and (span := spans.pop()) is not None:
                exact = text[slice(*span)] == out[i].excerpt.text
                match = Match.EXACT if exact else Match.NORMALISED
                out[i] = replace(out[i], match=match, start=span[0], end=span[1], places=1)
    return out


def _windows(
    excerpt: CodedExcerpt, around: Around, reach: int
) -> tuple[CodedExcerpt, CodedExcerpt]:
    """The excerpt with what comes before it, and with what comes after it, in whole words."""
    text, start, end = around
    first, last = max(0, start - reach), min(len(text), end + reach)
    while 0 < first < start and not text[first - 1].isspace():
        first += 1
    while end < last < len(text) and not text[last].isspace():
        last -= 1
    return (
        replace(excerpt, text=text[first:end].strip(), coder="", code="before"),
        replace(excerpt, text=text[start:last].strip(), coder="", code="after"),
    )


def _starting(text: str, found: Placement, words: str) -> tuple[int, int] | None:
    """The span of ``words``, letters alone, at the start of the place ``found``."""
    if found.match not in _SURE or not words:
        return None
    end, seen = found.start, ""
    while len(seen) < len(words) and end < found.end:
        seen += _letters(text[end])
        end += 1
    while end < found.end and not (text[end].isspace() or text[end].isalnum()):
        end += 1
    return (found.start, end) if seen == words else None


def _ending(text: str, found: Placement, words: str) -> tuple[int, int] | None:
    """The same at its end."""
    if found.match not in _SURE or not words:
        return None
    start, seen = found.end, ""
    while len(seen) < len(words) and start > found.start:
        start -= 1
        seen = _letters(text[start]) + seen
    while start > found.start and not (text[start - 1].isspace() or text[start - 1].isalnum()):
        start -= 1
    return (start, found.end) if seen == words else None


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
