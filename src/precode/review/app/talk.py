"""The talk around a sentence, and a whole transcript, as rows."""

from __future__ import annotations

from collections.abc import Sequence

from precode.review.app.rows import Page, Row, paragraph
from precode.review.facing import Facing
from precode.review.source import Line
from precode.review.talk import talk as surroundings

READABLE = 100
"""Columns. Longer lines are hard to read, however wide the screen."""

ROOMY = 60
"""Columns from which there is room for an empty row between speakers, too."""

DONE = "The queue is done. Enter or q ends; u and g go back to earlier sentences."
HERE, JOINED, AROUND = "> ", "+ ", "  "
_STYLES = {HERE: "bold", JOINED: "bold", AROUND: ""}


def talk(facing: Facing | None, width: int) -> Page:
    """The sentence in its talk: ``>`` before its rows, ``+`` before those of the sentences that the
    selection was extended over.
    """
    width = min(width, READABLE)
    if facing is None:
        return Page(paragraph(DONE, width))
    item = facing.item
    lines = surroundings(facing)
    marked = [number for number, line in enumerate(lines) if line.here]
    place = marked[facing.selected.index(item.sentence)]
    rows: list[Row] = []
    first = last = 0
    speaker = None
    for number, line in enumerate(lines):
        if line.speaker != speaker and rows and width >= ROOMY:
            rows.append(())
        role = item.role if line.speaker == item.speaker else line.role
        label = _label(line.speaker, role) if line.speaker != speaker else ""
        gutter = HERE if number == place else JOINED if line.here else AROUND
        first = len(rows) if number == place else first
        rows += paragraph(line.text, width, style=_STYLES[gutter], gutter=gutter, label=label)
        last = len(rows) - 1 if number == place else last
        speaker = line.speaker
    return Page(rows, first, last)


def whole(lines: Sequence[Line], sentence: str, width: int) -> Page:
    """A whole transcript; in the turn that is ``here``, ``sentence`` is marked."""
    width = min(width, READABLE)
    rows: list[Row] = []
    first = last = 0
    for line in lines:
        label = _label(line.speaker, line.role)
        if not line.here:
            rows += paragraph(line.text, width, gutter=AROUND, label=label)
            continue
        head, found, tail = line.text.partition(sentence)
        if not found:  # the turn as a whole is the place
            head, found, tail = "", line.text, ""
        if head.strip():
            rows += paragraph(head, width, gutter=AROUND, label=label)
            label = ""
        first = len(rows)
        rows += paragraph(found, width, style="bold", gutter=HERE, label=label)
        last = len(rows) - 1
        if tail.strip():
            rows += paragraph(tail, width, gutter=AROUND)
    return Page(rows, first, last)


def _label(speaker: str, role: str) -> str:
    if not speaker:
        return ""
    return f"{speaker} ({role}):" if role else f"{speaker}:"
