"""A share with an interval over clusters that also holds where they are few, or all alike."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from precode.report.score import Score, alone
from precode.steps.evidence.checking import share_of

Floats = npt.NDArray[np.float64]


def share_interval(sums: Floats, weights: Floats, level: float = 0.95) -> tuple[float, float]:
    """Of ``sums`` (clusters, 2), cases and all, under drawn ``weights``: Clopper and Pearson's
    interval of as many independent answers as would vary as much as these do over draws of
    clusters (Korn and Graubard 1998, Survey Methodology 24).
    """
    from scipy.special import betaincinv, stdtrit

    cases, n = (float(s) for s in sums.sum(axis=0))
    share, drawn = cases / n, share_of(np.tensordot(weights, sums, axes=1))
    clusters = int((sums[:, 1] > 0).sum())
    # draws spread sqrt((C - 1) / C) times as wide as they should: see agreement/intervals.py
    variance = float(np.nanvar(drawn)) * clusters / max(clusters - 1, 1)
    effective = min(n, share * (1 - share) / variance) if variance > 0 else n
    tail, alpha = (1 + level) / 2, (1 - level) / 2
    if clusters > 1 and n > clusters:  # and that variance is known from few clusters only
        effective *= (float(stdtrit(n - 1, tail)) / float(stdtrit(clusters - 1, tail))) ** 2
    x = share * effective
    low = float(betaincinv(x, effective - x + 1, alpha)) if cases > 0 else 0.0
    high = float(betaincinv(x + 1, effective - x, 1 - alpha)) if cases < n else 1.0
    return min(low, share), max(high, share)


def share_score(sums: Floats, weights: Floats | None) -> Score:
    """The share itself, with its interval where ``weights`` are there."""
    cases, n = (float(s) for s in sums.sum(axis=0))
    if weights is None:
        return alone(cases / n)
    return (cases / n, *share_interval(sums, weights))
