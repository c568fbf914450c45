"""Excerpts: the unit that qualitative papers count.

A coder's excerpt is a run of adjacent sentences of one turn to which the coder gave the same code
with the same polarity. Excerpts of several coders that share a sentence are one excerpt: the same
passage is never counted twice because two people coded it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from precode.domain import Polarity
from precode.report.tables.index import Index, Person

Key = tuple[str, Polarity]  # a code with its polarity


@dataclass(frozen=True, slots=True)
class Excerpt:
    """``sentence_ids`` in order; ``support[i]`` is how many coders gave the code to the i-th."""

    sentence_ids: tuple[str, ...]
    support: tuple[int, ...]
    coders: frozenset[str]
    person: Person | None
    transcript_id: str


@dataclass(frozen=True, slots=True)
class PreCoded:
    """The machine's excerpts on sentences nobody has read, by code and polarity."""

    accepted: Mapping[Key, tuple[Excerpt, ...]]
    to_review: Mapping[Key, tuple[Excerpt, ...]]
    modelled: frozenset[str]


def find_excerpts(index: Index, given: Iterable[tuple[str, str]]) -> tuple[Excerpt, ...]:
    """Excerpts of ``given`` (sentence id, coder), all of one code and polarity, in text order."""
    coders: dict[int, set[str]] = {}
    places: dict[str, set[int]] = {}
    for sentence_id, coder in given:
        place = index.position[sentence_id]
        coders.setdefault(place, set()).add(coder)
        places.setdefault(coder, set()).add(place)
    runs = sorted(run for mine in places.values() for run in _runs(index, mine))
    merged: list[tuple[int, int]] = []
    for start, end in runs:  # half-open; runs that merely touch stay apart
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    out: list[Excerpt] = []
    for start, end in merged:
        sentences = index.ordered[start:end]
        out.append(
            Excerpt(
                sentence_ids=tuple(s.id for s in sentences),
                support=tuple(len(coders[i]) for i in range(start, end)),
                coders=frozenset().union(*(coders[i] for i in range(start, end))),
                person=index.person(sentences[0]),
                transcript_id=sentences[0].transcript_id,
            )
        )
    return tuple(out)


def _runs(index: Index, places: set[int]) -> list[tuple[int, int]]:
    """Maximal half-open ranges of adjacent ``places`` that stay within one turn."""
    runs: list[tuple[int, int]] = []
    previous = None
    for place in sorted(places):
        sentence = index.ordered[place]
        turn = (sentence.transcript_id, sentence.turn)
        if runs and runs[-1][1] == place and previous == turn:
            runs[-1] = (runs[-1][0], place + 1)
        else:
            runs.append((place, place + 1))
        previous = turn
    return runs


def human_excerpts(index: Index) -> dict[Key, tuple[Excerpt, ...]]:
    """What people coded, by code and polarity."""
    given: dict[Key, list[tuple[str, str]]] = {}
    for c in index.view.human.codings:
        given.setdefault((c.code, c.polarity), []).append((c.sentence_id, c.coder))
    return {key: find_excerpts(index, pairs) for key, pairs in given.items()}


def machine_excerpts(index: Index) -> PreCoded | None:
    """What the machine gave to sentences that no person has read; None without a run.

    Where a person has read, the person's decision stands and the machine's is not counted.
    """
    m = index.view.machine
    if m is None:
        return None
    leaves = index.view.codebook.leaf_ids
    given: dict[bool, dict[Key, list[tuple[str, str]]]] = {True: {}, False: {}}
    for row, column in zip(*np.nonzero(m.decision), strict=True):
        sentence_id = m.sentence_ids[row]
        if sentence_id in index.read:
            continue
        key = (leaves[column], Polarity(str(m.polarity[row, column])))
        given[str(m.verdict[row]) == "accept"].setdefault(key, []).append((sentence_id, m.run_id))
    accepted, review = (
        {key: find_excerpts(index, pairs) for key, pairs in given[accept].items()}
        for accept in (True, False)
    )
    modelled = {
        leaf
        for i, leaf in enumerate(leaves)
        if not len(m.p) or m.decision[:, i].any() or not np.isnan(m.p[:, i]).all()
    }
    return PreCoded(accepted, review, frozenset(modelled))
