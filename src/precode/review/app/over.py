"""Screens that cover the main one until Escape: something to read, a list to choose from."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult

from precode.review.app.bars import BAR, footer
from precode.review.app.keyhelp import CHOOSING, READING
from precode.review.app.layer import Layer
from precode.review.app.pane import Build, Pane
from precode.review.app.rows import Page, Span, clip, filled, paragraph


def _title(text: str, width: int) -> Page:
    return Page((filled(clip([Span(text, BAR)], width), width),))


class Reading(Layer[None], inherit_bindings=False):
    """A page to scroll through. Escape, or the key it was opened by, goes back."""

    def __init__(self, title: str, build: Build, *, key: str) -> None:
        super().__init__()
        self._title, self._key = title, key
        self.page = Pane(build, name="page")

    def compose(self) -> ComposeResult:
        yield Pane(lambda width: _title(self._title, width), name="title")
        yield self.page
        yield Pane(lambda width: footer(READING, width), name="keys")

    def press(self, event: events.Key) -> None:
        match event.key:
            case "escape" | "enter" | "q":
                self.dismiss()
            case "pageup":
                self.page.turn(-1)
            case "pagedown" | "space":
                self.page.turn(1)
            case "up" | "k":
                self.page.scroll_rows(-1)
            case "down" | "j":
                self.page.scroll_rows(1)
            case "home":
                self.page.settle()
            case key if self._key in (key, event.character):
                self.dismiss()
            case _:
                pass


class Choosing(Layer[None], inherit_bindings=False):
    """A numbered list. ``choose`` is given the number chosen, from 1, at once: the next key may
    follow quickly, and is for what was chosen.

    Each entry is (what stands in the list, the whole text, shown below for the one at the cursor).
    """

    def __init__(
        self, title: str, entries: Sequence[tuple[str, str]], *, choose: Callable[[int], None]
    ) -> None:
        super().__init__()
        self._title, self._entries, self._choose = title, entries, choose
        self._cursor, self._typed = 0, ""
        self.list = Pane(self._rows, name="list")
        self.detail = Pane(self._detail, name="detail")

    def compose(self) -> ComposeResult:
        yield Pane(lambda width: _title(self._title, width), name="title")
        yield self.list
        yield self.detail
        yield Pane(lambda width: footer(CHOOSING, width), name="keys")

    def press(self, event: events.Key) -> None:
        char = event.character or ""
        digit = char.isascii() and char.isdigit()
        self._typed = self._typed + char if digit else ""
        page = max(1, self.list.size.height - 1)
        match event.key:
            case "escape" | "q":
                self.dismiss()
            case "enter":
                self.dismiss()
                self._choose(self._cursor + 1)
            case "up" | "k":
                self._move(self._cursor - 1)
            case "down" | "j":
                self._move(self._cursor + 1)
            case "pageup":
                self._move(self._cursor - page)
            case "pagedown":
                self._move(self._cursor + page)
            case "home":
                self._move(0)
            case "end":
                self._move(len(self._entries) - 1)
            case _ if digit:
                if int(self._typed) > len(self._entries):
                    self._typed = char
                self._move(int(self._typed) - 1)
            case _:
                pass

    def _move(self, to: int) -> None:
        self._cursor = max(0, min(to, len(self._entries) - 1))
        self.list.renew()
        self.detail.renew()

    def _rows(self, width: int) -> Page:
        digits = len(str(len(self._entries)))
        rows = []
        for place, (line, _) in enumerate(self._entries):
            here = place == self._cursor
            text = f"{'>' if here else ' '}{place + 1:>{digits}} {line}"
            row = clip([Span(text, "reverse" if here else "")], width)
            rows.append(filled(row, width) if here else row)
        return Page(rows, self._cursor, self._cursor)

    def _detail(self, width: int) -> Page:
        return Page(paragraph(self._entries[self._cursor][1], width))
