"""Typical sentences, unlike each other: what to read while nothing is known.

TypiClust (Hacohen, Dekel and Weinshall 2022, Active learning on a budget: opposite strategies suit
high and low budgets): as many clusters as sentences will have been read; of each of the largest
clusters that hold nothing read yet, the sentence with the nearest neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from precode.active.pool import Floats, Rows

NEIGHBOURS = 20  # as in the paper
MOST_CLUSTERS = 500  # as in the paper
SMALL = 5  # clusters below it are left for last, as in the paper
ROUNDS = 10  # of Lloyd's algorithm; sentences hardly change cluster later


@dataclass(frozen=True, slots=True)
class Typical:
    """A sentence by its row in the pool, and the share of the pool that it stands for."""

    row: int
    share: float


def typical(vectors: Floats, read: Floats, *, n: int, rng: np.random.Generator) -> list[Typical]:
    """Up to ``n`` rows of ``vectors (p, d)`` in the order to ask, given the ``read (m, d)``.

    Rows have length 1. Time and memory are those of p + m sentences, squared: sample before.
    """
    n = min(n, len(vectors))
    if n <= 0:
        return []
    every = np.vstack([vectors, read]).astype(np.float32)
    label = clusters(every, k=min(len(read) + n, MOST_CLUSTERS, len(every)), rng=rng)
    own, covered = label[: len(vectors)], np.bincount(label[len(vectors) :], minlength=len(every))
    size = np.bincount(own, minlength=len(every))
    left = {int(c): np.flatnonzero(own == c) for c in np.unique(own)}
    ranked = {
        c: rows[np.argsort(-density(vectors[rows]), kind="stable")] for c, rows in left.items()
    }
    taken = dict.fromkeys(left, 0)
    out: list[Typical] = []
    while len(out) < n:
        best = min(
            (c for c in left if taken[c] < len(left[c])),
            key=lambda c: (covered[c] + taken[c], size[c] < SMALL, -size[c], c),
        )
        out.append(Typical(int(ranked[best][taken[best]]), float(size[best] / len(vectors))))
        taken[best] += 1
    return out


def density(vectors: Floats, *, neighbours: int = NEIGHBOURS) -> Floats:
    """``(n,)``: typicality, one over the mean distance to the nearest neighbours."""
    n = len(vectors)
    if n < 2:
        return np.ones(n)
    near = min(neighbours, n - 1)
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -np.inf)
    nearest = np.partition(cosine, n - near, axis=1)[:, n - near :]
    distance = np.sqrt(np.maximum(2 - 2 * nearest, 0)).mean(1)
    return np.asarray(1 / np.maximum(distance, 1e-6))


def clusters(vectors: Floats, *, k: int, rng: np.random.Generator) -> Rows:
    """``(n,)`` labels below ``k``: k-means on rows of length 1, begun by k-means++."""
    centres = vectors[spread(vectors, n=k, rng=rng)]
    n = len(vectors)
    label = np.zeros(n, dtype=np.intp)
    for _ in range(ROUNDS):
        half = (centres**2).sum(1) / 2
        new = np.asarray((vectors @ centres.T - half).argmax(1))
        if (new == label).all():
            break
        label = new
        count = np.bincount(label, minlength=k)
        member = csr_matrix((np.ones(n, np.float32), (label, np.arange(n))), shape=(k, n))
        sums = np.asarray(member @ vectors)
        centres = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], centres)
    return label


def spread(
    vectors: Floats,
    *,
    n: int,
    rng: np.random.Generator,
    weight: Floats | None = None,
    chosen: Floats | None = None,
) -> Rows:
    """``n`` different rows far from each other and from ``chosen (c, d)``: k-means++ (Arthur and
    Vassilvitskii 2007), each next row drawn by its squared distance to the nearest so far, times
    ``weight (n,)``.
    """
    total = len(vectors)
    mass = np.ones(total) if weight is None else np.maximum(weight, 0).astype(np.float64)
    gap = np.ones(total)
    if chosen is not None and len(chosen):
        gap = np.maximum(2 - 2 * (vectors @ chosen.T).max(1), 0).astype(np.float64)
    out: list[int] = []
    free = np.ones(total, dtype=bool)
    for _ in range(min(n, total)):
        drawn = np.where(free, mass * gap, 0)
        if drawn.sum() <= 0:  # all that is left repeats what was taken
            drawn = free.astype(np.float64)
        row = int(np.searchsorted(np.cumsum(drawn), rng.random() * drawn.sum(), side="right"))
        row = min(row, total - 1)
        if not free[row]:
            row = int(np.flatnonzero(free)[-1])
        out.append(row)
        free[row] = False
        away = np.maximum(2 - 2 * (vectors @ vectors[row]), 0).astype(np.float64)
        gap = np.minimum(gap, away) if len(out) > 1 or chosen is not None else away
    return np.array(out, dtype=np.intp)


def varied(vectors: Floats, *, n: int, central: bool, rng: np.random.Generator) -> Rows:
    """``n`` rows (or all) of ``vectors``, in their order: of each of n clusters the most ``central``
    (Zhdanov 2019, Diverse mini-batch active learning), or else the first.
    """
    if n >= len(vectors):
        return np.arange(len(vectors), dtype=np.intp)
    label = clusters(vectors, k=n, rng=rng)
    members = [np.flatnonzero(label == j) for j in np.unique(label)]
    if central:
        return np.sort([own[(vectors[own] @ vectors[own].mean(0)).argmax()] for own in members])
    return np.sort([own[0] for own in members])
