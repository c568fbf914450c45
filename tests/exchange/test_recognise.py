"""What kind of coded file a file is: told by its content."""

from __future__ import annotations

import shutil
import sqlite3
import zipfile
from pathlib import Path

import docx
import pytest

from precode.errors import InputError, UsageError
from precode.exchange.recognise import FORMATS, Options, brings_texts, read_project, recognise

TAGUETTE_TABLES = ("projects", "documents", "highlights", "tags", "highlight_tags")
QUALCODER_TABLES = ("source", "code_name", "code_cat", "code_text")


def database(path: Path, *tables: str) -> Path:
    with sqlite3.connect(path) as db:
        for t in tables:
            db.execute(f"CREATE TABLE {t} (id INTEGER)")
    db.close()
    return path


def word(path: Path, *paragraphs: str, commented: bool = False) -> Path:
    document = docx.Document()
    for p in paragraphs:
        added = document.add_paragraph(p)
    if commented:
        document.add_comment(added.runs, text="time", author="Anna", initials="A")
    document.save(str(path))
    return path


def test_databases_by_their_tables_whatever_their_name(tmp_path: Path) -> None:
    assert recognise(database(tmp_path / "a.bin", *TAGUETTE_TABLES)) == "taguette"
    assert recognise(database(tmp_path / "b.txt", *QUALCODER_TABLES)) == "qualcoder"
    project = tmp_path / "p.qda"
    project.mkdir()
    database(project / "data.qda", *QUALCODER_TABLES)
    assert recognise(project) == "qualcoder"


@pytest.mark.parametrize(
    ("content", "form"),
    [
        ("id,document,tag,content\n1,a,b,c\n", "taguette"),
        ("tag,description,number of highlights\na,b,1\n", "taguette"),
        ("source,excerpt,code\na,b,c\n", "table"),
        ("document,tag,content\na,b,c\n", "table"),
        ("Hierarchical Name,Source Name,Coded Text\na,b,c\n", "nvivo"),
    ],
)
def test_tables_by_their_header(content: str, form: str, tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(content, encoding="utf-8")
    assert recognise(tmp_path / "t.csv") == form


def test_word_documents_by_what_is_in_them(tmp_path: Path) -> None:
    assert recognise(word(tmp_path / "c.docx", "words", commented=True)) == "word-comments"
    highlights = ("Taguette highlights", "Late.", "Document: a.txt Tags: time")
    assert recognise(word(tmp_path / "t.docx", *highlights)) == "taguette"
    node = (
        "<Files\\\\A> - § 1 reference coded [1.00% Coverage]",
        "Reference 1 - 1.00% Coverage",
        "Late.",
    )
    assert recognise(word(tmp_path / "n.docx", *node)) == "nvivo"


def test_a_project_under_another_name(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as z:
        z.writestr("project.qde", "<Project/>")
    assert recognise(tmp_path / "a.zip") == "refi"


def test_what_may_be_two_things_is_not_guessed(tmp_path: Path) -> None:
    """Highlights of Taguette that somebody has commented on in Word: one line says how to go on."""
    paragraphs = ("Taguette highlights", "Late.", "Document: a.txt Tags: time")
    path = word(tmp_path / "both.docx", *paragraphs, commented=True)
    with pytest.raises(
        InputError, match=r"may be a Word document with codes as comments or Taguette"
    ) as e:
        recognise(path)
    assert e.value.mend == "say which: --from word-comments"
    assert recognise(path, given="taguette") == "taguette"
    assert len(read_project(path, "taguette", Options()).quotes) == 1


def test_what_is_nothing_of_all_this_is_refused_with_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("INT: Hello?\nP: Hello.\n")
    (tmp_path / "film.mp4").write_bytes(b"\0" * 99)
    (tmp_path / "folder").mkdir()
    for name in ("talk.txt", "film.mp4", "folder"):
        with pytest.raises(InputError, match="nothing that codings are read from") as e:
            recognise(tmp_path / name)
        assert ".qdpx" in e.value.mend
    with pytest.raises(InputError, match="does not exist"):
        recognise(tmp_path / "gone.docx")


def test_a_format_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--from nvvo") as e:
        recognise(tmp_path / "a", given="nvvo")
    assert all(name in e.value.mend for name in FORMATS)


def test_only_projects_with_their_texts_bring_transcripts(tmp_path: Path) -> None:
    assert brings_texts(database(tmp_path / "a.sqlite3", *TAGUETTE_TABLES))
    assert brings_texts(tmp_path / "p.qdpx")
    assert not brings_texts(word(tmp_path / "c.docx", "words", commented=True))
    assert not brings_texts(tmp_path)


def test_real_files(shared: Path, tmp_path: Path) -> None:
    taguette = shared / "taguette"
    shutil.copy(taguette / "SERDIF_P2_ThematicAnalysis.sqlite3", tmp_path / "renamed.docx")
    expected = {
        taguette / "SERDIF_P2_ThematicAnalysis.sqlite3": "taguette",
        tmp_path / "renamed.docx": "taguette",
        taguette / "all_tags_20220303.csv": "taguette",
        taguette / "all_tags_20220303.docx": "taguette",
        taguette / "codebook_20220303_8.csv": "taguette",
        shared / "word-comments" / "bopp_test_examples.docx": "word-comments",
        shared / "refi-qda" / "qc-demo.qdpx": "refi",
    }
    assert {p: recognise(p) for p in expected} == expected
