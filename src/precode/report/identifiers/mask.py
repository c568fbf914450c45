"""Masks what :mod:`~precode.report.identifiers.scan` finds in the speech of a document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TypeVar, cast

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
from precode.report.identifiers.scan import Found, Kind, Lexicon, named_in, named_in_file, scan
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

    def __init__(
        self, lexicon: Lexicon, *, files: Iterable[str] = (), telling: Iterable[str] = ()
    ) -> None:
        """``files`` are names of transcripts and their files, ``telling`` what a person is called or
        reached by in the table of participants: both are masked wherever the report has them. Of a
        file's path only its own name stays.
        """
        self.lexicon = lexicon
        self._seen: set[Masked] = set()
        self.found: list[Masked] = []
        exact = {text: self._file(text) for text in files}
        exact |= {text: f"[{Kind.NAME}]" for text in telling if len(text.strip()) > 1}
        exact = {a: b for a, b in exact.items() if a != b}
        self._exact = exact
        longest = sorted(exact, key=len, reverse=True)
        self._anywhere = re.compile(
            "|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in longest) or r"(?!)"
        )

    def speech(self, text: str, where: str) -> str:
        """``text`` with every identifier masked."""
        text = self.anywhere(text, where)
        return self._replaced(text, scan(text, self.lexicon), where)

    def label(self, text: str, where: str) -> str:
        """A speaker's name with known names masked: "P1" stays, "Gwen" does not."""
        text = self.anywhere(text, where)
        return self._replaced(text, named_in(text, self.lexicon), where)

    def anywhere(self, text: str, where: str) -> str:
        """``text`` with the files and telling words of the study masked, and no others."""
        parts, at = [], 0
        for m in self._anywhere.finditer(text):
            masked = self._exact[m.group()]
            if not m.group().endswith(masked):  # more than its folders was taken away
                self._note(text, m.start(), m.end(), Kind.NAME, where)
            parts += [text[at : m.start()], masked]
            at = m.end()
        return "".join([*parts, text[at:]])

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """(kind, how many were masked), the most frequent first."""
        return tuple(Counter(m.kind for m in self.found).most_common())

    def _file(self, path: str) -> str:
        text = re.split(r"[/\\]", path)[-1]
        found = named_in_file(text, self.lexicon)
        parts, at = [], 0
        for f in found:
            parts += [text[at : f.start], f"[{f.kind}]"]
            at = f.end
        return re.sub(r"\[name\](?:[\s_-]+\[name\])+", "[name]", "".join([*parts, text[at:]]))

    def _replaced(self, text: str, found: tuple[Found, ...], where: str) -> str:
        parts, at = [], 0
        for f in found:
            self._note(text, f.start, f.end, f.kind, where)
            parts += [text[at : f.start], f"[{f.kind}]"]
            at = f.end
        return "".join([*parts, text[at:]])

    def _note(self, text: str, start: int, end: int, kind: Kind, where: str) -> None:
        before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
        masked = Masked(where, kind.value, text[start:end], before, after)
        if masked not in self._seen:  # a quote that stands in two tables is listed once
            self._seen.add(masked)
            self.found.append(masked)


def mask(document: Document, masker: Masker) -> Document:
    """``document`` with participants' words and labels masked, wherever it shows them; and in all
    else it says, in the alternatives of its charts too, the names of files, and what a person is
    called or reached by.
    """
    done = replace(document, sections=tuple(_section(s, masker) for s in document.sections))
    return _anywhere(done, masker, "")


_T = TypeVar("_T")
_INNER = frozenset(
    {"anchor", "name", "look", "layout", "transcript_id", "sentence_ids", "language"}
)


def _anywhere(value: _T, masker: Masker, where: str) -> _T:
    """``value`` with all its texts passed through :meth:`Masker.anywhere`; ``_INNER`` are not read."""
    if type(value) is str:
        return cast("_T", masker.anywhere(str(value), where or "Title"))
    if isinstance(value, tuple):
        return cast("_T", tuple(_anywhere(v, masker, where) for v in value))
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if isinstance(value, Section):
        where = value.heading
    changed = {
        f.name: new
        for f in fields(value)
        if f.name not in _INNER
        and (new := _anywhere(old := getattr(value, f.name), masker, where)) != old
    }
    return cast("_T", replace(value, **changed)) if changed else value


def told_of_masks(document: Document, counts: Sequence[tuple[str, int]]) -> Document:
    """``document`` with a word on the masks before its quotes: what was done, and what was not."""
    found = listed([numbered(n, _NOUNS.get(kind, kind)) for kind, n in counts]) or "nothing"
    said = Words(
        (
            Part("Masked:", "strong"),
            Part(
                f" a scan looked in participants’ words for identifiers, found {found}, and put "
                "what each is in its place, as [name], in the names of speakers and files too. It "
                "cannot know who could be recognised by a story, a job or an unusual word, and it "
                "makes nothing anonymous: read every quote. The title, the behaviour, the codes, the "
                "coders, the log, and attributes such as a place or a job stand as the team wrote "
                "them."
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
    speaker = masker.label(quote.speaker, f"{where}, speaker")
    if quote.speaker and said.endswith(quote.speaker):
        said = said.removesuffix(quote.speaker) + speaker
    said = masker.anywhere(said, f"{where}, speaker")
    text = masker.speech(quote.text, where)
    return replace(quote, text=text, attribution=said, speaker=speaker)


# Folders are often called by who works in them: of a path in the log the file's name stays
_FOLDERS = re.compile(r"(?<![\w/\\])(?:[A-Za-z]:|~)?[/\\](?:[^/\\;,\n]+[/\\])+")


def _grid(grid: Grid, masker: Masker, where: str) -> Grid:
    if grid.name == "log":
        rows = tuple(
            replace(
                r, cells=tuple(_FOLDERS.sub("", c) if isinstance(c, str) else c for c in r.cells)
            )
            for r in grid.rows
        )
        return replace(grid, rows=rows)
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
