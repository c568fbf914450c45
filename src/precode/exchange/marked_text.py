"""HTML that a program keeps its documents in, as plain text, with the places its offsets mean."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from html.parser import HTMLParser

_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li",
    "main", "nav", "ol", "p", "pre", "section", "table", "tbody", "tfoot", "thead", "tr", "ul",
))  # fmt: skip
_CELLS = frozenset(("td", "th"))


class MarkedText(HTMLParser):
    """``text`` is what the HTML says, a line for each block.

    Offsets count the UTF-8 bytes of what it says, without the tags, with entities resolved, and
    with the white space between blocks: what Taguette does. A line end that stands here because of a
    tag alone counts nothing there.
    """

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._raw: list[bytes] = []  # the same, as it counts
        self._at: list[int] = []  # where each piece begins in ``text``
        self._bytes: list[int] = []  # and in the bytes
        self._length = self._total = 0
        self._between = ""
        self.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
        self.close()
        self.text = "".join(self._pieces)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self._tag(tag)

    def handle_startendtag(self, tag: str, attrs: object) -> None:
        self._tag(tag)

    def handle_endtag(self, tag: str) -> None:
        self._tag(tag)

    def _tag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._between = "\n"
        elif tag in _CELLS and not self._between:
            self._between = "\t"

    def handle_data(self, data: str) -> None:
        parted = not self._pieces or self._pieces[-1].endswith("\n") or data.startswith("\n")
        if self._between and not parted:
            self._put(self._between, b"")
        self._between = ""
        raw = data.encode("utf-8", "replace")
        self._put(data.replace("\r", "\n"), raw)

    def _put(self, piece: str, raw: bytes) -> None:
        self._pieces.append(piece)
        self._raw.append(raw)
        self._at.append(self._length)
        self._bytes.append(self._total)
        self._length += len(piece)
        self._total += len(raw)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """``[start, end)`` in bytes as code points of ``text``; None if it lies outside."""
        if not 0 <= start < end <= self._total:
            return None
        first = bisect_right(self._bytes, start) - 1
        last = bisect_left(self._bytes, end) - 1
        return self._place(first, start), self._place(last, end)

    def _place(self, piece: int, offset: int) -> int:
        inside = self._raw[piece][: offset - self._bytes[piece]]
        return self._at[piece] + len(inside.decode("utf-8", "ignore"))


def plain_text(html: str) -> str:
    """What ``html`` says, a line for each block, without empty lines at its ends."""
    return MarkedText(html).text.strip("\n")
