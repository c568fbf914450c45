"""Taguette: its database (.sqlite3), and what it exports: highlights (.csv, .xlsx, .docx), codebooks.

A highlight has several tags; each is a coding here. The exports name no coder. The database does,
by who added the highlight; the one user of a Taguette on one's own computer is called "admin", and
that is nobody's name.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from precode.errors import InputError
from precode.exchange.foreign_sqlite import Foreign, Row, number, opened, text
from precode.exchange.marked_text import MarkedText, plain_text
from precode.exchange.project import Coder, Doubt, Project, ProjectCode, Quote, Selection, Source
from precode.exchange.word_text import Line, paragraphs_of, read_word_parts
from precode.files.tables import Table, read_table

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

TABLES = ("projects", "documents", "highlights", "tags", "highlight_tags")
HIGHLIGHTS = frozenset(("id", "document", "tag", "content"))
CODEBOOK = frozenset(("tag", "description", "number of highlights"))
_EXPORT = "export the highlights again from Taguette (CSV, Excel or Word)"
_ALONE = "admin"  # the user of a Taguette without accounts
_NAMED = re.compile(r"^\s*Document:\s+(?P<document>.*?)\s+Tags:\s+(?P<tags>.*?)\s*$", re.DOTALL)
_TITLE = re.compile(r"taguette", re.IGNORECASE)
_COUNTED = re.compile(
    r"^\s*(?:Number of highlights:?\s*)?\d+(?:\s+highlights?)?\s*$", re.IGNORECASE
)


def read_taguette(path: Path, *, max_megabytes: float = 100) -> Project:
    """The project in ``path``: by its content the database, highlights, or a codebook alone.

    Documents of the database come with their text, and highlights as selections of it; where the
    words at the offsets are not those that Taguette shows beside them, the highlight is a quote.
    Exports give quotes. Raises :class:`InputError` for what is none of these, is damaged or too
    large.
    """
    suffix = path.suffix.lower()
    if suffix == ".docx":
        return _word(path, max_megabytes)
    if suffix in (".csv", ".tsv", ".xlsx"):
        return _table(path, read_table(path, max_megabytes=max_megabytes))
    with opened(path, max_megabytes=max_megabytes) as db:
        if not db.has(*TABLES):
            raise InputError(f"{path} is no Taguette project", mend=_EXPORT)
        return _Database(path, db).project()


# -- the database ----------------------------------------------------------------------------------


class _Database:
    def __init__(self, path: Path, db: Foreign) -> None:
        self.path, self.db = path, db
        self.doubts: list[Doubt] = []
        projects = list(db.rows("projects", "id", "name", "description", order="id"))
        self.name = " / ".join(text(p["name"]) for p in projects) or path.stem
        self.about = [text(p["description"]) for p in projects if text(p["description"]).strip()]
        if len(projects) > 1:
            what = f"it holds {len(projects)} projects: all of them were read"
            self.doubts.append(Doubt(path.name, what))

    def project(self) -> Project:
        documents = list(self.db.rows("documents", "id", "name", "contents", order="id"))
        marked = {number(d["id"]): MarkedText(text(d["contents"])) for d in documents}
        sources = tuple(
            Source(text(d["id"]), " ".join(text(d["name"]).split()), marked[number(d["id"])].text)
            for d in documents
        )
        codes = tuple(
            ProjectCode(
                text(t["id"]), " ".join(text(t["path"]).split()), "", text(t["description"])
            )
            for t in self.db.rows("tags", "id", "path", "description", order="id")
        )
        tags: dict[int, list[str]] = {}
        known = {c.id for c in codes}
        lost = 0
        for r in self.db.rows("highlight_tags", "highlight_id", "tag_id", order="tag_id"):
            if (h := number(r["highlight_id"])) is not None and text(r["tag_id"]) in known:
                tags.setdefault(h, []).append(text(r["tag_id"]))
            else:
                lost += 1
        self._said(lost, "a use of a tag that is gone", "uses of tags that are gone")
        users = self._users()
        selections, quotes = self._highlights(marked, {s.id: s for s in sources}, tags, users)
        return Project(
            "Taguette", self.name, sources, codes,
            tuple(Coder(u, u) for u in dict.fromkeys(w for w, _ in users.values() if w)),
            tuple(selections), tuple(quotes), notes=tuple(("project", a) for a in self.about),
            doubts=tuple(self.doubts),
        )  # fmt: skip

    def _highlights(
        self,
        marked: dict[int | None, MarkedText],
        sources: dict[str, Source],
        tags: dict[int, list[str]],
        users: dict[int, tuple[str, str]],
    ) -> tuple[list[Selection], list[Quote]]:
        selections: list[Selection] = []
        quotes: list[Quote] = []
        untagged = unlike = empty = 0
        rows = self.db.rows(
            "highlights", "id", "document_id", "start_offset", "end_offset", "snippet", order="id"
        )
        for r in rows:
            key = number(r["id"])
            mine = tags.get(-1 if key is None else key, [])
            if key is None or not mine:
                untagged += 1
                continue
            who, at = users.get(key, ("", ""))
            source = sources.get(text(r["document_id"]))
            words = plain_text(text(r["snippet"]))
            span = _span(marked.get(number(r["document_id"])), r)
            if source is None or span is None or not _same(source.text[slice(*span)], words):
                unlike += bool(words.strip())
                empty += not words.strip()
                name = source.name if source else ""
                where = f"highlight {key}"
                quotes += [Quote(name, words, t, who, where, at) for t in mine if words.strip()]
                continue
            selections += [Selection(source.id, *span, t, who, at, text=words) for t in mine]
        self._said(untagged, "a highlight without a tag", "highlights without a tag")
        self._said(empty, "a highlight of no words", "highlights of no words")
        if unlike:
            what = f"{unlike} highlights are not at their offsets: looked for by their words"
            self.doubts.append(Doubt(self.path.name, what))
        return selections, quotes

    def _said(self, n: int, one: str, many: str) -> None:
        if n:
            self.doubts.append(Doubt(self.path.name, one if n == 1 else f"{n} {many}", "left out"))

    def _users(self) -> dict[int, tuple[str, str]]:
        """Highlight → (who added it, when), by the log of commands."""
        found: dict[int, tuple[str, str]] = {}
        if not self.db.has("commands"):
            return found
        for r in self.db.rows("commands", "user_login", "date", "payload", order="id"):
            payload = text(r["payload"])
            if "highlight_add" not in payload:
                continue
            try:
                said = json.loads(payload)
            except (ValueError, RecursionError):
                continue
            key = said.get("highlight_id") if isinstance(said, dict) else None
            if isinstance(key, int) and not isinstance(key, bool):
                before = found.get(key)
                at = before[1] if before else text(r["date"]).partition(".")[0].replace(" ", "T")
                found[key] = (" ".join(text(r["user_login"]).split()), at)
        if {who for who, _ in found.values()} == {_ALONE}:
            what = f"its only user is called {_ALONE!r}, which is nobody's name"
            self.doubts.append(Doubt(self.path.name, what))
            return {key: ("", at) for key, (_, at) in found.items()}
        return found


def _span(marked: MarkedText | None, row: Row) -> tuple[int, int] | None:
    start, end = number(row["start_offset"]), number(row["end_offset"])
    if marked is None or start is None or end is None:
        return None
    return marked.span(start, end)


def _same(there: str, said: str) -> bool:
    """The same words, whatever white space the blocks of HTML leave between them."""
    return bool(there.strip()) and "".join(there.split()) == "".join(said.split())


# -- exports ---------------------------------------------------------------------------------------


def _table(path: Path, table: Table) -> Project:
    columns = {c.casefold(): c for c in table.columns}
    if columns.keys() >= CODEBOOK or ("tag" in columns and "description" in columns):
        rows = [(r[columns["tag"]], r[columns["description"]]) for r in table.rows]
        return _codebook(path, rows)
    if not {"document", "tag", "content"} <= columns.keys():
        raise InputError(f"{path} is no export of Taguette", mend=_EXPORT)
    found: list[tuple[str, str, Sequence[str], str]] = []
    untagged = 0
    for row, where in zip(table.rows, table.where, strict=True):
        tag = " ".join(row[columns["tag"]].split())
        untagged += not tag
        if tag:
            place = where.removeprefix(f"{path.name}, ")
            found.append((row[columns["document"]].strip(), row[columns["content"]], (tag,), place))
    return _quotes(path, found, untagged)


def _codebook(path: Path, rows: Sequence[tuple[str, str]]) -> Project:
    tags = {" ".join(t.split()): d.strip() for t, d in rows if t.strip()}
    codes = tuple(ProjectCode(t, t, "", d) for t, d in tags.items())
    return Project("Taguette", path.stem, (), codes, ())


def _quotes(
    path: Path, found: Sequence[tuple[str, str, Sequence[str], str]], untagged: int = 0
) -> Project:
    names = dict.fromkeys(document for document, *_ in found if document)
    tags = dict.fromkeys(t for _, _, mine, _ in found for t in mine)
    doubts = []
    if untagged:
        what = (
            "1 highlight without a tag" if untagged == 1 else f"{untagged} highlights without a tag"
        )
        doubts.append(Doubt(path.name, what, "left out"))
    return Project(
        "Taguette", path.stem, tuple(Source(n, n, "") for n in names),
        tuple(ProjectCode(t, t) for t in tags), (),
        quotes=tuple(
            Quote(document, content.strip("\r\n"), tag, "", where)
            for document, content, mine, where in found
            for tag in mine
        ),
        doubts=tuple(doubts),
    )  # fmt: skip


def _word(path: Path, max_megabytes: float) -> Project:
    paragraphs = list(paragraphs_of(read_word_parts(path, max_megabytes=max_megabytes)))
    kind = _kind(paragraphs)
    if kind == "highlights":
        return _quotes(path, list(_highlighted([p.text for p in paragraphs])))
    if kind == "codebook":
        rows: list[tuple[str, str]] = []
        for p in paragraphs:
            if p.heading == 2:
                rows.append((p.text, ""))
            elif rows and not _COUNTED.match(p.text):
                rows[-1] = (rows[-1][0], f"{rows[-1][1]}\n{p.text}")
        return _codebook(path, rows)
    raise InputError(f"{path} is no export of Taguette", mend=_EXPORT)


def is_export(parts: dict[str, Element]) -> bool:
    """Whether these are the parts of a Word document that Taguette exported."""
    return bool(_kind(list(paragraphs_of(parts))))


def _kind(paragraphs: Sequence[Line]) -> str:
    """ "highlights", if what names the document and the tags stands after each; "codebook"; or ""."""
    if not any(_TITLE.search(p.text) for p in paragraphs[:3]):
        return ""
    if any(_NAMED.match(p.text) for p in paragraphs):
        return "highlights"
    return "codebook" if any(p.heading == 2 for p in paragraphs) else ""


def _highlighted(paragraphs: Sequence[str]) -> Iterator[tuple[str, str, Sequence[str], str]]:
    """(document, words, tags, where) of each highlight. Tags are separated by ", ": a tag that holds
    this itself is told by standing alone somewhere.
    """
    lines: list[str] = []
    parsed: list[tuple[str, str, str]] = []
    for p in paragraphs:
        if m := _NAMED.match(p):
            words = lines[1:] if not parsed and lines and _TITLE.search(lines[0]) else lines
            parsed.append((m["document"], "\n".join(words), m["tags"]))
            lines = []
        elif p.strip():
            lines.append(p)
    alone = Counter(listed for _, _, listed in parsed)
    for i, (document, said, listed) in enumerate(parsed, 1):
        yield document, said, _split(listed, alone), f"highlight {i}"


def _split(tags: str, alone: Counter[str]) -> list[str]:
    parts = tags.split(", ")
    if len(parts) > 1 and alone[tags] > 1 and not all(alone[p] for p in parts):
        return [tags]
    return [p for p in parts if p.strip()]
