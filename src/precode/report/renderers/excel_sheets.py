"""What stands on each sheet of the workbook, before it is drawn: numbers as numbers, text as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from precode.report.charts.numbers import numbers
from precode.report.document import (
    CODE,
    QUOTES,
    UNVERIFIED_QUOTE,
    Drawing,
    Notes,
    QuoteTable,
    Section,
    Table,
)
from precode.report.grid import Column, Form, Grid
from precode.report.writing import PARTS, Value, values

_FORMATS = {
    Form.COUNT: "#,##0", Form.PERCENT: "0.0%", Form.SCORE: "0.00", Form.TALLY: "#,##0",
    Form.MENTIONS: "#,##0", Form.PRE_CODES: "#,##0", Form.POINTS: "0.0%", Form.CHANCE: "0.000",
    Form.ESTIMATE: "#,##0",
}  # fmt: skip
_PARTS = {(Form.TALLY, part): "0.0%" for part in ("share", "low", "high")}


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading; ``form`` is a number's format, "" for text."""

    text: str
    form: str = ""


@dataclass(slots=True)
class Sheet:
    """A sheet before it is drawn; ``total`` is how many rows at its end are sums. ``drawing`` is a
    chart that stands above its own numbers.
    """

    label: str
    title: str
    caption: str
    heads: tuple[Head, ...]
    rows: list[tuple[Value, ...]]
    notes: list[str]
    total: int = 0
    strong: set[int] = field(default_factory=set)
    name: str = ""
    drawing: Drawing | None = None

    @property
    def tab(self) -> str:
        """What its tab should say: "3 Quotes", "Fig 1 Barriers"."""
        number = self.label.split()[-1]
        return f"{'Fig ' if self.drawing else ''}{number} {self.title}"


def tab_name(name: str) -> str:
    # Excel counts a tab's letters in halves of pairs, and bears no quote at its ends
    return "".join(c for c in name if c <= "\uffff").replace("'", "’").rstrip()


# -- what stands on a sheet ------------------------------------------------------------------------


def sheets_of(section: Section) -> list[Sheet]:
    """A section's tables and charts. Notes go to what stands above them; quotes of all domains are
    one sheet.
    """
    sheets: list[Sheet] = []
    for kind, group in groupby(section.blocks, key=type):
        blocks = list(group)
        if kind is QuoteTable:
            sheets.append(_quotes([b for b in blocks if isinstance(b, QuoteTable)]))
        for block in blocks:
            if isinstance(block, Table):
                sheets.append(_sheet(block))
            elif isinstance(block, Drawing):
                sheets.append(_figure(block))
            elif isinstance(block, Notes) and sheets:
                sheets[-1].notes += [line.text for line in block.lines]
    return sheets


def notes_alone(section: Section) -> list[str]:
    """Notes without a table or a chart above them."""
    before = takewhile(lambda b: not isinstance(b, (Table, QuoteTable, Drawing)), section.blocks)
    return [line.text for b in before if isinstance(b, Notes) for line in b.lines]


def _figure(block: Drawing) -> Sheet:
    """The chart, what it says in words, and its numbers."""
    sheet = _grid(numbers(block.plot), f"Figure {block.number}", block.caption, block.caption)
    sheet.notes.insert(0, block.plot.description)
    sheet.drawing = block
    return sheet


def _sheet(block: Table) -> Sheet:
    return _grid(
        block.sheet or block.grid, f"Table {block.number}", block.title, block.grid.caption
    )


def _grid(grid: Grid, label: str, title: str, caption: str) -> Sheet:
    grouped = any(r.group for r in grid.rows)
    heads = [Head(grid.groups)] if grouped else []
    heads += [head for column in grid.columns for head in _heads(column)]
    rows = [
        (
            *([row.group] if grouped else []),
            *(
                v
                for c, col in zip(row.cells, grid.columns, strict=True)
                for v in values(c, col.form)
            ),
        )
        for row in grid.rows
    ]
    strong = {i for i, row in enumerate(grid.rows) if row.strong}
    total = 0
    while len(rows) - 1 - total in strong and not grid.rows[-1 - total].group:
        total += 1
    notes = list(grid.notes)
    return Sheet(label, _short(title), caption, tuple(heads), rows, notes, total, strong)


def _short(title: str) -> str:
    """A name for a tab: the title up to its first comma, colon or bracket."""
    for i, letter in enumerate(title):
        if letter in ",:(" and i > 2:
            return title[:i].rstrip()
    return title


def _heads(column: Column) -> list[Head]:
    over = f"{column.over.label}: " if column.over else ""
    detail = f" ({column.detail})" if column.detail else ""
    return [
        Head(
            f"{over}{column.label}{', ' if part else ''}{part}{detail}",
            _PARTS.get((column.form, part), _FORMATS.get(column.form, "")),
        )
        for part in PARTS.get(column.form, ("",))
    ]


def _quotes(blocks: Sequence[QuoteTable]) -> Sheet:
    heads = ("Domain", CODE, "As", "Quote", "Attribution", "Given by", "Not quoted")
    rows: list[tuple[Value, ...]] = []
    for block in blocks:
        for row in block.rows:
            for i, cell in enumerate(row.cells):
                side = row.detail or (block.sides[i] if len(block.sides) > 1 else "")
                start = (block.domain, row.label, side[:1].upper() + side[1:])
                for n, q in enumerate(cell.quotes):
                    by = UNVERIFIED_QUOTE if q.machine else ", ".join(q.coders)
                    rows.append((*start, q.text, q.attribution, by, "" if n else cell.remark))
                if not cell.quotes:
                    rows.append((*start, None, None, None, cell.remark))
    numbers = sorted({blocks[0].number, blocks[-1].number})
    label = f"Table{'s' if len(numbers) > 1 else ''} {'–'.join(map(str, numbers))}"
    return Sheet(label, QUOTES, QUOTES, tuple(map(Head, heads)), rows, [])


# -- drawing ---------------------------------------------------------------------------------------
