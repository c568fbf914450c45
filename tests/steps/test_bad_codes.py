"""``codes`` and tables that cannot be used: every row is named, and the study stays as it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from running import run
from studies import state, write_table

HEAD = ["source", "excerpt", "code", "polarity", "coder"]
GOOD = ["interview-1", "And then, visit 1-0?", "social opportunity", "barrier", "CERI"]


def row(**other: str) -> list[str]:
    """A good row with something else in it."""
    return list({**dict(zip(HEAD, GOOD, strict=True)), **other}.values())


BAD: dict[str, tuple[list[list[str]], list[str]]] = {
    "unknown code": (
        [HEAD, GOOD, row(code="socal oportunity")],
        ["row 3", "socal oportunity", "did you mean", "Social opportunity"]),
    "a code of nothing": ([HEAD, row(code="xyzzy")], ["row 2", "xyzzy"]),
    "misspelt polarity": (
        [HEAD, row(polarity="barier")], ["row 2", "barier", "barrier"]),
    "unknown polarity": ([HEAD, row(polarity="purple")], ["row 2", "purple"]),
    "transcript not there": (
        [HEAD, row(source="interview-11")],
        ["row 2", "'interview-11'", "did you mean", "'interview-1'", "precode add FILE"]),
    "no transcript named": ([HEAD, row(source="")], ["row 2", "names no transcript"]),
    "no excerpt": ([HEAD, row(excerpt=" ")], ["row 2", "no excerpt"]),
    "no coder in a row": ([HEAD, row(coder="")], ["row 2", "names no coder", "--coder NAME"]),
    "no coder column": ([HEAD[:4], GOOD[:4]], ["--coder NAME"]),
    "no excerpt column": (
        [["source", "code", "polarity", "coder"], ["interview-1", "x", "barrier", "C"]],
        ["the coded words", "--excerpt-column", "source, code, polarity, coder"]),
    "three columns missing": (
        [["when", "where"], ["1", "2"]],
        ["the transcript's name", "the coded words", "the code", "when, where"]),
    "two columns for one": (
        [["file", "transcript", *HEAD[1:]], ["interview-1", "x", *GOOD[1:]]],
        ["'file' or 'transcript'", "--source-column"]),
    "a row too long": ([HEAD, [*GOOD, "more"]], ["row 2", "6 cells", "header has 5"]),
    "no header": ([["1", "2", "3"], GOOD[:3]], ["should name the columns"]),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_table_that_cannot_be_used_is_refused(
    case: str, coded_study: Path, tmp_path: Path
) -> None:
    """Exit 3, a message that names the table, the row and the mend; nothing stored."""
    rows, words = BAD[case]
    table = write_table(tmp_path / "c.csv", *rows)
    before = state(coded_study)
    run("codes", "--study", coded_study, table).refused(3, "c.csv", *words)
    assert state(coded_study) == before


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("c.csv", b"", ["c.csv", "is empty"]),
        ("c.xlsx", b"source,excerpt\n", ["c.xlsx", "not"]),
        ("c.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 99, ["c.csv", "picture"]),
        ("c.docx", b"PK\x03\x04", ["c.docx", "is damaged", "save it again"]),
        ("c.mp3", b"ID3", ["c.mp3", "nothing that codings are read from", ".csv"]),
        ("gone.csv", None, ["gone.csv", "does not exist"]),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    name: str, content: bytes | None, words: list[str], coded_study: Path, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = state(coded_study)
    run("codes", "--study", coded_study, tmp_path / name).refused(3, *words)
    assert state(coded_study) == before


def test_the_faults_of_all_tables_come_at_once(coded_study: Path, tmp_path: Path) -> None:
    """Of three tables, two bad in different ways: both are named, and the good one is not stored."""
    good = write_table(tmp_path / "good.csv", HEAD, GOOD)
    bad = write_table(tmp_path / "bad.csv", HEAD, row(code="xyzzy"))
    gone = tmp_path / "gone.csv"
    before = state(coded_study)
    ran = run("codes", "--study", coded_study, good, gone, bad)
    ran.refused(3, "bad.csv, row 2", "gone.csv", "does not exist")
    assert state(coded_study) == before


def test_codes_twice_store_nothing_new(coded_study: Path, interviews: Path) -> None:
    """A table read again adds no event."""
    before = state(coded_study).tables["event"]
    table = interviews.parent / "codings.csv"
    ran = run("codes", "--study", coded_study, table, "--complete-all", "--json")
    assert (ran.code, json.loads(ran.out)["new"]) == (0, 0)
    assert state(coded_study).tables["event"] == before


def test_an_excerpt_that_is_nowhere_is_listed_not_dropped(
    coded_study: Path, tmp_path: Path
) -> None:
    """It is told, kept with the study, and written to a table; the rest is stored."""
    table = write_table(
        tmp_path / "c.csv", HEAD, GOOD, row(excerpt="Nobody ever said such a thing")
    )
    ran = run("codes", "--study", coded_study, table)
    assert ran.code == 0
    assert "not placed" in ran.out
    assert "Nobody ever said" in (coded_study / "reports" / "unplaced.csv").read_text("utf-8-sig")
    assert "1 excerpt was not placed" in run("status", "--study", coded_study).out


# -- read to the end -------------------------------------------------------------------------------


def test_complete_alone_declares_a_transcript_read(coded_study: Path) -> None:
    """``codes --complete`` without a table: the reading is stored for the coder named."""
    ran = run("codes", "--study", coded_study, "--complete", "interview-4", "--coder", " CERI ")
    assert ran.code == 0, ran.err
    assert "interview-4 by CERI\n" in ran.out
    assert state(coded_study).tables["event"][-1][2:4] == ("read", "CERI")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--complete", "interview-4"], ["nobody has coded it", "--coder NAME"]),
        (["--complete", "interview-4", "--coder", " "], ["nobody has coded it", "--coder NAME"]),
        (["--complete", "interview-x", "--coder", "C"], ["no such transcript", "'interview-"]),
    ],
)
def test_complete_needs_a_transcript_and_a_coder(
    arguments: list[str], words: list[str], coded_study: Path
) -> None:
    before = state(coded_study)
    run("codes", "--study", coded_study, *arguments).refused(3, *words)
    assert state(coded_study) == before


# -- mappings --------------------------------------------------------------------------------------


def test_a_mapping_is_saved_and_read_again(coded_study: Path, tmp_path: Path) -> None:
    odd = [["wer", "worte", "was", "wie", "von"], GOOD]
    table, saved = write_table(tmp_path / "c.csv", *odd), tmp_path / "m.toml"
    names = zip(["source", "excerpt", "code", "polarity", "coder"], odd[0], strict=True)
    flags = [word for field, name in names for word in (f"--{field}-column", name)]
    first = run("codes", "--study", coded_study, table, *flags, "--save-mapping", saved)
    assert first.code == 0, first.err
    again = run("codes", "--study", coded_study, table, "--mapping", saved, "--json")
    assert json.loads(again.out)["known"] == 1


@pytest.mark.parametrize("name", ["c.csv", "my stüdy/precode.toml", "my stüdy/codebook.toml"])
def test_a_mapping_is_never_saved_over_another_file(
    name: str, coded_study: Path, tmp_path: Path
) -> None:
    """Not over the coded table itself, nor over the study's settings."""
    table = write_table(tmp_path / "c.csv", HEAD, GOOD)
    before, content = state(coded_study), (tmp_path / name).read_bytes()
    ran = run("codes", "--study", coded_study, table, "--save-mapping", tmp_path / name)
    ran.refused(2, "--save-mapping", "no mapping")
    assert (tmp_path / name).read_bytes() == content
    assert state(coded_study) == before


def test_a_bad_mapping_is_refused_with_its_line(coded_study: Path, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text('source = "a"\nexerpt = "b"\ncode = "c"\n')
    table = write_table(tmp_path / "c.csv", HEAD, GOOD)
    ran = run("codes", "--study", coded_study, table, "--mapping", tmp_path / "m.toml")
    ran.refused(3, "m.toml, line 2", "exerpt", 'did you mean "excerpt"?')
