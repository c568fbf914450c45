"""Learning curves as a chart, and the page of a replay around it. One file, no scripts, no fonts.

The chart can be read without colour (line styles, markers), and without eyes: it has a title and a
description, and the page says the same in tables. Words in it are drawn as shapes: no viewer has
other letters, which might not fit.
"""

from __future__ import annotations

import io
import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precode.report.grid import Grid

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_TEMPLATES = Path(__file__).parent / "templates"
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")

SIZE = (8.6, 5.4)  # inches
MARKS = 8  # markers on each line: more would hide their shape
# Line, marker, colour; dark and light in turn, so that grey tells neighbours apart.
STYLES: tuple[tuple[Any, str, str], ...] = (
    ("-", "o", "#0b3c5d"),
    ((0, (6, 2)), "s", "#b45f06"),
    ((0, (2, 1.2)), "^", "#1d6b3a"),
    ((0, (8, 2, 2, 2)), "D", "#8e5aa8"),
    ((0, (1, 1)), "v", "#4a4a4a"),
    ((0, (4, 1, 1, 1, 1, 1)), "P", "#a8324a"),
    ("-", "X", "#7a8b99"),
    ((0, (10, 3)), "*", "#2f2f7f"),
    ((0, (3, 3)), "<", "#6b5b1e"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line at each of ``x``, and its band: of many lines only some should be ``banded``."""

    name: str
    x: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    banded: bool = True


@dataclass(frozen=True, slots=True)
class Chart:
    """``lines`` from 0 up, and ``full``, what they might reach, as a level line. ``marks`` are
    letters over a place of x; the page says what they stand for.
    """

    title: str
    description: str
    x_label: str
    y_label: str
    lines: tuple[Line, ...]
    full: float
    full_label: str
    marks: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """The chart with its ``caption``, ``facts`` (term, words) above, ``tables`` and ``notes`` below.
    The cells of the tables are text.
    """

    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    chart: Chart
    caption: str
    tables: tuple[Grid, ...]
    notes: tuple[str, ...]
    made: str


def draw(chart: Chart) -> Figure:
    """The figure, not yet rendered."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.add_subplot()
    for number, line in enumerate(chart.lines):
        _draw_line(axes, line, number)
    top = max(
        [chart.full, *(h for line in chart.lines for h in (*line.mean, *line.high))], default=1.0
    )
    axes.set_ylim(0, min(1.08, top * 1.15 + 0.02))
    axes.set_xlim(0, 1.03 * max((x for line in chart.lines for x in line.x), default=1))
    axes.axhline(chart.full, color="#1c2126", linewidth=0.9, linestyle=(0, (1, 2)))
    axes.annotate(
        chart.full_label, (0, chart.full), xycoords=("axes fraction", "data"),
        xytext=(4, 3), textcoords="offset points", fontsize=8.5, color="#1c2126",
    )  # fmt: skip
    for row, (letter, at) in enumerate(chart.marks):
        _draw_mark(axes, letter, at, row)
    axes.set_xlabel(chart.x_label)
    axes.set_ylabel(chart.y_label)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", color="#d5d8d6", linewidth=0.6)
    axes.set_axisbelow(True)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, handlelength=4.5, fontsize=9)
    return figure


def _draw_line(axes: Axes, line: Line, number: int) -> None:
    style, marker, colour = STYLES[number % len(STYLES)]
    if line.banded:
        axes.fill_between(line.x, line.low, line.high, color=colour, alpha=0.13, linewidth=0)
        for edge in (line.low, line.high):  # grey fills run together: the edges keep them apart
            axes.plot(line.x, edge, color=colour, linewidth=0.6, linestyle=style, alpha=0.7)
    step = max(1, len(line.x) // MARKS)
    axes.plot(
        line.x, line.mean, color=colour, linewidth=1.8, linestyle=style, marker=marker,
        markersize=6, markevery=(number % step, step), markerfacecolor="white",
        markeredgewidth=1.4, label=line.name,
    )  # fmt: skip


def _draw_mark(axes: Axes, letter: str, at: float, row: int) -> None:
    """A letter at the foot of the chart, those next to each other on rows of their own."""
    axes.axvline(at, color="#555c63", linewidth=0.7, linestyle=(0, (1, 3)))
    axes.annotate(
        letter, (at, 0), xycoords=("data", "axes fraction"), ha="center", va="bottom",
        xytext=(0, 3 + 15 * row), textcoords="offset points", fontsize=8.5,
        bbox={"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": "#555c63", "linewidth": 0.7},
    )  # fmt: skip


def render_svg(chart: Chart, *, cache: Path) -> str:
    """The chart as an SVG document; the same chart gives the same text. ``cache``: where matplotlib
    keeps its list of fonts.
    """
    os.environ.setdefault("MPLCONFIGDIR", str(cache / "matplotlib"))
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it remarks on building that list
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    settings = {"svg.fonttype": "path", "svg.hashsalt": "precode", "font.family": "DejaVu Sans"}
    out = io.StringIO()
    with rc_context(settings):  # type: ignore[arg-type]  # its keys are literals there
        figure = draw(chart)
        canvas: Any = FigureCanvasSVG(figure)  # untyped there
        canvas.print_svg(out, metadata={"Date": None, "Creator": "precode"})
    return _told(out.getvalue(), chart)


def _told(svg: str, chart: Chart) -> str:
    """``svg`` with the title and the description that are read aloud in its place."""
    head, _, rest = svg.partition("<svg ")
    tag, _, body = rest.partition(">")
    told = (
        f'<title id="curve-title">{escape(_clean(chart.title))}</title>\n'
        f'<desc id="curve-desc">{escape(_clean(chart.description))}</desc>'
    )
    aria = 'role="img" aria-labelledby="curve-title curve-desc"'
    return f"{head}<svg {aria} {tag}>\n{told}{body}"


def render_page(page: Page, svg: str) -> str:
    """The whole document around ``svg`` (:func:`render_svg` of its chart)."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    env = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True, finalize=_clean,
    )  # fmt: skip
    inline = Markup(svg[svg.index("<svg ") :])  # noqa: S704 our own drawing, escaped above
    return env.get_template("simulation.html.j2").render(p=page, svg=inline)


def _clean(value: Any) -> Any:
    return _FORBIDDEN.sub("\ufffd", value) if type(value) is str else value


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return "".join(names) if len(names) < 2 else f"{', '.join(names[:-1])} and {names[-1]}"
