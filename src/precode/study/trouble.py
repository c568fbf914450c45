"""What SQLite says of a bad disk or file, in a researcher's words, with what mends it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from precode.errors import StudyError

# What is wrong with the disk or the file, not with our statements: SQLite's code, in words, mend.
_TROUBLE = {
    sqlite3.SQLITE_FULL: ("the disk is full", "make room on it, then run the command again"),
    sqlite3.SQLITE_IOERR: ("the disk failed", "check the disk, then run the command again"),
    sqlite3.SQLITE_READONLY: ("it cannot be written", ""),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", ""),
    sqlite3.SQLITE_PERM: ("it may not be opened", ""),
    sqlite3.SQLITE_BUSY: ("it is busy", "close other programs that use it, then try again"),
    sqlite3.SQLITE_LOCKED: ("it is busy", "close other programs that use it, then try again"),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "restore"),
    sqlite3.SQLITE_NOTADB: ("it is no database, or is damaged", "restore"),
}
_WRITABLE = "check the folder's permissions, or copy the study to a folder of your own"


def study_error(path: Path, error: sqlite3.DatabaseError) -> StudyError | None:
    """``error`` in words, if it is the file's or the disk's fault; None if it is ours."""
    found = _TROUBLE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if found is None:
        return None
    what, mend = found
    return StudyError(
        f"{path}: {what} ({error})",
        mend=restoring(path) if mend == "restore" else mend or _WRITABLE,
    )


def restoring(path: Path) -> str:
    """What to do when the database at ``path`` is lost or damaged."""
    copies = sorted((path.parent / "backups").glob("study-*.db"))
    if copies:
        log = path.with_name(f"{path.name}-wal")  # SQLite would replay it into the copy
        also = f", and delete {log.name}" if log.exists() else ""
        return f"restore the newest backup: copy {copies[-1]} over it{also}"
    return "restore the study folder from your own backup: there is no copy in it"
