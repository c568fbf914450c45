"""Excel workbooks in and out. Use it through :mod:`.tables`; the report's workbook, which is laid out
cell by cell, takes what it needs from here.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from precode.errors import InputError
from precode.files.cells import MAX_TEXT, Cell, Grid
from precode.files.office import check_zip
from precode.files.text import ILLEGAL

# A sheet may claim 16,384 columns in each of a million rows with a few bytes.
_MAX_CELLS = 10_000_000
_MAX_ROWS = 1_048_576
_DAMAGED = (
    InvalidFileException, ParseError, zipfile.BadZipFile, KeyError, ValueError, TypeError,
    AttributeError, IndexError, OverflowError, OSError, EOFError, SyntaxError,
)  # fmt: skip
# Excel writes a character it cannot store as _x000D_, and reads such text back as the character.
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_BAD_TITLE = re.compile(r"[\[\]:*?/\\]|[\x00-\x1f]")


def read_sheet(
    path: Path, *, max_megabytes: float, sheet: str | None
) -> tuple[str, list[tuple[int, list[str]]], tuple[str, ...]]:
    """(place for messages, [(row number, cells)], notes). See :func:`.tables.read_table`."""
    check_zip(path, max_megabytes=max_megabytes)
    with _opened(path, data_only=True) as book:
        return _read(path, book, sheet)


@contextmanager
def _opened(path: Path, *, data_only: bool) -> Iterator[Any]:
    """The workbook, with the results of formulas (``data_only``) or the formulas themselves."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of every extension it does not know
            book = openpyxl.load_workbook(path, read_only=True, data_only=data_only)
            try:
                yield book
            finally:
                book.close()
    except _DAMAGED as error:
        raise InputError(
            f"{path} is damaged: {type(error).__name__}: {str(error)[:120]}",
            mend="open it in Excel or LibreOffice and save it again",
        ) from error


def read_grids(path: Path, *, max_megabytes: float) -> tuple[Grid, ...]:
    """Every sheet of ``path`` that has text. See :func:`.tables.read_grids`."""
    check_zip(path, max_megabytes=max_megabytes)
    with _opened(path, data_only=True) as book:
        found = {s.title: list(_rows(path, s)) for s in book.worksheets}
    with _opened(path, data_only=False) as book:
        formulas = {s.title: _formulas(s) for s in book.worksheets if found[s.title]}
    grids: list[Grid] = []
    for title, rows in found.items():
        filled = {(n, i) for n, cells in rows for i, cell in enumerate(cells) if cell.strip()}
        blind = frozenset(formulas.get(title, set()) - filled)
        if rows:
            grids.append(Grid(title, tuple((n, tuple(cells)) for n, cells in rows), blind))
    return tuple(grids)


def _formulas(sheet: Any) -> set[tuple[int, int]]:
    """(row number, column index) of the cells that hold a formula, whatever it comes to."""
    sheet.reset_dimensions()
    return {
        (number, index)
        for number, cells in enumerate(sheet.iter_rows(), 1)
        for index, cell in enumerate(cells)
        if cell.data_type == "f"
    }


def _read(
    path: Path, book: Any, sheet: str | None
) -> tuple[str, list[tuple[int, list[str]]], tuple[str, ...]]:
    sheets = {s.title: s for s in book.worksheets}
    if sheet is not None and sheet not in sheets:
        raise InputError(
            f"{path} has no sheet {sheet!r}", mend=f"its sheets: {', '.join(sheets) or 'none'}"
        )
    filled: list[str] = []
    found: list[tuple[int, list[str]]] = []
    for title in [sheet] if sheet is not None else list(sheets):
        rows = _rows(path, sheets[title])
        if not filled:
            found = list(rows)
            filled += [title] if found else []
        elif next(rows, None):
            filled.append(title)
    place = f"{path.name}, sheet {filled[0]}" if filled else path.name
    notes = (
        (f"only sheet {filled[0]!r} was read; not {', '.join(map(repr, filled[1:]))}",)
        if len(filled) > 1
        else ()
    )
    return place, found, notes


def _rows(path: Path, sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows with any text. The sheet's own claim of its size is not believed."""
    sheet.reset_dimensions()
    cells = 0
    for number, values in enumerate(sheet.iter_rows(values_only=True), 1):
        cells += len(values) + 1
        if cells > _MAX_CELLS:
            raise InputError(
                f"{path}, sheet {sheet.title}: more than {_MAX_CELLS:,} cells",
                mend="delete what is not needed, or save the sheet as .csv",
            )
        texts = [_text(v) for v in values]
        if any(t.strip() for t in texts):
            yield number, texts


def _text(value: object) -> str:
    """A cell as the text a person would type: 3 not 3.0, 2024-03-12 not a serial number."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = _ESCAPED.sub(lambda m: chr(int(m[1], 16)), value) if "_x" in value else value
        return text.replace("\r\n", "\n").replace("\r", "\n")
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return str(value)


def write_sheets(
    path: Path, sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]]
) -> None:
    """Writes straight to ``path``; :func:`.tables.write_xlsx` says what, and makes it atomic."""
    # All that can fail comes first: openpyxl leaves open files behind when stopped half way.
    checked = {
        name: (columns, checked_rows(name, rows)) for name, (columns, rows) in sheets.items()
    }
    book = openpyxl.Workbook(write_only=True)
    used: set[str] = set()
    for name, (columns, rows) in checked.items():
        _write(book.create_sheet(sheet_title(name, used)), columns, rows)
    if not used:
        book.create_sheet("Sheet1")
    book.save(path)


def checked_rows(name: str, rows: Iterable[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """``rows``, refused where a sheet would not hold all of them or openpyxl would cut a cell."""
    checked = list(rows)
    if len(checked) >= _MAX_ROWS:
        raise InputError(
            f"sheet {name!r} has more than the {_MAX_ROWS:,} rows that a workbook can hold",
            mend="write a .csv instead",
        )
    for row in checked:
        for value in row:
            if isinstance(value, str) and len(safe_text(value)) > MAX_TEXT:
                raise InputError(
                    f"a cell of {len(value):,} characters does not fit in sheet {name!r}",
                    mend="write a .csv instead",
                )
    return checked


def safe_text(text: str) -> str:
    """``text`` as a cell can store it: what XML forbids as U+FFFD, "_x0041_" not as "A"."""
    text = ILLEGAL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _ESCAPED.sub(r"_x005F_x\1_", text)


def sheet_title(name: str, used: set[str]) -> str:
    """A sheet title that Excel accepts: 31 characters, none of []:*?/\\, not used yet."""
    base = _BAD_TITLE.sub(" ", ILLEGAL.sub(" ", name)).strip().strip("'") or "Sheet"
    title, number = base[:31], 2
    while title.casefold() in used:
        end = f" {number}"
        title, number = base[: 31 - len(end)] + end, number + 1
    used.add(title.casefold())
    return title


def _write(sheet: Any, columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    sheet.freeze_panes = "A2"
    for index, column in enumerate(columns):
        lengths = [len(str(r[index])) for r in rows[:200] if index < len(r)]
        width = max([len(column) + 3, *lengths]) + 1
        sheet.column_dimensions[get_column_letter(index + 1)].width = min(max(width, 8), 60)
    bold, top = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.append([_cell(sheet, c, top, bold) for c in columns])
    for row in rows:
        sheet.append([_cell(sheet, value, top, None) for value in row])
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(rows) + 1}"


def _cell(sheet: Any, value: Cell, alignment: Alignment, font: Font | None) -> Any:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    cell = WriteOnlyCell(sheet, value=safe_text(value) if isinstance(value, str) else value)
    if isinstance(value, str):
        cell.data_type = "s"  # openpyxl would make a formula of "=…"
        if font is not None or len(value) > 60 or "\n" in value:
            cell.alignment = alignment
    if font is not None:
        cell.font = font
    return cell


# -- heights ---------------------------------------------------------------------------------------

TALLEST = 409.0  # points; no row may be higher
BOLD = 1.12  # times as wide as plain letters
_LINE = 15.0
_LETTER = 0.86  # of a digit's width, on average


def fit_height(
    sheet: Any, row: int, cells: Sequence[object], widths: Sequence[float], *, bold: bool = False
) -> None:
    """Make ``row`` as high as its wrapped text: not every program finds that out by itself.
    ``widths`` are of its columns, in digits.
    """
    shrink = BOLD if bold else 1.0
    needs = max(
        (height(v, w / shrink) for v, w in zip(cells, widths, strict=True) if isinstance(v, str)),
        default=0.0,
    )
    if needs > _LINE + 2:
        sheet.row_dimensions[row].height = min(needs, TALLEST)


def height(text: str, width: float) -> float:
    """Points that ``text`` takes in a column of ``width`` digits, broken between words."""
    room = max(width / _LETTER, 1.0)
    lines = 0
    for line in text.split("\n"):
        lines += 1
        used = 0.0
        for word in line.split(" ") if len(line) > room else ():
            if used and used + len(word) > room:
                lines, used = lines + 1, 0.0
            if len(word) > room:  # broken anywhere
                lines += math.ceil(len(word) / room) - 1
                used = len(word) % room
            else:
                used += len(word) + 1
    return _LINE * lines + 2
