"""How wide the columns of a table in the Word document are, by what stands in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from precode.report.document import (
    Block,
    Table,
)
from precode.report.grid import Grid
from precode.report.writing import spans, text_of

# Twentieths of a point that an average letter of a table takes, and what stands beside the text.
_LETTER, _BESIDE = 100, 200
_LONGEST_WORD, _LONGEST_LINE, _LONGEST_HEAD = 24, 60, 14  # letters; longer ones break
_BOLD = 1.08
_STAYS = "\N{NO-BREAK SPACE}"


def least_width(block: Block) -> int:
    """What a table needs at the least, in twentieths of a point; 0 for anything else."""
    if not isinstance(block, Table):
        return 0
    return sum(least for least, _ in column_sizes(block.grid, beside=block.layout == "beside"))


def column_sizes(grid: Grid, *, beside: bool) -> list[tuple[int, int]]:
    """(least, wanted) width of every column: of the longest word or number with its interval, and
    of the longest line.
    """
    heads = [f"{c.label}\n{c.detail}" for c in grid.columns]
    texts: list[list[str]] = [[] for _ in heads]
    shares = [0.0] * (len(heads) + beside)  # of words that span several columns
    for row in grid.rows:
        texts[0].append(text_of(row.cells[0], grid.columns[0].form))
        at = 1
        for cell, form, span in spans(row, grid):
            if span == 1:
                told = text_of(cell, form)
                texts[at].append(told if isinstance(cell, str) else told.replace(" ", _STAYS))
            else:
                share = min(_extent(str(cell)), _LONGEST_LINE) / span
                for i in range(at + beside, at + beside + span):
                    shares[i] = max(shares[i], share)
            at += span
    if beside:
        heads.insert(0, grid.groups)
        texts.insert(0, [row.group for row in grid.rows])
    return [_size(*column) for column in zip(heads, texts, shares, strict=True)]


def _size(head: str, texts: list[str], share: float) -> tuple[int, int]:
    words = (w for t in {*texts} for w in t.split(" "))
    word = max((_extent(w) for t in words for w in t.split("\n")), default=0)
    line = max((_extent(x) for t in {*texts} for x in t.split("\n")), default=0)
    named = max(_extent(w) for w in head.split(" ") for w in w.split("\n")) * _BOLD
    least = max(named, min(word, _LONGEST_WORD))
    wanted = max(least, min(line, _LONGEST_LINE), min(_extent(head), _LONGEST_HEAD), share)
    least = min(least, _LONGEST_WORD)
    return int(least * _LETTER) + _BESIDE, int(wanted * _LETTER) + _BESIDE


def _extent(text: str) -> float:
    """How wide ``text`` is, in average small letters."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text if c > "\u00ff")
    capitals = sum(c.isupper() or c in "mwMW%&" for c in text)
    narrow = sum(c in "iljtf.,;:'()|! " for c in text)
    return len(text) + wide + 0.35 * capitals - 0.4 * narrow


def fit(sizes: Sequence[tuple[int, int]], width: int) -> list[int]:
    """Every column as wide as it wants, or, where that is too much, its share of what there is."""
    wanted = [max(want, least) for least, want in sizes]
    if sum(wanted) <= width:
        return wanted
    least = [low for low, _ in sizes]
    room, over = width - sum(least), sum(wanted) - sum(least)
    if room <= 0 or over <= 0:
        return [low * width // sum(least) for low in least]
    return [low + (want - low) * room // over for low, want in zip(least, wanted, strict=True)]
