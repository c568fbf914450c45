"""NVivo coding summaries and exported nodes, as Word, Excel or text.

No real sample of the reports could be had: what is read is the layout that NVivo's help and people
who parse such files describe. Three kinds are understood:

- the predefined reports "Coding Summary By Code" (or Node) and "By File" (or Source): the path of
  the code, the path of the file, then for each reference its number, the initials of who coded it,
  when, and the words;
- the predefined extracts of the same names: a table with a header;
- a node exported from its Reference view: "<Files\\\\Interview 1> - § 2 references coded [4.20%
  Coverage]", then "Reference 1 - 2.10% Coverage" and the words. Its code is the file's name, unless
  a line "Name: …" says it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from precode.errors import InputError
from precode.exchange.project import Coder, Doubt, Project, ProjectCode, Quote, Source
from precode.exchange.word_text import read_word_parts
from precode.exchange.word_text import rows_of as word_rows
from precode.files.tables import read_grids
from precode.files.text import read_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

Row = tuple[str, ...]

_EXPORT = "export it again from NVivo: Reports, Coding Summary By Code, as Word, Excel or text"
_TITLE = re.compile(r"coding summary by (code|node|file|source|case)\b", re.IGNORECASE)
_CODE = re.compile(r"^(?:codes?|nodes?|relationships?|sentiment)\\+(?P<path>.+)$", re.IGNORECASE)
_FILE = re.compile(
    r"^(?:files?|internals?|externals?|memos?|sources?|data|framework matrices)\\+(?P<path>.+)$",
    re.IGNORECASE,
)
_KINDS_OF_CODE = frozenset(("code", "node", "codes", "nodes", "relationship", "theme node"))
_KINDS_OF_FILE = frozenset(
    ("document", "pdf", "dataset", "audio", "video", "picture", "memo", "external", "file", "source",
     "files", "transcript", "text")
)  # fmt: skip
_HEAD = frozenset(
    ("aggregate", "classification", "coverage", "number of coding references", "reference number",
     "number of references", "coded by initials", "coded by", "modified on", "number of nodes coding",
     "number of codes coding", "hierarchical name", "name", "number of coded references")
)  # fmt: skip
_FOOT = re.compile(r"^(?:reports\\+.*|page \d+ of \d+|.*\bpage \d+ of \d+)$", re.IGNORECASE)
_DATE = r"\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}(?:[ ,T]+\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s*[AaPp]\.?[Mm]\.?)?)?"
_REFERENCE = re.compile(rf"^(?P<n>\d{{1,6}})\s+(?P<who>[^\W\d_]{{1,5}})\s+(?P<at>{_DATE})\s*$")
_FIGURES = re.compile(r"^(?:(?:yes|no)\s+)?[\d.,%\s]+$", re.IGNORECASE)
_VIEWED = re.compile(
    r"^<?(?P<file>(?:files|internals|externals|memos|sources)\\+.+?)>?\s*[-\u2013]\s*§?\s*"
    r"(?P<n>\d+)\s+references?\s+coded\s*\[\s*[\d.,]+\s*%\s*coverage\s*\]\s*$",
    re.IGNORECASE,
)
_VIEWED_REFERENCE = re.compile(
    r"^references?\s+\d+(?:\s*-\s*\d+)?\s*[-\u2013]\s*[\d.,]+\s*%\s*coverage\s*$", re.IGNORECASE
)
_NAMED = re.compile(r"^name:\s*(?P<code>.+)$", re.IGNORECASE)
_COLUMNS = {
    "code": (
        "code",
        "node",
        "hierarchical name",
        "code name",
        "node name",
        "code hierarchical name",
    ),
    "source": ("file", "source", "file name", "source name", "file hierarchical name", "document"),
    "text": ("coded text", "text", "reference", "content", "coded content", "reference text"),
    "who": ("coded by initials", "coded by", "user", "coder"),
    "at": ("modified on", "coded on", "date"),
}


def read_nvivo_summary(path: Path, *, max_megabytes: float = 100) -> Project:
    """The codings in ``path`` as quotes: the coder is known by initials, or not at all.

    Raises :class:`InputError` if no coding is found, or the file is damaged or too large.
    """
    rows = list(rows_of(path, max_megabytes=max_megabytes))
    reading = _Reading(path)
    if (columns := _columns(rows)) is not None:
        reading.table(rows, *columns)
    elif any(_VIEWED.match(_joined(r)) for r in rows):
        reading.viewed(rows)
    else:
        reading.report(rows)
    return reading.project()


def looks_nvivo(rows: Iterable[Row]) -> bool:
    """Whether ``rows``, the first some of a file, are of one of these kinds."""
    listed = list(rows)
    lines = [_joined(r) for r in listed]
    if any(_VIEWED.match(line) for line in lines):
        return True
    titled = any(_TITLE.search(line) for line in lines[:20])
    if titled and any(_CODE.match(c.strip()) or _FILE.match(c.strip()) for r in listed for c in r):
        return True
    found = _columns(listed)
    names = {c.strip().casefold() for c in listed[found[0]]} if found else set()
    return (titled and found is not None) or bool(
        names & {"coded by initials", "hierarchical name"}
    )


def rows_of(path: Path, *, max_megabytes: float) -> Iterator[Row]:
    """The lines, or the cells of each row, that say anything, in order."""
    suffix = path.suffix.lower()
    if suffix == ".docx":
        yield from rows_of_word(read_word_parts(path, max_megabytes=max_megabytes))
        return
    if suffix in (".xlsx", ".csv", ".tsv"):
        for grid in read_grids(path, max_megabytes=max_megabytes):
            yield from (cells for _, cells in grid.rows)
        return
    text = read_text(path, max_megabytes=max_megabytes).text
    head = text.split("\n", 1)[0]
    if "," in head and "\t" not in head and not _TITLE.search(head):
        yield from _separated(text)
        return
    yield from (tuple(line.split("\t")) for line in text.split("\n") if line.strip())


def rows_of_word(parts: dict[str, Element]) -> Iterator[Row]:
    """The same of a Word document: rows of tables by their cells, paragraphs by lines and tabs."""
    for row in word_rows(parts):
        if len(row) > 1:
            yield row
        else:
            yield from (tuple(line.split("\t")) for line in row[0].split("\n") if line.strip())


def _separated(text: str) -> Iterator[Row]:
    """The rows of an extract: commas, quotes round cells that hold them."""
    import csv
    import io

    csv.field_size_limit(max(csv.field_size_limit(), min(len(text) + 1, 2**31 - 1)))
    for record in csv.reader(io.StringIO(text, newline="")):
        if any(cell.strip() for cell in record):
            yield tuple(record)


def _joined(row: Sequence[str]) -> str:
    return " ".join(" ".join(row).split())


def _columns(rows: Sequence[Row]) -> tuple[int, dict[str, int]] | None:
    """(row of the header, field → column) of an extract, None if there is no such header."""
    for i, row in enumerate(rows[:20]):
        names = [" ".join(c.split()).casefold() for c in row]
        found = {
            field: next(names.index(n) for n in aliases if n in names)
            for field, aliases in _COLUMNS.items()
            if any(n in names for n in aliases)
        }
        if {"code", "source", "text"} <= found.keys() and len(set(found.values())) == len(found):
            return i, found
    return None


@dataclass
class _Reading:
    """What has been read so far. ``code`` and ``file`` are those that the next reference belongs to."""

    path: Path
    code: tuple[str, ...] = ()
    file: str = ""
    who: str = ""
    at: str = ""
    expects: str = ""
    open_since: int = 0
    lines: list[str] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    paths: dict[tuple[str, ...], str] = field(default_factory=dict)
    stray: int = 0
    doubts: list[Doubt] = field(default_factory=list)

    # -- the three kinds ---------------------------------------------------------------------------

    def table(self, rows: Sequence[Row], head: int, at: dict[str, int]) -> None:
        for n, row in enumerate(rows[head + 1 :], head + 2):
            cell = {f: row[i].strip() if i < len(row) else "" for f, i in at.items()}
            if not cell["text"]:
                self.stray += 1
                continue
            self.code = _names(_CODE, cell["code"])
            self.file = _names(_FILE, cell["source"])[-1] if cell["source"] else ""
            self.who, self.at = cell.get("who", ""), cell.get("at", "")
            self.lines, self.open_since = [cell["text"]], n
            self.close("row")

    def viewed(self, rows: Sequence[Row]) -> None:
        self.code = (re.sub(r"[\\/]+", " ", self.path.stem).strip(),)
        named = False
        for n, row in enumerate(rows, 1):
            line = _joined(row)
            if m := _VIEWED.match(line):
                self.close("line")
                self.file = _names(_FILE, m["file"])[-1]
            elif _VIEWED_REFERENCE.match(line):
                self.close("line")
                self.open_since = n
            elif not self.quotes and not self.open_since and (m := _NAMED.match(line)):
                self.code, named = _names(_CODE, m["code"]), True
            elif self.open_since:
                self.lines.append(" ".join(row).strip())
            else:
                self.stray += 1
        self.close("line")
        if not named:
            what = f"the code was taken from the file's name: {self.code[0]!r}"
            self.doubts.append(Doubt(self.path.name, what))

    def report(self, rows: Sequence[Row]) -> None:
        for n, row in enumerate(rows, 1):
            cells = [c.strip() for c in row if c.strip()]
            line = _joined(cells)
            if all(c.casefold() in _HEAD for c in cells) or _FOOT.match(line):
                continue
            if not self._heading(cells, line):
                self._body(cells, line, n)
        self.close("line")

    def _heading(self, cells: Sequence[str], line: str) -> bool:
        """Whether the row names a code or a file, or says which of them comes."""
        if (m := _TITLE.search(line)) and not self.open_since:
            return True
        if not self.lines and line.casefold() in _KINDS_OF_CODE | _KINDS_OF_FILE:
            self.close("line")
            self.expects = "code" if line.casefold() in _KINDS_OF_CODE else "file"
            return True
        if m := _CODE.match(cells[0]):
            self.close("line")
            self.code, self.expects = _parts(m["path"]), ""
            return True
        if m := _FILE.match(cells[0]):
            self.close("line")
            self.file, self.expects = _parts(m["path"])[-1], ""
            return True
        if self.expects and not self.open_since:
            if self.expects == "code":
                self.code = _parts(cells[0])
            else:
                self.file = _parts(cells[0])[-1]
            self.expects = ""
            return True
        return False

    def _body(self, cells: Sequence[str], line: str, n: int) -> None:
        if m := _REFERENCE.match(line):
            self.close("line")
            self.who, self.at, self.open_since = m["who"], m["at"], n
        elif self.open_since and (self.lines or not _FIGURES.match(line)):
            kind = line.casefold() in _KINDS_OF_CODE | _KINDS_OF_FILE and len(cells) == 1
            if kind:  # "Document", before the next path
                self.close("line")
                self.expects = "code" if line.casefold() in _KINDS_OF_CODE else "file"
            else:
                self.lines.append(" ".join(cells))
        elif not _FIGURES.match(line):
            self.stray += 1

    # -- results -----------------------------------------------------------------------------------

    def close(self, unit: str) -> None:
        """The reference read so far is done."""
        words = "\n".join(self.lines).strip()
        if self.open_since and words and self.code:
            key = self.paths.setdefault(self.code, " > ".join(self.code))
            where = f"{unit} {self.open_since}"
            self.quotes.append(Quote(self.file, words, key, self.who, where, _iso(self.at)))
        elif self.open_since and words:
            self.stray += 1
        self.lines, self.open_since = [], 0

    def project(self) -> Project:
        if not self.quotes:
            raise InputError(f"{self.path} holds no coding that NVivo would write", mend=_EXPORT)
        codes: dict[tuple[str, ...], ProjectCode] = {}
        for path in self.paths:
            for depth in range(1, len(path) + 1):
                part = path[:depth]
                codes.setdefault(
                    part,
                    ProjectCode(" > ".join(part), part[-1], " > ".join(part[:-1]),
                                codable=part in self.paths),
                )  # fmt: skip
        if self.stray > 3:
            what = f"{self.stray} lines belong to no reference and were not read"
            self.doubts.append(Doubt(self.path.name, what))
        what = "coders are known by their initials only"
        people = dict.fromkeys(q.coder for q in self.quotes if q.coder)
        if people:
            self.doubts.append(Doubt(self.path.name, what))
        files = dict.fromkeys(q.source for q in self.quotes if q.source)
        return Project(
            "NVivo coding summary", self.path.stem, tuple(Source(f, f, "") for f in files),
            tuple(codes.values()), tuple(Coder(p, p) for p in people), quotes=tuple(self.quotes),
            doubts=tuple(self.doubts),
        )  # fmt: skip


def _parts(path: str) -> tuple[str, ...]:
    parts = tuple(" ".join(p.split()) for p in re.split(r"\\+", path) if p.strip())
    return parts or (path.strip() or "unnamed",)


def _names(prefix: re.Pattern[str], path: str) -> tuple[str, ...]:
    m = prefix.match(path.strip())
    return _parts(m["path"] if m else path)


def _iso(at: str) -> str:
    """``at`` if it is ISO 8601 already; whether 3/4 is in March or April, nobody can tell."""
    return at.replace(" ", "T") if re.match(r"\d{4}-\d\d-\d\d", at) else ""
