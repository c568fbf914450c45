"""Charts: nothing cut off, nothing told by colour alone, the same every time, in numbers too."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from precode.report.charts.drawing import draw, inline_svg, render_png, render_svg
from precode.report.charts.letters import fonts, wrapped
from precode.report.charts.numbers import numbers
from precode.report.charts.rows import lay_out
from precode.report.plots import (
    Bin,
    Curves,
    DotRow,
    Dots,
    Line,
    Plot,
    Reliability,
    SideRow,
    Sides,
)

NAN = float("nan")
LONG = "An inductive theme about restructured appointment time, and its allocation, at great length"
WORD = "Supercalifragilisticexpialidociousness" * 3
HEBREW, ARABIC, ODD = "אני לא יודע 12", "الدافع التلقائي", "$5 and $6_a^b\n\x00{x}"
NAMES = ("Physical capability", LONG, WORD, HEBREW, ARABIC, ODD, "_hidden", "")


def sides(*rows: SideRow, label: str = "Barriers") -> Sides:
    return Sides("Both <ways>", "Two & three.", label, "Facilitators", "excerpts", rows)


def dots(*rows: DotRow, series: tuple[str, ...] = ("Machine", "Two coders"), **more: Any) -> Dots:
    return Dots("F1 by code", "Low & high.", "F1, with 95 % interval", series, rows, **more)


def reliable(*bins: Bin) -> Reliability:
    return Reliability("Reliability", "As said.", "confidence", "share that was right", bins)


def spread(n: int) -> tuple[Bin, ...]:
    places = ((i + 0.5) / n for i in range(n))
    return tuple(Bin(x, x, max(0.0, x - 0.1), min(1.0, x + 0.1), 12_345) for x in places)


SCORE = (0.6, 0.4, 0.7)
WORDS = "not estimable: fewer than 10 positives"
PLOTS: dict[str, Plot] = {
    "six": sides(*(SideRow(n, "A group", 9, 28, "9 (3)", "28 (12)") for n in NAMES)),
    "forty": sides(*(SideRow(NAMES[i % 8], f"Group {i // 7}", i, 4000 - i) for i in range(40))),
    "all-zero": sides(SideRow("Knowing", "", 0, 0)),
    "no-rows": sides(),
    "one-sided": sides(SideRow("Knowing", "", 0, 1_234_567), label=LONG),
    "dots": dots(*(DotRow(n, LONG, (SCORE, WORDS)) for n in NAMES), ends=(0.0, 1.0)),
    "five-series": dots(DotRow("a", "", (SCORE,) * 5), series=NAMES[:5]),
    "forty-dots": dots(
        *(DotRow(NAMES[i % 8], f"Group {i // 7}", ((i / 40, -0.9, 0.9),)) for i in range(40)),
        series=("Ours",), line=0.0,
    ),
    "no-dots": dots(series=()),
    "words-only": dots(DotRow("a", "", (WORDS, WORDS)), DotRow("b", "", (None, (NAN, NAN, NAN)))),
    "ten-bins": reliable(*spread(10)),
    "thirty-bins": reliable(*spread(30)),
    "bunched": reliable(*(Bin(x, x, NAN, NAN, 9) for x in (0.001, 0.002, 0.01, 0.97))),
    "one-bin": reliable(Bin(0.7, 0.5, 0.2, 0.8, 6)),
    "no-bin": reliable(Bin(NAN, NAN, NAN, NAN, 0)),
    "risk": Curves(
        "Risk", "d", "coverage", LONG,
        tuple(Line(n, (0.0, 0.5, 1.0), (0.0, 0.1, 0.3), (0, 0, 0.2), (0.1, 0.2, NAN)) for n in NAMES),
        None, "", (("a", 0.5),),
    ),
    "no-lines": Curves("Risk", "d", "coverage", "risk", (), None, ""),
    "above-one": Curves("n", "d", "x", "y", (Line("a", (1.0, 2.0), (3.0, 40.0), (2, 30), (5, 60)),), None, ""),
}  # fmt: skip


def shown_words(figure: Any) -> Iterator[Any]:
    """Every text of a drawn figure that is seen."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    FigureCanvasAgg(figure).draw()
    beyond = {
        tick.label1
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    for text in figure.findobj(Text):
        if text.get_visible() and text.get_text().strip() and text not in beyond:
            yield text


@pytest.mark.parametrize("name", PLOTS)
def test_no_word_is_cut_off(name: str) -> None:
    figure = draw(PLOTS[name])
    frame = figure.bbox
    words = list(shown_words(figure))
    assert words
    for text in words:
        box = text.get_window_extent()
        assert frame.x0 - 0.5 <= box.x0, text
        assert frame.y0 - 0.5 <= box.y0, text
        assert box.x1 <= frame.x1 + 0.5, text
        assert box.y1 <= frame.y1 + 0.5, text


@pytest.mark.parametrize("name", ["six", "forty", "dots", "forty-dots", "one-sided"])
def test_no_label_lies_on_another(name: str) -> None:
    """Names of codes, their groups and the counts beside them."""
    boxes = [(t.get_text(), t.get_window_extent()) for t in shown_words(draw(PLOTS[name]))]
    for i, (text, box) in enumerate(boxes):
        for other, beside in boxes[i + 1 :]:
            across = min(box.x1, beside.x1) - max(box.x0, beside.x0)
            down = min(box.y1, beside.y1) - max(box.y0, beside.y0)
            assert across < 1 or down < 1, (text, other)


@pytest.mark.parametrize("name", ["six", "dots", "ten-bins", "risk"])
def test_the_same_chart_is_the_same_text_and_picture(name: str) -> None:
    assert render_svg(PLOTS[name]) == render_svg(PLOTS[name])
    assert render_png(PLOTS[name]) == render_png(PLOTS[name])


@pytest.mark.parametrize("name", PLOTS)
def test_every_chart_is_told_in_words(name: str) -> None:
    """One image with a title and a description; nothing but shapes; ids and styles of its own."""
    plot = PLOTS[name]
    text = inline_svg(plot)
    assert text.startswith("<svg ")
    assert "<metadata" not in text
    root = ET.fromstring(text)
    svg = "{http://www.w3.org/2000/svg}"
    told = {e.get("id"): e.text for e in root if e.tag in (f"{svg}title", f"{svg}desc")}
    assert [told[i] for i in str(root.get("aria-labelledby")).split()] == [
        plot.title,
        plot.description,
    ]
    assert root.get("role") == "img"
    assert not list(root.iter(f"{svg}text"))
    assert all(e.get("id", plot.name).startswith(plot.name) for e in root.iter())
    styles = [str(e.text) for e in root.iter(f"{svg}style")]
    assert all(s.startswith(f"#{plot.name}-") for s in styles), "it must not style the page"


def test_both_sides_differ_without_colour() -> None:
    """Barriers are hatched and light, facilitators plain and dark."""
    from matplotlib.colors import to_rgb
    from matplotlib.patches import Rectangle

    left, right = draw(sides(SideRow("a", "", 3, 4))).axes
    bars = [next(b for b in axes.findobj(Rectangle) if b in axes.patches) for axes in (left, right)]
    assert [bool(b.get_hatch()) for b in bars] == [True, False]
    grey = [sum(w * c for w, c in zip((0.3, 0.59, 0.11), to_rgb(b.get_facecolor()[:3]), strict=True)) for b in bars]  # fmt: skip
    assert grey[0] - grey[1] > 0.4
    assert left.get_xlim()[0] == right.get_xlim()[1], "one scale"
    assert [b.get_width() for b in bars] == [3, 4]


def test_words_in_the_place_of_a_figure_are_shown() -> None:
    """Once where they are the same for all series, with the series' name where not."""
    said = [t.get_text() for t in shown_words(draw(PLOTS["words-only"]))]
    assert said.count(WORDS) == 1
    named = [t.get_text() for t in shown_words(draw(PLOTS["dots"]))]
    assert f"Two coders: {WORDS}" in named


def test_figures_beyond_the_ends_widen_the_axis() -> None:
    axes = draw(dots(DotRow("a", "", ((1.4, -0.2, 1.9),)), series=("s",), ends=(0.0, 1.0))).axes[0]
    assert axes.get_xlim()[0] < -0.2
    assert axes.get_xlim()[1] > 1.9


def test_names_are_shown_whatever_they_begin_with() -> None:
    """Matplotlib leaves out "_hidden" in a legend, and takes "$" for a formula."""
    said = {t.get_text() for t in shown_words(draw(PLOTS["risk"]))}
    assert "_hidden" in said
    assert "$5 and $6_a^b �{x}" in said


def test_long_names_say_that_they_go_on() -> None:
    assert wrapped("one two", 32) == "one two"
    assert wrapped(WORD, 32).endswith("…")
    assert max(map(len, wrapped(LONG, 32).split("\n"))) <= 32
    lines, high = lay_out([("a", "G"), ("b", "G"), ("c", "H")], least=0.2)
    assert [line.text for line in lines] == ["G", "a", "b", "H", "c"]
    middles = [line.middle for line in lines]
    assert middles == sorted(middles)
    assert middles[-1] < high


def test_letters_that_our_font_has_come_from_no_other() -> None:
    """A computer with other fonts draws the same chart."""
    assert fonts(frozenset("".join(NAMES[:4]))) == ["DejaVu Sans"]


@pytest.mark.parametrize("name", PLOTS)
def test_numbers_hold_what_is_drawn(name: str) -> None:
    """A row a line of the chart, each cell in its column's form."""
    plot = PLOTS[name]
    grid = numbers(plot)
    assert all(len(r.cells) == len(grid.columns) for r in grid.rows)
    match plot:
        case Sides():
            assert [r.cells for r in grid.rows] == [(r.label, r.left, r.right) for r in plot.rows]
        case Dots():
            assert [r.cells[1:] for r in grid.rows] == [r.values for r in plot.rows]
        case Reliability():
            assert [r.cells[2] for r in grid.rows] == [b.n for b in plot.bins]
        case Curves():
            assert len(grid.rows) == len({x for line in plot.lines for x in line.x})
            assert all(math.isfinite(c[0]) for r in grid.rows for c in r.cells[1:])


def test_a_very_long_chart_stays_a_picture_that_programs_open() -> None:
    picture = render_png(sides(*(SideRow(f"code {i}", "", i, 1) for i in range(300))))
    high = int.from_bytes(picture[20:24], "big")
    assert 5_000 < high <= 12_000
    assert re.match(rb"\x89PNG", picture)
