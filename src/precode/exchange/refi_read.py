"""REFI-QDA projects (.qdpx) and codebooks (.qdc), as NVivo, ATLAS.ti, MAXQDA, QualCoder and others
write them. Specification 1.5, https://www.qdasoftware.org; what tools do otherwise is borne and said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from precode.errors import InputError
from precode.exchange.project import (
    Case,
    Coder,
    Doubt,
    Project,
    ProjectCode,
    Quote,
    Selection,
)
from precode.exchange.refi_package import Node, Package
from precode.exchange.refi_sources import Passage, Sources

_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")
_COLOUR = re.compile(r"#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})")
_DEEPEST = 100
# Characters in all selections together: more than anybody has coded, and what memory holds.
_MOST_SELECTED = 200_000_000


def read_refi(path: Path, *, max_megabytes: float = 50) -> Project:
    """The project or codebook in ``path``: all of it that is text, its codings, and its people.

    Selections are half-open code points of each source's ``\\n`` text; how the file counts is found
    by evidence (:mod:`.refi_offsets`) and said in ``doubts``, as is all that was left out. Selections
    whose positions do not fit the text come as quotes, if the file quotes their words, else not at
    all. Raises :class:`InputError` for what is no whole REFI-QDA file of bounded size.
    """
    with Package(path, max_megabytes=max_megabytes) as package:
        root = package.root()
        if root.tag not in ("Project", "CodeBook"):
            raise InputError(
                f"{path} is no REFI-QDA file: it begins with <{root.tag[:40]}>",
                mend="export it again from the program that made it (REFI-QDA)",
            )
        return _Reader(package, root).project()


class _Reader:
    def __init__(self, package: Package, root: Node) -> None:
        self.package, self.root = package, root
        self.doubts: list[Doubt] = []
        self.codes = self._codes()
        self.code_ids = {c.id for c in self.codes}
        self.users = {
            u.guid(): " ".join((u.get("name") or u.get("id")).split()) for u in self._users()
        }
        self.notes = self._notes()
        self.linked = self._linked()

    def project(self) -> Project:
        sources = Sources(self.package, self.root, self.doubts)
        passages = list(sources.passages())
        selections, quotes = self._selections(passages, sources)
        cases = (*self._cases(passages, sources), *self._described(sources))
        self._left_out()
        return Project(
            " ".join(self.root.get("origin").split()),
            self.root.get("name") or self.package.path.stem,
            tuple(t.source for t in sources.texts),
            self.codes,
            self._coders(),
            tuple(selections),
            tuple(quotes),
            cases,
            tuple(self._free_notes(sources)),
            tuple(self.doubts),
            frozenset(self.lost),
        )

    # -- codes and people --------------------------------------------------------------------------

    def _codes(self) -> tuple[ProjectCode, ...]:
        book = self.root if self.root.tag == "CodeBook" else self.root.child("CodeBook")
        top = book.child("Codes") if book else None
        found: dict[str, ProjectCode] = {}
        stack = [(c, "", 1) for c in reversed(list(top.children("Code")))] if top else []
        repeated = 0
        while stack:
            node, parent, depth = stack.pop()
            if depth > _DEEPEST:
                raise InputError(
                    f"{self.package.path}: its codes nest more than {_DEEPEST} deep",
                    mend="flatten the tree in the program that made it",
                )
            guid = node.guid() or f"code {len(found) + 1}"
            if guid in found:
                repeated += 1
            else:
                colour = node.get("color")
                found[guid] = ProjectCode(
                    guid,
                    " ".join(node.get("name").split()) or f"unnamed code {len(found) + 1}",
                    parent,
                    node.text("Description").strip(),
                    colour if _COLOUR.fullmatch(colour) else "",
                    node.get("isCodable").strip().lower() not in ("false", "0"),
                )
            stack += [(c, guid, depth + 1) for c in reversed(list(node.children("Code")))]
        if repeated:
            what = f"{repeated} codes have the GUID of another code and were taken for it"
            self.doubts.append(Doubt("codes", what))
        return tuple(found.values())

    def _users(self) -> Iterator[Node]:
        for users in self.root.children("Users"):
            yield from users.children("User")

    def _coders(self) -> tuple[Coder, ...]:
        """Users by name; those of one name are told apart by a number."""
        seen: Counter[str] = Counter()
        coders = []
        for guid, name in self.users.items():
            shown = name or f"user {guid[:8]}"
            seen[shown.casefold()] += 1
            if (times := seen[shown.casefold()]) > 1:
                self.doubts.append(
                    Doubt("users", f"several are called {shown!r}; one is now {shown} ({times})")
                )
                shown = f"{shown} ({times})"
            coders.append(Coder(guid, shown))
        return tuple(coders)

    # -- notes -------------------------------------------------------------------------------------

    def _notes(self) -> dict[str, str]:
        """Note GUID → its text."""
        found: dict[str, str] = {}
        for notes in self.root.children("Notes"):
            for n in notes.children("Note"):
                text = n.text("PlainTextContent") or self._note_file(n) or n.text("Description")
                found[n.guid()] = text.strip() or n.get("name").strip()
        return found

    def _note_file(self, note: Node) -> str:
        part = self.package.find(note.get("plainTextPath")) if note.get("plainTextPath") else None
        if part is None:
            if note.get("plainTextPath") or note.get("richTextPath"):
                what = "its text is not in the project as plain text"
                self.doubts.append(Doubt(f"note {note.get('name')!r}", what, "left out"))
            return ""
        data = self.package.read(part).removeprefix(b"\xef\xbb\xbf")
        return data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")

    def _linked(self) -> dict[str, list[str]]:
        """GUID → notes that a link, not a reference, ties to it."""
        found: dict[str, list[str]] = {}
        for links in self.root.children("Links"):
            for link in links.children("Link"):
                ends = link.guid("originGUID"), link.guid("targetGUID")
                for a, b in (ends, ends[::-1]):
                    if a in self.notes and b not in self.notes:
                        found.setdefault(b, []).append(a)
        return found

    def _note(self, *nodes: Node) -> str:
        """The notes on ``nodes``, each once."""
        refs = [r.guid("targetGUID") for n in nodes for r in n.children("NoteRef")]
        refs += [note for n in nodes for note in self.linked.get(n.guid(), ())]
        texts = (self.notes.get(r, "") for r in refs)
        return "\n\n".join(dict.fromkeys(t for t in texts if t))

    def _free_notes(self, sources: Sources) -> Iterator[tuple[str, str]]:
        """What notes and descriptions say of the project, of codes, of sources, or of nothing."""
        if self.root.tag != "Project":
            return
        if said := self.root.text("Description").strip():
            yield "project", said
        used: set[str] = set()
        for node in self.root.every("Coding", "PlainTextSelection", "TranscriptSelection"):
            used |= {r.guid("targetGUID") for r in node.children("NoteRef")}
            used |= set(self.linked.get(node.guid(), ()))
        titled = [("project", self.root)]
        titled += [(f"code {c.get('name')}", c) for c in self.root.every("Code")]
        titled += [(f"source {t.source.name}", t.outer) for t in sources.texts]
        for title, node in titled:
            if text := self._note(node):
                yield title, text
            used |= {r.guid("targetGUID") for r in node.children("NoteRef")}
            used |= set(self.linked.get(node.guid(), ()))
        for guid, text in self.notes.items():
            if guid not in used and text:
                yield "note", text

    # -- codings -----------------------------------------------------------------------------------

    def _selections(
        self, passages: Iterable[Passage], sources: Sources
    ) -> tuple[list[Selection], list[Quote]]:
        selections: list[Selection] = []
        quotes: list[Quote] = []
        names = sources.named()
        self.unknown: Counter[str] = Counter()
        self.lost: set[tuple[str, str]] = set()
        for p in passages:
            own = self._note(p.node)
            said = p.node.text("Description").strip()
            for coding in p.node.children("Coding"):
                code = self._code(coding)
                coder = self._coder(coding, p.node)
                if code is None:
                    self.lost.add((p.source, coder))
                    continue
                at = self._date(coding, p.node)
                note = "\n\n".join(t for t in (self._note(coding), own) if t)
                if p.span is not None:
                    if said and not p.quote:
                        note = "\n\n".join(t for t in (note, said) if t)
                    start, end = p.span
                    selections.append(
                        Selection(p.source, start, end, code, coder, at, note, p.quote)
                    )
                elif p.quote:
                    where = f"{names[p.source]}, selection {p.guid[:8]}"
                    quotes.append(Quote(names[p.source], p.quote, code, coder, where, at, note))
                else:
                    self.unknown["codings whose passage cannot be known"] += 1
                    self.lost.add((p.source, coder))
        for text in sources.texts:
            wholes = list(text.outer.children("Coding"))
            for coding in wholes if text.source.text else ():
                if (code := self._code(coding)) is not None:
                    coder, at = self._coder(coding, text.outer), self._date(coding)
                    size = len(text.source.text)
                    note = self._note(coding)
                    selections.append(
                        Selection(text.source.id, 0, size, code, coder, at, note, whole=True)
                    )
        for what, n in self.unknown.items():
            self.doubts.append(Doubt("codings", f"{n} {what}", "left out"))
        if sum(s.end - s.start for s in selections if not s.whole) > _MOST_SELECTED:
            raise InputError(
                f"{self.package.path}: its selections hold more than {_MOST_SELECTED:,} characters",
                mend="export fewer of its sources at a time",
            )
        return selections, quotes

    def _code(self, coding: Node) -> str | None:
        ref = coding.child("CodeRef")
        code = ref.guid("targetGUID") if ref else ""
        if code in self.code_ids:
            return code
        self.unknown["codings with a code that the project does not hold"] += 1
        return None

    def _coder(self, *nodes: Node) -> str:
        """Who coded: the first of ``nodes`` that says so; else the project's only user; else ""."""
        for node in nodes:
            guid = node.guid("creatingUser") or node.guid("creatingUserGUID")
            if guid:
                if guid not in self.users:
                    self.users[guid] = ""
                    self.doubts.append(
                        Doubt("users", f"someone who is no user of the project coded: {guid[:8]}")
                    )
                return guid
        return next(iter(self.users)) if len(self.users) == 1 else ""

    def _date(self, *nodes: Node) -> str:
        dates = (n.get("creationDateTime") for n in nodes)
        return next((d for d in dates if _DATE.match(d)), "")

    # -- cases -------------------------------------------------------------------------------------

    def _cases(self, passages: Iterable[Passage], sources: Sources) -> Iterator[Case]:
        spans = {p.guid: (p.source, *p.span) for p in passages if p.span is not None}
        titles = self._variables()
        lost = 0
        for cases in self.root.children("Cases"):
            for number, case in enumerate(cases.children("Case"), 1):
                places: list[tuple[str, int, int]] = []
                for ref in case.children("SourceRef", "SelectionRef"):
                    target = ref.guid("targetGUID")
                    if target in sources.ids:
                        places.append((sources.ids[target], 0, -1))
                    elif target in spans:
                        places.append(spans[target])
                    else:
                        lost += 1
                name = " ".join(case.get("name").split()) or f"case {number}"
                yield Case(name, self._values(case, titles), tuple(places))
        if lost:
            what = f"{lost} places of cases are not in any text of the project"
            self.doubts.append(Doubt("cases", what, "left out"))

    def _described(self, sources: Sources) -> Iterator[Case]:
        """Variables given to a source instead of a case."""
        titles = self._variables()
        for text in sources.texts:
            if values := self._values(text.outer, titles):
                yield Case(text.source.name, values, ((text.source.id, 0, -1),))

    def _variables(self) -> dict[str, str]:
        return {
            v.guid(): " ".join(v.get("name").split()) or "unnamed"
            for variables in self.root.children("Variables")
            for v in variables.children("Variable")
        }

    def _values(self, node: Node, titles: dict[str, str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for value in node.children("VariableValue"):
            ref = value.child("VariableRef")
            title = titles.get(ref.guid("targetGUID") if ref else "", "")
            said = next(
                (c.element.text or "" for c in value.children() if c.tag != "VariableRef"), ""
            )
            if title and said.strip():
                values[title] = said.strip()
        return values

    def _left_out(self) -> None:
        for group, item, what in (("Sets", "Set", "sets"), ("Graphs", "Graph", "graphs")):
            n = sum(1 for g in self.root.children(group) for _ in g.children(item))
            if n:
                self.doubts.append(Doubt(what, f"{n} {what} of the project", "left out"))
