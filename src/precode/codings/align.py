"""Where each coded excerpt stands in its transcript.

Three ways, from certain to likely: word for word; up to quotes, dashes, spaces, ellipses and case
(also with parts left out); by similarity. An excerpt that stands in more than one place is not
placed: nothing is guessed.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rapidfuzz import fuzz

from precode.codings.fitting import fits
from precode.codings.gaps import BETWEEN_LINES, OMITTED, Part, bridged, omissions, parts
from precode.codings.normal import (
    LABEL,
    Normal,
    bare_needle,
    needle,
    normalise,
    places,
    trimmed,
    without_labels,
)
from precode.codings.order import settle
from precode.codings.similar import MARGIN, SHORTEST, Similar, most_similar, most_similar_parts
from precode.codings.sources import Sources
from precode.domain import CodedExcerpt, Match, Placement, Transcript

# Brackets that say something: nearly all of "I [cannot make it out]" is in them.
_SAID = re.compile(r"\[[^\]\n]*\w[^\]\n]*\]")
_HEAD = re.compile(r"\s*(\[[^\]\n]*\w[^\]\n]*\])")
_OWN_BEFORE = re.compile(r"(\[[^\]\n]{1,80}\])\s*\Z")
_OWN_AFTER = re.compile(r"[\s.,;!?…]*(\[[^\]\n]{1,80}\])")
_SAME_BRACKET = 80.0
_TAIL = re.compile(r"(\[[^\]\n]*\w[^\]\n]*\])\W*$")


@dataclass(frozen=True, slots=True)
class _Found:
    """How, at which places of the transcript (first: the candidate), and how well."""

    match: Match
    spans: tuple[tuple[int, int], ...]
    score: float
    places: int


def place(
    excerpts: Sequence[CodedExcerpt],
    transcripts: Sequence[Transcript],
    *,
    fuzzy_score: float,
    codable: Mapping[str, Sequence[tuple[int, int]]] | None = None,
) -> list[Placement]:
    """The place of each of ``excerpts``, in order, in the transcript that its source names.

    ``fuzzy_score`` (0 to 100) is the least similarity of a passage that is not the same up to
    quotes, spaces, ellipsis and case. An excerpt whose source is no transcript is NOT_FOUND with
    an empty ``transcript_id``; :func:`precode.codings.sources.unknown_sources` says so in words.

    ``codable`` holds, by transcript id, the spans that can be coded, in order: of several places,
    those that touch none of them (the interviewer's "Okay.") do not count.

    An excerpt with several places is AMBIGUOUS, unless the same coder gave the same code to the
    same words in as many rows as there are places (then each row gets one), or the order of the
    table leaves it only one (see :mod:`precode.codings.order`).
    """
    sources = Sources(transcripts)
    normals: dict[str, Normal] = {}
    known: dict[tuple[str, str], _Found] = {}
    found: list[tuple[Transcript | None, _Found]] = []
    for e in excerpts:
        transcript = sources.find(e.source)
        if transcript is None:
            found.append((None, _Found(Match.NOT_FOUND, (), 0.0, 0)))
            continue
        key = (transcript.id, e.text)
        if key not in known:
            if transcript.id not in normals:
                normals[transcript.id] = normalise(transcript.text)
            best = _find(normals[transcript.id], e.text, fuzzy_score)
            known[key] = _narrowed(best, (codable or {}).get(transcript.id))
        found.append((transcript, known[key]))
    placements = [_placement(e, t, f) for e, (t, f) in zip(excerpts, found, strict=True)]
    everything = [f for _, f in found]
    return _in_order(_one_to_one(placements, everything), everything)


def _narrowed(found: _Found, codable: Sequence[tuple[int, int]] | None) -> _Found:
    """Of several certain places, those that somebody could have coded, if there are any."""
    if found.places < 2 or found.match is Match.FUZZY or codable is None:
        return found
    ends = [end for _, end in codable]
    touching = tuple(
        s
        for s in found.spans
        if (i := bisect_right(ends, s[0])) < len(ends) and codable[i][0] < s[1]
    )
    spans = touching or found.spans
    return replace(found, spans=spans, places=len(spans))


def _placement(excerpt: CodedExcerpt, transcript: Transcript | None, found: _Found) -> Placement:
    match = Match.AMBIGUOUS if found.places > 1 else found.match
    start, end = found.spans[0] if found.spans else (-1, -1)
    where = transcript.id if transcript else ""
    return Placement(excerpt, match, where, start, end, found.score, found.places)


def _find(normal: Normal, excerpt: str, fuzzy_score: float) -> _Found:
    exact = excerpt.replace("\r\n", "\n").replace("\r", "\n")
    if not exact.strip():
        return _Found(Match.NOT_FOUND, (), 0.0, 0)
    if at := places(normal.original, exact):
        return _certain(Match.EXACT, [(a, a + len(exact)) for a in at])
    whole = needle(exact)
    for wanted in dict.fromkeys((whole, trimmed(whole))):
        if wanted and (at := places(normal.text, wanted)):
            return _certain(Match.NORMALISED, [normal.span(a, a + len(wanted)) for a in at])
    stripped = without_labels(exact)
    base = normal.unlabelled
    if "\n" in stripped or base is not normal or stripped != exact:
        bare = trimmed(needle(stripped))
        if len(bare) >= SHORTEST and (at := places(base.text, bare, whole_words=True)):
            return _certain(Match.NORMALISED, [base.span(a, a + len(bare)) for a in at])
    pieces = parts(exact)
    told = _SAID.search(exact) and len(pieces) == 1 and len(pieces[0].text) < SHORTEST
    if not told and (spans := bridged(normal, pieces)):
        certain = _certain(Match.NORMALISED, [normal.span(*s) for s in spans])
        return _bracketed(certain, normal.original, exact)
    found = _likely(base.bare, stripped, parts(stripped), fuzzy_score)
    found = _bracketed(_labelled(found, normal.original, exact), normal.original, exact)
    if found.match is Match.FUZZY or stripped == exact:
        return found
    return _likely(normal.bare, exact, pieces, fuzzy_score)


def _labelled(found: _Found, text: str, excerpt: str) -> _Found:
    """``found`` with the label before it, if ``excerpt`` begins with one."""
    if not LABEL.match(excerpt):
        return found
    spans = []
    for start, end in found.spans:
        line = text.rfind("\n", 0, start) + 1
        label = LABEL.match(text, line)
        here = label is not None and label.end() == start
        spans.append((label.start("label"), end) if label and here else (start, end))
    return replace(found, spans=tuple(spans))


def _bracketed(found: _Found, text: str, excerpt: str) -> _Found:
    """``found`` with the brackets that ``excerpt`` begins or ends with ("[laughs]"), where they are the
    transcript's own.
    """
    head, tail = _HEAD.match(excerpt), _TAIL.search(excerpt)
    if not head and not tail:
        return found
    spans = []
    for start, end in found.spans:
        before, after = (
            _OWN_BEFORE.search(text[max(start - 90, 0) : start]),
            _OWN_AFTER.match(text, end),
        )
        opens = head and before and fuzz.ratio(head[1], before[1]) >= _SAME_BRACKET
        closes = tail and after and fuzz.ratio(tail[1], after[1]) >= _SAME_BRACKET
        spans.append(
            (
                max(start - 90, 0) + before.start(1) if before and opens else start,
                after.end(1) if after and closes else end,
            )
        )
    return replace(found, spans=tuple(spans))


def _certain(match: Match, spans: list[tuple[int, int]]) -> _Found:
    distinct = tuple(dict.fromkeys(spans))
    return _Found(match, distinct, 100.0, len(distinct))


def _likely(normal: Normal, excerpt: str, pieces: Sequence[Part], fuzzy_score: float) -> _Found:
    whole = bare_needle(excerpt)
    best = most_similar(normal, whole, cutoff=fuzzy_score)
    left_out = omissions(excerpt)
    own = best and best.score >= fuzzy_score and omissions(_words(normal, best)) >= left_out
    if left_out and pieces and not own:
        # The dots or brackets are not the transcript's own: something was left out there, and a
        # passage like the longest part alone, without the others, is not the one.
        wanted = [bare_needle(p.unlabelled) for p in pieces]
        reach = [BETWEEN_LINES if p.after_line else OMITTED[0] for p in pieces]
        best = most_similar_parts(normal, wanted, reach, cutoff=fuzzy_score)
    if best is None:
        return _Found(Match.NOT_FOUND, (), 0.0, 0)
    spans = (_with_marks(normal.original, *normal.span(best.start, best.end)),)
    faithful = fits(whole, normal.text[best.start : best.end])
    if best.score < fuzzy_score or not best.whole or len(whole) < SHORTEST or not faithful:
        return _Found(Match.NOT_FOUND, spans, best.score, 0)
    alike = 2 if best.runner_up >= best.score - MARGIN else 1
    return _Found(Match.FUZZY, spans, best.score, alike)


def _words(normal: Normal, best: Similar) -> str:
    start, end = _with_marks(normal.original, *normal.span(best.start, best.end))
    return normal.original[start:end]


def _with_marks(text: str, start: int, end: int) -> tuple[int, int]:
    """``text[start:end]`` with the quotes and stops that stick to its ends."""
    while start > 0 and not (text[start - 1].isspace() or text[start - 1].isalnum()):
        start -= 1
    while end < len(text) and not (text[end].isspace() or text[end].isalnum()):
        end += 1
    return start, end


def _one_to_one(placements: list[Placement], found: list[_Found]) -> list[Placement]:
    """Rows that repeat the same words with the same code, as often as these words were said."""
    repeats: dict[tuple[object, ...], list[int]] = {}
    for i, (p, f) in enumerate(zip(placements, found, strict=True)):
        if p.match is Match.AMBIGUOUS and len(f.spans) == f.places:
            e = p.excerpt
            key = (p.transcript_id, f.spans, e.coder, e.code, e.polarity)
            repeats.setdefault(key, []).append(i)
    out = list(placements)
    for rows in repeats.values():
        spans = sorted(found[rows[0]].spans)
        if len(rows) != len(spans):
            continue
        for i, (start, end) in zip(rows, spans, strict=True):
            out[i] = replace(placements[i], match=found[i].match, start=start, end=end, places=1)
    return out


def _in_order(placements: list[Placement], found: list[_Found]) -> list[Placement]:
    """Ambiguous rows that the order of their coder's table leaves one place."""
    tables: dict[tuple[str, str], list[int]] = {}
    for i, p in enumerate(placements):
        if p.placed or p.match is Match.AMBIGUOUS:
            tables.setdefault((p.transcript_id, p.excerpt.coder), []).append(i)
    out = list(placements)
    for rows in tables.values():
        spans = [
            [(p.start, p.end)] if (p := placements[i]).placed else list(found[i].spans)
            for i in rows
        ]
        same = [False] + [
            placements[a].excerpt.text == placements[b].excerpt.text
            and placements[a].excerpt.code != placements[b].excerpt.code
            for a, b in pairwise(rows)
        ]
        for at, (start, end) in settle(spans, same).items():
            i = rows[at]
            out[i] = replace(placements[i], match=found[i].match, start=start, end=end, places=1)
    return out
