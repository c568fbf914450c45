"""Sentences that coders have read and coded differently, and which of them are settled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from precode.codebook import Codebook
from precode.codings.consensus import CONSENSUS
from precode.codings.history import fold, standing
from precode.domain import CodePolarity, Event, EventKind, HumanCodes, Polarity, Sentence

Kind = Literal["only some gave the code", "different codes", "polarity differs"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What ``coder`` says of a sentence, in codebook order; no codes: nothing applies."""

    coder: str
    codes: tuple[CodePolarity, ...]
    assisted: bool = False


Readings = Mapping[str, tuple[Reading, ...]]
"""Sentence id → what each of its readers says of it, by name."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How coders differ over ``code``.

    - *polarity differs*: all gave it, with different polarities (unclear is one).
    - *different codes*: one gave it, and another gave a code in its place that the first did not.
    - *only some gave the code*: one gave it, and another gave nothing that the first did not.
    """

    kind: Kind
    code: str


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A sentence that two or more have read and coded differently.

    ``decided`` is the decision of the consensus that stands on it, None where there is none. It is
    ``settled`` if since then no coder has come to say anything but what they said then, or what the
    consensus says.
    """

    sentence: Sentence
    readings: tuple[Reading, ...]
    differences: tuple[Difference, ...]
    decided: Event | None
    settled: bool


def readings(human: HumanCodes, codebook: Codebook) -> Readings:
    """What people, the consensus not among them, say of each sentence."""
    order = {code: i for i, code in enumerate(codebook.leaf_ids)}
    given: dict[tuple[str, str], list[CodePolarity]] = {}
    for c in human.codings:
        given.setdefault((c.sentence_id, c.coder), []).append(CodePolarity(c.code, c.polarity))
    out: dict[str, list[Reading]] = {}
    for sentence_id, coder in sorted(human.read):
        if coder == CONSENSUS:
            continue
        codes = given.get((sentence_id, coder), [])
        codes.sort(key=lambda c: (order.get(c.code, len(order)), c.code))
        assisted = (sentence_id, coder) in human.assisted
        out.setdefault(sentence_id, []).append(Reading(coder, tuple(codes), assisted))
    return {sentence_id: tuple(said) for sentence_id, said in out.items()}


def disagreements(
    events: Sequence[Event],
    human: HumanCodes,
    sentences: Sequence[Sentence],
    codebook: Codebook,
    *,
    overlap: float,
) -> tuple[Disagreement, ...]:
    """Every disagreement, settled or not, in the order of ``sentences``.

    ``human`` is the fold of ``events`` with the same ``overlap``. Codes that the codebook no longer
    holds make no difference: nobody could give them now.
    """
    said = readings(human, codebook)
    apart = [
        (s, said[s.id], found)
        for s in sentences
        if len(said.get(s.id, ())) > 1 and (found := differences(said[s.id], codebook))
    ]
    history = _History(events, sentences, overlap)
    out = []
    for s, mine, found in apart:
        decided = history.decided(s)
        closed = decided is not None and history.unmoved(s, mine, decided, codebook)
        out.append(Disagreement(s, mine, found, decided, closed))
    return tuple(out)


def differences(said: Sequence[Reading], codebook: Codebook) -> tuple[Difference, ...]:
    """How the readings of one sentence differ, code by code in codebook order."""
    known = set(codebook.leaf_ids)
    given = [{c.code: c.polarity for c in r.codes if c.code in known} for r in said]
    out = []
    for code in codebook.leaf_ids:
        kinds = {_kind(a, b, code) for a, b in combinations(given, 2)}
        first = next(
            (k for k in ("different codes", "only some gave the code") if k in kinds), None
        )
        if first or "polarity differs" in kinds:
            out.append(Difference(first or "polarity differs", code))
    return tuple(out)


def _kind(a: Mapping[str, Polarity], b: Mapping[str, Polarity], code: str) -> Kind | None:
    """How two readings differ over ``code``."""
    if code in a and code in b:
        return "polarity differs" if a[code] is not b[code] else None
    if code not in a and code not in b:
        return None
    has, lacks = (a, b) if code in a else (b, a)
    return "different codes" if lacks.keys() - has.keys() else "only some gave the code"


class _History:
    """Events by transcript, to look back from what the consensus decided."""

    def __init__(
        self, events: Iterable[Event], sentences: Sequence[Sentence], overlap: float
    ) -> None:
        self._people: dict[str, list[Event]] = {}
        consensus = []
        for e in events:
            if e.coder == CONSENSUS:
                consensus.append(e)
            else:
                self._people.setdefault(e.transcript_id, []).append(e)
        self._decisions: dict[str, list[Event]] = {}
        for e in standing(consensus):
            if e.kind is EventKind.DECISION:
                self._decisions.setdefault(e.transcript_id, []).append(e)
        self._sentences: dict[str, list[Sentence]] = {t: [] for t in self._decisions}
        for s in sentences:
            if s.transcript_id in self._sentences:
                self._sentences[s.transcript_id].append(s)
        self._overlap = overlap
        self._then: dict[tuple[str, int], Readings] = {}

    def decided(self, s: Sentence) -> Event | None:
        """The last decision of the consensus that stands on ``s``."""
        mine = self._decisions.get(s.transcript_id, ())
        return next((e for e in reversed(mine) if e.start <= s.start and s.end <= e.end), None)

    def unmoved(
        self, s: Sentence, now: Sequence[Reading], decided: Event, codebook: Codebook
    ) -> bool:
        """Whether each of those who say something ``now`` said it when it was ``decided``, or says
        the same as was decided.
        """
        people = self._people.get(s.transcript_id, ())
        if not any(e.seq > decided.seq and e.start < s.end and s.start < e.end for e in people):
            return True
        key = s.transcript_id, decided.seq
        if key not in self._then:
            before = [e for e in people if e.seq < decided.seq]
            human = fold(before, self._sentences[s.transcript_id], overlap=self._overlap)
            self._then[key] = readings(human, codebook)
        then = {r.coder: set(r.codes) for r in self._then[key].get(s.id, ())}
        agreed = set(decided.codes)
        return all(set(r.codes) in (then.get(r.coder), agreed) for r in now)
