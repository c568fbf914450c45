"""Excerpts that stand in several places, settled by the order of the table where it leaves one way.

Many tables list a coder's excerpts as they come in the talk. If all excerpts that stand in one
place say so, those that may stand in several ("Mm-hmm.") must lie between their neighbours. Each
gets its earliest and its latest possible place; only where the two are the same is it placed.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

Span = tuple[int, int]

EVIDENCE = 5  # excerpts in one place, all in text order, before a table counts as ordered


def settle(spans: Sequence[Sequence[Span]], same: Sequence[bool]) -> dict[int, Span]:
    """Row → its place, for the rows with several candidate ``spans`` that order leaves one.

    Rows are one coder's of one transcript, in table order, each with its candidates. ``same[i]``
    says that row i may lie on row i−1's place: the same words with another code. Otherwise rows
    follow one another without overlap. Empty if the table is not in order, or contradicts itself.
    """
    sure = [s[0] for s in spans if len(s) == 1]
    if len(sure) < EVIDENCE or any(b[0] < a[0] for a, b in pairwise(sure)):
        return {}
    first = _sweep(spans, same)
    turned = [[(-b, -a) for a, b in s] for s in reversed(spans)]
    back = [False, *reversed(same[1:])]
    last = _sweep(turned, back)
    if first is None or last is None:
        return {}
    out: dict[int, Span] = {}
    for i, (early, late) in enumerate(zip(first, reversed(last), strict=True)):
        if len(spans[i]) > 1 and early == (-late[1], -late[0]):
            out[i] = early
    return out


def _sweep(spans: Sequence[Sequence[Span]], same: Sequence[bool]) -> list[Span] | None:
    """Each row's earliest place after the row before it; None if some row has none."""
    out: list[Span] = []
    for candidates, may_share in zip(spans, same, strict=True):
        free = out[-1][1] if out else None
        fits = [
            s
            for s in candidates
            if free is None or s[0] >= free or (may_share and s == out[-1]) or len(candidates) == 1
        ]
        if not fits:
            return None
        out.append(min(fits))
    return out
