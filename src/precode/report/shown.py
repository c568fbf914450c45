"""What was shown to coders, and what they did then: the part of a view on suggestions."""

from __future__ import annotations

from dataclasses import dataclass

from precode.report.score import Score


@dataclass(frozen=True, slots=True)
class ShownRow:
    """Suggestions revealed after this coder's own decision ("" for all coders together).

    On ``undecided`` of the ``shown`` no decision stands. ``agreed`` is a share of the others,
    ``accepted`` (the decision became the machine's), ``partly`` (it came nearer), ``otherwise``
    (it changed, no nearer) and ``kept`` are shares of the ``differed``.
    """

    coder: str
    shown: int
    undecided: int
    agreed: Score
    differed: int
    accepted: Score
    partly: Score
    otherwise: Score
    kept: Score


@dataclass(frozen=True, slots=True)
class InViewRow:
    """Suggestions in view before this coder decided; ``same`` is the share decided as suggested."""

    coder: str
    shown: int
    undecided: int
    same: Score


@dataclass(frozen=True, slots=True)
class BandRow:
    """Suggested codes that the coder had not given, by confidence; ``in_view`` from the start."""

    coder: str
    label: str
    in_view: bool
    offered: int
    taken: Score


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """Agreement of a coder's ``n`` decisions with the machine, or with ``colleagues`` who decided
    unaided, before and after the reveal: same set of codes, and positive agreement (F1) on codes.
    """

    coder: str
    colleagues: bool
    n: int
    towards: int
    away: int
    same_before: Score
    same_after: Score
    same_change: Score
    f1_before: Score
    f1_after: Score
    f1_change: Score


@dataclass(frozen=True, slots=True)
class CodeShiftRow:
    """Cohen's κ of coders and machine for one code, before and after the reveal."""

    code: str
    n: int
    positives: int
    before: Score
    after: Score
    change: Score


@dataclass(frozen=True, slots=True)
class PaceRow:
    """Seconds of ``n`` decisions of one kind: median and quartiles, None without any. ``breaks``
    and ``untimed`` are left out.
    """

    coder: str
    what: str
    n: int
    breaks: int
    untimed: int
    median: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True, slots=True)
class ProbeRow:
    """Suggestions planted wrong. ``share`` is ``accepted`` of ``differed``: those answered that
    were not the coder's own answer anyway (``matched``); ``unknown`` have none to compare with.
    """

    coder: str
    shown: int
    undecided: int
    unknown: int
    matched: int
    differed: int
    accepted: int
    partly: int
    share: Score


@dataclass(frozen=True, slots=True)
class Assistance:
    """What was shown to coders, and what they did then. Rows of all coders together come first.

    ``policy`` is the study's setting: after, before or never. Of the ``readings`` that stand (a
    sentence and a coder), ``assisted`` were decided with a suggestion in view. ``audit`` sentences
    are in the audit sample, of which ``audit_shown`` were shown with a true suggestion: none should
    be. The rows are empty where nothing was shown.
    """

    policy: str
    readings: int
    assisted: int
    audit: int
    audit_shown: int
    shown: tuple[ShownRow, ...] = ()
    in_view: tuple[InViewRow, ...] = ()
    bands: tuple[BandRow, ...] = ()
    codes: tuple[CodeShiftRow, ...] = ()
    shifts: tuple[ShiftRow, ...] = ()
    pace: tuple[PaceRow, ...] = ()
    probes: tuple[ProbeRow, ...] = ()
