"""Files as transcripts: the doorway of this room."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from precode.domain import Kind, ReadTranscript, Role, Transcript, Turn
from precode.errors import InputError, Problem
from precode.files.text import decode, read_bytes
from precode.settings import Transcripts
from precode.transcripts.drafts import Draft, blank_before, draft_lines, lines_of
from precode.transcripts.roles import kind_of, role_notes, role_of
from precode.transcripts.speakers import find_marks

TEXT = (".txt", ".md", ".text")
CAPTIONS = (".vtt", ".srt")
TABLES = (".csv", ".tsv", ".xlsx")
SUFFIXES = (*TEXT, ".docx", *CAPTIONS, *TABLES)

_UNLABELLED = (
    'add --kind "field notes" if these are notes; else begin each turn with a label and a colon, '
    'as in "I: How was it?" and "P1: Fine."'
)


def read_transcript(
    path: Path,
    *,
    settings: Transcripts,
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
    data = read_bytes(path, max_megabytes=settings.max_megabytes)
    draft = _draft(path, data, settings, speaker_column=speaker_column, text_column=text_column)
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

    sentences = segment(transcript.id, draft.text, turns, unit=settings.unit, language=language)
    if not any(s.codable for s in sentences):
        notes.append("nothing in it can be coded")
    digest = hashlib.sha256(data).hexdigest()
    return ReadTranscript(transcript, turns, sentences, str(path), digest, tuple(notes))


def _draft(
    path: Path,
    data: bytes,
    settings: Transcripts,
    *,
    speaker_column: str | None,
    text_column: str | None,
) -> Draft:
    suffix = path.suffix.lower()
    patterns = (*settings.interviewers, *settings.others)
    if suffix in TEXT:
        decoded = decode(data, str(path))
        lines = lines_of(decoded.text)
        parted = blank_before(decoded.text, lines)
        heads = [decoded.text[a:b] for a, b in lines]
        marks, notes = find_marks(heads, patterns=patterns, parted=parted)
        return draft_lines(decoded.text, lines, marks, (*decoded.notes, *notes))
    if suffix == ".docx":
        from precode.transcripts.word import read_word

        return read_word(path, max_megabytes=settings.max_megabytes, patterns=patterns)
    if suffix in CAPTIONS:
        from precode.transcripts.captions import read_captions

        decoded = decode(data, str(path))
        draft = read_captions(decoded.text, name=str(path), patterns=patterns)
        return Draft(draft.text, draft.spans, draft.labelled, (*decoded.notes, *draft.notes))
    if suffix in TABLES:
        from precode.transcripts.rows import read_rows

        return read_rows(
            path,
            max_megabytes=settings.max_megabytes,
            speaker_column=speaker_column,
            text_column=text_column,
        )
    raise unknown_type(path)


def unknown_type(path: Path) -> InputError:
    """The refusal of a file whose suffix precode does not read, with what to do instead."""
    mend = {
        ".doc": "open it in Word or LibreOffice and save it as .docx",
        ".odt": "open it in LibreOffice or Word and save it as .docx",
        ".rtf": "open it in Word or LibreOffice and save it as .docx",
        ".pages": "export it from Pages as Word (.docx)",
        ".pdf": "save the document that it was made from as .docx or .txt",
        ".xls": "open it in Excel or LibreOffice and save it as .xlsx",
        ".ods": "open it in LibreOffice or Excel and save it as .xlsx",
    }.get(path.suffix.lower(), f"precode reads {', '.join(SUFFIXES)}")
    what = f"{path.suffix} files are not read" if path.suffix else "the file has no known suffix"
    return InputError(f"{path}: {what}", mend=mend, problems=[Problem(str(path), what, mend)])


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


def read_many(
    paths: Sequence[Path],
    *,
    settings: Transcripts,
    language: str = "en",
    kind: Kind | None = None,
    speaker_column: str | None = None,
    text_column: str | None = None,
) -> tuple[list[ReadTranscript], list[Problem]]:
    """All of ``paths``, and every problem of every file: nothing stops at the first.

    Also problems: two files of the same name, and two of the same content (the first is kept).
    """
    read: list[ReadTranscript] = []
    problems: list[Problem] = []
    names: dict[str, Path] = {}
    texts: dict[str, Path] = {}
    for path in paths:
        twin = names.setdefault(path.stem.casefold(), path)
        if twin is not path:
            problems.append(
                Problem(str(path), f"has the same name as {twin}", "rename one, or leave it out")
            )
            continue
        try:
            transcript = read_transcript(
                path,
                settings=settings,
                language=language,
                kind=kind,
                speaker_column=speaker_column,
                text_column=text_column,
            )
        except InputError as error:
            what = error.what.removeprefix(str(path)).lstrip(": ")
            problems += error.problems or [Problem(str(path), what, error.mend)]
            continue
        same = texts.setdefault(transcript.transcript.id, path)
        if same is not path:
            problems.append(
                Problem(str(path), f"has the same content as {same}", "leave one of them out")
            )
            continue
        read.append(transcript)
    return read, problems
