"""REFI-QDA files out: .qdpx projects and .qdc codebooks, valid against the schemas of version 1.0.

Positions are Unicode code points, as the specification says, on texts with ``\\n`` line ends and no
byte order mark. (NVivo counts UTF-16 code units: the same but after characters outside the Basic
Multilingual Plane, such as emoji.)
"""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from precode.exchange.project import Project, ProjectCode, Selection, Source
from precode.exchange.refi_guid import as_guid, guid_of
from precode.files.atomic import replacing
from precode.files.text import ILLEGAL

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PROJECT = "urn:QDA-XML:project:1.0"
CODEBOOK = "urn:QDA-XML:codebook:1.0"
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first that a zip can hold: the same project, the same bytes
_TITLE = 60

Span = tuple[str, int, int]


def write_project(path: Path, project: Project) -> None:
    """``project`` as .qdpx, at once or not at all. Sources without text are left out. Ids that are
    no GUIDs become such by :func:`as_guid` of their kind ("source", "code", "user").

    ``notes`` titled "project" become its description; those titled "code X" and "source X" are tied
    to what is called so. Raises :class:`ValueError` for a selection
    outside its source.
    """
    xml = _Writer(project).project()
    with replacing(path) as temporary, zipfile.ZipFile(temporary, "w") as archive:
        _store(archive, "project.qde", xml)
        for source in project.sources:
            if source.text:
                name = f"sources/{as_guid('source', source.id)}.txt"
                _store(archive, name, source.text.encode("utf-8"))


def write_codebook(path: Path, project: Project) -> None:
    """The codes of ``project``, which has some, as .qdc, at once or not at all."""
    root = _element("CodeBook", xmlns=CODEBOOK, origin=project.tool)
    _codes(_below(root, "Codes"), project, {})
    with replacing(path) as temporary:
        temporary.write_bytes(_bytes(root))


def _store(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    member.external_attr = 0o600 << 16
    archive.writestr(member, data)


class _Writer:
    def __init__(self, project: Project) -> None:
        self.p = project
        self.texts: dict[str, str] = {}  # note GUID → text
        self.titles: dict[str, str] = {}

    def project(self) -> bytes:
        p = self.p
        root = _element("Project", xmlns=PROJECT, name=p.name or "precode", origin=p.tool)
        if p.coders:
            users = _below(root, "Users")
            for c in p.coders:
                _below(users, "User", guid=as_guid("user", c.id), name=c.name)
        code_notes = {
            t.removeprefix("code "): self._noted(n, t) for t, n in p.notes if t.startswith("code ")
        }
        if p.codes:
            _codes(_below(_below(root, "CodeBook"), "Codes"), p, code_notes)
        self._cases(root)
        self._sources(root)
        free = [
            self._noted(n, t)
            for t, n in p.notes
            if not t.startswith(("project", "code ", "source "))
        ]
        if self.texts:
            notes = _below(root, "Notes")
            for guid, text in self.texts.items():
                note = _below(notes, "Note", guid=guid, name=self.titles[guid])
                _below(note, "PlainTextContent").text = _plain(text)
        if said := "\n".join(n for t, n in p.notes if t == "project"):
            _below(root, "Description").text = _plain(said)
        for guid in free:
            _below(root, "NoteRef", targetGUID=guid)
        return _bytes(root)

    def _noted(self, text: str, title: str = "") -> str:
        """The GUID of the note that says ``text``: one for all who say the same."""
        guid = guid_of("note", title, text)
        self.texts[guid] = text
        first = " ".join(text.split())
        short = first if len(first) <= _TITLE else first[: _TITLE - 1] + "…"
        self.titles[guid] = title or short
        return guid

    # -- cases -------------------------------------------------------------------------------------

    def _cases(self, root: Element) -> None:
        titles = list(dict.fromkeys(name for case in self.p.cases for name in case.variables))
        if titles:
            variables = _below(root, "Variables")
            for title in titles:
                _below(
                    variables, "Variable", guid=guid_of("variable", title), name=title,
                    typeOfVariable="Text",
                )  # fmt: skip
        if not self.p.cases:
            return
        cases = _below(root, "Cases")
        for i, case in enumerate(self.p.cases):
            node = _below(cases, "Case", guid=guid_of("case", i, case.name), name=case.name)
            for title, value in case.variables.items():
                given = _below(node, "VariableValue")
                _below(given, "VariableRef", targetGUID=guid_of("variable", title))
                _below(given, "TextValue").text = _plain(value)
            places = list(dict.fromkeys(case.places))
            for source, _, end in places:
                if end < 0:
                    _below(node, "SourceRef", targetGUID=as_guid("source", source))
            for place in places:
                if place[2] >= 0:
                    _below(node, "SelectionRef", targetGUID=guid_of("selection", *place))

    # -- sources -----------------------------------------------------------------------------------

    def _sources(self, root: Element) -> None:
        spans: dict[Span, list[Selection]] = {}
        wholes: dict[str, list[Selection]] = {}
        for s in self.p.selections:
            if s.whole:
                wholes.setdefault(s.source, []).append(s)
            else:
                spans.setdefault((s.source, s.start, s.end), []).append(s)
        for case in self.p.cases:
            for place in case.places:
                if place[2] >= 0:
                    spans.setdefault(place, [])
        by_source: dict[str, list[Span]] = {}
        for span in sorted(spans):
            by_source.setdefault(span[0], []).append(span)
        with_text = [s for s in self.p.sources if s.text]
        if not with_text:
            return
        sources = _below(root, "Sources")
        for source in with_text:
            node = self._source(sources, source)
            for span in by_source.get(source.id, ()):
                self._selection(node, source, span, spans[span])
            self._codings(node, ("source", source.id), wholes.get(source.id, ()))
            title = f"source {source.name}"
            for text in (n for t, n in self.p.notes if t == title):
                _below(node, "NoteRef", targetGUID=self._noted(text, title))

    def _source(self, sources: Element, source: Source) -> Element:
        guid = as_guid("source", source.id)
        node = _below(
            sources, "TextSource", guid=guid, name=source.name,
            plainTextPath=f"internal://{guid}.txt",
        )  # fmt: skip
        if source.note:
            _below(node, "Description").text = _plain(source.note)
        return node

    def _selection(
        self, parent: Element, source: Source, span: Span, given: list[Selection]
    ) -> None:
        _, start, end = span
        if not 0 <= start < end <= len(source.text):
            raise ValueError(f"{start} to {end} is no passage of {source.name!r}")
        node = _below(
            parent, "PlainTextSelection", guid=guid_of("selection", *span),
            startPosition=str(start), endPosition=str(end), **_first(given),
        )  # fmt: skip
        self._codings(node, span, given)

    def _codings(
        self, parent: Element, place: tuple[object, ...], given: list[Selection] | tuple[()]
    ) -> None:
        seen: Counter[tuple[str, str]] = Counter()
        for s in given:
            act = (s.code, s.coder)
            guid = guid_of("coding", *place, *act, *([seen[act]] if seen[act] else []))
            seen[act] += 1
            coding = _below(parent, "Coding", guid=guid, **_made(s))
            _below(coding, "CodeRef", targetGUID=as_guid("code", s.code))
            if s.note:
                _below(coding, "NoteRef", targetGUID=self._noted(s.note))


def _made(s: Selection) -> dict[str, str]:
    """Who made it and when, as far as that is known."""
    made: dict[str, str] = {}
    if s.coder:
        made["creatingUser"] = as_guid("user", s.coder)
    if _DATE.fullmatch(s.at):
        made["creationDateTime"] = s.at
    return made


def _first(given: list[Selection]) -> dict[str, str]:
    """Who selected the passage: said only where no coding on it would seem to inherit that."""
    made = [_made(s) for s in given]
    return made[0] if made and all(len(m) == 2 for m in made) else {}


def _codes(parent: Element, project: Project, notes: Mapping[str, str]) -> None:
    """The tree of codes. A parent that is not there, or leads back to its child, is none."""
    known = {c.id for c in project.codes}
    below: dict[str, list[ProjectCode]] = {}
    for c in project.codes:
        below.setdefault(c.parent if c.parent in known else "", []).append(c)
    reached: set[str] = set()

    def write(codes: list[ProjectCode], into: Element) -> None:
        stack = [(c, into) for c in reversed(codes)]
        while stack:
            c, above = stack.pop()
            if c.id in reached:
                continue
            reached.add(c.id)
            node = _below(
                above, "Code", guid=as_guid("code", c.id), name=c.name,
                isCodable=str(c.codable).lower(), **({"color": c.colour} if c.colour else {}),
            )  # fmt: skip
            if c.description:
                _below(node, "Description").text = _plain(c.description)
            if c.name in notes:
                _below(node, "NoteRef", targetGUID=notes[c.name])
            stack += [(child, node) for child in reversed(below.get(c.id, []))]

    write(below.get("", []), parent)
    for c in project.codes:  # in a ring of parents
        if c.id not in reached:
            write([c], parent)


def _element(tag: str, **attributes: str) -> Element:
    from xml.etree.ElementTree import Element

    return Element(tag, {k: _plain(v) for k, v in attributes.items()})


def _below(parent: Element, tag: str, **attributes: str) -> Element:
    child = _element(tag, **attributes)
    parent.append(child)
    return child


def _plain(text: str) -> str:
    """``text`` as XML can hold it and gives it back."""
    return ILLEGAL.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def _bytes(root: Element) -> bytes:
    from xml.etree.ElementTree import tostring

    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data
