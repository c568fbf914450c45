"""Disagreements as an adjudication sees them: with what everybody said, names shown or hidden."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from precode.codings.consensus import CONSENSUS
from precode.codings.disagreements import Disagreement, Kind, Readings
from precode.codings.history import standing
from precode.domain import Event, EventKind, Reason, Sentence
from precode.review.source import Line
from precode.review.values import Done, Item, Said
from precode.steps.loop.scene import Scene
from precode.steps.opening import Study

_NUMBERS = ("First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth")
_WHY: Mapping[Kind, str] = {
    "different codes": "in codes",
    "only some gave the code": "in whether a code applies",
    "polarity differs": "in polarity",
}


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to settle. ``every`` disagreement asked for, settled or not; those ``open`` to
    be decided now; what everybody ``said``, by sentence; the id of the code asked for.
    """

    sentences: tuple[Sentence, ...]
    every: tuple[Disagreement, ...]
    open: tuple[Disagreement, ...]
    said: Readings
    code: str


class Differing:
    """Disagreements as a session sees them; implements :class:`precode.review.source.Source`."""

    def __init__(self, study: Study, found: Found, *, names: bool) -> None:
        self._study, self._names, self._said = study, names, found.said
        self._scene = Scene(study, found.sentences)
        self._ids = frozenset(s.id for s in found.sentences)
        self._by_id = {d.sentence.id: d for d in found.every}
        self._open = {d.sentence.id: d for d in found.open}
        self._memos = _Memos(study.store.events())
        self._alike: dict[object, set[str]] = {}
        for d in found.open:
            self._alike.setdefault(_coded(d), set()).add(d.sentence.id)

    # -- Source --------------------------------------------------------------------------------

    def store(self, events: Sequence[Event]) -> tuple[Event, ...]:
        """Append ``events``; on return they are on the disk."""
        return self._study.store.append(events)

    def find(self, text: str) -> tuple[Item, ...]:
        """Disagreements, settled or not, in sentences with the words of ``text``."""
        return tuple(self.item(self._by_id[i]) for i in self._scene.find(text) if i in self._by_id)

    def refill(self) -> None:
        """The order stays."""

    def more(self) -> tuple[Item, ...]:
        """All are handed out from the start."""
        return ()

    def whole(self, item: Item) -> tuple[Line, ...]:
        """The transcript of ``item``."""
        return self._scene.whole(item)

    def evidence(self, item: Item) -> tuple[str, ...]:
        """The machine has no say."""
        return ()

    def agreement(self) -> str:
        """The machine has no say."""
        return ""

    # -- items ---------------------------------------------------------------------------------

    def item(self, d: Disagreement) -> Item:
        """``d`` with what everybody said. The selection may take in neighbours that are open too
        and were coded just alike.
        """
        alike = self._alike.get(_coded(d), ())
        item = self._scene.item(d.sentence.id, Reason.DISAGREEMENT, read=self._ids, spare=alike)
        kinds = {x.kind for x in d.differences}
        why = f"{len(d.readings)} coders differ " + " and ".join(
            _WHY[k] for k in _WHY if k in kinds
        )
        if n := len(item.later):
            why += f"; coded alike: the next {f'{n} sentences' if n > 1 else 'sentence'} (])"
        others = self._others(d.sentence)
        if d.decided is not None and not d.settled:
            others += (Said("Agreed before it changed", d.decided.codes, d.decided.memo),)
        return replace(item, why=why, others=others)

    def past(self, acts: Sequence[Event]) -> tuple[Done, ...]:
        """``acts`` of former sessions with their items. Decisions that coders have gone beyond since
        are not among them: they are to be decided anew, not kept.
        """
        gone = {d.decided.seq for d in self._open.values() if d.decided is not None}
        done = (self._scene.done(e, read=self._ids) for e in acts if e.seq not in gone)
        return tuple(
            replace(d, item=replace(d.item, others=self._others(d.item.sentence)))
            for d in done
            if d is not None
        )

    def _others(self, sentence: Sentence) -> tuple[Said, ...]:
        said, memos = self._said.get(sentence.id, ()), self._memos.of(sentence)
        if self._names:
            return tuple(Said(r.coder, r.codes, memos.get(r.coder, "")) for r in said)
        order = _shuffled(len(said), sentence.id, self._study.settings.train.seed)
        return tuple(
            Said(f"{_ordinal(place)} coder", said[i].codes, memos.get(said[i].coder, ""))
            for place, i in enumerate(order)
        )


class _Memos:
    """What coders noted with the codings that stand."""

    def __init__(self, events: Sequence[Event]) -> None:
        kinds = (EventKind.EXCERPT, EventKind.DECISION)
        self._by: dict[str, list[Event]] = {}
        for e in standing(events):
            if e.kind in kinds and e.coder != CONSENSUS and e.reason != Reason.PROBE:
                self._by.setdefault(e.transcript_id, []).append(e)

    def of(self, sentence: Sentence) -> dict[str, str]:
        """Coder → the memos on the sentence."""
        out: dict[str, list[str]] = {}
        for e in self._by.get(sentence.transcript_id, ()):
            if e.start < sentence.end and sentence.start < e.end:
                if e.kind is EventKind.DECISION:  # it replaces what was said before
                    out[e.coder] = []
                if e.memo and e.memo not in out.setdefault(e.coder, []):
                    out[e.coder].append(e.memo)
        return {coder: "; ".join(memos) for coder, memos in out.items() if memos}


def _coded(d: Disagreement) -> object:
    """The same for disagreements of a transcript of which the same coders said the same."""
    return d.sentence.transcript_id, tuple((r.coder, r.codes) for r in d.readings)


def _shuffled(n: int, sentence_id: str, seed: int) -> list[int]:
    """An order of ``n`` coders that holds for this sentence, whenever it is shown."""
    digest = int.from_bytes(hashlib.sha256(sentence_id.encode()).digest()[:8], "big")
    return [int(i) for i in np.random.default_rng([seed, digest]).permutation(n)]


def _ordinal(place: int) -> str:
    return _NUMBERS[place] if place < len(_NUMBERS) else f"{place + 1}th"
