"""The report as one HTML file: no scripts, no fonts, no links out; opens offline and prints."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precode.domain import Polarity
from precode.files.atomic import write_text
from precode.report.charts.drawing import inline_svg
from precode.report.charts.numbers import numbers
from precode.report.document import (
    CODE,
    CONTENTS,
    UNVERIFIED_QUOTE,
    Block,
    Document,
    Drawing,
    QuoteRow,
    Section,
    Table,
)
from precode.report.grid import Column, Grid, Spanner
from precode.report.plots import Plot
from precode.report.tables.findings import BOTH_WAYS, NOT_MODELLED
from precode.report.writing import (
    bundles,
    clean,
    count,
    counts_words,
    people,
    percent,
    pieces,
    share_words,
    spans,
    text_of,
)

if TYPE_CHECKING:
    from markupsafe import Markup

_TEMPLATES = Path(__file__).parent / "templates"
_LOOKS = {"machine": "scores", "coders-agree": "scores", "methods": "small"}


def render_html(d: Document) -> str:
    """The whole document. The study's text is escaped, and its control characters made visible."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    env = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_clean,
    )
    env.filters.update(
        count=count, people=people, percent=percent, pieces=pieces, bundles=bundles, spans=spans,
        drawn=_drawn, numbers=_numbers, kind=lambda block: type(block).__name__, look=_look, spanners=_spanners,
        told=text_of, share=share_words, counts=counts_words, groupby_label=_groupby_label,
    )  # fmt: skip
    return env.get_template("report.html.j2").render(
        d=d,
        version=d.version,
        contents=CONTENTS,
        code_word=CODE,
        both_ways=BOTH_WAYS,
        not_modelled=NOT_MODELLED,
        unverified_quote=UNVERIFIED_QUOTE,
        one_scale=(Polarity.BARRIER, Polarity.FACILITATOR, Polarity.NONE),
    )


def write_html(d: Document, path: Path) -> Path:
    """:func:`render_html` into ``path``, at once or not at all."""
    write_text(path, render_html(d))
    return path


def _clean(value: Any) -> Any:
    """Applied to every value the template prints."""
    return clean(value) if type(value) is str else value


def _drawn(block: Drawing) -> Markup:
    """The chart as it stands on the page; its ids are its own."""
    from markupsafe import Markup

    return Markup(inline_svg(_named(block)))  # noqa: S704 our own drawing, escaped there


def _numbers(block: Drawing) -> Grid:
    return numbers(_named(block))


def _named(block: Drawing) -> Plot:
    return replace(block.plot, name=f"figure-{block.number}")


def _groupby_label(rows: tuple[QuoteRow, ...]) -> list[tuple[str, list[QuoteRow]]]:
    """Neighbours of one code: they are one body of the table."""
    return [(label, list(mine)) for label, mine in groupby(rows, key=lambda r: r.label)]


def _spanners(grid: Grid) -> list[tuple[Spanner | None, list[Column]]]:
    """The columns after the first, under what stands over them."""
    return [(over, list(c)) for over, c in groupby(grid.columns[1:], key=lambda c: c.over)]


def _look(block: Block, section: Section) -> str:
    """The classes of a plain table."""
    if not isinstance(block, Table):
        return ""
    if section.anchor == "suggestions":
        return "scores" if len(block.grid.columns) > 3 else "scores narrow"
    if block.grid.name == "facts":
        return "small facts"
    return _LOOKS.get(section.anchor, "small" if block.grid.name == "unplaced" else "")
