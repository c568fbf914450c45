"""What a chart shows, as a table: for readers who do not see it, and for those who draw it anew."""

from __future__ import annotations

import math

from precode.report.grid import Cell, Column, Form, Grid, Row
from precode.report.plots import Curves, Dots, Plot, Reliability, Sides


def numbers(plot: Plot) -> Grid:
    """Every number of ``plot``. The caption is its title."""
    match plot:
        case Curves():
            columns, rows = _curves(plot)
        case Reliability():
            columns, rows = _reliability(plot)
        case Dots():
            columns, rows = _dots(plot)
        case Sides():
            columns, rows = _sides(plot)
    return Grid(f"{plot.name}-numbers", plot.title, columns, rows)


_Table = tuple[tuple[Column, ...], tuple[Row, ...]]


def _curves(plot: Curves) -> _Table:
    at = sorted({x for line in plot.lines for x in line.x})
    found = [
        dict(zip(x.x, zip(x.mean, x.low, x.high, strict=True), strict=True)) for x in plot.lines
    ]
    columns = (Column(plot.x_label), *(Column(x.name, Form.SCORE) for x in plot.lines))
    rows = [Row((f"{x:,.4g}" if x % 1 else f"{x:,.0f}", *(of.get(x) for of in found))) for x in at]
    if plot.full is not None and plot.lines:
        level: Cell = (plot.full, math.nan, math.nan)
        rows.append(Row((plot.full_label, *[level] * len(plot.lines)), strong=True))
    return columns, tuple(rows)


def _reliability(plot: Reliability) -> _Table:
    columns = (
        Column(plot.x_label), Column(plot.y_label, Form.SCORE), Column("Predictions", Form.COUNT),
    )  # fmt: skip
    return columns, tuple(Row((f"{b.said:.2f}", (b.right, b.low, b.high), b.n)) for b in plot.bins)


def _dots(plot: Dots) -> _Table:
    columns = (Column(""), *(Column(name, Form.SCORE) for name in plot.series))
    return columns, tuple(Row((r.label, *r.values), r.group) for r in plot.rows)


def _sides(plot: Sides) -> _Table:
    columns = (
        Column(""), Column(plot.left_label, Form.COUNT), Column(plot.right_label, Form.COUNT),
    )  # fmt: skip
    return columns, tuple(Row((r.label, r.left, r.right), r.group) for r in plot.rows)
