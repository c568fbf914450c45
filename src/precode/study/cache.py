"""Embeddings, kept by encoder and text hash. Safe to delete: everything in it can be made again.

It holds vectors of participants' words, so it is as confidential as the transcripts are.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
_CHUNK = 500  # SQLite's default limit of variables in one statement is 999
_KEPT_EVERY = 4096  # new vectors: what is read is kept in pieces, so that stopping loses little


class EmbeddingCache:
    """Vectors of one encoder (``key``) in ``path``. A damaged cache is thrown away and begun anew."""

    def __init__(self, path: Path, key: str) -> None:
        self._path, self._key = path, key
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, timeout=30)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)

    def _begin_anew(self, error: sqlite3.DatabaseError) -> None:
        """Throw the file away if ``error`` says that it is damaged; else (locked, full) raise it."""
        if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            raise error
        self._db.close()
        self._path.unlink(missing_ok=True)
        self._db = sqlite3.connect(self._path, timeout=30)
        self._prepare()

    def _prepare(self) -> None:
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute(
            "CREATE TABLE IF NOT EXISTS embedding (encoder TEXT NOT NULL, text BLOB NOT NULL,"
            " vector BLOB NOT NULL, PRIMARY KEY (encoder, text)) WITHOUT ROWID"
        )

    def close(self) -> None:
        self._db.close()

    def get(
        self,
        texts: Sequence[str],
        make: Callable[[Sequence[str]], Floats],
        *,
        begin: Callable[[int], None] = lambda missing: None,
    ) -> Floats:
        """``(n, d)`` vectors of ``texts``; ``make`` makes those not kept yet, some
        thousands at a time, after ``begin`` was told how many those are.
        """
        try:
            return self._get(texts, make, begin)
        except sqlite3.DatabaseError as error:
            self._begin_anew(error)
            return self._get(texts, make, begin)

    def _get(
        self,
        texts: Sequence[str],
        make: Callable[[Sequence[str]], Floats],
        begin: Callable[[int], None],
    ) -> Floats:
        keys = [hashlib.sha256(t.encode("utf-8")).digest() for t in texts]
        found: dict[bytes, Floats] = {}
        for at in range(0, len(keys), _CHUNK):
            chunk = keys[at : at + _CHUNK]
            marks = ",".join("?" * len(chunk))
            rows = self._db.execute(
                f"SELECT text, vector FROM embedding WHERE encoder = ? AND text IN ({marks})",
                (self._key, *chunk),
            )
            found.update((k, np.frombuffer(v, dtype=np.float32)) for k, v in rows)
        missing = list({k: t for k, t in zip(keys, texts, strict=True) if k not in found}.items())
        if missing:
            begin(len(missing))
        for at in range(0, len(missing), _KEPT_EVERY):
            piece = missing[at : at + _KEPT_EVERY]
            made = make([text for _, text in piece])
            found.update(zip((k for k, _ in piece), made, strict=True))
            with self._db:
                self._db.executemany(
                    "INSERT OR IGNORE INTO embedding VALUES (?,?,?)",
                    [(self._key, k, np.ascontiguousarray(found[k]).tobytes()) for k, _ in piece],
                )
        return np.stack([found[k] for k in keys]) if keys else np.zeros((0, 0), np.float32)
