"""The answers of the audit sample: which of them count, and what they are."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from precode.audit.design import Sample, sample
from precode.codings.history import fold, pending_skips
from precode.codings.targets import targets
from precode.domain import Event, EventKind, HumanCodes, Sentence
from precode.steps.loop.auditing import in_turn, reached
from precode.steps.loop.machine import machine_of
from precode.steps.loop.settling import decisions
from precode.steps.opening import Study
from precode.study.store import AuditRow

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Asked:
    """The audit sample: ``drawn`` ids; ``rows`` that somebody answered without a suggestion, as far
    as the sample's order has come, with ``truth (n, k)`` (what at least half of the readers gave)
    and ``reached (n,)``; how many were ``skipped``, and answered too ``early``.
    """

    drawn: frozenset[str]
    rows: tuple[AuditRow, ...]
    design: Sample
    truth: Bools
    reached: Bools
    skipped: int
    early: int


def asked_of(
    study: Study,
    rows: Sequence[AuditRow],
    sentences: Sequence[Sentence],
    human: HumanCodes,
    events: Sequence[Event],
) -> Asked:
    drawn = [r for r in rows if r.position is not None]
    ids = frozenset(r.sentence_id for r in drawn)
    gold = targets(
        human, [s for s in sentences if s.id in ids], study.codebook, include_assisted=False
    )
    answers = {i: y for i, y, k in zip(gold.sentence_ids, gold.y, gold.known, strict=True) if k}
    skipped = {Sentence.make_id(*span) for span, _ in pending_skips(events)} & ids - set(answers)
    turn = in_turn(rows, answers.keys() | skipped)
    answered = tuple(r for r in drawn if r.sentence_id in answers and r.sentence_id in turn)
    early = len(answers) - len(answered)
    there = reached(study)
    return Asked(
        ids,
        answered,
        _design(rows, answered, early),
        np.array([answers[r.sentence_id] >= 0.5 for r in answered], dtype=bool).reshape(
            len(answered), len(study.codebook.leaves)
        ),
        np.array([r.sentence_id in there for r in answered], dtype=bool),
        len(skipped),
        early,
    )


@dataclass(frozen=True, slots=True)
class Audited:
    """The answered part of the audit sample: ``truth`` (n, k), what at least half of those who
    answered without a suggestion gave, beside ``given`` (n, k), the machine's; columns in codebook
    order. ``transcripts`` names each row's; ``machine`` is "" where there is none.
    """

    transcripts: tuple[str, ...]
    truth: Bools
    given: Bools
    machine: str


def audited(study: Study, sentences: Sequence[Sentence], events: Sequence[Event]) -> Audited | None:
    """What :func:`judge` judges on; None before the audit sample was drawn."""
    rows = study.store.audit()
    if not rows:
        return None
    unaided = [e for e in events if not e.assisted]
    blind = fold(unaided, sentences, overlap=study.settings.codings.overlap)
    asked = asked_of(study, rows, sentences, blind, events)
    machine = machine_of(study, {s for s, _ in study.human_codes(tuple(sentences)).read})
    ids = [r.sentence_id for r in asked.rows]
    given = decisions(machine.given if machine else {}, ids, study.codebook.leaf_ids)
    where = {s.id: s.transcript_id for s in sentences}
    return Audited(
        tuple(where[i] for i in ids), asked.truth, given, machine.name if machine else ""
    )


@dataclass(frozen=True, slots=True)
class Answered:
    """The answered part of the audit sample, without a machine: ``truth`` (n, k) as in
    :class:`Audited` of the sentences ``ids``, by its ``design``. ``blind`` is what people said of
    the sample without a suggestion; of the ``drawn`` sentences some may be unanswered.
    """

    ids: tuple[str, ...]
    truth: Bools
    design: Sample
    blind: HumanCodes
    drawn: int


def answered(
    study: Study,
    rows: Sequence[AuditRow],
    sentences: Sequence[Sentence],
    events: Sequence[Event],
) -> Answered | None:
    """What counts as answered, as :func:`judge` has it; ``rows`` are the audit's. None before the
    sample was drawn.
    """
    if not rows:
        return None
    drawn = {r.sentence_id for r in rows if r.position is not None}
    sample = [s for s in sentences if s.id in drawn]
    unaided = [e for e in _touching(events, sample) if not e.assisted]
    blind = fold(unaided, sentences, overlap=study.settings.codings.overlap)
    asked = asked_of(study, rows, sentences, blind, events)
    ids = tuple(r.sentence_id for r in asked.rows)
    return Answered(ids, asked.truth, asked.design, blind, len(asked.drawn))


def _touching(events: Sequence[Event], sentences: Sequence[Sentence]) -> list[Event]:
    """``events`` that share a character with one of ``sentences``, and all that take others back:
    what stands on these sentences follows from them alone, and most of a history is elsewhere.
    """
    ends: dict[str, list[int]] = {}
    starts: dict[str, list[int]] = {}
    for s in sorted(sentences, key=lambda s: s.start):
        starts.setdefault(s.transcript_id, []).append(s.start)
        ends.setdefault(s.transcript_id, []).append(s.end)

    def touches(e: Event) -> bool:
        if e.kind is EventKind.UNDO:
            return True
        there = ends.get(e.transcript_id, [])
        first = bisect_right(there, e.start)
        return first < len(there) and starts[e.transcript_id][first] < e.end

    return [e for e in events if touches(e)]


def _design(rows: Sequence[AuditRow], answered: Sequence[AuditRow], early: int) -> Sample:
    out = sample(
        Counter(r.stratum for r in rows),
        [r.stratum for r in answered],
        batches={r.stratum: r.batch for r in rows},
    )
    if not (out.why and early):
        return out
    more = f"{early} more came with whole transcripts or passages and count once it is their turn"
    return replace(out, why=f"{out.why} ({more})")
