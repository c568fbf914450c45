"""The text of a Word document with the place of every run, so that offsets can be read and written.

``WordText.text`` has a line for each paragraph, tables cell by cell. What is deleted in tracked
changes is not there; what is inserted is. Offsets are code points of it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from precode.errors import InputError
from precode.files.xml_parts import attribute, child, local, read_parts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_PARTS = r"word/(?:document|comments|commentsExtended|styles)\.xml"
_BODY = "word/document.xml"
_SKIPPED = frozenset((
    "del", "moveFrom", "pPr", "rPr", "instrText", "delText", "Fallback", "sdtPr", "txbxContent",
    "altChunk", "tblPr", "trPr", "tcPr", "tblGrid", "sectPr",
))  # fmt: skip
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_RESAVE = "open it in Word or LibreOffice and save it again"


@dataclass(frozen=True, slots=True)
class Run:
    """``text[start:end]`` is what ``node`` says, a ``w:r``. ``parent`` is what holds it: to put
    something before or after it, or to cut it in two.
    """

    start: int
    end: int
    node: Element
    parent: Element


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a ``commentRangeStart``, ``commentRangeEnd`` or ``commentReference`` stands."""

    kind: str
    id: str
    at: int


@dataclass(frozen=True, slots=True)
class Line:
    """One paragraph. ``heading`` is its level, 0 for none."""

    start: int
    end: int
    text: str
    heading: int = 0


@dataclass(frozen=True, slots=True)
class WordText:
    """The text of a body: ``runs`` and ``marks`` in order, ``lines`` its paragraphs."""

    text: str
    runs: tuple[Run, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Line, ...]

    def runs_of(self, start: int, end: int) -> tuple[Run, ...]:
        """The runs that share a character with ``[start, end)``."""
        low = bisect_right([r.end for r in self.runs], start)
        high = bisect_left([r.start for r in self.runs], end)
        return self.runs[low:high]


def read_word_parts(path: Path, *, max_megabytes: float) -> dict[str, Element]:
    """The XML of a .docx that text and comments are in. Raises :class:`InputError`."""
    parts = read_parts(
        path, _PARTS, max_megabytes=max_megabytes, max_xml_megabytes=max_megabytes
    )  # fmt: skip
    if _BODY not in parts:
        raise InputError(f"{path} is no Word document", mend=_RESAVE)
    return parts


def word_text(parts: dict[str, Element]) -> WordText:
    """The text of the body in ``parts``. Raises :class:`InputError` if it nests too deep."""
    reader = _Reader(_headings(parts.get("word/styles.xml")))
    body = child(parts[_BODY], "body")
    try:
        if body is not None:
            reader.body(body)
    except RecursionError as error:
        raise InputError("it is nested deeper than any document", mend=_RESAVE) from error
    return reader.result()


def paragraphs_of(parts: dict[str, Element]) -> Iterator[Line]:
    """The paragraphs of the body in ``parts`` that say something."""
    return (line for line in word_text(parts).lines if line.text.strip())


def rows_of(parts: dict[str, Element]) -> Iterator[tuple[str, ...]]:
    """Paragraphs as rows of one cell, and the rows of tables, in order; empty ones are left out."""
    body = child(parts[_BODY], "body")
    if body is not None:
        yield from (r for r in _rows(body) if any(c.strip() for c in r))


def _rows(parent: Element) -> Iterator[tuple[str, ...]]:
    for node in parent:
        name = local(node)
        if name == "tr":
            cells = [n for n in node.iter() if local(n) == "tc"]
            yield tuple(_said(cell) for cell in cells)
        elif name == "p":
            yield (_said([node]),)
        elif name not in _SKIPPED:
            yield from _rows(node)


def _said(paragraphs: Element | list[Element]) -> str:
    reader = _Reader({})
    reader.body(paragraphs)
    return reader.result().text


def _headings(styles: Element | None) -> dict[str, int]:
    """Style id → level of heading."""
    found: dict[str, int] = {}
    for style in styles if styles is not None else ():
        if local(style) == "style" and (name := child(style, "name")) is not None:
            words = attribute(name, "val").casefold().split()
            if len(words) == 2 and words[0] == "heading" and words[1] in "123456789":
                found[attribute(style, "styleId")] = int(words[1])
    return found


class _Reader:
    def __init__(self, headings: dict[str, int]) -> None:
        self._headings = headings
        self._pieces: list[str] = []
        self._at = 0
        self._runs: list[Run] = []
        self._marks: list[Mark] = []
        self._lines: list[Line] = []

    def result(self) -> WordText:
        text = "".join(self._pieces)
        return WordText(text, tuple(self._runs), tuple(self._marks), tuple(self._lines))

    def body(self, parent: Element | list[Element]) -> None:
        for node in parent:
            name = local(node)
            if name == "p":
                self._paragraph(node)
            elif name.startswith("comment"):
                self._mark(node, name)
            elif name not in _SKIPPED:
                self.body(node)

    def _paragraph(self, node: Element) -> None:
        if self._lines:
            self._say("\n")
        start, pieces = self._at, len(self._pieces)
        self._inside(node)
        style = child(child(node, "pPr"), "pStyle")
        heading = self._headings.get(attribute(style, "val"), 0) if style is not None else 0
        self._lines.append(Line(start, self._at, "".join(self._pieces[pieces:]), heading))

    def _inside(self, parent: Element) -> None:
        for node in parent:
            name = local(node)
            if name == "r":
                self._run(node, parent)
            elif name.startswith("comment"):
                self._mark(node, name)
            elif name not in _SKIPPED:
                self._inside(node)

    def _run(self, node: Element, parent: Element) -> None:
        start = self._at
        for part in node:
            name = local(part)
            if name == "t":
                self._say((part.text or "").replace("\n", " ").replace("\r", " "))
            elif name in _BREAKS:
                self._say(_BREAKS[name])
            elif name.startswith("comment"):
                self._mark(part, name)
        if self._at > start:
            self._runs.append(Run(start, self._at, node, parent))

    def _say(self, piece: str) -> None:
        self._pieces.append(piece)
        self._at += len(piece)

    def _mark(self, node: Element, name: str) -> None:
        self._marks.append(Mark(name, attribute(node, "id"), self._at))
