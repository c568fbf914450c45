"""How many sentences of the study carry each code and polarity, corrected by the audit sample."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from precode.audit.corrected import corrected
from precode.audit.design import Interval
from precode.audit.estimates import Scores
from precode.codebook import Codebook
from precode.codings.targets import targets
from precode.domain import HumanCodes, Polarity, Role, Sentence, Turn
from precode.model.predictions import Predictions
from precode.report.evidence import CountRow, Counts
from precode.report.score import Score
from precode.steps.evidence.held_out import HeldOut
from precode.steps.loop.answers import Answered
from precode.study.store import AuditRow

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

_DIRECTIONS = (Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH, Polarity.UNCLEAR)
_UNDRAWN = "the audit sample has not been drawn yet: precode review draws it, and asks for it"


@dataclass(frozen=True, slots=True)
class Machine:
    """A run; ``record`` is what cross-validation said of the sentences its model had learned from,
    ``own``: the model is one of this study's, which has learned from them.
    """

    run: Predictions
    record: HeldOut | None
    own: bool


@dataclass(frozen=True, slots=True)
class _Cell:
    """A code (its column) with a polarity; None: with any."""

    code: int
    side: Polarity | None


def counts(
    codebook: Codebook,
    sentences: Sequence[Sentence],
    turns: Mapping[str, Sequence[Turn]],
    human: HumanCodes,
    frame: Sequence[AuditRow],
    answered: Answered | None,
    machine: Machine | None,
) -> Counts:
    """``human`` is what stands; of the audit sample only ``answered`` counts."""
    codable = [s for s in sentences if s.codable]
    row = {s.id: i for i, s in enumerate(codable)}
    k = len(codebook.leaves)
    said = targets(human, codable, codebook)
    at = np.array([row[i] for i in said.sentence_ids], dtype=np.intp)
    read = np.zeros(len(codable), dtype=bool)
    read[at] = True
    sides = np.zeros((len(codable), k, len(_DIRECTIONS)), dtype=bool)
    given = np.zeros((len(codable), k), dtype=bool)
    given[at] = said.y >= 0.5
    sides[at] = _sides(given[at], said.polarity)

    audited = np.array(
        [row[i] for i in answered.ids if i in row] if answered else [], dtype=np.intp
    )
    truth = np.zeros((len(audited), k), dtype=bool)
    truth_sides = np.zeros((len(audited), k, len(_DIRECTIONS)), dtype=bool)
    if answered is not None and len(audited):
        blind = targets(
            answered.blind, [codable[i] for i in audited], codebook, include_assisted=False
        )
        order = {i: j for j, i in enumerate(blind.sentence_ids)}
        truth = answered.truth
        truth_sides = _sides(truth, blind.polarity[[order[codable[i].id] for i in audited]])

    p, p_sides, machine_given, machine_sides = _machine(machine, row, codebook)
    cells = _cells(codebook, sides, truth_sides, machine_sides)
    people, checked = _of(cells, given, sides), _of(cells, truth, truth_sides)
    unread_given = _of(cells, machine_given, machine_sides)[~read].sum(axis=0)
    inside = np.zeros(len(codable), dtype=bool)
    inside[[row[r.sentence_id] for r in frame if r.sentence_id in row]] = True
    rest = inside.copy()
    rest[audited] = False
    scores, why = _scores(machine, _of(cells, p, p_sides), inside, audited, read & rest)
    intervals, no_total = _totals(
        answered, checked > 0, scores, people > 0,
        found=read & rest, left=~read & rest, outside=read & ~inside,
    )  # fmt: skip
    known = np.zeros(k, dtype=bool)
    if machine is not None:
        known[:] = ~np.isnan(machine.run.p).all(axis=0)
    speakers = _speakers(codable, turns)
    rows = tuple(
        CountRow(
            codebook.leaf_ids[c.code],
            c.side,
            int(people[:, j].sum()),
            int(unread_given[j]) if known[c.code] else None,
            int(checked[:, j].sum()),
            _score(intervals[j]),
            len({speakers[i] for i in np.flatnonzero(people[:, j])} - {None}),
        )
        for j, c in enumerate(cells)
    )
    return Counts(
        rows,
        len(codable),
        int(read.sum()),
        len(audited),
        answered.drawn if answered else 0,
        int(inside.sum()),
        int((~read & ~inside).sum()),
        scores is not None and not no_total,
        no_total or why,
    )


def _of(cells: Sequence[_Cell], whole: Bools | Floats, split: Bools | Floats) -> Floats:
    """(n, k) and, by direction, (n, k, 4) → (n, cells)."""
    return np.stack(
        [
            whole[:, c.code] if c.side is None else split[:, c.code, _DIRECTIONS.index(c.side)]
            for c in cells
        ],
        axis=-1,
    ).astype(np.float64)


def _sides(given: Bools, shares: Floats) -> Bools:
    """(n, k) and (n, k, 2) → (n, k, 4): of what is given, which direction. Half of those who gave
    one is enough, so two who differ make "both".
    """
    with np.errstate(invalid="ignore"):
        barrier, facilitator = shares[..., 0] >= 0.5, shares[..., 1] >= 0.5
    split = np.stack(
        [barrier & ~facilitator, facilitator & ~barrier, barrier & facilitator,
         ~barrier & ~facilitator],
        axis=-1,
    )  # fmt: skip
    return np.asarray(split & given[..., None])


def _cells(codebook: Codebook, *sides: Bools) -> list[_Cell]:
    """Every code, and for those with polarity barrier and facilitator; the others where they occur."""
    out = []
    for j, leaf in enumerate(codebook.leaves):
        out.append(_Cell(j, None))
        if leaf.polarity:
            out += [
                _Cell(j, side)
                for d, side in enumerate(_DIRECTIONS)
                if d < 2 or any(s[:, j, d].any() for s in sides)
            ]
    return out


def _machine(
    machine: Machine | None, row: Mapping[str, int], codebook: Codebook
) -> tuple[Floats, Floats, Bools, Bools]:
    """Probabilities (n, k) and by direction (n, k, 4), and what the run gives, likewise. Sentences
    that the run does not hold have 0: whatever they are like, that follows from nothing they say.
    """
    n, k, d = len(row), len(codebook.leaves), len(_DIRECTIONS)
    p, sides = np.zeros((n, k)), np.zeros((n, k, 2))
    given, split = np.zeros((n, k), dtype=bool), np.zeros((n, k, d), dtype=bool)
    if machine is None:
        return p, np.zeros((n, k, d)), given, split
    run = machine.run
    here = np.array([i in row for i in run.sentence_ids], dtype=bool)
    at = np.array([row[i] for i in run.sentence_ids if i in row], dtype=np.intp)
    p[at], sides[at] = run.p[here], run.polarity_p[here]
    given[at] = run.decision[here]
    for j, direction in enumerate(_DIRECTIONS):
        split[at, :, j] = run.decision[here] & (run.polarity[here] == direction.value)
    if machine.record is not None:
        learned = np.array([i in row for i in machine.record.sentence_ids], dtype=bool)
        at = np.array([row[i] for i in machine.record.sentence_ids if i in row], dtype=np.intp)
        p[at], sides[at] = machine.record.p[learned], machine.record.polarity[learned]
    p[:, np.isnan(run.p).all(axis=0)] = np.nan
    barrier, facilitator = sides[..., 0], sides[..., 1]
    expected = np.stack(
        [barrier * (1 - facilitator), facilitator * (1 - barrier), barrier * facilitator,
         (1 - barrier) * (1 - facilitator)],
        axis=-1,
    )  # fmt: skip
    return p, p[..., None] * expected, given, split


def _scores(
    machine: Machine | None,
    p: Floats,
    inside: Bools,
    audited: npt.NDArray[np.intp],
    learned: Bools,
) -> tuple[Scores | None, str]:
    """The machine's part in the totals; or None, and why it has none."""
    if machine is None:
        return None, "nothing was pre-coded: the audit sample speaks alone"
    if machine.own and machine.record is None and learned.any():
        return None, (
            "the model was trained by an older precode, without a record of what cross-validation "
            "said of each sentence, so the audit sample speaks alone: precode train and precode "
            "predict make these intervals narrower"
        )
    return Scores(p[audited], p[inside].sum(axis=0)), ""


def _totals(
    answered: Answered | None,
    truth: Bools,
    scores: Scores | None,
    people: Bools,
    *,
    found: Bools,
    left: Bools,
    outside: Bools,
) -> tuple[tuple[Interval, ...], str]:
    """An interval for each cell, and why none can be given, where that holds for all of them."""
    cells = people.shape[1]
    why = _UNDRAWN if answered is None else answered.design.why
    if answered is None or why:
        return tuple(Interval.unknown(0, why) for _ in range(cells)), why
    return corrected(
        answered.design,
        truth,
        found=people[found].sum(axis=0),
        left=int(left.sum()),
        outside=people[outside].sum(axis=0),
        scores=scores,
    ), ""


def _score(interval: Interval) -> Score:
    if interval.value is None or interval.low is None or interval.high is None:
        return interval.why
    return interval.value, interval.low, interval.high


def _speakers(
    sentences: Sequence[Sentence], turns: Mapping[str, Sequence[Turn]]
) -> list[tuple[str, str] | None]:
    who = {
        (t, turn.index): turn.speaker
        for t, each in turns.items()
        for turn in each
        if turn.role is Role.PARTICIPANT and turn.speaker
    }
    out: list[tuple[str, str] | None] = []
    for s in sentences:
        speaker = who.get((s.transcript_id, s.turn))
        out.append((s.transcript_id, speaker) if speaker else None)
    return out
