"""Files as transcripts: the doorway of this room."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from precode.domain import Kind, ReadTranscript, Role, Transcript, Turn
from precode.errors import InputError, Problem
from precode.files.text import read_bytes
from precode.settings import Limits, Transcripts
from precode.transcripts.drafts import Draft
from precode.transcripts.formats import Opened, read_draft
from precode.transcripts.languages import language_notes
from precode.transcripts.roles import kind_of, role_notes, role_of

_LIMITS = Limits()
_UNLABELLED = (
    'add --kind "field notes" if these are notes; else begin each turn with a label and a colon, '
    'as in "I: How was it?" and "P1: Fine."'
)


def read_transcript(
    path: Path,
    *,
    settings: Transcripts,
    limits: Limits = _LIMITS,
    language: str = "en",
    kind: Kind | None = None,
    name: str | None = None,
    speaker_column: str | None = None,
    text_column: str | None = None,
) -> ReadTranscript:
    """``path`` as turns and sentences. ``name`` is by default the file's, without its suffix.

    ``kind`` overrides what the name and the speakers suggest. ``speaker_column`` and
    ``text_column`` name the columns of tables. Raises :class:`InputError` for a file of unknown
    type, empty, damaged, not what its suffix says, or without any speaker although not field notes.
    """
    name = path.stem if name is None else name
    data = read_bytes(path, max_megabytes=limits.megabytes)
    patterns = (*settings.interviewers, *settings.others)
    draft = read_draft(Opened(path, data, limits, patterns, speaker_column, text_column))
    found = kind or kind_of(name, draft, settings)
    if found is None or (found is not Kind.FIELD_NOTES and not draft.labelled):
        problem = Problem(str(path), "no speaker labels found", _UNLABELLED)
        raise InputError(f"{path}: no speaker labels found", mend=_UNLABELLED, problems=[problem])
    notes = list(draft.notes)
    if found is Kind.FIELD_NOTES:
        if draft.labelled:
            notes.append("read as field notes: everything can be coded, whoever says it")
        turns = _notes_turns(draft)
    else:
        notes += role_notes(draft, settings)
        turns = _turns(draft, settings)
    transcript = Transcript.make(name, draft.text, found)
    # spaCy takes a second to load; `--help` and refusals should not wait for it.
    from precode.transcripts.sentences import segment

    sentences = segment(
        transcript.id,
        draft.text,
        turns,
        unit=settings.unit,
        language=language,
        pipeline=settings.pipeline,
    )
    notes += language_notes([draft.text[t.start : t.end] for t in turns], language=language)
    if not any(s.codable for s in sentences):
        notes.append("nothing in it can be coded")
    digest = hashlib.sha256(data).hexdigest()
    return ReadTranscript(transcript, turns, sentences, str(path), digest, tuple(notes))


def _turns(draft: Draft, settings: Transcripts) -> tuple[Turn, ...]:
    return tuple(
        Turn(
            index,
            span.speaker or "",
            role_of(span.speaker, settings) if span.speaker else Role.OTHER,
            span.start,
            span.end,
            span.time,
        )
        for index, span in enumerate(draft.spans)
    )


def _notes_turns(draft: Draft) -> tuple[Turn, ...]:
    """In field notes all can be coded but titles and comments, and nobody is a speaker."""
    return tuple(
        Turn(
            index,
            "",
            Role.OTHER if span.speaker is None and not draft.labelled else Role.PARTICIPANT,
            span.start,
            span.end,
            span.time,
        )
        for index, span in enumerate(draft.spans)
    )


def read_each(
    paths: Iterable[Path],
    *,
    settings: Transcripts,
    limits: Limits = _LIMITS,
    language: str = "en",
    kind: Kind | None = None,
    speaker_column: str | None = None,
    text_column: str | None = None,
) -> Iterator[ReadTranscript | Problem]:
    """Each of ``paths`` in turn as it is asked for, or its problems: nothing stops at the first.

    Also problems: two files of the same name, and two of the same content (the first is kept).
    """
    names: dict[str, Path] = {}
    texts: dict[str, Path] = {}
    for path in paths:
        twin = names.setdefault(path.stem.casefold(), path)
        if twin is not path:
            what = f"has the same name as {twin}"
            yield Problem(str(path), what, "rename one, or leave it out")
            continue
        try:
            transcript = read_transcript(
                path,
                settings=settings,
                limits=limits,
                language=language,
                kind=kind,
                speaker_column=speaker_column,
                text_column=text_column,
            )
        except InputError as error:
            what = error.what.removeprefix(str(path)).lstrip(": ")
            yield from error.problems or [Problem(str(path), what, error.mend)]
            continue
        same = texts.setdefault(transcript.transcript.id, path)
        if same is not path:
            what = f"has the same content as {same}"
            yield Problem(str(path), what, "leave one of them out")
            continue
        yield transcript


def read_many(
    paths: Sequence[Path],
    *,
    settings: Transcripts,
    limits: Limits = _LIMITS,
    language: str = "en",
    kind: Kind | None = None,
    speaker_column: str | None = None,
    text_column: str | None = None,
) -> tuple[list[ReadTranscript], list[Problem]]:
    """All of ``paths`` at once, and every problem of every file. See :func:`read_each`."""
    found = list(
        read_each(
            paths,
            settings=settings,
            limits=limits,
            language=language,
            kind=kind,
            speaker_column=speaker_column,
            text_column=text_column,
        )
    )
    read = [f for f in found if isinstance(f, ReadTranscript)]
    return read, [f for f in found if isinstance(f, Problem)]
