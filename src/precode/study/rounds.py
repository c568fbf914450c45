"""Rounds of blind double-coding: sentences given to several coders, each to code them alone.

Like the audit sample a round is frozen by triggers: who was to code what, and when a round was
ended early, is never changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from precode.study.logbook import now
from precode.study.versions import Versions


@dataclass(frozen=True, slots=True)
class Round:
    """Every one of ``coders`` codes every one of ``sentences`` (ids, in the order of asking).

    ``how`` says how they came to be given: kind ("transcripts", "share", "sentences"), seed, draw.
    ``closed`` is when the round was ended before all were done; "" if it was not.
    """

    name: str
    coders: tuple[str, ...]
    sentences: tuple[str, ...]
    how: Mapping[str, object] = field(default_factory=dict)
    at: str = ""
    closed: str = ""

    @property
    def identity(self) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
        """What makes it the same round in another copy of the study, whatever its name there."""
        return self.at, self.coders, self.sentences


class Rounds(Versions):
    """A database with rounds."""

    def add_round(self, made: Round) -> None:
        """Keep ``made``, for good. Raises :class:`sqlite3.IntegrityError` if the name is taken."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO round VALUES (?,?,?,?)",
                (made.name, json.dumps(made.coders), json.dumps(made.how), made.at or now()),
            )
            self._db.executemany(
                "INSERT INTO assignment VALUES (?,?,?)",
                [(made.name, place, i) for place, i in enumerate(made.sentences)],
            )
            if made.closed:
                self._db.execute("INSERT INTO closing VALUES (?,?)", (made.name, made.closed))

    def close_round(self, name: str, *, at: str = "") -> None:
        """End the round early. Raises :class:`sqlite3.IntegrityError` for no such round, or one
        that was ended before.
        """
        with self._transaction():
            self._db.execute("INSERT INTO closing VALUES (?,?)", (name, at or now()))

    def rounds(self) -> tuple[Round, ...]:
        """All rounds, oldest first. Sentences that a newer version of their transcript has word for
        word stand for them; one that was changed has left its round.
        """
        given: dict[str, list[str]] = {}
        became = self.became()
        for name, i in self._db.execute(
            "SELECT round, sentence_id FROM assignment ORDER BY round, position"
        ):
            if now_called := became.get(i, i):
                given.setdefault(name, []).append(now_called)
        closed: dict[str, str] = dict(self._db.execute("SELECT round, at FROM closing"))
        return tuple(
            Round(name, _names(coders), tuple(given.get(name, ())), json.loads(how), at,
                  closed.get(name, ""))
            for name, coders, how, at in self._db.execute(
                "SELECT name, coders, how, at FROM round ORDER BY at, name"
            )
        )  # fmt: skip


def _names(text: str) -> tuple[str, ...]:
    found: Sequence[str] = json.loads(text)
    return tuple(found)
