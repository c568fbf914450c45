"""The study's log: every step run on it, with what the methods appendix needs to say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import precode
from precode.study.database import Database


def now() -> str:
    """UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Logbook(Database):
    """A database with a log."""

    def _log(self, verb: str, detail: Mapping[str, object]) -> None:
        self._db.execute(
            "INSERT INTO log (at, verb, version, detail) VALUES (?,?,?,?)",
            (now(), verb, precode.__version__, json.dumps(detail)),
        )

    def log(self, verb: str, **detail: object) -> None:
        """Note that a step was run, for the methods appendix."""
        with self._transaction():
            self._log(verb, detail)

    def logged(self) -> tuple[dict[str, object], ...]:
        """Every step run on the study, oldest first: at, verb, version, detail."""
        return tuple(
            {"at": at, "verb": verb, "version": version, "detail": json.loads(detail)}
            for at, verb, version, detail in self._db.execute(
                "SELECT at, verb, version, detail FROM log ORDER BY at, seq"
            )
        )
