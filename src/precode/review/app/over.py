"""Screens that cover the main one until Escape: something to read, a list to choose from."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen

from precode.review.app.bars import BAR, footer
from precode.review.app.keyhelp import CHOOSING, READING
from precode.review.app.pane import Build, Pane
from precode.review.app.rows import Page, Span, clip, filled, paragraph


def _title(text: str, width: int) -> Page:
    return Page((filled(clip([Span(text, BAR)], width), width),))


class Reading(Screen[None], inherit_bindings=False):
    """A page to scroll through. Escape, or the key it was opened by, goes back."""

    AUTO_FOCUS = ""

    def __init__(self, title: str, build: Build, *, key: str) -> None:
        super().__init__()
        self._title, self._key = title, key
        self.page = Pane(build, name="page")

    def compose(self) -> ComposeResult:
        yield Pane(lambda width: _title(self._title, width), name="title")
        yield self.page
        yield Pane(lambda width: footer(READING, width), name="keys")

    def on_key(self, event: events.Key) -> None:
        event.stop()
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

    def on_paste(self, event: events.Paste) -> None:
        event.stop()


class Choosing(Screen[int | None], inherit_bindings=False):
    """A numbered list. Dismissed with the number chosen, from 1, or None.

    Each entry is (what stands in the list, the whole text, shown below for the one at the cursor).
    """

    AUTO_FOCUS = ""

    def __init__(self, title: str, entries: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self._title, self._entries = title, entries
        self._cursor, self._typed = 0, ""
        self.list = Pane(self._rows, name="list")
        self.detail = Pane(self._detail, name="detail")

    def compose(self) -> ComposeResult:
        yield Pane(lambda width: _title(self._title, width), name="title")
        yield self.list
        yield self.detail
        yield Pane(lambda width: footer(CHOOSING, width), name="keys")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        char = event.character or ""
        digit = char.isascii() and char.isdigit()
        self._typed = self._typed + char if digit else ""
        page = max(1, self.list.size.height - 1)
        match event.key:
            case "escape" | "q":
                self.dismiss(None)
            case "enter":
                self.dismiss(self._cursor + 1)
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

    def on_paste(self, event: events.Paste) -> None:
        event.stop()

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
