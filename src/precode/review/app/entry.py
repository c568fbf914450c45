"""A line to write in: the memo, or the words to look for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rich.cells import chop_cells
from textual import events

from precode.review.app.rows import NARROWEST, Page, Row, Span
from precode.review.wrap import harmless

Purpose = Literal["memo", "search"]
PROMPTS: Mapping[Purpose, str] = {
    "memo": "Memo on this sentence:",
    "search": "Find sentences with these words (nothing: what was found last):",
}


@dataclass(slots=True)
class Entry:
    """Text being written, with the place of the next letter. ``before`` is what it began with."""

    purpose: Purpose
    before: str
    text: str
    place: int

    @staticmethod
    def open(purpose: Purpose, text: str) -> Entry:
        """A line that begins with ``text``; what is typed is added to it."""
        return Entry(purpose, text, text, len(text))

    def press(self, event: events.Key) -> None:
        """Write a letter, or do what an editing key says."""
        start, end = self.text[: self.place], self.text[self.place :]
        match event.key:
            case "left" | "ctrl+b":
                self.place = max(0, self.place - 1)
            case "right" | "ctrl+f":
                self.place = min(len(self.text), self.place + 1)
            case "home" | "ctrl+a":
                self.place = 0
            case "end" | "ctrl+e":
                self.place = len(self.text)
            case "backspace" | "ctrl+h":
                self._put(start[:-1], end)
            case "delete" | "ctrl+d":
                self._put(start, end[1:])
            case "ctrl+w":
                self._put(re.sub(r"\S*\s*\Z", "", start), end)
            case "ctrl+u":
                self._put("", end)
            case "ctrl+k":
                self._put(start, "")
            case _ if event.character is not None and event.is_printable:
                self.write(event.character)
            case _:
                pass

    def write(self, text: str) -> None:
        """Put ``text`` where the cursor is; lines are joined, none is dropped."""
        joined = " ".join(text.splitlines())
        self._put(self.text[: self.place] + joined, self.text[self.place :])

    def page(self, width: int) -> Page:
        """The text, broken at the edge, with the cursor in reverse."""
        rows: list[Row] = []
        here, seen = 0, 0
        for piece in chop_cells(harmless(self.text) + " ", max(width, NARROWEST)):
            at = self.place - seen
            if 0 <= at < len(piece):
                here = len(rows)
                rows.append((Span(piece[:at]), Span(piece[at], "reverse"), Span(piece[at + 1 :])))
            else:
                rows.append((Span(piece),))
            seen += len(piece)
        return Page(rows, here, here)

    def _put(self, start: str, end: str) -> None:
        self.text, self.place = start + end, len(start)
