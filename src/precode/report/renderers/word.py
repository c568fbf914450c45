"""The report as a Word document: headings, captions, tables and quotes in styles of those names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

from precode.files.atomic import replacing
from precode.report.document import (
    CODE,
    CONTENTS,
    UNVERIFIED_QUOTE,
    Document,
    Drawing,
    Figures,
    Notes,
    QuoteTable,
    Section,
    Table,
    Words,
    figure_words,
)
from precode.report.grid import Cell, Form, Grid, Row
from precode.report.renderers.word_look import TALL, WIDE, blank, elements, turn
from precode.report.renderers.word_pictures import picture
from precode.report.renderers.word_widths import column_sizes, fit, least_width
from precode.report.renderers.word_xml import (
    Box,
    Line,
    contents,
    field,
    heading,
    paragraph,
    right_to_left,
    run,
    said,
    table,
)
from precode.report.tables.quotes import QuoteCell
from precode.report.writing import bundles, pieces, spans, text_of

_SMALL_TABLE = 14  # rows; such a table stays on one page
_LONG_CELL = 900  # letters, of half the page's width; such a row may run on over the page
_STYLES = {"plain": "", "strong": "Strong", "code": "Typed"}
_RIGHT = {Form.COUNT, Form.PERCENT}


def write_word(d: Document, path: Path) -> Path:
    """The report into ``path``, at once or not at all. A table wider than upright paper lies with
    its section on a page turned round; one wider than that is cut into parts.
    """
    book = make_word(d)
    with replacing(path) as temporary:
        book.save(str(temporary))
    return path


def make_word(d: Document) -> Any:
    """The python-docx document of ``d``."""
    book = blank(
        heading=d.heading, subject=d.subject, made_at=d.made_at, footer=d.title, language=d.language
    )
    _add(book, _front(d))
    landscape = False
    for number, (section, lies) in enumerate(zip(d.sections, _lying(d), strict=True), 1):
        if lies is not landscape:
            turn(book, landscape=lies)
            landscape = lies
        _add(book, heading(f"{number}  {section.heading}", anchor=_anchor(section), number=number))
        for block in section.blocks:
            width = WIDE if landscape else TALL
            if isinstance(block, Drawing):
                _add(book, _caption(block.number, block.caption, label="Figure"))
                _add(book, picture(book, block, width))
            else:
                _add(book, _block(block, width))
    _add(book, said(d.footer, "TableNote"))
    return book


def _lying(d: Document) -> list[bool]:
    """Which sections need lying paper; one between two of them lies too, to spare a turn."""
    wide = [any(least_width(b) > TALL for b in s.blocks) for s in d.sections]
    before, after = [False, *wide], [*wide[1:], False]
    return [w or (b and a) for w, b, a in zip(wide, before, after, strict=False)]


def _add(book: Any, xml: str) -> None:
    last = book.element.body.sectPr
    for made in elements(xml):
        last.addprevious(made)


def _front(d: Document) -> str:
    about = [
        paragraph(run(f"{name}: ", "Strong") + run(value), "Normal", rtl=right_to_left(value))
        for name, value in d.about
    ]
    links = [(_anchor(s), f"{i}  {s.heading}") for i, s in enumerate(d.sections, 1)]
    return (
        said(d.kicker, "Kicker")
        + said(d.title, "Title")
        + _words(d.lead, "Subtitle")
        + "".join(about)
        + paragraph(run(CONTENTS, "Strong"), "Normal", keep=True)
        + contents(links)
    )


def _anchor(section: Section) -> str:
    return "_Toc_" + re.sub(r"\W", "_", section.anchor)


def _words(words: Words, style: str) -> str:
    runs = "".join(run(p.text, _STYLES[p.look]) for p in words.parts)
    return paragraph(runs, style, rtl=right_to_left(words.text))


def _block(block: Words | Notes | Figures | QuoteTable | Table, width: int) -> str:
    match block:
        case Words():
            return _words(block, "Care" if block.care else "Normal")
        case Notes():
            return "".join(_words(line, "TableNote") for line in block.lines)
        case Figures():
            return paragraph(
                run("  ·  ").join(
                    run(number, "Strong") + run(f" {label}")
                    for number, _, label in (w.partition(" ") for w in figure_words(block))
                ),
                "Normal",
            )
        case QuoteTable():
            return _caption(block.number, block.caption) + _quotes(block, width) + _spacer()
        case Table():
            return _table(block, width)


def _caption(number: int, text: str, *, part: int = 1, label: str = "Table") -> str:
    again = r" \c" if part > 1 else ""
    counted = run(f"{label} ") + field(rf"SEQ {label} \* ARABIC{again}", str(number))
    return paragraph(counted + run(f". {text}"), "Caption", keep=True)


def _spacer(*, keep: bool = False) -> str:
    return said("", "Spacer", keep=keep)


# -- tables ----------------------------------------------------------------------------------------


def _table(block: Table, width: int) -> str:
    grid, beside = block.grid, block.layout == "beside"
    parts = list(_parts(grid, width, beside=beside))
    out = []
    for i, part in enumerate(parts, 1):
        text = grid.caption + (f" ({i}/{len(parts)})" if len(parts) > 1 else "")
        widths = fit(column_sizes(part, beside=beside), width)
        lines = [*_heads(part, beside=beside), *_rows(part, beside=beside)]
        out.append(_caption(block.number, text, part=i))
        out.append(table(lines, widths, caption=grid.caption) + _spacer(keep=bool(grid.notes)))
    out += [said(note, "TableNote") for note in grid.notes]
    return "".join(out)


def _parts(grid: Grid, width: int, *, beside: bool) -> Iterator[Grid]:
    """``grid``, or where it is too wide even for lying paper, several with the first column each."""
    sizes = column_sizes(grid, beside=beside)
    first = sum(least for least, _ in sizes[: 1 + beside])
    chosen: list[int] = []
    used = first
    for i, (least, _) in enumerate(sizes[1 + beside :], 1):
        if chosen and used + least > width:
            yield _only(grid, chosen)
            chosen, used = [], first
        chosen.append(i)
        used += least
    yield _only(grid, chosen)


def _only(grid: Grid, columns: list[int]) -> Grid:
    if len(columns) == len(grid.columns) - 1:
        return grid
    kept = [0, *columns]
    rows = tuple(Row(tuple(r.cells[i] for i in kept), r.group, r.strong) for r in grid.rows)
    return Grid(
        grid.name, grid.caption, tuple(grid.columns[i] for i in kept), rows, (), grid.groups
    )


def _heads(grid: Grid, *, beside: bool) -> list[Line]:
    first = [grid.groups] if beside else []
    top: list[Box] = []
    low = [Box(said(name, "TableHead", keep=True), shade="head") for name in first]
    two = any(c.over for c in grid.columns)
    for over, columns in groupby(grid.columns, key=lambda c: c.over):
        mine = list(columns)
        if over:
            words = run(over.label) + (run(f" {over.detail}", "Quiet") if over.detail else "")
            top.append(Box(paragraph(words, "TableHead", keep=True), len(mine), shade="head"))
        else:
            top += [Box(_head(c.label, "", c.form), 1, "start", "head") for c in mine]
        low += [
            Box(_head("" if two and not over else c.label, c.detail, c.form), 1,
                "on" if two and not over else "", "head")
            for c in mine
        ]  # fmt: skip
    heads = [Line(tuple(low), head=True)]
    if two:
        groups = [Box(said(name, "TableHead", keep=True), 1, "start", "head") for name in first]
        heads.insert(0, Line((*groups, *top), head=True))
    return heads


def _head(label: str, detail: str, form: Form) -> str:
    style = "TableHeadNumber" if form in _RIGHT else "TableHead"
    words = run(label) + (run(f"\n{detail}", "Quiet") if detail else "")
    return paragraph(words, style, keep=True, rtl=right_to_left(label))


def _rows(grid: Grid, *, beside: bool) -> Iterator[Line]:
    small = len(grid.rows) <= _SMALL_TABLE
    columns = len(grid.columns) + beside
    left = len(grid.rows)
    for group, rows in bundles(grid):
        headed = rows[0].strong and rows[0].cells[0] == group  # a total that names its group
        if group and not beside and not headed:
            yield Line((Box(said(group, "TableGroup", keep=True), columns, shade="group"),))
        for i, row in enumerate(rows):
            left -= 1
            keep = (
                (small and left > 0)
                or (left == 0 and bool(grid.notes))
                or (beside and i + 1 < len(rows))
                or (headed and i == 0)
            )
            boxes = [_box(row.cells[0], grid.columns[0].form, row, keep=keep)]
            boxes += [_box(c, form, row, span=n, keep=keep) for c, form, n in spans(row, grid)]
            if beside:
                # not the style of a group's own line: that keeps with what follows, whatever is said
                name = group if i == 0 else ""
                rtl = right_to_left(name)
                label = paragraph(run(name, "Strong"), "TableText", keep=keep, rtl=rtl)
                boxes.insert(0, Box(label, 1, "on" if i else "start"))
            long = max(
                len(text_of(c, k.form)) for c, k in zip(row.cells, grid.columns, strict=True)
            )
            yield Line(tuple(boxes), split=long > _LONG_CELL)


def _box(cell: Cell, form: Form, row: Row, *, span: int = 1, keep: bool = False) -> Box:
    style = "TableNumber" if form in _RIGHT and not isinstance(cell, str) else "TableText"
    if form is Form.HASH:
        style = "TableCode"
    loud = "Strong" if row.strong else ""
    told = pieces(cell, form)
    runs = "".join(run(p.text, "Quiet" if p.quiet else loud) for p in told)
    rtl = right_to_left("".join(p.text for p in told))
    shade = "group" if row.strong else ""
    return Box(paragraph(runs, style, keep=keep, rtl=rtl), span, shade=shade)


# -- quotes ----------------------------------------------------------------------------------------


def _quotes(block: QuoteTable, width: int) -> str:
    stub = width * 18 // 100
    each = (width - stub) // len(block.sides)
    heads = [Box(said(h, "TableHead", keep=True), shade="head") for h in (CODE, *block.sides)]
    lines = [Line(tuple(heads), head=True)]
    for row in block.rows:
        name = run(row.label, "Strong") + (run(f"\n{row.detail}", "Quiet") if row.detail else "")
        boxes = [Box(paragraph(name, "TableText", rtl=right_to_left(row.label)))]
        span = len(block.sides) // len(row.cells)
        boxes += [Box(_quoted(cell), span) for cell in row.cells]
        long = max(sum(len(q.text) for q in cell.quotes) * span for cell in row.cells)
        lines.append(Line(tuple(boxes), split=long > _LONG_CELL * len(block.sides)))
    return table(lines, [stub, *[each] * len(block.sides)], caption=block.caption)


def _quoted(cell: QuoteCell) -> str:
    out = []
    for q in cell.quotes:
        badge = run(f" {UNVERIFIED_QUOTE}", "Badge") if q.machine else ""
        out.append(said(q.text, "Quote", keep=True))
        out.append(paragraph(run(f"({q.attribution})") + badge, "QuoteAttribution"))
    if cell.remark:
        out.append(said(cell.remark, "TableNote"))
    return "".join(out) or said("", "TableText")
