"""How values are written in words: the same on the web page, in Word, and in a workbook's text."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from precode.report.grid import Cell, Charted, Form, Grid, Mentions, PreCodes, Row, Tally

# What neither HTML nor XML may hold even when escaped; a transcript from a damaged file may.
_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
NOTHING = "–"
NO_INTERVAL = ", no interval"
# What a column becomes where each number has a cell of its own
PARTS: dict[Form, tuple[str, ...]] = {
    Form.SCORE: ("", "low", "high"),
    Form.TALLY: ("people", "of", "excerpts", "share", "low", "high"),
    Form.MENTIONS: ("excerpts", "people"),
    Form.PRE_CODES: ("accepted", "to review"),
    Form.POINTS: ("", "low", "high"),
    Form.ESTIMATE: ("", "low", "high"),
}
Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a cell's text; ``quiet`` ones are smaller. "\\n" starts a line."""

    text: str
    quiet: bool = False


def clean(text: str) -> str:
    """``text`` with every character that a document may not hold made visible, as U+FFFD."""
    return _FORBIDDEN.sub("\ufffd", text)


def pieces(cell: Cell, form: Form) -> tuple[Piece, ...]:
    """A cell as it is read: "0.62 (0.55 to 0.70)", "0.62, no interval", "3/14 (5)", "12 7 people"."""
    if cell is None:
        return (Piece(NOTHING),)
    if isinstance(cell, Tally):
        if cell.of is None:
            return (Piece(f"({count(cell.excerpts)})"),)
        share = Piece(f"{count(cell.people)}/{count(cell.of)}")
        more = (Piece(f" ({count(cell.excerpts)})", quiet=True),) if cell.excerpts else ()
        if isinstance(cell.share, tuple):
            more = (*more, Piece(f"\n{share_words(cell.share)}", quiet=True))
        return (share, *more)
    if isinstance(cell, Mentions):
        more = (Piece(f" {people(cell.people)}", quiet=True),) if cell.excerpts else ()
        return (Piece(count(cell.excerpts)), *more)
    if isinstance(cell, PreCodes):
        return (
            Piece(count(cell.accepted.excerpts)), Piece(" accepted\n", quiet=True),
            Piece(count(cell.to_review.excerpts)), Piece(" to review", quiet=True),
        )  # fmt: skip
    if isinstance(cell, Charted):
        return _charted(cell)
    if isinstance(cell, tuple) and form is Form.POINTS:
        value, low, high = cell
        return (
            Piece(points(value)),
            Piece(f" ({points(low)} to {points(high)})", quiet=True),
        )
    if isinstance(cell, tuple) and form is Form.ESTIMATE:
        about, least, most = (count(round(v)) if math.isfinite(v) else NOTHING for v in cell)
        return (Piece(about), Piece(f" ({least} to {most})", quiet=True))
    if isinstance(cell, float) and form is Form.CHANCE:
        return (Piece("<0.001" if cell < 0.001 else f"{cell:.3f}"),)
    if isinstance(cell, tuple):
        value, low, high = cell
        ends = f" ({decimal(low)} to {decimal(high)})"
        if not math.isfinite(low) and not math.isfinite(high):
            ends = NO_INTERVAL if math.isfinite(value) else ""
        return (Piece(decimal(value)), *([Piece(ends, quiet=True)] if ends else []))
    if isinstance(cell, (int, float)):
        return (Piece(percent(cell) if form is Form.PERCENT else _number(cell)),)
    return (Piece(str(cell)),)


def values(cell: Cell, form: Form) -> tuple[Value, ...]:
    """A cell as plain values, one for each of its form's :data:`PARTS`; None where there is none.
    Words in the place of numbers stand first.
    """
    several = len(PARTS.get(form, ("",)))
    told: tuple[Value, ...]
    if isinstance(cell, Tally):
        shares = cell.share if isinstance(cell.share, tuple) else ()
        told = (None if cell.of is None else cell.people, cell.of, cell.excerpts, *shares)
    elif isinstance(cell, Mentions):
        told = (cell.excerpts, cell.people)
    elif isinstance(cell, PreCodes):
        told = (cell.accepted.excerpts, cell.to_review.excerpts)
    elif isinstance(cell, Charted):
        told = (text_of(cell, form),)
    else:
        told = cell if isinstance(cell, tuple) else (cell,)
    finite = [None if isinstance(v, float) and not math.isfinite(v) else v for v in told]
    return (*finite, *[None] * (several - len(finite)))


def _charted(cell: Charted) -> tuple[Piece, ...]:
    """The summary, then the counts, then quotes, each on a line of its own."""
    lines = [Piece(cell.summary)] if cell.summary else []
    counts = counts_words(cell.counts)
    lines += [Piece(counts, quiet=True)] if counts else []
    lines += [Piece(quote, quiet=True) for quote in cell.quotes]
    told = [Piece(("\n" if i else "") + p.text, p.quiet) for i, p in enumerate(lines)]
    return tuple(told) or (Piece(NOTHING),)


def counts_words(counts: Sequence[tuple[str, int]]) -> str:
    """ "3 barrier, 1 facilitator"."""
    return ", ".join(f"{count(n)} {name}" for name, n in counts if n)


def share_words(share: tuple[float, float, float]) -> str:
    """ "21% (8 to 48)"."""
    value, low, high = share
    return f"{percent(value)}% ({percent(low)} to {percent(high)})"


def points(share: float) -> str:
    """A difference of shares in percentage points: "+12", "−8", "0"."""
    whole = f"{100 * share + 0.0:+.0f}"
    return "0" if whole in ("+0", "-0") else whole.replace("-", "\u2212")


def text_of(cell: Cell, form: Form) -> str:
    """:func:`pieces` as one text."""
    return "".join(p.text for p in pieces(cell, form))


def count(n: int) -> str:
    return f"{n:,}"


def people(n: int) -> str:
    """ "1 person", "1,204 people"."""
    return f"{n:,} {'person' if n == 1 else 'people'}"


def percent(share: float) -> str:
    """Whole per cents; "<1" and ">99" rather than a 0 or 100 that is not meant."""
    if not math.isfinite(share):
        return NOTHING
    if 0 < share < 0.005:
        return "<1"
    if 0.995 < share < 1:
        return ">99"
    return f"{100 * share:.0f}"


def decimal(value: float) -> str:
    """Two decimals, a true minus sign; "–" for what could not be computed."""
    if not math.isfinite(value):
        return NOTHING
    return f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "\u2212")


def day(stamp: str) -> str:
    """ "22 November 2026" for an ISO time; anything else as it is."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return f"{at.day} {at:%B %Y}"


def is_score(value: object) -> bool:
    return isinstance(value, (tuple, list)) and len(value) == 3


def spans(row: Row, grid: Grid) -> list[tuple[Cell, Form, int]]:
    """(cell, form, columns it spans) after the first: the same words side by side are said once."""
    out: list[tuple[Cell, Form, int]] = []
    for cell, column in zip(row.cells[1:], grid.columns[1:], strict=True):
        said = column.form in (Form.SCORE, Form.PRE_CODES) and isinstance(cell, str)
        if out and said and column.form is out[-1][1]:
            last, form, span = out[-1]
            if last == cell:
                out[-1] = (cell, form, span + 1)
                continue
        out.append((cell, column.form, 1))
    return out


def bundles(grid: Grid) -> list[tuple[str, list[Row]]]:
    """Rows by group, neighbours only: a total after the last group stays last."""
    out: list[tuple[str, list[Row]]] = []
    for row in grid.rows:
        if out and out[-1][0] == row.group:
            out[-1][1].append(row)
        else:
            out.append((row.group, [row]))
    return out


def _number(value: float) -> str:
    if isinstance(value, int):
        return count(value)
    return f"{value:,.6g}" if math.isfinite(value) else NOTHING


def listed(names: Sequence[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return "".join(names) if len(names) < 2 else f"{', '.join(names[:-1])} and {names[-1]}"


def numbered(n: int, noun: str, plural: str = "") -> str:
    """ "1 code", "1,204 codes"."""
    return f"{count(n)} {noun if n == 1 else plural or noun + 's'}"
