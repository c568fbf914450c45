"""A plain table of typed cells: what every renderer (HTML, Word, Excel) draws."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from precode.report.score import Score


class Form(StrEnum):
    """How a column's cells are written."""

    TEXT = "text"
    COUNT = "count"
    PERCENT = "percent"  # a share from 0 to 1
    SCORE = "score"  # (value, low, high), or words
    TALLY = "tally"
    HASH = "hash"
    MENTIONS = "mentions"
    PRE_CODES = "pre-codes"
    POINTS = "points"  # (difference of two shares, low, high), or words
    CHANCE = "chance"  # a p-value, or words
    CHARTED = "charted"
    ESTIMATE = "estimate"  # (a number of things, low, high), or words


@dataclass(frozen=True, slots=True)
class Tally:
    """``people`` of the group's ``of`` people mention it, in ``excerpts`` excerpts.

    ``of`` is None for sources without speakers. ``share`` is that of the people with its interval,
    None where they are too few for one.
    """

    people: int
    of: int | None
    excerpts: int
    share: Score = None


@dataclass(frozen=True, slots=True)
class Mentions:
    """Excerpts, and the people who speak them. Field notes add excerpts but no people."""

    excerpts: int
    people: int


@dataclass(frozen=True, slots=True)
class PreCodes:
    """Machine excerpts on sentences nobody has read: unverified, and named so wherever shown."""

    accepted: Mentions
    to_review: Mentions


@dataclass(frozen=True, slots=True)
class Charted:
    """A cell of the framework matrix: the team's own ``summary`` ("" until one is typed), excerpts
    by polarity ("barrier", 3), and quotes with their attribution.
    """

    summary: str
    counts: tuple[tuple[str, int], ...]
    quotes: tuple[str, ...] = ()


def plain_name(name: str) -> str:
    """An attribute's name as people write it: "age_band" → "age band"."""
    return name.replace("_", " ").strip()


def title(name: str) -> str:
    """The same as a heading: "Age band"."""
    words = plain_name(name)
    return words[:1].upper() + words[1:]


Cell = str | int | float | Tally | Mentions | PreCodes | Charted | Score


@dataclass(frozen=True, slots=True)
class Spanner:
    """A heading over neighbouring columns, with a quieter remark."""

    label: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """``detail`` is a second, quieter line of the heading ("n = 14"). Neighbours with the same
    ``over`` stand under it together.
    """

    label: str
    form: Form = Form.TEXT
    detail: str = ""
    over: Spanner | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """The first cell names the row. Rows with the same ``group`` stand together under it."""

    cells: tuple[Cell, ...]
    group: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """``name`` is its anchor in a document; ``notes`` are sentences that stand below it.

    ``groups`` heads the rows' groups where they get a column of their own ("Domain"). The columns
    ``spoken`` hold words from transcripts, ``labels`` names of speakers or files: what is masked
    where identifiers are.
    """

    name: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    groups: str = "Group"
    spoken: frozenset[int] = frozenset()
    labels: frozenset[int] = frozenset()
