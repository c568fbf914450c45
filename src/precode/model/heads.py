"""The two heads on top of the features: which codes, and given a code, which polarity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from precode.model.solver import Design, Linear, balanced, balanced_rows, fit

Floats = npt.NDArray[np.floating]
Choice = Literal["many", "one"]

CODE_WEIGHT = 0.5  # of the code's own column among the polarity head's features


def fit_codes(x: Design, y: Floats, *, choice: Choice, c: float) -> Linear:
    """The code head. ``y (n, k)`` in [0, 1]: the share of coders who gave each code."""
    if choice == "one":
        mass = y / np.maximum(y.sum(1, keepdims=True), 1e-9)
        return fit(x, mass, balanced_rows(mass), c=c, loss="softmax")
    return fit(x, y, balanced(y, np.ones_like(y)), c=c, loss="logistic")


@dataclass(frozen=True, slots=True)
class PolarityHead:
    """Two logistic scores, barrier and facilitator, shared by all codes but for an offset each.

    Sharing is what makes a polarity learnable for a code with ten examples. ``codes (k, 2)`` is
    the offset per code.
    """

    linear: Linear
    codes: Floats

    def scores(self, x: Design) -> Floats:
        """``(n, k, 2)`` in log-odds: [barrier, facilitator] of each code, were it given."""
        return np.asarray(self.linear.scores(x)[:, None, :] + self.codes[None, :, :])


def fit_polarity(x: Design, polarity: Floats, *, c: float) -> PolarityHead | None:
    """The polarity head, from ``polarity (n, k, 2)``: shares of the coders who gave the code and
    called it a barrier, a facilitator; NaN where the code was not given or its polarity is unclear.

    None if the codings know fewer than two polarities.
    """
    row, code = np.nonzero(~np.isnan(polarity[:, :, 0]))
    if not len(row):
        return None
    y = polarity[row, code]
    if not ((y.sum(0) > 0).all() and (y.sum(0) < len(y)).any()):
        return None
    k = polarity.shape[1]
    own = np.zeros((len(row), k), dtype=np.float32)
    own[np.arange(len(row)), code] = CODE_WEIGHT
    taken = x.take(row)
    wide = Design(np.hstack([taken.dense, own]), taken.sparse)
    found = fit(wide, y, balanced(y, np.ones_like(y)), c=c, loss="logistic")
    d = x.dense.shape[1]
    weights = np.vstack([found.weights[:d], found.weights[d + k :]])
    return PolarityHead(Linear(weights, found.intercept), found.weights[d : d + k] * CODE_WEIGHT)
