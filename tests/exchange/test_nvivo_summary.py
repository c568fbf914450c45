"""NVivo coding summaries, in the layouts that its help and people who parse such files describe."""

from __future__ import annotations

from pathlib import Path

import docx
import openpyxl
import pytest

from precode.errors import InputError
from precode.exchange.nvivo_summary import looks_nvivo, read_nvivo_summary
from precode.exchange.project import Project

HEAD = "Aggregate\tClassification\tCoverage\tNumber Of Coding References\tReference Number\tCoded By Initials\tModified On"
BY_CODE = f"""\
Coding Summary By Code
Buses
12/03/2024 10:11
{HEAD}
Node
Nodes\\\\Barriers\\Not enough time
Document
Files\\\\Interview 1
No\t\t0.0452\t2
\t\t\t\t1\tAB\t12/03/2024 10:00
The bus is late.
It is always late.
\t\t\t\t2\tCD\t13/03/2024 09:30
I have three jobs.
Files\\\\Interview 2
No\t\t0.0100\t1
\t\t\t\t1\tAB\t12/03/2024 10:20
No time at all.
Nodes\\\\Helps
Files\\\\Interview 1
No\t\t0.0452\t1
\t\t\t\t1\tAB\t12/03/2024 10:30
My sister drives me.
Reports\\\\Coding Summary By Code Report\tPage 1 of 1
"""
BY_FILE = f"""\
Coding Summary By File
Buses
{HEAD}
Document
Files\\\\Interview 1
Code
Codes\\\\Barriers\\Not enough time
No\t\t0.0452\t1
\t\t\t\t1\tAB\t12/03/2024 10:00
The bus is late.
Codes\\\\Helps
No\t\t0.0452\t1
\t\t\t\t1\tAB\t12/03/2024 10:30
My sister drives me.
"""
NODE = """\
Name: Nodes\\\\Barriers\\Not enough time

<Files\\\\Interview 1> - § 2 references coded [4.20% Coverage]

Reference 1 - 2.10% Coverage

The bus is late.
It is always late.

Reference 2 - 2.10% Coverage

I have three jobs.

<Internals\\\\Round 1\\\\Interview 2> - § 1 reference coded [ 3.46% Coverage]

Reference 1 - 3.46% Coverage

No time at all.
"""
TABLE = [
    ["Hierarchical Name", "Source Name", "Coded Text", "Coded By Initials", "Modified On"],
    [
        "Nodes\\\\Barriers\\Not enough time",
        "Interview 1",
        "The bus is late, always.",
        "AB",
        "2024-03-12 10:00",
    ],
    ["Nodes\\\\Helps", "Files\\\\Interview 1", "My sister drives me.", "CD", "13/03/2024"],
]
TIME = ("Barriers", "Not enough time")


def said(p: Project) -> list[tuple[tuple[str, ...], str, str, str]]:
    """(path, file, coder, words)."""
    return [(p.path(q.code), q.source, q.coder, q.text) for q in p.quotes]


CODED = [
    (TIME, "Interview 1", "AB", "The bus is late.\nIt is always late."),
    (TIME, "Interview 1", "CD", "I have three jobs."),
    (TIME, "Interview 2", "AB", "No time at all."),
    (("Helps",), "Interview 1", "AB", "My sister drives me."),
]


def test_a_summary_by_code_as_text(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text(BY_CODE, encoding="utf-16")
    p = read_nvivo_summary(tmp_path / "s.txt")
    assert said(p) == CODED
    assert [(c.name, c.codable) for c in p.codes] == [
        ("Barriers", False), ("Not enough time", True), ("Helps", True),
    ]  # fmt: skip
    assert [c.name for c in p.coders] == ["AB", "CD"]
    assert [d.what for d in p.doubts] == ["coders are known by their initials only"]


def test_a_summary_by_code_as_word_in_paragraphs_and_in_tables(tmp_path: Path) -> None:
    """Reports are laid out as tables in some versions: the cells of a row belong together."""
    flat, tabled = docx.Document(), docx.Document()
    for line in BY_CODE.splitlines():
        flat.add_paragraph(line)
        cells = line.split("\t")
        row = tabled.add_table(1, len(cells)).rows[0]
        for cell, words in zip(row.cells, cells, strict=True):
            cell.text = words
    flat.save(str(tmp_path / "flat.docx"))
    tabled.save(str(tmp_path / "tabled.docx"))
    assert said(read_nvivo_summary(tmp_path / "flat.docx")) == CODED
    assert said(read_nvivo_summary(tmp_path / "tabled.docx")) == CODED


def test_a_summary_by_code_as_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for line in BY_CODE.splitlines():
        book.active.append(line.split("\t"))  # type: ignore[union-attr]
    book.save(tmp_path / "s.xlsx")
    assert said(read_nvivo_summary(tmp_path / "s.xlsx")) == CODED


def test_a_summary_by_file(tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text(BY_FILE, encoding="utf-8")
    assert said(read_nvivo_summary(tmp_path / "s.txt")) == [
        (TIME, "Interview 1", "AB", "The bus is late."),
        (("Helps",), "Interview 1", "AB", "My sister drives me."),
    ]


def test_an_exported_node(tmp_path: Path) -> None:
    """Its Reference view: nobody's name in it; folders before a file's name are left off."""
    (tmp_path / "Not enough time.txt").write_text(NODE, encoding="utf-8")
    p = read_nvivo_summary(tmp_path / "Not enough time.txt")
    assert said(p) == [(path, file, "", words) for path, file, _, words in CODED[:3]]
    assert p.doubts == ()


def test_an_exported_node_is_called_as_its_file_where_it_does_not_say(tmp_path: Path) -> None:
    (tmp_path / "Late buses.txt").write_text(NODE.split("\n", 1)[1], encoding="utf-8")
    p = read_nvivo_summary(tmp_path / "Late buses.txt")
    assert [c.name for c in p.codes] == ["Late buses"]
    assert p.doubts[0].what == "the code was taken from the file's name: 'Late buses'"


def test_an_extract_is_a_table(tmp_path: Path) -> None:
    lines = [",".join(f'"{c}"' for c in row) for row in TABLE]
    (tmp_path / "s.txt").write_text("\n".join(lines), encoding="utf-8")
    book = openpyxl.Workbook()
    for row in TABLE:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "s.xlsx")
    for name in ("s.txt", "s.xlsx"):
        p = read_nvivo_summary(tmp_path / name)
        assert said(p) == [
            (TIME, "Interview 1", "AB", "The bus is late, always."),
            (("Helps",), "Interview 1", "CD", "My sister drives me."),
        ]
        # 13/03 or 03/13 are not told apart: only what is no riddle is kept
        assert [q.at for q in p.quotes] == ["2024-03-12T10:00", ""]


def test_a_line_of_speech_that_looks_like_the_layout_is_speech(tmp_path: Path) -> None:
    """Within a reference "Document" begins a new file only where a path follows; numbers are kept."""
    text = BY_CODE.replace("It is always late.", "1950")
    (tmp_path / "s.txt").write_text(text, encoding="utf-8")
    assert said(read_nvivo_summary(tmp_path / "s.txt"))[0][3] == "The bus is late.\n1950"


@pytest.mark.parametrize(
    "text", ["INT: Hello?\nP1: Hello.\n", "a,b\nc,d\n", "Coding Summary By Code\n"]
)
def test_what_holds_no_coding_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "s.txt").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="holds no coding"):
        read_nvivo_summary(tmp_path / "s.txt")


@pytest.mark.parametrize(
    ("rows", "looks"),
    [
        ([("Coding Summary By Code",), ("Nodes\\\\Time",)], True),
        ([("we read the Coding Summary By Code",), ("and laughed",)], False),
        ([("Files\\\\A - § 1 reference coded [ 4.20% Coverage]",)], True),
        ([tuple(TABLE[0])], True),
        ([("source", "excerpt", "code")], False),
        ([("File", "Text", "Code")], False),
    ],
)
def test_what_looks_like_nvivo(rows: list[tuple[str, ...]], looks: bool) -> None:
    assert looks_nvivo(rows) is looks
