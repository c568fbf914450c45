"""Intervals that respect clusters: sentences of one transcript are not independent.

The cluster bootstrap draws whole transcripts with replacement (Field & Welsh 2007, doi
10.1111/j.1467-9868.2007.00593.x). Every statistic here depends on the data through counts that add
up over transcripts, so that a draw is a weighted sum of per-transcript counts, and a thousand
draws are one matrix product.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import numpy as np
from numpy.typing import NDArray

from precode.agreement.estimate import Estimate

Floats = NDArray[np.float64]

LEVEL = 0.95
FEWEST_CLUSTERS = 3
# Where a statistic is undefined in more than this share of draws, the draws in which it is defined
# are a selection, and their percentiles no interval.
MOST_UNDEFINED = 0.1


def per_cluster(units: Floats, clusters: Sequence[Hashable]) -> Floats:
    """Sums of ``units`` (n, …) within each cluster → (c, …); ``clusters`` names each unit's."""
    if len(clusters) != len(units):
        raise ValueError(f"{len(units)} units but {len(clusters)} cluster names")
    numbers: dict[Hashable, int] = {}
    index = [numbers.setdefault(name, len(numbers)) for name in clusters]
    sums = np.zeros((len(numbers), *units.shape[1:]))
    np.add.at(sums, index, units)
    return sums


def cluster_weights(clusters: int, *, rng: np.random.Generator, draws: int) -> Floats | None:
    """How often each cluster is drawn: (draws, clusters), each row summing to ``clusters``.

    None with fewer than three clusters: an interval is not estimable then.
    """
    if clusters < FEWEST_CLUSTERS:
        return None
    even = np.full(clusters, 1 / clusters)
    return rng.multinomial(clusters, even, size=draws).astype(np.float64)


def percentile_interval(drawn: Floats, *, level: float = LEVEL) -> tuple[float, float] | None:
    """The middle ``level`` of ``drawn`` (draws,), of which few may be NaN; else None."""
    defined = drawn[~np.isnan(drawn)]
    if len(defined) < (1 - MOST_UNDEFINED) * len(drawn) or not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def cluster_bootstrap(
    counts: Floats,
    statistic: Callable[[Floats], Floats],
    *,
    rng: np.random.Generator,
    draws: int,
    level: float = LEVEL,
) -> tuple[float, float] | None:
    """Percentile interval of ``statistic`` under resampled clusters; None if not estimable.

    ``counts`` is (clusters, …): what adds up over clusters. ``statistic`` maps (draws, …) sums to
    (draws,) values, NaN where undefined.
    """
    weights = cluster_weights(len(counts), rng=rng, draws=draws)
    return estimate(counts, statistic, weights, level=level)[1]


def estimate(
    counts: Floats,
    statistic: Callable[[Floats], Floats],
    weights: Floats | None,
    *,
    level: float = LEVEL,
) -> tuple[float, tuple[float, float] | None]:
    """(value, interval) of ``statistic`` for ``counts`` (clusters, …) under drawn ``weights``.

    Several statistics of the same data share one set of weights, and so the same draws.
    """
    value = float(statistic(counts.sum(axis=0)[None])[0])
    if weights is None or np.isnan(value):
        return value, None
    drawn = statistic(np.tensordot(weights, counts, axes=1))
    return value, percentile_interval(drawn, level=level)


def figure(
    counts: Floats, statistic: Callable[[Floats], Floats], weights: Floats | None
) -> Estimate:
    """As :func:`estimate`, as a value with the reason where there is no interval.

    The caller has made sure that the statistic itself is defined.
    """
    value, interval = estimate(counts, statistic, weights)
    if interval:
        return Estimate(value, *interval)
    if weights is None:
        return Estimate(value, why=f"fewer than {FEWEST_CLUSTERS} transcripts: no interval")
    return Estimate(value, why="too few transcripts hold the code: no interval")
