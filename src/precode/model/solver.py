"""Regularised logistic regression for all codes at once, on dense ⊕ sparse features.

scikit-learn's solver needs one matrix, and goes code by code. Here the two blocks stay what they
are, one product serves all codes, and where sentences are not many more than dense features, as in most
studies, the search goes through the inner products of sentences (scripts/benchmarks/training.py says how
much faster that is). The objective is scikit-learn's; the tests hold them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix
from scipy.special import expit, log_expit, logsumexp, softmax

Floats = npt.NDArray[np.floating]
Loss = Literal["logistic", "softmax"]

TOLERANCE = 0.1  # of the gradient's norm, a code: scores are then within about .01 of the optimum's
ROUGH = 0.3  # how much of the gradient a step may leave, far from the optimum
# below so many rows a dense column, and from so many codes on, all inner products of rows are quicker
MOST_ROWS, LEAST_CODES = 1.5, 4
MOST_STEPS, MOST_DIRECTIONS, MOST_HALVINGS = 50, 200, 30  # usual are 4, 15 and 0


@dataclass(frozen=True)
class Design:
    """Features of n sentences: ``dense (n, d)`` and ``sparse (n, v)``, meant side by side. ``products``
    gives their :attr:`gram`, where somebody knows it already.
    """

    dense: Floats
    sparse: csr_matrix
    products: Callable[[], Floats] | None = None

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

    @cached_property
    def gram(self) -> Floats:
        """``(n, n)`` inner products of the sentences, in single precision."""
        if self.products is not None:
            return self.products()
        return inner_products(self.dense) + inner_products(self.sparse)


def inner_products(x: Floats | csr_matrix) -> Floats:
    """``x @ x.T``: ``(n, n)``, in single precision."""
    x = x.astype(np.float32, copy=False)
    found = x @ x.T
    return np.asarray(found.toarray() if isinstance(found, csr_matrix) else found)


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
    tolerance: float = TOLERANCE,
) -> Linear:
    """Minimise ``c · Σ weight · loss + ½ ‖w − prior‖²`` over k codes.

    ``y (n, k)`` in [0, 1]; ``weight (n, k)`` for "logistic" (0 where a code is unknown) and
    ``(n, 1)`` for "softmax", whose rows of ``y`` sum to 1. The intercept is not penalised.
    ``prior`` pulls the weights towards another model's instead of towards 0.

    Newton's method with steps by conjugate gradients (Lin, Weng & Keerthi 2008), in single
    precision, and halved while they do not descend.
    """
    if prior is None:
        centre = np.zeros((x.width, y.shape[1]), dtype=np.float32)
    else:
        centre = prior.weights
    first = start or prior or Linear(centre, np.zeros(y.shape[1]))
    z = np.asarray(first.scores(x), dtype=np.float64)
    gap = (first.weights - centre).astype(np.float32)
    few = len(x) < MOST_ROWS * x.dense.shape[1] and y.shape[1] >= LEAST_CODES
    space = (_ByRows if few else _ByFeatures)(x, gap)
    apart, moved = space.origin, np.zeros_like(space.origin.own)  # from the prior; from the start
    mass = c * weight
    at_start = None
    for _ in range(MOST_STEPS):
        residual, curvature = _derivatives(z, y, mass, loss)
        gradient = space.vector(space.back(residual) + apart.own)
        norm = np.sqrt(_square(gradient, loss))
        if (norm <= tolerance).all():
            break
        at_start = norm if at_start is None else at_start
        most = np.maximum(np.maximum(at_start, norm), 1e-30)  # 0 of a code that is settled already
        leave = norm * np.minimum(ROUGH, np.sqrt(norm / most))
        leave = np.maximum(leave, tolerance / 2)
        step, z_step = _newton(space, gradient, curvature, leave, loss)
        slope, now = _dot(gradient, step, loss), _value(z, y, mass, loss)
        free = step.no_intercept()
        lean, bend = _dot(apart, free, loss), _dot(free, free, loss)
        length = np.ones_like(now)
        for _ in range(MOST_HALVINGS):
            rise = _value(z + length * z_step, y, mass, loss) - now
            rise += length * lean + length**2 / 2 * bend
            worse = rise > 1e-4 * length * slope + 1e-7 * now
            if not worse.any():
                break
            length = np.where(worse, length / 2, length)
        apart = apart.plus(length, free)
        moved += (length * step.own).astype(np.float32)
        z += length * z_step
    weights = (first.weights + space.weights(moved)).astype(np.float32)
    return Linear(weights, (first.intercept + moved[-1]).astype(np.float32))


@dataclass(frozen=True, slots=True)
class _Vector:
    """A change of weights and intercept, as a :class:`_ByFeatures` or :class:`_ByRows` holds it: ``own``
    its coordinates, and ``dual`` those by which another's are multiplied for the inner product. The
    last row is the intercept.
    """

    own: Floats
    dual: Floats

    def plus(self, factor: Floats, other: _Vector) -> _Vector:
        factor = factor.astype(np.float32)
        return _Vector(self.own + factor * other.own, self.dual + factor * other.dual)

    def no_intercept(self) -> _Vector:
        own, dual = self.own.copy(), self.dual.copy()
        own[-1] = dual[-1] = 0
        return _Vector(own, dual)


class _ByFeatures:
    """Weights as they are: a coordinate for each feature."""

    def __init__(self, x: Design, gap: Floats) -> None:
        self._x = Design(
            np.ascontiguousarray(x.dense, dtype=np.float32), x.sparse.astype(np.float32)
        )
        self.origin = self.vector(np.vstack([gap, np.zeros_like(gap[:1])]))

    def vector(self, own: Floats) -> _Vector:
        return _Vector(own, own)

    def scores(self, v: _Vector) -> Floats:
        """``(n, k)``: what ``v`` adds to the scores of the sentences."""
        return np.asarray(self._x.times(v.own[:-1]) + v.own[-1])

    def back(self, values: Floats) -> Floats:
        """The derivative by weights and intercept from that by scores ``(n, k)``."""
        values = values.astype(np.float32)
        return np.vstack([self._x.transposed_times(values), values.sum(0)])

    def weights(self, own: Floats) -> Floats:
        return own[:-1]


class _ByRows:
    """Weights as a sum of sentences and ``gap (d + v, k)``, where they start apart from the prior: a
    coordinate for each sentence and one for the gap. No search leaves that (representer theorem:
    Kimeldorf & Wahba 1971), and one product with the inner products takes the place of two with the
    features.
    """

    def __init__(self, x: Design, gap: Floats) -> None:
        self._x, self._gap = x, gap
        nothing = np.zeros((len(x), gap.shape[1]), dtype=np.float32)
        self._seen = x.times(gap).astype(np.float32) if gap.any() else nothing
        self._length = (gap * gap).sum(0, keepdims=True)
        own = np.zeros((len(x) + 2, gap.shape[1]), dtype=np.float32)
        own[-2] = 1
        self.origin = self.vector(own)

    def vector(self, own: Floats) -> _Vector:
        rows, gap, intercept = own[:-2], own[-2:-1], own[-1:]
        across = (self._seen * rows).sum(0, keepdims=True) + gap * self._length
        return _Vector(own, np.vstack([self._x.gram @ rows + self._seen * gap, across, intercept]))

    def scores(self, v: _Vector) -> Floats:
        """As :meth:`_ByFeatures.scores`."""
        return np.asarray(v.dual[:-2] + v.own[-1])

    def back(self, values: Floats) -> Floats:
        """As :meth:`_ByFeatures.back`."""
        values = values.astype(np.float32)
        return np.vstack([values, np.zeros_like(values[:1]), values.sum(0)])

    def weights(self, own: Floats) -> Floats:
        return np.asarray(self._x.transposed_times(own[:-2]) + own[-2] * self._gap)


def _newton(
    space: _ByFeatures | _ByRows,
    gradient: _Vector,
    curvature: Callable[[Floats], Floats],
    leave: Floats,
    loss: Loss,
) -> tuple[_Vector, Floats]:
    """``s`` with ``‖H s + gradient‖ ≤ leave`` by conjugate gradients, and what it adds to the scores.

    ``H`` is the objective's second derivative, never formed; codes that are done stand still.
    """
    minus, nothing = np.array([[-1.0]]), np.zeros_like(gradient.own)
    step = _Vector(nothing, nothing)
    rest = direction = step.plus(minus, gradient)
    left = _square(rest, loss)
    z_step = np.zeros_like(space.scores(step))
    for _ in range(MOST_DIRECTIONS):
        ahead = space.scores(direction)
        bent = space.back(curvature(ahead))
        bent[:-1] += direction.own[:-1]
        steep = np.maximum(_inner(direction.dual, bent, loss), 1e-30)
        along = np.where(left > leave**2, left / steep, 0).astype(np.float32)
        step = step.plus(along, direction)
        z_step += along * ahead
        rest = space.vector(rest.own - along * bent)
        new = _square(rest, loss)
        if (new <= leave**2).all():
            break
        direction = rest.plus(new / np.maximum(left, 1e-30), direction)
        left = new
    return step, z_step


def _dot(a: _Vector, b: _Vector, loss: Loss) -> Floats:
    """The inner product of two vectors, shaped as :func:`_inner`'s."""
    return _inner(a.dual, b.own, loss)


def _square(a: _Vector, loss: Loss) -> Floats:
    """Of a vector's length; of rounded inner products it could come out below 0."""
    return np.asarray(np.maximum(_dot(a, a, loss), 0))


def _inner(a: Floats, b: Floats, loss: Loss) -> Floats:
    """Sums of products by column, ``(1, k)`` where each code is a problem of its own, ``(1, 1)`` for softmax."""
    each: Floats = np.einsum("dk,dk->k", a, b)[None].astype(np.float64)
    return each if loss == "logistic" else each.sum(keepdims=True)


def _value(z: Floats, y: Floats, mass: Floats, loss: Loss) -> Floats:
    """The loss, shaped as :func:`_dot`'s results."""
    if loss == "logistic":  # −y log σ(z) − (1 − y) log σ(−z)
        return np.asarray((mass * ((1 - y) * z - log_expit(z))).sum(0, keepdims=True))
    return np.asarray((mass * y * (logsumexp(z, axis=1, keepdims=True) - z)).sum(keepdims=True))


def _derivatives(
    z: Floats, y: Floats, mass: Floats, loss: Loss
) -> tuple[Floats, Callable[[Floats], Floats]]:
    """First derivative by the scores ``(n, k)``, and the second as a product with ``(n, k)``."""
    if loss == "logistic":
        p = expit(z)
        bend = (mass * p * (1 - p)).astype(np.float32)
        return mass * (p - y), lambda v: bend * v
    p = softmax(z, axis=1)
    single, heavy = p.astype(np.float32), (mass * p).astype(np.float32)
    return mass * (p - y), lambda v: heavy * (v - (single * v).sum(1, keepdims=True))


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
