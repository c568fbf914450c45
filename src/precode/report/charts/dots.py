"""Figures with their intervals, a row each: forest plots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from precode.report.charts.letters import legend, wrapped
from precode.report.charts.look import HAIR, INK, SMALL, SOFT, TEXT, WIDE, style
from precode.report.charts.rows import label_width, lay_out
from precode.report.plots import DotRow, Dots
from precode.report.writing import NOTHING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_APART = 0.16  # inches between the series of a row
_EDGE, _GAP = 0.16, 0.16
_FOOT, _LEGEND, _HEAD = 0.62, 0.26, 0.14  # the legend's height is of each of its lines
_ABREAST = 3  # series on a line of the legend


def draw(chart: Dots) -> Figure:
    """The figure, not yet rendered."""
    from matplotlib.figure import Figure

    several = max(len(chart.series), 1)
    lines, tall = lay_out([(r.label, r.group) for r in chart.rows], least=_APART * several)
    tall = max(tall, 0.8)
    head = _HEAD + (_LEGEND * math.ceil(several / _ABREAST) if several > 1 else 0)
    high = tall + head + _FOOT
    labels = _EDGE + label_width(lines) + _GAP
    figure = Figure(figsize=(WIDE, high))
    axes = figure.add_axes(
        (labels / WIDE, _FOOT / high, (WIDE - labels - 2 * _EDGE) / WIDE, tall / high)
    )
    axes.set_ylim(tall, 0)
    axes.set_xlim(*_ends(chart))
    axes.set_yticks([])
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color=HAIR, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.set_xlabel(wrapped(chart.x_label, 90, lines=1))
    axes.margins(0)
    if chart.line is not None:
        axes.axvline(chart.line, color=INK, linewidth=0.9, linestyle=(0, (1, 2)))
    for line in lines:
        figure.text(
            (labels - _GAP) / WIDE, 1 - (head + line.middle) / high, line.text, ha="right",
            va="center", fontsize=TEXT, linespacing=1.1, color=SOFT if line.heading else INK,
            fontweight="bold" if line.heading else "normal",
        )  # fmt: skip
        if not line.heading:
            _draw_row(axes, chart, chart.rows[line.row], line.middle)
    if not chart.rows:
        axes.text(0.5, 0.5, "nothing to show", transform=axes.transAxes, ha="center", color=SOFT)
    if several > 1:
        _legend(figure, chart)
    return figure


def _ends(chart: Dots) -> tuple[float, float]:
    """The axis from the least to the greatest figure, and as far as ``ends`` at the least."""
    shown = [v for row in chart.rows for s in row.values if isinstance(s, tuple) for v in s]
    shown = [v for v in (*shown, *([] if chart.line is None else [chart.line])) if math.isfinite(v)]
    low, high = chart.ends or (min(shown, default=0.0), max(shown, default=1.0))
    low, high = min([low, *shown]), max([high, *shown])
    margin = 0.02 * (high - low) or 0.5
    return low - margin, high + margin


def _draw_row(axes: Axes, chart: Dots, row: DotRow, middle: float) -> None:
    from matplotlib.transforms import blended_transform_factory

    axes.axhline(middle, color=HAIR, linewidth=0.7, zorder=0.5)
    words = [v if isinstance(v, str) else "" for v in row.values]
    if words and words[0] and len({*words}) == 1:  # the same of all series: said once
        told = [(middle, words[0], SOFT)]
    else:
        told = []
        for number, value in enumerate(row.values):
            at = middle + (number - (len(row.values) - 1) / 2) * _APART
            _, marker, colour = style(number)
            if isinstance(value, tuple) and math.isfinite(value[0]):
                _draw_dot(axes, value, at, marker, colour)
            elif value is not None:
                name = f"{chart.series[number]}: " if len(row.values) > 1 else ""
                told.append((at, name + (value if isinstance(value, str) else NOTHING), colour))
    beside = blended_transform_factory(axes.transAxes, axes.transData)
    for at, text, colour in told:
        axes.text(
            0.01, at, wrapped(text, 80, lines=1), transform=beside, va="center", fontsize=SMALL - 1,
            color=colour, style="italic",
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6},
        )  # fmt: skip


def _draw_dot(
    axes: Axes, value: tuple[float, float, float], at: float, marker: str, colour: str
) -> None:
    middle, low, high = value
    if math.isfinite(low) and math.isfinite(high):
        axes.plot([low, high], [at, at], color=colour, linewidth=1.4, solid_capstyle="butt")
        for end in (low, high):
            axes.plot([end, end], [at - 0.04, at + 0.04], color=colour, linewidth=1.2)
    axes.plot(
        [middle], [at], linestyle="", marker=marker, color=colour, markersize=6.5,
        markerfacecolor=colour if marker in "os^" else "white", markeredgewidth=1.3,
        clip_on=False,
    )  # fmt: skip


def _legend(figure: Figure, chart: Dots) -> None:
    from matplotlib.lines import Line2D

    marks = []
    for number in range(len(chart.series)):
        _, marker, colour = style(number)
        fill = colour if marker in "os^" else "white"
        marks.append(
            Line2D([], [], color=colour, marker=marker, markersize=6.5, markerfacecolor=fill)
        )
    legend(figure, marks, chart.series, letters=32, loc="upper center", columns=_ABREAST)
