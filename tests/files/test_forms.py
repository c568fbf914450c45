"""Workbooks to fill in: every program shows and prints all of their text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from precode.files.cells import Column, Form
from precode.files.tables import write_forms
from precode.files.workbooks import TALLEST, height

WORDS = "A sentence that somebody said, of about sixty letters, in one go. "


def written(folder: Path, *rows: tuple[str, ...], columns: tuple[Column, ...]) -> Any:
    file = folder / "form.xlsx"
    write_forms(file, [Form("Code these", columns, rows, filterable=True)])
    return openpyxl.load_workbook(file)["Code these"]


THREE = (
    Column("talk before", 20),
    Column("SENTENCE", 30, "key"),
    Column("a sentence id", 8, "faint"),
)


def test_rows_are_as_high_as_their_text(tmp_path: Path) -> None:
    """LibreOffice shows one line of a row without a height; the columns that nobody reads do not
    count.
    """
    sheet = written(
        tmp_path, (WORDS * 3, "short", "x" * 500), ("a\nb\nc", WORDS, "x"), ("a", "b", "x" * 500),
        columns=THREE,
    )  # fmt: skip
    highs = [sheet.row_dimensions[i].height for i in (2, 3, 4)]
    assert highs[0] >= 15 * 10  # 200 letters in a column of 20
    assert highs[1] >= 15 * 3
    assert highs[2] is None
    assert all(sheet[f"{c}2"].alignment.wrap_text for c in "AB")


def test_text_too_long_for_the_highest_row_gets_a_broader_column(tmp_path: Path) -> None:
    """No row may be higher than 409 points; what it cannot show would be hidden."""
    sheet = written(tmp_path, (WORDS * 20, "b", "c"), columns=THREE)
    width = sheet.column_dimensions["A"].width
    assert width > 20
    assert height(WORDS * 20, width) <= TALLEST
    assert height(WORDS * 20, 20) > TALLEST
    assert sheet.column_dimensions["B"].width == 30
    assert (
        written(tmp_path, ("x y" * 20_00, "b", "c"), columns=THREE).row_dimensions[2].height == 409
    )


def test_headers_are_whole(tmp_path: Path) -> None:
    """No word is broken or lies under the filter's button."""
    narrow = (
        Column("number", 2),
        Column("polarity 1", 3),
        Column("sentence id (do not edit)", 2, "faint"),
    )
    sheet = written(tmp_path, ("1", "barrier", "x"), columns=narrow)
    widths = [sheet.column_dimensions[c].width for c in "ABC"]
    assert widths[0] >= len("number") + 3
    assert widths[1] >= len("polarity") + 3
    assert sheet.row_dimensions[1].height >= 30
    assert {sheet[f"{c}1"].font.name for c in "ABC"} == {"Calibri"}


@pytest.mark.parametrize(
    ("text", "lines"),
    [("", 1), ("short", 1), ("a\nb", 2), ("word " * 20, 10), ("x" * 120, 11), ("aaaa bb", 1)],
)
def test_lines_are_counted_as_words_break(text: str, lines: int) -> None:
    """About 11.6 letters fit into 10 digits."""
    assert height(text, 10) == 15 * lines + 2
