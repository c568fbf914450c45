"""Krippendorff's alpha, for any number of coders, missing readings and any distance between values.

Krippendorff 2011, Computing Krippendorff's alpha-reliability
(https://repository.upenn.edu/asc_papers/43); the same in Krippendorff 2004, Content Analysis, ch. 11.
Of a unit with m >= 2 readers, each of the m (m - 1) ordered pairs of values counts 1 / (m - 1); n_c
is how many values c are pairable, n their sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from precode.agreement import counts as of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def nominal(q: int) -> Floats:
    """(q, q): the distance of categories without order, 1 between any two."""
    return 1 - np.eye(q)


def alpha_counts(
    values: Ints, delta: Floats, cluster: Sequence[int] | Ints, clusters: int
) -> Floats:
    """What alpha depends on, summed within clusters: (clusters, 1 + v).

    ``values`` is (n, coders), indices into the ``v`` rows of ``delta`` (v, v), or -1 where not read;
    ``delta`` is symmetric, 0 on its diagonal; ``cluster`` (n,) numbers each unit's. The first column
    is the observed disagreement Σ o_ck δ_ck, the others n_c.
    """
    where = np.asarray(cluster, dtype=np.int64)
    m = (values >= 0).sum(axis=1)
    out = np.zeros((clusters, 1 + len(delta)))
    for a, b in combinations(range(values.shape[1]), 2):
        both = (values[:, a] >= 0) & (values[:, b] >= 0)
        # both orders of the pair
        apart = 2 * delta[values[both, a], values[both, b]] / (m[both] - 1)
        np.add.at(out[:, 0], where[both], apart)
    for a in range(values.shape[1]):
        pairable = (values[:, a] >= 0) & (m > 1)
        np.add.at(out, (where[pairable], 1 + values[pairable, a]), 1)
    return out


def alpha(sums: Floats, delta: Floats) -> Floats:
    """(…, 1 + v) sums of :func:`alpha_counts` → (…): 1 - D_o / D_e.

    NaN where every pairable value is the same: nothing could have been confused.
    """
    n_c = sums[..., 1:]
    n = n_c.sum(axis=-1)
    d_o = sums[..., 0]  # times n
    d_e = ((n_c @ delta) * n_c).sum(axis=-1)  # times n (n - 1)
    return np.asarray(1 - (n - 1) * of.ratio(d_o, d_e))
