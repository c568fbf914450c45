"""The workbook: typed, without formulas, and whole, whatever the study's text holds."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from reports import documents, shown, tables_of, words_of

from precode.domain import Kind, Polarity, Role
from precode.files.tables import read_grids
from precode.report.document import Document, Drawing, Part, Section, Table, Words
from precode.report.grid import Column, Form, Grid, Row, Tally
from precode.report.plots import SideRow, Sides
from precode.report.renderers.excel import CUT, make_excel, write_excel
from precode.report.score import alone
from precode.report.sections.compose import document
from precode.report.tables.make import make_tables
from precode.report.view import StudyView, ValidationRow, ValidationTable
from precode.report.writing import text_of, values

MakeView = Callable[..., StudyView]
STAMP = "2026-03-04T05:06:07+00:00"
P = Role.PARTICIPANT
HEAD = 3


def opened(d: Document) -> Any:
    file = io.BytesIO()
    make_excel(replace(d, subject="the behaviour", made_at=STAMP)).save(file)
    file.seek(0)
    return openpyxl.load_workbook(file)


def said(value: object) -> str:
    """A text cell as Excel shows it: openpyxl leaves what is escaped escaped."""
    return shown(re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), str(value)))


def everything(book: Any) -> set[str]:
    return {
        said(c.value)
        for sheet in book
        for row in sheet.iter_rows()
        for c in row
        if isinstance(c.value, str)
    }


def of(*grids: Grid) -> Document:
    tables = tuple(Table(i, g.caption, g) for i, g in enumerate(grids, 1))
    section = Section("only", "Only section", tables)
    return Document("A title", "Coding report", Words((Part("x"),)), (), (section,), "The end.")


def sheet_of(book: Any, number: int) -> Any:
    return next(s for s in book if s.title.split(" ")[0] == str(number))


@given(documents())
@settings(max_examples=40, deadline=None)
def test_every_text_and_number_is_in_the_workbook(d: Document) -> None:
    """Words, captions, headings, notes and quotes; cells in their rows, numbers as numbers; and
    nothing is a formula.
    """
    book = opened(d)
    found = everything(book)
    whole = "\n".join(found)
    for words in words_of(d):
        assert shown(words) in whole
    assert all(c.data_type != "f" for s in book for row in s.iter_rows() for c in row)
    tables = [b for s in d.sections for b in s.blocks if isinstance(b, Table)]
    for block, grid in zip(tables, tables_of(d), strict=True):
        sheet = sheet_of(book, block.number)
        grouped = any(r.group for r in grid.rows)
        for n, row in enumerate(grid.rows):
            cells = [c.value for c in sheet[HEAD + 1 + n]][grouped:]
            wanted = [
                v
                for cell, column in zip(row.cells, grid.columns, strict=True)
                for v in values(cell, column.form)
            ]
            for have, want in zip(cells, wanted, strict=False):
                if isinstance(want, str):
                    assert said(have) == shown(want)
                elif want is None:
                    assert have is None
                else:
                    assert math.isclose(have, want, abs_tol=1e-12)


@pytest.fixture
def coded(make_view: MakeView) -> StudyView:
    sources = [
        ("=SUM(A1)", Kind.INTERVIEW, [("P", P, [w]) for w in ("I never knew.", "=1+1", "@ you")])
    ]
    codes = [(0, i, "Ana", "knowing", Polarity.BARRIER) for i in (0, 1, 2)]
    half = (0.5, -0.4, float("nan"))
    words = "not estimable: fewer than 10 positives"
    rows = (ValidationRow("knowing", 9, 9, half, words, words, half, half),)
    validation = ValidationTable(rows, half, 5, 3)
    people = {(0, "P"): {"age": "20"}}
    return make_view(sources, codes, attributes=people, validation=validation, title="=evil()")


def test_the_first_sheet_leads_to_every_table_and_back(coded: StudyView) -> None:
    book = opened(document(make_tables(coded)))
    contents = book.worksheets[0]
    assert contents.title == "Contents"
    links = [c.hyperlink.location for row in contents.iter_rows() for c in row if c.hyperlink]
    wanted = [f"'{s.title}'!A1" for s in book.worksheets[1:]]
    assert sorted({*links}) == sorted(wanted)
    assert all(s["A2"].hyperlink.location == "'Contents'!A1" for s in book.worksheets[1:])
    assert "precode train" not in "".join(everything(book)), "a validated study needs no advice"


def test_intervals_stand_in_columns_and_shares_as_per_cents() -> None:
    """Value, low and high are three numbers; words and NaN are not."""
    columns = (
        Column("Code"), Column("F1", Form.SCORE), Column("%", Form.PERCENT),
        Column("n", Form.COUNT), Column("woman", Form.TALLY, "n = 3"),
    )  # fmt: skip
    rows = (
        Row(("a", (0.5, -0.4, float("nan")), 0.25, 1234, Tally(1, 3, 2)), "D"),
        Row(("b", "not estimable", 0.0, 0, Tally(0, None, 4)), "D"),
        Row(("All", None, 1.0, 1234, Tally(0, 0, 0)), strong=True),
    )
    sheet = sheet_of(opened(of(Grid("g", "A table (two)", columns, rows, ("A note.",)))), 1)
    lines = [[c.value for c in row] for row in sheet.iter_rows(min_row=1, max_row=8)]
    heads = ["Group", "Code", "F1", "F1, low", "F1, high", "%", "n", "woman, people (n = 3)"]
    assert sheet.title == "1 A table"
    assert lines[0][0] == "Table 1. A table (two)"
    assert lines[2][:8] == heads
    assert lines[3][:10] == ["D", "a", 0.5, -0.4, None, 0.25, 1234, 1, 3, 2]
    assert lines[4][:10] == ["D", "b", "not estimable", None, None, 0, 0, None, None, 4]
    assert [sheet.cell(4, i).number_format for i in (3, 6, 7)] == ["0.00", "0.0%", "#,##0"]
    assert sheet.freeze_panes == "B4"
    assert sheet.auto_filter.ref == "A3:M5", "sums stay out of the filter"
    assert lines[7][0] == "A note."
    assert sheet.print_title_rows == "$3:$3"


def test_a_figure_without_an_interval_is_a_number() -> None:
    """A share that cannot have an interval is still summed and sorted as a number."""
    columns = (Column("Code"), Column("F1", Form.SCORE))
    rows = (Row(("a", alone(0.62))), Row(("b", (0.5, 0.4, 0.6))))
    sheet = sheet_of(opened(of(Grid("g", "Scores", columns, rows))), 1)
    assert [[c.value for c in row] for row in sheet["B4:D5"]] == [
        [0.62, None, None],
        [0.5, 0.4, 0.6],
    ]
    assert sheet["B4"].data_type == "n"
    assert text_of(rows[0].cells[1], Form.SCORE) == "0.62, no interval"


def test_a_chart_has_a_sheet_with_its_words_and_numbers(tmp_path: Path) -> None:
    """A picture with alternative text, and below it what it shows, to draw it anew."""
    chart = Sides(
        "Both", "Left 3,\nright 4 & \x07 more.", "Barriers", "Facilitators", "excerpts",
        (SideRow("Knowing", "Capability", 3, 4),),
    )  # fmt: skip
    section = Section("only", "Only section", (Drawing(2, "Both ways, in a chart", chart),))
    d = Document("A title", "Report", Words((Part("x"),)), (), (section,), "The end.")
    book = opened(d)
    sheet = book["Fig 2 Both ways"]
    assert sheet["A1"].value == "Figure 2. Both ways, in a chart"
    (image,) = sheet._images
    top = image.anchor._from.row + 1
    lines = [[c.value for c in row] for row in sheet.iter_rows()]
    head = next(i for i, line in enumerate(lines, 1) if line[0] == "Group")
    assert head > top + image.anchor.ext.height / 9_525 / 20, "the numbers lie below the picture"
    assert lines[head - 1][2:4] == ["Barriers", "Facilitators"]
    assert lines[head][:4] == ["Capability", "Knowing", 3, 4]
    make_excel(replace(d, subject="the behaviour", made_at=STAMP)).save(tmp_path / "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        drawn = archive.read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Left 3, right 4 &amp; \ufffd more."' in drawn
    links = [
        c.hyperlink.location for row in book.worksheets[0].iter_rows() for c in row if c.hyperlink
    ]
    assert links == ["'Fig 2 Both ways'!A1"] * 2


def test_text_is_never_a_formula(coded: StudyView) -> None:
    """Neither now nor once somebody edits the cell."""
    book = opened(document(make_tables(coded)))
    risky = [
        c
        for s in book
        for row in s.iter_rows()
        for c in row
        if isinstance(c.value, str) and c.value.startswith(("=", "@"))
    ]
    assert {c.value for c in risky} >= {"=SUM(A1)", "=1+1", "@ you", "=evil()"}
    assert all(c.data_type == "s" and c.quotePrefix for c in risky)


@pytest.mark.parametrize("letter", ["a", "😀", "_x0041_", "\x07"])
def test_what_no_cell_can_hold_is_cut_and_said_to_be(letter: str) -> None:
    """Excel calls a workbook with more than 32,767 characters in a cell damaged."""
    long = letter * 40_000
    book = opened(of(Grid("g", "Long", (Column("Text"),), (Row((long,)), Row(("short",))))))
    sheet = sheet_of(book, 1)
    stored = str(sheet["A4"].value)
    assert stored.endswith("…")
    assert 32_000 < len(stored.encode("utf-16-le")) // 2 <= 32_767
    assert sheet["A5"].value == "short"
    assert CUT in everything(book)


def test_our_own_reader_opens_it(coded: StudyView, tmp_path: Path) -> None:
    """Written whole, under the checks that hostile workbooks must pass; its properties name
    nobody.
    """
    file = write_excel(document(make_tables(coded)), tmp_path / "reports" / "report.xlsx")
    sheets = {
        g.title: [" | ".join(c for c in cells if c) for _, cells in g.rows]
        for g in read_grids(file)
    }
    quotes = next(rows for title, rows in sheets.items() if title.endswith("Quotes"))
    assert "Capability | Knowing | Barriers | =1+1 | 20, =SUM(A1) | Ana" in quotes
    about = openpyxl.load_workbook(file).properties
    assert (about.title, about.creator, about.lastModifiedBy) == ("=evil(): report", None, None)
    assert [p.name for p in file.parent.iterdir()] == ["report.xlsx"]


def test_tabs_have_names_that_excel_takes() -> None:
    """At most 31 letters, none of them odd, no two the same."""
    captions = ["By x/y:z*?[a]", "😀" * 40, "'quoted'", "same", "same", "a" * 60]
    grids = [Grid(str(i), c, (Column("A"),), (Row(("1",)),)) for i, c in enumerate(captions)]
    titles = [s.title for s in opened(of(*grids))]
    assert len({t.casefold() for t in titles}) == len(captions) + 1
    for title in titles:
        assert 0 < len(title.encode("utf-16-le")) // 2 <= 31
        assert not re.search(r"[\[\]:*?/\\]", title)
        assert title.strip("'") == title
