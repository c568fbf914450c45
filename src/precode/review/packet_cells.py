"""The answer cells of a row of a returned packet, as codes; what is wrong is said by its cell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from precode.codebook import Codebook, plain
from precode.domain import CodePolarity, Polarity
from precode.errors import Problem
from precode.review.packet_layout import Layout
from precode.review.packet_sheet import MEMO, NOTHING

_YES = frozenset({"yes", "y", "x", "1", "true", "ja", "oui", "si", "sí", "ok", "nothing applies"})
_NO = frozenset({"", "no", "n", "0", "false", "nein", "non", "-", "–", "—"})
_TICKS = frozenset("✓✔☑✅")
_BLANK_POLARITY = frozenset({"", "n/a", "na", "none", "not applicable"})
# Marks that nobody sees, and that some programs add.
UNSEEN = dict.fromkeys(map(ord, "\u200b\ufeff"))


class Fault(Protocol):
    """What is wrong with a cell, and the mend."""

    @property
    def what(self) -> str: ...
    @property
    def mend(self) -> str: ...


ReadCells = Callable[[str, str, Codebook], tuple[list[CodePolarity], Sequence[Fault]]]
"""(code cell, polarity cell, codebook) → (codes, faults); neither means "nothing applies"."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a returned sheet."""

    layout: Layout
    number: int
    cells: Sequence[str]

    def text(self, column: int | None) -> str:
        """What a cell says, "" where there is no such column."""
        if column is None or column >= len(self.cells):
            return ""
        return self.cells[column].strip()

    def key(self, column: int) -> str:
        """As :meth:`text`, without the marks nobody sees: for ids."""
        return "".join(self.text(column).translate(UNSEEN).split())

    def name(self, column: int) -> str:
        return self.layout.cell(column, self.number)

    def answered(self) -> list[int]:
        """The answer columns that hold anything, in the sheet's order."""
        blind = self.layout.grid.blind
        return [c for c in sorted(self.layout.answers) if self.text(c) or (self.number, c) in blind]


def codes_of(
    row: Row, book: Codebook, read_cells: ReadCells
) -> tuple[tuple[CodePolarity, ...] | None, list[Problem]]:
    """The codes of a row in codebook order, None if it gives no answer to take; and what is wrong
    with its answer cells.
    """
    layout = row.layout
    nothing, problems = _nothing(row)
    given: dict[str, Polarity] = {}
    coded: list[int] = []
    for code_at, polarity_at in layout.pairs:
        code, polarity = row.text(code_at), row.text(polarity_at)
        if code_at is None or not code:
            if polarity_at is not None and polarity.casefold() not in _BLANK_POLARITY:
                mend = "choose its code, or empty the cell"
                what = f"a polarity, {polarity[:40]!r}, without a code"
                problems.append(Problem(row.name(polarity_at), what, mend))
            continue
        found, wrong = _pair(row, code_at, polarity_at, book, read_cells)
        problems += wrong
        if not found and not wrong:
            nothing = code_at if nothing is None else nothing
            continue
        coded.append(code_at)
        for c in found:
            joined = _joined(given.get(c.code, c.polarity), c.polarity)
            if joined is None:
                what = f"{book[c.code].label!r} stands twice in the row, once as unclear"
                problems.append(Problem(row.name(code_at), what, "leave one of the two"))
            else:
                given[c.code] = joined
    if nothing is not None and coded:
        what = "says that nothing applies, but the row has a code"
        problems.append(Problem(row.name(nothing), what, "empty one of the two"))
    answered = nothing is not None or bool(coded)
    if not answered and not problems and layout.memo is not None and row.text(layout.memo):
        what = "a memo without an answer"
        mend = f"give a code, or say yes under {NOTHING!r}"
        problems.append(Problem(row.name(layout.memo), what, mend))
    if book.choice == "one" and len(given) > 1:
        what = f"{len(given)} codes, but the codebook {book.name!r} gives each sentence one"
        problems.append(Problem(row.name(coded[-1]), what, "leave one code"))
    if problems or not answered:
        return None, problems
    order = sorted(given, key=book.leaf_ids.index)
    return tuple(CodePolarity(c, given[c]) for c in order), []


def _nothing(row: Row) -> tuple[int | None, list[Problem]]:
    """The cell that says "nothing applies", None if none does."""
    at = row.layout.nothing
    said = row.text(at)
    if at is None or said.casefold() in _NO:
        return None, []
    if plain(said) in _YES or set(said) <= _TICKS:
        return at, []
    what = f"{said[:40]!r} is neither yes nor empty"
    return None, [Problem(row.name(at), what, f"write yes; remarks belong under {MEMO!r}")]


def _pair(
    row: Row, code_at: int, polarity_at: int | None, book: Codebook, read_cells: ReadCells
) -> tuple[list[CodePolarity], list[Problem]]:
    """The codes of one pair of cells. What is wrong is said of the cell that is wrong."""
    code, polarity = row.text(code_at), row.text(polarity_at)
    _, faults = read_cells(code, "", book)
    if faults:
        return [], [Problem(row.name(code_at), f.what, f.mend) for f in faults]
    beside = code_at if polarity_at is None else polarity_at
    codes, faults = read_cells(code, polarity, book)
    if faults:
        return [], [Problem(row.name(beside), f.what, f.mend) for f in faults]
    if not codes:
        if polarity.casefold() not in _BLANK_POLARITY:
            what = f"a polarity, {polarity[:40]!r}, where nothing applies"
            return [], [Problem(row.name(beside), what, "empty the cell, or choose a code")]
        return [], []
    if polarity.casefold() in _BLANK_POLARITY:
        # `read_cells` calls a polarity unclear where none is given. One given with its code, as in
        # "physical opportunity: unclear", withstands another beside it; one not given does not.
        probed, _ = read_cells(code, Polarity.BARRIER, book)
        bare = {
            p.code for p in probed if p.polarity is Polarity.BARRIER
        } & {c.code for c in codes if c.polarity is Polarity.UNCLEAR}  # fmt: skip
        if bare:
            labels = " and ".join(repr(book[c.code].label) for c in codes if c.code in bare)
            words = ", ".join(p.value for p in Polarity if p)
            return [], [Problem(row.name(beside), f"no polarity for {labels}", f"choose: {words}")]
    return codes, []


def _joined(a: Polarity, b: Polarity) -> Polarity | None:
    """One code given twice in a row; None where the two cannot both be meant."""
    if a is b:
        return a
    return None if Polarity.UNCLEAR in (a, b) else Polarity.BOTH
