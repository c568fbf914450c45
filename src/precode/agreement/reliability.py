"""The agreement coefficients of one variable, all from the same units and the same draws.

Every coefficient depends on the data through sums over units (see ``observed.py``, ``gwet.py``,
``alpha.py``, ``counts.py``), so that they lie side by side in one array (clusters, L), and a
bootstrap draw is a weighted sum of its rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from precode.agreement import counts as of
from precode.agreement import gwet
from precode.agreement.alpha import alpha, alpha_counts, nominal
from precode.agreement.bootstrap import ALL_ALIKE, cluster_weights, figure
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.masi import masi_distances
from precode.agreement.observed import (
    TERMS,
    observed,
    observed_terms,
    readers_by_category,
)
from precode.agreement.pabak import pabak
from precode.agreement.shares import Sampling, too_few

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Statistic = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well coders agree on one yes-or-no question, or one with more answers.

    ``units`` were read by two coders or more, in ``transcripts``; in ``positives`` of them at least
    one coder said yes. ``prevalence`` is the mean share of readers that said yes (both are None
    where the answer is not yes or no). ``observed`` is percent agreement as a share; ``kappa`` is
    Cohen's, the mean over pairs of coders weighted by their units; ``alpha`` Krippendorff's nominal
    one; ``ac1`` Gwet's; ``pabak`` that of Byrt and others.
    """

    units: int
    transcripts: int
    positives: int | None
    prevalence: Figure | None
    observed: Figure
    kappa: Figure
    alpha: Figure
    ac1: Figure
    pabak: Figure


@dataclass(frozen=True, slots=True)
class SetAgreement:
    """Agreement on the whole set of codes of a unit: ``same`` is the share of pairs of readers with
    equal sets, ``alpha`` Krippendorff's with MASI distance. ``sets`` different ones occur.
    """

    units: int
    transcripts: int
    sets: int
    same: Figure
    alpha: Figure


@dataclass(frozen=True, slots=True)
class Tally:
    """One variable's sums by transcript: ``sums`` (clusters, L), with what says how to read them.

    ``transcripts`` are the clusters' names, ``yes`` and ``no`` the units with such an answer.
    """

    sums: Floats
    q: int
    pairs: int
    transcripts: tuple[str, ...]
    units: int
    yes: int
    no: int


def tally(values: Ints, q: int, transcripts: Sequence[str]) -> Tally:
    """Sums of a variable ``values`` (n, coders), categories 0 … q - 1 or -1 where not read, each of
    whose rows two or more coders have read; ``transcripts`` names each row's. Raises ValueError for
    other values.
    """
    if values.size and (values.min() < -1 or values.max() >= q):
        raise ValueError(f"categories are 0 to {q - 1}, or -1 where not read")
    if len(values) and ((values >= 0).sum(axis=1) < 2).any():
        raise ValueError("each unit needs two readers")
    names = tuple(dict.fromkeys(transcripts))
    number = {name: i for i, name in enumerate(names)}
    where = np.array([number[t] for t in transcripts], dtype=np.int64)
    readers = readers_by_category(values, q)
    pairs = list(combinations(range(values.shape[1]), 2))
    tables = np.zeros((len(names), len(pairs), q, q))
    for p, (a, b) in enumerate(pairs):
        both = (values[:, a] >= 0) & (values[:, b] >= 0)
        np.add.at(tables[:, p], (where[both], values[both, a], values[both, b]), 1)
    terms = np.column_stack([observed_terms(readers), gwet.share_terms(readers)])
    simple = np.zeros((len(names), terms.shape[1]))
    np.add.at(simple, where, terms)
    sums = np.column_stack([
        simple,
        alpha_counts(values, nominal(q), where, len(names)),
        tables.reshape(len(names), len(pairs) * q * q),
    ])  # fmt: skip
    yes, no = (
        ((values == 1).any(axis=1).sum(), (values == 0).any(axis=1).sum()) if q == 2 else (0, 0)
    )
    return Tally(sums, q, len(pairs), names, len(values), int(yes), int(no))


def statistics(q: int, pairs: int) -> dict[str, Statistic]:
    """Each coefficient as a map from (…, L) sums of a :class:`Tally` to (…)."""
    share_end = TERMS + 1 + q
    alpha_end = share_end + 1 + q
    delta = nominal(q)

    def kappa(s: Floats) -> Floats:
        tables = s[..., alpha_end:].reshape(*s.shape[:-1], pairs, q, q)
        return of.mean_defined(of.nominal_kappa(tables), tables.sum(axis=(-2, -1)))

    return {
        "prevalence": lambda s: of.ratio(s[..., share_end - 1], s[..., TERMS]),
        "observed": lambda s: observed(s[..., :TERMS]),
        "kappa": kappa,
        "alpha": lambda s: alpha(s[..., share_end:alpha_end], delta),
        "ac1": lambda s: gwet.ac1(s[..., :TERMS], s[..., TERMS:share_end]),
        "pabak": lambda s: pabak(s[..., :TERMS], q=q),
    }


def leasts(q: int) -> dict[str, float]:
    """The least value each coefficient can take (for alpha, of any but the smallest samples)."""
    return {"prevalence": 0.0, "observed": 0.0, "pabak": -1 / (q - 1)}


def reliability(
    counted: Tally,
    *,
    sampling: Sampling,
    weights: Floats | None = None,
    what: str = "sentences read by two",
) -> Reliability:
    """All coefficients of ``counted``. ``what`` names the units in reasons.

    With fewer than ``sampling.floor`` units nothing is estimated; kappa and alpha, which are decided
    by the rarer answer, need as many units with a yes and with a no. ``weights`` are drawn unless
    given (variables on the same transcripts may share them).
    """
    floor = sampling.floor
    if weights is None:
        weights = cluster_weights(len(counted.sums), rng=sampling.rng, draws=sampling.draws)
    each, least = statistics(counted.q, counted.pairs), leasts(counted.q)

    def one(name: str) -> Figure:
        if counted.units < max(floor, 1):
            return NotEstimable(too_few(counted.units, what, floor))
        if name in ("kappa", "alpha"):
            if why := _lopsided(counted, floor):
                return NotEstimable(why)
            if np.isnan(each[name](counted.sums.sum(axis=0))):
                return NotEstimable("all coders always gave the same one answer")
        return _bounded(counted.sums, each[name], weights, least=least.get(name, -1.0))

    binary = counted.q == 2
    return Reliability(
        units=counted.units,
        transcripts=len(counted.transcripts),
        positives=counted.yes if binary else None,
        prevalence=one("prevalence") if binary else None,
        observed=one("observed"),
        kappa=one("kappa"),
        alpha=one("alpha"),
        ac1=one("ac1"),
        pabak=one("pabak"),
    )


def mean_reliability(
    tallies: Sequence[Tally],
    each: Sequence[Reliability],
    *,
    weights: Floats | None,
) -> Reliability:
    """The mean of each coefficient over yes-or-no variables of the same units: of those for which it
    is estimable, ``each`` being their :func:`reliability`.
    """
    first = tallies[0]
    sums = np.stack([t.sums for t in tallies], axis=1)  # (clusters, variables, L)
    by_name, least = statistics(first.q, first.pairs), leasts(first.q)

    def mean(name: str) -> Figure:
        fit = [j for j, r in enumerate(each) if not isinstance(getattr(r, name), NotEstimable)]
        if not fit:
            return NotEstimable("it is estimable for no code")
        return _bounded(
            sums[:, fit], lambda s: of.mean_defined(by_name[name](s)), weights,
            least=least.get(name, -1.0),
        )  # fmt: skip

    return Reliability(
        first.units, len(first.transcripts), None, mean("prevalence"), mean("observed"),
        mean("kappa"), mean("alpha"), mean("ac1"), mean("pabak"),
    )  # fmt: skip


def set_agreement(
    values: Ints,
    sets: Sequence[frozenset[tuple[str, str]]],
    transcripts: Sequence[str],
    *,
    sampling: Sampling,
    what: str = "sentences read by two",
) -> SetAgreement:
    """Agreement on sets: ``values`` (n, coders) are indices into ``sets``, -1 where not read."""
    n = len(values)
    names = tuple(dict.fromkeys(transcripts))
    number = {name: i for i, name in enumerate(names)}
    where = np.array([number[t] for t in transcripts], dtype=np.int64)
    few = NotEstimable(too_few(n, what, sampling.floor))
    figures: tuple[Figure, Figure] = (few, few)
    if n >= max(sampling.floor, 1):
        weights = cluster_weights(len(names), rng=sampling.rng, draws=sampling.draws)
        agreed = np.zeros((len(names), TERMS))
        np.add.at(agreed, where, _same_sets(values))
        delta = masi_distances(sets)
        sums = alpha_counts(values, delta, where, len(names))
        alone = NotEstimable("all coders gave every unit the same set of codes")
        figures = (
            _bounded(agreed, observed, weights, least=0.0),
            alone if np.isnan(alpha(sums.sum(axis=0), delta))
            else _bounded(sums, lambda s: alpha(s, delta), weights),
        )  # fmt: skip
    return SetAgreement(n, len(names), len(sets), *figures)


def _same_sets(values: Ints) -> Floats:
    """(n, 2) terms of the observed agreement, for more values than columns would be wise."""
    same, asked = np.zeros(len(values)), np.zeros(len(values))
    for a, b in combinations(range(values.shape[1]), 2):
        both = (values[:, a] >= 0) & (values[:, b] >= 0)
        asked += both
        same += both & (values[:, a] == values[:, b])
    return np.column_stack([np.nan_to_num(of.ratio(same, asked)), asked > 0])


def _lopsided(counted: Tally, floor: int) -> str:
    if counted.q == 2:
        for n, verb in ((counted.yes, "have it"), (counted.no, "lack it")):
            if n < floor:
                return f"{f'only {n}' if n else 'none'} {verb}, {floor} are needed"
    return ""


def _bounded(
    counts: Floats, statistic: Statistic, weights: Floats | None, *, least: float = -1.0
) -> Estimate:
    """As :func:`precode.agreement.bootstrap.figure`; but an interval of no width would claim too
    much.
    """
    found = figure(counts, statistic, weights, least=least)
    if found.low is None and weights is not None:
        return Estimate(found.value, why="undefined in too many draws of transcripts: no interval")
    if found.low is not None and found.low == found.high:
        return Estimate(found.value, why=ALL_ALIKE)
    return found
