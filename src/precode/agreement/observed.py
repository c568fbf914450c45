"""Percent agreement, for any number of coders and readings that are missing.

A unit is a sentence (or passage) that coders put into one of q categories; ``values`` is
(units, coders) with -1 where a coder has not read the unit. With r_ik of the r_i readers of unit i
in category k, the agreement of unit i is the share of its ordered pairs of readers that say the
same; the observed agreement is the mean over the units that two or more have read (Fleiss 1971,
doi 10.1037/h0031619; with missing readings Gwet 2014, Handbook of Inter-Rater Reliability, 4th ed.,
ch. 2). Between two coders it is the share of units on which they agree.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from precode.agreement import counts as of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MISSING = -1
TERMS = 2


def readers_by_category(values: Ints, q: int) -> Floats:
    """(n, coders) → (n, q): r_ik, how many readers put each unit into each category."""
    return np.stack([(values == k).sum(axis=1) for k in range(q)], axis=1).astype(np.float64)


def observed_terms(readers: Floats) -> Floats:
    """(n, q) readers by category → (n, 2): each unit's agreement, and whether it counts."""
    r = readers.sum(axis=1)
    same = of.ratio((readers * (readers - 1)).sum(axis=1), r * (r - 1))
    return np.column_stack([np.nan_to_num(same), r > 1])


def observed(sums: Floats) -> Floats:
    """(…, 2) sums of :func:`observed_terms` → (…): p_a."""
    return of.ratio(sums[..., 0], sums[..., 1])
