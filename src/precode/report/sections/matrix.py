"""The framework matrix: cases × codes."""

from __future__ import annotations

from collections.abc import Iterator

from precode.domain import Polarity
from precode.report.document import Block, Part, Section, Table
from precode.report.grid import Cell, Charted, Column, Form, Grid, Row, Spanner, title
from precode.report.sections.phrases import Numbers, note, strong, words
from precode.report.tables.make import Tables
from precode.report.tables.matrix import (
    MOST_ROWS,
    Matrix,
    MatrixCell,
    heading_of,
    polarity_heading,
    polarity_name,
)
from precode.report.wanted import PARTICIPANT
from precode.report.writing import count


def matrix(number: Numbers, t: Tables) -> Section:
    return Section("matrix", "Framework matrix", tuple(_blocks(number, t)))


def _blocks(number: Numbers, t: Tables) -> Iterator[Block]:
    page, whole = t.matrix
    if not whole.rows:
        yield words(
            "No matrix yet: coders have read nobody"
            + (f" of those wanted ({whole.where})." if whole.where else ".")
        )
        return
    typed = sum(c.summary is not None for r in whole.rows for c in r.cells)
    yield words(
        "A row for each case, a column for each code. In a cell: the team’s own ",
        strong("summary"), ", excerpts coded by people, and a quote. ",
        f"Cells with a summary: {count(typed)} of {count(len(whole.rows) * len(whole.codes))}. The "
        "sheet to type them in is made by ",
        Part("precode report --summaries-out summaries.xlsx", "code"), " and read back by ",
        Part("precode report --summaries-in summaries.xlsx", "code"), ".",
    )  # fmt: skip
    shown = min(len(page.rows), MOST_ROWS)
    grid = _page(page, shown)
    yield Table(
        next(number.table), "Framework matrix", grid, "matrix", sheet=_sheet(whole, grid.caption)
    )
    yield from _left_out(page, whole, shown)


def _left_out(page: Matrix, whole: Matrix, shown: int) -> Iterator[Block]:
    all_there = "precode report --format xlsx"
    if page.by != whole.by:
        yield note(
            f"{count(len(whole.rows))} {whole.cases} are too many for a page: here they stand by "
            f"{page.cases}, in the workbook each has a row ({all_there})."
        )
    elif shown < len(page.rows):
        yield note(
            f"The first {count(shown)} of {count(len(page.rows))} rows; the workbook has all "
            f"({all_there})."
        )
    if whole.where:
        yield note(
            f"Only people with {whole.where}; what no participant speaks is left out with them."
        )
    if whole.unread:
        n = count(whole.unread)
        yield note(f"Without a row: {n} people in sources that nobody has read.")
    if page.elsewhere:
        yield note(
            f"{count(len(page.elsewhere))} summaries typed for other rows or codes are kept in the "
            "study and not shown in this table: other rows are chosen by --matrix-by."
        )


def _page(m: Matrix, shown: int) -> Grid:
    """As it is read: a cell holds summary, counts and quotes."""
    domains = {d: Spanner(d) for _, _, d in m.codes if d}
    columns = (
        Column(heading_of(m)),
        *(Column(label, Form.CHARTED, "", domains.get(d)) for _, label, d in m.codes),
    )
    where = f" ({m.where})" if m.where else ""
    return Grid(
        "matrix",
        f"Framework matrix: {m.cases} by code{where}",
        columns,
        tuple(
            Row(
                (
                    f"{r.label}\n{r.detail}" if r.detail else r.label,
                    *(_charted(m, c) for c in r.cells),
                )
            )
            for r in m.rows[:shown]
        ),
        spoken=frozenset(range(1, len(columns))),
        labels=frozenset([0]),
    )


def _charted(m: Matrix, cell: MatrixCell) -> Charted:
    counts = tuple(
        (polarity_name(p, n), n) for p, n in zip(m.polarities, cell.counts, strict=True) if n
    )
    summary = cell.summary.text if cell.summary else ""
    return Charted(summary, counts, _quoted(m, cell))


def _quoted(m: Matrix, cell: MatrixCell) -> tuple[str, ...]:
    """In the row of one person nobody else is quoted."""
    if m.by == PARTICIPANT:
        return tuple(f"“{q.text}”" for q in cell.quotes)
    return tuple(f"“{q.text}” ({q.attribution})" for q in cell.quotes)


def _sheet(m: Matrix, caption: str) -> Grid:
    """As it is sorted and filtered: a column for each attribute, and for each code its counts as
    numbers, the summary and the quotes.
    """
    used = [
        [
            i
            for i, p in enumerate(m.polarities)
            if any(r.cells[k].counts[i] for r in m.rows)
            or p in (Polarity.BARRIER, Polarity.FACILITATOR)
        ]
        for k in range(len(m.codes))
    ]
    columns = [Column(heading_of(m)), *(Column(title(n)) for n in m.attributes)]
    columns.append(Column("People", Form.COUNT))
    spoken: set[int] = set()
    for (_, label, _), polarities in zip(m.codes, used, strict=True):
        over = Spanner(label)
        columns += [
            Column(polarity_heading(m.polarities[i]), Form.COUNT, "", over) for i in polarities
        ]
        spoken |= {len(columns), len(columns) + 1}
        columns += [Column("Summary", Form.TEXT, "", over), Column("Quotes", Form.TEXT, "", over)]
    rows = []
    for r in m.rows:
        cells: list[Cell] = [r.label, *r.values, r.people]
        for cell, polarities in zip(r.cells, used, strict=True):
            cells += [cell.counts[i] for i in polarities]
            cells.append(cell.summary.text if cell.summary else "")
            cells.append("\n".join(_quoted(m, cell)))
        rows.append(Row(tuple(cells)))
    return Grid(
        "matrix-sheet", caption, tuple(columns), tuple(rows),
        spoken=frozenset(spoken), labels=frozenset([0]),
    )  # fmt: skip
