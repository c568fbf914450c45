"""Decisions: which codes are given. Kept apart from confidence, which is calibrated elsewhere.

MODELLING, trap: cutting the calibrated probability at .5 stops giving rare codes at all.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from precode.model.heads import Choice

Floats = npt.NDArray[np.floating]

SHRINK = 30.0  # positives at which a tuned threshold counts as much as the balanced head's own


def fit_thresholds(scores: Floats, y: Floats, *, choice: Choice) -> Floats:
    """``(k,)`` cuts on out-of-fold ``scores (n, k)`` that maximise F1, shrunk towards 0 by the
    number of positives behind them (the balanced head's own cut). Zeros for one-of-k codebooks.
    """
    k = y.shape[1]
    out = np.zeros(k)
    if choice == "one":
        return out
    for j in range(k):
        truth = y[:, j] >= 0.5
        positives = int(truth.sum())
        if positives:
            out[j] = _best_cut(scores[:, j], truth) * positives / (positives + SHRINK)
    return out


def _best_cut(scores: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """The cut with the highest F1 = 2·TP / (predicted + positives)."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(ranked) + 1) + truth.sum())
    last = np.append(np.diff(ranked) != 0, True)  # equal scores fall on the same side
    best = int(np.argmax(np.where(last, f1, -1)))
    below = ranked[best + 1] if best + 1 < len(ranked) else ranked[best] - 1
    return float((ranked[best] + below) / 2)


def decide(scores: Floats, thresholds: Floats, *, choice: Choice) -> npt.NDArray[np.bool_]:
    """``(n, k)``: codes whose score passes the cut; for "one" exactly the highest."""
    if choice == "one":
        return np.asarray(np.arange(scores.shape[1]) == scores.argmax(1)[:, None])
    return np.asarray(scores > thresholds)


def macro_f1(truth: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_]) -> float:
    """Mean F1 over the codes that occur; what validation compares feature settings by."""
    both = (truth & given).sum(0)
    total = truth.sum(0) + given.sum(0)
    occurs = truth.sum(0) > 0
    return float((2 * both[occurs] / np.maximum(total[occurs], 1)).mean()) if occurs.any() else 0.0
