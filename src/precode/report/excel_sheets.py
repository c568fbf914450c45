"""What stands on each sheet of the workbook, before it is drawn: numbers as numbers, text as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, takewhile

from precode.report.document import (
    CODE,
    QUOTES,
    UNVERIFIED_QUOTE,
    Notes,
    QuoteTable,
    Section,
    Table,
)
from precode.report.grid import Column, Form
from precode.report.writing import PARTS, Value, values

_FORMATS = {
    Form.COUNT: "#,##0", Form.PERCENT: "0.0%", Form.SCORE: "0.00", Form.TALLY: "#,##0",
    Form.MENTIONS: "#,##0", Form.PRE_CODES: "#,##0",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Head:
    """A column's heading; ``form`` is a number's format, "" for text."""

    text: str
    form: str = ""


@dataclass(slots=True)
class Sheet:
    """A sheet before it is drawn; ``total`` is how many rows at its end are sums."""

    label: str
    title: str
    caption: str
    heads: tuple[Head, ...]
    rows: list[tuple[Value, ...]]
    notes: list[str]
    total: int = 0
    strong: set[int] = field(default_factory=set)
    name: str = ""


def tab_name(name: str) -> str:
    # Excel counts a tab's letters in halves of pairs, and bears no quote at its ends
    return "".join(c for c in name if c <= "\uffff").replace("'", "’").rstrip()


# -- what stands on a sheet ------------------------------------------------------------------------


def sheets_of(section: Section) -> list[Sheet]:
    """A section's tables. Notes go to the table above them; quotes of all domains are one sheet."""
    sheets: list[Sheet] = []
    for kind, group in groupby(section.blocks, key=type):
        blocks = list(group)
        if kind is QuoteTable:
            sheets.append(_quotes([b for b in blocks if isinstance(b, QuoteTable)]))
        for block in blocks:
            if isinstance(block, Table):
                sheets.append(_sheet(block))
            elif isinstance(block, Notes) and sheets:
                sheets[-1].notes += [line.text for line in block.lines]
    return sheets


def notes_alone(section: Section) -> list[str]:
    """Notes without a table above them."""
    before = takewhile(lambda b: not isinstance(b, (Table, QuoteTable)), section.blocks)
    return [line.text for b in before if isinstance(b, Notes) for line in b.lines]


def _sheet(block: Table) -> Sheet:
    grid = block.grid
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
    title = _short(block)
    label = f"Table {block.number}"
    return Sheet(label, title, grid.caption, tuple(heads), rows, list(grid.notes), total, strong)


def _short(block: Table) -> str:
    """A name for a tab: the title up to its first comma, colon or bracket."""
    for i, letter in enumerate(block.title):
        if letter in ",:(" and i > 2:
            return block.title[:i].rstrip()
    return block.title


def _heads(column: Column) -> list[Head]:
    over = f"{column.over.label}: " if column.over else ""
    detail = f" ({column.detail})" if column.detail else ""
    return [
        Head(
            f"{over}{column.label}{', ' if part else ''}{part}{detail}",
            _FORMATS.get(column.form, ""),
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
