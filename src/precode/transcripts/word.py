"""Word documents (.docx): paragraphs and tables in the order of the document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from precode.errors import InputError
from precode.files.xml_parts import attribute, below, child, local, read_parts
from precode.settings import Limits
from precode.transcripts.blocks import Block, Grid, Paragraph, draft_blocks
from precode.transcripts.drafts import Draft, count, listed

_PARTS = r"word/(?:document|styles|(?:header|footer)\d*)\.xml"
_BODY = "word/document.xml"
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# Struck out by a reviewer, or not text of the body. pPr and rPr hold marks, not words.
_LEFT_OUT = dict.fromkeys(("pPr", "rPr", "instrText", "delText", "Fallback", "sdtPr"), "") | {
    "del": "deletion",
    "moveFrom": "deletion",
    "txbxContent": "text box",
    "altChunk": "embedded document",
}
_COUNTED = {
    "ins": "insertion",
    "moveTo": "insertion",
    "commentReference": "comment",
    "footnoteReference": "footnote",
    "endnoteReference": "footnote",
}
_HEADING = re.compile(r"(?i)(?:heading|title|berschrift|titre)")
_OFF = ("0", "false", "off", "none")


def read_word(path: Path, *, limits: Limits, patterns: Sequence[str]) -> Draft:
    """The draft of a .docx: body paragraphs and table rows. Headers and footers are left out, and
    shown in the notes; tracked insertions are kept, deletions, hidden text and comments are not,
    and the notes count them: what stands is what Word shows once all changes are accepted.

    Raises :class:`InputError` for a file that is no Word document, is damaged, or is hostile.
    """
    parts = read_parts(
        path, _PARTS, max_megabytes=limits.megabytes, max_xml_megabytes=limits.xml_megabytes
    )
    body = child(parts[_BODY], "body")
    if body is None:
        raise InputError(
            f"{path} is damaged: it has no body",
            mend="open it in Word or LibreOffice and save it again",
        )
    reader = _Reader(_bold_styles(parts.get("word/styles.xml")))
    try:
        blocks = list(reader.blocks(body))
    except RecursionError as error:
        raise InputError(
            f"{path} is damaged: it is nested deeper than any document",
            mend="open it in Word or LibreOffice and save it again",
        ) from error
    heads = [
        _line(root) for name, root in sorted(parts.items()) if "head" in name or "foot" in name
    ]
    notes = [*listed("headers and footers left out", heads), *_notes(reader.counts)]
    return draft_blocks(blocks, name=str(path), limits=limits, patterns=patterns, notes=notes)


def _line(root: Element) -> str:
    return " ".join("".join(n.text or "" for n in below(root, "t")).split())


def _notes(counts: Mapping[str, int]) -> Iterator[str]:
    if counts["insertion"] or counts["deletion"]:
        yield "tracked changes: insertions were kept, deletions left out"
    for what in ("comment", "footnote", "text box", "embedded document"):
        if counts[what]:
            yield f"{count(counts[what], what)} left out"
    if counts["hidden"]:
        yield f"hidden text left out in {count(counts['hidden'], 'place')}"


def _bold_styles(root: Element | None) -> frozenset[str]:
    """Ids of the styles whose text is bold or a heading, whatever language they are named in."""
    if root is None:
        return frozenset()
    based: dict[str, str] = {}
    bold: set[str] = set()
    for style in below(root, "style"):
        identity = attribute(style, "styleId")
        name, parent, run = child(style, "name"), child(style, "basedOn"), child(style, "rPr")
        based[identity] = "" if parent is None else attribute(parent, "val")
        heading = name is not None and _HEADING.match(attribute(name, "val"))
        if heading or (run is not None and _is_on(run, "b")):
            bold.add(identity)
    for identity, above in based.items():
        seen, at = {identity}, above
        while at and at not in seen:
            if at in bold:
                bold.add(identity)
            seen.add(at)
            at = based.get(at, "")
    return frozenset(bold)


def _is_on(properties: Element | None, name: str) -> bool:
    mark = child(properties, name)
    return mark is not None and attribute(mark, "val", "1") not in _OFF


@dataclass
class _Reader:
    """Reads the body with accepted changes. ``counts`` says what was met and left out."""

    bold_styles: frozenset[str]
    counts: Counter[str] = field(default_factory=Counter)

    def blocks(self, parent: Element) -> Iterator[Block]:
        """Paragraphs and tables, also those inside content controls and tracked insertions."""
        pieces: list[tuple[str, bool]] = []
        for node in self._body(parent):
            if local(node) == "tbl":
                yield Grid(tuple(self._rows(node)))
                continue
            self._collect(node, False, pieces)
            # a paragraph whose mark was deleted goes on in the next one
            if child(child(child(node, "pPr"), "rPr"), "del") is None:
                yield self._paragraph(node, pieces)
                pieces = []
        if pieces:
            yield self._paragraph(parent, pieces)

    def _body(self, parent: Element) -> Iterator[Element]:
        for node in parent:
            name = local(node)
            if name in ("p", "tbl"):
                yield node
            elif name in _LEFT_OUT:
                self.counts[_LEFT_OUT[name]] += 1
            else:  # content controls, insertions, whatever wraps paragraphs
                yield from self._body(node)

    def _paragraph(self, node: Element, pieces: Sequence[tuple[str, bool]]) -> Paragraph:
        text = "".join(piece for piece, _ in pieces)
        style = child(child(node, "pPr"), "pStyle")
        if style is not None:
            identity = attribute(style, "val")
            if identity in self.bold_styles or _HEADING.match(identity):
                return Paragraph(text, len(text))
        bold = 0
        for piece, is_bold in pieces:
            if not is_bold and piece.strip():
                break
            bold += len(piece)
        return Paragraph(text, bold if text[:bold].strip() else 0)

    def _collect(self, node: Element, bold: bool, pieces: list[tuple[str, bool]]) -> None:
        for part in node:
            name = local(part)
            if name == "t":
                # A line feed inside w:t is a space to Word.
                pieces.append(((part.text or "").replace("\n", " "), bold))
            elif name in _BREAKS:
                pieces.append((_BREAKS[name], bold))
            elif name in _LEFT_OUT:
                self.counts[_LEFT_OUT[name]] += 1
            elif name == "r":
                properties = child(part, "rPr")
                if _is_on(properties, "vanish"):
                    self.counts["hidden"] += any((t.text or "").strip() for t in below(part, "t"))
                else:
                    self._collect(part, self._is_bold(properties), pieces)
            else:
                self.counts[_COUNTED.get(name, "")] += 1
                self._collect(part, bold, pieces)

    def _is_bold(self, properties: Element | None) -> bool:
        if child(properties, "b") is not None:
            return _is_on(properties, "b")
        style = child(properties, "rStyle")
        return style is not None and attribute(style, "val") in self.bold_styles

    def _rows(self, table: Element) -> Iterator[tuple[str, ...]]:
        for node in table:
            name = local(node)
            if name == "tr":
                if child(child(node, "trPr"), "del") is not None:
                    self.counts["deletion"] += 1
                else:
                    yield tuple(self._cells(node))
            elif name not in _LEFT_OUT:
                yield from self._rows(node)

    def _cells(self, row: Element) -> Iterator[str]:
        for node in row:
            name = local(node)
            if name == "tc":
                yield "\n".join(self._cell(node))
            elif name not in _LEFT_OUT:
                yield from self._cells(node)

    def _cell(self, cell: Element) -> Iterator[str]:
        for block in self.blocks(cell):
            if isinstance(block, Paragraph):
                if block.text.strip():
                    yield block.text
            else:
                yield from ("\t".join(c.replace("\n", " ") for c in r) for r in block.rows)
