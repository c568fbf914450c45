"""Lines that fit a terminal, whatever the script, and hold nothing that could disturb it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

NARROWEST = 20
_JOINER = "\u200d"


def harmless(text: str) -> str:
    """``text`` with control characters made visible (an escape sequence in a transcript could
    rewrite the screen), and newlines and tabs as spaces.
    """
    return "".join(_visible(c) for c in text)


def _visible(c: str) -> str:
    if c.isspace():
        return " "
    if unicodedata.category(c) == "Cc":
        return chr(0x2400 + ord(c)) if c < " " else "\ufffd"
    return "\ufffd" if unicodedata.category(c) == "Cs" else c


def cells(text: str) -> int:
    """Columns that ``text`` takes: wide characters two, marks and joiners none."""
    return sum(_cells(c) for c in text)


def _cells(c: str) -> int:
    if unicodedata.category(c) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(c) in "WF" else 1


def wrap(text: str, width: int, *, first: str = "", rest: str = "") -> list[str]:
    """``text`` in lines of at most ``width`` columns, beginning with ``first``, then ``rest``.

    Breaks at spaces; a word longer than a line (or a script without spaces) breaks between
    characters, never before a mark or inside a joined emoji.
    """
    room = max(width, NARROWEST)
    lines, line, empty = [], first, True
    for word in harmless(text).split():
        for number, piece in enumerate(_pieces(word, room - max(cells(first), cells(rest)))):
            gap = "" if empty or number else " "
            if not empty and cells(line) + len(gap) + cells(piece) > room:
                lines.append(line)
                line, gap = rest, ""
            line, empty = line + gap + piece, False
    return [*lines, line]


def _pieces(word: str, room: int) -> Iterator[str]:
    """``word`` in pieces of at most ``room`` columns."""
    piece = ""
    for cluster in _clusters(word):
        if piece and cells(piece) + cells(cluster) > max(room, 2):
            yield piece
            piece = ""
        piece += cluster
    yield piece


def _clusters(word: str) -> Iterator[str]:
    """Characters with the marks that belong to them."""
    cluster = ""
    for c in word:
        if cluster and _cells(c) and not cluster.endswith(_JOINER):
            yield cluster
            cluster = ""
        cluster += c
    yield cluster
