"""The report as one HTML file: no scripts, no fonts, no links out; opens offline and prints."""

from __future__ import annotations

from itertools import groupby
from pathlib import Path
from typing import Any

from precode.domain import Polarity
from precode.files.atomic import write_text
from precode.report.document import (
    CODE,
    CONTENTS,
    UNVERIFIED_QUOTE,
    Block,
    QuoteRow,
    Section,
    Table,
)
from precode.report.findings import BOTH_WAYS, NOT_MODELLED
from precode.report.grid import Column, Grid, Spanner
from precode.report.sections import document
from precode.report.tables import Tables
from precode.report.writing import bundles, clean, count, decimal, is_score, people, percent, spans

_TEMPLATES = Path(__file__).parent / "templates"
_LOOKS = {"machine": "scores", "coders-agree": "scores", "methods": "small"}


def render_html(tables: Tables) -> str:
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
        count=count, people=people, percent=percent, decimal=decimal, bundles=bundles, spans=spans,
        kind=lambda block: type(block).__name__, look=_look, spanners=_spanners,
        groupby_label=_groupby_label,
    )  # fmt: skip
    env.tests["score"] = is_score
    return env.get_template("report.html.j2").render(
        d=document(tables),
        version=tables.version,
        contents=CONTENTS,
        code_word=CODE,
        both_ways=BOTH_WAYS,
        not_modelled=NOT_MODELLED,
        unverified_quote=UNVERIFIED_QUOTE,
        one_scale=(Polarity.BARRIER, Polarity.FACILITATOR, Polarity.NONE),
    )


def write_html(tables: Tables, path: Path) -> Path:
    """:func:`render_html` into ``path``, at once or not at all."""
    write_text(path, render_html(tables))
    return path


def _clean(value: Any) -> Any:
    """Applied to every value the template prints."""
    return clean(value) if type(value) is str else value


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
