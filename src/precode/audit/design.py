"""What an audit sample tells of the frame it was drawn from: weights, variances, intervals.

Notation: N sentences in the frame, n of them answered, m = N - n left; k codes. Estimates are
design-based: they rest on how the sample was drawn, never on a model of the sentences being right.

**Intervals.** What is answered is known; only the m sentences left are uncertain. Their number of
positives is given its beta-binomial distribution after n' answers with a share p (Jeffreys prior;
Bolfarine and Zacks 1992, Prediction Theory for Finite Populations; for shares Brown, Cai and
DasGupta 2001, doi 10.1214/ss/1009213286). The interval is its middle 95 %. It is in whole
passages, has no width when all is read, and needs no normal curve, which fails at 1 % of 100. n' is
the effective number of answers: the one at which such a sample would have the variance of ours
(Korn and Graubard 1998, Survey Methodology 24). Measured in ``scripts/benchmarks/_active_audit.py``.

**Variance.** Drawing transcript by transcript takes the differences between transcripts out of it.
The gain is estimated from strata of at least two answers; smaller ones are put together with their
neighbours in the frame. With few positives that estimate is noise, so that it is drawn towards "no
gain", as if four positives had shown none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

LEVEL = 0.95
# Of each drawing at least so many have to be answered before it speaks for its transcripts.
FEWEST = 10
_NO_GAIN = 4.0
# Bounds of the variance of the stratified sample, as a share of that of a simple one.
_GAIN = (0.5, 1.25)
_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between ``low`` and ``high``, from ``n`` answers. All three are None where
    nothing can be said; ``why`` then says why not, in words.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    why: str = ""

    @staticmethod
    def unknown(n: int, why: str) -> Interval:
        """No estimate, for this reason."""
        return Interval(None, None, None, n, why)


@dataclass(frozen=True, slots=True)
class Sample:
    """The answered part of an audit sample.

    ``weights`` (n,) is how many sentences of the frame each answer stands for, itself included;
    they sum to ``frame`` = N. ``groups`` (n,) numbers the strata that variances are taken within.
    ``spread`` is the sum of N_b² (1 - n_b / N_b) / n_b over drawings b: the variance of a total
    whose sentences have variance 1. ``why`` is not empty where the sample
    does not speak for the frame.
    """

    frame: int
    weights: Floats
    groups: Ints
    spread: float
    why: str = ""

    @property
    def n(self) -> int:
        """Answers."""
        return len(self.weights)

    @property
    def left(self) -> int:
        """m: sentences of the frame that the audit has not read."""
        return self.frame - self.n


def sample(
    frame: Mapping[str, int], strata: Sequence[str], *, batches: Mapping[str, int] | None = None
) -> Sample:
    """The design of ``strata`` (n,), the stratum of each answer, drawn from ``frame`` (stratum →
    sentences in it). ``batches`` (stratum → drawing) where transcripts were added later, which may
    have been drawn from at another rate.

    Within a drawing every sentence had the same chance to be answered, so that all answers count
    the same there: weighting by transcript as well would only add noise.

    Raises :class:`ValueError` for a stratum not in ``frame`` or with more answers than sentences.
    """
    position = {name: h for h, name in enumerate(frame)}
    if missing := sorted(set(strata) - set(position)):
        raise ValueError(f"answers from strata that are not in the frame: {', '.join(missing)}")
    sizes = np.array([frame[name] for name in position], dtype=np.int64)
    stratum = np.array([position[name] for name in strata], dtype=np.int64)
    answers = np.bincount(stratum, minlength=len(sizes))
    if (answers > sizes).any():
        raise ValueError("a stratum has more answers than sentences")
    named = [1 if batches is None else batches[name] for name in position]
    batch = np.array(named, dtype=np.int64)
    weights = np.zeros(len(stratum))
    variance, why = 0.0, "" if len(stratum) else _too_few(0, later=False)
    for number, b in enumerate(sorted(set(named))):
        size, n = int(sizes[batch == b].sum()), int(answers[batch == b].sum())
        if size == 0:
            continue
        if n < min(FEWEST, size):
            why = _too_few(n, later=number > 0)
            continue
        weights[batch[stratum] == b] = size / n
        variance += size**2 * (1 - n / size) / n
    groups = _collapse(answers, batch)[stratum] if len(stratum) else stratum
    return Sample(int(sizes.sum()), weights, groups, variance, why)


def _too_few(n: int, *, later: bool) -> str:
    whose = "the transcripts added later" if later else "the audit sample"
    return f"{n or 'no'} sentence{'s' * (n != 1)} of {whose} answered; {FEWEST} are needed"


def _collapse(answers: Ints, batch: Ints) -> Ints:
    """(H,) group of each stratum: neighbours of one drawing, together until they have 2 answers."""
    group = np.zeros(len(answers), dtype=np.int64)
    number = -1
    for b in np.unique(batch):
        inside = np.flatnonzero(batch == b)
        number += 1
        first, held = number, 0
        for h in inside:
            if held >= 2:
                number, held = number + 1, 0
            group[h] = number
            held += int(answers[h])
        if held < 2 and number > first:  # the last ones join those before
            group[inside[group[inside] == number]] = number - 1
            number -= 1
    return group


# -- variance --------------------------------------------------------------------------------------


def unit_variance(values: Floats, drawn: Sample) -> Floats:
    """(n, k) → (k,): variance of one sentence's value over the frame."""
    n, w = drawn.n, drawn.weights[:, None] / drawn.weights.sum()
    mean = (w * values).sum(axis=0)
    return np.asarray((w * (values - mean) ** 2).sum(axis=0) * n / max(n - 1, 1))


def stratified_share(values: Floats, drawn: Sample, positives: Floats) -> Floats:
    """(n, k) → (k,): variance of the stratified sample as a share of a simple one's, drawn towards
    1 where ``positives`` (k,) are few.
    """
    size = np.bincount(drawn.groups)
    sums = np.zeros((len(size), values.shape[1]))
    np.add.at(sums, drawn.groups, values)
    mean = sums / np.maximum(size, 1)[:, None]
    freedom = np.maximum(size - 1, 1)[drawn.groups]
    # Each answer's part of its stratum's variance; strata count by their answers.
    part = (values - mean[drawn.groups]) ** 2 * (size[drawn.groups] / freedom)[:, None]
    weight = drawn.weights[:, None] / drawn.weights.sum()
    within, whole = (weight * part).sum(axis=0), unit_variance(values, drawn)
    raw = np.divide(
        within * positives + whole * _NO_GAIN,
        whole * (positives + _NO_GAIN),
        out=np.ones_like(whole),
        where=whole > 0,
    )
    return np.asarray(np.clip(raw, *_GAIN))


def effective(drawn: Sample, share: Floats) -> Floats:
    """(k,) effective answers n', where a total's variance is ``share`` · p (1 - p) · spread.

    A beta-binomial after n' answers has variance m² p (1 - p) (1 / n' + 1 / m); equal the two. With
    one drawing and share 1 that is n' = n.
    """
    m = drawn.left
    if m == 0:
        return np.full(share.shape, float(drawn.n))
    over = share * drawn.spread / m**2 - 1 / m
    # An n' above 20 m would claim that what is left is known all but exactly.
    return np.asarray(1 / np.maximum(over, 0.05 / m))


# -- what is left ----------------------------------------------------------------------------------


def predict(share: Floats, answers: Floats, left: Ints | int, level: float) -> tuple[Ints, Ints]:
    """(k,) least and most positives among ``left`` sentences, at ``level``, when ``answers`` (k,)
    effective ones showed a ``share`` (k,) of positives: beta-binomial quantiles.
    """
    sizes = np.broadcast_to(np.asarray(left, dtype=np.int64), share.shape)
    bounds = [
        _quantiles(float(p * n + _PRIOR), float((1 - p) * n + _PRIOR), int(m), level)
        for p, n, m in zip(share, answers, sizes, strict=True)
    ]
    both = np.array(bounds, dtype=np.int64).reshape(len(bounds), 2)
    return both[:, 0], both[:, 1]


def _quantiles(a: float, b: float, m: int, level: float) -> tuple[int, int]:
    """Least and most of the beta-binomial (m; a, b) that are not in a tail.

    Each count lies half in the tail that ends with it (mid-P, Lancaster 1961): whole counts would
    cover too often. Where no positive was seen there is no lower tail, and the upper one is the
    exact one-sided bound, 3 / n (the rule of three, Hanley and Lippman-Hand 1983). Jeffreys' 1.9 / n
    there looks right on average over codes, but a code of which 2 in the sample are to be expected
    would be covered 81 times in 100. Where all were positive, the mirror image.
    """
    if a <= _PRIOR + 1e-9:
        return 0, _last(_below(1.0, b - _PRIOR, m), level)
    if b <= _PRIOR + 1e-9:
        return m - _last(_below(1.0, a - _PRIOR, m), level), m
    below = _below(a, b, m)
    low = int(np.searchsorted(below, (1 - level) / 2))
    return low, max(low, _last(below, (1 + level) / 2))


def _below(a: float, b: float, m: int) -> Floats:
    """(m + 1,) chance of less than each count, and half of that count's own."""
    t = np.arange(m + 1, dtype=np.float64)
    log = (
        gammaln(m + 1) - gammaln(t + 1) - gammaln(m - t + 1)
        + gammaln(t + a) + gammaln(m - t + b) - gammaln(m + a + b)
        + gammaln(a + b) - gammaln(a) - gammaln(b)
    )  # fmt: skip
    mass = np.exp(log)
    return np.asarray(np.cumsum(mass) - mass / 2)


def _last(below: Floats, level: float) -> int:
    """The last count of which no more than ``level`` lies below."""
    return max(int(np.searchsorted(below, level, side="right")) - 1, 0)
