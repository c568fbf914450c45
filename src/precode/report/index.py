"""Look-ups over a :class:`~precode.report.view.StudyView`, made once for all tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain

from precode.codebook import Codebook
from precode.domain import Kind, Participant, Role, Sentence, Transcript, Turn
from precode.report.view import StudyView

Person = tuple[str, str]  # (transcript id, label): labels repeat across focus groups

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")


def count_words(text: str) -> int:
    """Words of ``text``; "don't" and "half-hour" are one each."""
    return len(_WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Branch:
    """A parent of the codebook with its leaves, as (code, label). ``domain`` is "" without one."""

    domain: str
    codes: tuple[tuple[str, str], ...]


UNKNOWN_DOMAIN = "Not in this version of the codebook"


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """``ordered`` are all sentences by transcript and place; ``position`` is where one stands.

    ``read`` holds, for every sentence that a person has read, the coders who did. ``coded_in`` are
    the transcripts of which people have read at least one sentence.
    """

    view: StudyView
    ordered: tuple[Sentence, ...]
    position: Mapping[str, int]
    turns: Mapping[tuple[str, int], Turn]
    transcripts: Mapping[str, Transcript]
    people: Mapping[Person, Mapping[str, str]]
    attributes: tuple[str, ...]
    read: Mapping[str, frozenset[str]]
    coded_in: frozenset[str]
    branches: tuple[Branch, ...]

    def sentence(self, sentence_id: str) -> Sentence:
        """Raises :class:`KeyError` for an id that the study does not hold."""
        return self.ordered[self.position[sentence_id]]

    def turn(self, sentence: Sentence) -> Turn:
        return self.turns[sentence.transcript_id, sentence.turn]

    def person(self, sentence: Sentence) -> Person | None:
        """The participant who speaks; None for interviewers, others and field notes."""
        turn = self.turn(sentence)
        if turn.role is not Role.PARTICIPANT or not turn.speaker:
            return None
        return sentence.transcript_id, turn.speaker

    def kind(self, transcript_id: str) -> Kind:
        return self.transcripts[transcript_id].kind

    @property
    def read_people(self) -> tuple[Person, ...]:
        """People in the sources that coders have read, in whole or in part: the denominators."""
        return tuple(p for p in self.people if p[0] in self.coded_in)


def make_index(view: StudyView) -> Index:
    """Index ``view``. People without a row of their own get one without attributes."""
    transcripts = {t.id: t for t in view.transcripts}
    rank = {t.id: i for i, t in enumerate(view.transcripts)}
    ordered = tuple(sorted(view.sentences, key=lambda s: (rank[s.transcript_id], s.start)))
    position = {s.id: i for i, s in enumerate(ordered)}
    readers: dict[str, set[str]] = {}
    for sentence_id, coder in chain(
        view.human.read, ((c.sentence_id, c.coder) for c in view.human.codings)
    ):
        readers.setdefault(sentence_id, set()).add(coder)
    people = _people(view)
    return Index(
        view=view,
        ordered=ordered,
        position=position,
        turns={(t, turn.index): turn for t, turns in view.turns.items() for turn in turns},
        transcripts=transcripts,
        people=people,
        attributes=tuple(dict.fromkeys(name for said in people.values() for name in said)),
        read={s: frozenset(c) for s, c in readers.items()},
        coded_in=frozenset(ordered[position[s]].transcript_id for s in readers),
        branches=_branches(view.codebook, (c.code for c in view.human.codings)),
    )


def code_labels(index: Index) -> dict[str, tuple[str, str]]:
    """Code → (label, domain)."""
    return {code: (label, b.domain) for b in index.branches for code, label in b.codes}


def _people(view: StudyView) -> dict[Person, Mapping[str, str]]:
    """Every participant with the attributes as given; a missing value is ""."""
    people: dict[Person, Mapping[str, str]] = {
        (p.transcript_id, p.label): _said(p) for p in view.participants
    }
    for transcript in view.transcripts:
        for turn in view.turns.get(transcript.id, ()):
            if turn.role is Role.PARTICIPANT and turn.speaker:
                people.setdefault((transcript.id, turn.speaker), {})
    return people


def _said(person: Participant) -> dict[str, str]:
    # stored JSON may hold null or numbers, whatever the type says
    given: Mapping[str, object] = person.attributes
    return {k: "" if v is None else str(v).strip() for k, v in given.items()}


def _branches(codebook: Codebook, used: Iterable[str]) -> tuple[Branch, ...]:
    """The codebook's leaves under their parents, then codes that only older versions had."""
    branches: list[Branch] = []
    for parent, leaves in codebook.parents():
        names: list[str] = []
        up = parent
        while up is not None:
            names.insert(0, up.label)
            up = codebook[up.parent] if up.parent else None
        branches.append(Branch(" › ".join(names), tuple((c.id, c.label) for c in leaves)))
    labels = {c.id: c.label for c in codebook.codes}
    unknown = sorted(set(used) - set(codebook.leaf_ids))
    if unknown:
        branches.append(Branch(UNKNOWN_DOMAIN, tuple((c, labels.get(c, c)) for c in unknown)))
    return tuple(branches)
