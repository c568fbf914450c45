"""The learning curve: read without colour, without eyes, and without anything cut off."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from precode.report.charts.drawing import draw, render_svg
from precode.report.charts.look import STYLES
from precode.report.grid import Column, Form, Grid, Row
from precode.report.plots import Curves, Line
from precode.report.renderers.simulation_page import Page, render_page
from precode.report.writing import listed

SVG = "{http://www.w3.org/2000/svg}"
X = tuple(range(20, 520, 20))


def line(name: str, top: float, *, banded: bool = True) -> Line:
    mean = tuple(top * (1 - 0.99 ** (x / 2)) for x in X)
    return Line(name, X, mean, tuple(m - 0.05 for m in mean), tuple(m + 0.05 for m in mean), banded)


def chart(*names: str, full: float = 0.6, marks: tuple[tuple[str, float], ...] = ()) -> Curves:
    lines = tuple(line(name, 0.5 - 0.05 * i, banded=i < 2) for i, name in enumerate(names))
    return Curves(
        "Learning curves <replayed>", "Ours rises to 0.46 & random's to 0.41.",
        "sentences read", "macro-F1", lines, full, "every sentence read: 0.60", marks,
    )  # fmt: skip


TWO = chart("this study's queue", "random", marks=(("a", 240.0), ("b", 260.0)))


def page(title: str) -> Page:
    columns = (Column("Strategy"), Column("F1", Form.COUNT))
    table = Grid(
        "strategies", "Learning, by strategy", columns, (Row(("random", "0.412")),), ("±.",)
    )
    return Page(
        title, "What it would have learned.", (("Seed", "1"),), TWO, "Means.", (table,),
        ("One remark.",), "Made by a test.",
    )  # fmt: skip


def test_the_chart_is_told_to_those_who_do_not_see_it(tmp_path: Path) -> None:
    """It is one image with a title and a description, in a document that parses."""
    root = ET.fromstring(render_svg(TWO))
    assert root.get("role") == "img"
    named = str(root.get("aria-labelledby")).split()
    told = {e.get("id"): e.text for e in root if e.tag in (f"{SVG}title", f"{SVG}desc")}
    assert [told[i] for i in named] == [TWO.title, TWO.description]


def test_the_same_chart_is_the_same_text(tmp_path: Path) -> None:
    """No date, no random names: a report made twice is one report."""
    assert render_svg(TWO) == render_svg(TWO)
    other = chart("this study's queue", full=0.5)
    assert render_svg(other) != render_svg(TWO)


def test_no_word_needs_a_font_that_the_reader_lacks(tmp_path: Path) -> None:
    root = ET.fromstring(render_svg(TWO))
    assert not list(root.iter(f"{SVG}text"))
    assert len(list(root.iter(f"{SVG}use"))) > 40


@pytest.mark.parametrize("full", [0.05, 0.6, 1.0])
@pytest.mark.parametrize(
    "names",
    [
        ("random",),
        ("this study's queue", "random"),
        ("this study's queue", "random", "typical, then margin by code", "embedding k-means",
         "maximum relevance", "margin, diverse", "breaking ties", "as reviewed", "margin"),
    ],
)  # fmt: skip
def test_no_text_is_cut_off(names: tuple[str, ...], full: float) -> None:
    """Every word lies inside the picture: labels, legend, letters at the foot."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Text

    figure = draw(chart(*names, full=full, marks=(("a", 20.0), ("b", 22.0), ("c", 500.0))))
    FigureCanvasAgg(figure).draw()
    frame = figure.bbox
    axes = figure.axes[0]
    beyond = {  # of the scales, what lies outside what is shown: not drawn
        tick.label1
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    words = [t for t in figure.findobj(Text) if t.get_visible() and t.get_text()]
    words = [t for t in words if t not in beyond]
    assert {t.get_text() for t in words} >= {*names, "sentences read", "macro-F1", "a", "b", "c"}
    for text in words:
        box = text.get_window_extent()
        assert frame.x0 <= box.x0, text
        assert frame.y0 <= box.y0, text
        assert box.x1 <= frame.x1, text
        assert box.y1 <= frame.y1, text


def test_letters_near_each_other_do_not_overlap() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.text import Annotation

    figure = draw(TWO)
    FigureCanvasAgg(figure).draw()
    a, b = (t.get_window_extent() for t in figure.findobj(Annotation) if t.get_text() in "ab")
    assert not a.overlaps(b)


def test_lines_differ_without_colour() -> None:
    """Each has a marker of its own, and neighbours in the list differ in grey as well."""
    from matplotlib.colors import to_rgb

    assert len({marker for _, marker, _ in STYLES}) == len(STYLES)
    grey = [
        sum(w * c for w, c in zip((0.3, 0.59, 0.11), to_rgb(s[2]), strict=True)) for s in STYLES
    ]
    assert all(abs(a - b) > 0.05 for a, b in pairwise(grey[:4]))


def test_the_page_opens_offline_and_says_the_same_in_a_table(tmp_path: Path) -> None:
    """No script, no address to load from; hostile titles are text."""
    title = "<script>alert(1)</script> & a \x00 study"
    told = render_page(page(title), render_svg(TWO))
    assert "<script" not in told
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; a \ufffd study" in told
    assert "Learning curves &lt;replayed&gt;" in told
    assert not re.search(r'(?:src|href)="(?!#)', told)
    assert "default-src 'none'" in told
    assert '<th scope="row"><bdi>random</bdi></th>' in told
    assert "0.412" in told
    assert told.rstrip().endswith("</html>")


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b and c")]
)
def test_names_are_listed_as_people_do(names: list[str], said: str) -> None:
    assert listed(names) == said
