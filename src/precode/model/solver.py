"""Regularised logistic regression for all codes at once, on dense ⊕ sparse features.

scikit-learn's solver needs one matrix: 1,000 dense columns stored sparse beside 20,000 words cost
it 20 to 60 times the time (measured by scripts/benchmarks/training.py). Here the two blocks stay
what they are. The objective is scikit-learn's, and the tests hold the two equal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from scipy.special import expit, log_expit, logsumexp, softmax

Floats = npt.NDArray[np.floating]
Loss = Literal["logistic", "softmax"]


@dataclass(frozen=True, slots=True)
class Design:
    """Features of n sentences: ``dense (n, d)`` and ``sparse (n, v)``, meant side by side."""

    dense: Floats
    sparse: csr_matrix

    @property
    def width(self) -> int:
        return int(self.dense.shape[1] + self.sparse.shape[1])

    def __len__(self) -> int:
        return int(self.dense.shape[0])

    def take(self, rows: npt.NDArray[np.intp] | Sequence[int]) -> Design:
        """The rows with these positions."""
        return Design(self.dense[rows], self.sparse[rows])

    def times(self, weights: Floats) -> Floats:
        """``[dense | sparse] @ weights``: ``(n, k)``."""
        d = self.dense.shape[1]
        return np.asarray(self.dense @ weights[:d] + self.sparse @ weights[d:])

    def transposed_times(self, values: Floats) -> Floats:
        """``[dense | sparse].T @ values``: ``(d + v, k)``."""
        return np.vstack([self.dense.T @ values, self.sparse.T @ values])


@dataclass(frozen=True, slots=True)
class Linear:
    """``scores = x @ weights + intercept``; weights ``(d + v, k)``, intercept ``(k,)``."""

    weights: Floats
    intercept: Floats

    def scores(self, x: Design) -> Floats:
        """``(n, k)``, in log-odds."""
        return np.asarray(x.times(self.weights) + self.intercept)


def fit(
    x: Design,
    y: Floats,
    weight: Floats,
    *,
    c: float,
    loss: Loss = "logistic",
    start: Linear | None = None,
    prior: Linear | None = None,
) -> Linear:
    """Minimise ``c · Σ weight · loss + ½ ‖w − prior‖²`` over k codes by L-BFGS.

    ``y (n, k)`` in [0, 1]; ``weight (n, k)`` for "logistic" (0 where a code is unknown) and
    ``(n, 1)`` for "softmax", whose rows of ``y`` sum to 1. The intercept is not penalised.
    ``prior`` pulls the weights towards another model's instead of towards 0.
    """
    d, k = x.width, y.shape[1]
    dense = np.ascontiguousarray(x.dense, dtype=np.float32)
    x = Design(dense, x.sparse.astype(np.float32))
    centre = np.zeros((d, k)) if prior is None else np.asarray(prior.weights, dtype=np.float64)
    first = np.zeros((d + 1, k))
    if start is not None:
        first[:d], first[d] = start.weights, start.intercept
    elif prior is not None:
        first[:d], first[d] = prior.weights, prior.intercept

    def objective(flat: npt.NDArray[np.float64]) -> tuple[float, npt.NDArray[np.float64]]:
        w = flat.reshape(d + 1, k)
        z = x.times(w[:d].astype(np.float32)).astype(np.float64) + w[d]
        if loss == "logistic":
            value = -(weight * (y * log_expit(z) + (1 - y) * log_expit(-z))).sum()
            residual = weight * (expit(z) - y)
        else:
            value = -(weight * y * (z - logsumexp(z, axis=1, keepdims=True))).sum()
            residual = weight * (softmax(z, axis=1) - y)
        gap = w[:d] - centre
        gradient = np.empty_like(w)
        gradient[:d] = c * x.transposed_times(residual.astype(np.float32)) + gap
        gradient[d] = c * residual.sum(0)
        return c * float(value) + 0.5 * float((gap * gap).sum()), gradient.ravel()

    found = minimize(
        objective,
        first.ravel(),
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 100, "gtol": 1e-3, "ftol": 1e-5, "maxcor": 5},
    )
    w = found.x.reshape(d + 1, k)
    return Linear(w[:d].copy(), w[d].copy())


def balanced(y: Floats, known: Floats) -> Floats:
    """``(n, k)`` weights that give each code's positives and negatives half the mass each.

    As scikit-learn's ``class_weight="balanced"``, per code and over the ``known`` entries alone.
    """
    positive = (y * known).sum(0)
    total = known.sum(0)
    negative = total - positive
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(positive > 0, total / (2 * positive), 0.0)
        down = np.where(negative > 0, total / (2 * negative), 0.0)
    return np.asarray(known * (y * up + (1 - y) * down))


def balanced_rows(y: Floats) -> Floats:
    """``(n, 1)`` weights for "softmax": each code gets the same total mass."""
    mass = y.sum(0)
    with np.errstate(divide="ignore"):
        per_code = np.where(mass > 0, y.shape[0] / ((mass > 0).sum() * mass), 0.0)
    return np.asarray((y * per_code).sum(1, keepdims=True))
