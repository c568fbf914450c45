"""Does a coder give a code more readily, or less, as the coding goes on?

What is watched is the *excess*: whether the code was given, less the probability that a machine
gives it which had not seen the transcript. So talk that simply has more of a code does not count
as drift, as far as the machine sees it. The size of a drift is the mean excess of the last third of
a coder's sequence less that of the first. Whether there is one is asked of the whole sequence: with
x the place in it and r the excess, the slope's score falls apart into transcripts,

    S = Σ_t s_t,  s_t = Σ_{i in t} (x_i - mean x) (r_i - mean r),

and without drift every s_t is as likely to point one way as the other, so that |S| is compared with
what random signs of the s_t give (the wild bootstrap of the score, Kline & Santos 2012, doi
10.1515/2156-6674.1006). Sentences of one transcript go together, whether they were coded in one go
or scattered over weeks.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray

from precode.agreement import counts as of
from precode.agreement.bootstrap import per_cluster
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.shares import Sampling, resampled

Floats = NDArray[np.float64]

FEWEST_TRANSCRIPTS = 8  # 2 to the 8th signs: with fewer no p could pass a correction for six codes
FEWEST_SENTENCES = 30  # in each third
FLIPS = 9999
LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Drift:
    """``early`` and ``late``: mean excess in the first and in the last third of ``n`` readings, from
    -1 to 1; ``change`` is late less early, or why it is not told. ``p`` is that of the trend over
    the whole sequence, None where ``change`` is not estimable; :func:`holm` corrects it.
    """

    n: int
    given: int
    early: float | None
    late: float | None
    change: Figure
    p: float | None


def drift(
    given: NDArray[np.bool_],
    expected: Floats,
    transcripts: Sequence[Hashable],
    *,
    sampling: Sampling,
) -> Drift:
    """Drift of one coder in one code. All arguments are (n,), in the order in which the coder
    decided; ``expected`` are probabilities from 0 to 1.
    """
    n, times = len(given), int(given.sum())
    if why := _too_little(n, times, len(set(transcripts)), sampling.floor):
        return Drift(n, times, None, None, NotEstimable(why), None)
    excess = given - expected
    early, late = _thirds(n)
    change = _difference(
        np.column_stack([early * excess, early, late * excess, late]), transcripts, _late_less_early,
        sampling=sampling,
    )  # fmt: skip
    return Drift(
        n,
        times,
        float(excess[early].mean()),
        float(excess[late].mean()),
        change,
        trend_test(excess, transcripts, rng=sampling.rng),
    )


def trend_test(
    excess: Floats, transcripts: Sequence[Hashable], *, rng: np.random.Generator, flips: int = FLIPS
) -> float:
    """Two-sided p of a trend in ``excess (n,)`` over its own order. With so few transcripts that
    all signs are fewer than ``flips``, all are tried.
    """
    place = np.arange(len(excess)) - (len(excess) - 1) / 2
    scores = per_cluster(place * (excess - excess.mean()), transcripts)
    c = len(scores)
    if 2**c <= flips:
        signs = np.array(list(product((-1.0, 1.0), repeat=c)))
        seen = 0
    else:
        signs = rng.choice(np.array([-1.0, 1.0]), (flips, c))
        seen = 1  # the signs as they are count among the draws
    reached = np.abs(signs @ scores) >= abs(scores.sum()) * (1 - 1e-9)
    return float((reached.sum() + seen) / (len(signs) + seen))


def holm(p: Sequence[float]) -> list[float]:
    """``p`` corrected for their number: below .05 at most one time in twenty if nothing is there
    (Holm 1979, Scandinavian Journal of Statistics 6, 65 to 70).
    """
    m = len(p)
    out, highest = [0.0] * m, 0.0
    for rank, i in enumerate(sorted(range(m), key=lambda i: p[i])):
        highest = max(highest, min(1.0, (m - rank) * p[i]))
        out[i] = highest
    return out


@dataclass(frozen=True, slots=True)
class KappaOverTime:
    """Cohen's kappa, mean over the codes that both halves hold, in the first and in the second half
    of ``n`` sentences that two coders have read, and the second less the first.
    """

    n: int
    early: Figure
    late: Figure
    change: Figure


def kappa_over_time(
    mine: NDArray[np.bool_],
    other: NDArray[np.bool_],
    transcripts: Sequence[Hashable],
    *,
    sampling: Sampling,
) -> KappaOverTime:
    """``mine`` and ``other`` (n, k): the codes that two coders gave, in the order of one of them."""
    n = len(mine)
    half = np.arange(n) < n // 2
    table = of.confusion(mine, other)
    gave = (mine | other).astype(np.int64)
    enough = np.minimum(gave[half].sum(0), gave[~half].sum(0)) >= sampling.floor
    clusters = min(_clusters(transcripts, half), _clusters(transcripts, ~half))
    if n // 2 < FEWEST_SENTENCES or not enough.any() or clusters < 3:
        why = NotEstimable(
            f"{n} sentences read by both; each half needs {FEWEST_SENTENCES} of three transcripts, "
            f"and a code that either gave to {sampling.floor} of them"
        )
        return KappaOverTime(n, why, why, why)
    table = table[:, enough]
    halves = np.stack([half[:, None, None] * table, ~half[:, None, None] * table], axis=1)

    def kappas(sums: Floats) -> Floats:
        return of.mean_defined(of.kappa(sums))  # (…, 2 halves)

    def less(sums: Floats) -> Floats:
        both = kappas(sums)
        return np.asarray(both[..., 1] - both[..., 0])

    if np.isnan(less(halves.sum(axis=0)[None])[0]):
        same = NotEstimable("both coders gave the same to every sentence")
        return KappaOverTime(n, same, same, same)
    return KappaOverTime(
        n,
        resampled(halves, transcripts, lambda s: kappas(s)[..., 0], sampling=sampling),
        resampled(halves, transcripts, lambda s: kappas(s)[..., 1], sampling=sampling),
        _difference(halves, transcripts, less, sampling=sampling),
    )


def _difference(
    units: Floats,
    transcripts: Sequence[Hashable],
    statistic: Callable[[Floats], Floats],
    *,
    sampling: Sampling,
) -> Estimate:
    """As :func:`resampled`, of a difference, from -2 to 2: intervals are found between -1 and 1."""
    half = resampled(units, transcripts, lambda s: statistic(s) / 2, sampling=sampling)
    if half.low is None or half.high is None:
        return replace(half, value=2 * half.value)
    return replace(half, value=2 * half.value, low=2 * half.low, high=2 * half.high)


def _thirds(n: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(n,) which places are in the first third, and which in the last."""
    place = np.arange(n)
    return place < n // 3, place >= n - n // 3


def _late_less_early(sums: Floats) -> Floats:
    return of.ratio(sums[..., 2], sums[..., 3]) - of.ratio(sums[..., 0], sums[..., 1])


def _too_little(n: int, times: int, transcripts: int, floor: int) -> str:
    if n < 3 * FEWEST_SENTENCES:
        return (
            f"{n} sentences outside the audit sample decided in a review without a suggestion in "
            f"view, {3 * FEWEST_SENTENCES} are needed"
        )
    if transcripts < FEWEST_TRANSCRIPTS:
        return f"{transcripts} transcripts, {FEWEST_TRANSCRIPTS} are needed"
    if times < floor:
        return f"given {times} times, {floor} are needed"
    return ""


def _clusters(transcripts: Sequence[Hashable], rows: NDArray[np.bool_]) -> int:
    return len({t for t, here in zip(transcripts, rows.tolist(), strict=True) if here})
