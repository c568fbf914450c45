"""Look-ups over a :class:`~precode.report.view.StudyView`, made once for all tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, groupby

from precode.codebook import Code, Codebook
from precode.domain import Kind, Participant, Role, Sentence, Transcript, Turn
from precode.report.view import StudyView
from precode.report.writing import listed, numbered

Person = tuple[str, str]  # (transcript id, label): labels repeat across focus groups

_WORD = re.compile(r"\w+(?:['’\-]\w+)*")


def count_words(text: str) -> int:
    """Words of ``text``; "don't" and "half-hour" are one each."""
    return len(_WORD.findall(text))


@dataclass(frozen=True, slots=True)
class Branch:
    """A parent of the codebook with its codes, as (code, label). ``domain`` is "" in a codebook
    without domains.

    ``parent`` is its id. ``beneath`` are all codes under it, those of its own branches included:
    ``codes`` is empty where it has nothing else.
    """

    domain: str
    codes: tuple[tuple[str, str], ...]
    parent: str = ""
    beneath: tuple[str, ...] = ()


UNKNOWN_DOMAIN = "Not in this version of the codebook"
OTHER_CODES = "Other codes"  # of no domain, in a codebook that has domains
AS_SUCH = ", as such"  # given at the level of a sub-domain, to none of its themes


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """``ordered`` are all sentences by transcript and place, ``words`` how many each has;
    ``position`` is where one stands.

    ``names`` are the transcripts' names as papers print them; ``cited`` is what stands for a person in brackets after a quote: "FG1: P2", "interview-07".
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
    names: Mapping[str, str]
    cited: Mapping[Person, str]
    words: tuple[int, ...]

    def sentence(self, sentence_id: str) -> Sentence:
        """Raises :class:`KeyError` for an id that the study does not hold."""
        return self.ordered[self.position[sentence_id]]

    def length(self, sentence_id: str) -> int:
        """Its words."""
        return self.words[self.position[sentence_id]]

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
    names = _names(view.transcripts)
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
        names=names,
        cited=_cited(transcripts, names, people),
        words=tuple(count_words(s.text) for s in ordered),
    )


_GROUP = re.compile(r"(?:focus[ _-]*group|fg)\D*?0*([1-9]\d{0,3})", re.IGNORECASE)


def _names(transcripts: Iterable[Transcript]) -> dict[str, str]:
    """As papers name them: "FG2" for the focus group "focus-group-nurses-02", where no other has that
    number; else the name.
    """
    numbers = {
        t.id: f"FG{m[1]}"
        for t in transcripts
        if t.kind is Kind.FOCUS_GROUP and (m := _GROUP.fullmatch(t.name.strip()))
    }
    taken = Counter([*numbers.values(), *(t.name for t in transcripts)])
    return {
        t.id: short if (short := numbers.get(t.id, "")) and taken[short] == 1 else t.name
        for t in transcripts
    }


def _cited(
    transcripts: Mapping[str, Transcript], names: Mapping[str, str], people: Iterable[Person]
) -> dict[Person, str]:
    """Name of source and label; of an interview with one person the name alone."""
    present = Counter(source for source, _ in people)
    return {
        (source, label): names[source]
        if present[source] == 1 and transcripts[source].kind is Kind.INTERVIEW
        else f"{names[source]}: {label}"
        for source, label in people
        if source in transcripts
    }


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
    """The codebook's codes under their parents, a parent before the branches beneath it; then codes
    that only older versions had.

    A parent to which codes were given, before it had codes of its own, is one of them: "Physical
    opportunity, as such".
    """
    given = set(used) | set(codebook.leaf_ids)
    children: dict[str, list[Code]] = {}
    for code in codebook.codes:
        children.setdefault(code.parent, []).append(code)

    def beneath(parent: Code) -> Iterator[str]:
        if parent.id in given:
            yield parent.id
        for child in children[parent.id]:
            yield from beneath(child) if child.id in children else (child.id,)

    def walk(parent: Code, above: str) -> Iterator[Branch]:
        name = f"{above} › {parent.label}" if above else parent.label
        mine = [(parent.id, f"{parent.label}{AS_SUCH}")] if parent.id in given else []
        mine += [(c.id, c.label) for c in children[parent.id] if c.id not in children]
        yield Branch(name, tuple(mine), parent.id, tuple(beneath(parent)))
        for child in children[parent.id]:
            if child.id in children:
                yield from walk(child, name)

    branches: list[Branch] = []
    for top, group in groupby(children[""], key=lambda c: "" if c.id not in children else c.id):
        codes = list(group)
        if top:
            branches += walk(codes[0], "")
        else:
            alone = tuple((c.id, c.label) for c in codes)
            # without a heading of their own they would seem to belong to the domain before them
            name = OTHER_CODES if len(children) > 1 else ""
            branches.append(Branch(name, alone, "", tuple(c.id for c in codes)))
    if unknown := sorted(given - {c.id for c in codebook.codes}):
        named = tuple((c, c) for c in unknown)
        branches.append(Branch(UNKNOWN_DOMAIN, named, "", tuple(unknown)))
    return tuple(branches)


def sources_counted(index: Index) -> str:
    """ "9 interviews, 2 focus groups and 1 set of field notes"."""
    counts = Counter(t.kind for t in index.view.transcripts)
    nouns = {
        Kind.INTERVIEW: "interview",
        Kind.FOCUS_GROUP: "focus group",
        Kind.FIELD_NOTES: "set of field notes",
    }
    plurals = {Kind.FIELD_NOTES: "sets of field notes"}
    return listed([numbered(counts[k], nouns[k], plurals.get(k, "")) for k in nouns if counts[k]])
