"""How every chart looks: sizes, lines, markers, colours that grey tells apart."""

from __future__ import annotations

from typing import Any

WIDE = 8.6  # inches
SIZE = (WIDE, 5.4)
TEXT, SMALL = 9.0, 8.0  # points
INK, SOFT, LINE, HAIR = "#1c2126", "#555c63", "#b9bebc", "#e2e4e1"
# Line, marker, colour; dark and light in turn, so that grey tells neighbours apart.
STYLES: tuple[tuple[Any, str, str], ...] = (
    ("-", "o", "#0b3c5d"),
    ((0, (6, 2)), "s", "#b45f06"),
    ((0, (2, 1.2)), "^", "#1d6b3a"),
    ((0, (8, 2, 2, 2)), "D", "#8e5aa8"),
    ((0, (1, 1)), "v", "#4a4a4a"),
    ((0, (4, 1, 1, 1, 1, 1)), "P", "#a8324a"),
    ("-", "X", "#7a8b99"),
    ((0, (10, 3)), "*", "#2f2f7f"),
    ((0, (3, 3)), "<", "#6b5b1e"),
)
SETTINGS: dict[str, Any] = {
    "svg.fonttype": "path",
    "svg.hashsalt": "precode",
    "text.parse_math": False,  # "$5 a day" is no formula
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.edgecolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.labelsize": TEXT,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "hatch.linewidth": 1.6,
}


def style(number: int) -> tuple[Any, str, str]:
    """Line, marker and colour of the line or series of this ``number``, from 0."""
    return STYLES[number % len(STYLES)]
