"""What a report is made from: one immutable view of a study, filled in by ``precode.steps``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precode.codebook import Codebook
from precode.domain import HumanCodes, Participant, Sentence, Transcript, Turn

# (value, low, high) of a 95 % interval, or the words that stand in its place
# ("not estimable: fewer than 10 positives"). None where the score was not asked for.
Score = tuple[float, float, float] | str | None


@dataclass(frozen=True, slots=True, eq=False)
class MachineCodes:
    """One run of the machine: never human judgement.

    Rows of the arrays follow ``sentence_ids`` (n); columns follow the view's
    ``codebook.leaf_ids`` (k). ``p`` (n, k) is the calibrated probability of each code, NaN
    throughout the column of a code that was not modelled. ``decision`` (n, k) is True where the
    machine gives the code. ``polarity`` (n, k) holds :class:`~precode.domain.Polarity` values,
    meaningful where ``decision`` is True. ``verdict`` (n,) is "accept", "review" or "none".
    """

    run_id: str
    model: str
    bundle_id: str
    sentence_ids: tuple[str, ...]
    p: NDArray[np.float64]
    decision: NDArray[np.bool_]
    polarity: NDArray[np.str_]
    verdict: NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class ValidationRow:
    """How well the machine found one code in transcripts it had not learned from.

    ``n`` sentences were scored, ``positives`` of them carried the code. ``human_kappa`` is two
    coders' Cohen's κ for the same code, None where no sentence was coded twice.
    """

    code: str
    n: int
    positives: int
    precision: Score
    recall: Score
    f1: Score
    kappa: Score
    human_kappa: Score = None


@dataclass(frozen=True, slots=True)
class ValidationTable:
    """Grouped cross-validation: ``folds`` over ``transcripts``, none split between folds."""

    rows: tuple[ValidationRow, ...]
    macro_f1: Score
    folds: int
    transcripts: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """How far two coders agree on one code, over the ``n`` sentences that both have read.

    ``code`` is empty for all codes together; ``coders`` names the pair ("Ana and Ben").
    ``positives`` counts sentences to which at least one gave the code; ``agreement`` is the share
    of the ``n`` on which both say the same; ``kappa`` is Cohen's.
    """

    code: str
    coders: str
    n: int
    positives: int
    agreement: Score
    kappa: Score


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


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study as it stood at ``made_at`` (UTC, ISO 8601), read by precode ``version``.

    ``turns`` and ``sources`` are by transcript id; a source is (file as given, its SHA-256).
    ``unplaced`` are rows of coded tables that no transcript held; ``log`` the steps run (at, verb,
    version, detail). ``withheld`` are ids of sentences that a person is still to answer without the
    machine: what it says of them is counted, and not shown. Raises :class:`ValueError` if the machine's arrays do not fit together.
    """

    title: str
    behaviour: str
    codebook: Codebook
    transcripts: tuple[Transcript, ...]
    turns: Mapping[str, tuple[Turn, ...]]
    sentences: tuple[Sentence, ...]
    participants: tuple[Participant, ...]
    sources: Mapping[str, tuple[str, str]]
    human: HumanCodes
    events_count: int
    coders: tuple[str, ...]
    machine: MachineCodes | None = None
    validation: ValidationTable | None = None
    agreement: tuple[AgreementRow, ...] | None = None
    unplaced: tuple[Mapping[str, object], ...] = ()
    log: tuple[Mapping[str, object], ...] = ()
    version: str = ""
    made_at: str = ""
    assistance: Assistance | None = None
    withheld: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if (m := self.machine) is None:
            return
        n, k = len(m.sentence_ids), len(self.codebook.leaf_ids)
        for name, array in (("p", m.p), ("decision", m.decision), ("polarity", m.polarity)):
            if array.shape != (n, k):
                raise ValueError(f"{name} has shape {array.shape}, not ({n}, {k})")
        if m.verdict.shape != (n,):
            raise ValueError(f"verdict has shape {m.verdict.shape}, not ({n},)")
