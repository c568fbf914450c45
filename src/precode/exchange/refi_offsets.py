"""What a REFI-QDA file counts in: found by evidence, turned into code points of our ``\\n`` text.

The specification says Unicode code points. NVivo counts UTF-16 code units on its own CRLF line ends,
without the byte order mark (measured: 300 of 303 selections of a real project then begin and end at
word bounds, 49 by the specification, 23 after CRLF became LF). So every way in which a tool may count
is tried on all selections of a project together, and the one that fits is taken.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

Ends = Literal["own", "lf", "crlf"]

# A rival must fit this many more selections than what the tool is known to count in: by chance, one
# selection in nine begins and ends at word bounds.
AHEAD = 2
# One position to the side of a word's bound there is often another ("late", "late."): a way to count
# that only shifts ends by one must fit this many times as many.
SHIFTED = 1.25
# With fewer than this share of (at least LEAST) selections at word bounds, they are not of this text.
FITTING, LEAST = 0.5, 5
# Scripts that write words without spaces: their bounds say nothing.
_UNSPACED = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_ENDS = {"own": "its own line ends", "lf": "line ends as one", "crlf": "line ends as two"}


@dataclass(frozen=True, slots=True)
class Convention:
    """How positions count: in UTF-16 code units or code points, on which line ends, the end outside
    or (``inclusive``) inside the selection, the byte order mark as a character or not.
    """

    utf16: bool = False
    ends: Ends = "own"
    inclusive: bool = False
    mark: bool = False

    @property
    def shifts(self) -> bool:
        return self.inclusive or self.mark

    def __str__(self) -> str:
        unit = "UTF-16 code units" if self.utf16 else "Unicode code points"
        last = ", the last one inside the selection" if self.inclusive else ""
        mark = ", after a byte order mark" if self.mark else ""
        return f"{unit} on {_ENDS[self.ends]}{last}{mark}"


SPECIFIED = Convention()


def expected(tool: str) -> Convention:
    """What ``tool`` is known to count in; as specified, for those that nobody measured."""
    return Convention(utf16=True) if tool.casefold().startswith("nvivo") else SPECIFIED


class RawText:
    """A source as its file has it, and the text with ``\\n`` that we keep of it."""

    def __init__(self, raw: str) -> None:
        self.marked = raw.startswith("\ufeff")
        raw = raw.removeprefix("\ufeff")
        self.text = raw.replace("\r\n", "\n").replace("\r", "\n")
        # All as indices into `text`.
        self._two = [m.start() - i for i, m in enumerate(re.finditer("\r\n", raw))]
        self._lines = [m.start() for m in re.finditer("\n", self.text)]
        self._astral = [m.start() for m in re.finditer("[\U00010000-\U0010ffff]", self.text)]
        self._wide: dict[tuple[bool, Ends], list[int]] = {}

    def ways(self) -> tuple[bool, bool, bool, bool]:
        """Whether it has astral characters, CRLF, line ends at all, a byte order mark."""
        return bool(self._astral), bool(self._two), bool(self._lines), self.marked

    def span(self, start: int, end: int, by: Convention) -> tuple[int, int] | None:
        """``[start, end)`` in ``text`` of what the file calls so; None if that lies outside it.

        A position inside a character of two units takes all of it.
        """
        start, end = start - by.mark, end - by.mark + by.inclusive
        wide = self._extras(by)
        if start < 0 or end > len(self.text) + len(wide) or end < start:
            return None
        return _index(wide, start, up=False), _index(wide, end, up=True)

    def _extras(self, by: Convention) -> list[int]:
        """The characters that count twice, in order."""
        key = (by.utf16, by.ends)
        if key not in self._wide:
            lines = {"own": self._two, "lf": [], "crlf": self._lines}[by.ends]
            self._wide[key] = sorted([*lines, *(self._astral if by.utf16 else [])])
        return self._wide[key]

    def bounded(self, start: int, end: int) -> bool | None:
        """Whether ``text[start:end]`` is not empty and cuts no word at either end; None in scripts
        that do not part words.
        """
        if start >= end:
            return False
        cut = [self._cuts(at) for at in (start, end)]
        return None if None in cut else not any(cut)

    def _cuts(self, at: int) -> bool | None:
        if not 0 < at < len(self.text):
            return False
        before, after = self.text[at - 1], self.text[at]
        if _UNSPACED.match(before) and _UNSPACED.match(after):
            return None
        return before.isalnum() and after.isalnum()


def _index(wide: Sequence[int], position: int, *, up: bool) -> int:
    """The code point at ``position``, where each of ``wide`` counts twice. The k-th of them takes the
    places ``wide[k] + k`` and the one after.
    """
    passed = bisect_left(wide, position - 1, key=_Rank(wide))
    inside = passed < len(wide) and wide[passed] + passed + 1 == position
    return position - passed - (inside and not up)


class _Rank:
    """``wide[k] + k`` for bisect, which hands over the values only: they are distinct and in order."""

    __slots__ = ("wide",)

    def __init__(self, wide: Sequence[int]) -> None:
        self.wide = wide

    def __call__(self, value: int) -> int:
        return value + bisect_left(self.wide, value)


@dataclass(frozen=True, slots=True)
class Marked:
    """A selection as the file has it: ``quotes`` are what it says stands there, where it does."""

    raw: RawText
    start: int
    end: int
    quotes: tuple[str, ...] = ()

    def fits(self, by: Convention) -> int | None:
        """3 if a quote agrees, 1 if it keeps to word bounds, else 0; None where that says nothing."""
        span = self.raw.span(self.start, self.end, by)
        if span is None:
            return 0
        if self.quoted(by):
            return 3
        whole = self.raw.bounded(*span)
        return None if whole is None else int(whole)

    def quoted(self, by: Convention) -> bool:
        """Whether one of the quotes is what stands there."""
        span = self.raw.span(self.start, self.end, by)
        return span is not None and any(_agree(q, self.raw.text, *span) for q in self.quotes)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _agree(quote: str, text: str, start: int, end: int) -> bool:
    """Tools shorten long quotations: "The bus is late and…"."""
    # As much of the passage as the quotation may need: many long ones must not take forever.
    near = min(end, start + 3 * len(quote) + 100)
    wanted, said = _plain(quote), _plain(text[start:near])
    cut = wanted.rstrip(".… ")
    return (near == end and wanted == said != "") or (len(cut) >= 12 and said.startswith(cut))


def conventions(raws: Iterable[RawText]) -> list[Convention]:
    """The ways to count that may differ for these texts, the specified one first."""
    ways = [raw.ways() for raw in raws]
    astral, two, lines, mark = (any(w[i] for w in ways) for i in range(4))
    ends: list[Ends] = ["own"]
    if two:
        ends.append("lf")
    if lines and not all(w[1] for w in ways if w[2]):
        ends.append("crlf")
    units = (False, True) if astral else (False,)
    marks = (False, True) if mark else (False,)
    return [Convention(u, e, i, m) for m, i, e, u in product(marks, (False, True), ends, units)]


@dataclass(frozen=True, slots=True)
class Found:
    """The convention taken; of ``judged`` selections ``fitting`` begin and end at word bounds by it,
    and ``usual`` by what the tool was expected to count in. ``rival`` is another way to count that
    fits better, but not by enough, and would move ``moved`` selections.
    """

    by: Convention
    judged: int
    fitting: int
    usual: int
    rival: Convention | None = None
    moved: int = 0


def detect(marked: Sequence[Marked], *, first: Convention) -> Found:
    """The convention that fits ``marked``, all of one project. ``first`` is kept unless another one
    fits at least :data:`AHEAD` selections more (a quotation that agrees counts as three).
    """
    raws = list({id(m.raw): m.raw for m in marked}.values())
    every = list(dict.fromkeys([first, *conventions(raws)]))
    scores = {c: [m.fits(c) for m in marked] for c in every}
    total = {c: sum(s or 0 for s in scores[c]) for c in every}
    by = max((c for c in every if not c.shifts), key=lambda c: total[c])
    by = by if total[by] >= total[first] + AHEAD else first
    best = max(every, key=lambda c: total[c])
    by = best if total[best] >= SHIFTED * total[by] + AHEAD else by
    judged = [s for s in scores[by] if s is not None]
    rival = next((c for c in every if c != by and not c.shifts and total[c] > total[by]), None)
    moved = 0
    if rival:
        moved = sum(
            m.raw.span(m.start, m.end, rival) != m.raw.span(m.start, m.end, by) for m in marked
        )
    usual = sum(bool(s) for s in scores[first])
    return Found(by, len(judged), sum(map(bool, judged)), usual, rival, moved)
