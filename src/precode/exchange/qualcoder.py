"""QualCoder projects: a folder NAME.qda with the database data.qda, any version since 1.

Categories are the parents of codes. Positions are code points of a source's text, but older versions
counted UTF-16 units where it held emoji: the words that stand beside each position tell which.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from precode.errors import InputError
from precode.exchange.foreign_sqlite import Foreign, Row, number, opened, text
from precode.exchange.project import (
    Case,
    Coder,
    Doubt,
    Project,
    ProjectCode,
    Quote,
    Selection,
    Source,
)

TABLES = ("source", "code_name", "code_cat", "code_text")
DATABASE = "data.qda"
_ELSEWHERE = {"code_image": "coding of a picture", "code_av": "coding of a recording"}


def database_of(path: Path) -> Path:
    """The database of the project at ``path``, a folder or the database itself."""
    return path / DATABASE if path.is_dir() else path


def read_qualcoder(path: Path, *, max_megabytes: float = 100) -> Project:
    """The project at ``path``: a .qda folder, or the data.qda in it.

    Raises :class:`InputError` for what is no QualCoder project, is damaged or too large.
    """
    file = database_of(path)
    if file.is_symlink() and path.is_dir():
        raise InputError(f"{file} is a link", mend="copy the project as a whole")
    with opened(file, max_megabytes=max_megabytes) as db:
        if not db.has(*TABLES):
            raise InputError(f"{path} is no QualCoder project", mend="name its .qda folder")
        return _Reader(path, db).project()


class _Reader:
    def __init__(self, path: Path, db: Foreign) -> None:
        self.path, self.db = path, db
        self.doubts: list[Doubt] = []
        self.notes: list[tuple[str, str]] = []
        self.raw: dict[int, str] = {}
        self.sources = self._sources()
        self.names = {s.id: s.name for s in self.sources}

    def project(self) -> Project:
        codes = self._codes()
        selections, quotes = self._codings({c.id for c in codes})
        cases = self._cases()
        self._others()
        given = [s.coder for s in selections] + [q.coder for q in quotes]
        owners = dict.fromkeys(o for o in given if o)
        version = ""
        if self.db.has("project"):
            for row in self.db.rows("project", "about", "memo"):
                version = text(row["about"]).strip() or version
                self._note("project", row)
        return Project(
            version if version.casefold().startswith("qualcoder") else "QualCoder",
            self.path.stem, self.sources, codes, tuple(Coder(o, o) for o in owners),
            selections, quotes, cases, tuple(self.notes), tuple(self.doubts),
        )  # fmt: skip

    def _note(self, title: str, row: Row, column: str = "memo") -> None:
        if said := text(row[column]).strip():
            self.notes.append((title, said))

    def _sources(self) -> tuple[Source, ...]:
        found = []
        for r in self.db.rows("source", "id", "name", "fulltext", "mediapath", "memo", order="id"):
            key = number(r["id"])
            if key is None:
                continue
            name = text(r["name"]).strip() or f"source {key}"
            self.raw[key] = text(r["fulltext"])
            media = text(r["mediapath"])
            skipped = ""
            if not self.raw[key]:
                kind = "a recording or picture" if media and "docs:" not in media else "empty"
                skipped = f"{kind}: it has no text"
                self.doubts.append(Doubt(name, skipped, "left out"))
            plain = self.raw[key].replace("\r\n", "\n").replace("\r", "\n")
            found.append(Source(str(key), name, plain, skipped=skipped))
            self._note(f"source {name}", r)
        return tuple(found)

    def _codes(self) -> tuple[ProjectCode, ...]:
        found: list[ProjectCode] = []
        for r in self.db.rows("code_cat", "catid", "name", "memo", "supercatid", order="catid"):
            up = number(r["supercatid"])
            found.append(
                ProjectCode(
                    f"category {text(r['catid'])}", _flat(r, "category"),
                    "" if up is None else f"category {up}", text(r["memo"]).strip(), codable=False,
                )
            )  # fmt: skip
        for r in self.db.rows("code_name", "cid", "name", "memo", "catid", "color", order="cid"):
            up = number(r["catid"])
            colour = text(r["color"])
            found.append(
                ProjectCode(
                    text(r["cid"]), _flat(r, "code"), "" if up is None else f"category {up}",
                    text(r["memo"]).strip(), colour if colour.startswith("#") else "",
                )
            )  # fmt: skip
        return tuple(found)

    # -- codings -----------------------------------------------------------------------------------

    def _codings(self, codes: set[str]) -> tuple[tuple[Selection, ...], tuple[Quote, ...]]:
        selections: list[Selection] = []
        quotes: list[Quote] = []
        counts: Counter[str] = Counter()
        columns = ("cid", "fid", "seltext", "pos0", "pos1", "owner", "date", "memo")
        for i, r in enumerate(self.db.rows("code_text", *columns, order="ctid"), 1):
            code, words = text(r["cid"]), text(r["seltext"])
            who, at = " ".join(text(r["owner"]).split()), text(r["date"]).replace(" ", "T")
            if code not in codes:
                counts["with a code that is gone"] += 1
                continue
            fid = number(r["fid"])
            raw = self.raw.get(-1 if fid is None else fid)
            span, how = _span(raw or "", number(r["pos0"]), number(r["pos1"]), words)
            note = text(r["memo"]).strip()
            if raw and span:
                counts[how] += 1
                selections.append(Selection(str(fid), *span, code, who, at, note, _plain(words)))
            elif words.strip():
                counts["words"] += 1
                name = self.names.get(str(fid), "")
                quotes.append(Quote(name, _plain(words), code, who, f"coding {i}", at, note))
            else:
                counts["of no words"] += 1
        if counts["utf-16"]:
            what = f"{counts['utf-16']} positions count UTF-16 units: read so"
            self.doubts.append(Doubt("codings", what))
        if counts["words"]:
            what = (
                f"{counts['words']} codings are not at their positions: looked for by their words"
            )
            self.doubts.append(Doubt("codings", what))
        for why in ("with a code that is gone", "of no words"):
            if counts[why]:
                self.doubts.append(Doubt("codings", f"{counts[why]} {why}", "left out"))
        return tuple(selections), tuple(quotes)

    # -- people ------------------------------------------------------------------------------------

    def _cases(self) -> tuple[Case, ...]:
        attributes: dict[tuple[str, str], dict[str, str]] = {}
        if self.db.has("attribute"):
            for r in self.db.rows("attribute", "name", "attr_type", "value", "id", order="attrid"):
                if value := text(r["value"]).strip():
                    about = (text(r["attr_type"]), text(r["id"]))
                    attributes.setdefault(about, {})[" ".join(text(r["name"]).split())] = value
        places: dict[int, list[tuple[str, int, int]]] = {}
        if self.db.has("case_text"):
            for r in self.db.rows("case_text", "caseid", "fid", "pos0", "pos1", order="id"):
                case, fid = number(r["caseid"]), number(r["fid"])
                if case is None or fid not in self.raw:
                    continue
                raw = self.raw[fid]
                span = _adjusted(raw, number(r["pos0"]), number(r["pos1"]))
                whole = span is None or span == (0, len(_plain(raw)))
                places.setdefault(case, []).append(
                    (str(fid), *((0, -1) if whole or not span else span))
                )
        found = []
        if self.db.has("cases"):
            for r in self.db.rows("cases", "caseid", "name", "memo", order="caseid"):
                key = number(r["caseid"])
                name = _flat(r, "case")
                self._note(f"case {name}", r)
                found.append(
                    Case(
                        name, attributes.get(("case", text(r["caseid"])), {}),
                        tuple(places.get(-1 if key is None else key, ())),
                    )
                )  # fmt: skip
        found += [
            Case(s.name, attributes["file", s.id], ((s.id, 0, -1),))
            for s in self.sources
            if ("file", s.id) in attributes
        ]
        return tuple(found)

    def _others(self) -> None:
        if self.db.has("annotation"):
            for r in self.db.rows("annotation", "fid", "memo", order="anid"):
                self._note(f"annotation in {self.names.get(text(r['fid']), 'a source')}", r)
        if self.db.has("journal"):
            for r in self.db.rows("journal", "name", "jentry", order="jid"):
                self._note(f"journal {text(r['name'])}".strip(), r, "jentry")
        for table, what in _ELSEWHERE.items():
            if self.db.has(table) and (
                n := sum(1 for _ in self.db.rows(table, "id", "imid", "avid"))
            ):
                s = what if n == 1 else what.replace("coding", "codings")
                self.doubts.append(Doubt("codings", f"{n} {s}", "left out"))


def _flat(row: Row, kind: str) -> str:
    return " ".join(text(row["name"]).split()) or f"unnamed {kind}"


def _plain(words: str) -> str:
    return words.replace("\r\n", "\n").replace("\r", "\n")


def _adjusted(raw: str, start: int | None, end: int | None) -> tuple[int, int] | None:
    """Code points of ``raw`` as those of the text with ``\\n`` line ends."""
    if start is None or end is None or not 0 <= start < end <= len(raw):
        return None
    return start - raw.count("\r\n", 0, start), end - raw.count("\r\n", 0, end)


def _span(
    raw: str, start: int | None, end: int | None, words: str
) -> tuple[tuple[int, int] | None, str]:
    """Where the coding lies, and how its positions were read."""
    span = _adjusted(raw, start, end)
    if span and (not words.strip() or _alike(raw[start:end], words)):
        return span, "points"
    if start is None or end is None or not any(ord(c) > 0xFFFF for c in raw):
        return None, ""
    units = raw.encode("utf-16-le", "surrogatepass")
    if not 0 <= start < end <= len(units) // 2:
        return None, ""
    first = len(units[: 2 * start].decode("utf-16-le", "ignore"))
    last = len(units[: 2 * end].decode("utf-16-le", "ignore"))
    if _alike(raw[first:last], words):
        return _adjusted(raw, first, last), "utf-16"
    return None, ""


def _alike(there: str, said: str) -> bool:
    return "".join(there.split()) == "".join(said.split())
