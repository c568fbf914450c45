"""Reliability diagrams: what was said against what was right, over how many stand behind it."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from precode.report.charts.letters import widest, wrapped
from precode.report.charts.look import HAIR, INK, SMALL, SOFT, STYLES, WIDE
from precode.report.plots import Bin, Reliability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_HIGH = 6.6  # inches
_SIDES = (0.1, 0.02)  # what lies left and right of the axes, of the width
_BROADEST = 0.08  # a bar, on the axis from 0 to 1


def draw(chart: Reliability) -> Figure:
    """The figure, not yet rendered: both parts share the axis of what was said, from 0 to 1."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDE, _HIGH))
    wide = 1 - sum(_SIDES)
    top = figure.add_axes((_SIDES[0], 0.37, wide, 0.61))
    low = figure.add_axes((_SIDES[0], 0.09, wide, 0.23))
    bins = [b for b in chart.bins if b.n > 0 and math.isfinite(b.said)]
    for axes in (top, low):
        axes.set_xlim(-0.015, 1.015)
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(axis="y", color=HAIR, linewidth=0.7)
        axes.set_axisbelow(True)
    top.set_ylim(-0.02, 1.05)
    top.set_ylabel(wrapped(chart.y_label, 48, lines=2))
    top.tick_params(labelbottom=False)
    (even,) = top.plot([0, 1], [0, 1], color=INK, linewidth=0.9, linestyle=(0, (1, 2)))
    top.legend(
        [even], ["as often right as said"], loc="upper left", frameon=False, fontsize=SMALL,
        handlelength=3,
    )  # fmt: skip
    _points(top, bins)
    _bars(low, bins, WIDE * wide / 1.03)
    low.set_xlabel(wrapped(chart.x_label, 90, lines=1))
    low.set_ylabel("predictions")
    if not bins:
        top.text(0.3, 0.6, "no predictions", ha="center", va="center", color=SOFT)
    return figure


def _points(axes: Axes, bins: list[Bin]) -> None:
    _, marker, colour = STYLES[0]
    seen = [b for b in bins if math.isfinite(b.right)]
    for b in seen:
        if math.isfinite(b.low) and math.isfinite(b.high):
            axes.plot([b.said, b.said], [b.low, b.high], color=colour, linewidth=1.3)
    axes.plot(
        [b.said for b in seen], [b.right for b in seen], color=colour, linewidth=0.8,
        marker=marker, markersize=7, markerfacecolor="white", markeredgewidth=1.5, clip_on=False,
    )  # fmt: skip


def _bars(axes: Axes, bins: list[Bin], inches: float) -> None:
    """``inches`` is how long the axis from 0 to 1 is."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    places = sorted(b.said for b in bins)
    apart = min((b - a for a, b in pairwise(places)), default=1.0)
    axes.bar(
        [b.said for b in bins], [b.n for b in bins], width=max(min(_BROADEST, 0.8 * apart), 0.004),
        facecolor="#cfd9de", edgecolor="#0b3c5d", hatch="///", linewidth=0.8,
    )  # fmt: skip
    most = max((b.n for b in bins), default=1)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda y, _: f"{y:,.0f}"))
    upright = apart * inches < widest((f"{b.n:,}" for b in bins), size=SMALL) + 0.06
    fits = apart * inches > 0.14
    axes.set_ylim(0, most * (1.55 if upright and fits else 1.25))
    for b in bins if fits else []:
        axes.annotate(
            f"{b.n:,}", (b.said, b.n), xytext=(0, 3), textcoords="offset points", ha="center",
            va="bottom", fontsize=SMALL, color=INK, rotation=90 if upright else 0,
        )  # fmt: skip
