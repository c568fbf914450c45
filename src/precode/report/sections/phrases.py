"""The small parts that sections are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import count as counting

from precode.report.document import Drawing, Notes, Part, Table, Words
from precode.report.grid import Grid
from precode.report.plots import Plot


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers still to give: tables and figures are counted apart, each through all sections."""

    table: Iterator[int] = field(default_factory=lambda: counting(1))
    figure: Iterator[int] = field(default_factory=lambda: counting(1))


def tables(number: Numbers, grids: Iterable[Grid]) -> Iterator[Table]:
    """Each grid as a numbered table."""
    for g in grids:
        yield Table(next(number.table), g.caption, g)


def drawing(number: Numbers, plot: Plot, caption: str = "") -> Drawing:
    """A chart as a numbered figure; its caption is its title where none is given."""
    return Drawing(next(number.figure), caption or plot.title, plot)


def words(*parts: str | Part) -> Words:
    """A paragraph of plain words and parts with a look of their own."""
    return Words(tuple(Part(p) if isinstance(p, str) else p for p in parts))


def note(text: str) -> Notes:
    """One small paragraph."""
    return Notes((words(text),))


def strong(text: str) -> Part:
    """Words that stand out."""
    return Part(text, "strong")
