"""What coders say of the same piece of talk: by sentence, or by passage.

Characters are never units: hours of silence on both sides would pass for agreement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from precode.domain import HumanCodes, Polarity, Sentence

Unit = Literal["sentence", "excerpt"]
Given = Mapping[str, Polarity]
"""The codes one coder gave to one unit; empty is "nothing applies"."""


@dataclass(frozen=True, slots=True)
class Readings:
    """``n`` units, each read by at least two of ``coders``.

    - ``units``: ids of the sentences each unit is made of, neighbours in order.
    - ``transcripts``: the transcript of each unit.
    - ``given``: for each unit what each coder gave; None where that coder has not read it.
    """

    units: tuple[tuple[str, ...], ...]
    transcripts: tuple[str, ...]
    coders: tuple[str, ...]
    given: tuple[tuple[Given | None, ...], ...]

    def of(self, *coders: str) -> Readings:
        """The units that two or more of ``coders`` have read, with their readings alone."""
        columns = [self.coders.index(c) for c in coders]
        mine = [[row[j] for j in columns] for row in self.given]
        kept = [i for i, row in enumerate(mine) if sum(g is not None for g in row) > 1]
        return Readings(
            tuple(self.units[i] for i in kept),
            tuple(self.transcripts[i] for i in kept),
            coders,
            tuple(tuple(mine[i]) for i in kept),
        )


def by_sentence(codes: HumanCodes, sentences: Sequence[Sentence], *, readers: int = 2) -> Readings:
    """A unit is a sentence that at least two coders (or ``readers``) have read. All readings in
    ``codes`` count but the assisted ones: give what was decided without a suggestion in view.
    """
    given: dict[tuple[str, str], dict[str, Polarity]] = {
        reading: {} for reading in codes.read - codes.assisted
    }
    for c in codes.codings:
        if (c.sentence_id, c.coder) in given:
            given[c.sentence_id, c.coder][c.code] = c.polarity
    read: dict[str, set[str]] = {}
    for sentence_id, coder in given:
        read.setdefault(sentence_id, set()).add(coder)
    double = [s for s in sentences if len(read.get(s.id, ())) >= readers]
    coders = tuple(sorted({coder for s in double for coder in read[s.id]}))
    return Readings(
        tuple((s.id,) for s in double),
        tuple(s.transcript_id for s in double),
        coders,
        tuple(tuple(given.get((s.id, coder)) for coder in coders) for s in double),
    )


def by_excerpt(readings: Readings, sentences: Sequence[Sentence]) -> Readings:
    """Sentences joined to passages.

    Two neighbouring codable sentences of one turn, read by the same coders, belong to the same unit
    if one of these coders gave both the same codes with the same polarities (and at least one), or
    if none of them gave any code to either. A unit is a longest run of sentences joined so; what a
    coder gave it is every code given to a sentence of it (a code given as a barrier here and as a
    facilitator there is both). So two excerpts that begin or end a sentence apart are one unit on
    which the coders agree, and a stretch without codes counts once, however long.
    """
    number = {ids[0]: i for i, ids in enumerate(readings.units)}
    runs: list[list[int]] = []
    codable = [s for s in sentences if s.codable]
    before: int | None = None
    for previous, s in pairwise([None, *codable]):
        i = number.get(s.id) if s else None
        neighbours = (
            previous is not None
            and s is not None
            and (previous.transcript_id, previous.turn) == (s.transcript_id, s.turn)
        )
        if i is not None and before is not None and neighbours and _alike(readings, before, i):
            runs[-1].append(i)
        elif i is not None:
            runs.append([i])
        before = i
    return Readings(
        tuple(tuple(readings.units[i][0] for i in run) for run in runs),
        tuple(readings.transcripts[run[0]] for run in runs),
        readings.coders,
        tuple(
            tuple(
                _together([readings.given[i][j] for i in run]) for j in range(len(readings.coders))
            )
            for run in runs
        ),
    )


def _alike(readings: Readings, a: int, b: int) -> bool:
    """Whether the coders' readings join sentences ``a`` and ``b``."""
    pairs = list(zip(readings.given[a], readings.given[b], strict=True))
    if any((x is None) != (y is None) for x, y in pairs):
        return False
    return any(x and x == y for x, y in pairs) or not any(x or y for x, y in pairs)


def _together(given: Sequence[Given | None]) -> Given | None:
    out: dict[str, Polarity] = {}
    for one in given:
        if one is None:
            return None  # the same coders have read the whole run
        for code, polarity in one.items():
            out[code] = joined(out[code], polarity) if code in out else polarity
    return out


def joined(a: Polarity, b: Polarity) -> Polarity:
    """One polarity for two: different directions are both, and a definite one goes before none."""
    definite = {p for p in (a, b) if p not in (Polarity.NONE, Polarity.UNCLEAR)}
    if len(definite) == 1:
        return definite.pop()
    return Polarity.BOTH if definite else (a or b)
