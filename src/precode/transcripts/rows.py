"""Tables as transcripts: one row, one turn."""

from __future__ import annotations

import re
from pathlib import Path

from precode.domain import Kind
from precode.errors import InputError
from precode.files.tables import Table, read_table
from precode.transcripts.drafts import Draft, Utterance, compose
from precode.transcripts.labels import seconds

SPEAKER = ("speaker", "speaker name", "speaker label", "name", "label", "role", "who",
           "interlocutor", "participant", "voice", "person")  # fmt: skip
TEXT = ("text", "utterance", "utterance text", "content", "speech", "transcript", "transcription",
        "transcript text", "sentence", "answer", "response", "comment", "feedback", "free text",
        "message")  # fmt: skip
TIME = ("time", "timestamp", "start", "start time", "begin", "time stamp")
_SOURCE = ("source", "file", "filename", "file name", "transcript id", "interview", "interview id",
           "session", "document")  # fmt: skip


def read_rows(
    path: Path,
    *,
    max_megabytes: float,
    speaker_column: str | None = None,
    text_column: str | None = None,
) -> Draft:
    """The draft of a table with a text column and, unless it holds open answers, a speaker column.

    Columns are known by common names or named by the arguments. Raises :class:`InputError` listing
    the columns found if there is no text column, or if a named column is not there.
    """
    table = read_table(path, max_megabytes=max_megabytes)
    text = find_column(table, path, text_column, TEXT, "--text-column")
    if text is None and len(table.columns) == 1:
        text = table.columns[0]
    if text is None:
        raise InputError(
            f"{path.name} has no column that is known to hold the speech",
            mend=f"name it: --text-column NAME; its columns: {', '.join(table.columns)}",
        )
    speaker = find_column(table, path, speaker_column, SPEAKER, "--speaker-column")
    time = find_column(table, path, None, TIME, "")
    notes = list(table.notes)
    source = find_column(table, path, None, _SOURCE, "")
    if source and source not in (text, speaker) and len({r[source] for r in table.rows}) > 1:
        notes.append(
            f"column {source!r} has several values, but all rows were read as one transcript: "
            "make a file of each if they are several"
        )
    utterances: list[Utterance] = []
    current: str | None = None
    unlabelled = 0
    for row in table.rows:
        if speaker is not None:
            label = re.sub(r"\s+", " ", row[speaker]).strip().rstrip(":").rstrip()
            unlabelled += not label
            current = label or current
        when = _seconds(row[time]) if time else None
        utterances.append(Utterance(current if speaker else "", row[text], when))
    if unlabelled:
        notes.append(f"{unlabelled} rows without a speaker were given to the speaker before")
    composed, spans, empty = compose(utterances)
    if empty:
        notes.append(f"{empty} row{'s' * (empty > 1)} without text left out")
    if not spans:
        raise InputError(f"{path.name} has no text in column {text!r}", mend="check the column")
    if speaker is None:
        notes.append(f"no speaker column: each row of {text!r} is read as an open answer")
        return Draft(composed, spans, labelled=False, notes=tuple(notes), kind=Kind.FIELD_NOTES)
    labelled = any(s.speaker for s in spans)
    return Draft(composed, spans, labelled, tuple(notes))


def find_column(
    table: Table, path: Path, wanted: str | None, names: tuple[str, ...], flag: str
) -> str | None:
    """The column called ``wanted``, else the first of ``names`` that is there, else None."""
    plain = {re.sub(r"[\W_]+", " ", c).strip().casefold(): c for c in table.columns}
    if wanted is not None:
        if wanted in table.columns:
            return wanted
        found = plain.get(re.sub(r"[\W_]+", " ", wanted).strip().casefold())
        if found is None:
            raise InputError(
                f"{path.name} has no column {wanted!r}",
                mend=f"{flag} takes one of: {', '.join(table.columns)}",
            )
        return found
    return next((plain[n] for n in names if n in plain), None)


def _seconds(cell: str) -> float | None:
    if re.fullmatch(r"\d+(?:\.\d+)?", cell.strip()):
        return float(cell)
    return seconds(cell)
