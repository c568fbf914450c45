"""A pane: rows of text with a place in view, wrapped anew for each width."""

from __future__ import annotations

from collections.abc import Callable

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from precode.review.app.rows import Page, Span, clip

Build = Callable[[int], Page]


class Pane(Widget, can_focus=False):
    """Shows what ``build`` makes of the width at hand. ``top`` is the first row in view.

    ``more`` stands in the last row where rows below do not fit. A pane with
    ``height: auto`` is as high as its page, or as its ``max-height``.
    """

    ALLOW_SELECT = False

    def __init__(self, build: Build, *, name: str, more: str = "") -> None:
        super().__init__(id=name)
        self._build, self._more = build, more
        self._page, self._width = Page(()), 0
        self.top = 0

    def renew(self, *, stay: bool = False) -> None:
        """Build the page again; with ``stay`` the rows in view remain as far as they can."""
        if self._width:
            high = len(self._page.rows)
            self._page = self._build(self._width)
            self.top = self._clamped(self.top) if stay else self._placed()
            self.refresh(layout=self.styles.auto_dimensions and high != len(self._page.rows))

    def turn(self, pages: int) -> None:
        """Scroll by ``pages``, leaving one row as a hold for the eye."""
        self.scroll_rows(pages * max(1, self.size.height - 1))

    def scroll_rows(self, rows: int) -> None:
        """Scroll by ``rows``."""
        self.top = self._clamped(self.top + rows)
        self.refresh()

    def settle(self) -> None:
        """Back to the place to be kept in view."""
        self.top = self._placed()
        self.refresh()

    @property
    def hidden(self) -> tuple[int, int]:
        """Rows (above, below) what is in view."""
        return self.top, max(0, len(self._page.rows) - self.top - self.size.height)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        self._at(width)
        return len(self._page.rows)

    def on_resize(self, event: events.Resize) -> None:
        self._at(self.size.width)
        first, last = self._page.first, self._page.last
        if not self.top <= first <= last < self.top + self.size.height:
            self.top = self._placed()
        self.top = self._clamped(self.top)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        base, width, row = self.rich_style, self.size.width, self.top + y
        if row >= len(self._page.rows):
            return Strip.blank(width, base)
        spans = self._page.rows[row]
        if self._more and y == self.size.height - 1 >= 4 and self.hidden[1]:
            spans = clip([Span(self._more, "italic")], width)
        pieces = [Segment(s.text, base + Style.parse(s.style)) for s in spans if s.text]
        return Strip(pieces).adjust_cell_length(width, base)

    def _at(self, width: int) -> None:
        if width != self._width:
            self._width = width
            self._page = self._build(width) if width else Page(())
            self.top = self._placed()

    def _placed(self) -> int:
        """Where the place begins a third down, and as much of it as possible is in view."""
        height, first, last = self.size.height, self._page.first, self._page.last
        room = max(0, height - (last - first + 1))
        return self._clamped(first - min(room, height // 3))

    def _clamped(self, top: int) -> int:
        return max(0, min(top, len(self._page.rows) - self.size.height))
