"""What a report is made from: one immutable view of a study, filled in by ``precode.steps``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precode.codebook import Codebook
from precode.domain import HumanCodes, Participant, Sentence, Transcript, Turn
from precode.report.agreement import CoderAgreement
from precode.report.evidence import Evidence
from precode.report.record import Record
from precode.report.score import Score
from precode.report.shown import Assistance
from precode.report.summaries import Summary
from precode.report.wheel import Wheel


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
    """How well the machine found one code in transcripts it had not learned from; of a polarity where
    ``code`` is "barrier" or "facilitator" among a table's ``polarity``.

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
    human_f1: Score = None


@dataclass(frozen=True, slots=True)
class ValidationTable:
    """Grouped cross-validation: ``folds`` over ``transcripts``, none split between folds.

    ``nothing`` is how well sentences are told to which no code applies; ``polarity``, one row each,
    how well barriers and facilitators, where a person gave a code with one of the two.
    """

    rows: tuple[ValidationRow, ...]
    macro_f1: Score
    folds: int
    transcripts: int
    note: str = ""
    nothing: ValidationRow | None = None
    polarity: tuple[ValidationRow, ...] = ()


@dataclass(frozen=True, slots=True)
class StudyView:
    """A study as it stood at ``made_at`` (UTC, ISO 8601), read by precode ``version``.

    ``human`` is what counts: where coders agreed on a code together, that; ``said`` is what each
    of them gave (None: the same). ``coders`` are people, not their consensus.
    ``turns`` and ``sources`` are by transcript id; a source is (file as given, its SHA-256).
    ``unplaced`` are rows of coded tables that no transcript held; ``log`` the steps run (at, verb,
    version, detail). ``withheld`` are ids of sentences that a person is still to answer without the
    machine: what it says of them is counted, and not shown. ``left_out`` says in sentences what people
    coded and nobody may see yet. Raises :class:`ValueError` if the machine's arrays do not fit together.
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
    agreement: CoderAgreement | None = None
    unplaced: tuple[Mapping[str, object], ...] = ()
    log: tuple[Mapping[str, object], ...] = ()
    version: str = ""
    made_at: str = ""
    assistance: Assistance | None = None
    withheld: frozenset[str] = frozenset()
    record: Record | None = None
    wheel: Wheel | None = None
    evidence: Evidence | None = None
    summaries: tuple[Summary, ...] = ()
    left_out: tuple[str, ...] = ()
    said: HumanCodes | None = None

    @property
    def each(self) -> HumanCodes:
        """What each coder said, also where the consensus has decided since; with the consensus as
        one more coder.
        """
        return self.said or self.human

    def __post_init__(self) -> None:
        if (m := self.machine) is None:
            return
        n, k = len(m.sentence_ids), len(self.codebook.leaf_ids)
        for name, array in (("p", m.p), ("decision", m.decision), ("polarity", m.polarity)):
            if array.shape != (n, k):
                raise ValueError(f"{name} has shape {array.shape}, not ({n}, {k})")
        if m.verdict.shape != (n,):
            raise ValueError(f"verdict has shape {m.verdict.shape}, not ({n},)")
