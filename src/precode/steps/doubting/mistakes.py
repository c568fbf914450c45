"""Readings that a machine which has not seen their transcript takes for slips."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from precode.agreement.doubts import doubts_of_classes, doubts_of_codes, with_colleagues
from precode.codebook import Codebook
from precode.domain import CodePolarity, HumanCodes, Polarity, Sentence
from precode.model.calibration import fit_calibration, unfitted
from precode.model.features import fit_scaling
from precode.model.nearest import Coded, Neighbour, nearest, place
from precode.model.training import Training
from precode.model.validate import CALIBRATE_FROM, OutOfFold

Floats = npt.NDArray[np.floating]

Ints = npt.NDArray[np.int64]
Kind = Literal[
    "given, looks unlike the others",
    "not given, looks like it",
    "another code looks likelier",
    "looks like the other direction",
]
UNLIKE: Kind = "given, looks unlike the others"
MISSED: Kind = "not given, looks like it"
LIKELIER: Kind = "another code looks likelier"
OPPOSITE: Kind = "looks like the other direction"
SIDES = (Polarity.BARRIER, Polarity.FACILITATOR)
EXAMPLES = 2
FEWEST_WORDS = 4


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing held against a reading. ``p`` is the machine's probability of the other reading:
    that ``code`` does not apply, or does, or that ``other`` (a code, a direction) does. ``score``
    ranks: the log-odds of :mod:`precode.agreement.doubts`.
    """

    kind: Kind
    code: str
    other: str
    p: float
    score: float


@dataclass(frozen=True, slots=True)
class Example:
    """A coded sentence like the one in doubt, for which people chose the other reading."""

    sentence: str
    transcript: str
    text: str
    coders: str
    gave: tuple[CodePolarity, ...]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A sentence that ``coders``, who gave it the same, should look at again. ``before`` is what was said just before it,
    ``others_gave`` what everyone else who read it gave; ``doubts`` the strongest first, ``examples`` the nearest sentences that
    speak for the other reading of the first doubt.
    """

    sentence: str
    transcript: str
    before: str
    text: str
    coders: tuple[str, ...]
    gave: tuple[CodePolarity, ...]
    others_gave: tuple[tuple[str, tuple[CodePolarity, ...]], ...]
    doubts: tuple[Doubt, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Learned:
    """What doubts rest on: ``ids`` of the rows of ``data`` and ``out``, all sentences by id, names
    of transcripts, and which codes were ``modelled (k,)``. Rows of ``hidden`` sentences are neither
    doubted nor quoted.
    """

    ids: tuple[str, ...]
    data: Training
    out: OutOfFold
    modelled: npt.NDArray[np.bool_]
    codebook: Codebook
    sentences: dict[str, Sentence]
    names: dict[str, str]
    before: dict[str, str]
    hidden: Collection[str]


Given = dict[tuple[str, str], tuple[CodePolarity, ...]]
"""(sentence id, coder) → the codes that stand there."""


def given(human: HumanCodes) -> Given:
    """All readings, those without a code among them."""
    found: dict[tuple[str, str], list[CodePolarity]] = {reading: [] for reading in human.read}
    for c in human.codings:
        found[c.sentence_id, c.coder].append(CodePolarity(c.code, c.polarity))
    return {reading: tuple(codes) for reading, codes in found.items()}


def mistakes(
    learned: Learned,
    readings: Given,
    *,
    coders: Collection[str],
    codes: Collection[str],
    n: int,
    fewest_words: int = FEWEST_WORDS,
) -> tuple[tuple[Mistake, ...], int]:
    """The ``n`` most doubtful readings of ``coders`` (empty: all) over ``codes`` (empty: all), and
    how many there are. The bars rest on all readings. Coders who gave a sentence the same are one.

    A sentence of fewer than ``fewest_words`` words is not listed: "I do now." has its meaning from
    what was asked, and such replies would crowd out all others.
    """
    read = _read(learned, readings)
    row = dict(zip((s for s, _ in read.keys), read.rows.tolist(), strict=True))
    alike: dict[tuple[str, tuple[CodePolarity, ...]], tuple[list[str], list[Doubt]]] = {}
    for i, every in _held_against(learned, read).items():
        sentence, coder = read.keys[i]
        mine = [d for d in every if not codes or {d.code, d.other} & set(codes)]
        long = len(learned.sentences[sentence].text.split()) >= fewest_words
        if mine and long and (not coders or coder in coders):
            key = sentence, tuple(sorted(readings[sentence, coder]))
            alike.setdefault(key, ([], sorted(mine, key=lambda d: (-d.score, d.code))))
            alike[key][0].append(coder)
    ranked = sorted(alike.items(), key=lambda a: (-a[1][1][0].score, row[a[0][0]], a[1][0]))
    search = _Examples(learned, readings)
    out = []
    for (sentence, gave), (who, held) in ranked[:n]:
        s = learned.sentences[sentence]
        out.append(
            Mistake(
                sentence, learned.names[s.transcript_id], learned.before.get(sentence, ""), s.text,
                tuple(who), gave,
                tuple((c, readings[sentence, c]) for c in search.readers(sentence) if c not in who),
                tuple(held), search(row[sentence], held[0]),
            )
        )  # fmt: skip
    return tuple(out), len(ranked)


@dataclass(frozen=True, slots=True)
class _Read:
    """``m`` readings by ``k`` codes: their rows in the data, which codes each ``gave (m, k)``, with
    which of :data:`SIDES` (-1 for none of them), and how many others have read the same sentence.
    """

    keys: Sequence[tuple[str, str]]
    rows: Ints
    gave: npt.NDArray[np.bool_]
    side: Ints
    others: Ints

    def of_others(self, mine: npt.NDArray[np.bool_]) -> Ints:
        """``mine (m, …)`` of each reading → how many others of the same sentence have it."""
        total = np.zeros((int(self.rows.max(initial=-1)) + 1, *mine.shape[1:]), dtype=np.int64)
        np.add.at(total, self.rows, mine)
        return np.asarray(total[self.rows] - mine)


def _read(learned: Learned, readings: Given) -> _Read:
    row = {s: i for i, s in enumerate(learned.ids) if s not in learned.hidden}
    column = {code: j for j, code in enumerate(learned.codebook.leaf_ids)}
    keys = sorted((k for k in readings if k[0] in row), key=lambda k: (row[k[0]], k[1]))
    gave = np.zeros((len(keys), len(column)), dtype=bool)
    side = np.full(gave.shape, -1, dtype=np.int64)
    for i, key in enumerate(keys):
        for c in readings[key]:
            if c.code in column:
                gave[i, column[c.code]] = True
                if c.polarity in SIDES:
                    side[i, column[c.code]] = SIDES.index(c.polarity)
    rows = np.array([row[s] for s, _ in keys], dtype=np.int64)
    count = np.bincount(rows, minlength=1)
    return _Read(keys, rows, gave, side, count[rows] - 1)


def _held_against(learned: Learned, read: _Read) -> dict[int, list[Doubt]]:
    """Place in ``read.keys`` → what is held against that reading; only those with something."""
    out: dict[int, list[Doubt]] = {}
    found = _classes(learned, read) if learned.data.choice == "one" else _codes(learned, read)
    for i, doubt in [*found, *_directions(learned, read)]:
        out.setdefault(i, []).append(doubt)
    return out


def _codes(learned: Learned, read: _Read) -> Iterator[tuple[int, Doubt]]:
    """Codes beside one another: each given or not."""
    p = np.asarray(learned.out.p[read.rows], dtype=np.float64)
    gave = read.gave
    by_others = read.of_others(gave)
    heard = np.column_stack([
        with_colleagues(
            np.column_stack([1 - p[:, j], p[:, j]]), gave[:, j].astype(np.int64),
            np.column_stack([read.others - by_others[:, j], by_others[:, j]]),
        )[:, 1]
        for j in range(p.shape[1])
    ])  # fmt: skip
    every = doubts_of_codes(heard, gave)
    leaves = learned.codebook.leaf_ids
    for i, j in np.argwhere(every.doubted & learned.modelled).tolist():
        score = float(every.score[i, j])
        if gave[i, j]:
            doubt = Doubt(UNLIKE, leaves[j], "", float(1 - p[i, j]), score)
        else:
            doubt = Doubt(MISSED, leaves[j], "", float(p[i, j]), score)
        yield i, doubt


def _classes(learned: Learned, read: _Read) -> Iterator[tuple[int, Doubt]]:
    """Codes that exclude one another. Where several were given, or none, nothing is doubted."""
    gave = read.gave & learned.modelled
    votes = read.of_others(gave)
    single = np.flatnonzero(gave.sum(1) == 1)
    own = gave[single].argmax(1)
    p = np.asarray(learned.out.p[read.rows[single]], dtype=np.float64)
    found, other = doubts_of_classes(with_colleagues(p, own, votes[single]), own)
    leaves = learned.codebook.leaf_ids
    for at in np.flatnonzero(found.doubted).tolist():
        j = int(other[at])
        score = float(found.score[at])
        yield int(single[at]), Doubt(LIKELIER, leaves[own[at]], leaves[j], float(p[at, j]), score)


def _directions(learned: Learned, read: _Read) -> Iterator[tuple[int, Doubt]]:
    """Barriers that look like facilitators, and the other way round."""
    if not np.any(learned.out.polarity):
        return  # too few directions to learn from
    applies = np.array([leaf.polarity for leaf in learned.codebook.leaves]) & learned.modelled
    i, j = np.nonzero((read.side >= 0) & applies)
    if not len(i):
        return
    both = _polarity(learned)[read.rows[i], j]
    share = both / np.maximum(both.sum(1, keepdims=True), 1e-9)
    own = read.side[i, j]
    votes = np.column_stack([read.of_others(read.side == s)[i, j] for s in range(len(SIDES))])
    found, other = doubts_of_classes(with_colleagues(share, own, votes), own)
    leaves = learned.codebook.leaf_ids
    for at in np.flatnonzero(found.doubted).tolist():
        side = SIDES[other[at]].value
        p, score = float(share[at, other[at]]), float(found.score[at])
        yield int(i[at]), Doubt(OPPOSITE, leaves[j[at]], side, p, score)


def _polarity(learned: Learned) -> Floats:
    """``(n, k, 2)`` probabilities of barrier and facilitator, each fold's by a calibration that saw
    nothing of it.
    """
    data, out = learned.data, learned.out
    known = ~np.isnan(data.polarity[:, :, 0]) & data.gold[:, None]
    p = np.zeros_like(out.polarity)
    for f in range(int(out.fold.max()) + 1):
        rest = known & (out.fold != f)[:, None]
        few = rest.sum() < CALIBRATE_FROM
        calibration = (
            unfitted(2, "many") if few
            else fit_calibration(out.polarity[rest], data.polarity[rest], choice="many")
        )  # fmt: skip
        held = out.fold == f
        p[held] = calibration(out.polarity[held])
    return p


class _Examples:
    """Finds coded sentences that speak for the other reading."""

    def __init__(self, learned: Learned, readings: Given) -> None:
        spec = learned.out.spec
        raw = learned.data.raw
        scaling = fit_scaling(raw, np.arange(len(raw)), spec)
        self._vectors = place(scaling.unit(raw).blocks, spec)
        self._learned = learned
        self._open = np.array([i not in learned.hidden for i in learned.ids], dtype=bool)
        self._column = {code: j for j, code in enumerate(learned.codebook.leaf_ids)}
        coders: dict[str, list[str]] = {}
        self._gave: dict[str, dict[CodePolarity, None]] = {}
        for sentence, coder in sorted(readings):
            coders.setdefault(sentence, []).append(coder)
            told = self._gave.setdefault(sentence, {})
            told.update(dict.fromkeys(readings[sentence, coder]))
        self._coders = coders

    def readers(self, sentence: str) -> Sequence[str]:
        """Who has read ``sentence``."""
        return self._coders[sentence]

    def __call__(self, row: int, doubt: Doubt) -> tuple[Example, ...]:
        learned = self._learned
        ids = learned.ids
        j = self._column[doubt.code]
        y = learned.data.y[:, j]
        if doubt.kind == OPPOSITE:
            y = learned.data.polarity[:, j, SIDES.index(Polarity(doubt.other))]
        elif doubt.other:
            y = learned.data.y[:, self._column[doubt.other]]
        pool = np.flatnonzero(self._open)
        coded = Coded(
            tuple(ids[i] for i in pool),
            tuple(learned.sentences[ids[i]].text for i in pool),
            self._vectors[pool],
            y[pool, None],
            tuple(", ".join(self._coders.get(ids[i], ())) for i in pool.tolist()),
        )
        text = learned.sentences[ids[row]].text
        for_it, against = nearest(
            self._vectors[row], coded, 0, k=EXAMPLES, sentence_id=ids[row], text=text
        )
        chosen = against if doubt.kind == UNLIKE else for_it
        return tuple(self._example(x) for x in chosen)

    def _example(self, found: Neighbour) -> Example:
        s = self._learned.sentences[found.sentence_id]
        return Example(
            s.id, self._learned.names[s.transcript_id], s.text, found.coder,
            tuple(self._gave.get(s.id, ())),
        )  # fmt: skip
