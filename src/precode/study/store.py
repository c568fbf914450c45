"""The study's database. Every public method is one transaction (those inside :meth:`Store.together`
are one together); a crash leaves it before or after.

WAL with ``synchronous=FULL``: when :meth:`Store.append` returns, the decision is on the disk, also
if the power goes next.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import precode
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
from precode.errors import StudyError
from precode.files.atomic import replacing
from precode.study.schema import APPLICATION_ID, MIGRATIONS
from precode.study.trouble import restoring, study_error

KEPT_BACKUPS = 10


def now() -> str:
    """UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Store:
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

    def __enter__(self) -> Store:
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

    def _migrate(self) -> None:
        (done,) = self._db.execute("PRAGMA user_version").fetchone()
        if done > len(MIGRATIONS):
            raise StudyError(
                f"{self.path} was written by a newer precode than {precode.__version__}",
                mend="upgrade: pip install --upgrade precode",
            )
        if 0 < done < len(MIGRATIONS):
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
        rows = self._db.execute("SELECT id, name, text, sha256, kind FROM transcript ORDER BY name")
        return tuple(Transcript(i, n, t, h, Kind(k)) for i, n, t, h, k in rows)

    def sources(self) -> dict[str, tuple[str, str]]:
        """Transcript id → (source file as given, its SHA-256)."""
        return {
            i: (s, h)
            for i, s, h in self._db.execute("SELECT id, source, source_sha256 FROM transcript")
        }

    def turns(self) -> dict[str, tuple[Turn, ...]]:
        """Transcript id → its turns in order."""
        out: dict[str, list[Turn]] = {}
        for t, i, speaker, role, start, end, time in self._db.execute(
            "SELECT transcript_id, idx, speaker, role, start, end, time FROM turn ORDER BY 1, 2"
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
                "JOIN transcript t ON t.id = s.transcript_id ORDER BY t.name, s.start"
            )
        )

    def participants(self) -> tuple[Participant, ...]:
        """People by transcript name and label."""
        return tuple(
            Participant(t, label, json.loads(attributes))
            for t, label, attributes in self._db.execute(
                "SELECT p.transcript_id, p.label, p.attributes FROM participant p "
                "JOIN transcript t ON t.id = p.transcript_id ORDER BY t.name, p.label"
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
        self, events: Sequence[Event], unplaced: Sequence[Mapping[str, object]] = ()
    ) -> tuple[Event, ...]:
        """Append ``events`` (and the rows an import could not place) durably; returns them with
        ``seq`` and ``at`` filled in.
        """
        stored: list[Event] = []
        with self._transaction():
            for e in events:
                at = e.at or now()
                cursor = self._db.execute(
                    "INSERT INTO event (at, kind, coder, transcript_id, start, end, codes, assisted,"
                    " codebook, origin, reason, memo, seconds, undoes, batch)"
                    " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                    (at, e.kind.value, e.coder, e.transcript_id, e.start, e.end,
                     json.dumps([[c.code, c.polarity.value] for c in e.codes]), int(e.assisted),
                     e.codebook, e.origin, e.reason, e.memo, e.seconds, e.undoes, e.batch),
                )  # fmt: skip
                stored.append(replace(e, seq=cursor.lastrowid or 0, at=at))
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

    def events(self) -> tuple[Event, ...]:
        """The whole history in order."""
        return tuple(
            Event(
                kind=EventKind(kind), coder=coder, transcript_id=t, start=start, end=end,
                codes=tuple(CodePolarity(c, Polarity(p)) for c, p in json.loads(codes)),
                assisted=bool(assisted), codebook=codebook, origin=origin, reason=reason, memo=memo,
                seconds=seconds, undoes=undoes, batch=batch, seq=seq, at=at,
            )
            for seq, at, kind, coder, t, start, end, codes, assisted, codebook, origin, reason, memo,
            seconds, undoes, batch in self._db.execute("SELECT * FROM event ORDER BY seq")
        )  # fmt: skip

    def unplaced(self) -> tuple[dict[str, object], ...]:
        """Rows of coded tables that no transcript held, newest import of each row only."""
        latest: dict[tuple[object, ...], dict[str, object]] = {}
        for (text,) in self._db.execute("SELECT json FROM unplaced ORDER BY at"):
            row = json.loads(text)
            latest[tuple(row.get(k) for k in ("source", "text", "code", "polarity", "coder"))] = row
        return tuple(latest.values())

    # -- log and care --------------------------------------------------------------------------

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
                "SELECT at, verb, version, detail FROM log ORDER BY seq"
            )
        )

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
