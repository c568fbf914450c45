"""Honest figures: every choice (features, thresholds, calibration) is made without the fold it
is judged on.

With F folds, a model that leaves out folds f and g gives the scores of both: of g while choosing
for f, and of f while choosing for g. So F·(F−1)/2 fits a setting make a fully nested validation,
and single-fold models of the chosen setting then score their own fold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from precode.model.calibration import Calibration, fit_calibration, unfitted
from precode.model.features import Raw, Spec, fit_scaling
from precode.model.folds import assign
from precode.model.heads import Choice, fit_codes, fit_polarity
from precode.model.thresholds import decide, fit_thresholds, macro_f1

Floats = npt.NDArray[np.floating]
Progress = Callable[[int, int], None]

# Compared by nested validation on the team's own codes (MODELLING: the weight of the words must
# not be fixed). The first is the starting point, and what is used when there is too little to choose.
SPECS = (
    Spec(lexical=0.7, context=0.7, c=0.3),
    Spec(lexical=0.7, context=0.0, c=0.3),
    Spec(lexical=0.7, context=0.7, c=1.0),
    Spec(lexical=1.2, context=0.5, c=1.0),
)
NESTED_FROM = 4  # transcripts: with fewer, leaving two out leaves too little to learn from


@dataclass(frozen=True, slots=True)
class Training:
    """Coded sentences, by row: features, ``y (n, k)`` shares of coders giving each code,
    ``polarity (n, k, 2)`` with NaN where not given, ``groups (n,)`` transcript ids, and ``gold
    (n,)``: False for sentences that were coded with a suggestion in view, which never validate.
    """

    raw: Raw
    y: Floats
    polarity: Floats
    groups: npt.NDArray[np.str_]
    gold: npt.NDArray[np.bool_]
    choice: Choice


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Held-out results for the rows of a :class:`Training`, and what the final model should use.

    ``p``/``decision`` ``(n, k)`` and ``polarity (n, k, 2)`` log-odds come from models, thresholds
    and calibrations that saw nothing of the row's fold. ``nested`` is False if there were too few
    transcripts to choose anything by validation.
    """

    fold: npt.NDArray[np.intp]
    p: Floats
    decision: npt.NDArray[np.bool_]
    polarity: Floats
    chosen: tuple[Spec, ...]
    spec: Spec
    thresholds: Floats
    calibration: Calibration
    polarity_calibration: Calibration
    nested: bool


def cross_validate(
    data: Training,
    *,
    folds: int,
    seed: int,
    specs: Sequence[Spec] = SPECS,
    progress: Progress = lambda done, total: None,
) -> OutOfFold | None:
    """Validation by transcript. None with fewer than two transcripts: nothing can be held out."""
    count = len(np.unique(data.groups))
    if count < 2:
        return None
    folds = min(folds, count)
    nested = count >= NESTED_FROM and folds >= NESTED_FROM
    specs = specs if nested else specs[:1]
    fold = assign(data.y, data.groups, folds=folds, seed=seed)
    pairs = list(combinations(range(folds), 2)) if nested else []
    total = len(pairs) * len(specs) + 2 * folds
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        progress(done, max(total, done))

    n, k = data.y.shape
    # inner[s][f]: scores of every row outside fold f, by models that saw neither f nor the row's fold
    inner = np.zeros((len(specs), folds, n, k)) if nested else np.zeros((0, 0, n, k))
    for s, spec in enumerate(specs):
        for f, g in pairs:
            scores = _scores(data, ~np.isin(fold, (f, g)), spec)
            inner[s, f, fold == g] = scores[fold == g]
            inner[s, g, fold == f] = scores[fold == f]
            tick()

    single: dict[tuple[Spec, int], Floats] = {}

    def held_out(spec: Spec, f: int) -> Floats:
        if (spec, f) not in single:
            single[spec, f] = _scores(data, fold != f, spec)
            tick()
        return np.asarray(single[spec, f][fold == f])

    p, decision = np.zeros((n, k)), np.zeros((n, k), dtype=bool)
    chosen: list[Spec] = []
    quality = np.zeros((len(specs), folds))
    for f in range(folds):
        rows = (fold != f) & data.gold
        for s in range(len(specs) if nested else 0):
            cuts = fit_thresholds(inner[s, f, rows], data.y[rows], choice=data.choice)
            given = decide(inner[s, f, rows], cuts, choice=data.choice)
            quality[s, f] = macro_f1(data.y[rows] >= 0.5, given)
        best = int(quality[:, f].argmax())
        chosen.append(specs[best])
        own = held_out(specs[best], f)
        if nested and rows.any():
            scores = inner[best, f, rows]
            cuts = fit_thresholds(scores, data.y[rows], choice=data.choice)
            calibration = fit_calibration(scores, data.y[rows], choice=data.choice)
        else:
            cuts, calibration = np.zeros(k), unfitted(k, data.choice)
        p[fold == f] = calibration(own)
        decision[fold == f] = decide(own, cuts, choice=data.choice)

    spec = specs[int(quality.mean(1).argmax())]
    scores = np.zeros((n, k))
    for f in range(folds):
        scores[fold == f] = held_out(spec, f)
    gold = data.gold if data.gold.any() else np.ones(n, dtype=bool)
    polarity = _polarity_out_of_fold(data, fold, folds, spec, tick)
    return OutOfFold(
        fold,
        p,
        decision,
        polarity,
        tuple(chosen),
        spec,
        fit_thresholds(scores[gold], data.y[gold], choice=data.choice) if nested else np.zeros(k),
        fit_calibration(scores[gold], data.y[gold], choice=data.choice),
        _polarity_calibration(polarity[gold], data.polarity[gold]),
        nested,
    )


def _scores(data: Training, train: npt.NDArray[np.bool_], spec: Spec) -> Floats:
    """``(n, k)`` scores of all rows by a model fitted on ``train``."""
    rows = np.flatnonzero(train)
    x = fit_scaling(data.raw, rows, spec).apply(data.raw)
    return fit_codes(x.take(rows), data.y[rows], choice=data.choice, c=spec.c).scores(x)


def _polarity_out_of_fold(
    data: Training, fold: npt.NDArray[np.intp], folds: int, spec: Spec, tick: Callable[[], None]
) -> Floats:
    """``(n, k, 2)`` log-odds; 0 where the other folds know too few polarities to learn from."""
    out = np.zeros(data.polarity.shape)
    for f in range(folds):
        rows = np.flatnonzero(fold != f)
        x = fit_scaling(data.raw, rows, spec).apply(data.raw)
        head = fit_polarity(x.take(rows), data.polarity[rows], c=spec.c)
        if head is not None:
            held = np.flatnonzero(fold == f)
            out[held] = head.scores(x.take(held))
        tick()
    return out


def _polarity_calibration(scores: Floats, polarity: Floats) -> Calibration:
    """One slope and offset for "barrier" and one for "facilitator", over all codes given."""
    known = ~np.isnan(polarity[:, :, 0])
    if known.sum() < 20 or not np.any(scores[known]):
        return unfitted(2, "many")
    return fit_calibration(scores[known], polarity[known], choice="many")
