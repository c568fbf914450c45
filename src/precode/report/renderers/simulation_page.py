"""The page of a replay around its learning curves. One file, no scripts, no fonts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from precode.report.grid import Grid
from precode.report.plots import Curves
from precode.report.writing import clean

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Page:
    """The chart with its ``caption``, ``facts`` (term, words) above, ``tables`` and ``notes`` below.
    The cells of the tables are text.
    """

    title: str
    lead: str
    facts: tuple[tuple[str, str], ...]
    chart: Curves
    caption: str
    tables: tuple[Grid, ...]
    notes: tuple[str, ...]
    made: str


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
    return clean(value) if type(value) is str else value
