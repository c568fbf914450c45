"""Paragraphs and tables in Word's XML, as text: escaped, whole, in the order its schema asks for.

Built as text and parsed once a table, because python-docx takes minutes for thousands of cells.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from precode.report.writing import clean

NAMESPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
TABLE_STYLE = "PrecodeTable"
_SHADES = {"head": "E6EEEF", "group": "F3F5F5"}


@dataclass(frozen=True, slots=True)
class Box:
    """A table's cell: ``content`` is the XML of its paragraphs; it spans ``span`` columns.

    ``merge``: "start" begins a cell that the rows below share, "on" is such a row's part of it.
    """

    content: str
    span: int = 1
    merge: str = ""
    shade: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A table's row. ``head`` rows come again on every page; a row that may ``split`` runs on."""

    boxes: tuple[Box, ...]
    head: bool = False
    split: bool = False


def run(text: str, style: str = "") -> str:
    """A stretch of text in a character style; new lines and tabs stay what they are."""
    text = clean(text.replace("\r\n", "\n").replace("\r", "\n"))
    look = f'<w:rStyle w:val="{style}"/>' if style else ""
    look += "<w:rtl/>" if right_to_left(text) else ""
    properties = f"<w:rPr>{look}</w:rPr>" if look else ""
    lines = []
    for line in text.split("\n"):
        said = [
            f'<w:t xml:space="preserve">{escape(t)}</w:t>' if t else "" for t in line.split("\t")
        ]
        lines.append("<w:tab/>".join(said))
    return f"<w:r>{properties}{'<w:br/>'.join(lines)}</w:r>"


def paragraph(content: str, style: str, *, keep: bool = False, rtl: bool = False) -> str:
    """``content`` is runs; ``keep``: on one page with what follows; ``rtl``: starts at the right."""
    kept = "<w:keepNext/>" if keep else ""
    way = "<w:bidi/>" if rtl else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{kept}{way}</w:pPr>{content}</w:p>'


def said(text: str, style: str, *, keep: bool = False) -> str:
    """A paragraph of plain text."""
    return paragraph(run(text), style, keep=keep, rtl=right_to_left(text))


def right_to_left(text: str) -> bool:
    """Whether the first letter with a direction is of Hebrew, Arabic or their like."""
    for character in text:
        way = unicodedata.bidirectional(character)
        if way in ("L", "R", "AL"):
            return way != "L"
    return False


def field(instruction: str, shown: str, style: str = "") -> str:
    """A field that Word can bring up to date, with what it shows until then."""
    ends = {k: f'<w:r><w:fldChar w:fldCharType="{k}"/></w:r>' for k in ("begin", "separate", "end")}
    code = f'<w:r><w:instrText xml:space="preserve"> {escape(instruction)} </w:instrText></w:r>'
    return f"{ends['begin']}{code}{ends['separate']}{run(shown, style)}{ends['end']}"


def heading(text: str, *, anchor: str, number: int) -> str:
    """A heading of the first level that the contents can jump to."""
    marks = (
        f'<w:bookmarkStart w:id="{number}" w:name={quoteattr(anchor)}/>',
        f'<w:bookmarkEnd w:id="{number}"/>',
    )
    return paragraph(marks[0] + run(text) + marks[1], "Heading1")


def contents(entries: Sequence[tuple[str, str]]) -> str:
    """A table of contents, of (anchor, heading): links now; Word adds what it likes when asked."""
    start = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
        r'<w:r><w:instrText xml:space="preserve"> TOC \o "1-1" \h \z \n </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    out = []
    for i, (anchor, text) in enumerate(entries):
        link = f'<w:hyperlink w:anchor={quoteattr(anchor)} w:history="1">{run(text)}</w:hyperlink>'
        out.append(paragraph((start if i == 0 else "") + link, "TOC1"))
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    return "".join(out).removesuffix("</w:p>") + end + "</w:p>" if out else ""


def table(
    lines: Iterable[Line], widths: Sequence[int], *, caption: str, first_column: bool = True
) -> str:
    """``widths`` are in twentieths of a point; ``caption`` is its alternative text."""
    told = quoteattr(clean(caption).replace("\n", " ")[:250])
    grid = "".join(f'<w:gridCol w:w="{w}"/>' for w in widths)
    look = (
        '<w:tblLook w:val="0420" w:firstRow="1" w:lastRow="0" w:lastColumn="0" w:noHBand="0" '
        f'w:noVBand="1" w:firstColumn="{int(first_column)}"/>'
    )
    rows = "".join(_row(line, widths) for line in lines)
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{TABLE_STYLE}"/>'
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>{look}'
        f"<w:tblCaption w:val={told}/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"
    )


def _row(line: Line, widths: Sequence[int]) -> str:
    properties = ("" if line.split else "<w:cantSplit/>") + ("<w:tblHeader/>" if line.head else "")
    cells, at = [], 0
    for box in line.boxes:
        cells.append(_cell(box, sum(widths[at : at + box.span])))
        at += box.span
    return f"<w:tr><w:trPr>{properties}</w:trPr>{''.join(cells)}</w:tr>"


def _cell(box: Box, width: int) -> str:
    span = f'<w:gridSpan w:val="{box.span}"/>' if box.span > 1 else ""
    merge = {"start": '<w:vMerge w:val="restart"/>', "on": "<w:vMerge/>", "": ""}[box.merge]
    fill = _SHADES.get(box.shade)
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    low = '<w:vAlign w:val="bottom"/>' if box.shade == "head" else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{merge}{shade}{low}</w:tcPr>'
        f"{box.content}</w:tc>"
    )
