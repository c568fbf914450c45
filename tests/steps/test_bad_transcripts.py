"""``add`` and input that cannot be used: all of it is named, and the study stays as it was."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from running import run
from studies import state, write_table

TALK = "INT: How was it?\nP1: I could not get there in time.\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8


def text(path: Path, content: str = TALK) -> Path:
    path.write_text(content, encoding="utf-8")
    return path


def binary(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def word(path: Path) -> Path:
    import docx

    document = docx.Document()
    for line in TALK.splitlines():
        document.add_paragraph(line)
    document.save(str(path.with_suffix(".docx")))
    return path.with_suffix(".docx").rename(path)


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("hello.txt", "hello")
    return path


BAD: dict[str, tuple[Callable[[Path], Path], list[str]]] = {
    "missing": (lambda d: d / "gone.txt", ["gone.txt", "does not exist", "check the name"]),
    "empty folder": (lambda d: d, ["is a folder without any file"]),
    "unknown type": (lambda d: text(d / "a.pages"), ["a.pages", "Pages", ".docx"]),
    "no suffix": (lambda d: text(d / "interview"), ["interview", "no known suffix", ".txt"]),
    "a recording": (lambda d: binary(d / "a.mp3", PNG), [".mp3 files are not read"]),
    "empty": (lambda d: text(d / "a.txt", ""), ["a.txt", "is empty"]),
    "blank": (lambda d: text(d / "a.txt", " \n\n\t\n"), ["a.txt", "is empty"]),
    "empty word file": (lambda d: text(d / "a.docx", ""), ["a.docx", "is empty"]),
    "a picture called .docx": (lambda d: binary(d / "a.docx", PNG), ["a.docx", "not"]),
    "a zip called .docx": (lambda d: zipped(d / "a.docx"), ["a.docx", "not"]),
    "a word file called .txt": (lambda d: word(d / "a.txt"), ["a.txt", "Word", "plain text"]),
    "text called .xlsx": (lambda d: text(d / "a.xlsx"), ["a.xlsx", "not"]),
    "text called .docx": (lambda d: text(d / "a.docx"), ["a.docx", "not"]),
    "text called .vtt": (lambda d: text(d / "a.vtt"), ["a.vtt"]),
    "a picture called .txt": (lambda d: binary(d / "a.txt", PNG), ["a.txt", "picture"]),
    "binary": (lambda d: binary(d / "a.txt", b"INT: \x00\x01\x02\x07" * 40), ["a.txt", "binary"]),
    "half of UTF-16": (
        lambda d: binary(d / "a.txt", TALK.encode("utf-16")[:-1]), ["a.txt", "utf-16"]),
    "no speaker": (
        lambda d: text(d / "a.txt", "It was cold.\nWe went home.\n"),
        ["a.txt", "no speaker labels", "field notes", "I: "]),
    "a table without columns": (
        lambda d: write_table(d / "a.csv", ["when", "where"], ["1", "2"]), ["a.csv", "column"]),
    "an unreadable table": (lambda d: text(d / "a.csv", 'speaker,text\n"P1,hello\n'), ["a.csv"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_cannot_be_used_is_refused(
    case: str, empty_study: Path, tmp_path: Path
) -> None:
    """Exit 3, one message that names the file and the mend, nothing stored: not even what was good."""
    make, words = BAD[case]
    folder = tmp_path / "in"
    folder.mkdir()
    bad = make(folder)
    good = text(tmp_path / "good.txt")
    before = state(empty_study)
    run("add", "--study", empty_study, good, bad).refused(3, *words)
    assert state(empty_study) == before


def test_every_bad_file_of_a_folder_is_named_at_once(empty_study: Path, tmp_path: Path) -> None:
    """Nobody mends twenty files one refusal at a time."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name, content in (("a.txt", ""), ("b.txt", "No labels here.\n"), ("c.docx", "text")):
        text(folder / name, content)
    text(folder / "good.txt")
    ran = run("add", "--study", empty_study, folder)
    ran.refused(3, "a.txt", "b.txt", "c.docx")
    assert "good.txt" not in ran.err
    assert not state(empty_study).tables["transcript"]


def test_one_file_named_twice_is_read_once(empty_study: Path, tmp_path: Path) -> None:
    """The same path given twice, or with its folder, is no mistake and no double."""
    file = text(tmp_path / "a.txt")
    assert run("add", "--study", empty_study, file, file, tmp_path / "." / "a.txt").code == 0
    assert len(state(empty_study).tables["transcript"]) == 1


def test_two_files_of_the_same_content_in_one_call(empty_study: Path, tmp_path: Path) -> None:
    before = state(empty_study)
    one, two = text(tmp_path / "a.txt"), text(tmp_path / "b.txt")
    run("add", "--study", empty_study, one, two).refused(3, "b.txt", "same content", "a.txt")
    assert state(empty_study) == before


def test_two_files_of_the_same_name_in_one_call(empty_study: Path, tmp_path: Path) -> None:
    """A name stands for one transcript, whatever its suffix and case."""
    one, two = (
        text(tmp_path / "A.txt"),
        text(tmp_path / "a.md", TALK.replace("I could", "We could")),
    )
    ran = run("add", "--study", empty_study, one, two)
    ran.refused(3, "same name", "rename")
    assert not state(empty_study).tables["transcript"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", TALK, ["is in the study already, as 'a'", "leave it out"]),
        ("copy.txt", TALK, ["is in the study already, as 'a'", "leave it out"]),
        ("a.txt", TALK + "INT: Why?\nP1: The bus.\n", ["another text called 'a'", "another name"]),
        ("A.md", TALK + "INT: Why?\nP1: The bus.\n", ["another text called 'A'", "another name"]),
    ],
)
def test_what_the_study_holds_already_is_refused(
    name: str, content: str, words: list[str], empty_study: Path, tmp_path: Path
) -> None:
    """The same file, its copy, or another text under its name: codings belong to one text."""
    assert run("add", "--study", empty_study, text(tmp_path / "a.txt")).code == 0
    before = state(empty_study)
    folder = tmp_path / "later"
    folder.mkdir()
    run("add", "--study", empty_study, text(folder / name, content)).refused(3, name, *words)
    assert state(empty_study) == before


def test_a_dry_run_stores_nothing(empty_study: Path, tmp_path: Path) -> None:
    before = state(empty_study)
    ran = run("add", "--study", empty_study, "--dry-run", text(tmp_path / "a.txt"))
    assert ran.code == 0
    assert "nothing was stored" in ran.out
    assert state(empty_study) == before


# -- participants' attributes ----------------------------------------------------------------------


def test_attributes_may_come_alone_and_later(coded_study: Path, tmp_path: Path) -> None:
    """A table of participants without any file describes the people the study knows."""
    table = write_table(tmp_path / "p.csv", ["source", "label", "ward"], ["interview-1", "P1", "A"])
    ran = run("add", "--study", coded_study, "--attributes", table)
    assert ran.code == 0, ran.err
    assert ("P1", '{"ward": "A"}') in [r[1:] for r in state(coded_study).tables["participant"]]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["source", "label", "ward"], ["interview-9", "P1", "A"]], ["row 2", "'interview-9'"]),
        ([["source", "label", "ward"], ["interview-1", "P7", "A"]], ["row 2", "'P7'", "P1"]),
        ([["ward", "shift"], ["A", "night"]], ["no column that says whose", "source and label"]),
        ([["source", "label", "ward"], ["interview-1", "P1", "A"], ["interview-1", "P1", "B"]],
         ["row 3", "row 2", "differently"]),
        ([["source", "label", "label"], ["interview-1", "P1", "A"]], ["'label' more than once"]),
    ],
)  # fmt: skip
def test_attributes_that_fit_nobody_are_refused(
    rows: list[list[str]], words: list[str], coded_study: Path, tmp_path: Path
) -> None:
    before = state(coded_study)
    table = write_table(tmp_path / "p.csv", *rows)
    run("add", "--study", coded_study, "--attributes", table).refused(3, "p.csv", *words)
    assert state(coded_study) == before


def test_bad_attributes_keep_good_files_out(empty_study: Path, tmp_path: Path) -> None:
    """Files and attributes named in one call are stored together or not at all."""
    before = state(empty_study)
    table = write_table(tmp_path / "p.csv", ["label", "ward"], ["P9", "A"])
    ran = run("add", "--study", empty_study, text(tmp_path / "a.txt"), "--attributes", table)
    ran.refused(3, "P9")
    assert state(empty_study) == before
