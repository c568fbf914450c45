"""Word documents (.docx): paragraphs and tables in document order. The only user of python-docx."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from precode.errors import InputError
from precode.files.office import check_zip
from precode.transcripts.drafts import Draft, draft_lines
from precode.transcripts.labels import Mark, is_time_only, seconds
from precode.transcripts.speakers import find_marks

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_BREAKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
# Struck out by a reviewer, or not text of the body. w:pPr and w:rPr hold marks, not words.
_LEFT_OUT = {_W + n: "" for n in ("pPr", "rPr", "instrText", "delText")} | {
    _W + "del": "deletion",
    _W + "moveFrom": "deletion",
    _W + "txbxContent": "text box",
    _MC + "Fallback": "",
}
_COUNTED = {
    _W + "ins": "insertion",
    _W + "moveTo": "insertion",
    _W + "commentReference": "comment",
    _W + "footnoteReference": "footnote",
    _W + "endnoteReference": "footnote",
}


class _Text:
    """The composed text with its lines, what is bold at their heads, and marks already certain."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.lines: list[tuple[int, int]] = []
        self.bold: list[int] = []
        self.certain: dict[int, Mark] = {}

    def add(self, paragraph: str, *, bold: int = 0, mark: Mark | None = None) -> None:
        for number, part in enumerate(re.finditer(r"[^\n]+", paragraph)):
            if part[0].isspace():
                continue
            if mark is not None and number == 0:
                self.certain[len(self.lines)] = mark
            self.lines.append((self.length + part.start(), self.length + part.end()))
            self.bold.append(min(max(bold - part.start(), 0), len(part[0])))
        if paragraph.strip():
            self.pieces.append(paragraph + "\n\n")
            self.length += len(self.pieces[-1])


def read_word(path: Path, *, max_megabytes: float, patterns: Sequence[str]) -> Draft:
    """The draft of a .docx: body paragraphs and table rows; headers and footers are left out.

    Tracked insertions are kept, deletions and comments are not; the notes count them. Raises
    :class:`InputError` for a file that is no Word document, is damaged, or is hostile.
    """
    check_zip(path, max_megabytes=max_megabytes)
    import docx  # heavy
    from docx.opc.exceptions import OpcError

    try:
        body = docx.Document(str(path)).element.body
    except (
        OpcError,
        SyntaxError,
        KeyError,
        ValueError,
        AttributeError,
        TypeError,
    ) as error:  # lxml's are SyntaxErrors
        raise InputError(
            f"{path} is damaged: {str(error)[:120]}",
            mend="open it in Word or LibreOffice and save it again",
        ) from error
    counts: Counter[str] = Counter()
    text = _Text()
    for block in _blocks(body):
        if block.tag == _W + "p":
            paragraph, bold = _paragraph(block, counts)
            text.add(paragraph, bold=bold)
        else:
            _table(block, text, counts)
    whole = "".join(text.pieces)
    if not whole.strip():
        raise InputError(f"{path} holds no text", mend="leave it out, or save it again")
    marks, notes = find_marks(
        [whole[a:b] for a, b in text.lines], patterns=patterns, bold=text.bold
    )
    return draft_lines(whole, text.lines, marks | text.certain, (*_notes(counts), *notes))


def _notes(counts: Counter[str]) -> Iterator[str]:
    if counts["insertion"] or counts["deletion"]:
        yield "tracked changes: insertions were kept, deletions left out"
    for what in ("comment", "footnote", "text box"):
        if counts[what]:
            yield f"{counts[what]} {what}{'s' * (counts[what] > 1)} left out"


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables, also those inside content controls and tracked insertions."""
    for child in parent:
        if child.tag in (_W + "p", _W + "tbl"):
            yield child
        elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml"):
            yield from _blocks(child)


def _paragraph(paragraph: Any, counts: Counter[str]) -> tuple[str, int]:
    """The text, and how many characters at its head are bold (all of them in a heading)."""
    pieces: list[tuple[str, bool]] = []
    _collect(paragraph, False, pieces, counts)
    text = "".join(piece for piece, _ in pieces)
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    if style is not None and re.match(
        r"(?i)heading|title|berschrift|titre", style.get(_W + "val", "")
    ):
        return text, len(text)
    bold = 0
    for piece, is_bold in pieces:
        if not is_bold and piece.strip():
            break
        bold += len(piece)
    return text, bold if text[:bold].strip() else 0


def _collect(node: Any, bold: bool, pieces: list[tuple[str, bool]], counts: Counter[str]) -> None:
    for child in node:
        tag = child.tag
        if tag == _W + "t":
            # A line feed inside w:t is a space to Word.
            pieces.append(((child.text or "").replace("\n", " "), bold))
        elif tag in _BREAKS:
            pieces.append((_BREAKS[tag], bold))
        elif tag in _LEFT_OUT:
            counts[_LEFT_OUT[tag]] += 1
        else:
            counts[_COUNTED.get(tag, "")] += 1
            _collect(child, _is_bold(child) if tag == _W + "r" else bold, pieces, counts)


def _is_bold(run: Any) -> bool:
    mark = run.find(f"{_W}rPr/{_W}b")
    if mark is not None:
        return mark.get(_W + "val", "1") not in ("0", "false", "off")
    style = run.find(f"{_W}rPr/{_W}rStyle")
    return style is not None and "strong" in style.get(_W + "val", "").casefold()


def _table(table: Any, text: _Text, counts: Counter[str]) -> None:
    """Rows of [time |] speaker | speech become ``Speaker: speech``; other tables stay rows."""
    rows = [
        [_cell(cell, counts) for cell in row.iter(_W + "tc") if _row_of(cell) is row]
        for row in _rows(table)
    ]
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    columns = _columns(rows)
    for number, row in enumerate(rows):
        if columns is None:
            for cell in row if len(row) == 1 else ["\t".join(c.replace("\n", " ") for c in row)]:
                text.add(cell)
            continue
        speaker, speech, time = columns
        label = row[speaker].strip().rstrip(":").rstrip() if speaker < len(row) else ""
        said = row[speech].strip() if speech < len(row) else ""
        rest = [c.strip() for i, c in enumerate(row) if i not in columns and c.strip()]
        if number == 0 and re.match(r"(?i)speaker|name|who|label|person|role", label):
            text.add(f"# {' | '.join([label, said, *rest])}")
            continue
        when = row[time] if time is not None and time < len(row) else ""
        head = f"[{when.strip()}] " if when.strip() else ""
        if not label:
            text.add(said)
            continue
        head += f"{label}: "
        text.add(head + said, mark=Mark(label, len(head), seconds(when)))


def _rows(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == _W + "tr":
            yield child
        elif child.tag in (_W + "sdt", _W + "sdtContent", _W + "ins"):
            yield from _rows(child)


def _row_of(cell: Any) -> Any:
    return next(cell.iterancestors(_W + "tr"))


def _cell(cell: Any, counts: Counter[str]) -> str:
    paragraphs = (_paragraph(p, counts)[0] for p in cell.iter(_W + "p"))
    return "\n".join(p for p in paragraphs if p.strip())


def _columns(rows: list[list[str]]) -> tuple[int, int, int | None] | None:
    """(speaker, speech, time) columns: speech is longest, speakers are short and recur."""
    width = max((len(row) for row in rows), default=0)
    if width < 2 or len(rows) < 2:
        return None
    cells = [[row[i].strip() for row in rows if i < len(row)] for i in range(width)]
    speech = max(range(width), key=lambda i: sum(map(len, cells[i])))
    time = next(
        (
            i
            for i in range(width)
            if i != speech and sum(is_time_only(c) is not None for c in cells[i]) > len(rows) / 2
        ),
        None,
    )
    for i in range(width):
        filled = [c for c in cells[i] if c]
        if i in (speech, time) or not filled:
            continue
        recurs = len(set(filled)) < len(filled)
        short = all(len(c) <= 40 and len(c.split()) <= 5 for c in filled)
        if recurs and short and any(c.isalpha() for c in "".join(filled)):
            return i, speech, time
    return None
