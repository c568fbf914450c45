"""Workbooks to fill in, read and print: packets for coders elsewhere. Use it through :mod:`.tables`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.page import PageMargins

from precode.files.cells import Cell, Column, Form
from precode.files.workbooks import (
    BOLD,
    TALLEST,
    checked_rows,
    fit_height,
    height,
    safe_text,
    sheet_title,
)

_FILLS = {
    "answer": PatternFill("solid", fgColor="FFF6D6"),
    "read": PatternFill("solid", fgColor="E3E7EC"),
    "key": PatternFill("solid", fgColor="E3E7EC"),
    "faint": PatternFill("solid", fgColor="F5F5F5"),
}
_FONT = "Calibri"  # without a name, programs differ in which they take
_FONTS = {
    "read": Font(name=_FONT, size=11),
    "key": Font(name=_FONT, size=11, bold=True),
    "answer": Font(name=_FONT, size=11),
    "faint": Font(name=_FONT, size=11, color="767676"),
}
_HEAD = _FONTS["key"]
_BROADEST = 90  # letters
_HAIR = Side("thin", color="D9D9D9")
_BORDER = Border(left=_HAIR, right=_HAIR, bottom=_HAIR)


def write_forms(path: Path, forms: Sequence[Form]) -> None:
    """Writes straight to ``path``; :func:`.tables.write_forms` says what, and makes it atomic."""
    checked = [(form, checked_rows(form.title, form.rows)) for form in forms]
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    used: set[str] = set()
    for form, rows in checked:
        sheet = book.create_sheet(sheet_title(form.title, used))
        _fill(sheet, form, rows)
        _set_up(sheet, form, len(rows))
        _fit(sheet, form, rows)
    book.save(path)


def _fill(sheet: Any, form: Form, rows: Sequence[Sequence[Cell]]) -> None:
    top = Alignment(wrap_text=True, vertical="top")
    for index, column in enumerate(form.columns, 1):
        head = sheet.cell(1, index, safe_text(column.header))
        head.font, head.alignment, head.fill = _HEAD, top, _FILLS[column.look]
        look = Alignment(vertical="top") if column.look == "faint" else top
        for number, row in enumerate(rows, 2):
            _put(sheet.cell(number, index), row[index - 1], column, look)


def _put(cell: Any, value: Cell, column: Column, alignment: Alignment) -> None:
    cell.font, cell.alignment, cell.border = _FONTS[column.look], alignment, _BORDER
    if column.look == "answer":
        cell.fill, cell.protection = _FILLS["answer"], Protection(locked=False)
        cell.number_format = "@"  # "- not sure" and "1/2" stay what was typed
    if isinstance(value, str) and value:
        cell.value = safe_text(value)
        cell.data_type = "s"  # openpyxl would make a formula of "=…"
        cell.quotePrefix = True  # and so would Excel, once the cell is edited
    elif not isinstance(value, str):
        cell.value = value


def _fit(sheet: Any, form: Form, rows: Sequence[Sequence[Cell]]) -> None:
    """Widths that break no word of a header, and rows that show all of their text."""
    button = 3 if form.filterable else 0  # the header's
    bold = [BOLD if c.look == "key" else 1.0 for c in form.columns]
    widths = [_width(c, [r[i] for r in rows], button, bold[i]) for i, c in enumerate(form.columns)]
    for index, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(index)].width = width
    heads = [c.header for c in form.columns]
    fit_height(sheet, 1, heads, [w - button for w in widths], bold=True)
    # what is of no concern to people is not wrapped
    shown = [i for i, c in enumerate(form.columns) if c.look != "faint"]
    room = [widths[i] / bold[i] for i in shown]
    for number, row in enumerate(rows, 2):
        fit_height(sheet, number, [row[i] for i in shown], room)


def _width(column: Column, cells: Sequence[Cell], button: int, bold: float) -> float:
    """As asked for, or what the header's longest word takes; broader where a cell would need more
    than the highest row.
    """
    word = max(map(len, column.header.split()), default=0) * BOLD + 1.5 + button
    width = max(column.width, word)
    if column.look == "faint":
        return max(width, len(column.header) / 2 + 2 + button)
    texts = (c for c in cells if isinstance(c, str))
    tallest = max(texts, key=lambda text: height(text, width / bold), default="")
    while width < _BROADEST and height(tallest, width / bold) > TALLEST:
        width += 4
    return width


def _set_up(sheet: Any, form: Form, rows: int) -> None:
    """Frozen header, drop-downs, and paper: landscape, as wide as one page."""
    last = max(rows + 1, 2)
    for index, column in enumerate(form.columns, 1):
        letter = get_column_letter(index)
        if column.choices or column.help:
            # a warning, not a stop: several codes in one cell, or other names, are understood
            choice = DataValidation(
                type="list" if column.choices else None, formula1=column.choices or None,
                allow_blank=True, errorStyle="warning", showErrorMessage=bool(column.choices),
                errorTitle=column.header[:31], error="This is not on the list.",
                showInputMessage=bool(column.help), prompt=column.help[:255] or None,
            )  # fmt: skip
            choice.add(f"{letter}2:{letter}{last}")
            sheet.add_data_validation(choice)
    sheet.freeze_panes = "A2"
    if form.filterable and form.columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(form.columns))}{last}"
    if form.locked:
        sheet.protection.sheet = True
        # "False" leaves it to the reader: to filter, and to make a column broader
        sheet.protection.autoFilter = sheet.protection.sort = False
        sheet.protection.formatColumns = sheet.protection.formatRows = False
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = "1:1"
    printed = sum(column.look != "faint" for column in form.columns)
    sheet.print_area = f"A1:{get_column_letter(max(printed, 1))}{last}"
    sheet.page_margins = PageMargins(left=0.3, right=0.3, top=0.4, bottom=0.5, footer=0.2)
    sheet.oddFooter.center.text = "&A, page &P of &N"
