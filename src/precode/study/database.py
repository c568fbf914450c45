"""An open SQLite file: found to be a study's, brought up to date, in transactions, backed up.

WAL with ``synchronous=FULL``: when a transaction returns, it is on the disk, also if the power
goes next.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import precode
from precode.errors import StudyError
from precode.files.atomic import replacing
from precode.study.schema import APPLICATION_ID, MIGRATIONS
from precode.study.trouble import restoring, study_error

KEPT_BACKUPS = 10


class Database:
    """An open database. Use as a context manager; close it in the thread that opened it."""

    def __init__(self, path: Path, *, new: bool = False) -> None:
        """Opens ``path``; creates it if ``new``. Raises :class:`StudyError` if it is no study
        database, is damaged, cannot be opened here, or was written by a newer precode.
        """
        self.path = path
        try:
            # by URI, because a plain open makes a missing database anew, and hides that it is lost
            uri = f"{path.resolve().as_uri()}?mode={'rwc' if new else 'rw'}"
            self._db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=5)
        except sqlite3.DatabaseError as error:
            raise study_error(path, error) or error from error
        try:
            self._db.execute("PRAGMA foreign_keys = ON")
            self._db.execute("PRAGMA trusted_schema = OFF")
            self._check(new)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            self._migrate()
        except BaseException as error:
            self.__exit__(type(error), error, None)
            raise

    @classmethod
    def snapshot(cls, path: Path) -> Self:
        """What ``path`` holds now, in memory and brought up to date there; nothing is written on
        the disk, so that another's study can be looked into. Raises as opening does.
        """
        out = cls.__new__(cls)
        out.path = path
        out._db = sqlite3.connect(":memory:", isolation_level=None)
        try:
            # what nobody has open is read without the files that SQLite would leave beside it
            alone = not any(path.with_name(path.name + end).exists() for end in ("-wal", "-shm"))
            how = "mode=ro&immutable=1" if alone else "mode=ro"
            source = sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, timeout=5)
            try:
                source.backup(out._db)
            finally:
                source.close()
            out._db.execute("PRAGMA foreign_keys = ON")
            out._db.execute("PRAGMA trusted_schema = OFF")
            out._check(new=False)
            out._migrate(backup=False)
        except BaseException as error:
            out.__exit__(type(error), error, None)
            raise
        return out

    def __enter__(self) -> Self:
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._db.close()
        if isinstance(error, sqlite3.DatabaseError) and (ours := study_error(self.path, error)):
            raise ours from error

    def _check(self, new: bool) -> None:
        (app,) = self._db.execute("PRAGMA application_id").fetchone()
        (tables,) = self._db.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and app != APPLICATION_ID:
            raise StudyError(
                f"{self.path} is a database of another program", mend="choose another folder"
            )
        if not tables and not new:
            raise StudyError(
                f"{self.path} is empty: its content is lost", mend=restoring(self.path)
            )

    def _migrate(self, *, backup: bool = True) -> None:
        (done,) = self._db.execute("PRAGMA user_version").fetchone()
        if done > len(MIGRATIONS):
            raise StudyError(
                f"{self.path} was written by a newer precode than {precode.__version__}",
                mend="upgrade: pip install --upgrade precode",
            )
        if backup and 0 < done < len(MIGRATIONS):
            self.backup("before-migration")
        for number, (_, sql) in enumerate(MIGRATIONS[done:], done + 1):
            with self._transaction():
                for statement in _statements(sql):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
                self._db.execute(f"PRAGMA user_version = {number}")

    def together(self) -> AbstractContextManager[None]:
        """What is stored inside the ``with`` block is one transaction: all of it or nothing."""
        return self._transaction()

    def _inside(self) -> bool:
        return self._db.in_transaction

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        if self._inside():  # part of a larger one
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            if self._inside():  # on a full disk SQLite has rolled back already
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def backup(self, why: str) -> Path:
        """A verified copy of the database in ``backups/``; the oldest of many are removed."""
        folder = self.path.parent / "backups"
        stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        path = folder / f"study-{stamp}-{why}.db"
        with replacing(path) as temporary:
            copy = sqlite3.connect(temporary)
            try:
                self._db.backup(copy)
                (verdict,) = copy.execute("PRAGMA quick_check").fetchone()
            finally:
                copy.close()
            if verdict != "ok":
                raise StudyError(
                    f"the backup of {self.path} failed its check ({verdict})",
                    mend=f"nothing was changed; run: precode doctor --study {self.path.parent}",
                )
        for old in sorted(folder.glob("study-*.db"))[:-KEPT_BACKUPS]:
            old.unlink()
        return path

    def check(self) -> list[str]:
        """What SQLite finds wrong with the file; empty if nothing."""
        verdicts = [str(r[0]) for r in self._db.execute("PRAGMA integrity_check")]
        verdicts += [f"dangling row: {r}" for r in self._db.execute("PRAGMA foreign_key_check")]
        return [v for v in verdicts if v != "ok"]


def _statements(sql: str) -> Iterator[str]:
    """Single statements of a script: ``executescript`` would commit the open transaction."""
    pending = ""
    for line in sql.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            yield pending
            pending = ""
    assert not pending.strip(), pending
