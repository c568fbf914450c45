"""Who speaks and what can be coded in a stored transcript, read anew: text and sentences stay."""

from __future__ import annotations

import json

from precode.domain import ReadTranscript, Role
from precode.study.logbook import Logbook


class Roles(Logbook):
    """A database whose transcripts can be read anew."""

    def read_anew(self, read: ReadTranscript) -> None:
        """Take the kind, the turns, the speakers and what can be coded from ``read``. Its text and
        its sentences must be those that are stored. Participants that it lacks go with their
        attributes, which the log keeps. Acts point at the text, so they are untouched. Raises
        :class:`KeyError` for a sentence that is not stored.
        """
        t = read.transcript
        with self._transaction():
            (was,) = self._db.execute(
                "SELECT kind FROM transcript WHERE id = ?", (t.id,)
            ).fetchone()
            self._db.execute(
                "UPDATE transcript SET kind = ?, notes = ? WHERE id = ?",
                (t.kind.value, json.dumps(read.notes), t.id),
            )
            self._db.execute("DELETE FROM turn WHERE transcript_id = ?", (t.id,))
            self._db.executemany(
                "INSERT INTO turn VALUES (?,?,?,?,?,?,?)",
                [
                    (t.id, u.index, u.speaker, u.role.value, u.start, u.end, u.time)
                    for u in read.turns
                ],
            )
            for s in read.sentences:
                done = self._db.execute(
                    "UPDATE sentence SET turn = ?, codable = ? WHERE id = ? AND transcript_id = ?",
                    (s.turn, int(s.codable), s.id, t.id),
                )
                if done.rowcount != 1:
                    raise KeyError(s.id)
            gone = self._participants(read)
            codable = sum(s.codable for s in read.sentences)
            self._log(
                "read anew",
                {"transcript": t.name, "was": was, "kind": t.kind.value, "codable": codable,
                 "participants gone": gone},
            )  # fmt: skip

    def _participants(self, read: ReadTranscript) -> dict[str, object]:
        """Make those of ``read`` the transcript's; returns the others with their attributes."""
        t = read.transcript.id
        labels = {u.speaker for u in read.turns if u.role is Role.PARTICIPANT and u.speaker}
        known = dict(
            self._db.execute(
                "SELECT label, attributes FROM participant WHERE transcript_id = ?", (t,)
            )
        )
        self._db.executemany(
            "DELETE FROM participant WHERE transcript_id = ? AND label = ?",
            [(t, label) for label in known.keys() - labels],
        )
        self._db.executemany(
            "INSERT INTO participant VALUES (?,?,'{}')",
            [(t, label) for label in sorted(labels - known.keys())],
        )
        return {label: json.loads(known[label]) for label in sorted(known.keys() - labels)}
