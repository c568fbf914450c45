"""A report as every renderer draws it: its sections, their paragraphs and numbered tables, in order.

All words stand here or in the tables; a renderer adds none but those about its own drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from precode.report.grid import Grid, Spanner
from precode.report.plots import Plot
from precode.report.tables.findings import UNVERIFIED, Findings
from precode.report.tables.quotes import QuoteCell
from precode.report.writing import count


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a paragraph. ``code`` is something to type."""

    text: str
    look: Literal["plain", "strong", "code"] = "plain"


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; ``care`` is one to heed."""

    parts: tuple[Part, ...]
    care: bool = False

    @property
    def text(self) -> str:
        return "".join(p.text for p in self.parts)


@dataclass(frozen=True, slots=True)
class Notes:
    """Small paragraphs below a table."""

    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """The numbers that head the report, each with its name."""

    items: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A numbered table. ``title`` is a short name for it. ``layout``: ``groups`` has a line for
    each group above its rows, ``beside`` a cell beside them, ``matrix`` keeps first column and
    heading in view. ``findings`` are the same numbers for a renderer that draws bars; ``sheet`` is
    what a workbook has in the place of ``grid``.
    """

    number: int
    title: str
    grid: Grid
    layout: Literal["groups", "beside", "matrix"] = "groups"
    findings: Findings | None = None
    sheet: Grid | None = None


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """``detail`` is a polarity that is not in the columns' headings; then there is one cell."""

    label: str
    detail: str
    cells: tuple[QuoteCell, ...]


@dataclass(frozen=True, slots=True)
class QuoteTable:
    """Quotes of one ``domain``: a row a code, a column for each of ``sides``."""

    number: int
    caption: str
    domain: str
    sides: tuple[str, ...]
    rows: tuple[QuoteRow, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A numbered chart; charts are counted apart from tables."""

    number: int
    caption: str
    plot: Plot


Block = Words | Notes | Figures | Table | QuoteTable | Drawing


@dataclass(frozen=True, slots=True)
class Section:
    """``anchor`` is its name within a document."""

    anchor: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """``about`` are facts for the top: (name, value). ``subject``, ``made_at`` (UTC, ISO 8601) and
    the ``version`` of precode are for a file's properties.
    """

    title: str
    kicker: str
    lead: Words
    about: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: str
    subject: str = ""
    made_at: str = ""
    version: str = ""
    language: str = "en-GB"

    @property
    def heading(self) -> str:
        """The title as a file's properties have it."""
        return f"{self.title}: report"


CODE = "Code"
DISCORD = "Discord"
MENTIONED = "Mentions"
QUOTES = "Quotes"
BY_PEOPLE = Spanner("Coded by people", "excerpts, people")
BY_MACHINE = Spanner(f"Machine: {UNVERIFIED}", "excerpts no person has read")
UNVERIFIED_QUOTE = "unverified pre-code"
CONTENTS = "Contents"


def figure_words(items: Figures) -> tuple[str, ...]:
    """ "12 sources", "1,204 codable sentences"."""
    return tuple(f"{count(n)} {label}" for label, n in items.items)
