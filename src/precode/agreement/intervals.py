"""An interval from bootstrap draws, wide enough where transcripts are few.

A percentile interval of the cluster bootstrap is too narrow with few clusters, for two reasons: a
draw of C clusters spreads sqrt((C - 1) / C) times as wide as it should, and normal quantiles take
that spread as known (Hesterberg 2015, doi 10.1080/00031305.2015.1089789). Coefficients near one are
skewed besides. So the spread of the draws, times sqrt(C / (C - 1)), is taken on Fisher's z scale,
where it is about the same everywhere, and goes into Student's interval with C - 1 degrees of freedom:

    z = artanh(y),  z ± t(C - 1) · sqrt(C / (C - 1)) · sd(z of the draws),  back by tanh.

For shares this is the logit scale. Of the intervals tried (percentile, expanded percentile, BCa,
jackknife-t plain and transformed) it covers nearest to 95 %: 94 to 96 % from six transcripts on,
where percentiles cover 85 to 93 %, and 92 % where transcripts differ strongly (correlation .15 of a
code and .10 of disagreement within them; rare codes there 89 %): ``scripts/benchmarks/agreement.py``.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEVEL = 0.95
FEWEST_CLUSTERS = 3
# Where a statistic is undefined in more than this share of draws, the draws in which it is defined
# are a selection, and their spread no measure.
MOST_UNDEFINED = 0.1
# z is infinite at 1: a draw without any disagreement counts as one of about .999.
NEAREST = 0.999
# Rounding of sums alone differs by less.
ALIKE = 1e-12


def t_interval(
    value: float, drawn: Floats, *, clusters: int, least: float = -1.0, level: float = LEVEL
) -> tuple[float, float] | None:
    """Interval of a statistic between ``least`` and 1, from its ``value`` and its bootstrap draws
    (draws,) over ``clusters``, few of which may be NaN; else None. It holds ``value``, and has no
    width where all draws are alike.
    """
    from scipy.special import stdtrit

    defined = drawn[~np.isnan(drawn)]
    few = len(defined) < (1 - MOST_UNDEFINED) * len(drawn) or not len(defined)
    if clusters < FEWEST_CLUSTERS or few:
        return None
    if np.ptp(defined) < ALIKE:
        return value, value
    z = float(_z(value, least))
    t = float(stdtrit(clusters - 1, (1 + level) / 2))
    reach = t * sqrt(clusters / (clusters - 1)) * float(_z(defined, least).std())
    low, high = (_back(z + sign * reach, least) for sign in (-1, 1))
    return min(value, low), max(value, high)


def _z(y: float | Floats, least: float) -> Floats:
    scaled = 2 * (np.asarray(y, dtype=np.float64) - least) / (1 - least) - 1
    return np.asarray(np.arctanh(np.clip(scaled, -NEAREST, NEAREST)))


def _back(z: float, least: float) -> float:
    return float(least + (np.tanh(z) + 1) * (1 - least) / 2)
