"""The sources of other programs' projects as transcripts."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from precode.domain import Kind, Participant, ReadTranscript, Role
from precode.errors import InputError, Problem
from precode.exchange.project import Project, Source
from precode.exchange.recognise import brings_texts
from precode.settings import Transcripts
from precode.steps.exchange.opened import open_all
from precode.steps.exchange.people import people_of
from precode.steps.opening import Study
from precode.transcripts.read import read_transcript


def is_project(path: Path) -> bool:
    """Whether ``path`` is a project that brings its texts with it."""
    return brings_texts(path)


@dataclass(slots=True)
class Sources:
    """The sources of projects as transcripts, the participants that their cases describe, a problem
    for each source that cannot be read, and notes on what was left out.
    """

    read: list[ReadTranscript]
    people: list[Participant]
    problems: list[Problem]
    notes: list[str]


def read_sources(
    files: Sequence[Path],
    study: Study,
    settings: Transcripts,
    *,
    kind: Kind | None,
    beside: Sequence[ReadTranscript] = (),
) -> Sources:
    """The sources with text of the projects ``files``, by the usual reader of speakers and turns.
    ``beside`` are transcripts read from other files at the same time: no name or text comes twice.
    """
    out = Sources([], [], [], [])
    names = {r.transcript.name.casefold(): r.source for r in beside}
    texts = {r.transcript.id: r.source for r in beside}
    for file in files:
        project, wrong = opened(study, file)
        out.problems += wrong
        if project is None:
            continue
        out.notes += [
            f"{file.name}, {d.where}: {d.what}" for d in project.doubts if d.kind == "left out"
        ]
        with_text = [s for s in project.sources if s.text]
        if not with_text:
            what = "has no source with text"
            out.problems.append(Problem(str(file), what, "add the transcripts themselves"))
        mine: list[ReadTranscript] = []
        for s in with_text:
            where = f"{file}: {s.name}"
            r = _source(s, where, study, settings, kind)
            if not isinstance(r, ReadTranscript):
                out.problems += r
                continue
            for key, seen, what in (
                (s.name.casefold(), names, "name"),
                (r.transcript.id, texts, "content"),
            ):
                if (twin := seen.setdefault(key, where)) != where:
                    said = f"has the same {what} as {twin}"
                    out.problems.append(Problem(where, said, "leave one of them out"))
            mine.append(r)
        people, said_of = people_of(
            project,
            [r.transcript for r in mine],
            {r.transcript.id: r.turns for r in mine},
            _speakers(mine),
        )
        out.read += mine
        out.people += people
        out.notes += [f"{file.name}: {n}" for n in said_of]
    return out


def opened(study: Study, file: Path) -> tuple[Project | None, Sequence[Problem]]:
    """The project in ``file``, within the limits of ``study``; or None and what is wrong with it."""
    found = open_all(study, [file])
    return found.projects.get(file), found.problems


def _source(
    s: Source, where: str, study: Study, settings: Transcripts, kind: Kind | None
) -> ReadTranscript | Sequence[Problem]:
    kinds = {k.value: k for k in Kind}  # as our own exports describe them
    with tempfile.TemporaryDirectory(prefix="precode-") as folder:
        text = Path(folder) / "source.txt"
        text.write_bytes(s.text.encode("utf-8"))
        try:
            r = read_transcript(
                text, settings=settings, limits=study.settings.limits,
                language=study.settings.study.language, kind=kind or kinds.get(s.note), name=s.name,
            )  # fmt: skip
        except InputError as error:
            found = error.problems or [Problem("", error.what, error.mend)]
            return [Problem(where, p.what.replace(f"{text}: ", ""), p.mend) for p in found]
    return replace(r, source=where)


def _speakers(read: Sequence[ReadTranscript]) -> list[Participant]:
    return [
        Participant(r.transcript.id, label)
        for r in read
        for label in sorted({t.speaker for t in r.turns if t.role is Role.PARTICIPANT} - {""})
    ]
