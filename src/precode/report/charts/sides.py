"""Bars to both sides of the labels between them: barriers | facilitators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from precode.report.charts.letters import widest, wrapped
from precode.report.charts.look import HAIR, INK, SMALL, SOFT, TEXT, WIDE
from precode.report.charts.rows import Line, label_width, lay_out
from precode.report.plots import SideRow, Sides

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_BAR = 0.19  # inches
_EDGE, _GAP = 0.12, 0.14  # around the chart; between labels and bars
_NARROWEST = 1.6  # the column of labels
_HEAD, _FOOT = 0.42, 0.62  # above and below the bars
_LEFT = {"facecolor": "#efd3c7", "edgecolor": "#8c3f2b", "hatch": "////", "linewidth": 0.9}
_RIGHT = {"facecolor": "#235863", "edgecolor": "#235863", "linewidth": 0.9}


def draw(chart: Sides) -> Figure:
    """The figure, not yet rendered. Both sides have one scale, which begins at 0."""
    from matplotlib.figure import Figure

    lines, tall = lay_out([(r.label, r.group) for r in chart.rows], least=_BAR)
    tall = max(tall, 0.8)
    high = tall + _HEAD + _FOOT
    labels = max(label_width(lines) + 2 * _GAP, _NARROWEST)
    each = (WIDE - labels - 2 * _EDGE) / 2
    told = [(_told(r.left, r.left_told), _told(r.right, r.right_told)) for r in chart.rows]
    end = widest((t for pair in told for t in pair), size=SMALL) + 0.12
    most = max((n for r in chart.rows for n in (r.left, r.right)), default=0)
    full = max(most, 1) * each / max(each - end, 0.3)

    figure = Figure(figsize=(WIDE, high))
    left = figure.add_axes((_EDGE / WIDE, _FOOT / high, each / WIDE, tall / high))
    right = figure.add_axes((1 - (_EDGE + each) / WIDE, _FOOT / high, each / WIDE, tall / high))
    for axes in (left, right):
        _set_up(axes, most, full, tall)
    left.invert_xaxis()
    for line in lines:
        _label(figure, line, 0.5, 1 - (_HEAD + line.middle) / high)
        if not line.heading:
            row = chart.rows[line.row]
            _bars(left, right, row, line.middle, told[line.row])
    for axes, at, side, label in (
        (left, each + _EDGE, "right", f"◂ {wrapped(chart.left_label, 40, lines=1)}"),
        (right, WIDE - each - _EDGE, "left", f"{wrapped(chart.right_label, 40, lines=1)} ▸"),
    ):
        axes.spines["right" if side == "right" else "left"].set_visible(True)
        figure.text(
            at / WIDE, 1 - (_HEAD - 0.12) / high, label,
            ha=side, va="bottom", fontsize=TEXT + 1, fontweight="bold",
        )  # fmt: skip
    if not chart.rows:
        figure.text(0.5, 0.5, "nothing to count", ha="center", va="center", color=SOFT)
    figure.text(0.5, 0.1 / high, wrapped(chart.x_label, 110, lines=1), ha="center", va="bottom")
    return figure


def _told(n: int, words: str) -> str:
    return wrapped(words, 24, lines=1) or f"{n:,}"


def _set_up(axes: Axes, most: int, full: float, tall: float) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axes.set_xlim(0, full)
    axes.set_ylim(tall, 0)
    axes.set_yticks([])
    ticks = MaxNLocator(nbins=4, integer=True, min_n_ticks=1).tick_values(0, max(most, 1))
    axes.set_xticks([t for t in ticks if 0 <= t <= max(most, 1)])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:,.0f}"))
    axes.spines[["top", "left", "right", "bottom"]].set_visible(False)
    axes.spines[["left", "right"]].set_color(INK)
    axes.tick_params(axis="x", length=0)
    axes.grid(axis="x", color=HAIR, linewidth=0.7)
    axes.set_axisbelow(True)


def _bars(left: Axes, right: Axes, row: SideRow, at: float, told: tuple[str, str]) -> None:
    for axes, n, words, look, side in (
        (left, row.left, told[0], _LEFT, "right"),
        (right, row.right, told[1], _RIGHT, "left"),
    ):
        if n:
            axes.barh(at, n, height=_BAR, **look)  # type: ignore[arg-type]
        axes.annotate(
            words, (n, at), xytext=(-4 if side == "right" else 4, 0), textcoords="offset points",
            ha=side, va="center", fontsize=SMALL, color=INK if n else SOFT, annotation_clip=False,
        )  # fmt: skip


def _label(figure: Figure, line: Line, x: float, y: float) -> None:
    figure.text(
        x, y, line.text, ha="center", va="center", fontsize=TEXT, linespacing=1.1,
        fontweight="bold" if line.heading else "normal", color=SOFT if line.heading else INK,
    )  # fmt: skip
