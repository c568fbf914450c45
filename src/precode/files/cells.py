"""What a cell of a table may hold when we write it, and sheets as values: to fill in, and as read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Cell = str | int | float | bool | None

# What one cell of a workbook holds: Excel cuts off the rest.
MAX_TEXT = 32_767
_ESCAPED = re.compile(r"_x[0-9A-Fa-f]{4}_")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a :class:`Form`. ``width`` is in characters. ``look``: to be read, the ``key``
    text of the row, to be filled in (``answer``), or of no concern to people (``faint``: such come
    last, and are not printed). ``choices`` is the range whose cells a drop-down offers
    ("'Codes'!$B$2:$B$7"), "" for none; ``help`` is shown beside a cell that is being filled in.
    """

    header: str
    width: int
    look: Literal["read", "key", "answer", "faint"] = "read"
    choices: str = ""
    help: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A sheet for people to read, fill in and print. ``filterable``: the header sorts the rows;
    ``locked``: without a password, but only cells to be filled in take what is typed.
    """

    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    filterable: bool = False
    locked: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A sheet as read, wherever its header is: (row number from 1, cells) of each row with text.

    ``blind`` holds (row number, column index from 0) of formulas whose result the file lacks: they
    read as empty, but are not. ``notes`` say what was assumed.
    """

    title: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    blind: frozenset[tuple[int, int]] = frozenset()
    notes: tuple[str, ...] = ()


def cell_name(column: int, row: int) -> str:
    """How a spreadsheet names the cell: ``cell_name(0, 1)`` is "A1". ``column`` counts from 0."""
    letters, rest = "", column + 1
    while rest:
        rest, last = divmod(rest - 1, 26)
        letters = chr(ord("A") + last) + letters
    return f"{letters}{row}"


def stored_length(text: str) -> int:
    """The room ``text`` takes of :data:`MAX_TEXT`: in UTF-16 units, with what must be escaped."""
    return len(text.encode("utf-16-le", "replace")) // 2 + 6 * len(_ESCAPED.findall(text))
