"""The study's tables. Every public method is one transaction (those inside :meth:`Store.together`
are one together); a crash leaves it before or after. When :meth:`Store.append` returns, the
decision is on the disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from precode.codebook import Codebook
from precode.domain import (
    CodePolarity,
    Event,
    EventKind,
    Kind,
    Participant,
    Polarity,
    ReadTranscript,
    Role,
    Sentence,
    Transcript,
    Turn,
)
from precode.study.logbook import now
from precode.study.roles import Roles
from precode.study.rounds import Rounds
from precode.study.summaries import Summaries
from precode.study.versions import CURRENT

__all__ = ["AuditRow", "Store", "now"]


@dataclass(frozen=True, slots=True)
class AuditRow:
    """A sentence of the frame that the audit sample was drawn from. ``position`` is its place in
    the order of asking, None if it was not drawn. ``batch`` counts drawings: a later one serves
    transcripts that were added later.
    """

    sentence_id: str
    stratum: str
    position: int | None
    batch: int = 1
    at: str = ""


def in_order(events: Sequence[Event], before: Mapping[int, int]) -> tuple[Event, ...]:
    """``events``, which come by number, with those that stand ``before`` another (number → number)
    put there; several before the same one in the order of their own numbers.
    """
    if not before:
        return tuple(events)
    by_number = {e.seq: e for e in events}
    ahead: dict[int, list[int]] = {}
    for number, of in sorted(before.items()):
        ahead.setdefault(of, []).append(number)
    out: list[Event] = []
    for e in events:
        todo = [] if e.seq in before else [e.seq]
        while todo:  # depth first, without recursion: merges may follow upon merges
            number = todo.pop()
            if ahead.get(number):
                todo += [number, *reversed(ahead.pop(number))]
            else:
                out.append(by_number[number])
    return tuple(out)


class Store(Rounds, Summaries, Roles):
    """An open study database. Use as a context manager; close it in the thread that opened it. What
    superseded transcripts hold (:mod:`precode.study.versions`) is left out everywhere.
    """

    # -- transcripts ---------------------------------------------------------------------------

    def add_transcripts(
        self, read: Sequence[ReadTranscript], people: Iterable[Participant] = ()
    ) -> None:
        """Store all of ``read`` with turns, sentences and speakers, and the attributes of
        ``people`` (known or among those speakers): everything or nothing.
        """
        with self._transaction():
            for r in read:
                t = r.transcript
                self._db.execute(
                    "INSERT INTO transcript VALUES (?,?,?,?,?,?,?,?,?)",
                    (t.id, t.name, t.text, t.sha256, t.kind.value, r.source, r.source_sha256,
                     json.dumps(r.notes), now()),
                )  # fmt: skip
                self._db.executemany(
                    "INSERT INTO turn VALUES (?,?,?,?,?,?,?)",
                    [
                        (t.id, u.index, u.speaker, u.role.value, u.start, u.end, u.time)
                        for u in r.turns
                    ],
                )
                self._db.executemany(
                    "INSERT INTO sentence VALUES (?,?,?,?,?,?)",
                    [(s.id, t.id, s.turn, s.start, s.end, int(s.codable)) for s in r.sentences],
                )
                labels = {u.speaker for u in r.turns if u.role is Role.PARTICIPANT and u.speaker}
                self._db.executemany(
                    "INSERT INTO participant VALUES (?,?,?)",
                    [(t.id, label, "{}") for label in sorted(labels)],
                )
            self._describe(people)
            self._log("add", {"transcripts": [r.transcript.name for r in read]})

    def transcripts(self) -> tuple[Transcript, ...]:
        """All transcripts by name."""
        rows = self._db.execute(
            f"SELECT id, name, text, sha256, kind FROM transcript WHERE id {CURRENT} ORDER BY name"
        )
        return tuple(Transcript(i, n, t, h, Kind(k)) for i, n, t, h, k in rows)

    def sources(self) -> dict[str, tuple[str, str]]:
        """Transcript id → (source file as given, its SHA-256)."""
        return {
            i: (s, h)
            for i, s, h in self._db.execute(
                f"SELECT id, source, source_sha256 FROM transcript WHERE id {CURRENT}"
            )
        }

    def turns(self) -> dict[str, tuple[Turn, ...]]:
        """Transcript id → its turns in order."""
        out: dict[str, list[Turn]] = {}
        for t, i, speaker, role, start, end, time in self._db.execute(
            "SELECT transcript_id, idx, speaker, role, start, end, time FROM turn"
            f" WHERE transcript_id {CURRENT} ORDER BY 1, 2"
        ):
            out.setdefault(t, []).append(Turn(i, speaker, Role(role), start, end, time))
        return {t: tuple(turns) for t, turns in out.items()}

    def sentences(self) -> tuple[Sentence, ...]:
        """All sentences, ordered by transcript name, then by place."""
        texts = {t.id: t.text for t in self.transcripts()}
        return tuple(
            Sentence(i, t, turn, start, end, texts[t][start:end], bool(codable))
            for i, t, turn, start, end, codable in self._db.execute(
                "SELECT s.id, s.transcript_id, s.turn, s.start, s.end, s.codable FROM sentence s "
                f"JOIN transcript t ON t.id = s.transcript_id WHERE t.id {CURRENT} "
                "ORDER BY t.name, s.start"
            )
        )

    def participants(self) -> tuple[Participant, ...]:
        """People by transcript name and label."""
        return tuple(
            Participant(t, label, json.loads(attributes))
            for t, label, attributes in self._db.execute(
                "SELECT p.transcript_id, p.label, p.attributes FROM participant p "
                f"JOIN transcript t ON t.id = p.transcript_id WHERE t.id {CURRENT} "
                "ORDER BY t.name, p.label"
            )
        )

    def set_attributes(self, people: Iterable[Participant]) -> None:
        """Replace the attributes of ``people``, who must be known."""
        with self._transaction():
            self._describe(people)
            self._log("attributes", {})

    def _describe(self, people: Iterable[Participant]) -> None:
        for p in people:
            done = self._db.execute(
                "UPDATE participant SET attributes = ? WHERE transcript_id = ? AND label = ?",
                (json.dumps(dict(p.attributes)), p.transcript_id, p.label),
            )
            if done.rowcount != 1:
                raise KeyError((p.transcript_id, p.label))

    # -- codebooks -----------------------------------------------------------------------------

    def keep_codebook(self, codebook: Codebook) -> str:
        """Remember this version of the codebook; returns its hash."""
        with self._transaction():
            self._db.execute(
                "INSERT OR IGNORE INTO codebook VALUES (?,?,?)",
                (codebook.hash, codebook.model_dump_json(by_alias=True), now()),
            )
        return codebook.hash

    def codebooks(self) -> dict[str, Codebook]:
        """Every version ever used, by hash, oldest first."""
        return {
            h: Codebook.model_validate_json(text)
            for h, text in self._db.execute("SELECT hash, json FROM codebook ORDER BY added_at")
        }

    # -- history -------------------------------------------------------------------------------

    def append(
        self,
        events: Sequence[Event],
        unplaced: Sequence[Mapping[str, object]] = (),
        *,
        before: int = 0,
    ) -> tuple[Event, ...]:
        """Append ``events`` (and the rows an import could not place) durably; returns them with
        ``seq`` and ``at`` filled in. ``before``: in the order of the history they stand right
        before the event with this number; what came from another copy may be older.
        """
        with self._transaction():
            stored = [self._insert(e, before=before) for e in events]
            for row in unplaced:
                self._db.execute(
                    "INSERT INTO unplaced VALUES (?,?,?,?)",
                    (
                        str(row.get("batch", "")),
                        str(row.get("row", "")),
                        json.dumps(dict(row)),
                        now(),
                    ),
                )
        return tuple(stored)

    def _insert(self, event: Event, *, before: int = 0) -> Event:
        """One act, inside a transaction."""
        at = event.at or now()
        cursor = self._db.execute(
            "INSERT INTO event (at, kind, coder, transcript_id, start, end, codes, assisted,"
            " codebook, origin, reason, memo, seconds, undoes, batch, model, confidence)"
            " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
            (at, event.kind.value, event.coder, event.transcript_id, event.start, event.end,
             json.dumps([[c.code, c.polarity.value] for c in event.codes]), int(event.assisted),
             event.codebook, event.origin, event.reason, event.memo, event.seconds, event.undoes,
             event.batch, event.model, json.dumps(event.confidence)),
        )  # fmt: skip
        if before:
            self._db.execute("INSERT INTO standing_before VALUES (?,?)", (cursor.lastrowid, before))
        return replace(event, seq=cursor.lastrowid or 0, at=at)

    def events(self, *, superseded: bool = False) -> tuple[Event, ...]:
        """The whole history in order: that of their numbers, but for acts that came from another
        copy of the study, or from an earlier version of a transcript, and are older than what they
        found here. With ``superseded`` the acts on earlier versions are among them.
        """
        found = tuple(
            Event(
                kind=EventKind(kind), coder=coder, transcript_id=t, start=start, end=end,
                codes=tuple(CodePolarity(c, Polarity(p)) for c, p in json.loads(codes)),
                assisted=bool(assisted), codebook=codebook, origin=origin, reason=reason, memo=memo,
                seconds=seconds, undoes=undoes, batch=batch, seq=seq, at=at, model=model,
                confidence=tuple(json.loads(confidence)),
            )
            for seq, at, kind, coder, t, start, end, codes, assisted, codebook, origin, reason, memo,
            seconds, undoes, batch, model, confidence
            in self._db.execute("SELECT * FROM event ORDER BY seq")
        )  # fmt: skip
        every = in_order(found, dict(self._db.execute("SELECT seq, before FROM standing_before")))
        gone = set() if superseded else {v.old for v in self.versions()}
        return tuple(e for e in every if e.transcript_id not in gone) if gone else every

    def last_event(self) -> int:
        """The newest event's sequence number, 0 if there is none."""
        (last,) = self._db.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()
        return int(last)

    def unplaced(self) -> tuple[dict[str, object], ...]:
        """Rows of coded tables that no transcript held, newest import of each row only."""
        latest: dict[tuple[object, ...], dict[str, object]] = {}
        for (text,) in self._db.execute("SELECT json FROM unplaced ORDER BY at"):
            row = json.loads(text)
            latest[tuple(row.get(k) for k in ("source", "text", "code", "polarity", "coder"))] = row
        return tuple(latest.values())

    # -- the loop ------------------------------------------------------------------------------

    def freeze_audit(self, rows: Sequence[AuditRow]) -> None:
        """Keep the frame and the sample drawn from it, for good: triggers refuse any change."""
        at = now()
        with self._transaction():
            self._db.executemany(
                "INSERT INTO audit VALUES (?,?,?,?,?)",
                [(r.sentence_id, r.stratum, r.position, r.batch, r.at or at) for r in rows],
            )
            drawn = sum(r.position is not None for r in rows)
            self._log("audit", {"frame": len(rows), "drawn": drawn})

    def audit(self) -> tuple[AuditRow, ...]:
        """The frame, the drawn ones first, in the order of asking. Sentences that a newer version of
        their transcript has word for word keep their place; one that was changed has left the frame,
        drawn or not: what is left of each drawing is a sample of what is left of its frame.
        """
        became = self.became()
        heir = {v.old: v.new for v in self.versions()}
        out = []
        for sentence, stratum, *rest in self._db.execute(
            "SELECT sentence_id, stratum, position, batch, at FROM audit"
            " ORDER BY position IS NULL, position, sentence_id"
        ):
            while stratum in heir:
                stratum = heir[stratum]  # noqa: PLW2901 - a transcript may have had many versions
            if now_called := became.get(sentence, sentence):
                out.append(AuditRow(now_called, stratum, *rest))
        return tuple(out)

    def audit_sample(self) -> tuple[str, ...]:
        """Ids of the sentences drawn, in the order of asking."""
        return tuple(r.sentence_id for r in self.audit() if r.position is not None)

    def keep_packet(self, packet: str, coder: str, content: Mapping[str, object]) -> None:
        """Remember which sentences went out to ``coder`` in the spreadsheet ``packet``."""
        with self._transaction():
            self._db.execute(
                "INSERT INTO packet VALUES (?,?,?,?)", (packet, coder, now(), json.dumps(content))
            )
            self._log("packet", {"packet": packet, "coder": coder})

    def packets(self) -> dict[str, tuple[str, dict[str, object]]]:
        """Packet id → (coder, what was kept of it), oldest first."""
        return {
            i: (coder, json.loads(text))
            for i, coder, text in self._db.execute(
                "SELECT id, coder, json FROM packet ORDER BY at, id"
            )
        }

    def set_aside(self, packet: str, rows: Mapping[str, Mapping[str, object]]) -> int:
        """Keep answers that stand against what is stored, apart from the history, each under its
        key; a key kept already is left as it is. Returns how many are new.
        """
        with self._transaction():
            before = self._db.total_changes
            self._db.executemany(
                "INSERT OR IGNORE INTO aside VALUES (?,?,?,?)",
                [(key, packet, now(), json.dumps(dict(row))) for key, row in rows.items()],
            )
            return self._db.total_changes - before

    def aside(self) -> tuple[dict[str, object], ...]:
        """Answers set aside, oldest first."""
        return tuple(
            json.loads(t) for (t,) in self._db.execute("SELECT json FROM aside ORDER BY at, key")
        )
