"""The sources of a REFI-QDA project: their texts, and where on them the selections lie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from precode.errors import InputError
from precode.exchange.project import Doubt, Source
from precode.exchange.refi_offsets import (
    FITTING,
    LEAST,
    Convention,
    Marked,
    RawText,
    detect,
    expected,
)
from precode.exchange.refi_package import Node, Package
from precode.files.text import decode

_KINDS = {"PictureSource": "a picture", "AudioSource": "a sound recording", "VideoSource": "a film"}
_SELECTIONS = ("PDFSelection", "PictureSelection", "AudioSelection", "VideoSelection")
# Most of the quotations that a file gives agree with its text: then one that does not, tells.
_QUOTING = 0.8


@dataclass(frozen=True, slots=True)
class Passage:
    """A selection on a text. ``span`` is None where the words alone are to be trusted (``quote``)."""

    guid: str
    source: str
    span: tuple[int, int] | None
    quote: str
    node: Node


@dataclass
class Text:
    """A source while it is read. ``outer`` is what the file calls the source, ``node`` the element
    that has the text and its selections (of a PDF or film, a part of ``outer``).
    """

    source: Source
    outer: Node
    node: Node | None = None
    raw: RawText | None = None
    marks: list[tuple[Node, Marked]] = field(default_factory=list)
    broken: list[Node] = field(default_factory=list)  # selections without a start or an end


class Sources:
    """All sources of ``root``, read and checked. ``doubts`` collects what does not fit."""

    def __init__(self, package: Package, root: Node, doubts: list[Doubt]) -> None:
        self._package = package
        self._doubts = doubts
        self._names: Counter[str] = Counter()
        self.ids: dict[str, str] = {}  # every GUID that may mean a source
        self.texts: list[Text] = []
        for sources in root.children("Sources"):
            for outer in sources.children():
                self._add(outer)
        self._ours = root.get("origin").startswith("precode")
        self._by = self._convention(root.get("origin"))

    # -- texts -------------------------------------------------------------------------------------

    def _add(self, outer: Node) -> None:
        inner: list[Node | None] = (
            [outer] if outer.tag == "TextSource" else [*outer.children(*_INNER)]
        )
        for node in inner or [None]:
            self._add_text(outer, node)
        coded = sum(1 for s in outer.children(*_SELECTIONS) for _ in s.children("Coding"))
        if coded:
            what = f"{coded} codings of pictures, pages, sound or film, not of text"
            self._doubts.append(Doubt(self.texts[-1].source.name, what, "left out"))

    def _add_text(self, outer: Node, node: Node | None) -> None:
        name = self._name(outer, node)
        first = outer.guid() not in self.ids
        guid = outer.guid() if first or node is None else node.guid()
        guid = guid or f"source {len(self.texts) + 1}"
        if guid in self.ids:
            self._doubts.append(Doubt(name, "another source has the same GUID", "left out"))
            return
        for each in (outer, node):
            if each is not None and each.guid():
                self.ids.setdefault(each.guid(), guid)
        self.ids.setdefault(guid, guid)
        raw, why = None, ""
        if node is None:
            why = f"is {_KINDS.get(outer.tag, 'no text')} without a text in the project"
        else:
            raw, why = self._raw(node, name)
        text = Text(
            Source(guid, name, raw.text if raw else "", outer.text("Description").strip(), why),
            outer, node, raw,
        )  # fmt: skip
        if raw is not None and node is not None:
            text.marks = list(self._marks(text, node, raw))
        elif why:
            lost = sum(1 for _ in (node or outer).every("Coding"))
            also = f"; its {lost} codings are lost with it" if lost else ""
            self._doubts.append(Doubt(name, f"{why}{also}", "left out"))
        self.texts.append(text)

    def _name(self, outer: Node, node: Node | None) -> str:
        """What the source is called: its name, or that of its file; numbered where two are alike."""
        path = (node or outer).get("plainTextPath") or outer.get("path")
        stem = path.replace("\\", "/").rpartition("/")[2].rpartition(".")[0]
        name = " ".join(outer.get("name").split()) or " ".join(stem.split())
        name = name or f"source {len(self.texts) + 1}"
        self._names[name.casefold()] += 1
        if (times := self._names[name.casefold()]) == 1:
            return name
        numbered = f"{name} ({times})"
        self._names[numbered.casefold()] += 1
        self._doubts.append(Doubt(name, f"two sources have this name; one is called {numbered!r}"))
        return numbered

    def _raw(self, node: Node, name: str) -> tuple[RawText | None, str]:
        """The text of ``node``, or why there is none."""
        content = node.text("PlainTextContent")
        if content.strip():
            return RawText(content), ""
        reference = node.get("plainTextPath")
        if not reference:
            if node.get("richTextPath"):
                return None, "is in the project as a formatted document only, without plain text"
            return None, "has no text in the project"
        part = self._package.find(reference)
        if part is None:
            return None, f"has its text outside the project ({reference})"
        try:
            data = self._package.read(part)
            decoded = decode(data, part)
        except InputError as error:
            return None, f"cannot be read: {error.what}"
        for note in decoded.notes:
            if "line ends" not in note:
                self._doubts.append(Doubt(name, note))
        return RawText(data.decode(decoded.encoding)), ""

    # -- selections --------------------------------------------------------------------------------

    def _marks(self, text: Text, node: Node, raw: RawText) -> Iterator[tuple[Node, Marked]]:
        points = {p.guid(): p.get("position") for p in node.children("SyncPoint")}
        for s in node.children("PlainTextSelection", "TranscriptSelection"):
            places = (s.get("startPosition"), s.get("endPosition"))
            if s.tag == "TranscriptSelection":
                places = tuple(  # type: ignore[assignment]
                    points.get(s.guid(k), "") for k in ("fromSyncPoint", "toSyncPoint")
                )
            try:
                start, end = (int(p) for p in places)
            except ValueError:
                text.broken.append(s)
                continue
            quotes = (s.get("name"), s.text("Description"))
            yield s, Marked(raw, start, end, tuple(q for q in quotes if len(q.strip()) > 3))
        if text.broken:
            what = f"{_count(len(text.broken), 'selection')} without a start and an end"
            self._doubts.append(Doubt(text.source.name, what, "left out"))

    def _convention(self, tool: str) -> Convention:
        marked = [m for text in self.texts for _, m in text.marks]
        usual = expected(tool)
        if self._ours or not marked:
            return usual
        found = detect(marked, first=usual)
        self._doubts.append(
            Doubt(
                "selections",
                f"positions were read as {found.by}: {found.fitting} of {found.judged} selections "
                f"then begin and end at words' bounds"
                + ("" if found.by == usual else f" ({found.usual} as {usual})"),
            )
        )
        if found.rival:
            what = (
                f"{found.moved} would lie elsewhere if positions were {found.rival}, which fits as "
                "well: compare some of them with the program that made the project"
            )
            self._doubts.append(Doubt("selections", what))
        return found.by

    def passages(self) -> Iterator[Passage]:
        """Every selection on a text, in order; doubts are noted as they come."""
        by = self._by
        described = [
            (m, s) for text in self.texts for s, m in text.marks if s.text("Description").strip()
        ]
        agreeing = sum(m.quoted(by) for m, _ in described)
        quoting = agreeing > _QUOTING * len(described)
        for text in self.texts:
            if text.raw is None:
                continue
            fits = [f for _, m in text.marks if (f := m.fits(by)) is not None]
            few = len(fits) >= LEAST and sum(map(bool, fits)) < FITTING * len(fits)
            foreign = few and not self._ours
            if foreign:
                what = (
                    f"{sum(map(bool, fits))} of {len(fits)} selections begin and end at words' "
                    "bounds: their positions were not made on this text, and are not used"
                )
                self._doubts.append(Doubt(text.source.name, what, "left out"))
            yield from self._placed(text, foreign=foreign, quoting=quoting and not foreign)
            for node in text.broken:
                yield Passage(node.guid(), text.source.id, None, "", node)

    def _placed(self, text: Text, *, foreign: bool, quoting: bool) -> Iterator[Passage]:
        assert text.raw is not None
        outside = empty = unlike = 0
        for node, mark in text.marks:
            quote = node.text("Description")
            span = text.raw.span(mark.start, mark.end, self._by)
            if span and span[0] == span[1]:
                empty += 1
                yield Passage(node.guid(), text.source.id, None, "", node)
                continue
            own = span is not None and mark.quoted(self._by)
            if foreign or span is None or (quoting and quote.strip() and not own):
                outside += span is None
                unlike += span is not None and not foreign
                words = quote if quote.strip() else ""
                yield Passage(node.guid(), text.source.id, None, words, node)
                continue
            yield Passage(node.guid(), text.source.id, span, quote if own else "", node)
        for n, what in (
            (outside, "outside its text: looked for by the words they quote, if any"),
            (unlike, "quote other words than stand there: looked for by these words"),
        ):
            if n:
                self._doubts.append(Doubt(text.source.name, f"{_count(n, 'selection')} {what}"))
        if empty:
            what = f"{_count(empty, 'selection')} of no characters"
            self._doubts.append(Doubt(text.source.name, what, "left out"))

    def named(self) -> Mapping[str, str]:
        """Source id → name."""
        return {t.source.id: t.source.name for t in self.texts}


_INNER = ("Representation", "Transcript")


def _count(n: int, noun: str) -> str:
    return f"1 {noun}" if n == 1 else f"{n} {noun}s"
