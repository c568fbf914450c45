"""Projects of other programs into a study: sources found again, codes matched, people described."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from precode.codebook import Codebook, find_polarity
from precode.codings.align import place
from precode.codings.cells import read_cells
from precode.codings.context import Around, settle_by_context
from precode.codings.sources import Sources
from precode.domain import (
    CodedExcerpt,
    CodePolarity,
    Match,
    Placement,
    Polarity,
    Transcript,
)
from precode.errors import Problem
from precode.exchange.project import Project, Quote, Selection, Source
from precode.exchange.refi_guid import as_guid
from precode.steps.exchange.outgoing import ACCEPTED, IN_VIEW, MACHINE, code_key

Codes = Mapping[str, CodePolarity | None]
"""A project's code id → the study's code, None where it has none."""


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A code of theirs that is none of the study's: its path ("Barriers > Time") and its codings."""

    code: str
    codings: int


@dataclass(slots=True)
class Brought:
    """What a project gives a study. ``aided`` was coded with the machine's suggestion in view, as
    far as the project is one of ours. ``notes`` say what was assumed or left out, a sentence each.
    """

    placements: list[Placement] = field(default_factory=list)
    aided: list[Placement] = field(default_factory=list)
    unmapped: tuple[Unmapped, ...] = ()
    problems: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


# -- codes -----------------------------------------------------------------------------------------


def match_codes(project: Project, codebook: Codebook) -> dict[str, CodePolarity | None]:
    """Each code of ``project`` as one of ``codebook``: by the GUID that precode gave it, by id, label
    or alias; polarity as a child or a parent ("Barriers > Physical opportunity").
    """
    ours = {
        as_guid("code", code_key(c.id, polarity)): CodePolarity(c.id, polarity)
        for c in codebook.leaves
        for polarity in (*Polarity,)
        if polarity is not Polarity.BOTH
    }
    return {
        c.id: ours.get(as_guid("code", c.id)) or _by_path(project.path(c.id), codebook)
        for c in project.codes
    }


def _by_path(path: Sequence[str], codebook: Codebook) -> CodePolarity | None:
    said = [
        p
        for name in path
        if len(name) > 1 and not codebook.find(name) and (p := find_polarity(name)) is not None
    ]
    rest = [n for n in path if codebook.find(n) or len(n) < 2 or find_polarity(n) is None]
    if not rest or len(set(said)) > 1:
        return None
    code = codebook.find(rest[-1])
    if code is None:
        read, faults = read_cells(rest[-1], "", codebook)  # "Physical opportunity - barrier"
        if faults or len(read) != 1:
            return None
        if said and read[0].polarity not in (*said, Polarity.UNCLEAR, Polarity.NONE):
            return None
        code = read[0].code
        said = said or [read[0].polarity]
    if not codebook[code].polarity:
        return CodePolarity(code) if not said or said == [Polarity.NONE] else None
    return CodePolarity(code, said[0] if said and said[0] else Polarity.UNCLEAR)


# -- codings ---------------------------------------------------------------------------------------


def bring(
    project: Project,
    file: str,
    codes: Codes,
    transcripts: Sequence[Transcript],
    *,
    default_coder: str,
    fuzzy_score: float,
    codable: Mapping[str, Sequence[tuple[int, int]]],
) -> Brought:
    """The codings of ``project`` on ``transcripts``: by their positions where the texts are the same,
    else by their words. ``file`` is for messages.
    """
    found, named = find_sources(project, transcripts), Sources(transcripts)
    sorting = _Sorting(project, file, codes, found, default_coder, named)
    for s in project.selections:
        sorting.selection(s)
    for q in project.quotes:
        sorting.quote(q)
    words = [e for e, _ in sorting.words]
    placed = place(words, transcripts, fuzzy_score=fuzzy_score, codable=codable)
    around = [sorting.around.get(i) for i in range(len(words))]
    placed = settle_by_context(placed, around, transcripts)
    sorting.exact += [(p, aided) for p, (_, aided) in zip(placed, sorting.words, strict=True)]
    return sorting.result()


class _Sorting:
    """Codings of a project: found by position, to be found by words, or left out and counted."""

    def __init__(
        self,
        project: Project,
        file: str,
        codes: Codes,
        found: Mapping[str, Transcript],
        default_coder: str,
        by_name: Sources,
    ) -> None:
        self._project, self._file, self._codes, self._found = project, file, codes, found
        self._default = default_coder
        self._named = by_name
        self._names = {c.id: c.name for c in project.coders}
        self._sources = {s.id: s for s in project.sources}
        self._lost: Counter[str] = Counter()
        self._unmapped: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._shifts: dict[str, int | None] = {}
        self.exact: list[tuple[Placement, bool]] = []
        self.words: list[tuple[CodedExcerpt, bool]] = []
        self.around: dict[int, Around] = {}  # place in ``words`` → where it stands in its source

    def _usable(self, code: str, coder: str, *, whole: bool) -> tuple[CodePolarity, str] | None:
        """The study's code and the user who gave it, unless it is to be left out."""
        who = self._names.get(coder, "") or self._default
        given = self._codes.get(code)
        if who == MACHINE:
            self._left[f"codings by {MACHINE}: they are no person's"] += 1
        elif given is None:
            self._unmapped[code] += 1
        elif whole:
            self._left["codings of whole sources: they say nothing of a passage"] += 1
        elif not who:
            self._left[""] += 1
        else:
            return given, who
        return None

    def selection(self, s: Selection) -> None:
        usable = self._usable(s.code, s.coder, whole=s.whole)
        if usable is None:
            return
        given, who = usable
        source, t = self._sources[s.source], self._found.get(s.source)
        if t is None:
            self._lost[source.name] += 1
            return
        coder, memo, aided = _person(who, s.note)
        text = source.text[s.start : s.end]
        row = f"{self._file}, {source.name}, characters {s.start:,} to {s.end:,}"
        excerpt = CodedExcerpt(row, t.name, text, given.code, given.polarity, coder, memo)
        moved = self._moved(source, t)
        start = s.start + (moved or 0)
        if moved is not None and start >= 0 and t.text.startswith(text, start):
            where = Placement(excerpt, Match.EXACT, t.id, start, start + len(text), 100.0, 1)
            self.exact.append((where, aided))
        else:
            self.words.append((excerpt, aided))
            self.around[len(self.words) - 1] = (source.text, s.start, s.end)

    def _moved(self, source: Source, t: Transcript) -> int | None:
        """How far the source's text lies from the transcript's: 0 if they are the same, None if
        neither is a part of the other (a title added, a last line end lost).
        """
        if source.id not in self._shifts:
            self._shifts[source.id] = _shift(source.text, t.text)
        return self._shifts[source.id]

    def quote(self, q: Quote) -> None:
        usable = self._usable(q.code, q.coder, whole=False)
        if usable is None:
            return
        given, who = usable
        if q.source and self._named.find(q.source) is None:
            self._lost[q.source] += 1
            return
        coder, memo, aided = _person(who, q.note)
        row = f"{self._file}, {q.where}"
        excerpt = CodedExcerpt(row, q.source, q.text, given.code, given.polarity, coder, memo)
        self.words.append((excerpt, aided))

    def result(self) -> Brought:
        p, file = self._project, self._file
        nobody = self._left.pop("", 0)
        with_text = {s.name for s in p.sources if s.text}
        problems = [
            Problem(
                file,
                f"{n} codings are on {title!r}, which is no transcript of the study",
                f"add it first: precode add {file if title in with_text else 'FILE'}",
            )
            for title, n in self._lost.items()
        ]
        if nobody:
            what = f"{nobody} codings name no coder"
            problems.append(Problem(file, what, "say who coded: --coder NAME"))
        return Brought(
            [p for p, aided in self.exact if not aided],
            [p for p, aided in self.exact if aided],
            tuple(Unmapped(" > ".join(p.path(c)), n) for c, n in self._unmapped.most_common()),
            problems,
            [
                *(f"{file}, {d.where}: {d.what}{_left(d.kind)}" for d in p.doubts),
                *(f"{file}: left out {n} {what}" for what, n in self._left.items()),
            ],
        )


def _shift(theirs: str, ours: str) -> int | None:
    """What to add to positions in ``theirs`` to get the same place in ``ours``."""
    if theirs == ours:
        return 0
    for whole, part, sign in ((theirs, ours, -1), (ours, theirs, 1)):
        core = part.strip()
        at = whole.find(core)
        if core and at >= 0 and whole.find(core, at + 1) < 0:
            return sign * (at - part.index(core))
    return None


def _left(kind: str) -> str:
    return " (left out)" if kind == "left out" else ""


def _person(user: str, note: str) -> tuple[str, str, bool]:
    """(coder, memo, whether the suggestion was in view) of a user of a project, maybe one of ours."""
    if user.startswith(ACCEPTED):
        return user.removeprefix(ACCEPTED), note, True
    if note.endswith(IN_VIEW):
        return user, note.removesuffix(IN_VIEW).rstrip("\n"), True
    return user, note, False


def find_sources(project: Project, transcripts: Sequence[Transcript]) -> dict[str, Transcript]:
    """Source id → the transcript with the same text, or else of the same name."""
    by_text = {t.text: t for t in transcripts}
    by_name = Sources(transcripts)
    found = {}
    for s in project.sources:
        t = (by_text.get(s.text) if s.text else None) or by_name.find(s.name)
        if t is not None:
            found[s.id] = t
    return found


# -- what our own exports say besides --------------------------------------------------------------

_STAMP = re.compile(r"\[precode ([0-9a-f-]{36})\]")
_READ = re.compile(
    r"^Read by (?P<who>.+?)(?P<aided> with the machine's suggestion in view)?, characters: "
    r"(?P<spans>\d+-\d+(?:, \d+-\d+)*)$",
    re.MULTILINE,
)


def stamp_in(project: Project) -> str:
    """The stamp of the export that ``project`` comes from; "" if it is none of ours."""
    for _, text in project.notes:
        if m := _STAMP.search(text):
            return m[1]
    return ""


def read_spans(
    project: Project, transcripts: Sequence[Transcript]
) -> list[tuple[str, Transcript, int, int, bool]]:
    """(coder, transcript, start, end, aided) of what our export says was read."""
    found = find_sources(project, transcripts)
    out = []
    notes = dict[str, list[str]]()
    for title, text in project.notes:
        notes.setdefault(title, []).append(text)
    for s in project.sources:
        t = found.get(s.id)
        if t is None or t.text != s.text:
            continue
        for text in notes.get(f"source {s.name}", ()):
            for m in _READ.finditer(text):
                for span in m["spans"].split(", "):
                    start, end = (int(n) for n in span.split("-"))
                    if 0 <= start < end <= len(t.text):
                        out.append((m["who"], t, start, end, bool(m["aided"])))
    return out
