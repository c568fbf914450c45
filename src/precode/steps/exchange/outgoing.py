"""A study as a project that other programs open: who coded what, in codes with polarity as a tree."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import precode
from precode.codebook import Codebook
from precode.codings.history import covers, standing
from precode.domain import (
    CodePolarity,
    Event,
    EventKind,
    HumanCodes,
    Participant,
    Polarity,
    Reason,
    Sentence,
    Transcript,
    Turn,
)
from precode.exchange.project import Case, Coder, Project, ProjectCode, Selection, Source
from precode.exchange.refi_guid import guid_of
from precode.report.view import MachineCodes

MACHINE = "precode (machine)"
ACCEPTED = "machine, accepted by "
IN_VIEW = "Decided with the machine's suggestion in view."
TOOL = f"precode {precode.__version__}"
_CHILDREN = {
    Polarity.BARRIER: ("Barrier", "#B5432E"),
    Polarity.FACILITATOR: ("Facilitator", "#2C7A4B"),
    Polarity.UNCLEAR: ("Unclear", "#7A7A7A"),
}
# Barrier and facilitator at once are two codings, as people code in those programs.
_PARTS = {Polarity.BOTH: (Polarity.BARRIER, Polarity.FACILITATOR)}


@dataclass(frozen=True, slots=True)
class Material:
    """What an export is made from. What people gave the sentences ``hidden`` (ids: they are being
    coded apart) and what the machine gives those ``withheld`` is left out.
    """

    title: str
    codebook: Codebook
    transcripts: Sequence[Transcript]
    turns: Mapping[str, Sequence[Turn]]
    sentences: Sequence[Sentence]
    participants: Sequence[Participant]
    events: Sequence[Event]
    human: HumanCodes
    overlap: float
    machine: MachineCodes | None = None
    withheld: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose codes: ``codes`` and ``coders`` None means all."""

    human: bool = True
    machine: bool = True
    codes: Collection[str] | None = None
    coders: Collection[str] | None = None

    def code(self, code: str) -> bool:
        return self.codes is None or code in self.codes

    def coder(self, coder: str) -> bool:
        return self.human and (self.coders is None or coder in self.coders)


def project_of(m: Material, choice: Choice, *, stamp: str = "") -> Project:
    """The project to write. Coders, "precode (machine)" and "machine, accepted by NAME" are users of
    their own. ``stamp`` goes into its description: what is edited elsewhere is compared by it.
    """
    selections = [*_human(m, choice), *_machine(m, choice)]
    given = list(dict.fromkeys(s.code for s in selections))
    users = dict.fromkeys(s.coder for s in selections)
    notes = [("project", _about(stamp))] if stamp else []
    return Project(
        TOOL,
        m.title,
        tuple(Source(t.id, t.name, t.text, t.kind.value) for t in m.transcripts),
        tuple(code_tree(m.codebook, given)),
        tuple(Coder(u, u) for u in users),
        tuple(selections),
        cases=tuple(_cases(m)),
        notes=(*notes, *_readings(m, choice)),
    )


def stamp_of(m: Material, choice: Choice, *, until: int) -> str:
    """The GUID of what is exported: the study's texts, its history ``until`` this event, the choice."""
    chosen = (choice.human, choice.machine, sorted(choice.codes or ()), sorted(choice.coders or ()))
    hidden = sorted(m.hidden)
    return guid_of("export", *sorted(t.id for t in m.transcripts), until, *chosen, *hidden)


def _about(stamp: str) -> str:
    return (
        f"Exported by {TOOL}. Keep this text: by it precode sees what was changed when the project "
        f"comes back. [precode {stamp}]"
    )


# -- codes -----------------------------------------------------------------------------------------


def code_key(code: str, polarity: Polarity) -> str:
    """The id of a code with a polarity in an exported project."""
    return f"{code}/{polarity.value}" if polarity else code


def code_tree(codebook: Codebook, given: Iterable[str] = ()) -> Iterator[ProjectCode]:
    """The codebook as a tree, polarities as children of the codes; and the codes of ``given`` (keys)
    that it no longer holds.
    """
    leaves = set(codebook.leaf_ids)
    keys: set[str] = set()
    for c in codebook.codes:
        keys.add(c.id)
        yield ProjectCode(c.id, c.label, c.parent, c.definition, codable=c.id in leaves)
        for polarity, (name, colour) in _CHILDREN.items() if c.id in leaves and c.polarity else ():
            key = code_key(c.id, polarity)
            keys.add(key)
            yield ProjectCode(key, name, c.id, colour=colour)
    for key in given:
        code, _, said = key.partition("/")
        if code not in keys:
            keys.add(code)
            yield ProjectCode(code, code, description="Not in the codebook any more.")
        if key not in keys:
            keys.add(key)
            yield ProjectCode(key, _CHILDREN[Polarity(said)][0], code)


# -- people's codes --------------------------------------------------------------------------------


def _human(m: Material, choice: Choice) -> Iterator[Selection]:
    """What stands of the coders' passages; of one that was decided anew in part, the rest."""
    shown: dict[tuple[str, str], set[CodePolarity]] = {}
    alone: dict[tuple[str, str], set[CodePolarity]] = {}
    acts = [e for e in standing(m.events) if e.reason != Reason.PROBE]
    covered = covers(acts, m.sentences, overlap=m.overlap)
    last: dict[tuple[str, str], int] = {}
    for i, (e, sentences) in enumerate(zip(acts, covered, strict=True)):
        if e.kind is EventKind.DECISION:
            last.update(dict.fromkeys(((s.id, e.coder) for s in sentences), i))
    for i, (e, sentences) in enumerate(zip(acts, covered, strict=True)):
        places = [(s.id, e.coder) for s in sentences]
        if e.kind is EventKind.SHOWN:
            shown.update((p, set(e.codes)) for p in places)
        if e.kind not in (EventKind.EXCERPT, EventKind.DECISION):
            continue
        suggested = set().union(*(shown.get(p, set()) for p in places)) if e.assisted else set()
        suggested -= set().union(*(alone.get(p, set()) for p in places))
        if not e.assisted:
            for p in places:
                before = alone.get(p, set()) if e.kind is EventKind.EXCERPT else set()
                alone[p] = before | set(e.codes)
        if choice.coder(e.coder):
            live = [
                s for s in sentences if last.get((s.id, e.coder), i) <= i and s.id not in m.hidden
            ]
            spans = [(e.start, e.end)] if len(live) == len(sentences) else _clipped(e, live)
            for start, end in spans:
                yield from _given(e, start, end, suggested, choice)


def _clipped(e: Event, live: Sequence[Sentence]) -> list[tuple[int, int]]:
    return [(max(s.start, e.start), min(s.end, e.end)) for s in live]


def _given(
    e: Event, start: int, end: int, suggested: set[CodePolarity], choice: Choice
) -> Iterator[Selection]:
    for c in e.codes:
        if not choice.code(c.code):
            continue
        accepted = c in suggested
        user = f"{ACCEPTED}{e.coder}" if accepted else e.coder
        note = e.memo
        if e.assisted and not accepted:
            note = f"{note}\n\n{IN_VIEW}" if note else IN_VIEW
        for polarity in _PARTS.get(c.polarity, (c.polarity,)):
            key = code_key(c.code, polarity)
            yield Selection(e.transcript_id, start, end, key, user, e.at, note)


def _readings(m: Material, choice: Choice) -> Iterator[tuple[str, str]]:
    """A note for each source on who has read what of it: uncoded there means that nothing applies."""
    names = {t.id: t.name for t in m.transcripts}
    by_source: dict[str, list[Sentence]] = {}
    for s in m.sentences:
        if s.codable:
            by_source.setdefault(s.transcript_id, []).append(s)
    coders = sorted({c for _, c in m.human.read if choice.coder(c)})
    for source, sentences in by_source.items():
        lines = []
        for coder in coders:
            for aided in (False, True):
                spans = ", ".join(f"{a}-{b}" for a, b in _runs(m, sentences, coder, aided))
                if spans:
                    how = " with the machine's suggestion in view" if aided else ""
                    lines.append(f"Read by {coder}{how}, characters: {spans}")
        if lines:
            yield f"source {names[source]}", "\n".join(lines)


def _runs(
    m: Material, sentences: Sequence[Sentence], coder: str, aided: bool
) -> list[tuple[int, int]]:
    """Stretches of neighbouring sentences that ``coder`` has read."""
    runs: list[tuple[int, int]] = []
    going = False
    for s in sentences:
        here = (s.id, coder)
        read = here in m.human.read and s.id not in m.hidden
        mine = read and (here in m.human.assisted) == aided
        if mine and going:
            runs[-1] = (runs[-1][0], s.end)
        elif mine:
            runs.append((s.start, s.end))
        going = mine
    return runs


# -- the machine's codes, and people ---------------------------------------------------------------


def _machine(m: Material, choice: Choice) -> Iterator[Selection]:
    run = m.machine
    if run is None or not choice.machine:
        return
    places = {s.id: s for s in m.sentences}
    for i, j in zip(*run.decision.nonzero(), strict=True):
        s, code = places.get(run.sentence_ids[i]), m.codebook.leaf_ids[j]
        if s is None or s.id in m.withheld or not choice.code(code):
            continue
        p, verdict = float(run.p[i, j]), str(run.verdict[i])
        sure = "not known" if math.isnan(p) else f"{p:.2f}"
        note = f"Given by the machine, not by a person. Confidence {sure}; verdict: {verdict}; model: {run.model} ({run.bundle_id})."
        polarity = Polarity(str(run.polarity[i, j]))
        for part in _PARTS.get(polarity, (polarity,)):
            key = code_key(code, part)
            sure_of = None if math.isnan(p) else p
            yield Selection(
                s.transcript_id, s.start, s.end, key, MACHINE, note=note, confidence=sure_of
            )


def _cases(m: Material) -> Iterator[Case]:
    """Participants, each with the turns they speak in."""
    names = {t.id: t.name for t in m.transcripts}
    often: dict[str, int] = {}
    for p in m.participants:
        often[p.label] = often.get(p.label, 0) + 1
    for p in m.participants:
        turns = m.turns.get(p.transcript_id, ())
        places = tuple(
            (p.transcript_id, t.start, t.end)
            for t in turns
            if t.speaker == p.label and t.start < t.end
        )
        name = p.label if often[p.label] == 1 else f"{p.label} ({names[p.transcript_id]})"
        yield Case(name, dict(p.attributes), places)


def until(m: Material, seq: int, fold: HumanCodes) -> Material:
    """``m`` as it stood when event ``seq`` was the last, without the machine; ``fold`` is its fold."""
    events = [e for e in m.events if e.seq <= seq]
    return replace(m, events=events, human=fold, machine=None)
