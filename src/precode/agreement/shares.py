"""Shares with their intervals: by resampling transcripts, or exact where that cannot work."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precode.agreement import counts as of
from precode.agreement.bootstrap import ALL_ALIKE, cluster_weights, figure, per_cluster
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.intervals import LEVEL

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sampling:
    """How intervals are drawn: ``draws`` of whole transcripts from ``rng``. Below ``floor`` units
    a figure is not estimable.
    """

    rng: np.random.Generator
    draws: int
    floor: int


def share(
    flags: Sequence[bool], transcripts: Sequence[Hashable], *, sampling: Sampling, what: str
) -> Figure:
    """Share of units whose flag is True; ``transcripts`` names each unit's, ``what`` the units.

    Where all units are alike, every draw is too; the exact interval stands in.
    """
    n, yes = len(flags), sum(flags)
    if n < max(sampling.floor, 1):
        return NotEstimable(too_few(n, what, sampling.floor))
    units = np.column_stack([np.asarray(flags, np.float64), np.ones(n)])
    found = resampled(units, transcripts, _share, sampling=sampling, least=0.0)
    if found.why == ALL_ALIKE and yes in (0, n):
        return Estimate(found.value, *clopper_pearson(yes, n))
    return found


def resampled(
    units: Floats,
    transcripts: Sequence[Hashable],
    statistic: Callable[[Floats], Floats],
    *,
    sampling: Sampling,
    least: float = -1.0,
) -> Estimate:
    """``statistic`` of ``units`` (n, …) with its interval; the statistic maps (…, *unit) sums to
    (…,) values between ``least`` and 1, and is defined for the sum of all units. Where every draw gives the same, an
    interval of no width would claim too much: there is none.
    """
    counts = per_cluster(units, transcripts)
    weights = cluster_weights(len(counts), rng=sampling.rng, draws=sampling.draws)
    found = figure(counts, statistic, weights, least=least)
    if found.low is None and weights is not None:
        return Estimate(found.value, why="undefined in too many draws of transcripts: no interval")
    if found.low is not None and found.low == found.high:
        return Estimate(found.value, why=ALL_ALIKE)
    return found


def clopper_pearson(successes: int, n: int, *, level: float = LEVEL) -> tuple[float, float]:
    """Exact interval of a binomial share (Clopper & Pearson 1934, doi 10.1093/biomet/26.4.404).

    It covers the true share in at least ``level`` of all samples, if the ``n`` units are
    independent. Raises ValueError unless 0 ≤ ``successes`` ≤ ``n`` and ``n`` > 0.
    """
    from scipy.special import betaincinv

    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"{successes} of {n} is no share")
    tail = (1 - level) / 2
    low = 0.0 if successes == 0 else betaincinv(successes, n - successes + 1, tail)
    high = 1.0 if successes == n else betaincinv(successes + 1, n - successes, 1 - tail)
    return float(low), float(high)


def too_few(n: int, what: str, floor: int) -> str:
    """Why there is no figure: ``n`` units, fewer than ``floor``."""
    return f"no {what}" if n == 0 else f"only {n} {what}, {floor} are needed"


def _share(counts: Floats) -> Floats:
    return of.ratio(counts[..., 0], counts[..., 1])
