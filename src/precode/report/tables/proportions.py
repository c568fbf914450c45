"""Shares of people and how sure they are, where some were interviewed together.

People of one focus group are not independent: what one says another takes up. Their shares get
Wilson's interval on the effective number of people (Rao & Scott 1992, doi 10.2307/2532311: counts
divided by the design effect; Wilson 1927, doi 10.1080/01621459.1927.10502953; that a Wilson
interval on effective counts covers well with few clusters: Dean & Pagano 2015, doi
10.1093/jssam/smv024),

    n' = n / (1 + (m - 1) ρ),   m = Σ mᵢ² / Σ mᵢ,

mᵢ being how many of the n people come from the i-th transcript and ρ the intraclass correlation of
mentioning, estimated over all codes together. Interviews have m = 1, and so the plain interval. A
difference of two shares gets Newcombe's interval from those two (1998, method 10, doi
10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Interval = tuple[float, float, float]

Z = 1.959963984540054  # of 95 %
# With fewer focus groups their likeness cannot be told from chance.
FEWEST_CLUSTERS = 3
# What is assumed then: people of one focus group count as one person. No share is less sure.
UTMOST = 1.0
_CHUNK = 500


def intraclass(said: Floats, clusters: Ints) -> float | None:
    """ρ over all columns of ``said`` (people, codes; 0 or 1), by analysis of variance (Donner 1986,
    doi 10.2307/1403259), with squares summed over codes. From 0 to 1.

    ``clusters`` (people,) numbers each one's transcript; those with one person say nothing of ρ.
    None with fewer than three others.
    """
    sizes = np.bincount(clusters)
    mine = sizes[clusters] > 1
    if np.count_nonzero(sizes > 1) < FEWEST_CLUSTERS:
        return None
    y = said[mine]
    _, numbers = np.unique(clusters[mine], return_inverse=True)
    m = np.bincount(numbers).astype(np.float64)
    n, k = m.sum(), len(m)
    sums = np.zeros((k, said.shape[1]))
    np.add.at(sums, numbers, y)
    means = sums / m[:, None]
    between = float((m[:, None] * (means - y.mean(axis=0)) ** 2).sum()) / (k - 1)
    within = float(((y - means[numbers]) ** 2).sum()) / (n - k)
    typical = (n - (m**2).sum() / n) / (k - 1)
    total = between + (typical - 1) * within
    return min(max((between - within) / total, 0.0), 1.0) if total > 0 else 0.0


def effective(clusters: Ints, rho: float) -> float:
    """How many independent people the people of ``clusters`` (people,) are worth; at least 1."""
    sizes = np.bincount(clusters).astype(np.float64)
    n = float(sizes.sum())
    return max(n / (1 + (float((sizes**2).sum()) / n - 1) * rho), 1.0) if n else 0.0


def wilson(share: float, n: float) -> Interval:
    """(share, low, high); ``n`` > 0 need not be whole."""
    z2 = Z * Z
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    reach = Z * sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    return share, max(min(middle - reach, share), 0.0), min(max(middle + reach, share), 1.0)


def difference(one: Interval, other: Interval) -> Interval:
    """``one`` less ``other``. Where both hold people of the same focus groups it is too wide, not
    too narrow, for those move together.
    """
    (p, l1, u1), (q, l2, u2) = one, other
    low = p - q - sqrt((p - l1) ** 2 + (u2 - q) ** 2)
    high = p - q + sqrt((u1 - p) ** 2 + (q - l2) ** 2)
    return p - q, max(low, -1.0), min(high, 1.0)


def rate(counts: Sequence[float], words: Sequence[float]) -> tuple[float, float] | None:
    """(rate, standard error of its logarithm) of ``counts`` per ``words``, both by transcript: a
    ratio estimate, its variance by linearisation over transcripts (Cochran 1977, ch. 6).

    None with fewer than three transcripts, or without any count.
    """
    e, w = np.asarray(counts, dtype=np.float64), np.asarray(words, dtype=np.float64)
    k = len(w)
    if k < FEWEST_CLUSTERS or e.sum() == 0:
        return None
    value = float(e.sum() / w.sum())
    variance = k / (k - 1) * float(((e - value * w) ** 2).sum()) / float(w.sum()) ** 2
    return value, sqrt(variance) / value


def permutation(
    said: Floats,
    groups: Ints,
    blocks: Ints,
    *,
    rng: np.random.Generator,
    draws: int,
) -> Floats | None:
    """p for each column of ``said`` (people, codes): how often groups drawn by lot differ at least
    as much, the draw itself counted among them (Phipson & Smyth 2010, doi 10.2202/1544-6115.1585).

    ``groups`` (people,) are dealt anew only within ``blocks``: among the people of one focus group,
    and among those interviewed alone. None where no block holds people of two groups.
    """
    if not any(len(set(groups[blocks == b].tolist())) > 1 for b in np.unique(blocks)):
        return None
    one_hot = np.eye(int(groups.max()) + 1)[groups]
    sizes = one_hot.sum(axis=0)
    one_hot, sizes = one_hot[:, sizes > 0], sizes[sizes > 0]

    def spread(sums: Floats) -> Floats:  # (…, groups, codes) → (…, codes)
        return np.asarray((sums**2 / sizes[:, None]).sum(axis=-2))

    seen = spread(one_hot.T @ said)
    base = np.argsort(blocks, kind="stable")
    reached = np.zeros(said.shape[1])
    for start in range(0, draws, _CHUNK):
        some = min(_CHUNK, draws - start)
        order = np.argsort(rng.random((some, len(groups))) + 2.0 * blocks, axis=1)
        dealt = np.empty_like(order)
        dealt[:, base] = order
        sums = one_hot[dealt].transpose(0, 2, 1).reshape(-1, len(groups)) @ said
        drawn = spread(sums.reshape(some, len(sizes), -1))
        reached += (drawn >= seen * (1 - 1e-12)).sum(axis=0)
    return (reached + 1) / (draws + 1)


def holm(p: Sequence[float]) -> list[float]:
    """``p`` corrected for their number, in the same order (Holm 1979): never below the raw ones,
    never above 1.
    """
    ranked = sorted(range(len(p)), key=lambda i: p[i])
    out, highest = [0.0] * len(p), 0.0
    for rank, i in enumerate(ranked):
        highest = max(highest, min((len(p) - rank) * p[i], 1.0))
        out[i] = highest
    return out
