"""Where a returned packet has its columns, whatever was moved, added or renamed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from precode.codebook import plain
from precode.errors import InputError, Problem
from precode.files.cells import Grid, cell_name
from precode.review.packet_sheet import (
    CHECK,
    DO_NOT_EDIT,
    HOW_TO,
    ID,
    MEMO,
    NOTHING,
    PACKET,
    READ_ONLY,
    SENTENCE,
)

_PAIR = re.compile(r"(code|polarity) ?([1-9][0-9]{0,2})")


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a returned sheet has its columns (indices from 0; None where it lacks one).

    ``pairs`` are (code, polarity) in their order. ``others`` are columns that are not the packet's:
    (index, header).
    """

    grid: Grid
    header: int
    packet: int
    id: int
    check: int
    sentence: int
    pairs: tuple[tuple[int | None, int | None], ...]
    nothing: int | None
    memo: int | None
    others: tuple[tuple[int, str], ...]

    def cell(self, column: int, row: int) -> str:
        """The cell for messages: "Code these!G14"."""
        return f"{self.grid.title}!{cell_name(column, row)}"

    @property
    def answers(self) -> tuple[int, ...]:
        """The columns that a coder fills in."""
        own = [c for pair in self.pairs for c in pair] + [self.nothing, self.memo]
        return tuple(c for c in own if c is not None)


def find_layouts(grids: Sequence[Grid], name: str) -> tuple[Layout, ...]:
    """The sheets that hold rows of a packet, wherever the header has gone.

    Raises :class:`InputError` if none does, or if one has lost or doubled a column it needs.
    """
    found = tuple(layout for grid in grids for layout in _layout(grid))
    if not found:
        raise InputError(
            f"{name} is no packet: no sheet has the columns {ID!r} and {CHECK!r}",
            mend="name the workbook that precode review --packet wrote, filled in",
        )
    return found


def _layout(grid: Grid) -> list[Layout]:
    for number, cells in grid.rows:
        names: dict[str, list[int]] = {}
        for index, cell in enumerate(cells):
            if cell.strip():
                names.setdefault(column_name(cell), []).append(index)
        if {column_name(ID), column_name(CHECK)} <= names.keys():
            return [_placed(grid, number, names, cells)]
    return []


def column_name(header: str) -> str:
    """A header up to case, spacing and punctuation."""
    name = plain(header).removesuffix(plain(DO_NOT_EDIT)).strip()
    pair = _PAIR.fullmatch(name)
    return f"{pair[1]} {pair[2]}" if pair else name


def _placed(grid: Grid, number: int, names: dict[str, list[int]], cells: Sequence[str]) -> Layout:
    used = [i for n, row in grid.rows if n != number for i, c in enumerate(row) if c.strip()]
    problems: list[Problem] = []

    def place(header: str) -> int | None:
        hits = names.get(column_name(header), [])
        hits = [i for i in hits if i in filled] or hits[:1]
        if len(hits) > 1:
            where = " and ".join(cell_name(i, number) for i in hits)
            problems.append(
                Problem(f"{grid.title}!{where}", f"two columns are called {header!r}", "delete one")
            )
        return hits[0] if hits else None

    def needed(header: str) -> int:
        index = place(header)
        if index is None:
            mend = f"name it {header!r} again, or copy it from the packet that was sent"
            problems.append(
                Problem(f"{grid.title}, row {number}", f"has no column {header!r}", mend)
            )
        return index or 0

    filled = set(used)
    numbered = sorted({int(m[2]) for name in names if (m := _PAIR.fullmatch(name))})
    found = tuple((place(f"code {k}"), place(f"polarity {k}")) for k in numbered)
    if not found:
        needed("code 1")
    ours = {column_name(h) for h in (*READ_ONLY, SENTENCE, NOTHING, MEMO, PACKET, ID, CHECK)}
    layout = Layout(
        grid, number, needed(PACKET), needed(ID), needed(CHECK), needed(SENTENCE), found,
        place(NOTHING), place(MEMO),
        tuple(
            (i, cells[i].strip() if i < len(cells) and cells[i].strip() else cell_name(i, number))
            for i in sorted(filled)
            if i >= len(cells) or not (column_name(cells[i]) in ours or _PAIR.fullmatch(column_name(cells[i])))
        ),
    )  # fmt: skip
    if problems:
        raise InputError(f"{grid.title}: the header is not that of a packet", problems=problems)
    return layout


def packet_named(layouts: Sequence[Layout], name: str) -> str:
    """The packet that most rows say they belong to. Raises :class:`InputError` if none says."""
    said: dict[str, int] = {}
    for layout in layouts:
        for number, cells in layout.grid.rows:
            packet = cells[layout.packet].strip() if layout.packet < len(cells) else ""
            if packet and number != layout.header:
                said[packet] = said.get(packet, 0) + 1
    if not said:
        raise InputError(
            f"{name}: no row says which packet it belongs to",
            mend=f"copy the column {PACKET!r} from the packet that was sent",
        )
    return max(said, key=lambda p: said[p])


def coder_named(grids: Sequence[Grid]) -> str:
    """The coder that the sheet "How to" names, "" if it is gone."""
    for grid in grids:
        for _, cells in grid.rows if plain(grid.title) == plain(HOW_TO) else ():
            texts = [c.strip() for c in cells if c.strip()]
            if len(texts) > 1 and plain(texts[0]) == "coder":
                return texts[1]
    return ""
