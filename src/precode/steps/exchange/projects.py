"""REFI-QDA projects through the doors ``codes`` and ``export``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from precode.codings.consensus import misnamed
from precode.codings.history import fold, standing
from precode.codings.mapping import Meaning
from precode.domain import (
    CodePolarity,
    Event,
    EventKind,
    Participant,
    Placement,
    Sentence,
    Transcript,
)
from precode.errors import Problem
from precode.exchange.project import Project
from precode.exchange.refi_write import write_codebook, write_project
from precode.report.view import StudyView
from precode.steps.exchange.back import Change, edits_between
from precode.steps.exchange.incoming import (
    Unmapped,
    bring,
    find_sources,
    match_codes,
    read_spans,
    stamp_in,
)
from precode.steps.exchange.opened import with_meaning
from precode.steps.exchange.outgoing import (
    ACCEPTED,
    MACHINE,
    TOOL,
    Choice,
    Material,
    code_tree,
    project_of,
    stamp_of,
    until,
)
from precode.steps.exchange.people import people_of
from precode.steps.opening import Study
from precode.steps.together.rounds import apart

# -- export ----------------------------------------------------------------------------------------


def write_study(
    study: Study,
    view: StudyView,
    target: Path,
    choice: Choice,
    *,
    besides: frozenset[str] = frozenset(),
) -> tuple[int, int]:
    """Write the study as .qdpx to ``target`` and note in its log what that was, so that it can be
    compared when it comes back; without what anybody gave the sentences ``besides``. Returns how
    many codings of people and of the machine it holds.
    """
    m = without_sentences(material(study, view), besides)
    last = study.store.last_event()
    stamp = stamp_of(m, choice, until=last)
    project = project_of(m, choice, stamp=stamp)
    machine = sum(s.coder == MACHINE for s in project.selections)
    write_project(target, project)
    study.store.log(
        "export", file=str(target), rows=len(project.selections), stamp=stamp, until=last,
        human=choice.human, codes=sorted(choice.codes or ()), coders=sorted(choice.coders or ()),
        hidden=sorted(m.hidden),
    )  # fmt: skip
    return len(project.selections) - machine, machine


def write_book(study: Study, target: Path) -> int:
    """Write the codebook as .qdc to ``target``. Returns how many codes it holds."""
    codes = tuple(code_tree(study.codebook))
    write_codebook(target, Project(TOOL, study.codebook.name, (), codes, ()))
    return len(codes)


def without_sentences(m: Material, ids: frozenset[str]) -> Material:
    """``m`` without what people and the machine gave the sentences ``ids``."""
    return replace(m, hidden=m.hidden | ids, withheld=m.withheld | ids)


def material(study: Study, view: StudyView | None = None) -> Material:
    """What an export of ``study`` is made from; without ``view`` the machine has no part in it."""
    sentences = study.store.sentences()
    return Material(
        study.settings.study.title,
        study.codebook,
        study.store.transcripts(),
        study.store.turns(),
        sentences,
        study.store.participants(),
        study.store.events(),
        study.human_codes(sentences),
        study.settings.codings.overlap,
        view.machine if view else None,
        view.withheld if view else frozenset(),
        apart(study),
    )


# -- codes -----------------------------------------------------------------------------------------


@dataclass(slots=True)
class Brought:
    """What projects bring a study. ``placements`` and ``aided`` (with the machine's suggestion in
    view) are codings, found or not; those in ``settled`` are accounted for by ``decisions``, which
    bring back what was edited elsewhere (``changes``). ``readings`` are READ events of our exports.
    """

    placements: list[Placement]
    aided: list[Placement]
    settled: list[Placement]
    decisions: list[Event]
    readings: list[Event]
    people: list[Participant]
    changes: list[Change]
    unmapped: list[Unmapped]
    notes: list[str]
    problems: list[Problem]


def bring_projects(
    study: Study,
    projects: Mapping[Path, Project],
    transcripts: Sequence[Transcript],
    sentences: Sequence[Sentence],
    history: Sequence[Event],
    codable: Mapping[str, Sequence[tuple[int, int]]],
    *,
    coder: str,
    fuzzy_score: float,
    batch: str,
    meaning: Meaning | None = None,
    kept: Mapping[str, CodePolarity] | None = None,
) -> Brought:
    """The codings of ``projects``, by file; every problem of every file in ``problems``. ``meaning``
    says what their codes are, ``kept`` what those that it keeps are in the study's codebook, by path.
    """
    all_ = Brought([], [], [], [], [], [], [], [], [], [])
    for file, theirs in projects.items():
        named = match_codes(theirs, study.codebook)
        project, codes = with_meaning(theirs, named, meaning, kept or {}, study.codebook)
        out = bring(
            project, file.name, codes, transcripts,
            default_coder=coder, fuzzy_score=fuzzy_score, codable=codable,
        )  # fmt: skip
        stamp = stamp_in(project)
        every = [*out.placements, *out.aided]
        all_.problems += out.problems
        if not stamp:
            all_.problems += misnamed([p.excerpt for p in every])
        machine = any(c.name == MACHINE for c in project.coders)  # it alone may have coded
        if not (stamp or every or out.problems or meaning or machine):
            all_.problems += _nothing(file, out.unmapped)
        all_.unmapped += out.unmapped
        all_.notes += out.notes
        people, said = people_of(
            project, transcripts, study.store.turns(), study.store.participants()
        )
        all_.people += people
        all_.notes += [f"{file.name}: {n}" for n in said]
        known = _exported(study, stamp) if stamp else None
        if known is None:
            all_.placements += out.placements
            all_.aided += out.aided
            if stamp:
                all_.readings += _readings(project, transcripts, history, study, batch)
            continue
        base = _base(study, known, sentences)
        before = bring(
            base, file.name, match_codes(base, study.codebook), transcripts,
            default_coder="", fuzzy_score=fuzzy_score, codable=codable,
        )  # fmt: skip
        old = [*before.placements, *before.aided]
        ours = {p.excerpt.coder for p in old}
        edits = edits_between(
            old, every, history, sentences, study.codebook,
            overlap=study.settings.codings.overlap,
            coders=[c.name.removeprefix(ACCEPTED) for c in project.coders],
            codes=[c for c in codes.values() if c is not None],
            transcripts=_kept(project, transcripts),
            lost=_lost(project, transcripts), tool=project.tool, batch=batch,
        )  # fmt: skip
        all_.decisions += edits.events
        all_.changes += edits.changes
        all_.notes += [f"{file.name}: {n}" for n in edits.notes]
        all_.settled += [p for p in every if p.excerpt.coder in ours]
        all_.placements += [p for p in out.placements if p.excerpt.coder not in ours]
        all_.aided += [p for p in out.aided if p.excerpt.coder not in ours]
    return all_


def _nothing(file: Path, unmapped: Sequence[Unmapped]) -> list[Problem]:
    mend = "say what it is: precode codes FILE --map map.toml"
    if unmapped:
        return [
            Problem(
                str(file), f"code {u.code!r} ({u.codings} codings) is not in the codebook", mend
            )
            for u in unmapped
        ]
    return [Problem(str(file), "holds no coding of a text", "check that its sources were exported")]


def _exported(study: Study, stamp: str) -> dict[str, Any] | None:
    """What the log says of the export with ``stamp``, None if this study never made it."""
    for row in study.store.logged():
        detail = row["detail"]
        if row["verb"] == "export" and isinstance(detail, dict) and detail.get("stamp") == stamp:
            return detail
    return None


def _base(study: Study, detail: Mapping[str, Any], sentences: Sequence[Sentence]) -> Project:
    """What we exported then, without the machine's codings."""
    m = material(study)
    last = int(detail["until"])
    past = [e for e in m.events if e.seq <= last]
    human = fold(past, sentences, overlap=m.overlap)
    choice = Choice(
        human=bool(detail["human"]), machine=False,
        codes=detail["codes"] or None, coders=detail["coders"] or None,
    )  # fmt: skip
    then = replace(until(m, last, human), hidden=frozenset(detail["hidden"]))
    return project_of(then, choice)


def _kept(project: Project, transcripts: Sequence[Transcript]) -> dict[str, str]:
    """Transcripts (id → name) whose text the project still holds."""
    found = find_sources(project, transcripts)
    return {t.id: t.name for s in project.sources if s.text and (t := found.get(s.id))}


def _lost(project: Project, transcripts: Sequence[Transcript]) -> set[tuple[str, str]]:
    """(coder, transcript id) of codings that the file holds and nobody can place."""
    found = find_sources(project, transcripts)
    names = {c.id: c.name.removeprefix(ACCEPTED) for c in project.coders}
    return {(names.get(c, ""), found[s].id) for s, c in project.lost if s in found}


def _readings(
    project: Project,
    transcripts: Sequence[Transcript],
    history: Sequence[Event],
    study: Study,
    batch: str,
) -> list[Event]:
    """What our export says was read, as events that do not stand yet."""
    there = {
        (e.coder, e.transcript_id, e.start, e.end)
        for e in standing(history)
        if e.kind is EventKind.READ
    }
    return [
        Event(
            EventKind.READ, coder, t.id, start, end, assisted=aided,
            codebook=study.codebook.hash, origin="import", batch=batch,
        )
        for coder, t, start, end, aided in read_spans(project, transcripts)
        if (coder, t.id, start, end) not in there
    ]  # fmt: skip
