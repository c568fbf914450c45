"""Saved web pages (.html): exports of meeting and transcription services, and plain pages."""

from __future__ import annotations

import codecs
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from precode.errors import InputError
from precode.files.text import decode
from precode.settings import Limits
from precode.transcripts.blocks import Block, Grid, Paragraph, draft_blocks
from precode.transcripts.drafts import Draft, count, listed

_SAVE = "open it in a browser, select the talk, and save it as .docx or .txt"
_PAGE = re.compile(
    r"<\s*(?:!doctype|html|head|body|p|div|span|table|br|h[1-6]|ul|ol|dl|pre)\b", re.I
)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w:.-]{2,30})", re.I)
# What a browser does not show as text of the page.
_DROPPED = frozenset(
    [
        "head",
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "frame",
        "object",
        "embed",
        "applet",
        "canvas",
        "audio",
        "video",
        "button",
        "select",
        "option",
        "optgroup",
        "datalist",
        "textarea",
        "input",
        "map",
    ]
)
_FURNITURE = frozenset(("nav", "aside", "menu"))
_BLOCKS = frozenset(
    [
        "html",
        "body",
        "p",
        "div",
        "section",
        "article",
        "main",
        "header",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "ul",
        "ol",
        "li",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "figure",
        "figcaption",
        "address",
        "hr",
        "form",
        "fieldset",
        "legend",
        "details",
        "summary",
        "center",
        "tr",
        "caption",
        "dir",
        "tbody",
        "thead",
        "tfoot",
        "td",
        "th",
    ]
)
_PARTS_OF_TABLES = ("col", "thead", "tbody", "tfoot", "tr")
_BOLD = frozenset(["b", "strong", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "th"])
_HIDDEN = re.compile(r"(?i)(?:display\s*:\s*none|visibility\s*:\s*hidden)")
_HEAVY = re.compile(r"(?i)font-weight\s*:\s*(?:bold|[6-9]00)")
_LIGHT = re.compile(r"(?i)font-weight\s*:\s*(?:normal|[1-5]00)")
_KEPT_SPACE = re.compile(r"(?i)white-space\s*:\s*(?:pre|break-spaces)")


def read_web(data: bytes, *, name: str, limits: Limits, patterns: Sequence[str]) -> Draft:
    """The draft of a saved page: the text that a browser shows. Scripts, styles, menus and what is
    hidden are left out, nothing is fetched, and the notes say what was not read.

    Raises :class:`InputError` for a file that is no page, holds no text, or is made to do harm.
    """
    from lxml import etree, html  # heavy

    text, assumed = _decoded(data, name)
    if not _PAGE.search(text[:200_000]):
        raise InputError(f"{name} is no web page: it has no tags", mend="save it as .txt")
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError) as error:
        raise InputError(f"{name} is damaged: {str(error)[:120]}", mend=_SAVE) from error
    # Past its limits of depth and length the parser leaves off: that would lose speech.
    if any(e.type_name in ("ERR_RESOURCE_LIMIT", "ERR_DOCUMENT_END") or "xcessive depth" in e.message
           or "uge" in e.message for e in parser.error_log):  # fmt: skip
        raise InputError(
            f"{name} is nested deeper or holds longer lines than a page does", mend=_SAVE
        )
    reader = _Reader()
    try:
        # what stands behind </html> hangs beside the page, and a browser shows it
        pages = [root, *root.itersiblings()]
        blocks = [b for page in pages for b in (*reader.blocks(page), *reader.close())]
    except RecursionError as error:
        raise InputError(f"{name} is nested deeper than a page is", mend=_SAVE) from error
    notes = [*assumed, *listed("menus, headers and footers left out", reader.furniture)]
    if reader.counts["hidden"]:
        notes.append(f"hidden text left out in {count(reader.counts['hidden'], 'place')}")
    return draft_blocks(blocks, name=name, limits=limits, patterns=patterns, notes=notes)


def _decoded(data: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The text by its byte order mark, else as the page says of itself, else as found out."""
    declared = _CHARSET.search(data[:4096])
    if declared and not data.startswith(
        (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    ):
        said = declared[1].decode("ascii").lower()
        # what browsers take these names to mean (WHATWG encoding standard)
        real = "cp1252" if said in ("iso-8859-1", "latin1", "us-ascii", "ascii") else said
        try:
            text = data.decode(codecs.lookup(real).name)
        except (LookupError, UnicodeDecodeError, ValueError):
            pass
        else:
            notes = () if real in ("utf-8", "utf8") else (f"read as {real}, as the page says",)
            return _without_declaration(text), notes
    decoded = decode(data, name)
    return _without_declaration(decoded.text), decoded.notes


def _without_declaration(text: str) -> str:
    text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"\A\s*<\?xml[^>]*>", "", text, count=1)


@dataclass
class _Reader:
    """Gathers text until a block ends. ``counts`` and ``furniture`` say what was left out."""

    counts: Counter[str] = field(default_factory=Counter)
    furniture: list[str] = field(default_factory=list)
    pieces: list[tuple[str, bool]] = field(default_factory=list)

    def blocks(self, node: Any, *, bold: bool = False, pre: bool = False) -> Iterator[Block]:
        """The blocks of ``node``; what is gathered and not closed yet stays in ``pieces``."""
        tag = node.tag if isinstance(node.tag, str) else ""
        if not tag or tag in _DROPPED:
            return
        style = node.get("style") or ""
        if node.get("hidden") is not None or _HIDDEN.search(style):
            self.counts["hidden"] += bool(node.text_content().strip())
            return
        if self._is_furniture(node, tag):
            self.furniture.append(" ".join(node.text_content().split())[:80])
            return
        if tag == "br":
            self.pieces.append(("\n", bold))
            return
        block = tag in _BLOCKS
        if block or tag == "table":
            yield from self.close()
        bold = (bold or tag in _BOLD or bool(_HEAVY.search(style))) and not _LIGHT.search(style)
        pre = pre or tag == "pre" or bool(_KEPT_SPACE.search(style))
        if tag == "table" and _is_grid(node):
            for caption in node.iterchildren("caption"):
                yield from self.blocks(caption)
            yield Grid(tuple(self._rows(node)))
            return
        self._say(node.text, bold, pre)
        for part in node:
            yield from self.blocks(part, bold=bold, pre=pre)
            self._say(part.tail, bold, pre)
        if block:
            yield from self.close()

    @staticmethod
    def _is_furniture(node: Any, tag: str) -> bool:
        if tag in _FURNITURE or node.get("role") in ("navigation", "banner", "contentinfo"):
            return True
        parent = node.getparent()
        on_page = parent is not None and parent.tag == "body"
        # LibreOffice writes a document's header and footer so
        return on_page and (
            tag in ("header", "footer") or node.get("title") in ("header", "footer")
        )

    def _say(self, text: str | None, bold: bool, pre: bool) -> None:
        if not text:
            return
        if not pre:
            text = re.sub(r"[ \t\n\f\v]+", " ", text)
            if not self.pieces or self.pieces[-1][0][-1:] in (" ", "\n"):
                text = text.lstrip(" ")
        if text:
            self.pieces.append((text, bold))

    def close(self) -> Iterator[Paragraph]:
        """The paragraph gathered so far, if it holds anything."""
        text = "".join(piece for piece, _ in self.pieces)
        if text.strip():
            bold = 0
            for piece, is_bold in self.pieces:
                if not is_bold and piece.strip():
                    break
                bold += len(piece)
            yield Paragraph(text, min(bold, len(text)) if text[:bold].strip() else 0)
        self.pieces.clear()

    def _rows(self, table: Any) -> Iterator[tuple[str, ...]]:
        for row in table.iter("tr"):
            cells: list[str] = []
            for cell in row.iterchildren("td", "th"):
                paragraphs = [*self.blocks(cell), *self.close()]
                cells.append(
                    "\n".join(p.text.strip() for p in paragraphs if isinstance(p, Paragraph))
                )
            yield tuple(cells)


def _is_grid(table: Any) -> bool:
    """Whether all that ``table`` says stands in cells of its own: one that holds another table only
    lays out the page, and words beside the cells are to be read where they stand.
    """
    if next(table.iterdescendants("table"), None) is not None:
        return False
    for node in table.iter("table", "thead", "tbody", "tfoot", "tr"):
        inside = ("td", "th") if node.tag == "tr" else ("caption", "colgroup", *_PARTS_OF_TABLES)
        texts = [node.text, *(part.tail for part in node)]
        if any(part.tag not in inside for part in node) or any(t and t.strip() for t in texts):
            return False
    return True
