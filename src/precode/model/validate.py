"""Honest figures: every choice (features, thresholds, calibration) is made without the fold it
is judged on.

With F folds, a model that leaves out folds f and g gives the scores of both: of g while choosing
for f, and of f while choosing for g. So F·(F−1)/2 fits a setting make a fully nested validation,
and models without one fold, of the settings chosen for it, then score that fold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import numpy.typing as npt

from precode.model.calibration import Calibration, fit_calibration, unfitted
from precode.model.features import Products, Spec, fit_scaling, weigh
from precode.model.folds import assign
from precode.model.heads import Choice
from precode.model.parallel import in_parallel
from precode.model.preset import PRESET
from precode.model.solver import Design, Linear
from precode.model.thresholds import decide, fit_thresholds, least_of, macro_f1
from precode.model.training import Training, code_head, lean_of, polarity_head

Floats = npt.NDArray[np.floating]
Progress = Callable[[int, int], None]
Heads = dict[tuple[int, int], dict[Spec, Linear]]  # by the pair of folds that they did not see

# Compared by nested validation on the team's own codes: the weight of the words must not be fixed.
# The first is the starting point, and what is used when there is too little to choose.
SPECS = tuple(Spec(lexical, context, c) for lexical, context, c in PRESET.grid)
SHARED = 0.5  # of its domain's weights that a code starts from, if that is chosen
TO_COMPARE = 0.6  # of the gradient's norm: settings are told apart by less than exact heads
# Of macro-F1 on n rows, times 1/√n (.005 on 1,600): a difference that is no reason to leave a triple of
# the grid for a later one. A shipped model is left for any: it may be wrong altogether.
CHANCE = 0.2
MOST_KEPT = 200_000  # numbers of a head: larger ones are not kept as a start for its variations
MOST_SENTENCES = 2_500  # of a fit: inner products of more (125 MB a core) are not kept
NESTED_FROM = 4  # transcripts: with fewer, leaving two out leaves too little to learn from
CALIBRATE_FROM = 20  # held-out sentences: on fewer, a confidence would be a guess


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Held-out results for the rows of a :class:`Training`, and what the final model should use.

    ``p``/``decision`` ``(n, k)`` and ``polarity (n, k, 2)`` log-odds come from models, thresholds
    and calibrations that saw nothing of the row's fold. ``nested`` is False if there were too few
    transcripts to choose anything by validation. Settings, thresholds and calibrations rest on
    gold rows alone; where these are too few, the calibrations are not fitted. ``scores (n, k)`` are
    log-odds by models of the final settings that had not seen the row's fold. ``least (k,)``: how
    many codes must be expected of a sentence (:func:`precode.model.thresholds.least_of`).
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
    least: Floats

    def given(self, scores: Floats) -> npt.NDArray[np.bool_]:
        """``(n, k)``: the codes that log-odds by a model of the final settings give."""
        p, choice = self.calibration(scores), self.calibration.choice
        return decide(scores, self.thresholds, choice=choice, p=p, least=self.least)


def cross_validate(
    data: Training,
    *,
    folds: int,
    seed: int,
    specs: Sequence[Spec] = SPECS,
    fold: npt.NDArray[np.intp] | None = None,
    progress: Progress = lambda done, total: None,
) -> OutOfFold | None:
    """Validation by transcript. None with fewer than two transcripts: nothing can be held out. ``fold
    (n,)``: that of each row, where it is not to be drawn.
    """
    count = len(np.unique(data.groups))
    if count < 2:
        return None
    folds = min(folds, count)
    nested = count >= NESTED_FROM and folds >= NESTED_FROM
    specs = specs if nested else specs[:1]
    if fold is None:
        fold = assign(data.y, data.groups, folds=folds, seed=seed)
    pairs = list(combinations(range(folds), 2)) if nested else []
    again = bool(variations(specs[0], data))
    total = (1 + again) * len(pairs) + folds
    steps = iter(range(1, total + 1))

    def tick() -> None:
        progress(next(steps), total)

    choices = _chosen(data, fold, pairs, specs, tick) if nested else []
    choices = choices or [_no_choice(data, specs[0])] * folds
    spec = _overall(choices, specs, data)
    held = in_parallel(
        lambda f: _held_out(data, fold == f, choices[f].spec, spec),
        range(folds),
        tick=tick,
    )
    n, k = data.y.shape
    scores, p, decision = np.zeros((n, k)), np.zeros((n, k)), np.zeros((n, k), dtype=bool)
    polarity = np.zeros((n, k, 2))
    for f, (choice, found) in enumerate(zip(choices, held, strict=True)):
        rows = fold == f
        p[rows] = choice.calibration(found.own)
        decision[rows] = decide(
            found.own, choice.thresholds, choice=data.choice, p=p[rows], least=choice.least
        )
        scores[rows], polarity[rows] = found.final, found.polarity
    judged, y = scores[data.gold], data.judged_y[data.gold]
    cuts = fit_thresholds(judged, y, choice=data.choice) if nested else np.zeros(k)
    calibration = calibration_of(judged, y, data.choice)
    return OutOfFold(
        fold,
        p,
        decision,
        polarity,
        tuple(c.spec for c in choices),
        spec,
        cuts,
        calibration,
        _polarity_calibration(polarity[data.gold], data.polarity[data.gold]),
        nested,
        scores,
        least_of(judged, y, cuts, calibration, data.taught) if nested else np.zeros(k),
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """What the other folds say for one fold: ``quality`` of the specs compared, and the best one's
    settings.
    """

    quality: Mapping[Spec, float]
    spec: Spec
    thresholds: Floats
    calibration: Calibration
    least: Floats


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Scores of one fold's rows ``(r, k)``, by the spec chosen for it and by the final one, and
    polarity log-odds ``(r, k, 2)`` by the former; 0 where too few polarities are known.
    """

    own: Floats
    final: Floats
    polarity: Floats


def _chosen(
    data: Training,
    fold: npt.NDArray[np.intp],
    pairs: Sequence[tuple[int, int]],
    specs: Sequence[Spec],
    tick: Callable[[], None],
) -> list[_Choice]:
    """The choice for each fold among ``specs``, and then among :func:`variations` of the one chosen.
    A fold's choice rests on nothing of the fold.
    """
    rows = [(fold != f) & data.gold for f in range(int(fold.max()) + 1)]
    heads: Heads = {}
    inner = _inner(data, fold, dict.fromkeys(pairs, specs), heads, tick)
    choices = [
        _choose(data, {s: inner[s, f] for s in specs}, r, chance=CHANCE) for f, r in enumerate(rows)
    ]
    own = [variations(c.spec, data) for c in choices]
    if not any(own):
        return choices
    wanted = {(f, g): [*dict.fromkeys([*own[f], *own[g]])] for f, g in pairs}
    inner |= _inner(data, fold, wanted, heads, tick)
    out = []
    for f, (r, first) in enumerate(zip(rows, choices, strict=True)):
        best = _choose(data, {s: inner[s, f] for s in (first.spec, *own[f])}, r)
        out.append(replace(best, quality={**first.quality, **best.quality}))
    return out


def _overall(choices: Sequence[_Choice], specs: Sequence[Spec], data: Training) -> Spec:
    """The best of ``specs`` over all folds, or its variation that is better where they were compared."""

    def mean(spec: Spec, among: Sequence[_Choice]) -> float:
        return float(np.mean([c.quality[spec] for c in among]))

    best = _best({s: mean(s, choices) for s in specs}, CHANCE / np.sqrt(data.gold.sum() or 1))
    near = variations(best, data)
    among = [c for c in choices if near and all(v in c.quality for v in near)]
    return _best({s: mean(s, among) for s in (best, *near)}) if among else best


def _best(quality: Mapping[Spec, float], slack: float = 0.0) -> Spec:
    """The first that is as good as the best but for ``slack``."""
    least = max(quality.values()) - slack
    return next(s for s, q in quality.items() if q >= least)


def variations(spec: Spec, data: Training) -> list[Spec]:
    """``spec`` with half of the shipped model and with none; without it, and where it knows none of the
    codes, with what the codes of a domain share (the shipped model has learned that from more than a
    study holds).
    """
    shared = SHARED if data.hierarchical else spec.domain
    lending = [replace(spec, domain=shared)] if data.hierarchical else []
    if data.raw.prior is None:
        return lending
    knows = data.like is not None and bool((data.like >= 0).any())
    half = [replace(spec, prior=spec.prior / 2)] if knows else lending
    return [*half, replace(spec, prior=0.0, domain=shared)]


def _inner(
    data: Training,
    fold: npt.NDArray[np.intp],
    wanted: Mapping[tuple[int, int], Sequence[Spec]],
    heads: Heads,
    tick: Callable[[], None],
) -> dict[tuple[Spec, int], Floats]:
    """Pairs of folds and the specs wanted of them → for each spec and fold f the ``(n, k)`` scores of
    the rows outside f, by models that saw neither f nor the row's fold; 0 where none were wanted.
    ``heads`` are those fitted so far, from which the search for another may begin; more are added.
    """

    def scores(pair: tuple[int, int]) -> dict[Spec, Floats]:
        train = ~np.isin(fold, pair)
        rows, rest = np.flatnonzero(train), np.flatnonzero(~train)
        unit = fit_scaling(data.raw, rows, Spec()).unit(data.raw)
        products = Products(unit.take(rows)) if len(rows) <= MOST_SENTENCES else None
        found, head, known = {}, None, heads.setdefault(pair, {})
        # from the firmest to the loosest: each is a good start for the next
        for spec in sorted(wanted[pair], key=lambda s: s.c):
            x = weigh(unit, spec)
            near = known.get(_whole(spec), head) if spec.prior else None
            head = code_head(
                data, x, rows, spec, near=near, products=products, tolerance=TO_COMPARE
            )
            found[spec] = head.scores(x.take(rest)).astype(np.float32)
            if head.weights.size <= MOST_KEPT:
                known[spec] = head
        return found

    inner: dict[tuple[Spec, int], Floats] = {}
    for (f, g), found in zip(wanted, in_parallel(scores, wanted, tick=tick), strict=True):
        left = fold[np.isin(fold, (f, g))]
        for spec, values in found.items():
            for one, other in ((f, g), (g, f)):
                place = inner.setdefault((spec, one), np.zeros(data.y.shape, dtype=np.float32))
                place[fold == other] = values[left == other]
    return inner


def _whole(spec: Spec) -> Spec:
    """What ``spec`` is a variation of, with all of the shipped model."""
    return replace(spec, prior=SPECS[0].prior, domain=SPECS[0].domain)


def _choose(
    data: Training,
    scores: Mapping[Spec, Floats],
    rows: npt.NDArray[np.bool_],
    *,
    chance: float = 0.0,
) -> _Choice:
    """The best spec by macro-F1 of its ``scores (n, k)`` on ``rows``, and its settings. By the thresholds
    alone: where nothing applies is told for the best one.
    """
    y = data.judged_y[rows]
    cuts = {s: fit_thresholds(z[rows], y, choice=data.choice) for s, z in scores.items()}
    quality = {
        s: macro_f1(y >= 0.5, decide(z[rows], cuts[s], choice=data.choice))
        for s, z in scores.items()
    }
    best = _best(quality, chance / np.sqrt(len(y) or 1))
    z = scores[best][rows]
    calibration = calibration_of(z, y, data.choice)
    least = least_of(z, y, cuts[best], calibration, data.taught)
    return _Choice(quality, best, cuts[best], calibration, least)


def _no_choice(data: Training, spec: Spec) -> _Choice:
    k = data.y.shape[1]
    return _Choice({spec: 0.0}, spec, np.zeros(k), unfitted(k, data.choice), np.zeros(k))


def _held_out(
    data: Training,
    held: npt.NDArray[np.bool_],
    own: Spec,
    final: Spec,
) -> _HeldOut:
    """Scores of the rows ``held`` by models fitted on all others."""
    rows, rest = np.flatnonzero(~held), np.flatnonzero(held)
    unit = fit_scaling(data.raw, rows, own).unit(data.raw)
    x = weigh(unit, own)
    scores = _scores(data, x, rows, rest, own)
    head = polarity_head(data, x, rows, own)
    lean = lean_of(data.raw, own)
    return _HeldOut(
        scores,
        scores if own == final
        else _scores(data, weigh(unit, final), rows, rest, final),
        np.zeros((len(rest), *data.polarity.shape[1:])) if head is None
        else head.scores(x.take(rest), None if lean is None else lean[rest]),
    )  # fmt: skip


def _scores(
    data: Training,
    x: Design,
    rows: npt.NDArray[np.intp],
    rest: npt.NDArray[np.intp],
    spec: Spec,
) -> Floats:
    """``(len(rest), k)`` scores by a model fitted on ``rows``."""
    return code_head(data, x, rows, spec).scores(x.take(rest))


def calibration_of(scores: Floats, y: Floats, choice: Choice) -> Calibration:
    """:func:`fit_calibration` of held-out ``scores (n, k)``; of too few they only rank."""
    if len(scores) < CALIBRATE_FROM:
        return unfitted(y.shape[1], choice)
    return fit_calibration(scores, y, choice=choice)


def _polarity_calibration(scores: Floats, polarity: Floats) -> Calibration:
    """One slope and offset for "barrier" and one for "facilitator", over all codes given."""
    known = ~np.isnan(polarity[:, :, 0])
    if not np.any(scores[known]):
        return unfitted(2, "many")
    return calibration_of(scores[known], polarity[known], "many")
