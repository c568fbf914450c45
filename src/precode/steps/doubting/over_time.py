"""How a coder's coding changes over the coder's own time."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from precode.agreement.drift import LEVEL, Drift, KappaOverTime, drift, holm, kappa_over_time
from precode.agreement.estimate import Estimate, NotEstimable
from precode.agreement.shares import Sampling
from precode.codings.consensus import independent
from precode.codings.history import standing
from precode.domain import Event, EventKind, HumanCodes, Reason, Sentence
from precode.steps.doubting.mistakes import Learned, given

Times = dict[tuple[str, str], tuple[str, int]]
"""(sentence id, coder) → (time, number) of the decision that stands."""


@dataclass(frozen=True, slots=True)
class CodeDrift:
    """One coder and one code. ``p`` is corrected by Holm over all rows that have one; ``drifts``
    where it is at most .05.
    """

    coder: str
    code: str
    drift: Drift
    p: float | None
    drifts: bool


@dataclass(frozen=True, slots=True)
class AgreementOverTime:
    """``coder`` and ``other`` on what both have read, in ``coder``'s order."""

    coder: str
    other: str
    kappa: KappaOverTime


@dataclass(frozen=True, slots=True)
class OverTime:
    """``untimed``: coders whose codings were imported or came in packets, without own times."""

    codes: tuple[CodeDrift, ...]
    agreement: tuple[AgreementOverTime, ...]
    untimed: tuple[str, ...]


def own_times(events: Sequence[Event], sentences: Sequence[Sentence]) -> Times:
    """When each sentence was decided, where that is known: in a review, without a suggestion."""
    by_transcript: dict[str, list[Sentence]] = {}
    for s in sentences:
        if s.codable:
            by_transcript.setdefault(s.transcript_id, []).append(s)
    starts = {t: [s.start for s in own] for t, own in by_transcript.items()}
    times: Times = {}
    for e in standing([e for e in independent(events) if not e.assisted]):
        timed = e.origin == "review" and not e.batch  # a packet's answers come all at once
        if e.kind is not EventKind.DECISION or not timed:
            continue
        if e.reason in (Reason.PACKET, Reason.PROBE) or e.transcript_id not in starts:
            continue
        own = by_transcript[e.transcript_id]
        for s in own[bisect_left(starts[e.transcript_id], e.start) :]:
            if s.end > e.end:
                break
            times[s.id, e.coder] = (e.at, e.seq)
    return times


def over_time(
    learned: Learned | None,
    blind: HumanCodes,
    times: Times,
    sentences: Sequence[Sentence],
    *,
    leaves: Sequence[str],
    codes: Collection[str],
    hidden: Collection[str],
    sampling: Sampling,
) -> OverTime:
    """Drift of all coders in ``blind`` and their agreement over time. Without ``learned``, which
    says what was to be expected, agreement alone.
    """
    readings = {r: g for r, g in given(blind).items() if r[0] not in hidden}
    coders = sorted({c for _, c in readings})
    mine = {
        coder: sorted((r for r in readings if r[1] == coder and r in times), key=times.__getitem__)
        for coder in coders
    }
    where = {s.id: s.transcript_id for s in sentences}
    column = {code: j for j, code in enumerate(leaves)}

    def codes_of(keys: Sequence[tuple[str, str]]) -> NDArray[np.bool_]:
        gave = np.zeros((len(keys), len(leaves)), dtype=bool)
        for i, key in enumerate(keys):
            gave[i, [column[c.code] for c in readings[key] if c.code in column]] = True
        return gave

    rows: list[CodeDrift] = []
    for coder in coders:
        if not mine[coder] or learned is None:
            continue
        row = {s: i for i, s in enumerate(learned.ids)}
        keys = [k for k in mine[coder] if k[0] in row]
        expected = np.asarray(learned.out.p[[row[s] for s, _ in keys]], dtype=np.float64)
        gave, groups = codes_of(keys), [where[s] for s, _ in keys]
        for j, code in enumerate(leaves):
            if learned.modelled[j] and (not codes or code in codes):
                found = drift(gave[:, j], expected[:, j], groups, sampling=sampling)
                if not learned.out.calibration.fitted or not learned.out.nested:
                    why = "too little is coded to say what was to be expected"
                    found = replace(found, change=NotEstimable(why), p=None)
                rows.append(CodeDrift(coder, code, found, None, drifts=False))
    return OverTime(
        _corrected(rows),
        tuple(
            AgreementOverTime(
                coder, other,
                kappa_over_time(
                    codes_of(shared), codes_of([(s, other) for s, _ in shared]),
                    [where[s] for s, _ in shared], sampling=sampling,
                ),
            )
            for coder in coders
            for other in coders
            if other != coder
            if (shared := [k for k in mine[coder] if (k[0], other) in readings])
        ),
        tuple(c for c in coders if not mine[c]),
    )  # fmt: skip


def _corrected(rows: Sequence[CodeDrift]) -> tuple[CodeDrift, ...]:
    told = [i for i, r in enumerate(rows) if r.drift.p is not None]
    out = list(rows)
    for i, p in zip(told, holm([rows[i].drift.p or 0.0 for i in told]), strict=True):
        sure = isinstance(rows[i].drift.change, Estimate)
        out[i] = replace(rows[i], p=p, drifts=sure and p <= LEVEL)
    return tuple(out)
