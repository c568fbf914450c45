"""Charts of a row a line: where each stands, and how high the chart becomes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from precode.report.charts.letters import widest, wrapped
from precode.report.charts.look import TEXT

_LINE = TEXT * 1.22 / 72  # inches
_BETWEEN = 0.1
LETTERS = 32  # of a label's line


@dataclass(frozen=True, slots=True)
class Line:
    """A row's label or a group's ``heading``; ``middle`` is inches from the top of the chart.
    ``row`` counts from 0, -1 for a heading.
    """

    text: str
    middle: float
    row: int

    @property
    def heading(self) -> bool:
        return self.row < 0


def lay_out(rows: Iterable[tuple[str, str]], *, least: float) -> tuple[list[Line], float]:
    """The lines of ``rows``, (label, group) each, with their groups' headings, and the height of
    them all. A row is ``least`` inches high.
    """
    lines: list[Line] = []
    at, before = 0.06, ""
    for number, (label, group) in enumerate(rows):
        if group and group != before:
            at += 0.08 if lines else 0
            at = _add(lines, wrapped(group, LETTERS), at, -1, 0.0)
        before = group
        at = _add(lines, wrapped(label, LETTERS), at, number, least)
    return lines, at + 0.06


def _add(lines: list[Line], text: str, at: float, row: int, least: float) -> float:
    height = max(least, _LINE * (text.count("\n") + 1)) + _BETWEEN
    lines.append(Line(text, at + height / 2, row))
    return at + height


def label_width(lines: Iterable[Line]) -> float:
    """Inches that the labels and headings take."""
    every = list(lines)
    return max(
        widest(line.text for line in every if not line.heading),
        widest((line.text for line in every if line.heading), bold=True),
    )
