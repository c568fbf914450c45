"""``add --update`` of a text that the study holds as it is, with ``--kind`` or ``--interviewer``: who
asks and who answers is read anew. Codings point at the text, so they stay, and count where they now
cover a sentence that can be coded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from precode.codings.history import covers, standing
from precode.domain import Event, EventKind, Participant, ReadTranscript, Role, Sentence
from precode.errors import Problem
from precode.steps.opening import Study
from precode.steps.packets.record import outstanding

_ACTS = (EventKind.EXCERPT, EventKind.DECISION)


@dataclass(frozen=True, slots=True)
class Reread:
    """One transcript read anew. ``was`` and ``kind`` are kinds of source; ``codable`` counts
    sentences to code, ``counted`` the coded passages that cover one, each with its value before.
    """

    name: str
    was: str
    kind: str
    codable_before: int
    codable: int
    counted_before: int
    counted: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Anew:
    """What reading anew comes to: ``ids`` of the transcripts that change, ``told`` of each, what is
    in the way, and ``notes`` on those that stay as they are though they would be read otherwise.
    """

    ids: frozenset[str]
    told: tuple[Reread, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


NOTHING = Anew(frozenset(), (), (), ())


def compared(study: Study, read: Iterable[ReadTranscript], *, asked: bool) -> Anew:
    """Each of ``read``, whose text the study holds, against what is stored. Nothing is stored. Unless
    the user ``asked`` for it, roles stay as they are: a folder given again may lack the options that
    its files were added with.
    """
    work = _Work(study)
    ids, told, problems, notes = set(), [], [], []
    for r in read:
        if not work.differs(r):
            continue
        if not asked:
            notes += work.offer(r)
        elif wrong := work.in_the_way(r):
            problems.append(wrong)
        else:
            ids.add(r.transcript.id)
            told.append(work.tell(r))
    return Anew(frozenset(ids), tuple(told), tuple(problems), tuple(notes))


class _Work:
    def __init__(self, study: Study) -> None:
        store = study.store
        self._overlap = study.settings.codings.overlap
        self._stored = {t.id: t for t in store.transcripts()}
        self._turns, self._people = store.turns(), store.participants()
        self._sentences: dict[str, list[Sentence]] = {}
        for s in store.sentences():
            self._sentences.setdefault(s.transcript_id, []).append(s)
        self._acts: dict[str, list[Event]] = {}
        for e in standing(store.events()):
            if e.kind in _ACTS and e.codes:
                self._acts.setdefault(e.transcript_id, []).append(e)
        self._audited = {r.stratum for r in store.audit()}
        self._given = {i: made.name for made in store.rounds() for i in made.sentences}
        self._out = {i for ids in outstanding(store).values() for i in ids}

    def differs(self, r: ReadTranscript) -> bool:
        stored = self._stored[r.transcript.id]
        turns = self._turns.get(stored.id, ())
        return (stored.kind, turns, self._codable(stored.id)) != (
            r.transcript.kind, r.turns, _codable(r.sentences)
        )  # fmt: skip

    def offer(self, r: ReadTranscript) -> list[str]:
        """How it would be read otherwise, if that changes what can be coded."""
        t, now = r.transcript, _codable(r.sentences)
        before = self._codable(t.id)
        if now == before or not self._cut_alike(r):
            return []
        return [
            f"{t.name}: {len(before):,} sentences to code, as it was added; without options it would "
            f'be {len(now):,} ({t.kind.value}). To take that: --kind "{t.kind.value}" with --update'
        ]

    def in_the_way(self, r: ReadTranscript) -> Problem | None:
        """Why this cannot be read anew."""
        before, now = self._codable(r.transcript.id), _codable(r.sentences)
        gone = before - now
        if not self._cut_alike(r):
            return Problem(
                r.source,
                "is cut into other sentences than when it was added: by other labels, or settings",
                "name only labels that were found in it before, and put unit, pipeline and language "
                "in precode.toml back; or write the labels into the file, a new version of its text",
            )
        if before != now and r.transcript.id in self._audited:
            return Problem(
                r.source,
                "the audit sample was drawn from it as it was read; with other sentences to code it "
                "would not speak for it",
                "leave it as it is, or begin a new study: precode init",
            )
        if given := sorted({self._given[i] for i in gone if i in self._given}):
            return Problem(
                r.source,
                f"sentences that could not be coded any more are in {', '.join(given)}, coded apart",
                "leave it as it is",
            )
        if gone & self._out:
            return Problem(
                r.source,
                f"a spreadsheet that is out asks about {len(gone & self._out)} of its sentences",
                "read the spreadsheet back first",
            )
        return None

    def tell(self, r: ReadTranscript) -> Reread:
        t = r.transcript
        labels = {u.speaker for u in r.turns if u.role is Role.PARTICIPANT and u.speaker}
        return Reread(
            t.name,
            self._stored[t.id].kind.value,
            t.kind.value,
            len(self._codable(t.id)),
            sum(s.codable for s in r.sentences),
            self._counted(t.id, self._sentences.get(t.id, ())),
            self._counted(t.id, r.sentences),
            tuple(
                _farewell(p)
                for p in self._people
                if p.transcript_id == t.id and p.label not in labels
            ),
        )

    def _counted(self, transcript: str, sentences: Iterable[Sentence]) -> int:
        acts = self._acts.get(transcript, [])
        return sum(map(bool, covers(acts, tuple(sentences), overlap=self._overlap)))

    def _codable(self, transcript: str) -> set[str]:
        return _codable(self._sentences.get(transcript, ()))

    def _cut_alike(self, r: ReadTranscript) -> bool:
        stored = self._sentences.get(r.transcript.id, ())
        return [s.id for s in stored] == [s.id for s in r.sentences]


def _codable(sentences: Iterable[Sentence]) -> set[str]:
    return {s.id for s in sentences if s.codable}


def _farewell(p: Participant) -> str:
    known = ", ".join(f"{k} {v}" for k, v in p.attributes.items())
    return f"{p.label} was a participant and is none now" + (f" ({known})" if known else "")
