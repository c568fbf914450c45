"""Excerpts that people retyped or mended: the most similar passage, if only one is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from precode.codings.normal import Normal, places

# Shorter excerpts are similar to too much ("I don't know" to "I do know").
SHORTEST = 15
# A second place within this many points of the best makes the match ambiguous.
MARGIN = 5.0
# How far below the wanted score the first, coarse window may lie: its length is the excerpt's,
# the true passage's may differ.
_COARSE = 12.0
# Windows cost time with the square of the excerpt: a longer one is looked for by its two ends, and
# a candidate for the list of what was not found by its beginning.
_LONG = 1500
_ENOUGH = 400


@dataclass(frozen=True, slots=True)
class Similar:
    """A passage ``text[start:end]`` of a normalised text, its score (0 to 100), and the score of
    the most similar passage elsewhere (0 if none comes near). ``whole`` is False where only part of
    the excerpt was found.
    """

    start: int
    end: int
    score: float
    runner_up: float
    whole: bool = True


def most_similar(normal: Normal, wanted: str, *, cutoff: float) -> Similar | None:
    """The passage most like ``wanted`` (normalised), whole words; None if nothing is alike.

    Scores are rapidfuzz's: 100 · (1 - insertions and deletions / both lengths). Below ``cutoff``
    the passage is the best candidate, roughly placed, without a search for a second one.
    """
    if not wanted or not normal.words[0]:
        return None
    window = _window(normal.text, 0, len(normal.text), wanted, cutoff=max(cutoff - _COARSE, 1))
    if window is None:
        window = _window(normal.text, 0, len(normal.text), wanted[:_ENOUGH], cutoff=1)
        if window is None:
            return None
    start, end, score = _refined(normal, window[:2], wanted)
    if score < cutoff:
        return Similar(start, end, score, 0.0)
    near = max(score - MARGIN - _COARSE, 1)
    others = [
        _refined(normal, other[:2], wanted, low=low, high=high)[2]
        for low, high in ((0, start), (end, len(normal.text)))
        if high - low >= len(wanted) // 2
        and (other := _window(normal.text, low, high, wanted, cutoff=near))
    ]
    return Similar(start, end, score, max(others, default=0.0))


def most_similar_parts(
    normal: Normal, wanted: Sequence[str], reach: Sequence[int], *, cutoff: float
) -> Similar | None:
    """As :func:`most_similar` for an excerpt with parts left out between ``wanted``.

    The longest part is found anywhere, the others on from it: ``wanted[i]`` at most ``reach[i]``
    characters after ``wanted[i - 1]``, word for word at one place, or alike if long enough. The
    score is that of the least similar part. If one was not found, the longest is the candidate.
    """
    anchor = max(range(len(wanted)), key=lambda i: len(wanted[i]))
    if len(wanted[anchor]) < SHORTEST:
        return None
    best = most_similar(normal, wanted[anchor], cutoff=cutoff)
    if best is None:
        return None
    rest = Similar(best.start, best.end, best.score, 0.0, whole=False)
    if best.score < cutoff:
        return rest
    start, end, score = best.start, best.end, best.score
    for i in range(anchor + 1, len(wanted)):
        high = min(end + reach[i] + len(wanted[i]), len(normal.text))
        found = _near(normal, end, high, wanted[i], cutoff=cutoff)
        if found is None:
            return rest
        end, score = found[1], min(score, found[2])
    for i in reversed(range(anchor)):
        low = max(start - reach[i + 1] - len(wanted[i]), 0)
        found = _near(normal, low, start, wanted[i], cutoff=cutoff)
        if found is None:
            return rest
        start, score = found[0], min(score, found[2])
    # The parts beside it may settle which of two similar anchors is meant; that would be a guess.
    return Similar(start, end, score, score if best.runner_up >= best.score - MARGIN else 0.0)


def _near(
    normal: Normal, low: int, high: int, wanted: str, *, cutoff: float
) -> tuple[int, int, float] | None:
    hits = places(normal.text[low:high], wanted, whole_words=True)
    if hits:
        at = low + hits[0]
        return (at, at + len(wanted), 100.0) if len(hits) == 1 else None
    if len(wanted) < SHORTEST:
        return None
    window = _window(normal.text, low, high, wanted, cutoff=cutoff - _COARSE)
    found = _refined(normal, window[:2], wanted, low=low, high=high) if window else None
    return found if found and found[2] >= cutoff else None


def _window(
    text: str, low: int, high: int, wanted: str, *, cutoff: float
) -> tuple[int, int, float] | None:
    """The part of ``text[low:high]`` as long as ``wanted`` that is most like it."""
    if len(wanted) > _LONG:
        head = _window(text, low, high, wanted[:_ENOUGH], cutoff=cutoff)
        if head is None:
            return None
        reach = min(head[0] + 2 * len(wanted), high)
        tail = _window(text, head[0], reach, wanted[-_ENOUGH:], cutoff=cutoff)
        if tail is None:
            return None
        score = fuzz.ratio(wanted, text[head[0] : tail[1]], score_cutoff=cutoff)
        return (head[0], tail[1], score) if score else None
    if high - low < len(wanted):
        score = fuzz.ratio(wanted, text[low:high], score_cutoff=cutoff)
        return (low, high, score) if score else None
    found = fuzz.partial_ratio_alignment(wanted, text[low:high], score_cutoff=cutoff)
    if found is None or found.dest_end <= found.dest_start:
        return None
    return low + found.dest_start, low + found.dest_end, found.score


def _refined(
    normal: Normal,
    window: tuple[int, int],
    wanted: str,
    *,
    low: int = 0,
    high: int | None = None,
) -> tuple[int, int, float]:
    """The run of whole words around ``window`` that is most like ``wanted``.

    Snaps the window outwards to word bounds, then moves first its end, then its start.
    """
    text, (starts, ends) = normal.text, normal.words
    high = len(text) if high is None else high
    if len(wanted) > _LONG:
        head, tail = (window[0], window[0] + _ENOUGH), (window[1] - _ENOUGH, window[1])
        start, _, _ = _refined(normal, head, wanted[:_ENOUGH], low=low, high=high)
        _, end, _ = _refined(normal, tail, wanted[-_ENOUGH:], low=low, high=high)
        return start, max(end, start), fuzz.ratio(wanted, text[start:end])
    first = max(bisect_right(starts, window[0]) - 1, 0)
    last = min(bisect_left(ends, window[1]), len(starts) - 1)
    slack = min(12 + len(wanted) // 6, 80)

    def score(i: int, j: int) -> float:
        return fuzz.ratio(wanted, text[max(starts[i], low) : min(ends[j], high)])

    for _ in range(2):
        choices = range(
            max(bisect_left(ends, ends[last] - slack), first),
            max(min(bisect_right(ends, ends[last] + slack), len(starts)), first + 1),
        )
        last = max(choices, key=lambda j: (score(first, j), -abs(j - last)))
        choices = range(
            min(bisect_left(starts, starts[first] - slack), last),
            min(bisect_right(starts, starts[first] + slack), last + 1),
        )
        first = max(choices, key=lambda i: (score(i, last), -abs(i - first)))
    return max(starts[first], low), min(ends[last], high), score(first, last)
