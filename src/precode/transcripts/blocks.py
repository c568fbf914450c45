"""Paragraphs and tables, which is what every format with a layout is made of, as a draft."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from precode.errors import InputError
from precode.settings import Limits
from precode.transcripts.drafts import Draft, draft_lines, within
from precode.transcripts.labels import Mark, is_time_only, seconds
from precode.transcripts.speakers import find_marks


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; ``\\n`` where a line is broken in it. ``bold`` counts the characters at its head
    that are bold: all of them in a heading.
    """

    text: str
    bold: int = 0


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's rows of cells; a cell's paragraphs are parted by ``\\n``."""

    rows: tuple[tuple[str, ...], ...]


Block = Paragraph | Grid


def draft_blocks(
    blocks: Iterable[Block],
    *,
    name: str,
    limits: Limits,
    patterns: Sequence[str],
    notes: Sequence[str] = (),
) -> Draft:
    """The draft of ``blocks``. Raises :class:`InputError`, naming ``name``, if they hold no text, or
    more than ``limits`` allow.
    """
    text = _Text()
    unread = 0
    for block in blocks:
        if isinstance(block, Paragraph):
            text.add(block.text, bold=block.bold)
        else:
            unread += _add_grid(block.rows, text)
    whole = "".join(text.pieces)
    if not whole.strip():
        raise InputError(f"{name} holds no text", mend="leave it out, or save it again")
    within(whole, name=name, limits=limits)
    heads = [whole[a:b] for a, b in text.lines]
    marks, found = find_marks(heads, patterns=patterns, bold=text.bold)
    if unread:
        found = [*found, f"tables: {unread} cells beside time, speaker and speech left out"]
    return draft_lines(whole, text.lines, marks | text.certain, (*notes, *found))


class _Text:
    """The composed text with its lines, what is bold at their heads, and marks already certain."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.lines: list[tuple[int, int]] = []
        self.bold: list[int] = []
        self.certain: dict[int, Mark] = {}

    def add(self, paragraph: str, *, bold: int = 0, mark: Mark | None = None) -> None:
        for number, part in enumerate(re.finditer(r"[^\n]+", paragraph)):
            if part[0].isspace():
                continue
            if mark is not None and number == 0:
                self.certain[len(self.lines)] = mark
            self.lines.append((self.length + part.start(), self.length + part.end()))
            self.bold.append(min(max(bold - part.start(), 0), len(part[0])))
        if paragraph.strip():
            self.pieces.append(paragraph + "\n\n")
            self.length += len(self.pieces[-1])


def _add_grid(grid: Sequence[Sequence[str]], text: _Text) -> int:
    """Rows of [time |] speaker | speech become ``Speaker: speech``; other tables stay rows. How many
    cells were left out: those of other columns.
    """
    unread = 0
    rows = [row for row in grid if any(cell.strip() for cell in row)]
    columns = _columns(rows)
    for number, row in enumerate(rows):
        if columns is None:
            for cell in row if len(row) == 1 else ["\t".join(c.replace("\n", " ") for c in row)]:
                text.add(cell)
            continue
        speaker, speech, time = columns
        label = row[speaker].strip().rstrip(":").rstrip() if speaker < len(row) else ""
        said = row[speech].strip() if speech < len(row) else ""
        rest = [c.strip() for i, c in enumerate(row) if i not in columns and c.strip()]
        if number == 0 and re.match(r"(?i)speaker|name|who|label|person|role", label):
            text.add(f"# {' | '.join([label, said, *rest])}")
            continue
        unread += len(rest)
        when = row[time] if time is not None and time < len(row) else ""
        head = f"[{when.strip()}] " if when.strip() else ""
        if not label:
            text.add(said)
            continue
        label = re.sub(r"\s+", " ", label)
        head += f"{label}: "
        text.add(head + said, mark=Mark(label, len(head), seconds(when)))
    return unread


def _columns(rows: Sequence[Sequence[str]]) -> tuple[int, int, int | None] | None:
    """(speaker, speech, time) columns: speech is longest, speakers are short and recur."""
    width = max((len(row) for row in rows), default=0)
    if width < 2 or len(rows) < 2:
        return None
    cells = [[row[i].strip() for row in rows if i < len(row)] for i in range(width)]
    speech = max(range(width), key=lambda i: sum(map(len, cells[i])))
    time = next(
        (
            i
            for i in range(width)
            if i != speech and sum(is_time_only(c) is not None for c in cells[i]) > len(rows) / 2
        ),
        None,
    )
    for i in range(width):
        filled = [c for c in cells[i] if c]
        if i in (speech, time) or not filled:
            continue
        recurs = len(set(filled)) < len(filled)
        short = all(len(c) <= 40 and len(c.split()) <= 5 for c in filled)
        if recurs and short and any(c.isalpha() for c in "".join(filled)):
            return i, speech, time
    return None
