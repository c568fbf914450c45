"""Versions of transcripts: an earlier one stays with all its acts, and is hidden from every reader.

Which transcript supersedes which, where its sentences went and from which act a carried one comes is
only ever added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from precode.domain import Event, Kind, Transcript
from precode.study.logbook import Logbook, now

CURRENT = "NOT IN (SELECT transcript_id FROM version)"
"""Condition on a transcript's id, in SQL."""


@dataclass(frozen=True, slots=True)
class Version:
    """The transcript ``old`` (id), which was called ``name``, gave way to ``new`` (id) at ``at``. It
    is stored under another name, since a name is one transcript's.
    """

    old: str
    new: str
    name: str
    at: str


@dataclass(frozen=True, slots=True)
class CarriedAct:
    """The act ``seq`` is the act ``source`` on a newer version. ``note``: what had changed."""

    seq: int
    source: int
    note: str


@dataclass(frozen=True, slots=True)
class Carrying:
    """An ``event`` to be stored as a piece (``part``) of the act ``source``, with a ``note``."""

    event: Event
    source: int
    part: int
    note: str


class Versions(Logbook):
    """A database with versions."""

    def versions(self) -> tuple[Version, ...]:
        """Every transcript that gave way to another, oldest first."""
        return tuple(
            Version(*row)
            for row in self._db.execute(
                "SELECT transcript_id, superseded_by, name, at FROM version ORDER BY at, rowid"
            )
        )

    def superseded(self) -> tuple[Transcript, ...]:
        """Earlier versions, by the name that they are stored under."""
        rows = self._db.execute(
            "SELECT id, name, text, sha256, kind FROM transcript"
            " WHERE id IN (SELECT transcript_id FROM version) ORDER BY name"
        )
        return tuple(Transcript(i, n, t, h, Kind(k)) for i, n, t, h, k in rows)

    def carried(self) -> tuple[CarriedAct, ...]:
        """Every act that comes from one on an earlier version."""
        return tuple(
            CarriedAct(*row)
            for row in self._db.execute("SELECT seq, source, note FROM carried ORDER BY seq")
        )

    def left_behind(self) -> dict[int, str]:
        """Number of each act that stayed with an earlier version → why."""
        return dict(self._db.execute("SELECT seq, why FROM left_behind ORDER BY seq"))

    def became(self) -> dict[str, str]:
        """Id of every sentence to code of an earlier version → that of the same sentence, word for
        word, in the version that stands now, or "".
        """
        step: dict[str, str] = dict(self._db.execute("SELECT sentence_id, became FROM became"))
        out = {}
        for old in step:
            at = old
            while at in step:
                at = step[at]
            out[old] = at
        return out

    def make_way(self, old: str) -> str:
        """Rename the transcript ``old`` (id), so that its next version can have its name; returns the
        name that it had. Part of a transaction that :meth:`give_way` ends.
        """
        (name,) = self._db.execute("SELECT name FROM transcript WHERE id = ?", (old,)).fetchone()
        taken = {n.casefold() for (n,) in self._db.execute("SELECT name FROM transcript")}
        number = 1
        while (other := f"{name} (version {number})").casefold() in taken:
            number += 1
        self._db.execute("UPDATE transcript SET name = ? WHERE id = ?", (other, old))
        return str(name)

    def give_way(
        self,
        version: Version,
        acts: Sequence[Carrying],
        left: Mapping[int, str],
        became: Mapping[str, str],
    ) -> None:
        """Keep that ``version.old`` gives way to ``version.new``, which is stored already; ``acts`` in
        the order of the history, each right before the act that it comes from; which acts are
        ``left`` (number → why), and what each sentence ``became``.
        """
        with self._transaction():
            self._db.execute(
                "INSERT INTO version VALUES (?,?,?,?)",
                (version.old, version.new, version.name, version.at or now()),
            )
            self._db.executemany("INSERT INTO became VALUES (?,?)", list(became.items()))
            self._db.executemany("INSERT INTO left_behind VALUES (?,?)", list(left.items()))
            numbers: dict[tuple[int, int], int] = {}
            for c in acts:
                undoes = numbers.get((c.event.undoes, c.part)) if c.event.undoes else None
                stored = self._insert(replace(c.event, undoes=undoes), before=c.source)
                numbers[c.source, c.part] = stored.seq
                self._db.execute(
                    "INSERT INTO carried VALUES (?,?,?)", (stored.seq, c.source, c.note)
                )

    def _insert(self, event: Event, *, before: int) -> Event:
        raise NotImplementedError  # the store knows how events are written
