"""QualCoder projects: a folder with a database."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from precode.errors import InputError
from precode.exchange.qualcoder import read_qualcoder

SCHEMA = """
CREATE TABLE project (databaseversion TEXT, date TEXT, memo TEXT, about TEXT);
CREATE TABLE source (id INTEGER PRIMARY KEY, name TEXT, fulltext TEXT, mediapath TEXT, memo TEXT, owner TEXT, date TEXT);
CREATE TABLE code_cat (catid INTEGER PRIMARY KEY, name TEXT, owner TEXT, date TEXT, memo TEXT, supercatid INTEGER);
CREATE TABLE code_name (cid INTEGER PRIMARY KEY, name TEXT, memo TEXT, catid INTEGER, owner TEXT, date TEXT, color TEXT);
CREATE TABLE code_text (ctid INTEGER PRIMARY KEY, cid INTEGER, fid INTEGER, seltext TEXT, pos0 INTEGER, pos1 INTEGER, owner TEXT, date TEXT, memo TEXT);
CREATE TABLE cases (caseid INTEGER PRIMARY KEY, name TEXT, memo TEXT);
CREATE TABLE case_text (id INTEGER PRIMARY KEY, caseid INTEGER, fid INTEGER, pos0 INTEGER, pos1 INTEGER);
CREATE TABLE attribute (attrid INTEGER PRIMARY KEY, name TEXT, attr_type TEXT, value TEXT, id INTEGER);
CREATE TABLE annotation (anid INTEGER PRIMARY KEY, fid INTEGER, pos0 INTEGER, pos1 INTEGER, memo TEXT);
CREATE TABLE journal (jid INTEGER PRIMARY KEY, name TEXT, jentry TEXT);
CREATE TABLE code_image (imid INTEGER PRIMARY KEY, id INTEGER, cid INTEGER);
INSERT INTO project VALUES ('v8', '2024', 'a study of buses', 'QualCoder 3.5');
INSERT INTO code_cat VALUES (1, 'Barriers', 'ann', '', '', NULL), (2, 'Travel', 'ann', '', 'ways', 1);
INSERT INTO code_name VALUES (5, 'Late', 'comes late', 2, 'ann', '', '#FF0000'), (6, 'Loose', '', NULL, 'ann', '', 'red');
"""
TEXT = "P1: The bus is late. 😀 I wait.\r\nP2: Always."


def made(folder: Path, *statements: str, text: str = TEXT) -> Path:
    """A project with the source 3, "talk.txt"."""
    project = folder / "buses.qda"
    project.mkdir()
    with sqlite3.connect(project / "data.qda") as db:
        db.executescript(SCHEMA)
        db.execute("INSERT INTO source VALUES (3, 'talk.txt', ?, NULL, 'long', 'ann', '')", [text])
        for s in statements:
            db.execute(s)
    db.close()
    return project


def coding(
    words: str, *, at: int | None = None, owner: str = "ann", cid: int = 5, memo: str = ""
) -> str:
    start = TEXT.index(words) if at is None else at
    row = (cid, 3, words, start, start + len(words), owner, "2024-05-06 07:08:09", memo)
    return f"INSERT INTO code_text (cid, fid, seltext, pos0, pos1, owner, date, memo) VALUES {row}"


def test_codings_are_code_points_of_the_text_whatever_its_line_ends(tmp_path: Path) -> None:
    """After an emoji and a CRLF the words are the same; a line end is one letter here."""
    p = read_qualcoder(
        made(tmp_path, coding("bus is late"), coding("Always", owner="ben", memo="sure?"))
    )
    text = p.sources[0].text
    assert "\r" not in text
    assert [text[s.start : s.end] for s in p.selections] == ["bus is late", "Always"]
    assert [(s.coder, s.note, s.at) for s in p.selections] == [
        ("ann", "", "2024-05-06T07:08:09"), ("ben", "sure?", "2024-05-06T07:08:09"),
    ]  # fmt: skip
    assert [c.name for c in p.coders] == ["ann", "ben"]


def test_positions_that_count_utf16_are_told_by_the_words_beside_them(tmp_path: Path) -> None:
    p = read_qualcoder(made(tmp_path, coding("I wait", at=TEXT.index("I wait") + 1)))
    (s,) = p.selections
    assert p.sources[0].text[s.start : s.end] == "I wait"
    assert p.doubts[0].what == "1 positions count UTF-16 units: read so"


def test_categories_are_the_parents_of_codes(tmp_path: Path) -> None:
    p = read_qualcoder(made(tmp_path))
    late = next(c for c in p.codes if c.name == "Late")
    assert p.path(late.id) == ("Barriers", "Travel", "Late")
    assert (late.description, late.colour, late.codable) == ("comes late", "#FF0000", True)
    assert [(c.name, c.codable) for c in p.codes] == [
        ("Barriers", False), ("Travel", False), ("Late", True), ("Loose", True),
    ]  # fmt: skip


def test_a_coding_that_is_not_at_its_place_is_looked_for_by_its_words(tmp_path: Path) -> None:
    p = read_qualcoder(made(tmp_path, coding("Always", at=0), coding("Always", at=9999)))
    assert (p.selections, [q.text for q in p.quotes]) == ((), ["Always", "Always"])
    assert p.quotes[0].source == "talk.txt"
    assert "2 codings are not at their positions" in p.doubts[0].what


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    p = read_qualcoder(
        made(
            tmp_path,
            coding("bus", cid=99),
            "INSERT INTO code_image (id, cid) VALUES (1, 5), (1, 6)",
            "INSERT INTO source VALUES (4, 'film.mp4', NULL, '/film.mp4', '', 'ann', '')",
        )
    )
    left = {(d.where, d.what) for d in p.doubts if d.kind == "left out"}
    assert left == {
        ("film.mp4", "a recording or picture: it has no text"),
        ("codings", "1 with a code that is gone"),
        ("codings", "2 codings of a picture"),
    }


def test_cases_with_attributes_and_files_with_attributes(tmp_path: Path) -> None:
    length = len(TEXT)
    p = read_qualcoder(
        made(
            tmp_path,
            "INSERT INTO cases VALUES (1, 'Pat', 'tired'), (2, 'Sam', '')",
            f"INSERT INTO case_text (caseid, fid, pos0, pos1) VALUES (1, 3, 0, 20), (2, 3, 0, {length})",
            "INSERT INTO attribute (name, attr_type, value, id) VALUES ('age', 'case', '40', 1), "
            "('age', 'case', '', 2), ('site', 'file', 'north', 3)",
        )
    )
    assert [(c.name, dict(c.variables), c.places) for c in p.cases] == [
        ("Pat", {"age": "40"}, (("3", 0, 20),)),
        ("Sam", {}, (("3", 0, -1),)),
        ("talk.txt", {"site": "north"}, (("3", 0, -1),)),
    ]


def test_memos_annotations_and_journals_are_notes(tmp_path: Path) -> None:
    p = read_qualcoder(
        made(
            tmp_path,
            "INSERT INTO annotation (fid, pos0, pos1, memo) VALUES (3, 0, 2, 'who?')",
            "INSERT INTO journal (name, jentry) VALUES ('Monday', 'we met')",
        )
    )
    assert p.notes == (
        ("source talk.txt", "long"), ("annotation in talk.txt", "who?"), ("journal Monday", "we met"),
        ("project", "a study of buses"),
    )  # fmt: skip
    assert (p.tool, p.name) == ("QualCoder 3.5", "buses")


def test_the_database_itself_can_be_named(tmp_path: Path) -> None:
    folder = made(tmp_path, coding("bus"))
    assert read_qualcoder(folder / "data.qda").selections == read_qualcoder(folder).selections


def test_a_first_version_without_later_tables_is_read(tmp_path: Path) -> None:
    drops = [
        f"DROP TABLE {t}"
        for t in ("cases", "case_text", "attribute", "journal", "annotation", "project")
    ]
    assert len(read_qualcoder(made(tmp_path, coding("bus"), *drops)).selections) == 1


def test_another_database_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no QualCoder project"):
        read_qualcoder(made(tmp_path, "DROP TABLE code_cat"))
    (tmp_path / "empty.qda").mkdir()
    with pytest.raises(InputError, match="not a project's database"):
        read_qualcoder(tmp_path / "empty.qda")
