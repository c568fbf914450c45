"""Masks what :mod:`~precode.report.identifiers.scan` finds in the speech of a document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from precode.report.document import (
    Block,
    Document,
    Part,
    QuoteRow,
    QuoteTable,
    Section,
    Table,
    Words,
)
from precode.report.grid import Cell, Charted, Grid, Row
from precode.report.identifiers.scan import Found, Lexicon, scan
from precode.report.tables.quotes import Quote
from precode.report.writing import listed, numbered


@dataclass(frozen=True, slots=True)
class Masked:
    """``text`` stood ``where`` in the report, was masked as ``kind``, in these words of speech."""

    where: str
    kind: str
    text: str
    before: str
    after: str


_NEAR = 30  # characters shown on each side, so that a reader of the list can judge


class Masker:
    """Replaces identifiers by what they are, as ``[name]``, and keeps a list of what it replaced.

    The list holds the identifiers: it belongs apart from the report.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._seen: set[Masked] = set()
        self.found: list[Masked] = []

    def speech(self, text: str, where: str) -> str:
        """``text`` with every identifier masked."""
        return self._replaced(text, scan(text, self._lexicon), where)

    def label(self, text: str, where: str) -> str:
        """A speaker's or a file's name with known names masked: "P1" stays, "Gwen" does not."""
        apart = re.sub(r"[_\-.\d]", " ", text)  # "interview-gwen_2" holds a name too
        found = [
            Found(f.start, f.end, text[f.start : f.end], f.kind)
            for f in scan(apart.casefold(), self._lexicon)
        ]
        return self._replaced(text, tuple(found), where)

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """(kind, how many were masked), the most frequent first."""
        return tuple(Counter(m.kind for m in self.found).most_common())

    def _replaced(self, text: str, found: tuple[Found, ...], where: str) -> str:
        parts, at = [], 0
        for f in found:
            before, after = text[max(0, f.start - _NEAR) : f.start], text[f.end : f.end + _NEAR]
            masked = Masked(where, f.kind.value, f.text, before, after)
            if masked not in self._seen:  # a quote that stands in two tables is listed once
                self._seen.add(masked)
                self.found.append(masked)
            parts += [text[at : f.start], f"[{f.kind}]"]
            at = f.end
        return "".join([*parts, text[at:]])


def mask(document: Document, masker: Masker) -> Document:
    """``document`` with participants' words and labels masked, wherever it shows them."""
    return replace(document, sections=tuple(_section(s, masker) for s in document.sections))


def told_of_masks(document: Document, counts: Sequence[tuple[str, int]]) -> Document:
    """``document`` with a word on the masks before its quotes: what was done, and what was not."""
    found = listed([numbered(n, _NOUNS.get(kind, kind)) for kind, n in counts]) or "nothing"
    said = Words(
        (
            Part("Masked:", "strong"),
            Part(
                f" a scan looked in participants’ words for identifiers, found {found}, and put "
                "what each is in its place, as [name]. It cannot know who could be recognised by a "
                "story, a job or an unusual word, and it makes nothing anonymous: read every quote."
            ),
        ),
        care=True,
    )
    sections = tuple(
        replace(s, blocks=(*s.blocks[:1], said, *s.blocks[1:])) if s.anchor == "quotes" else s
        for s in document.sections
    )
    return replace(document, sections=sections)


_NOUNS = {"name": "name", "place": "place", "date": "date", "phone": "phone number", "e-mail": "e-mail address", "postcode": "postcode", "number": "long number"}  # fmt: skip


def _section(section: Section, masker: Masker) -> Section:
    return replace(section, blocks=tuple(_block(b, masker) for b in section.blocks))


def _block(block: Block, masker: Masker) -> Block:
    match block:
        case QuoteTable():
            where = f"Table {block.number}"
            return replace(block, rows=tuple(_quotes(r, masker, where) for r in block.rows))
        case Table():
            where = f"Table {block.number}"
            sheet = _grid(block.sheet, masker, where) if block.sheet else None
            return replace(block, grid=_grid(block.grid, masker, where), sheet=sheet)
        case _:
            return block


def _quotes(row: QuoteRow, masker: Masker, where: str) -> QuoteRow:
    cells = tuple(
        replace(c, quotes=tuple(_quote(q, masker, f"{where}, {row.label}") for q in c.quotes))
        for c in row.cells
    )
    return replace(row, cells=cells)


def _quote(quote: Quote, masker: Masker, where: str) -> Quote:
    said = quote.attribution
    if quote.speaker and said.endswith(quote.speaker):
        said = said.removesuffix(quote.speaker) + masker.label(quote.speaker, f"{where}, speaker")
    return replace(quote, text=masker.speech(quote.text, where), attribution=said)


def _grid(grid: Grid, masker: Masker, where: str) -> Grid:
    if not (grid.spoken or grid.labels):
        return grid

    def cell(i: int, value: Cell) -> Cell:
        if isinstance(value, Charted) and i in grid.spoken:
            quotes = tuple(masker.speech(q, where) for q in value.quotes)
            return replace(value, summary=masker.speech(value.summary, where), quotes=quotes)
        if not isinstance(value, str):
            return value
        if i in grid.spoken:
            return masker.speech(value, where)
        return masker.label(value, where) if i in grid.labels else value

    rows = tuple(
        Row(tuple(cell(i, v) for i, v in enumerate(r.cells)), r.group, r.strong) for r in grid.rows
    )
    return replace(grid, rows=rows)
