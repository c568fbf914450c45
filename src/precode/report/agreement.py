"""How far coders agree, as a report shows it: the part of a view on their agreement."""

from __future__ import annotations

from dataclasses import dataclass

from precode.report.score import Score


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """One question (``about`` says of what kind), asked of ``n`` units that two or more read.

    ``positives`` are units to which at least one said yes; it and ``prevalence`` are None where the
    answer is not yes or no. ``kappa`` is Cohen's, ``alpha`` Krippendorff's, ``ac1`` Gwet's.
    """

    about: str
    code: str
    label: str
    n: int
    positives: int | None
    prevalence: Score
    observed: Score
    kappa: Score
    alpha: Score
    ac1: Score
    pabak: Score


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two coders' ``n`` units, and their κ for each code in the codebook's order."""

    coders: str
    n: int
    kappas: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class SwapRow:
    """One coder gave ``first`` where the other gave ``second``, ``n`` times of the ``either`` units
    to which some coder gave one of them.
    """

    kind: str
    first: str
    second: str
    n: int
    either: int


@dataclass(frozen=True, slots=True)
class CoderAgreement:
    """``sets`` are (name, share of equal sets, α with MASI distance) of whole sets of codes.

    ``codes`` are the labels that :class:`PairRow` has κ for; ``mean_kappa`` their mean over all
    coders. Intervals: ``draws`` of whole transcripts from ``seed``.
    """

    unit: str
    coders: tuple[str, ...]
    units: int
    transcripts: int
    rows: tuple[ReliabilityRow, ...]
    mean_kappa: Score
    sets: tuple[tuple[str, Score, Score], ...]
    codes: tuple[str, ...]
    pairs: tuple[PairRow, ...]
    swaps: tuple[SwapRow, ...]
    floor: int
    draws: int
    seed: int
    notes: tuple[str, ...]
