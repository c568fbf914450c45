"""How common each code is in the frame, and how well machine and people agree, from the audit.

Arrays have n rows, the answers of the :class:`Sample`, and k columns, the codes. ``truth`` is what
people answered without a suggestion, ``given`` what the machine gives by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from precode.audit.design import (
    LEVEL,
    Bools,
    Floats,
    Interval,
    Sample,
    effective,
    predict,
    stratified_share,
    unit_variance,
)

# Below this number of passages in the sample a code's agreement is not estimable.
FLOOR = 3
# Below this number of them, the machine's scores are not used to sharpen a total.
_FEWEST_FOR_SCORES = 3
# Bounds of the variance that scores leave, as a share of that without.
_SHARE = (1 / 6, 2.0)
_DRAWS = 2000
# Dirichlet prior of the table: both, machine only, people only, neither. Of (.5 each), (.25 each),
# (1 each), (1/3 each) and this one, this one misses equally often on either side, and is shortest.
_PRIOR = np.array([0.5, 0.25, 0.25, 0.5])


@dataclass(frozen=True, slots=True)
class Scores:
    """Probabilities that sharpen a total: ``answered`` (n, k) of the audit's sentences, ``total``
    (k,) summed over the whole frame. NaN for codes without a model.

    None may come from a model fitted on that very sentence: for sentences that people have read,
    take cross-validated ones.
    """

    answered: Floats
    total: Floats


@dataclass(frozen=True, slots=True)
class Agreement:
    """Machine against people over the frame: one interval per code, and the mean F1 of the codes
    that have one.
    """

    kappa: tuple[Interval, ...]
    precision: tuple[Interval, ...]
    recall: tuple[Interval, ...]
    f1: tuple[Interval, ...]
    macro_f1: Interval


def total(
    drawn: Sample, truth: Bools, *, scores: Scores | None = None, level: float = LEVEL
) -> tuple[Interval, ...]:
    """Passages of each code in the frame, those in the sample included.

    With ``scores`` the difference estimator sum b p + N · mean(y - b p), slope b in [0, 1] from the
    sample (Särndal, Swensson and Wretman 1992, ch. 6; prediction-powered inference, Angelopoulos
    and others 2023, doi 10.1126/science.adi6000): a poor machine costs nothing, a middling
    one narrows the intervals of common codes by four tenths, of rare ones by one.
    """
    if drawn.why:
        return tuple(Interval.unknown(drawn.n, drawn.why) for _ in range(truth.shape[1]))
    y = truth.astype(np.float64)
    seen = y.sum(axis=0)
    estimate, share = _estimated_total(drawn, y, scores)
    low, high = predict(
        _shares(estimate - seen, drawn.left), effective(drawn, share), drawn.left, level
    )
    value = np.clip(estimate, seen, seen + drawn.left)
    return tuple(
        Interval(float(v), float(min(v, k + a)), float(max(v, k + b)), drawn.n)
        for v, k, a, b in zip(value, seen, low, high, strict=True)
    )


def prevalence(
    drawn: Sample, truth: Bools, *, scores: Scores | None = None, level: float = LEVEL
) -> tuple[Interval, ...]:
    """Share of the frame's sentences that carry each code: :func:`total` / N."""
    return tuple(
        _scaled(t, 1 / drawn.frame) for t in total(drawn, truth, scores=scores, level=level)
    )


def agreement(
    drawn: Sample,
    truth: Bools,
    given: Bools,
    *,
    rng: np.random.Generator,
    floor: int = FLOOR,
    level: float = LEVEL,
) -> Agreement:
    """Cohen's kappa, precision, recall and F1 of the machine for each code, over the frame.

    The 2 by 2 table of the sentences left is drawn from its Dirichlet-multinomial distribution
    after n' answers, added to the table answered, and each statistic taken of the sum: the
    interval is the middle 95 % of 2,000 draws. (Percentile bootstraps fall short with few
    positives, for they never draw what was not seen.) n' is the number of answers, or
    less where drawings differ in rate; what stratifying gains is left to spare. Codes are drawn
    apart, so macro-F1 takes the errors of different codes as independent.
    """
    if drawn.why:
        none = tuple(Interval.unknown(drawn.n, drawn.why) for _ in range(truth.shape[1]))
        return Agreement(none, none, none, none, Interval.unknown(drawn.n, drawn.why))
    cells = np.stack([truth & given, ~truth & given, truth & ~given, ~truth & ~given], axis=-1)
    table = (drawn.weights[:, None, None] * cells).sum(axis=0)
    draws = _tables(drawn, cells.astype(np.float64), table, rng)
    passages = truth.sum(axis=0)
    why = [_rare(int(k), floor) for k in passages]

    def intervals(statistic: Callable[[Floats], Floats], none: str) -> tuple[Interval, ...]:
        values, drawn_values = statistic(table), statistic(draws)
        return tuple(
            Interval.unknown(drawn.n, why[j] or none)
            if why[j] or np.isnan(values[j])
            else _middle(float(values[j]), drawn_values[:, j], drawn.n, level)
            for j in range(truth.shape[1])
        )

    each = intervals(_f1, "")
    return Agreement(
        kappa=intervals(_kappa, "people and machine always say the same one thing"),
        precision=intervals(_precision, "the machine gives it to no sentence of the sample"),
        recall=intervals(_recall, ""),
        f1=each,
        macro_f1=_macro(each, _f1(draws), drawn.n, floor, level),
    )


def _macro(each: Sequence[Interval], draws: Floats, n: int, floor: int, level: float) -> Interval:
    values = [f.value for f in each if f.value is not None]
    if not values:
        return Interval.unknown(n, f"no code has {floor} passages in the sample")
    defined = [j for j, f in enumerate(each) if f.value is not None]
    return _middle(float(np.mean(values)), draws[:, defined].mean(axis=1), n, level)


def _rare(passages: int, floor: int) -> str:
    if passages >= floor:
        return ""
    return f"{passages or 'no'} passage{'s' * (passages != 1)} in the sample; {floor} are needed"


def _estimated_total(drawn: Sample, y: Floats, scores: Scores | None) -> tuple[Floats, Floats]:
    """(k,) estimates of the totals, and their variances as shares of p (1 - p) · spread."""
    w = drawn.weights[:, None]
    seen = y.sum(axis=0)
    plain, plain_share = (w * y).sum(axis=0), stratified_share(y, drawn, seen)
    if scores is None:
        return plain, plain_share
    usable = ~np.isnan(scores.total) & (seen >= _FEWEST_FOR_SCORES)
    p, p_total = np.nan_to_num(scores.answered), np.nan_to_num(scores.total)
    b = _slope(y, p, drawn)
    residual = y - b * p
    estimate = b * p_total + (w * residual).sum(axis=0)
    # At least a fifth of a passage per answer-worth: nothing is sure to have share 0.
    rate = np.clip(estimate / drawn.frame, 0.2 / drawn.n, 1 - 0.2 / drawn.n)
    # As if half a passage had shown that the scores tell nothing.
    whole, part = unit_variance(y, drawn), unit_variance(residual, drawn)
    variance = (part * seen + 0.5 * whole) / (seen + 0.5)
    share = variance / (rate * (1 - rate)) * stratified_share(residual, drawn, seen)
    share = np.clip(share, *_SHARE)
    return np.where(usable, estimate, plain), np.where(usable, share, plain_share)


def _slope(y: Floats, p: Floats, drawn: Sample) -> Floats:
    """(k,) regression of y on p over the frame, in [0, 1]."""
    w = drawn.weights[:, None] / drawn.weights.sum()
    off = p - (w * p).sum(axis=0)
    spread = (w * off**2).sum(axis=0)
    slope = np.divide(
        (w * off * y).sum(axis=0), spread, out=np.zeros_like(spread), where=spread > 0
    )
    return np.asarray(np.clip(slope, 0, 1))


def _shares(positives: Floats, left: int) -> Floats:
    return np.clip(positives / max(left, 1), 0, 1)


# -- tables ----------------------------------------------------------------------------------------


def _tables(drawn: Sample, cells: Floats, table: Floats, rng: np.random.Generator) -> Floats:
    """(draws, k, 4): whole tables of the frame that the answers leave possible."""
    answered = cells.sum(axis=0)
    n = effective(drawn, np.ones(len(table)))
    rest = np.clip(table - answered, 0, None)
    share = rest / np.maximum(rest.sum(axis=1, keepdims=True), 1)
    gammas = rng.standard_gamma(share * n[:, None] + _PRIOR, size=(_DRAWS, *share.shape))
    theta = gammas / gammas.sum(axis=-1, keepdims=True)
    return np.asarray(answered + rng.multinomial(drawn.left, theta), dtype=np.float64)


def _middle(value: float, draws: Floats, n: int, level: float) -> Interval:
    low, high = np.nanquantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return Interval(value, min(value, float(low)), max(value, float(high)), n)


def _scaled(interval: Interval, by: float) -> Interval:
    if interval.value is None or interval.low is None or interval.high is None:
        return interval
    return Interval(interval.value * by, interval.low * by, interval.high * by, interval.n)


# Of tables (…, 4): both, machine only, people only, neither. NaN where undefined. As in
# `agreement/counts.py`, which a room may not import.


def _kappa(t: Floats) -> Floats:
    both, machine, people, neither = np.moveaxis(t, -1, 0)
    n = t.sum(axis=-1)
    chance = (both + machine) * (both + people) + (people + neither) * (machine + neither)
    return _ratio(n * (both + neither) - chance, n * n - chance)


def _precision(t: Floats) -> Floats:
    return _ratio(t[..., 0], t[..., 0] + t[..., 1])


def _recall(t: Floats) -> Floats:
    return _ratio(t[..., 0], t[..., 0] + t[..., 2])


def _f1(t: Floats) -> Floats:
    return _ratio(2 * t[..., 0], 2 * t[..., 0] + t[..., 1] + t[..., 2])


def _ratio(part: Floats, whole: Floats) -> Floats:
    out = np.full(np.shape(whole), np.nan)
    np.divide(part, whole, out=out, where=np.asarray(whole) != 0)
    return out
