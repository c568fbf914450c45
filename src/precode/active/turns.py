"""Whose turn it is: places of a queue by shares, and lists that take turns."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from precode.active.pool import Rows


def places(shares: Sequence[float], n: int) -> list[int]:
    """Which of the kinds takes each of n places: kind i has ``shares[i]`` of every prefix, to
    within one. Shares sum to 1.

    Tijdeman (1980), The chairman assignment problem: among the kinds that are due, the one whose
    next place is due first; then no kind is ever off by more than 1 − 1/(2k − 2).
    """
    share = np.where(np.asarray(shares) > 1e-9, shares, 0.0)
    slack = 1 / (2 * (share > 0).sum() - 2) if (share > 0).sum() > 1 else 0.0
    given, out = np.zeros(len(share)), []
    for m in range(1, n + 1):
        ahead = share * m - given
        wait = np.full(len(share), np.inf)
        due = (share > 0) & (ahead >= slack - 1e-9)
        wait[due] = (1 - slack - ahead[due]) / share[due]
        kind = int(np.argmin(wait))
        given[kind] += 1
        out.append(kind)
    return out


def in_turn(lists: Sequence[Rows]) -> tuple[Rows, Rows]:
    """The first of each list, then the second of each, and so on, what recurs left out; and by
    which list each came.
    """
    if not lists:
        return np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    order = np.argsort(np.concatenate([np.arange(len(own)) for own in lists]), kind="stable")
    every = np.concatenate(list(lists))[order]
    turn = np.repeat(np.arange(len(lists)), [len(own) for own in lists])[order]
    first = np.sort(np.unique(every, return_index=True)[1])
    return every[first], turn[first]
