"""How well coders agree on the sentences that two of them have read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from precode.agreement import counts as of
from precode.agreement.bootstrap import cluster_weights, figure
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.codebook import Codebook
from precode.domain import HumanCodes, Polarity, Sentence

Floats = NDArray[np.float64]

_DIRECTIONS = (Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH, Polarity.UNCLEAR)


@dataclass(frozen=True, slots=True)
class CodeAgreement:
    """Agreement on one code.

    A unit is a sentence that a pair of coders has read; with three coders a sentence makes up to
    three. ``positives`` counts units where at least one of the two gave the code. ``kappa``,
    ``f1`` and ``observed`` are means over pairs, weighted by their units. ``polarity`` is the share
    of the ``both_gave`` units (both gave the code) with the same polarity, ``polarity_kappa`` its
    Cohen's kappa over barrier, facilitator, both, unclear.
    """

    units: int
    positives: int
    kappa: Figure
    f1: Figure
    observed: Figure
    both_gave: int
    polarity: Figure
    polarity_kappa: Figure


@dataclass(frozen=True, slots=True)
class HumanAgreement:
    """Agreement between human coders, none of whom had seen a suggestion.

    ``pairs`` are the (coder, coder, sentences read by both); ``sentences`` counts those that at
    least two have read, ``transcripts`` where they stand. ``macro_f1`` is the mean over the codes
    whose F1 is estimable: the figure to put beside the machine's.
    """

    pairs: tuple[tuple[str, str, int], ...]
    sentences: int
    transcripts: int
    codes: Mapping[str, CodeAgreement]
    macro_f1: Figure


def human_agreement(
    codes: HumanCodes,
    sentences: Sequence[Sentence],
    codebook: Codebook,
    *,
    rng: np.random.Generator,
    draws: int,
    floor: int,
) -> HumanAgreement:
    """Agreement for each code of ``codebook``, with intervals by bootstrap over transcripts.

    Readings made with the machine's suggestion in view are left out. A code with fewer than
    ``floor`` positive units is not estimable, nor is one where a table is degenerate.
    """
    read: dict[str, set[str]] = {}
    for sentence_id, coder in codes.read - codes.assisted:
        read.setdefault(sentence_id, set()).add(coder)
    given: dict[tuple[str, str], dict[str, Polarity]] = {}
    for c in codes.codings:
        given.setdefault((c.sentence_id, c.coder), {})[c.code] = c.polarity
    double = [s for s in sentences if len(read.get(s.id, ())) > 1]
    pairs = sorted({pair for s in double for pair in combinations(sorted(read[s.id]), 2)})

    # counts: (transcripts, pairs, codes, tp fp fn tn); polar: (…, first's polarity, second's).
    transcripts = {t: i for i, t in enumerate(dict.fromkeys(s.transcript_id for s in double))}
    number = {pair: i for i, pair in enumerate(pairs)}
    counts = np.zeros((len(transcripts), len(pairs), len(codebook.leaf_ids), 4))
    polar = np.zeros((*counts.shape[:3], len(_DIRECTIONS), len(_DIRECTIONS)))
    for s in double:
        t = transcripts[s.transcript_id]
        for pair in combinations(sorted(read[s.id]), 2):
            first, second = (given.get((s.id, coder), {}) for coder in pair)
            for j, code in enumerate(codebook.leaf_ids):
                cell = _cell(code in first, code in second)
                counts[t, number[pair], j, cell] += 1
                if cell == of.TP and codebook.leaves[j].polarity:
                    at = _direction(first[code]), _direction(second[code])
                    polar[t, number[pair], j, *at] += 1

    weights = cluster_weights(len(transcripts), rng=rng, draws=draws)
    agreement = {
        code.id: _code(counts[:, :, j], polar[:, :, j], weights, floor, directed=code.polarity)
        for j, code in enumerate(codebook.leaves)
    }
    fit = [j for j, a in enumerate(agreement.values()) if isinstance(a.f1, Estimate)]
    macro: Figure = NotEstimable(
        f"no code has {floor} sentences that two coders have read" if double
        else "no sentence was read by two coders without a suggestion"
    )  # fmt: skip
    if fit:
        macro = figure(counts[:, :, fit], _mean_f1_of_codes, weights, least=0.0)
    return HumanAgreement(
        pairs=tuple((a, b, sum({a, b} <= read[s.id] for s in double)) for a, b in pairs),
        sentences=len(double),
        transcripts=len(transcripts),
        codes=agreement,
        macro_f1=macro,
    )


def _cell(first: bool, second: bool) -> int:
    if first:
        return of.TP if second else of.FN
    return of.FP if second else of.TN


def _direction(polarity: Polarity) -> int:
    return _DIRECTIONS.index(polarity or Polarity.UNCLEAR)


def _over_pairs(statistic: Callable[[Floats], Floats], counts: Floats, axes: int) -> Floats:
    """Mean of ``statistic`` over pairs of coders, weighted by units: (…, pairs, *table) → (…).

    ``axes`` is how many axes a table has. Pairs for which the statistic is undefined are left out.
    """
    return of.mean_defined(statistic(counts), counts.sum(axis=tuple(range(-axes, 0))))


def _mean_f1_of_codes(counts: Floats) -> Floats:
    """(…, pairs, codes, 4) → (…)."""
    return of.mean_defined(_over_pairs(of.f1, np.swapaxes(counts, -3, -2), 1))


def _code(
    counts: Floats, polar: Floats, weights: Floats | None, floor: int, *, directed: bool
) -> CodeAgreement:
    """``counts`` (transcripts, pairs, 4), ``polar`` (transcripts, pairs, 4, 4); ``directed`` is
    whether polarity applies to the code.
    """
    units = int(counts.sum())
    positives = units - int(counts[..., of.TN].sum())
    both = int(counts[..., of.TP].sum())

    def figure_of(
        table: Floats, statistic: Callable[[Floats], Floats], n: int, what: str, undefined: str
    ) -> Figure:
        axes = table.ndim - 2
        if not units:
            return NotEstimable("no sentence was read by two coders without a suggestion")
        if n < floor:
            return NotEstimable(f"{n} sentences {what}, {floor} are needed")
        if np.isnan(_over_pairs(statistic, table.sum(axis=0), axes)):
            return NotEstimable(undefined)
        least = -1.0 if statistic in (of.kappa, of.nominal_kappa) else 0.0
        return figure(table, lambda t: _over_pairs(statistic, t, axes), weights, least=least)

    some = "with the code by either coder"
    same = "both coders gave the code to every sentence"
    one = "both coders always gave the same one polarity"
    gave = "with the code by both coders"
    needless = NotEstimable("polarity does not apply to this code")
    return CodeAgreement(
        units=units,
        positives=positives,
        kappa=figure_of(counts, of.kappa, positives, some, same),
        f1=figure_of(counts, of.f1, positives, some, same),
        observed=figure_of(counts, of.observed, positives, some, same),
        both_gave=both,
        polarity=figure_of(polar, _same, both, gave, one) if directed else needless,
        polarity_kappa=(
            figure_of(polar, of.nominal_kappa, both, gave, one) if directed else needless
        ),
    )


def _same(table: Floats) -> Floats:
    """(…, k, k) → (…): share of units on the diagonal."""
    return of.ratio(np.trace(table, axis1=-2, axis2=-1), table.sum(axis=(-2, -1)))
