"""Gwet's AC1 (Gwet 2008, doi 10.1348/000711006X126600; with missing readings Gwet 2014, Handbook of
Inter-Rater Reliability, 4th ed., ch. 2 and 5).

Chance agreement is p_e = Σ π_k (1 - π_k) / (q - 1), where π_k is the mean over units of the share of
the unit's readers that said k. It stays small where one category is rare, so that AC1 does not fall
to nothing there as kappa does.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from precode.agreement import counts as of
from precode.agreement.observed import observed

Floats = NDArray[np.float64]


def share_terms(readers: Floats) -> Floats:
    """(n, q) readers by category → (n, 1 + q): whether anybody read the unit, and the share of its
    readers in each category. Units that one coder has read count here, as in the source.
    """
    r = readers.sum(axis=1)
    shares = of.ratio(readers, np.broadcast_to(r[:, None], readers.shape))
    return np.column_stack([r > 0, np.nan_to_num(shares)])


def ac1(agreed: Floats, shares: Floats) -> Floats:
    """(…, 2) sums of :func:`~precode.agreement.observed.observed_terms` and (…, 1 + q) sums of
    :func:`share_terms` → (…): (p_a - p_e) / (1 - p_e). p_e is never 1.
    """
    q = shares.shape[-1] - 1
    p_a = observed(agreed)
    pi = of.ratio(shares[..., 1:], np.broadcast_to(shares[..., :1], shares[..., 1:].shape))
    p_e = (pi * (1 - pi)).sum(axis=-1) / (q - 1)
    return np.asarray((p_a - p_e) / (1 - p_e))
