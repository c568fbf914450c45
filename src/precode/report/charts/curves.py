"""Curves with their bands: learning curves, above all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from precode.report.charts.letters import legend, wrapped
from precode.report.charts.look import HAIR, INK, SIZE, SOFT, style
from precode.report.plots import Curves, Line

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

MARKS = 8  # markers on each line: more would hide their shape


def draw(chart: Curves) -> Figure:
    """The figure, not yet rendered."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    drawn = [_draw_line(axes, line, number) for number, line in enumerate(chart.lines)]
    heights = [h for line in chart.lines for h in (*line.mean, *line.high) if math.isfinite(h)]
    top = max([*heights, *([] if chart.full is None else [chart.full])], default=1.0)
    room = top * 1.15 + 0.02
    axes.set_ylim(0, min(1.08, room) if top <= 1 else room)
    axes.set_xlim(0, 1.03 * max((x for line in chart.lines for x in line.x), default=0) or 1)
    if chart.full is not None:
        axes.axhline(chart.full, color=INK, linewidth=0.9, linestyle=(0, (1, 2)))
        axes.annotate(
            wrapped(chart.full_label, 90, lines=1), (0, chart.full),
            xycoords=("axes fraction", "data"), xytext=(4, 3), textcoords="offset points",
            fontsize=8.5, color=INK,
        )  # fmt: skip
    for row, (letter, at) in enumerate(chart.marks):
        _draw_mark(axes, letter, at, row)
    if not any(line.x for line in chart.lines):
        axes.text(0.5, 0.5, "nothing to show", transform=axes.transAxes, ha="center", color=SOFT)
    axes.set_xlabel(wrapped(chart.x_label, 90, lines=1))
    axes.set_ylabel(wrapped(chart.y_label, 48, lines=2))
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color=HAIR, linewidth=0.7)
    axes.set_axisbelow(True)
    if drawn:
        legend(
            figure, drawn, [line.name for line in chart.lines], letters=46,
            loc="outside lower center", columns=2, length=4.5,
        )  # fmt: skip
    return figure


def _draw_line(axes: Axes, line: Line, number: int) -> Line2D:
    dashes, marker, colour = style(number)
    if line.banded:
        axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.13, linewidth=0)
        for edge in (line.low, line.high):  # grey fills run together: the edges keep them apart
            axes.plot(line.x, edge, color=colour, linewidth=0.6, linestyle=dashes, alpha=0.7)
    step = max(1, len(line.x) // MARKS)
    (drawn,) = axes.plot(
        line.x, line.mean, color=colour, linewidth=1.8, linestyle=dashes, marker=marker,
        markersize=6, markevery=(number % step, step), markerfacecolor="white",
        markeredgewidth=1.4,
    )  # fmt: skip
    return drawn


def _draw_mark(axes: Axes, letter: str, at: float, row: int) -> None:
    """A letter at the foot of the chart, those next to each other on rows of their own."""
    axes.axvline(at, color=SOFT, linewidth=0.7, linestyle=(0, (1, 3)))
    axes.annotate(
        letter, (at, 0), xycoords=("data", "axes fraction"), ha="center", va="bottom",
        xytext=(0, 3 + 15 * row), textcoords="offset points", fontsize=8.5,
        bbox={"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": SOFT, "linewidth": 0.7},
    )  # fmt: skip
