"""OpenDocument texts (.odt), as LibreOffice writes them."""

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

_PARTS = r"(?:content|styles|META-INF/manifest)\.xml"
_RESAVE = "open it in LibreOffice or Word and save it again"
# What is not text of the body; ruby-text repeats its base in small letters above it.
_LEFT_OUT = {
    "note": "footnote",
    "annotation": "comment",
    "text-box": "text box",
    "tracked-changes": "",
    "ruby-text": "",
    "hidden-text": "hidden",
    "hidden-paragraph": "hidden",
    "image": "",
    "object": "",
    "title": "",
    "desc": "",
    "event-listeners": "",
    "forms": "",
    "index-title-template": "",
    "sequence-decls": "",
    "variable-decls": "",
    "user-field-decls": "",
}
_HEADING = re.compile(r"(?i)(?:heading|title|berschrift|titre)")
# Cells and spaces may be repeated by a number in an attribute: no more than this many times.
_MOST = 200


def read_opendocument(path: Path, *, limits: Limits, patterns: Sequence[str]) -> Draft:
    """The draft of an .odt: what it shows once all changes are accepted, without headers, footers,
    comments, footnotes and text boxes, which the notes tell of.

    Raises :class:`InputError` for a file that is no such document, is damaged, or is hostile.
    """
    parts = read_parts(
        path, _PARTS, max_megabytes=limits.megabytes, max_xml_megabytes=limits.xml_megabytes
    )
    manifest = parts.get("META-INF/manifest.xml")
    if manifest is not None and any(True for _ in below(manifest, "encryption-data")):
        raise InputError(f"{path} has a password", mend="save it without a password")
    content, styles = parts["content.xml"], parts.get("styles.xml")
    body = child(child(content, "body"), "text")
    if body is None:
        raise InputError(f"{path} is damaged: it has no text part", mend=_RESAVE)
    reader = _Reader(_styles([content] if styles is None else [styles, content]))
    try:
        blocks = list(reader.blocks(body))
    except RecursionError as error:
        what = "is damaged: it is nested deeper than any document"
        raise InputError(f"{path} {what}", mend=_RESAVE) from error
    for change in below(body, "changed-region"):
        for kind in change:
            reader.counts[local(kind)] += 1
    heads = [] if styles is None else [_line(n) for n in below(styles, "header", "footer")]
    notes = [*listed("headers and footers left out", heads), *_notes(reader.counts)]
    return draft_blocks(blocks, name=str(path), limits=limits, patterns=patterns, notes=notes)


def _line(root: Element) -> str:
    return " ".join(" ".join(root.itertext()).split())


def _notes(counts: Mapping[str, int]) -> Iterator[str]:
    if counts["insertion"] or counts["deletion"]:
        yield "tracked changes: insertions were kept, deletions left out"
    for what in ("comment", "footnote", "text box"):
        if counts[what]:
            yield f"{count(counts[what], what)} left out"
    if counts["hidden"]:
        yield f"hidden text left out in {count(counts['hidden'], 'place')}"


@dataclass(frozen=True, slots=True)
class _Style:
    """None where the parent decides."""

    bold: bool | None = None
    hidden: bool = False
    parent: str = ""


def _styles(roots: Sequence[Element]) -> dict[str, _Style]:
    found: dict[str, _Style] = {}
    for root in roots:
        for style in below(root, "style"):
            properties = child(style, "text-properties")
            weight = "" if properties is None else attribute(properties, "font-weight")
            name = attribute(style, "name")
            found[name] = _Style(
                None if not weight else weight in ("bold", "600", "700", "800", "900"),
                properties is not None and attribute(properties, "display") == "none",
                attribute(style, "parent-style-name"),
            )
    return found


@dataclass
class _Reader:
    """Reads the body. ``counts`` says what was met and left out."""

    styles: Mapping[str, _Style]
    counts: Counter[str] = field(default_factory=Counter)

    def blocks(self, parent: Element) -> Iterator[Block]:
        """Paragraphs and tables, also those in lists, sections and tables of contents."""
        for node in parent:
            name = local(node)
            if name in ("p", "h"):
                yield self._paragraph(node)
            elif name == "table":
                yield Grid(tuple(self._rows(node)))
            elif name in _LEFT_OUT:
                self.counts[_LEFT_OUT[name]] += 1
            elif attribute(node, "display") == "none":
                self.counts["hidden"] += 1
            else:
                yield from self.blocks(node)

    def _paragraph(self, node: Element) -> Paragraph:
        style = attribute(node, "style-name")
        pieces: list[tuple[str, bool]] = []
        whole = local(node) == "h" or self._is_heading(style)
        self._collect(node, self._is_bold(style, otherwise=False), pieces)
        text = "".join(piece for piece, _ in pieces)
        if whole:
            return Paragraph(text, len(text))
        bold = 0
        for piece, is_bold in pieces:
            if not is_bold and piece.strip():
                break
            bold += len(piece)
        return Paragraph(text, bold if text[:bold].strip() else 0)

    def _collect(self, node: Element, bold: bool, pieces: list[tuple[str, bool]]) -> None:
        def say(text: str | None, bold: bool) -> None:
            if text:
                plain = re.sub(r"[ \t\r\n]+", " ", text)
                before = pieces[-1][0][-1:] if pieces else "\n"
                pieces.append((plain.lstrip(" ") if before in (" ", "\n", "\t") else plain, bold))
                if not pieces[-1][0]:
                    pieces.pop()

        say(node.text, bold)
        for part in node:
            name = local(part)
            if name == "s":
                times = attribute(part, "c", "1")
                pieces.append((" " * min(int(times) if times.isdecimal() else 1, _MOST), bold))
            elif name == "tab":
                pieces.append(("\t", bold))
            elif name == "line-break":
                pieces.append(("\n", bold))
            elif name in _LEFT_OUT:
                self.counts[_LEFT_OUT[name]] += 1
            elif name == "span" and self._is_hidden(attribute(part, "style-name")):
                self.counts["hidden"] += 1
            elif name == "span":
                style = attribute(part, "style-name")
                self._collect(part, self._is_bold(style, otherwise=bold), pieces)
            else:
                self._collect(part, bold, pieces)
            say(part.tail, bold)

    def _chain(self, style: str) -> Iterator[tuple[str, _Style]]:
        seen: set[str] = set()
        while style and style not in seen and style in self.styles:
            seen.add(style)
            yield style, self.styles[style]
            style = self.styles[style].parent

    def _is_bold(self, style: str, *, otherwise: bool) -> bool:
        said = (s.bold for _, s in self._chain(style))
        return next((b for b in said if b is not None), otherwise)

    def _is_hidden(self, style: str) -> bool:
        return any(s.hidden for _, s in self._chain(style))

    def _is_heading(self, style: str) -> bool:
        names = [style, *(s.parent for _, s in self._chain(style))]
        return any(_HEADING.match(name) for name in names)

    def _rows(self, table: Element) -> Iterator[tuple[str, ...]]:
        for node in table:
            name = local(node)
            if name == "table-row":
                cells = [c for c in node if local(c) in ("table-cell", "covered-table-cell")]
                yield tuple(self._cell(cell) for cell in cells)
            else:  # groups and headers of rows
                yield from self._rows(node)

    def _cell(self, cell: Element) -> str:
        lines: list[str] = []
        for block in self.blocks(cell):
            if isinstance(block, Paragraph):
                lines += [block.text] if block.text.strip() else []
            else:
                lines += ["\t".join(c.replace("\n", " ") for c in row) for row in block.rows]
        return "\n".join(lines)
