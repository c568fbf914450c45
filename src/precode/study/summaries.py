"""Summaries that the team types into the cells of the framework matrix: only ever appended.

The latest of a row and code stands; an empty one takes back what stood. A row is named by a key
that does not change with the order or the look of the matrix (``precode.report.summaries``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from precode.study.logbook import Logbook, now


@dataclass(frozen=True, slots=True)
class StoredSummary:
    """What ``file`` said of ``code`` in the ``row``; ``at`` is UTC, ISO 8601, "" until stored."""

    row: str
    code: str
    text: str
    file: str
    at: str = ""


class Summaries(Logbook):
    """A database with summaries."""

    def keep_summaries(self, typed: Sequence[StoredSummary]) -> None:
        """Append all of ``typed``, or nothing."""
        with self._transaction():
            self._db.executemany(
                "INSERT INTO summary (at, file, row, code, text) VALUES (?,?,?,?,?)",
                [(s.at or now(), s.file, s.row, s.code, s.text) for s in typed],
            )
            files = sorted({s.file for s in typed})
            self._log("summaries", {"cells": len(typed), "files": files})

    def summary_history(self) -> tuple[StoredSummary, ...]:
        """Every summary ever typed, oldest first."""
        return tuple(
            StoredSummary(row, code, text, file, at)
            for row, code, text, file, at in self._db.execute(
                "SELECT row, code, text, file, at FROM summary ORDER BY at, seq"
            )
        )

    def summaries(self) -> tuple[StoredSummary, ...]:
        """The latest of each row and code; those that were taken back are left out."""
        latest = {(s.row, s.code): s for s in self.summary_history()}
        return tuple(s for s in latest.values() if s.text)
