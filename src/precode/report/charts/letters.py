"""Words in charts: how they wrap, how much room they take, and which fonts have their letters."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precode.report.charts.look import TEXT
from precode.report.writing import clean

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

FONT = "DejaVu Sans"  # comes with matplotlib
MORE = "…"


def wrapped(text: str, letters: int, *, lines: int = 3) -> str:
    """``text`` on lines of about ``letters``; what does not fit on so many ``lines`` is left out,
    and "…" says so.
    """
    text = " ".join(clean(text).split())
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    room = max(1, round(letters * len(text) / (len(text) + wide))) if text else letters
    found = textwrap.wrap(text, room, break_on_hyphens=False)
    if len(found) > lines:
        found = [*found[: lines - 1], found[lines - 1][: room - 1].rstrip() + MORE]
    return "\n".join(found)


def widest(texts: Iterable[str], *, size: float = TEXT, bold: bool = False) -> float:
    """Inches that the longest line of ``texts`` takes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    canvas: Any = FigureCanvasAgg(figure)  # untyped there
    renderer = canvas.get_renderer()
    words = figure.text(0, 0, "", fontsize=size, fontweight="bold" if bold else "normal")
    found = 0.0
    for text in {*texts} - {""}:
        words.set_text(text)
        found = max(found, words.get_window_extent(renderer).width / figure.dpi)
    return found


def legend(
    figure: Figure,
    marks: Sequence[Line2D],
    names: Sequence[str],
    *,
    letters: int,
    loc: Any,
    columns: int,
    length: float = 2.0,
) -> None:
    """What each of ``marks`` is called, whatever its name begins with: matplotlib leaves out "_a"."""
    made = figure.legend(
        marks, [" "] * len(marks), loc=loc, ncols=columns, frameon=False, fontsize=TEXT,
        handlelength=length, borderaxespad=0.3,
    )  # fmt: skip
    for text, name in zip(made.get_texts(), names, strict=True):
        text.set_text(wrapped(name, letters, lines=1))


def fonts(letters: frozenset[str]) -> list[str]:
    """Families that have ``letters`` between them: ours, and of those on this computer only what
    ours lacks.
    """
    from matplotlib.font_manager import FontProperties, findfont, fontManager

    ours = findfont(FontProperties(family=[FONT]))
    missing = {ord(c) for c in letters if c.isprintable()} - _has(str(ours))
    families = [FONT]
    for font in sorted(fontManager.ttflist, key=lambda f: (f.weight != 400, f.name, f.fname)):
        if not missing:
            break
        if font.style == "normal" and missing & (found := _has(font.fname)):
            families.append(font.name)
            missing -= found
    return families


@cache
def _has(file: str) -> frozenset[int]:
    """Letters of a font file."""
    from matplotlib.ft2font import FT2Font

    if Path(file).name.startswith("LastResort"):
        return frozenset()  # it has a box for every letter
    try:
        return frozenset(FT2Font(file).get_charmap())
    except (OSError, RuntimeError):
        return frozenset()
