"""Tables in and out: nothing changes on the way, and nothing runs in a spreadsheet."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.errors import InputError
from precode.files.tables import (
    escape_formula,
    read_table,
    unescape_formula,
    write_csv,
    write_xlsx,
)
from precode.files.text import ILLEGAL

COLUMNS = ("source", "text", "n")
any_text = st.text(st.characters(codec="utf-8"), max_size=30)
any_cell = st.one_of(
    any_text, st.sampled_from(["=1+1", "+a", "-- so", "@x", "\t=", "'=x", "_x0041_"])
)
any_rows = st.lists(st.tuples(any_cell, any_cell, st.integers(-(10**9), 10**9)), max_size=8)


def readable(text: str) -> str:
    """``text`` as it can be kept: XML has no control characters, and line ends are one kind."""
    return ILLEGAL.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


@settings(max_examples=60, deadline=None)
@given(any_rows)
def test_any_table_survives_csv_and_xlsx(rows: list[tuple[str, str, int]]) -> None:
    """Written and read back, every cell is the text it was (up to what XML cannot hold)."""
    expected = [(readable(a), readable(b), str(n)) for a, b, n in rows]
    with tempfile.TemporaryDirectory() as folder:
        for bom in (True, False):
            write_csv(Path(folder, "t.csv"), COLUMNS, rows, bom=bom)
            table = read_table(Path(folder, "t.csv"))
            got = [tuple(unescape_formula(r[c]) for c in COLUMNS) for r in table.rows]
            assert got == expected
        write_xlsx(Path(folder, "t.xlsx"), {"Sheet": (COLUMNS, rows)})
        table = read_table(Path(folder, "t.xlsx"))
        assert [tuple(r[c] for c in COLUMNS) for r in table.rows] == expected


@given(st.text())
def test_escaping_formulas_is_undone_exactly(text: str) -> None:
    assert unescape_formula(escape_formula(text)) == text


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1", " =1", "-- so"]
)
def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(tmp_path: Path, text: str) -> None:
    write_csv(tmp_path / "t.csv", ["a", "b"], [[text, -1.5]])
    raw = (tmp_path / "t.csv").read_bytes().decode("utf-8-sig")
    assert "'" + text in raw
    assert raw.endswith(",-1.5\r\n"), "real numbers stay numbers"


def test_a_workbook_holds_typed_cells_and_a_filterable_frozen_header(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    rows = [["=1+1", 3, 2.5, True, None, float("nan")], ["a\x01b", -1, 0.1, False, "x" * 500, 1]]
    write_xlsx(
        path, {"Codes: all/any": (["a", "b", "c", "d", "e", "f"], rows), "codes: ALL/any": ([], [])}
    )
    book = openpyxl.load_workbook(path)
    assert len({t.casefold() for t in book.sheetnames}) == 2
    sheet = book.worksheets[0]
    assert (sheet["A2"].value, sheet["A2"].data_type) == ("=1+1", "s")
    assert [type(c.value) for c in sheet[2]] == [str, int, float, bool, type(None), type(None)]
    assert sheet["A3"].value == "a\ufffdb"
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:F3"
    assert sheet["A1"].font.bold
    assert sheet["E3"].alignment.wrap_text


def test_a_cell_too_long_for_excel_is_refused_not_cut(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"32,768 characters"):
        write_xlsx(tmp_path / "t.xlsx", {"S": (["a"], [["x" * 32768]])})
    assert list(tmp_path.iterdir()) == []


def test_excel_values_are_read_as_a_person_would_type_them(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["a", "b", "c", "d", "e"])
    sheet.append([3.0, 0.1 + 0.2, dt.datetime(2024, 3, 12), dt.time(8, 30), True])
    book.save(tmp_path / "t.xlsx")
    assert list(read_table(tmp_path / "t.xlsx").rows[0].values()) == [
        "3", "0.3", "2024-03-12", "08:30:00", "TRUE",
    ]  # fmt: skip


def test_the_first_filled_sheet_is_read_and_others_are_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for title in ("Codes", "Key"):
        sheet = book.create_sheet(title)
        sheet.append(["a"])
        sheet.append([title])
    book.save(tmp_path / "t.xlsx")
    table = read_table(tmp_path / "t.xlsx")
    assert table.where == ("t.xlsx, sheet Codes, row 2",)
    assert "'Key'" in table.notes[0]
    assert read_table(tmp_path / "t.xlsx", sheet="Key").rows == ({"a": "Key"},)
    with pytest.raises(InputError, match="no sheet 'Kay'") as caught:
        read_table(tmp_path / "t.xlsx", sheet="Kay")
    assert "Codes" in caught.value.mend


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "a;b\n1;2\n", "a\tb\n1\t2\n", "sep=;\na;b\n1;2\n"])
def test_the_separator_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    assert read_table(tmp_path / "t.csv").rows == ({"a": "1", "b": "2"},)


def test_a_sentence_with_commas_does_not_mislead_the_separator(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("source;text\np1;yes, well, no\np2;no, never, ever\n")
    assert [r["text"] for r in read_table(tmp_path / "t.csv").rows] == [
        "yes, well, no",
        "no, never, ever",
    ]


def test_rows_keep_the_numbers_that_the_spreadsheet_shows(tmp_path: Path) -> None:
    """Blank rows and cells of two lines do not shift the row number; short rows are filled."""
    (tmp_path / "t.csv").write_text('a,b\n\n"x\ny",1\n,\nz\n')
    table = read_table(tmp_path / "t.csv")
    assert table.where == ("t.csv, row 3", "t.csv, row 5")
    assert table.rows == ({"a": "x\ny", "b": "1"}, {"a": "z", "b": ""})


def test_every_row_that_is_too_long_is_named(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("a,b\n1,2,3\n1,2\n1,2,,4\n1,2,,\n")
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / "t.csv")
    assert [p.where for p in caught.value.problems] == ["t.csv, row 2", "t.csv, row 4"]


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("t.csv", b"", "empty"),
        ("t.csv", b"\n\n,,\n", "empty"),
        ("t.csv", b"a,b,a\n1,2,3\n", "'a' more than once"),
        ("t.csv", b"1,2,3\n4,5,6\n", "name the columns"),
        ("t.csv", b'a,b\n"open,1\n2,3\n', "row"),
        ("t.csv", b"PK\x03\x04", "zipped"),
        ("t.xlsx", b"a,b\n1,2\n", "not a .xlsx"),
        ("t.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "password"),
        ("t.xls", b"\xd0\xcf\x11\xe0", "not a table"),
    ],
)
def test_bad_tables_are_refused_with_a_mend(
    tmp_path: Path, name: str, content: bytes, word: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=word) as caught:
        read_table(tmp_path / name)
    assert caught.value.mend


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    write_csv(path, ["a"], [["old"]])

    def broken() -> object:
        yield ["new"]
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_csv(path, ["a"], broken())  # type: ignore[arg-type]
    assert read_table(path).rows == ({"a": "old"},)
    assert [p.name for p in tmp_path.iterdir()] == ["t.csv"]


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "t.csv").mkdir()
    with pytest.raises(InputError, match="cannot be written"):
        write_csv(tmp_path / "t.csv", ["a"], [])
