"""How much to double-code, so that the interval of kappa gets narrow enough.

There is no formula for a kappa whose units are clustered, so studies are invented as the team's own
is, and the interval that ``agree`` would print is made for each. In transcript t a sentence has the
code by the first coder with probability p_t; the second coder misses a share f_t of these, and gives
the code to a share g_t of the others. The means are p, (1 - p)(1 - kappa) and p (1 - kappa), so that
both coders give the code equally often and Cohen's kappa over all transcripts is the one planned
for; each varies between transcripts by a beta distribution with its intra-transcript correlation
(variance mu (1 - mu) rho; Griffiths 1973, doi 10.2307/2529131; for kappa, Donner and Klar 1996,
doi 10.1016/0895-4356(95)00563-3).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from precode.agreement import counts as of
from precode.agreement.intervals import t_interval

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# Where nothing is coded twice yet. Measured on AnnoMI's 133 transcripts: .15 for change talk, .11
# for sustain talk. Disagreements cluster less; half of it is an assumption.
CORRELATION = 0.1
DISAGREEMENT = 0.05
PREVALENCE = 0.1
KAPPA = 0.7
# Fewer transcripts than this say nothing of how transcripts differ; fewer are never advised.
FEWEST = 6
MOST_TRANSCRIPTS = 400
STUDIES = 200
DRAWS = 200


@dataclass(frozen=True, slots=True)
class Clustering:
    """What the team's sentences are like: ``prevalence`` of a code; ``correlation`` of having it,
    and ``disagreement``, of being disagreed on, between two sentences of one transcript; ``sizes``,
    the codable sentences of each transcript. ``measured`` and ``disagreement_measured`` tell
    whether the two correlations are the study's own.
    """

    prevalence: float
    correlation: float
    disagreement: float
    sizes: tuple[int, ...]
    measured: bool
    disagreement_measured: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What it takes for an interval that is no wider than ``width`` in half of all such studies.

    ``transcripts`` (six at least) read whole by two coders, about ``sentences`` in all; None if more than 400 are
    needed. ``scattered``: sentences instead, drawn at random over all transcripts that the study
    has; None if all of them are too few. ``all_width`` is the width with every sentence of the study
    double-coded, None where kappa is not estimable then.
    """

    label: str
    of: Clustering
    kappa: float
    width: float
    transcripts: int | None
    sentences: int | None
    scattered: int | None
    all_width: float | None


def intraclass(y: NDArray[np.bool_], transcripts: Sequence[str] | NDArray[np.str_]) -> float | None:
    """Intra-transcript correlation of ``y`` (n,), the ANOVA estimate (Donner and Koval 1980,
    doi 10.2307/2530491), from 0 to .5; None with fewer than six transcripts or where all are alike.
    """
    names, g = np.unique(np.asarray(transcripts), return_inverse=True)
    size = np.bincount(g).astype(np.float64)
    c, n = len(names), len(y)
    if c < FEWEST or n == c or y.all() or not y.any():
        return None
    mean = np.bincount(g, y) / size
    between = (size * (mean - y.mean()) ** 2).sum() / (c - 1)
    within = ((y - mean[g]) ** 2).sum() / (n - c)
    m0 = (n - (size**2).sum() / n) / (c - 1)
    return float(np.clip((between - within) / (between + (m0 - 1) * within), 0, 0.5))


def clustering(values: Ints, transcripts: Sequence[str], sizes: Sequence[int]) -> Clustering:
    """That of a yes-or-no variable ``values`` (n, coders), -1 where not read: means over coders, and
    over pairs of coders, weighted by what they read. Correlations that cannot be measured are the
    stated defaults.
    """
    where = np.asarray(transcripts)
    read = values >= 0
    same = [(intraclass(values[r, j] == 1, where[r]), int(r.sum())) for j, r in enumerate(read.T)]
    apart = [
        (intraclass(values[r, a] != values[r, b], where[r]), int(r.sum()))
        for a, b in combinations(range(values.shape[1]), 2)
        if (r := read[:, a] & read[:, b]).any()
    ]
    own = [_mean(found) for found in (same, apart)]
    return Clustering(
        prevalence=float((values == 1).sum() / read.sum()) if read.any() else PREVALENCE,
        correlation=CORRELATION if own[0] is None else own[0],
        disagreement=DISAGREEMENT if own[1] is None else own[1],
        sizes=tuple(sizes),
        measured=own[0] is not None,
        disagreement_measured=own[1] is not None,
    )


def _mean(found: Sequence[tuple[float | None, int]]) -> float | None:
    """Weighted by how much each rests on; None where nothing could be measured."""
    known = [(x, n) for x, n in found if x is not None]
    return sum(x * n for x, n in known) / sum(n for _, n in known) if known else None


def plan(
    label: str,
    of_study: Clustering,
    *,
    width: float,
    kappa: float,
    floor: int,
    rng: np.random.Generator,
) -> Plan:
    """The fewest transcripts, and the fewest scattered sentences, whose interval is that narrow.
    Below ``floor`` sentences with the code kappa is not estimable, and no interval narrow enough.
    Raises ValueError for shares outside their ranges or without sizes.
    """
    p = of_study.prevalence
    if not (0 < p < 1 and 0 <= kappa < 1 and 0 < width < 2) or not of_study.sizes:
        raise ValueError(f"prevalence {p}, kappa {kappa}, width {width}")
    sizes = np.array(of_study.sizes, dtype=np.int64)
    seed = int(rng.integers(2**32))

    def of(m: Callable[[np.random.Generator], Ints]) -> float:
        fresh = np.random.default_rng(seed)  # the same luck at each size: widths fall as sizes grow
        return _width(simulate(m(fresh), of_study, kappa, fresh), floor, fresh)

    def whole(t: int) -> float:
        return of(lambda r: r.choice(sizes, (STUDIES, t)))

    def drawn(n: int) -> float:
        return of(lambda r: r.multinomial(n, sizes / sizes.sum(), STUDIES).astype(np.int64))

    transcripts = _least(whole, width, FEWEST, MOST_TRANSCRIPTS)
    total = int(sizes.sum())
    every = drawn(total)
    scattered = _least(drawn, width, floor, total) if every <= width else None
    return Plan(
        label, of_study, kappa, width, transcripts,
        None if transcripts is None else round(transcripts * float(sizes.mean())),
        scattered, float(every) if np.isfinite(every) else None,
    )  # fmt: skip


def simulate(sizes: Ints, of_study: Clustering, kappa: float, rng: np.random.Generator) -> Floats:
    """(studies, transcripts) sentences → (studies, transcripts, 4): both gave the code, only the
    second, only the first, neither, as in :mod:`precode.agreement.counts`.
    """
    p = of_study.prevalence
    have = rng.binomial(sizes, _beta(p, of_study.correlation, sizes.shape, rng))
    missed = rng.binomial(
        have, _beta((1 - p) * (1 - kappa), of_study.disagreement, sizes.shape, rng)
    )
    added = rng.binomial(
        sizes - have, _beta(p * (1 - kappa), of_study.disagreement, sizes.shape, rng)
    )
    cells = [have - missed, added, missed, sizes - have - added]
    return np.stack(cells, axis=-1).astype(np.float64)


def _width(tables: Floats, floor: int, rng: np.random.Generator) -> float:
    """Median width of the studies' intervals; infinite where not even half have one."""
    studies, t = tables.shape[:2]
    weights = rng.multinomial(t, np.full(t, 1 / t), size=DRAWS).astype(np.float64)
    whole = tables.sum(axis=1)
    value = of.kappa(whole)
    drawn = of.kappa(np.einsum("dt,stc->sdc", weights, tables, optimize=True))
    widths = np.full(studies, np.inf)
    for i in range(studies):
        enough = whole[i, : of.TN].sum() >= floor
        if enough and (found := t_interval(float(value[i]), drawn[i], clusters=t)):
            widths[i] = found[1] - found[0]
    return float(np.median(widths))


def _least(width_of: Callable[[int], float], wanted: float, low: int, high: int) -> int | None:
    """The least number in [low, high] whose width is no more than ``wanted``, by bisection."""
    if low > high or width_of(high) > wanted:
        return None
    while low < high:
        middle = (low + high) // 2
        if width_of(middle) <= wanted:
            high = middle
        else:
            low = middle + 1
    return low


def _beta(mean: float, rho: float, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    if rho <= 0 or mean <= 0:
        return np.full(shape, mean)
    c = 1 / rho - 1
    return rng.beta(mean * c, (1 - mean) * c, shape)
