"""Agreement before and after a suggestion was revealed: with the machine, and with colleagues.

The sentences are those the queue chose to show a suggestion for, not a random sample: the figures
describe what the reveal did, never how good the machine is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from precode.agreement import counts as of
from precode.agreement.assistance import Codes, apart, decided, equal, revealed
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.shares import Floats, Sampling, resampled, share, too_few
from precode.codebook import Codebook
from precode.domain import CodePolarity, Encounter, HumanCodes


@dataclass(frozen=True, slots=True)
class Pair:
    """One encounter beside ``other``: what the machine, or a colleague, says of the sentence."""

    met: Encounter
    other: tuple[CodePolarity, ...]


@dataclass(frozen=True, slots=True)
class Shift:
    """Agreement of ``n`` pairs over their whole set of codes, before and after the reveal.

    ``same_…`` is the share with the same codes and polarities. ``f1_…`` is the positive agreement
    on codes (without polarity), over all codes together. ``…_change`` is after minus before, from
    the same pairs. Of the decisions that changed, ``towards`` came nearer to the other side's and
    ``away`` went farther from it.
    """

    n: int
    towards: int
    away: int
    same_before: Figure
    same_after: Figure
    same_change: Figure
    f1_before: Figure
    f1_after: Figure
    f1_change: Figure


@dataclass(frozen=True, slots=True)
class CodeShift:
    """Cohen's κ for one code before and after. ``positives`` counts pairs in which either side gave
    the code, before or after.
    """

    n: int
    positives: int
    before: Figure
    after: Figure
    change: Figure


def with_machine(encounters: Iterable[Encounter]) -> list[Pair]:
    """Each decision and the suggestion revealed after it."""
    return [Pair(e, e.shown) for e in decided(revealed(encounters))]


def with_colleagues(
    encounters: Iterable[Encounter], everyone: Iterable[Encounter], human: HumanCodes
) -> list[Pair]:
    """Each decision and each colleague's unaided one on the same sentence.

    A colleague's unaided decision is the one before their own reveal, if they had one (``everyone``
    holds all coders' encounters), whatever became of it; else what stands of theirs in ``human``
    without assistance. Taking only what stands would pick those colleagues who kept their own.
    """
    given: dict[tuple[str, str], list[CodePolarity]] = {r: [] for r in human.read - human.assisted}
    for c in human.codings:
        if (c.sentence_id, c.coder) in given:
            given[c.sentence_id, c.coder].append(CodePolarity(c.code, c.polarity))
    blind = {reading: tuple(codes) for reading, codes in given.items()}
    for e in everyone:
        if e.probe:
            continue
        blind.pop((e.sentence_id, e.coder), None)
        if e.first is not None:
            blind[e.sentence_id, e.coder] = e.first
    others: dict[str, list[tuple[str, tuple[CodePolarity, ...]]]] = {}
    for (sentence_id, coder), codes in sorted(blind.items()):
        others.setdefault(sentence_id, []).append((coder, codes))
    return [
        Pair(e, codes)
        for e in decided(revealed(encounters))
        for coder, codes in others.get(e.sentence_id, ())
        if coder != e.coder
    ]


def shift(pairs: Sequence[Pair], codebook: Codebook, *, sampling: Sampling, what: str) -> Shift:
    """The change over all codes; ``what`` names the pairs in words."""
    transcripts = [p.met.transcript_id for p in pairs]
    sides = _same(pairs, lambda e: e.first), _same(pairs, lambda e: e.final)
    same = [share(flags, transcripts, sampling=sampling, what=what) for flags in sides]
    nearer = [apart(p.met.first, p.other) - apart(p.met.final, p.other) for p in pairs]
    micro = _confusions(pairs, codebook).sum(axis=2)  # (n, before and after, tp fp fn tn)
    f1 = _before_after(micro, of.f1, transcripts, sampling, _gave(micro), what + " with any code")
    change: Figure = NotEstimable(too_few(len(pairs), what, sampling.floor))
    if isinstance(same[0], Estimate):
        units = np.column_stack([*sides, np.ones(len(pairs))]).astype(np.float64)
        change = resampled(units, transcripts, _same_change, sampling=sampling)
    return Shift(
        n=len(pairs),
        towards=sum(d > 0 for d in nearer),
        away=sum(d < 0 for d in nearer),
        same_before=same[0],
        same_after=same[1],
        same_change=change,
        f1_before=f1[0],
        f1_after=f1[1],
        f1_change=f1[2],
    )


def code_shifts(
    pairs: Sequence[Pair], codebook: Codebook, *, sampling: Sampling
) -> Mapping[str, CodeShift]:
    """κ before and after for each code of ``codebook``."""
    counts = _confusions(pairs, codebook)
    transcripts = [p.met.transcript_id for p in pairs]
    out: dict[str, CodeShift] = {}
    for j, code in enumerate(codebook.leaf_ids):
        mine = counts[:, :, j]
        positives = _gave(mine)
        what = "sentences with the code by either side"
        figures = _before_after(mine, of.kappa, transcripts, sampling, positives, what)
        out[code] = CodeShift(len(pairs), positives, *figures)
    return out


def _same(pairs: Sequence[Pair], side: Callable[[Encounter], Codes]) -> list[bool]:
    return [equal(side(p.met), p.other) for p in pairs]


def _confusions(pairs: Sequence[Pair], codebook: Codebook) -> Floats:
    """(n, 2, k, 4): tp fp fn tn of each pair, before and after, code by code; the other side is
    the "truth" of :func:`precode.agreement.counts.confusion`.
    """

    def has(codes: Codes) -> list[bool]:
        given = {c.code for c in codes or ()}
        return [code in given for code in codebook.leaf_ids]

    k = len(codebook.leaf_ids)
    said = np.array([[has(p.met.first), has(p.met.final)] for p in pairs], bool).reshape(-1, 2, k)
    other = np.array([[has(p.other)] * 2 for p in pairs], bool).reshape(-1, 2, k)
    return of.confusion(other, said)


def _gave(counts: Floats) -> int:
    """Pairs of (n, 2, 4) in which any side gave a code, before or after."""
    return int((counts[..., : of.TN] > 0).any(axis=(1, 2)).sum())


def _before_after(
    counts: Floats,
    statistic: Callable[[Floats], Floats],
    transcripts: Sequence[str],
    sampling: Sampling,
    positives: int,
    what: str,
) -> tuple[Figure, Figure, Figure]:
    """``statistic`` of ``counts`` (n, 2, 4) before, after, and the difference."""
    if positives < max(sampling.floor, 1):
        why = NotEstimable(too_few(positives, what, sampling.floor))
        return why, why, why

    def change(t: Floats) -> Floats:
        return statistic(t[..., 1, :]) - statistic(t[..., 0, :])

    def one(when: int) -> Figure:
        if np.isnan(statistic(counts[:, when].sum(axis=0))):
            return NotEstimable("both sides say the same of every sentence")
        return resampled(counts[:, when], transcripts, statistic, sampling=sampling)

    before, after = one(0), one(1)
    for side in (before, after):
        if isinstance(side, NotEstimable):
            return before, after, side
    return before, after, resampled(counts, transcripts, change, sampling=sampling)


def _same_change(counts: Floats) -> Floats:
    """(…, [same before, same after, n]) → (…)."""
    return of.ratio(counts[..., 1] - counts[..., 0], counts[..., 2])
