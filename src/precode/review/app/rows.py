"""Rows of styled text that fit a pane. Nothing in a transcript is ever read as markup or as an
escape sequence: a row is plain text with a style beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, chop_cells, set_cell_size

from precode.review.wrap import harmless

NARROWEST = 6

# Overrides of direction could turn round the rest of a screen row, other panes included.
_TURNING = str.maketrans(dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
# Terminals disagree on how wide joined emoji are, and a row that is wider than reckoned pushes its
# neighbours aside: joined ones are shown one by one.
_JOINS = re.compile("(?<=[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff])\u200d|\ufe0f")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a row. ``style`` is a Rich style ("bold", "reverse bold"), empty for plain."""

    text: str
    style: str = ""


Row = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What a pane shows. ``first`` to ``last`` (both included) are the rows to keep in view."""

    rows: Sequence[Row]
    first: int = 0
    last: int = 0


def safe(text: str) -> str:
    """``text`` as it may go to a terminal: one line, nothing that steers it."""
    if text.isascii() and text.isprintable():
        return text
    return _JOINS.sub("", harmless(text).translate(_TURNING))


def fold(text: str, room: int, *, first: int | None = None) -> list[str]:
    """``text`` in lines of at most ``room`` columns, the first of at most ``first``.

    Breaks at spaces; longer words break between what a reader sees as characters.
    """
    room = max(room, NARROWEST)
    limit = room if first is None else first
    lines: list[str] = []
    line: list[str] = []
    used = 0
    for whole in safe(text).split():
        word, width = whole, cell_len(whole)
        if line and used + 1 + width > limit:
            lines.append(" ".join(line))
            line, used, limit = [], 0, room
        if not line and width > limit and limit < room:
            lines.append("")
            limit = room
        if width > limit:
            *full, word = chop_cells(word, limit)
            lines += full
            width, limit = cell_len(word), room
        used += width + (1 if line else 0)
        line.append(word)
    return [*lines, " ".join(line)] if line or not lines else lines


def paragraph(
    text: str, width: int, *, style: str = "", gutter: str = "", label: str = "", indent: int = 0
) -> list[Row]:
    """``text`` in rows, each behind ``gutter``, the first also behind a bold ``label``, the others
    behind ``indent`` spaces.
    """
    room = max(width - cell_len(gutter), NARROWEST)
    label = safe(label)
    if label and cell_len(label) + 1 > room // 2:
        heads = [_row(gutter, Span(part, "bold")) for part in fold(label, room)]
        return heads + [_row(gutter, Span(part, style)) for part in fold(text, room)]
    taken = cell_len(label) + 1 if label else 0
    lines = fold(text, room - indent, first=room - taken)
    start = _row(
        gutter, *([Span(label, "bold"), Span(" ")] if label else []), Span(lines[0], style)
    )
    return [start, *(_row(gutter, Span(" " * indent + part, style)) for part in lines[1:])]


def _row(gutter: str, *spans: Span) -> Row:
    return (Span(gutter, "bold"), *spans) if gutter else spans


def clip(spans: Iterable[Span], width: int) -> Row:
    """One row of at most ``width`` columns; what does not fit is shown by an ellipsis."""
    whole = tuple(Span(safe(s.text), s.style) for s in spans)
    if sum(cell_len(s.text) for s in whole) <= width:
        return whole
    out: list[Span] = []
    left = width - 1
    for span in whole:
        size = cell_len(span.text)
        if size > left:
            out.append(Span(set_cell_size(span.text, left).rstrip() + "…", span.style))
            break
        out.append(span)
        left -= size
    return tuple(out) if width > 0 else ()


def filled(row: Row, width: int) -> Row:
    """``row`` padded to ``width`` in the style of its last span, as a bar."""
    size = sum(cell_len(s.text) for s in row)
    return (*row, Span(" " * max(0, width - size), row[-1].style)) if row else row
