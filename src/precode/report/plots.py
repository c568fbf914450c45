"""Charts as values: what is to be drawn, and the words that stand for it where nothing is seen.

``title`` and ``description`` are read aloud in a chart's place; ``name`` is unlike that of any other
chart on a page.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """A line at each of ``x``, and its band: of many lines only some should be ``banded``."""

    name: str
    x: tuple[float, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    banded: bool = True


@dataclass(frozen=True, slots=True)
class Curves:
    """Lines over a number: learning curves, risk–coverage.

    ``lines`` from 0 up, and ``full``, what they might reach, as a level line (None: no such line).
    ``marks`` are letters over a place of x; the page says what they stand for.
    """

    title: str
    description: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    full: float | None
    full_label: str
    marks: tuple[tuple[str, float], ...] = ()
    name: str = "curves"


@dataclass(frozen=True, slots=True)
class Bin:
    """``n`` predictions of mean confidence ``said``; the share that was right with its interval."""

    said: float
    right: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Reliability:
    """A reliability diagram: what was said against what was right, with the diagonal, and below it
    how many predictions each bin holds.
    """

    title: str
    description: str
    x_label: str
    y_label: str
    bins: tuple[Bin, ...]
    name: str = "reliability"


@dataclass(frozen=True, slots=True)
class DotRow:
    """One line of :class:`Dots`: a (value, low, high) for each series, or words in its place."""

    label: str
    group: str
    values: tuple[tuple[float, float, float] | str | None, ...]


@dataclass(frozen=True, slots=True)
class Dots:
    """Figures with their intervals, a row each (a forest plot); each of ``series`` has a mark of its
    own. ``line`` is a value to compare with (0 for differences), ``ends`` those of the axis.
    """

    title: str
    description: str
    x_label: str
    series: tuple[str, ...]
    rows: tuple[DotRow, ...]
    ends: tuple[float, float] | None = None
    line: float | None = None
    name: str = "dots"


@dataclass(frozen=True, slots=True)
class SideRow:
    """Counts to the left and to the right of one label; rows of a group stand together. What is
    ``told`` at a bar's end is the count where nothing is given.
    """

    label: str
    group: str
    left: int
    right: int
    left_told: str = ""
    right_told: str = ""


@dataclass(frozen=True, slots=True)
class Sides:
    """Bars that grow to both sides from the labels in the middle: barriers left, facilitators
    right, hatched and solid.
    """

    title: str
    description: str
    left_label: str
    right_label: str
    x_label: str
    rows: tuple[SideRow, ...]
    name: str = "sides"


Plot = Curves | Reliability | Dots | Sides
