"""The report as one HTML file: no scripts, no fonts, no links out; opens offline and prints."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from precode.domain import Polarity
from precode.files.atomic import write_text
from precode.report.findings import HEADINGS, UNVERIFIED, Findings
from precode.report.grid import Cell, Form, Grid, Row
from precode.report.quotes import QuoteCell
from precode.report.tables import Tables

_TEMPLATES = Path(__file__).parent / "templates"

# Characters that HTML forbids even when escaped; a transcript from a damaged file may hold them.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufdd0-\ufdef\ufffe\uffff]")


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
    env.filters["count"] = _count
    env.filters["percent"] = _percent
    env.filters["decimal"] = _decimal
    env.filters["bundles"] = _bundles
    env.filters["spans"] = _spans
    env.filters["day"] = _day
    env.tests["score"] = _is_score
    return env.get_template("report.html.j2").render(
        t=tables,
        headings=HEADINGS,
        unverified=UNVERIFIED,
        machine_columns=_machine_columns(tables.findings),
        quote_blocks=_quote_blocks(tables.quotes),
        sides=(Polarity.BARRIER, Polarity.FACILITATOR),
        one_scale=(Polarity.BARRIER, Polarity.FACILITATOR, Polarity.NONE),
    )


def write_html(tables: Tables, path: Path) -> Path:
    """:func:`render_html` into ``path``, at once or not at all."""
    write_text(path, render_html(tables))
    return path


def _clean(value: Any) -> Any:
    """Applied to every value the template prints."""
    return _FORBIDDEN.sub("\ufffd", value) if type(value) is str else value


def _count(n: int) -> str:
    return f"{n:,}"


def _percent(share: float) -> str:
    """Whole per cents; "<1" and ">99" rather than a 0 or 100 that is not meant."""
    if 0 < share < 0.005:
        return "<1"
    if 0.995 < share < 1:
        return ">99"
    return f"{100 * share:.0f}"


def _decimal(value: float) -> str:
    """Two decimals, a true minus sign; "–" for what could not be computed."""
    if not math.isfinite(value):
        return "–"
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "\u2212")


def _day(stamp: str) -> str:
    """ "22 November 2026" for an ISO time; anything else as it is."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{at.day} {at:%B %Y}"


def _is_score(value: object) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == 3


def _spans(row: Row, grid: Grid) -> list[tuple[Cell, Form, int]]:
    """(cell, form, columns it spans) after the first: the same words side by side are said once."""
    out: list[tuple[Cell, Form, int]] = []
    for cell, column in zip(row.cells[1:], grid.columns[1:], strict=True):
        if out and column.form is Form.SCORE is out[-1][1] and isinstance(cell, str):
            last, form, span = out[-1]
            if last == cell:
                out[-1] = (cell, form, span + 1)
                continue
        out.append((cell, column.form, 1))
    return out


def _bundles(grid: Grid) -> list[tuple[str, list[Row]]]:
    """Rows by group, neighbours only: a total after the last group stays last."""
    out: list[tuple[str, list[Row]]] = []
    for row in grid.rows:
        if out and out[-1][0] == row.group:
            out[-1][1].append(row)
        else:
            out.append((row.group, [row]))
    return out


def _machine_columns(table: Findings) -> list[int]:
    """Which polarities the machine's columns show: the usual two, and any it gave."""
    usual = (Polarity.BARRIER, Polarity.FACILITATOR)
    used = {
        i
        for row in table.rows
        for i, pre in enumerate(row.machine or ())
        if pre.accepted.excerpts or pre.to_review.excerpts
    }
    keep = [i for i, p in enumerate(table.polarities) if p in usual or i in used]
    return keep or [0]


def _quote_blocks(
    cells: tuple[QuoteCell, ...],
) -> list[tuple[str, list[tuple[str, dict[Polarity, QuoteCell]]]]]:
    """Domain → (code's label, its cells by polarity), in the codebook's order."""

    def by_code() -> Iterator[tuple[str, str, str, dict[Polarity, QuoteCell]]]:
        grouped: dict[tuple[str, str], dict[Polarity, QuoteCell]] = {}
        for cell in cells:
            grouped.setdefault((cell.domain, cell.code), {})[cell.polarity] = cell
        for (domain, code), mine in grouped.items():
            yield domain, code, next(iter(mine.values())).label, mine

    blocks: list[tuple[str, list[tuple[str, dict[Polarity, QuoteCell]]]]] = []
    for domain, _, label, mine in by_code():
        if not blocks or blocks[-1][0] != domain:
            blocks.append((domain, []))
        blocks[-1][1].append((label, mine))
    return blocks
