"""Honest figures: every choice (features, thresholds, calibration) is made without the fold it
is judged on.

With F folds, a model that leaves out folds f and g gives the scores of both: of g while choosing
for f, and of f while choosing for g. So F·(F−1)/2 fits a setting make a fully nested validation,
and models without one fold, of the settings chosen for it, then score that fold.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from precode.model.calibration import Calibration, fit_calibration, unfitted
from precode.model.features import Raw, Spec, fit_scaling, weigh
from precode.model.folds import assign
from precode.model.heads import Choice, fit_codes, fit_polarity
from precode.model.parallel import in_parallel
from precode.model.solver import Design
from precode.model.thresholds import decide, fit_thresholds, macro_f1

Floats = npt.NDArray[np.floating]
Progress = Callable[[int, int], None]

# Compared by nested validation on the team's own codes (MODELLING: the weight of the words must
# not be fixed). The first is the starting point, and what is used when there is too little to choose.
SPECS = (
    Spec(lexical=0.7, context=0.7, c=0.3),
    Spec(lexical=0.7, context=0.0, c=0.3),
    Spec(lexical=0.7, context=0.7, c=1.0),
    Spec(lexical=1.0, context=0.5, c=0.2),
    Spec(lexical=1.2, context=0.5, c=1.0),
)
NESTED_FROM = 4  # transcripts: with fewer, leaving two out leaves too little to learn from
CALIBRATE_FROM = 20  # held-out sentences: on fewer, a confidence would be a guess


@dataclass(frozen=True, slots=True)
class Training:
    """Coded sentences, by row: features, ``y (n, k)`` shares of coders giving each code,
    ``polarity (n, k, 2)`` with NaN where not given, ``groups (n,)`` transcript ids, and ``gold
    (n,)``: False for sentences that were coded with a suggestion in view, which never validate.
    ``gold_y (n, k)``: the shares among those alone who had none in view, NaN where nobody; None
    where nobody ever had.
    """

    raw: Raw
    y: Floats
    polarity: Floats
    groups: npt.NDArray[np.str_]
    gold: npt.NDArray[np.bool_]
    choice: Choice
    gold_y: Floats | None = None

    @property
    def judged_y(self) -> Floats:
        """``(n, k)``: what thresholds and calibrations are fitted to, on gold rows."""
        return self.y if self.gold_y is None else self.gold_y


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Held-out results for the rows of a :class:`Training`, and what the final model should use.

    ``p``/``decision`` ``(n, k)`` and ``polarity (n, k, 2)`` log-odds come from models, thresholds
    and calibrations that saw nothing of the row's fold. ``nested`` is False if there were too few
    transcripts to choose anything by validation. Settings, thresholds and calibrations rest on
    gold rows alone; where these are too few, the calibrations are not fitted. ``scores (n, k)`` are
    log-odds by models of the final settings that had not seen the row's fold.
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
    scores: Floats


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
    steps = iter(range(1, len(pairs) + folds + 1))

    def tick() -> None:
        progress(next(steps), len(pairs) + folds)

    inner = _pairs(data, fold, pairs, specs, tick)
    choices = [
        _choose(data, inner[:, f], (fold != f) & data.gold, specs)
        if nested
        else _no_choice(data, specs)
        for f in range(folds)
    ]
    spec = specs[int(np.mean([c.quality for c in choices], axis=0).argmax())]
    held = in_parallel(
        lambda f: _held_out(data, fold == f, choices[f].spec, spec), range(folds), tick=tick
    )
    n, k = data.y.shape
    scores, p, decision = np.zeros((n, k)), np.zeros((n, k)), np.zeros((n, k), dtype=bool)
    polarity = np.zeros((n, k, 2))
    for f, (choice, found) in enumerate(zip(choices, held, strict=True)):
        rows = fold == f
        p[rows] = choice.calibration(found.own)
        decision[rows] = decide(found.own, choice.thresholds, choice=data.choice)
        scores[rows], polarity[rows] = found.final, found.polarity
    gold = data.gold
    return OutOfFold(
        fold,
        p,
        decision,
        polarity,
        tuple(c.spec for c in choices),
        spec,
        fit_thresholds(scores[gold], data.judged_y[gold], choice=data.choice)
        if nested
        else np.zeros(k),
        _calibration(scores[gold], data.judged_y[gold], data.choice),
        _polarity_calibration(polarity[gold], data.polarity[gold]),
        nested,
        scores,
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the other folds say for one fold: ``quality`` of each spec, and the best one's settings."""

    quality: Floats
    spec: Spec
    thresholds: Floats
    calibration: Calibration


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Scores of one fold's rows ``(r, k)``, by the spec chosen for it and by the final one, and
    polarity log-odds ``(r, k, 2)`` by the former; 0 where too few polarities are known.
    """

    own: Floats
    final: Floats
    polarity: Floats


def _pairs(
    data: Training,
    fold: npt.NDArray[np.intp],
    pairs: Sequence[tuple[int, int]],
    specs: Sequence[Spec],
    tick: Callable[[], None],
) -> Floats:
    """``(s, f, n, k)`` scores of every row outside fold f, by models that saw neither f nor the
    row's fold.
    """

    def scores(pair: tuple[int, int]) -> Floats:
        train = ~np.isin(fold, pair)
        rows, rest = np.flatnonzero(train), np.flatnonzero(~train)
        unit = fit_scaling(data.raw, rows, specs[0]).unit(data.raw)
        return np.stack([_scores(data, weigh(unit, s), rows, rest, s) for s in specs])

    folds = 1 + max((g for _, g in pairs), default=-1)
    inner = np.zeros((len(specs), folds, *data.y.shape), dtype=np.float32)
    for (f, g), found in zip(pairs, in_parallel(scores, pairs, tick=tick), strict=True):
        left = fold[np.isin(fold, (f, g))]
        inner[:, f, fold == g] = found[:, left == g]
        inner[:, g, fold == f] = found[:, left == f]
    return inner


def _choose(
    data: Training, scores: Floats, rows: npt.NDArray[np.bool_], specs: Sequence[Spec]
) -> _Choice:
    """The best of ``specs`` by macro-F1 of ``scores (s, n, k)`` on ``rows``, and its settings."""
    y = data.judged_y[rows]
    cuts = [fit_thresholds(s[rows], y, choice=data.choice) for s in scores]
    quality = np.array(
        [
            macro_f1(y >= 0.5, decide(s[rows], t, choice=data.choice))
            for s, t in zip(scores, cuts, strict=True)
        ]
    )
    best = int(quality.argmax())
    calibration = _calibration(scores[best][rows], y, data.choice)
    return _Choice(quality, specs[best], cuts[best], calibration)


def _no_choice(data: Training, specs: Sequence[Spec]) -> _Choice:
    k = data.y.shape[1]
    return _Choice(np.zeros(len(specs)), specs[0], np.zeros(k), unfitted(k, data.choice))


def _held_out(data: Training, held: npt.NDArray[np.bool_], own: Spec, final: Spec) -> _HeldOut:
    """Scores of the rows ``held`` by models fitted on all others."""
    rows, rest = np.flatnonzero(~held), np.flatnonzero(held)
    unit = fit_scaling(data.raw, rows, own).unit(data.raw)
    x = weigh(unit, own)
    scores = _scores(data, x, rows, rest, own)
    head = fit_polarity(x.take(rows), data.polarity[rows], c=own.c)
    return _HeldOut(
        scores,
        scores if own == final else _scores(data, weigh(unit, final), rows, rest, final),
        np.zeros((len(rest), *data.polarity.shape[1:])) if head is None
        else head.scores(x.take(rest)),
    )  # fmt: skip


def _scores(
    data: Training, x: Design, rows: npt.NDArray[np.intp], rest: npt.NDArray[np.intp], spec: Spec
) -> Floats:
    """``(len(rest), k)`` scores by a model fitted on ``rows``."""
    return fit_codes(x.take(rows), data.y[rows], choice=data.choice, c=spec.c).scores(x.take(rest))


def _calibration(scores: Floats, y: Floats, choice: Choice) -> Calibration:
    if len(scores) < CALIBRATE_FROM:
        return unfitted(y.shape[1], choice)
    return fit_calibration(scores, y, choice=choice)


def _polarity_calibration(scores: Floats, polarity: Floats) -> Calibration:
    """One slope and offset for "barrier" and one for "facilitator", over all codes given."""
    known = ~np.isnan(polarity[:, :, 0])
    if not np.any(scores[known]):
        return unfitted(2, "many")
    return _calibration(scores[known], polarity[known], "many")
