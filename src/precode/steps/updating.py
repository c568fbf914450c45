"""``add --update``: a changed transcript becomes a new version, and what was coded moves to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from precode.codings.carrying import Carried, Move, carry
from precode.domain import Event, EventKind, Participant, ReadTranscript, Role, Transcript
from precode.errors import Problem
from precode.files.tables import write_csv
from precode.report.summaries import parse_key, person_key, source_key
from precode.steps.opening import Study
from precode.steps.packets.record import outstanding
from precode.steps.together.rounds import apart
from precode.study.store import Store, now
from precode.study.summaries import StoredSummary
from precode.study.versions import Carrying, Version

NOT_CARRIED = "not-carried.csv"
_COLUMNS = ("transcript", "coder", "act", "codes", "text", "now", "why", "at", "event")


@dataclass(frozen=True, slots=True)
class Act:
    """An act that moved with a note, or did not move. ``now`` is the passage in the new text, "" if it
    has none; ``why`` says what had changed, or why it stays.
    """

    transcript: str
    coder: str
    act: str
    codes: str
    text: str
    now: str
    why: str
    at: str
    event: int


@dataclass(frozen=True, slots=True)
class Updated:
    """One transcript's new version: acts that moved ``exact``ly, those ``changed`` (with a note), and
    those ``left`` behind; ``taken_back`` counts acts left behind that did not stand. ``kept`` of the
    sentences to code stand word for word. ``frame`` and ``sample`` count what has left the audit.
    """

    name: str
    exact: int
    changed: tuple[Act, ...]
    left: tuple[Act, ...]
    taken_back: int
    sentences: int
    kept: int
    frame: int
    sample: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about one transcript."""

    old: ReadTranscript
    new: str
    carried: Carried
    people: tuple[Participant, ...]
    updated: Updated


def sorted_out(
    store: Store, read: Sequence[ReadTranscript]
) -> tuple[dict[str, Transcript], frozenset[str], list[Problem]]:
    """Of ``read``: which supersede which transcript of the study (by the id of the new), the ids of
    those that it holds already, and what is wrong.
    """
    current = store.transcripts()
    by_name = {t.name.casefold(): t for t in current}
    same = {t.id for t in current}
    earlier = {v.old for v in store.versions()}
    found: dict[str, Transcript] = {}
    known: set[str] = set()
    problems = []
    for r in read:
        t = r.transcript
        if t.id in same:
            known.add(t.id)
        elif t.id not in earlier and (old := by_name.get(t.name.casefold())):
            if old in found.values():
                problems.append(
                    Problem(r.source, f"is a second new text of {old.name!r}", "leave one out")
                )
            found[t.id] = old
    return found, frozenset(known), problems


def plan(study: Study, news: Sequence[tuple[Transcript, ReadTranscript]]) -> list[Plan]:
    """What moves where, for each (old transcript, new reading); nothing is stored."""
    if not news:
        return []
    store = study.store
    turns, sentences, people = store.turns(), store.sentences(), store.participants()
    events, hidden, audit = store.events(), apart(study), store.audit()
    least = study.settings.codings.fuzzy_score
    waiting = {i for ids in outstanding(store).values() for i in ids}
    out = []
    for old, new in news:
        was = ReadTranscript(
            old, turns.get(old.id, ()), tuple(s for s in sentences if s.transcript_id == old.id),
            "", "",
        )  # fmt: skip
        acts = [e for e in events if e.transcript_id == old.id]
        carried = carry(acts, was, new, least=least)
        before = [p for p in people if p.transcript_id == old.id]
        labels = {t.speaker for t in new.turns if t.role is Role.PARTICIPANT and t.speaker}
        gone = {i for i, heir in carried.became.items() if not heir}
        lost = [r for r in audit if r.sentence_id in gone]
        notes = [
            f"{p.label}, a participant before, does not speak in the new text: "
            f"{', '.join(f'{k} {v}' for k, v in p.attributes.items()) or 'no attributes'} not carried"
            for p in before
            if p.label not in labels
        ]
        if asked := sum(i in waiting for i in carried.became):
            notes.append(
                f"a spreadsheet that is out asks about {asked} of its sentences: its rows will not be "
                "taken any more; read it back first, or send it again"
            )
        kept = sum(map(bool, carried.became.values()))
        hidden_here = [s for s in was.sentences if s.id in hidden]
        told = _Telling(was, new, [(s.start, s.end) for s in hidden_here])
        out.append(
            Plan(
                was,
                new.transcript.id,
                carried,
                tuple(
                    replace(p, transcript_id=new.transcript.id) for p in before if p.label in labels
                ),
                Updated(
                    new.transcript.name,
                    sum(not m.note and m.event.kind is not EventKind.UNDO for m in carried.moves),
                    tuple(
                        told.act(e, (m.event.start, m.event.end), m.note)
                        for m, e in _sources(carried, acts)
                        if m.note
                    ),
                    tuple(told.act(x.event, None, x.why) for x in carried.left if x.stood),
                    sum(not x.stood and x.event.kind is not EventKind.UNDO for x in carried.left),
                    sum(s.codable for s in new.sentences),
                    kept,
                    len(lost),
                    sum(r.position is not None for r in lost),
                    tuple(notes),
                ),
            )
        )
    return out


def _sources(carried: Carried, acts: Sequence[Event]) -> list[tuple[Move, Event]]:
    by_number = {e.seq: e for e in acts}
    return [(m, by_number[m.source]) for m in carried.moves]


class _Telling:
    """Acts in words. What is being coded apart is told to nobody."""

    def __init__(
        self, old: ReadTranscript, new: ReadTranscript, hidden: Sequence[tuple[int, int]]
    ) -> None:
        self._old, self._new, self._hidden = old.transcript, new.transcript, hidden

    def act(self, e: Event, place: tuple[int, int] | None, why: str) -> Act:
        blind = any(a < e.end and e.start < b for a, b in self._hidden)
        codes = "; ".join(
            f"{c.code}, {c.polarity.value}" if c.polarity else c.code for c in e.codes
        )
        return Act(
            self._new.name, e.coder, e.kind.value, "(coded apart)" if blind else codes,
            self._old.text[e.start : e.end],
            "" if place is None else self._new.text[slice(*place)], why, e.at, e.seq,
        )  # fmt: skip


def supersede(study: Study, plans: Sequence[Plan], store_new: Mapping[str, str]) -> None:
    """Store what ``plans`` say, after the new transcripts are stored. Part of a transaction.
    ``store_new``: id of the old transcript → the name that it had.
    """
    store = study.store
    at = now()
    for p in plans:
        old = p.old.transcript
        store.give_way(
            Version(old.id, p.new, store_new[old.id], at),
            [Carrying(m.event, m.source, m.part, m.note) for m in p.carried.moves],
            {x.event.seq: x.why for x in p.carried.left},
            p.carried.became,
        )
        typed = [s for s in store.summaries() if _of(s.row, old.id)]
        if typed:
            store.keep_summaries([_moved(s, p.new) for s in typed])
        u = p.updated
        store.log(
            "update", transcript=u.name, old=old.id, new=p.new, exact=u.exact,
            changed=len(u.changed), left=len(u.left), frame=u.frame, sample=u.sample,
        )  # fmt: skip


def _of(row: str, transcript: str) -> bool:
    parts = parse_key(row)
    return parts is not None and parts[0] in ("participant", "source") and parts[1] == transcript


def _moved(s: StoredSummary, new: str) -> StoredSummary:
    parts = parse_key(s.row)
    assert parts is not None
    row = person_key(new, parts[2]) if parts[0] == "participant" else source_key(new)
    return replace(s, row=row)


def write_left(study: Study, plans: Sequence[Plan]) -> str:
    """The acts that moved with a note or not at all, as reports/not-carried.csv; "" without any."""
    rows = [a for p in plans for a in (*p.updated.left, *p.updated.changed)]
    if not rows:
        return ""
    path = study.folder.reports / NOT_CARRIED
    path.parent.mkdir(exist_ok=True)
    write_csv(path, _COLUMNS, ([getattr(a, c) for c in _COLUMNS] for a in rows))
    return str(path)
