"""``add``: transcripts into the study, all of those named or none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from precode.domain import Kind, Participant, ReadTranscript, Role, Transcript
from precode.errors import Problem, UsageError, refuse
from precode.files.text import ILLEGAL
from precode.settings import Transcripts
from precode.steps.exchange.people import joined
from precode.steps.exchange.sources import is_project, read_sources
from precode.steps.opening import Study, open_study
from precode.steps.rereading import NOTHING, Reread, compared
from precode.steps.staged import Staged
from precode.steps.updating import Updated, plan, sorted_out, supersede, write_left
from precode.study.store import Store
from precode.transcripts.attributes import read_attributes
from precode.transcripts.gather import read_folder_or_files
from precode.transcripts.read import read_each


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
    """What was (or with ``dry_run`` would be) stored. ``problems`` is filled in dry runs only;
    ``notes`` say what of projects (.qdpx) was left out. ``updated``: transcripts that got a new
    version, and what became of their codings; ``unchanged``: files that the study holds as they are;
    ``listed``: the table of acts that did not move exactly, "" if there is none. ``reread``:
    transcripts of which only the speakers' roles were read anew.
    """

    dry_run: bool
    files: tuple[Understood, ...]
    described: int
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    updated: tuple[Updated, ...] = ()
    unchanged: tuple[str, ...] = ()
    listed: str = ""
    reread: tuple[Reread, ...] = ()


def add(
    path: Path,
    files: Sequence[Path],
    *,
    attributes: Path | None = None,
    kind: Kind | None = None,
    interviewers: Sequence[str] = (),
    speaker_column: str | None = None,
    text_column: str | None = None,
    update: bool = False,
    dry_run: bool = False,
) -> Added:
    """Read ``files`` (and folders of them) into the study at ``path``.

    ``attributes`` is a table of participants; it may come with the files or alone, later. With
    ``update`` a file whose name the study knows with another text is a new version of it: codings and
    attributes move to it (:mod:`precode.steps.updating`), and the earlier one stays, superseded; one
    with the same text, and ``kind`` or ``interviewers``, has its roles read anew
    (:mod:`precode.steps.rereading`).
    Raises :class:`InputError` with every problem of every file; then nothing was stored.
    """
    if not files and attributes is None:
        raise UsageError("name the files or folders to add", mend="precode add interviews/")
    with (
        open_study(path, verb="add", write=not dry_run) as study,
        Staged(_place(study)) as read,
        Staged(_place(study)) as anew,
    ):
        projects = [f for f in files if is_project(f)]
        files = [f for f in files if not is_project(f)]
        settings = _settings(study, interviewers)
        problems = _read(
            study,
            files,
            read,
            settings,
            kind,
            speaker_column=speaker_column,
            text_column=text_column,
        )
        sources = read_sources(projects, study, settings, kind=kind, beside=read)
        read.extend(sources.read)
        problems += sources.problems
        known: frozenset[str] = frozenset()
        superseding: dict[str, Transcript] = {}
        if update:
            superseding, known, wrong = sorted_out(study.store, read)
            problems += wrong
        problems += _known(study.store, read, but=known.union(superseding))
        roles = NOTHING
        if known:
            held = (r for r in read if r.transcript.id in known)
            roles = compared(study, held, asked=kind is not None or bool(interviewers))
        problems += roles.problems
        left = known - roles.ids
        unchanged = tuple(r.source for r in read if r.transcript.id in left)
        if known:
            anew.extend(r for r in read if r.transcript.id in roles.ids)
            read.keep(lambda r: r.transcript.id not in known)
        # one at a time in memory, but for those that changed
        plans = plan(
            study,
            [(superseding[r.transcript.id], r) for r in read if r.transcript.id in superseding],
        )
        people = joined([p for made in plans for p in made.people], sources.people)
        if attributes is not None:
            gone = {t.id for t in superseding.values()} | roles.ids
            listed, wrong = read_attributes(
                attributes,
                [
                    *(t for t in study.store.transcripts() if t.id not in gone),
                    *(replace(r.transcript, text="") for r in chain(read, anew)),
                ],
                [
                    *(p for p in study.store.participants() if p.transcript_id not in gone),
                    *_speakers(chain(read, anew)),
                ],
            )
            problems += wrong
            people = joined(people, listed)
        understood = tuple(_understood(r) for r in chain(read, anew))
        updated = tuple(p.updated for p in plans)
        notes = (*sources.notes, *roles.notes)
        if dry_run:
            return Added(
                True, understood, len(people), tuple(problems), notes, updated, unchanged, "",
                roles.told,
            )  # fmt: skip
        refuse(
            "nothing was added",
            problems,
            mend="mend or leave out what is listed; `precode add --dry-run` shows every file",
        )
        if (read or anew or people) and study.store.transcripts():
            study.store.backup("before-add")
        with study.store.together():
            names = {p.old.transcript.id: study.store.make_way(p.old.transcript.id) for p in plans}
            for r in anew:
                study.store.read_anew(r)
            if read:
                study.store.add_transcripts(read, people)
            elif people:
                study.store.set_attributes(people)
            supersede(study, plans, names)
        listed_in = write_left(study, plans)
        return Added(
            False, understood, len(people), (), notes, updated, unchanged, listed_in, roles.told
        )


def _place(study: Study) -> Path:
    return study.folder.cache if study.folder.cache.is_dir() else study.folder.root


def _read(
    study: Study,
    files: Sequence[Path],
    into: Staged,
    settings: Transcripts,
    kind: Kind | None,
    *,
    speaker_column: str | None,
    text_column: str | None,
) -> list[Problem]:
    """Every file of ``files`` put ``into`` what is to be stored, or its problems returned."""
    problems: list[Problem] = []
    if not files:
        return problems
    for found in read_each(
        read_folder_or_files(files),
        settings=settings,
        limits=study.settings.limits,
        language=study.settings.study.language,
        kind=kind,
        speaker_column=speaker_column,
        text_column=text_column,
    ):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            into.add(found)
    return problems


def _settings(study: Study, interviewers: Sequence[str]) -> Transcripts:
    settings = study.settings.transcripts
    if not interviewers:
        return settings
    return settings.model_copy(update={"interviewers": (*settings.interviewers, *interviewers)})


def _known(
    store: Store, read: Sequence[ReadTranscript], *, but: Collection[str] = ()
) -> list[Problem]:
    """Files that the study holds already, or whose name it knows with another text; those with the
    ids ``but`` are seen to.
    """
    earlier = {v.old: v.name for v in store.versions()}
    by_id = {t.id: t for t in store.transcripts()}
    by_name = {t.name.casefold(): t for t in by_id.values()}
    problems = []
    for r in read:
        if ILLEGAL.search(r.transcript.name):
            problems.append(
                Problem(r.source, "its name holds bytes that are not text", "rename the file")
            )
        elif r.transcript.id in but:
            continue
        elif r.transcript.id in earlier:
            what = f"is an earlier version of {earlier[r.transcript.id]!r}, which has given way"
            mend = "leave it out, or put the copy made before (backups/…before-add.db) back"
            problems.append(Problem(r.source, what, mend))
        elif r.transcript.id in by_id:
            name = by_id[r.transcript.id].name
            problems.append(
                Problem(
                    r.source,
                    f"is in the study already, as {name!r}",
                    "leave it out; to have its speakers read anew: precode add --update, with --kind "
                    "or --interviewer",
                )
            )
        elif r.transcript.name.casefold() in by_name:
            problems.append(
                Problem(
                    r.source,
                    f"the study holds another text called {r.transcript.name!r}, "
                    "and its codings belong to that text",
                    "if it is the same talk, mended: precode add --update; else give this file "
                    "another name",
                )
            )
    return problems


def _speakers(read: Iterable[ReadTranscript]) -> list[Participant]:
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
