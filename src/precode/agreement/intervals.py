"""The interval of an agreement coefficient, wide enough where transcripts are few.

A percentile interval of the cluster bootstrap is too narrow with few clusters, for two reasons: a
draw of C clusters spreads sqrt((C - 1) / C) times as wide as it should, and normal quantiles take
that spread as known (Hesterberg 2015, doi 10.1080/00031305.2015.1089789). Coefficients near one are
skewed besides. So the spread of the draws, times sqrt(C / (C - 1)), is taken on Fisher's z scale,
where it is about the same everywhere, and goes into Student's interval with C - 1 degrees of freedom:

    z = artanh(y),  z ± t(C - 1) · sqrt(C / (C - 1)) · sd(z of the draws),  back by tanh.

Of the intervals tried (percentile, expanded percentile, BCa, jackknife-t plain and transformed) it
covers nearest to 95 % from six transcripts on: ``scripts/benchmarks/agreement.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from precode.agreement.bootstrap import FEWEST_CLUSTERS, LEVEL, MOST_UNDEFINED
from precode.agreement.estimate import Estimate
from precode.agreement.shares import ALL_ALIKE

Floats = NDArray[np.float64]

# z is infinite at 1: a draw without any disagreement counts as one of about .999.
NEAREST = 0.999


def t_interval(
    value: float, drawn: Floats, *, clusters: int, least: float = -1.0, level: float = LEVEL
) -> tuple[float, float] | None:
    """Interval of a coefficient between ``least`` and 1, from its ``value`` and its bootstrap draws
    (draws,) over ``clusters``, few of which may be NaN; else None. It holds ``value``.
    """
    from scipy.special import stdtrit

    defined = drawn[~np.isnan(drawn)]
    if clusters < FEWEST_CLUSTERS or len(defined) < (1 - MOST_UNDEFINED) * len(drawn):
        return None
    z = float(_z(value, least))
    t = float(stdtrit(clusters - 1, (1 + level) / 2))
    reach = t * sqrt(clusters / (clusters - 1)) * float(_z(defined, least).std())
    low, high = (_back(z + sign * reach, least) for sign in (-1, 1))
    return min(value, low), max(value, high)


def bounded(
    counts: Floats,
    statistic: Callable[[Floats], Floats],
    weights: Floats | None,
    *,
    least: float = -1.0,
) -> Estimate:
    """``statistic`` of ``counts`` (clusters, …), a coefficient between ``least`` and 1, with its
    interval, or the reason why there is none. ``weights`` as of
    :func:`precode.agreement.bootstrap.cluster_weights`. The statistic is defined for the whole.
    """
    value = float(statistic(counts.sum(axis=0)[None])[0])
    if weights is None:
        return Estimate(value, why=f"fewer than {FEWEST_CLUSTERS} transcripts: no interval")
    drawn = statistic(np.tensordot(weights, counts, axes=1))
    found = t_interval(value, drawn, clusters=len(counts), least=least)
    if found is None:
        return Estimate(value, why="undefined in too many draws of transcripts: no interval")
    if np.ptp(drawn[~np.isnan(drawn)]) < 1e-12:
        return Estimate(value, why=ALL_ALIKE)
    return Estimate(value, *found)


def _z(y: float | Floats, least: float) -> Floats:
    scaled = 2 * (np.asarray(y, dtype=np.float64) - least) / (1 - least) - 1
    return np.asarray(np.arctanh(np.clip(scaled, -NEAREST, NEAREST)))


def _back(z: float, least: float) -> float:
    return float(least + (np.tanh(z) + 1) * (1 - least) / 2)
