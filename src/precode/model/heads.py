"""The two heads on top of the features: which codes, and given a code, which polarity."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from precode.model.features import PRIOR
from precode.model.solver import TOLERANCE, Design, Linear, Loss, balanced, balanced_rows, fit

Floats = npt.NDArray[np.floating]
Choice = Literal["many", "one"]

CODE_WEIGHT = 0.5  # of the code's own column among the polarity head's features


def fit_codes(
    x: Design,
    y: Floats,
    *,
    choice: Choice,
    c: float,
    centre: Linear | None = None,
    near: Linear | None = None,
    tolerance: float = TOLERANCE,
) -> Linear:
    """The code head. ``y (n, k)`` in [0, 1]: the share of coders who gave each code. ``centre``: what
    the weights are drawn to, where that is not 0; ``near``: where the search begins.
    """
    loss: Loss = "softmax" if choice == "one" else "logistic"
    if choice == "one":
        y = y / np.maximum(y.sum(1, keepdims=True), 1e-9)
    weight = balanced_rows(y) if choice == "one" else balanced(y, np.ones_like(y))
    return fit(x, y, weight, c=c, loss=loss, prior=centre, start=near, tolerance=tolerance)


@dataclass(frozen=True, slots=True)
class PolarityHead:
    """Two logistic scores, barrier and facilitator, shared by all codes but for an offset each.

    Sharing is what makes a polarity learnable for a code with ten examples. ``codes (k, 2)`` is
    the offset per code, ``lean (2, 2)`` the weights of what a shipped model says of it.
    """

    linear: Linear
    codes: Floats
    lean: Floats = field(default_factory=lambda: np.zeros((2, 2)))

    def scores(self, x: Design, lean: Floats | None = None) -> Floats:
        """``(n, k, 2)`` in log-odds: [barrier, facilitator] of each code, were it given; ``lean
        (n, k, 2)`` what a shipped model says, if the head was learned with it.
        """
        own = self.linear.scores(x)[:, None, :] + self.codes[None, :, :]
        return np.asarray(own if lean is None else own + lean @ self.lean)


def fit_polarity(
    x: Design, polarity: Floats, *, c: float, lean: Floats | None = None, trust: float = 0.0
) -> PolarityHead | None:
    """The polarity head, from ``polarity (n, k, 2)``: shares of the coders who gave the code and
    called it a barrier, a facilitator; NaN where the code was not given or its polarity is unclear.
    ``lean (n, k, 2)``: a shipped model's log-odds, of which ``trust`` is what the head starts from.

    Where the codings know fewer than two polarities, it is what the shipped model says; None without.
    """
    row, code = np.nonzero(~np.isnan(polarity[:, :, 0]))
    y, k = polarity[row, code], polarity.shape[1]
    if not ((y.sum(0) > 0).all() and (y.sum(0) < len(y)).any()):
        if lean is None or not trust:
            return None
        nothing = Linear(np.zeros((x.width, 2)), np.zeros(2))
        return PolarityHead(nothing, np.zeros((k, 2)), np.eye(2) * trust)
    own = np.zeros((len(row), k), dtype=np.float32)
    own[np.arange(len(row)), code] = CODE_WEIGHT
    taken = x.take(row)
    d, centre, parts = x.dense.shape[1], None, [taken.dense, own]
    if lean is not None and trust:
        parts.append((PRIOR * lean[row, code]).astype(np.float32))
        centre = np.zeros((d + k + 2 + x.sparse.shape[1], 2))
        centre[d + k : d + k + 2] = np.eye(2) * trust / PRIOR
    wide = Design(np.hstack(parts), taken.sparse)
    found = fit(
        wide, y, balanced(y, np.ones_like(y)), c=c, loss="logistic",
        prior=None if centre is None else Linear(centre, np.zeros(2)),
    )  # fmt: skip
    end = wide.dense.shape[1]
    weights = np.vstack([found.weights[:d], found.weights[end:]])
    of_codes = found.weights[d : d + k] * CODE_WEIGHT
    told = found.weights[d + k : end] * PRIOR if centre is not None else np.zeros((2, 2))
    return PolarityHead(Linear(weights, found.intercept), of_codes, told)
