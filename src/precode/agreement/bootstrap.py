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
from precode.agreement.intervals import FEWEST_CLUSTERS, LEVEL, t_interval

Floats = NDArray[np.float64]

ALL_ALIKE = "the same in every draw of transcripts: no interval"


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


def cluster_bootstrap(
    counts: Floats,
    statistic: Callable[[Floats], Floats],
    *,
    rng: np.random.Generator,
    draws: int,
    least: float = -1.0,
    level: float = LEVEL,
) -> tuple[float, float] | None:
    """Interval of ``statistic`` under resampled clusters; None if not estimable.

    ``counts`` is (clusters, …): what adds up over clusters. ``statistic`` maps (draws, …) sums to
    (draws,) values between ``least`` and 1, NaN where undefined.
    """
    weights = cluster_weights(len(counts), rng=rng, draws=draws)
    return estimate(counts, statistic, weights, least=least, level=level)[1]


def estimate(
    counts: Floats,
    statistic: Callable[[Floats], Floats],
    weights: Floats | None,
    *,
    least: float = -1.0,
    level: float = LEVEL,
) -> tuple[float, tuple[float, float] | None]:
    """(value, interval) of ``statistic`` for ``counts`` (clusters, …) under drawn ``weights``.

    Several statistics of the same data share one set of weights, and so the same draws.
    """
    value = float(statistic(counts.sum(axis=0)[None])[0])
    if weights is None or np.isnan(value):
        return value, None
    drawn = statistic(np.tensordot(weights, counts, axes=1))
    return value, t_interval(value, drawn, clusters=len(counts), least=least, level=level)


def figure(
    counts: Floats,
    statistic: Callable[[Floats], Floats],
    weights: Floats | None,
    *,
    least: float = -1.0,
) -> Estimate:
    """As :func:`estimate`, as a value with the reason where there is no interval.

    The caller has made sure that the statistic itself is defined.
    """
    value, interval = estimate(counts, statistic, weights, least=least)
    if interval:
        return Estimate(value, *interval)
    if weights is None:
        return Estimate(value, why=f"fewer than {FEWEST_CLUSTERS} transcripts: no interval")
    return Estimate(value, why="too few transcripts hold the code: no interval")
