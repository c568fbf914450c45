"""The report as a workbook: a sheet a table, numbers as numbers, and a first sheet that leads there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from precode.files.atomic import replacing
from precode.files.cells import MAX_TEXT, stored_length
from precode.report.document import (
    CONTENTS,
    Document,
    Figures,
    Section,
    Words,
)
from precode.report.renderers.excel_pictures import add_picture
from precode.report.renderers.excel_sheets import Head, Sheet, notes_alone, sheets_of, tab_name
from precode.report.writing import Value, clean

CUT = (
    f"A cell of a workbook holds {MAX_TEXT:,} characters at most: those that end in “…” were cut "
    "here, and are whole on the web page and in the Word document."
)
_HEAD_ROW = 3  # below the caption and the way back
_NARROW, _BROAD, _NOTES = 9.0, 60.0, 90.0  # widths, in digits
_FRONT = (16.0, 110.0)
_RISKY = ("=", "+", "-", "@", "\t")


def write_excel(d: Document, path: Path) -> Path:
    """The report into ``path``, at once or not at all. No cell holds a formula."""
    book = make_excel(d)
    with replacing(path) as temporary:
        book.save(temporary)
    return path


def make_excel(d: Document) -> Any:
    """The openpyxl workbook of ``d``."""
    import openpyxl

    from precode.files.workbooks import sheet_title

    book = openpyxl.Workbook()
    _properties(book.properties, d)
    used: set[str] = set()
    first = book.worksheets[0]
    first.title = sheet_title(CONTENTS, used)
    shown = [(section, sheets_of(section)) for section in d.sections]
    for sheet in (s for _, sheets in shown for s in sheets):
        sheet.name = sheet_title(tab_name(sheet.tab), used)
    _front(first, d, shown)
    for sheet in (s for _, sheets in shown for s in sheets):
        _draw(book.create_sheet(sheet.name), sheet, first.title)
    return book


def _draw(sheet: Any, content: Sheet, contents: str) -> None:
    from openpyxl.styles import Alignment, Border, PatternFill, Side
    from openpyxl.utils import get_column_letter

    from precode.files.workbooks import fit_height

    _put(sheet.cell(1, 1), f"{content.label}. {content.caption}").font = _font(bold=True, size=13)
    _link(sheet.cell(2, 1), contents, contents)
    columns = len(content.heads)
    widths = [_width(h, [r[i] for r in content.rows]) for i, h in enumerate(content.heads)]
    for i, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    head_row = _HEAD_ROW
    if content.drawing:
        head_row += add_picture(sheet, content.drawing, _HEAD_ROW) + 1
    look = (_font(bold=True), PatternFill("solid", fgColor="E6EEEF"), Border(bottom=Side("thin")))
    for i, head in enumerate(content.heads, 1):
        cell = _put(sheet.cell(head_row, i), head.text)
        cell.font, cell.fill, cell.border = look
        cell.alignment = Alignment(
            wrap_text=True, vertical="bottom", horizontal="right" if head.form else None
        )
    fit_height(sheet, head_row, [h.text for h in content.heads], [w - 2 for w in widths])
    top, wrapped = Alignment(vertical="top"), Alignment(vertical="top", wrap_text=True)
    beside = Alignment(vertical="top", wrap_text=True, indent=1)  # words in a column of numbers
    bold = _font(bold=True)
    cut = False
    for n, row in enumerate(content.rows):
        for i, (value, head) in enumerate(zip(row, content.heads, strict=True), 1):
            if value is None or value == "":
                continue
            cell = sheet.cell(head_row + 1 + n, i)
            if isinstance(value, str):
                _put(cell, value)
                cut |= stored_length(value) > MAX_TEXT
                cell.alignment = beside if head.form else wrapped
            else:
                cell.value, cell.number_format, cell.alignment = value, head.form or "General", top
            if n in content.strong:
                cell.font = bold
        fit_height(sheet, head_row + 1 + n, row, widths)
    last = head_row + len(content.rows)
    if not content.drawing:
        sheet.freeze_panes = f"{'B' if widths and widths[0] <= 36 else 'A'}{head_row + 1}"
    if len(content.rows) > content.total and not content.drawing:
        letter = get_column_letter(columns)
        sheet.auto_filter.ref = f"A{head_row}:{letter}{last - content.total}"
    _notes(sheet, [*content.notes, *([CUT] if cut else [])], last + 2, widths)
    _paper(sheet, rows="" if content.drawing else f"{head_row}:{head_row}")


def _put(cell: Any, text: str) -> Any:
    """``text`` into ``cell``: text whatever it begins with, and as much of it as a cell holds."""
    from precode.files.workbooks import safe_text

    whole = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    if stored_length(whole) > MAX_TEXT:
        whole = _cut(whole)
    cell.value = safe_text(whole)
    cell.data_type = "s"  # openpyxl would make a formula of "=…"
    if whole.startswith(_RISKY):
        cell.quotePrefix = True  # and so would Excel, once the cell is edited
    return cell


def _cut(text: str) -> str:
    """The longest start of ``text`` that a cell holds with the sign that something is missing."""
    low, high = 0, min(len(text), MAX_TEXT)
    while low < high:
        middle = (low + high + 1) // 2
        if stored_length(text[:middle] + "…") <= MAX_TEXT:
            low = middle
        else:
            high = middle - 1
    return text[:low] + "…"


def _font(*, bold: bool = False, size: int = 11, color: str = "1D2325", under: bool = False) -> Any:
    from openpyxl.styles import Font

    return Font(
        name="Calibri", bold=bold, size=size, color=color, underline="single" if under else None
    )


def _link(cell: Any, text: str, sheet: str) -> None:
    from openpyxl.styles import Alignment
    from openpyxl.worksheet.hyperlink import Hyperlink

    _put(cell, text)
    quoted = sheet.replace("'", "''")
    cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!A1")
    cell.font = _font(color="1F4E57", under=True)
    cell.alignment = Alignment(vertical="top", wrap_text=True)


def _width(head: Head, column: Iterable[Value]) -> float:
    """Wide enough for the longest word of the heading and for most texts; long ones wrap."""
    said = [line for v in column if isinstance(v, str) for line in v.split("\n")]
    longest = max((len(line) for line in said), default=0)
    # words in the place of numbers may wrap; numbers may not
    wanted = min(longest, 24) if head.form else longest
    named = max((len(w) for w in head.text.split()), default=0) + 4  # the filter's button
    return float(min(max(wanted + 2, named, _NARROW), _BROAD))


def _notes(sheet: Any, notes: Sequence[str], row: int, widths: Sequence[float]) -> None:
    """Below the table, over as many columns as a line of reading length takes."""
    from openpyxl.styles import Alignment

    from precode.files.workbooks import fit_height

    columns, room = 0, 0.0
    while room < _NOTES:
        room += widths[columns] if columns < len(widths) else 8.43
        columns += 1
    for i, note in enumerate(notes):
        cell = _put(sheet.cell(row + i, 1), note)
        cell.alignment, cell.font = Alignment(vertical="top", wrap_text=True), _font(color="595F61")
        sheet.merge_cells(start_row=row + i, end_row=row + i, start_column=1, end_column=columns)
        fit_height(sheet, row + i, [note], [room])


def _front(sheet: Any, d: Document, shown: Sequence[tuple[Section, Sequence[Sheet]]]) -> None:
    """The first sheet: what the report is, and for each section its words and its tables."""
    from openpyxl.styles import Alignment

    from precode.files.workbooks import fit_height

    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = _FRONT
    wrapped = Alignment(vertical="top", wrap_text=True)
    at = 0

    def line(left: str | int = "", right: str = "", *, font: Any = None) -> int:
        nonlocal at
        at += 1
        for i, value in ((1, left), (2, right)):
            cell = sheet.cell(at, i)
            if isinstance(value, int):
                cell.value, cell.number_format = value, "#,##0"
                cell.alignment = Alignment(vertical="top", horizontal="left")
            elif value:
                _put(cell, value).alignment = wrapped if i > 1 else Alignment(vertical="top")
            if font:
                cell.font = font
        fit_height(sheet, at, [right], [_FRONT[1]])
        return at

    line(d.kicker)
    line(d.title, font=_font(bold=True, size=18))
    line(d.lead.text, font=_font(size=13, color="595F61"))
    for name, value in d.about:
        line(name, value)
    for number, (section, sheets) in enumerate(shown, 1):
        line()
        line(f"{number}  {section.heading}", font=_font(bold=True, size=13, color="1F4E57"))
        for block in section.blocks:
            if isinstance(block, Words):
                line("", block.text, font=_font(bold=True) if block.care else None)
            elif isinstance(block, Figures):
                for label, n in block.items:
                    line(n, label)
        for note in notes_alone(section):
            line("", note)
        for s in sheets:
            row = line()
            _link(sheet.cell(row, 1), s.label, s.name)
            _link(sheet.cell(row, 2), s.caption, s.name)
    line()
    line(d.footer)
    sheet.sheet_view.showGridLines = False
    _paper(sheet)


def _paper(sheet: Any, *, rows: str = "") -> None:
    """Printed on lying A4, as wide as a page, the heading on every page."""
    sheet.page_setup.orientation = "landscape" if rows else "portrait"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    if rows:
        sheet.print_title_rows = rows
    sheet.oddFooter.right.text = "&A   &P / &N"


def _properties(properties: Any, d: Document) -> None:
    """What the file is, and nothing of the machine or its user."""
    properties.creator = properties.lastModifiedBy = ""
    properties.title, properties.subject = clean(d.heading)[:255], clean(d.subject)[:255]
    properties.language = d.language
    try:
        at = datetime.fromisoformat(d.made_at)
    except ValueError:
        return
    properties.created = at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
