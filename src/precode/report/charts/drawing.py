"""A chart as SVG or as a picture, the same every time.

It can be read without colour (line styles, markers), and without eyes: it has a title and a
description. Words in it are drawn as shapes: no viewer has other letters, which might not fit.
"""

from __future__ import annotations

import io
import logging
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precode.report.charts import curves, dots, reliability, sides
from precode.report.charts.letters import fonts
from precode.report.charts.look import SETTINGS
from precode.report.plots import Curves, Dots, Plot, Reliability, Sides
from precode.report.writing import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DOTS = 200  # an inch, in pictures for Word and Excel
_TALLEST = 12_000  # dots; a longer picture is coarser


def keep_fonts_in(cache: Path) -> None:
    """Have matplotlib keep its list of fonts in ``cache``, not in the user's settings."""
    os.environ.setdefault("MPLCONFIGDIR", str(cache / "matplotlib"))
    logging.getLogger("matplotlib").setLevel(logging.ERROR)  # it remarks on building that list


def draw(plot: Plot) -> Figure:
    """The figure, not yet rendered."""
    with _settings(plot):
        match plot:
            case Curves():
                return curves.draw(plot)
            case Reliability():
                return reliability.draw(plot)
            case Dots():
                return dots.draw(plot)
            case Sides():
                return sides.draw(plot)


def render_svg(plot: Plot) -> str:
    """The chart as an SVG document; the same chart gives the same text."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    out = io.StringIO()
    with _settings(plot):
        canvas: Any = FigureCanvasSVG(draw(plot))  # untyped there
        canvas.print_svg(out, metadata={"Date": None, "Creator": "precode"})
    return _told(out.getvalue(), plot)


def inline_svg(plot: Plot) -> str:
    """:func:`render_svg` without what only a file of its own may begin with."""
    svg = render_svg(plot)
    return re.sub(r"\s*<metadata>.*?</metadata>", "", svg[svg.index("<svg ") :], flags=re.S)


@lru_cache(maxsize=16)  # Word and Excel show the same
def render_png(plot: Plot) -> bytes:
    """The chart as a picture, for documents that show no SVG everywhere."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    out = io.BytesIO()
    with _settings(plot):
        canvas: Any = FigureCanvasAgg(draw(plot))
        canvas.figure.set_dpi(min(_DOTS, _TALLEST / canvas.figure.get_figheight()))
        canvas.print_png(out, metadata={"Software": "precode"})
    return out.getvalue()


@contextmanager
def _settings(plot: Plot) -> Iterator[None]:
    from matplotlib import rc_context

    letters = frozenset(clean(repr(plot)))  # every word of it, and some brackets
    settings: Any = {**SETTINGS, "font.family": fonts(letters)}  # of names known to matplotlib
    with warnings.catch_warnings(), rc_context(settings):
        warnings.filterwarnings("ignore", message="Glyph .* missing")  # drawn as a box
        yield


def _told(svg: str, plot: Plot) -> str:
    """``svg`` with the title and the description that are read aloud in its place. Its ids begin
    with the chart's name: several stand on one page.
    """
    name = plot.name
    svg = re.sub(r'\b(id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = svg.replace('<style type="text/css">*{', f'<style type="text/css">#{name}-figure_1 *{{')
    head, _, rest = svg.partition("<svg ")
    tag, _, body = rest.partition(">")
    told = (
        f'<title id="{name}-title">{escape(clean(plot.title))}</title>\n'
        f'<desc id="{name}-desc">{escape(clean(plot.description))}</desc>'
    )
    aria = f'role="img" aria-labelledby="{name}-title {name}-desc"'
    return f"{head}<svg {aria} {tag}>\n{told}{body}"
