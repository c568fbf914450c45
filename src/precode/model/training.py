"""Coded sentences as arrays, and the heads that are learned from some of their rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from precode.codebook import Codebook
from precode.model.features import PRIOR, Products, Raw, Spec
from precode.model.heads import Choice, PolarityHead, fit_codes, fit_polarity
from precode.model.solver import TOLERANCE, Design, Linear

Floats = npt.NDArray[np.floating]
Rows = npt.NDArray[np.intp]
Ints = npt.NDArray[np.intp]


ROUGHLY = 1.0  # of the gradient's norm


@dataclass(frozen=True, slots=True)
class Training:
    """Coded sentences, by row: features, ``y (n, k)`` shares of coders giving each code,
    ``polarity (n, k, 2)`` with NaN where not given, ``groups (n,)`` transcript ids, and ``gold
    (n,)``: False for sentences that were coded with a suggestion in view, which never validate.
    ``gold_y (n, k)``: the shares among those alone who had none in view, NaN where nobody; None
    where nobody ever had. ``domains (k,)``: the number of the domain each code belongs to, -1 for
    none. ``like (k,)``: the code of the shipped model that each one is, -1 for none.
    """

    raw: Raw
    y: Floats
    polarity: Floats
    groups: npt.NDArray[np.str_]
    gold: npt.NDArray[np.bool_]
    choice: Choice
    gold_y: Floats | None = None
    domains: Ints | None = None
    like: Ints | None = None

    @property
    def judged_y(self) -> Floats:
        """``(n, k)``: what thresholds and calibrations are fitted to, on gold rows."""
        return self.y if self.gold_y is None else self.gold_y

    @property
    def taught(self) -> npt.NDArray[np.bool_]:
        """``(k,)``: the codes that any sentence has; those with too few examples have none here."""
        return np.asarray(self.y.any(0))

    @property
    def hierarchical(self) -> bool:
        """Whether some domain has two codes, so that one can lend to the other."""
        return self.choice == "many" and bool(len(_siblings(self.domains)))

    def take(self, rows: Rows) -> Training:
        """The rows with these positions."""
        return replace(
            self,
            raw=self.raw.take(rows),
            y=self.y[rows],
            polarity=self.polarity[rows],
            groups=self.groups[rows],
            gold=self.gold[rows],
            gold_y=None if self.gold_y is None else self.gold_y[rows],
        )


def code_head(
    data: Training,
    x: Design,
    rows: Rows,
    spec: Spec,
    *,
    near: Linear | None = None,
    products: Products | None = None,
    tolerance: float = TOLERANCE,
) -> Linear:
    """The code head of ``rows``; ``x`` are the features of all of ``data`` by ``spec``. ``near``: a head
    that is probably much like it, to begin the search from; ``products``: inner products of the ``rows``, where they are kept.

    Its weights are drawn to what ``spec`` starts from (a normal prior with a mean that is not 0, as
    Chelba & Acero 2006 adapt a model of one domain to another): the shipped model's score, and
    the weights that tell the code's domain from all else, learned from the same rows.
    """
    taken, y = x.take(rows), data.y[rows]
    if products is not None:
        taken = replace(taken, products=lambda: products.of(spec))
    centre = np.zeros((x.width, y.shape[1]), dtype=np.float32)
    domains = data.domains
    if domains is not None and spec.domain and data.hierarchical:
        siblings = _siblings(domains)
        given = np.column_stack([y[:, domains == d].max(1) for d in siblings])
        # roughly: it is only what the codes start from
        found = fit_codes(taken, given, choice="many", c=spec.c, tolerance=ROUGHLY).weights
        for i, d in enumerate(siblings):
            centre[:, domains == d] = spec.domain * found[:, [i]]
    known = own = np.zeros(0, dtype=np.intp)
    first = 0
    if data.raw.prior is not None and spec.prior and data.like is not None:
        end = x.dense.shape[1]
        first = end - data.raw.prior.codes.shape[1]
        centre[first:end] = 0
        known = np.flatnonzero(data.like >= 0)
        own = first + data.like[known]
        centre[own, known] = spec.prior / PRIOR
    start = Linear(centre, _between(taken.times(centre), y)) if centre.any() else None
    if near is not None and near.weights.shape != centre.shape:
        near = None
    head = fit_codes(
        taken, y, choice=data.choice, c=spec.c, centre=start, near=near, tolerance=tolerance
    )
    if data.choice == "one" or not len(known):
        return head
    # A score of 0 is where the shipped model would begin to give the code, not where the balanced
    # loss would: until thresholds rest on enough examples, its cut is the better one.
    assert data.raw.prior is not None
    intercept = head.intercept.copy()
    intercept[known] = -PRIOR * head.weights[own, known] * data.raw.prior.cuts[own - first]
    return Linear(head.weights, intercept)


def polarity_head(data: Training, x: Design, rows: Rows, spec: Spec) -> PolarityHead | None:
    """The polarity head of ``rows``; None where too few polarities are known."""
    lean = lean_of(data.raw, spec)
    return fit_polarity(
        x.take(rows), data.polarity[rows], c=spec.c,
        lean=None if lean is None else lean[rows], trust=spec.prior,
    )  # fmt: skip


def lean_of(raw: Raw, spec: Spec) -> Floats | None:
    """What the shipped model says of polarities, where ``spec`` listens to it."""
    return raw.prior.lean if raw.prior is not None and spec.prior else None


def resting(data: Training, x: Design, head: Linear, spec: Spec) -> Floats:
    """``(k,)``, 0 to 1: how much of what tells sentences apart is the shipped model's word: the share
    of the scores' variance over ``data`` that its columns account for. 0 where ``spec`` does not
    listen to it, and ``x`` has no such columns.
    """
    prior, k = data.raw.prior, data.y.shape[1]
    if prior is None or not spec.prior or not len(data.raw):
        return np.zeros(k)
    end = x.dense.shape[1]
    first = end - prior.codes.shape[1]
    told = x.dense[:, first:end] @ head.weights[first:end]
    scores = head.scores(x)
    both = ((told - told.mean(0)) * (scores - scores.mean(0))).mean(0)
    return np.asarray(np.clip(both / np.maximum(scores.var(0), 1e-12), 0, 1))


def domains_of(codebook: Codebook) -> Ints:
    """``(k,)`` of its leaves: the number of the code above each, -1 for none."""
    above = [leaf.parent for leaf in codebook.leaves]
    names = sorted({p for p in above if p})
    return np.array([names.index(p) if p else -1 for p in above], dtype=np.intp)


def counterparts(ours: Codebook, theirs: Codebook) -> Ints:
    """``(k,)``: which leaf of ``theirs`` each leaf of ``ours`` is: the one of the same id, or the one
    it maps to; -1 for none.
    """
    known = {code: i for i, code in enumerate(theirs.leaf_ids)}
    return np.array(
        [
            next((known[i] for i in (leaf.id, *leaf.maps_to) if i in known), -1)
            for leaf in ours.leaves
        ],
        dtype=np.intp,
    )


def _between(scores: Floats, y: Floats) -> Floats:
    """``(k,)`` intercepts halfway between what carries a code and what does not: a good start."""
    with_, without = y.sum(0), (1 - y).sum(0)
    mean = (scores * y).sum(0) / np.maximum(with_, 1e-9)
    rest = (scores * (1 - y)).sum(0) / np.maximum(without, 1e-9)
    return np.asarray(-(mean + rest) / 2)


def _siblings(domains: Ints | None) -> Ints:
    """Numbers of the domains with two codes or more."""
    if domains is None:
        return np.zeros(0, dtype=np.intp)
    numbers, counts = np.unique(domains[domains >= 0], return_counts=True)
    return np.asarray(numbers[counts > 1])
