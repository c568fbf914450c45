"""The audit sample of a study: drawn once for each transcript, then frozen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from precode.audit.drawing import draw
from precode.audit.planner import audit_size
from precode.domain import Sentence
from precode.steps.opening import Study
from precode.study.store import AuditRow

REACHED = "reached"
MET = 0.9  # of a drawing's first sentences have to be met for it to have come so far


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a drawing came to: sentences in the frame, and of them in the sample."""

    frame: int
    sample: int
    transcripts: int


def note_reached(study: Study, ids: Sequence[str]) -> None:
    """Keep in the log that the queue would have asked for these audit sentences by now."""
    study.store.log(REACHED, ids=list(ids))


def reached(study: Study) -> set[str]:
    """Audit sentences that the queue would have asked for by now, had they not been drawn."""
    out: set[str] = set()
    for entry in study.store.logged():
        if entry["verb"] == REACHED and isinstance(detail := entry["detail"], dict):
            out.update(map(str, detail.get("ids", ())))
    became = study.store.became()
    return {became.get(i, i) for i in out}


def keep_audit(
    study: Study, sentences: Sequence[Sentence], read: Collection[str], busy: Collection[str]
) -> Drawn | None:
    """Draw the audit sample for transcripts that have none yet, from their codable sentences that
    nobody has read and that no spreadsheet holds; None if there is nothing to draw from.

    What is in it stays in it: transcripts that come later are drawn from on their own, by the same
    rule. A transcript all of which was read when the sample was drawn needs none.
    """
    rows = study.store.audit()
    known = {r.stratum for r in rows}
    frame: dict[str, list[str]] = {}
    for s in sentences:
        if s.codable and s.transcript_id not in known and s.id not in read and s.id not in busy:
            frame.setdefault(s.transcript_id, []).append(s.id)
    total = sum(map(len, frame.values()))
    settings = study.settings.audit
    size = _size(
        total, len(rows), settings.size, settings.prevalence, settings.half_width, settings.most
    )
    if not size:
        return None
    batch = 1 + max((r.batch for r in rows), default=0)
    first = 1 + max((r.position for r in rows if r.position is not None), default=-1)
    rng = np.random.default_rng([study.settings.train.seed, batch, total])
    out = draw(frame, size, rng)
    study.store.freeze_audit(
        [
            AuditRow(i, stratum, None if place is None else first + place, batch)
            for i, stratum, place in out
        ]
    )
    return Drawn(total, size, len(frame))


def _size(
    total: int, before: int, wanted: int, prevalence: float, half_width: float, most: float
) -> int:
    """Sentences to draw from ``total`` new ones, where ``before`` stand in the frame already: the
    same share of them as a single drawing from all of them would have taken.
    """
    if not total:
        return 0
    every = total + before
    size = min(wanted, int(every * most)) if wanted else audit_size(
        every, prevalence=prevalence, half_width=half_width, most=most
    )  # fmt: skip
    return round(size * total / every)


def in_turn(rows: Sequence[AuditRow], met: Collection[str]) -> frozenset[str]:
    """Ids of the sample's sentences that each drawing has come to, in its order of asking: as far as
    a share :data:`MET` of its first ones is in ``met`` (answered, or skipped).

    Only up to there chance alone decides what is answered. Answers further on came with a
    transcript coded as a whole, or inside a longer passage: they speak for that transcript and for
    long passages, not for the study.
    """
    drawings: dict[int, list[tuple[int, str]]] = {}
    for r in rows:
        if r.position is not None:
            drawings.setdefault(r.batch, []).append((r.position, r.sentence_id))
    out: set[str] = set()
    for drawing in drawings.values():
        order = [i for _, i in sorted(drawing)]
        count = np.cumsum([i in met for i in order])
        far = np.flatnonzero(count >= MET * np.arange(1, len(order) + 1))
        out.update(order[: far[-1] + 1] if len(far) else ())
    return frozenset(out)
