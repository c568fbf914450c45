"""From scores to probabilities that can be believed: fitted on out-of-fold scores only.

Codes: Platt scaling (Platt 1999, with his smoothed targets), each code's slope shrunk to the
slope all codes share, so that a code with few positives leans on the others. One-of-k codebooks:
temperature and bias per code (vector scaling restricted; Guo et al. 2017, sec. 4.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp, softmax

from precode.model.heads import Choice

Floats = npt.NDArray[np.floating]

SHRINK = 2.0  # prior precision of a code's slope around the shared one; worth a few positives
# Tried: the log of the slope instead. Its loss on held-out NHS comments is lower by 0.0001 nats at
# best (200 to 1,000 labels), and it resists the flat slope that scores without information need.


@dataclass(frozen=True, slots=True)
class Calibration:
    """``slope (k,)`` and ``offset (k,)``; probabilities are ``(n, k)``.

    ``fitted`` is False where there was nothing held out to fit on: the numbers then only rank.
    """

    choice: Choice
    slope: Floats
    offset: Floats
    fitted: bool = True

    def __call__(self, scores: Floats) -> Floats:
        z = scores * self.slope + self.offset
        return np.asarray(softmax(z, axis=1) if self.choice == "one" else expit(z))

    def log_odds(self, scores: Floats) -> Floats:
        """``(n, k)``: the log-odds of the probabilities, which tell apart what rounds to 1."""
        z = np.asarray(scores * self.slope + self.offset)
        if self.choice == "many" or z.shape[1] < 2:
            return z
        others = [logsumexp(np.delete(z, j, axis=1), axis=1) for j in range(z.shape[1])]
        return np.asarray(z - np.column_stack(others))


def unfitted(k: int, choice: Choice) -> Calibration:
    """The head's own numbers, marked as ranks."""
    return Calibration(choice, np.ones(k), np.zeros(k), fitted=False)


def fit_calibration(scores: Floats, y: Floats, *, choice: Choice) -> Calibration:
    """Calibration of out-of-fold ``scores (n, k)`` against ``y (n, k)`` in [0, 1]."""
    return _softmax(scores, y) if choice == "one" else _platt(scores, y)


def _platt(scores: Floats, y: Floats) -> Calibration:
    n, k = y.shape
    positive = y.sum(0)
    # Platt's targets: a positive counts (N₊ + 1)/(N₊ + 2), a negative 1/(N₋ + 2)
    high = (positive + 1) / (positive + 2)
    low = 1 / (n - positive + 2)
    target = y * high + (1 - y) * low

    def loss(flat: Floats) -> tuple[float, Floats]:
        shared, slope, offset = flat[0], flat[1 : k + 1], flat[k + 1 :]
        z = scores * slope + offset
        value = -(target * log_expit(z) + (1 - target) * log_expit(-z)).sum()
        value += SHRINK * ((slope - shared) ** 2).sum() + 0.5 * (shared - 1) ** 2
        error = expit(z) - target
        d_slope = (error * scores).sum(0) + 2 * SHRINK * (slope - shared)
        d_shared = -2 * SHRINK * (slope - shared).sum() + (shared - 1)
        return float(value), np.concatenate([[d_shared], d_slope, error.sum(0)])

    base = np.clip(positive / max(n, 1), 1e-4, 1 - 1e-4)
    first = np.concatenate([[1.0], np.ones(k), np.log(base / (1 - base))])
    # a negative slope would turn ranks over
    bounds = [(0.05, 10.0)] * (k + 1) + [(-20.0, 20.0)] * k
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds)
    return Calibration("many", found.x[1 : k + 1].copy(), found.x[k + 1 :].copy())


def _softmax(scores: Floats, y: Floats) -> Calibration:
    k = y.shape[1]
    given = y.sum(1) > 0  # a sentence that got no code says nothing of which code is likely
    scores, y = scores[given], y[given]
    target = y / y.sum(1, keepdims=True)

    def loss(flat: Floats) -> tuple[float, Floats]:
        slope, offset = flat[0], flat[1:]
        z = scores * slope + offset
        value = -(target * (z - logsumexp(z, axis=1, keepdims=True))).sum()
        value += 0.5 * (slope - 1) ** 2 + 0.05 * (offset**2).sum()
        error = softmax(z, axis=1) - target
        d_slope = (error * scores).sum() + (slope - 1)
        return float(value), np.concatenate([[d_slope], error.sum(0) + 0.1 * offset])

    first = np.concatenate([[1.0], np.zeros(k)])
    bounds = [(0.05, 10.0)] + [(-20.0, 20.0)] * k
    found = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds)
    return Calibration("one", np.full(k, found.x[0]), found.x[1:].copy())
