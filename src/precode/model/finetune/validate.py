"""Honest figures for a fine-tuned encoder: each fold's own encoder never saw its transcripts.

For each fold f some of the other transcripts are laid aside: they stop the learning, and tell how
much the adapted and the frozen encoder count, where the thresholds lie, and how sure to be. Fold f
then judges. What the final model uses rests on all folds' held-out scores, as without fine-tuning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit, logsumexp, softmax

from precode.model.calibration import fit_calibration, unfitted
from precode.model.features import Spec, fit_scaling, weigh
from precode.model.finetune.tuned import Heads, Shares
from precode.model.heads import Choice
from precode.model.parallel import one_core
from precode.model.solver import balanced, balanced_rows
from precode.model.thresholds import decide, fit_thresholds, least_of
from precode.model.training import Training, code_head, lean_of, polarity_head
from precode.model.validate import CALIBRATE_FROM, OutOfFold, calibration_of

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

ASIDE = 0.15  # of the transcripts that are learned from: laid aside to stop and to weigh by
PRIOR = 5.0  # how firmly the shares stay near one half each, in sentences
HALF = Shares(0.5, 0.5)


@dataclass(frozen=True, slots=True)
class FoldResult:
    """What one fold's encoder says: ``(r, k)`` codes and ``(r, k, 2)`` polarities of the rows
    ``aside`` and ``held``, and after how many passes it was best.
    """

    aside: Rows
    held: Rows
    aside_codes: Floats
    aside_polarity: Floats
    held_codes: Floats
    held_polarity: Floats
    epochs: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Held-out results with the fine-tuned encoder, and what the final model should use: how much it
    counts for codes and polarities, and how many passes to learn for.
    """

    out: OutOfFold
    codes: Shares
    polarity: Shares
    epochs: int


# (fold, rows to learn from, rows laid aside, rows held out) → result
TuneFold = Callable[[int, Rows, Rows, Rows], FoldResult]


class Divide(Protocol):
    """As :func:`lay_aside`."""

    def __call__(
        self, groups: npt.NDArray[np.str_], rows: Rows, *, seed: int
    ) -> tuple[Rows, Rows]: ...


def lay_aside(groups: npt.NDArray[np.str_], rows: Rows, *, seed: int) -> tuple[Rows, Rows]:
    """``rows`` divided by transcript into those to learn from and those laid aside. Raises ValueError
    with fewer than two transcripts.
    """
    names = np.unique(groups[rows])
    if len(names) < 2:
        raise ValueError("one transcript cannot be divided")
    order = np.random.default_rng(seed).permutation(names)
    sizes = np.array([(groups[rows] == n).sum() for n in order]).cumsum()
    # whole transcripts until the share is reached, and at least one left to learn from
    count = int(np.searchsorted(sizes, ASIDE * len(rows))) + 1
    apart = np.isin(groups[rows], order[: min(count, len(names) - 1)])
    return rows[~apart], rows[apart]


def judge(
    data: Training,
    frozen: OutOfFold,
    tune: TuneFold,
    *,
    seed: int,
    divide: Divide = lay_aside,
) -> Judged:
    """Validate on the folds of ``frozen``, the validation without fine-tuning. Rows of fold -1 are learned
    from, and judge nothing.
    """
    n, k = data.y.shape
    scores, p, decision = np.zeros((n, k)), np.zeros((n, k)), np.zeros((n, k), dtype=bool)
    polarity = np.zeros((n, k, 2))
    codes, polarities, epochs = [], [], []
    for f in range(int(frozen.fold.max()) + 1):
        held = np.flatnonzero(frozen.fold == f)
        learn, aside = divide(data.groups, np.flatnonzero(frozen.fold != f), seed=seed + f)
        found = tune(f, learn, aside, held)
        spec = frozen.chosen[f]
        base_aside, lean_aside = frozen_scores(data, learn, aside, spec)
        base_held, lean_held = frozen_scores(data, np.sort(np.r_[learn, aside]), held, spec)
        told = data.gold[aside]
        y = data.judged_y[aside][told]
        share = fit_shares(base_aside[told], found.aside_codes[told], y, choice=data.choice)
        lean = fit_polarity_shares(
            lean_aside[told], found.aside_polarity[told], data.polarity[aside][told]
        )
        near = share(base_aside, found.aside_codes)[told]
        scores[held] = share(base_held, found.held_codes)
        polarity[held] = lean(lean_held, found.held_polarity)
        cuts = fit_thresholds(near, y, choice=data.choice) if len(y) else np.zeros(k)
        fitted = calibration_of(near, y, data.choice)
        p[held] = fitted(scores[held])
        least = least_of(near, y, cuts, fitted, data.taught)
        decision[held] = decide(scores[held], cuts, choice=data.choice, p=p[held], least=least)
        codes.append(share)
        polarities.append(lean)
        epochs.append(found.epochs)
    gold = data.gold & (frozen.fold >= 0)
    known = ~np.isnan(data.polarity[:, :, 0]) & gold[:, None]
    enough = known.sum() >= CALIBRATE_FROM
    final, y = scores[gold], data.judged_y[gold]
    cuts = fit_thresholds(final, y, choice=data.choice)
    calibration = calibration_of(final, y, data.choice)
    out = replace(
        frozen,
        p=p,
        decision=decision,
        polarity=polarity,
        scores=scores,
        thresholds=cuts,
        calibration=calibration,
        least=least_of(final, y, cuts, calibration, data.taught),
        polarity_calibration=fit_calibration(polarity[known], data.polarity[known], choice="many")
        if enough
        else unfitted(2, "many"),
    )
    return Judged(out, _mean(codes), _mean(polarities), max(1, round(float(np.mean(epochs)))))


def frozen_scores(data: Training, rows: Rows, rest: Rows, spec: Spec) -> tuple[Floats, Floats]:
    """Scores ``(r, k)`` and polarities ``(r, k, 2)`` of ``rest`` by the frozen encoder's heads, fitted
    on ``rows``; polarities 0 where too few are known.
    """
    x = weigh(fit_scaling(data.raw, rows, spec).unit(data.raw), spec)
    with one_core():
        head = code_head(data, x, rows, spec)
        side = polarity_head(data, x, rows, spec)
    taken, lean = x.take(rest), lean_of(data.raw, spec)
    codes = head.scores(taken)
    if side is None:
        return codes, np.zeros((len(rest), *data.polarity.shape[1:]))
    return codes, side.scores(taken, None if lean is None else lean[rest])


def fit_shares(frozen: Floats, tuned: Floats, y: Floats, *, choice: Choice) -> Shares:
    """Shares that minimise the class-weighted loss of the blend on sentences neither has seen,
    drawn towards one half each (stacking; Wolpert 1992).
    """
    if len(y) < CALIBRATE_FROM:
        return HALF
    if choice == "one":
        given = y.sum(1) > 0
        frozen, tuned, y = frozen[given], tuned[given], y[given]
        y = y / y.sum(1, keepdims=True)
        mass = balanced_rows(y)
    else:
        mass = balanced(y, np.ones_like(y)) / y.shape[1]

    def loss(flat: Floats) -> tuple[float, Floats]:
        z = flat[0] * frozen + flat[1] * tuned
        if choice == "one":
            value = (mass * y * (logsumexp(z, axis=1, keepdims=True) - z)).sum()
            error = mass * (softmax(z, axis=1) - y)
        else:
            value = -(mass * (y * log_expit(z) + (1 - y) * log_expit(-z))).sum()
            error = mass * (expit(z) - y)
        value += PRIOR * ((flat - 0.5) ** 2).sum()
        pull = 2 * PRIOR * (flat - 0.5)
        return float(value), np.array([(error * frozen).sum(), (error * tuned).sum()]) + pull

    found = minimize(loss, np.array([0.5, 0.5]), jac=True, method="L-BFGS-B", bounds=[(0, 5)] * 2)
    return Shares(float(found.x[0]), float(found.x[1]))


def fit_polarity_shares(frozen: Floats, tuned: Floats, polarity: Floats) -> Shares:
    """As :func:`fit_shares`, for the polarities ``(n, k, 2)`` of the codes that were given."""
    known = ~np.isnan(polarity[:, :, 0])
    return fit_shares(frozen[known], tuned[known], polarity[known], choice="many")


def final_heads(heads: Heads, modelled: Bools) -> Heads:
    """``heads`` with nothing to say of codes that are not modelled."""
    return Heads(
        heads.codes_weights * modelled,
        heads.codes_intercept * modelled,
        heads.polarity_weights * modelled[:, None],
        heads.polarity_intercept * modelled[:, None],
    )


def _mean(shares: Sequence[Shares]) -> Shares:
    return Shares(
        float(np.mean([s.frozen for s in shares])), float(np.mean([s.tuned for s in shares]))
    )
