"""The database: whole transactions, a history that only grows, and damage told from emptiness."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.codebook import read_codebook
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
from precode.resources import codebooks
from precode.study.database import KEPT_BACKUPS
from precode.study.schema import APPLICATION_ID, MIGRATIONS
from precode.study.store import Store

TALK = "Why? I went. 𝄞 Then home."


def read(name: str = "a", text: str = TALK) -> ReadTranscript:
    """A transcript of two turns and three sentences."""
    t = Transcript.make(name, text, Kind.INTERVIEW)
    turns = (
        Turn(0, "INT", Role.INTERVIEWER, 0, 4),
        Turn(1, "P1", Role.PARTICIPANT, 5, len(text), 7.5),
    )
    spans = ((0, 0, 4, False), (1, 5, 12, True), (1, 13, len(text), True))
    sentences = tuple(
        Sentence(Sentence.make_id(t.id, a, b), t.id, turn, a, b, text[a:b], codable)
        for turn, a, b, codable in spans
    )
    return ReadTranscript(t, turns, sentences, f"{name}.txt", "0" * 64, ("a note",))


def event(transcript: str, **other: object) -> Event:
    made = {
        "kind": EventKind.DECISION, "coder": "ANNA", "transcript_id": transcript, "start": 5,
        "end": 12, "codes": (CodePolarity("hot", Polarity.BARRIER),), "memo": "why «not»", **other,
    }  # fmt: skip
    return Event(**made)  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A new database with one transcript."""
    with Store(tmp_path / "study.db", new=True) as store:
        store.add_transcripts([read()])
    return tmp_path / "study.db"


def test_what_is_stored_comes_back(path: Path) -> None:
    """Transcripts, turns, sentences, people, sources and events survive closing and opening."""
    r = read()
    with Store(path) as store:
        stored = store.append([event(r.transcript.id, seconds=1.25, undoes=None, assisted=True)])
    with Store(path) as store:
        assert store.transcripts() == (r.transcript,)
        assert store.turns() == {r.transcript.id: r.turns}
        assert store.sentences() == r.sentences
        assert store.participants() == (Participant(r.transcript.id, "P1"),)
        assert store.sources() == {r.transcript.id: ("a.txt", "0" * 64)}
        assert store.events() == stored
        assert stored[0].seq == 1
        assert stored[0].at.endswith("+00:00")
        assert store.check() == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.text(), st.text(), st.floats(0, 1e6) | st.none()), max_size=5))
def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, given: list[tuple[str, str, float | None]]
) -> None:
    """Names and memos in any script, with quotes and NULs: appended is read, in order."""
    with Store(tmp_path_factory.mktemp("db") / "study.db", new=True) as store:
        store.add_transcripts([read()])
        wanted = [
            event(read().transcript.id, coder=coder, memo=memo, seconds=seconds)
            for coder, memo, seconds in given
        ]
        stored = store.append(wanted)
        assert store.events() == stored
        assert [(e.coder, e.memo, e.seconds) for e in stored] == given


def test_a_failing_add_leaves_nothing(path: Path) -> None:
    """Of two transcripts the second cannot be stored: neither is, nor are its people."""
    with Store(path) as store:
        with pytest.raises(sqlite3.IntegrityError):
            store.add_transcripts([read("b", TALK + " And so."), read()])
        assert [t.name for t in store.transcripts()] == ["a"]
        assert len(store.sentences()) == 3
        assert len(store.logged()) == 1


def test_attributes_of_an_unknown_person_change_nothing(path: Path) -> None:
    t = read().transcript.id
    with Store(path) as store:
        with pytest.raises(KeyError):
            store.set_attributes([Participant(t, "P1", {"a": "b"}), Participant(t, "P9")])
        assert store.participants() == (Participant(t, "P1"),)


def test_together_is_one_transaction(path: Path) -> None:
    """What happens inside the block is there as a whole or not at all, to other readers as well."""
    t = read().transcript.id
    with Store(path) as store, Store(path) as other:
        with store.together():
            store.append([event(t)])
            store.log("codes")
            assert other.events() == ()
        assert len(other.events()) == 1
        with pytest.raises(KeyError):
            half_of(store, t)
        assert len(store.events()) == 1


def half_of(store: Store, transcript: str) -> None:
    with store.together():
        store.append([event(transcript)])
        store.set_attributes([Participant(transcript, "P9")])  # nobody


@pytest.mark.parametrize("change", ["UPDATE event SET memo = 'x'", "DELETE FROM event"])
def test_history_is_never_changed(change: str, path: Path) -> None:
    """Whoever opens the file: events are refused to be changed or deleted."""
    with Store(path) as store:
        store.append([event(read().transcript.id)])
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match="never"):
        db.execute(change)
    db.close()


def test_codebooks_are_kept_once_each(path: Path) -> None:
    book = read_codebook(codebooks()["comb"])
    with Store(path) as store:
        assert store.keep_codebook(book) == store.keep_codebook(book) == book.hash
        assert store.codebooks() == {book.hash: book}


# -- opening ---------------------------------------------------------------------------------------


def test_a_new_database_is_made_only_when_asked(tmp_path: Path) -> None:
    """A missing file is an error: a fresh one in its place would hide the loss."""
    with pytest.raises(StudyError, match="cannot be opened"):
        Store(tmp_path / "study.db")
    assert not (tmp_path / "study.db").exists()


def test_the_schema_is_complete_and_named(path: Path) -> None:
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
    assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
    assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    db.close()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"x" * 9999, "no database"),
        (b"SQLite format 3\0" + b"\xff" * 999, "study.db"),
    ],
)
def test_damage_is_told_with_the_newest_backup(content: bytes, words: str, path: Path) -> None:
    with Store(path) as store:
        copy = store.backup("before-test")
    path.write_bytes(content)
    with pytest.raises(StudyError, match=words) as caught:
        Store(path)
    assert str(copy) in caught.value.mend
    assert path.read_bytes() == content


def test_damage_found_while_reading_is_told_too(path: Path) -> None:
    """A bad page is met long after opening: the same words, not SQLite's."""
    data = bytearray(path.read_bytes())
    data[8192:] = b"\xa5" * (len(data) - 8192)
    path.write_bytes(data)
    with pytest.raises(StudyError, match="damaged"), Store(path) as store:
        store.events()


def test_a_full_disk_is_told_and_nothing_is_half_stored(path: Path) -> None:
    """SQLite's own limit stands in for the disk's."""
    t = read().transcript.id
    store = Store(path)
    (pages,) = store._db.execute("PRAGMA page_count").fetchone()
    store._db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StudyError, match="disk is full"), store:
        store.append([event(t)] * 500)
    with Store(path) as store:
        assert store.events() == ()
        assert store.check() == []


def test_our_own_mistakes_stay_sqlites(path: Path) -> None:
    """A statement that is wrong is a bug, and keeps its own error."""
    with pytest.raises(sqlite3.OperationalError, match="no such table"), Store(path) as store:
        store._db.execute("SELECT * FROM nowhere")


def test_a_failing_migration_leaves_the_older_schema(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy is made first; then all of a migration happens, or none."""
    bad = ("9999 bad", "CREATE TABLE extra (a TEXT) STRICT;\nINSERT INTO nothing VALUES (1);\n")
    good = ("9999 good", "CREATE TABLE extra (a TEXT) STRICT;\n")
    monkeypatch.setattr("precode.study.database.MIGRATIONS", (*MIGRATIONS, bad))
    with pytest.raises(sqlite3.OperationalError):
        Store(path)
    assert [p.name.rpartition("-")[2] for p in (path.parent / "backups").iterdir()] == [
        "migration.db"
    ]
    monkeypatch.setattr("precode.study.database.MIGRATIONS", (*MIGRATIONS, good))
    with Store(path) as store:
        assert store._db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS) + 1,)
        assert len(store.transcripts()) == 1


# -- backups ---------------------------------------------------------------------------------------


def test_a_backup_is_a_whole_study_database(path: Path) -> None:
    with Store(path) as store:
        copy = store.backup("before-test")
        store.append([event(read().transcript.id)])
    with Store(copy) as store:
        assert store.transcripts() == (read().transcript,)
        assert store.events() == ()
    assert copy.stat().st_mode & 0o077 == 0


def test_the_oldest_backups_make_room(path: Path) -> None:
    with Store(path) as store:
        made = [store.backup("before-test") for _ in range(KEPT_BACKUPS + 2)]
    assert sorted((path.parent / "backups").iterdir()) == made[2:]


def test_a_backup_that_is_cut_short_is_none(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy comes under its name only when it is whole."""
    monkeypatch.setattr("os.replace", lambda *_: 1 / 0)
    with Store(path) as store, pytest.raises(ZeroDivisionError):
        store.backup("before-test")
    assert list((path.parent / "backups").iterdir()) == []
