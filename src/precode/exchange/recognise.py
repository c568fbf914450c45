"""What kind of coded file this is: told by its content, never by its name alone; and its reader.

One registry: a new format is a :class:`Format` in ``FORMATS``.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from precode.errors import InputError, Problem, UsageError
from precode.exchange import nvivo_summary, qualcoder, taguette
from precode.exchange.foreign_sqlite import Foreign, is_sqlite, opened
from precode.exchange.project import Project
from precode.exchange.refi_package import SUFFIXES as REFI
from precode.exchange.refi_read import read_refi
from precode.exchange.word_comments import read_word_comments
from precode.exchange.word_text import read_word_parts
from precode.files.tables import SUFFIXES as TABLES
from precode.files.tables import read_grids
from precode.files.xml_parts import below

TABLE = "table"
DATABASES = (".sqlite3", ".sqlite", ".qda")
_FIRST = 200  # rows in which a file shows what it is


@dataclass(frozen=True, slots=True)
class Options:
    """What readers may need. ``known`` are names of codes that are one although they hold commas."""

    max_megabytes: float = 100
    known: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Format:
    """``name`` is what ``--from`` takes, ``title`` what messages say. ``read`` is None for tables,
    which the study's codebook is needed for (:mod:`precode.codings.tables`).
    """

    name: str
    title: str
    read: Callable[[Path, Options], Project] | None


FORMATS = {
    f.name: f
    for f in (
        Format(TABLE, "a table of excerpts", None),
        Format("refi", "a REFI-QDA project", lambda p, o: read_refi(p, max_megabytes=o.max_megabytes)),
        Format(
            "taguette", "Taguette",
            lambda p, o: taguette.read_taguette(p, max_megabytes=o.max_megabytes),
        ),
        Format(
            "word-comments", "a Word document with codes as comments",
            lambda p, o: read_word_comments(p, known=o.known, max_megabytes=o.max_megabytes),
        ),
        Format(
            "nvivo", "an NVivo coding summary",
            lambda p, o: nvivo_summary.read_nvivo_summary(p, max_megabytes=o.max_megabytes),
        ),
        Format(
            "qualcoder", "a QualCoder project",
            lambda p, o: qualcoder.read_qualcoder(p, max_megabytes=o.max_megabytes),
        ),
    )
}  # fmt: skip
_READ = (
    ".csv, .tsv and .xlsx tables; .qdpx and .qdc; Taguette (.sqlite3, .csv, .xlsx, .docx); Word "
    "comments (.docx); NVivo coding summaries (.docx, .xlsx, .txt); QualCoder (.qda folders)"
)


def recognise(path: Path, *, given: str = "", max_megabytes: float = 100) -> str:
    """The name of the format of ``path``; ``given`` (``--from``) is taken as it is.

    Raises :class:`UsageError` for a format that is none, and :class:`InputError` for a file that is
    of no format, or may be of several.
    """
    if given:
        if given not in FORMATS:
            raise UsageError(f"--from {given} is not known", mend=f"formats: {', '.join(FORMATS)}")
        return given
    found = _fits(path, max_megabytes)
    if len(found) == 1:
        return found[0]
    if found:
        either = " or ".join(FORMATS[f].title for f in found)
        what = f"may be {either}"
        mend = f"say which: --from {found[0]}"
        raise InputError(f"{path} {what}", mend=mend, problems=[Problem(str(path), what, mend)])
    what = "is nothing that codings are read from"
    raise InputError(
        f"{path} {what}",
        mend=f"read are {_READ}",
        problems=[Problem(str(path), what, f"read are {_READ}")],
    )


def brings_texts(path: Path) -> bool:
    """Whether ``path`` is a project that its texts can be taken from: REFI-QDA, a QualCoder folder, a
    Taguette database. Word documents and tables are read as transcripts themselves.
    """
    called_so = path.suffix.lower() in (*REFI, *DATABASES) and not path.is_dir()
    return called_so or is_sqlite(qualcoder.database_of(path))


def read_project(path: Path, form: str, options: Options) -> Project:
    """``path``, which is of the format ``form``, as a project. Raises :class:`InputError`."""
    reader = FORMATS[form].read
    if reader is None:
        raise ValueError(f"{form} is not read as a project")
    return reader(path, options)


def _fits(path: Path, limit: float) -> list[str]:
    suffix = path.suffix.lower()
    if path.is_dir():
        return ["qualcoder"] if qualcoder.database_of(path).is_file() else []
    if suffix in REFI:
        return ["refi"]  # its reader says what is wrong with it
    if not path.exists():
        what, mend = "does not exist", "check the name and the folder"
        raise InputError(f"{path} {what}", mend=mend)
    if is_sqlite(path) or suffix in DATABASES:
        with opened(path, max_megabytes=limit) as db:
            return _database(db)
    if suffix in TABLES:
        return _table(path, limit)
    if suffix == ".docx":
        return _word(path, limit)
    if suffix in (".txt", ".text"):
        rows = islice(nvivo_summary.rows_of(path, max_megabytes=limit), _FIRST)
        return ["nvivo"] if nvivo_summary.looks_nvivo(rows) else []
    return ["refi"] if _holds_project(path) else []


def _database(db: Foreign) -> list[str]:
    return [
        name
        for name, tables in (("taguette", taguette.TABLES), ("qualcoder", qualcoder.TABLES))
        if db.has(*tables)
    ]


def _table(path: Path, limit: float) -> list[str]:
    """A table is only what it says itself to be: any other is one of excerpts, with columns to name."""
    rows = [
        cells for grid in read_grids(path, max_megabytes=limit) for _, cells in grid.rows[:_FIRST]
    ]
    head = {" ".join(c.split()).casefold() for c in rows[0]} - {""} if rows else set()
    found = ["taguette"] if head in (taguette.HIGHLIGHTS, taguette.CODEBOOK) else []
    if nvivo_summary.looks_nvivo(rows):
        found.append("nvivo")
    return found or [TABLE]


def _word(path: Path, limit: float) -> list[str]:
    parts = read_word_parts(path, max_megabytes=limit)
    found = []
    if (comments := parts.get("word/comments.xml")) is not None and any(below(comments, "comment")):
        found.append("word-comments")
    if taguette.is_export(parts):
        found.append("taguette")
    if nvivo_summary.looks_nvivo(nvivo_summary.rows_of_word(parts)):
        found.append("nvivo")
    return found


def _holds_project(path: Path) -> bool:
    """A REFI-QDA project under another name."""
    try:
        if not zipfile.is_zipfile(path):
            return False
        with zipfile.ZipFile(path) as archive:
            return any(n.lower().endswith(".qde") for n in archive.namelist()[:20_000])
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
