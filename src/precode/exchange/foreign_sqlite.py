"""Databases that other programs made, read as if made to do harm: the one place here with SQLite.

Nothing is written, not even a journal beside the file; nothing that the file itself defines (views,
triggers, functions, virtual tables) is run; rows, bytes and seconds are counted.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from precode.errors import InputError
from precode.files.text import MEGABYTE

MAGIC = b"SQLite format 3\x00"
MOST_ROWS = 2_000_000
_SECONDS = 60.0
_STEPS = 20_000  # of SQLite's machine between two looks at the clock
_RESAVE = "open it in the program that made it, save or export it again"

Value = str | int | float | None
Row = dict[str, Value]


def is_sqlite(path: Path) -> bool:
    """Whether ``path`` is a file that begins like a database."""
    try:
        with path.open("rb") as file:
            return path.is_file() and file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


class Foreign:
    """An open database. Tables are told apart by their names; views are none."""

    def __init__(self, path: Path, db: sqlite3.Connection, *, max_bytes: int) -> None:
        self._path, self._db, self._left = path, db, max_bytes
        self.rows_left = MOST_ROWS
        names = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
        plain = [n for n, sql in names if "VIRTUAL" not in str(sql or "").upper().split()[:3]]
        self.columns: dict[str, tuple[str, ...]] = {
            n.casefold(): tuple(
                r[1].casefold() for r in db.execute(f"PRAGMA table_info({_name(n)})")
            )
            for n in plain
        }

    def has(self, *tables: str) -> bool:
        return all(t in self.columns for t in tables)

    def rows(self, table: str, *columns: str, order: str = "") -> Iterator[Row]:
        """``columns`` of every row of ``table``, by the column ``order``. A column that this version
        of the program does not have yet is None, as is whatever is neither text nor number.

        Raises :class:`InputError` for a table that is missing or too much.
        """
        if table not in self.columns:
            raise InputError(f"{self._path} has no table {table!r}", mend=_RESAVE)
        there = [c for c in columns if c in self.columns[table]]
        if not there:
            return
        by = f" ORDER BY {_name(order)}" if order in self.columns[table] else ""
        listed = ", ".join(map(_name, there))
        for values in self._db.execute(f"SELECT {listed} FROM {_name(table)}{by}"):
            self.rows_left -= 1
            self._left -= sum(len(v) for v in values if isinstance(v, str | bytes))
            if self.rows_left < 0 or self._left < 0:
                raise InputError(
                    f"{self._path} holds more than a project should",
                    mend="split it, or raise megabytes under [limits] in precode.toml",
                )
            kept = (None if isinstance(v, bytes) else v for v in values)
            yield dict.fromkeys(columns) | dict(zip(there, kept, strict=True))


@contextmanager
def opened(
    path: Path, *, max_megabytes: float = 100, seconds: float = _SECONDS
) -> Iterator[Foreign]:
    """``path`` read-only and as it lies on the disk.

    Raises :class:`InputError` if it is no database, is damaged or larger than ``max_megabytes``,
    takes longer than ``seconds``, or is open elsewhere with changes that are not in it yet.
    """
    try:
        size = path.stat().st_size if path.is_file() else -1
        wal = path.with_name(path.name + "-wal")
        pending = wal.is_file() and wal.stat().st_size > 0
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read: {error}", mend="check the name") from error
    if not is_sqlite(path):
        raise InputError(f"{path} is not a project's database", mend=_RESAVE)
    if size > max_megabytes * MEGABYTE:
        raise InputError(
            f"{path} has {size / MEGABYTE:.1f} MB; above {max_megabytes:g} MB nothing is read",
            mend="raise megabytes under [limits] in precode.toml",
        )
    if pending:
        raise InputError(
            f"{path} has changes that are not saved yet", mend="close it in the other program first"
        )
    uri = path.resolve().as_uri() + "?mode=ro&immutable=1"
    try:
        db = sqlite3.connect(uri, uri=True, isolation_level=None, cached_statements=0)
    except sqlite3.Error as error:
        raise InputError(f"{path} cannot be opened: {error}", mend=_RESAVE) from error
    try:
        _lock_down(db, int(max_megabytes * MEGABYTE), time.monotonic() + seconds)
        foreign = Foreign(path, db, max_bytes=int(max_megabytes * MEGABYTE))
        db.set_authorizer(_reads_only)
        yield foreign
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        slow = isinstance(error, sqlite3.OperationalError) and "interrupt" in str(error)
        what = f"takes longer than {seconds:g} seconds" if slow else f"is damaged: {error}"
        raise InputError(f"{path} {what}", mend=_RESAVE) from error
    finally:
        with suppress(sqlite3.Error):
            db.close()


def _lock_down(db: sqlite3.Connection, most: int, until: float) -> None:
    db.text_factory = lambda data: data.decode("utf-8", "replace")
    db.set_progress_handler(lambda: int(time.monotonic() > until), _STEPS)
    for limit, value in (
        (sqlite3.SQLITE_LIMIT_LENGTH, most),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_COLUMN, 200),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 1),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        db.setlimit(limit, value)
    # The header of the file may ask for a map of it in memory, which faults where it is cut short.
    for pragma in ("trusted_schema = OFF", "query_only = ON", "cell_size_check = ON",
                   "mmap_size = 0"):  # fmt: skip
        db.execute(f"PRAGMA {pragma}")


def _reads_only(action: int, *_: object) -> int:
    """No function, no view's SELECT inside another's, no pragma: columns of tables, and that is all."""
    reading = action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ)
    return sqlite3.SQLITE_OK if reading else sqlite3.SQLITE_DENY


def _name(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def text(value: Value) -> str:
    """What a cell says, "" for nothing."""
    return "" if value is None else str(value)


def number(value: Value) -> int | None:
    """A cell as a whole number, None where it is none: SQLite keeps text in columns of numbers."""
    if isinstance(value, int):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return (
        int(value)
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit()
        else None
    )


def pick(rows: Sequence[Row], key: str) -> dict[int, Row]:
    """``rows`` by the number in ``key``; those without one are left out."""
    return {n: r for r in rows if (n := number(r[key])) is not None}
