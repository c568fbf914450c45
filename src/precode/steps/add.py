"""``add``: transcripts into the study, all of those named or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.domain import Kind, Participant, ReadTranscript, Role
from precode.errors import Problem, UsageError, refuse
from precode.files.text import ILLEGAL
from precode.settings import Transcripts
from precode.steps.opening import Study, open_study
from precode.study.store import Store
from precode.transcripts.attributes import read_attributes
from precode.transcripts.gather import read_folder_or_files
from precode.transcripts.read import read_many


@dataclass(frozen=True, slots=True)
class Speaker:
    """A label of one file: how it was understood."""

    label: str
    role: str
    turns: int


@dataclass(frozen=True, slots=True)
class Understood:
    """One file as ``add`` reads it. ``codable`` counts participants' sentences."""

    file: str
    name: str
    kind: str
    speakers: tuple[Speaker, ...]
    sentences: int
    codable: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Added:
    """What was (or with ``dry_run`` would be) stored. ``problems`` is filled in dry runs only."""

    dry_run: bool
    files: tuple[Understood, ...]
    described: int
    problems: tuple[Problem, ...] = ()


def add(
    path: Path,
    files: Sequence[Path],
    *,
    attributes: Path | None = None,
    kind: Kind | None = None,
    interviewers: Sequence[str] = (),
    speaker_column: str | None = None,
    text_column: str | None = None,
    dry_run: bool = False,
) -> Added:
    """Read ``files`` (and folders of them) into the study at ``path``.

    ``attributes`` is a table of participants; it may come with the files or alone, later.
    Raises :class:`InputError` with every problem of every file; then nothing was stored.
    """
    if not files and attributes is None:
        raise UsageError("name the files or folders to add", mend="precode add interviews/")
    with open_study(path, verb="add", write=not dry_run) as study:
        read, problems = _read(
            study, files, kind, interviewers, speaker_column=speaker_column, text_column=text_column
        )
        problems += _known(study.store, read)
        people: list[Participant] = []
        if attributes is not None:
            people, wrong = read_attributes(
                attributes,
                [*study.store.transcripts(), *(r.transcript for r in read)],
                [*study.store.participants(), *_speakers(read)],
            )
            problems += wrong
        understood = tuple(_understood(r) for r in read)
        if dry_run:
            return Added(True, understood, len(people), tuple(problems))
        refuse(
            "nothing was added",
            problems,
            mend="mend or leave out what is listed; `precode add --dry-run` shows every file",
        )
        if (read or people) and study.store.transcripts():
            study.store.backup("before-add")
        if read:
            study.store.add_transcripts(read, people)
        elif people:
            study.store.set_attributes(people)
        return Added(False, understood, len(people))


def _read(
    study: Study,
    files: Sequence[Path],
    kind: Kind | None,
    interviewers: Sequence[str],
    *,
    speaker_column: str | None,
    text_column: str | None,
) -> tuple[list[ReadTranscript], list[Problem]]:
    settings: Transcripts = study.settings.transcripts
    if interviewers:
        wider = (*settings.interviewers, *interviewers)
        settings = settings.model_copy(update={"interviewers": wider})
    if not files:
        return [], []
    return read_many(
        read_folder_or_files(files),
        settings=settings,
        language=study.settings.study.language,
        kind=kind,
        speaker_column=speaker_column,
        text_column=text_column,
    )


def _known(store: Store, read: Sequence[ReadTranscript]) -> list[Problem]:
    """Files that the study holds already, or whose name it knows with another text."""
    by_id = {t.id: t for t in store.transcripts()}
    by_name = {t.name.casefold(): t for t in by_id.values()}
    problems = []
    for r in read:
        if ILLEGAL.search(r.transcript.name):
            problems.append(
                Problem(r.source, "its name holds bytes that are not text", "rename the file")
            )
        elif r.transcript.id in by_id:
            name = by_id[r.transcript.id].name
            problems.append(
                Problem(r.source, f"is in the study already, as {name!r}", "leave it out")
            )
        elif r.transcript.name.casefold() in by_name:
            problems.append(
                Problem(
                    r.source,
                    f"the study holds another text called {r.transcript.name!r}, "
                    "and its codings belong to that text",
                    "give this file another name",
                )
            )
    return problems


def _speakers(read: Sequence[ReadTranscript]) -> list[Participant]:
    return [
        Participant(r.transcript.id, label)
        for r in read
        for label in sorted({t.speaker for t in r.turns if t.role is Role.PARTICIPANT} - {""})
    ]


def _understood(r: ReadTranscript) -> Understood:
    turns = Counter((t.speaker, t.role.value) for t in r.turns)
    return Understood(
        r.source,
        r.transcript.name,
        r.transcript.kind.value,
        tuple(Speaker(label, role, n) for (label, role), n in turns.items()),
        len(r.sentences),
        sum(s.codable for s in r.sentences),
        r.notes,
    )
