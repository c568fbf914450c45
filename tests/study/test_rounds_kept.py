"""Rounds are frozen; acts from another copy stand where their time puts them; a look leaves no trace."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from precode.domain import (
    Event,
    EventKind,
    Kind,
    ReadTranscript,
    Role,
    Sentence,
    Transcript,
    Turn,
)
from precode.errors import StudyError
from precode.study.lock import resting, writing
from precode.study.rounds import Round
from precode.study.schema import MIGRATIONS
from precode.study.store import Store

TEXT = "I went. Then home."


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with one transcript of two sentences."""
    t = Transcript.make("a", TEXT, Kind.INTERVIEW)
    sentences = tuple(
        Sentence(Sentence.make_id(t.id, a, b), t.id, 0, a, b, TEXT[a:b])
        for a, b in ((0, 7), (8, 18))
    )
    turns = (Turn(0, "P1", Role.PARTICIPANT, 0, 18),)
    with Store(tmp_path / "study.db", new=True) as store:
        store.add_transcripts([ReadTranscript(t, turns, sentences, "a.txt", "0" * 64)])
    return tmp_path / "study.db"


def test_a_round_comes_back_as_it_was_given(path: Path) -> None:
    with Store(path) as store:
        ids = tuple(s.id for s in store.sentences())[::-1]
        store.add_round(Round("one", ("ANNA", "BEN"), ids, {"seed": 3}))
        (found,) = store.rounds()
        assert (found.coders, found.sentences, found.how) == (("ANNA", "BEN"), ids, {"seed": 3})
        assert found.at and not found.closed
        store.close_round("one")
        assert store.rounds()[0].closed
        assert store.rounds()[0].identity == found.identity


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE round SET coders = '[]'", "DELETE FROM round", "DELETE FROM assignment",
        "UPDATE assignment SET position = 9", "DELETE FROM closing", "UPDATE closing SET at = ''",
        "DELETE FROM standing_before", "UPDATE standing_before SET before = 1",
    ],
)  # fmt: skip
def test_rounds_and_the_order_of_acts_are_never_changed(change: str, path: Path) -> None:
    """Whoever opens the file."""
    with Store(path) as store:
        ids = [s.id for s in store.sentences()]
        store.add_round(Round("one", ("ANNA", "BEN"), tuple(ids), closed="2026"))
        one = store.append([Event(EventKind.SKIP, "ANNA", ids[0].partition(":")[0], 0, 7)])
        store.append(one, before=one[0].seq)
    db = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError, match=r"frozen|stays closed|never"):
        db.execute(change)
    db.close()


def test_acts_put_before_others_are_read_there(path: Path) -> None:
    """1 2; then 3 4 before 2, then 5 before 4 and 6 at the end: 1 3 5 4 2 6."""
    with Store(path) as store:
        t = store.transcripts()[0].id
        for before in (0, 0, 2, 2, 4, 0):
            store.append([Event(EventKind.SKIP, "ANNA", t, 0, 7)], before=before)
        assert [e.seq for e in store.events()] == [1, 3, 5, 4, 2, 6]
        assert store.last_event() == 6


def test_a_look_into_a_study_leaves_nothing_beside_it(path: Path) -> None:
    """Nor does it change what it looks into; what is done to the snapshot stays in memory."""
    before = {p.name: p.read_bytes() for p in path.parent.iterdir()}
    with Store.snapshot(path) as store:
        assert [t.name for t in store.transcripts()] == ["a"]
        store.log("x")
    assert {p.name: p.read_bytes() for p in path.parent.iterdir()} == before


def test_a_look_sees_what_is_in_the_log_of_an_open_database(path: Path) -> None:
    with Store(path) as store:
        store.log("just now")
        with Store.snapshot(path) as seen:
            assert [entry["verb"] for entry in seen.logged()] == ["add", "just now"]


def test_a_look_brings_an_older_schema_up_to_date_in_memory_only(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extra = ("9999 more", "CREATE TABLE more (a TEXT) STRICT;\n")
    monkeypatch.setattr("precode.study.database.MIGRATIONS", (*MIGRATIONS, extra))
    content = path.read_bytes()
    with Store.snapshot(path) as store:
        assert store._db.execute("SELECT count(*) FROM more").fetchone() == (0,)
    assert path.read_bytes() == content
    assert not (path.parent / "backups").exists()


def test_who_only_looks_is_told_of_a_writer(path: Path) -> None:
    with (
        writing(path.parent, "review"),
        pytest.raises(StudyError, match="by `precode review`"),
        resting(path.parent),
    ):
        pass
    with (
        resting(path.parent),
        pytest.raises(StudyError, match="open for writing"),
        writing(path.parent, "review"),
    ):
        pass
