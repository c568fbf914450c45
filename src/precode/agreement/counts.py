"""Statistics of 2 by 2 tables, from their four counts. The last line of each is its definition.

``tp, fp, fn, tn`` are arrays of any one shape: both say yes, only the second does (predicted), only
the first does (truth), neither. Where a statistic is undefined (0/0) the result is NaN.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TP, FP, FN, TN = range(4)


def confusion(truth: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> Floats:
    """(…, 4) indicators tp, fp, fn, tn of each unit, from two bool arrays of one shape (…)."""
    return np.stack(
        [truth & predicted, ~truth & predicted, truth & ~predicted, ~truth & ~predicted], axis=-1
    ).astype(np.float64)


def precision(counts: Floats) -> Floats:
    """(…, 4) → (…): of what was predicted, the share that is true."""
    tp, fp = counts[..., TP], counts[..., FP]
    return ratio(tp, tp + fp)


def recall(counts: Floats) -> Floats:
    """(…, 4) → (…): of what is true, the share that was predicted."""
    tp, fn = counts[..., TP], counts[..., FN]
    return ratio(tp, tp + fn)


def f1(counts: Floats) -> Floats:
    """(…, 4) → (…): harmonic mean of precision and recall.

    Between two coders it is the positive specific agreement, whoever counts as truth
    (Hripcsak & Rothschild 2005, doi 10.1197/jamia.M1733).
    """
    tp, fp, fn = counts[..., TP], counts[..., FP], counts[..., FN]
    return ratio(2 * tp, 2 * tp + fp + fn)


def observed(counts: Floats) -> Floats:
    """(…, 4) → (…): share of units on which both say the same."""
    return ratio(counts[..., TP] + counts[..., TN], counts.sum(axis=-1))


def kappa(counts: Floats) -> Floats:
    """(…, 4) → (…): Cohen's kappa (Cohen 1960, doi 10.1177/001316446002000104).

    Undefined where both always say the same one thing, since chance then explains everything.
    """
    tp, fp, fn, tn = (counts[..., i] for i in range(4))
    return nominal_kappa(np.stack([np.stack([tp, fn], -1), np.stack([fp, tn], -1)], -2))


def nominal_kappa(table: Floats) -> Floats:
    """(…, k, k) tables of counts, first coder by second, → (…): Cohen's kappa for k classes.

    Cohen's (p_o - p_e) / (1 - p_e), where p_o = agree / n is the observed agreement and
    p_e = chance / n² the one expected from the margins; n² keeps the counts whole numbers, so that
    "undefined" is decided exactly.
    """
    n = table.sum(axis=(-2, -1))
    agree = np.trace(table, axis1=-2, axis2=-1)
    chance = (table.sum(axis=-1) * table.sum(axis=-2)).sum(axis=-1)
    return ratio(n * agree - chance, n * n - chance)


def mean_defined(each: Floats, weights: Floats | None = None) -> Floats:
    """(…, k) → (…): mean over the last axis of what is not NaN, weighted if ``weights`` (…, k)."""
    weight = np.where(np.isnan(each), 0.0, 1.0 if weights is None else weights)
    return ratio((np.nan_to_num(each) * weight).sum(axis=-1), weight.sum(axis=-1))


def ratio(part: Floats, whole: Floats) -> Floats:
    """part / whole, NaN where whole is 0."""
    out = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) != 0)
    return out
