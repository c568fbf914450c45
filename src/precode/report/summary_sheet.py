"""The workbook in which a team types its summaries, and what a filled one says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from precode.errors import InputError, Problem, refuse
from precode.files.cells import Cell, Column, Form, Grid, cell_name
from precode.report.grid import title
from precode.report.tables.matrix import Matrix, polarity_heading

SHEET, HOW_TO = "Summaries", "How to"
SUMMARY = "SUMMARY"
_DO_NOT_EDIT = " (do not edit)"
ROW, CODE, BEFORE = (name + _DO_NOT_EDIT for name in ("row key", "code id", "as it was"))
_NEEDED = (SUMMARY, ROW, CODE, BEFORE)


@dataclass(frozen=True, slots=True)
class Typed:
    """A cell of a filled sheet: ``place`` for messages, the keys of its row and code, its ``text``,
    and whether that is other than what the sheet was made with (``changed``). ``before`` is the
    :func:`mark` of that.
    """

    place: str
    row: str
    code: str
    text: str
    before: str

    @property
    def changed(self) -> bool:
        return mark(self.text) != self.before


def mark(text: str) -> str:
    """A short hash. It starts with a letter: a spreadsheet takes "12e45678" for a number."""
    return "h" + hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


def summary_forms(matrix: Matrix, study: str) -> tuple[Form, ...]:
    """The sheet to type in, a line for each case and code, and one that says how."""
    shown = matrix.polarities
    used = [
        i
        for i in range(len(shown))
        if any(cell.counts[i] for row in matrix.rows for cell in row.cells)
    ]
    columns = (
        Column(title(matrix.by), 24, "key"),
        Column("About", 20),
        Column("Domain", 18),
        Column("Code", 22, "key"),
        *(Column(polarity_heading(shown[i]), 9) for i in used),
        Column("Quotes", 60),
        Column(SUMMARY, 60, "answer", "", "Your own words for what this case says of this code."),
        *(Column(name, 10, "faint") for name in (ROW, CODE, BEFORE)),
    )
    rows: list[list[Cell]] = []
    for row in matrix.rows:
        for (code, label, domain), cell in zip(matrix.codes, row.cells, strict=True):
            text = cell.summary.text if cell.summary else ""
            quotes = "\n".join(f"“{q.text}” ({q.attribution})" for q in cell.quotes)
            rows.append(
                [
                    row.label, row.detail, domain, label, *(cell.counts[i] for i in used),
                    quotes, text, row.key, code, mark(text),
                ]
            )  # fmt: skip
    how = [
        ["1", f"Type into the yellow column {SUMMARY!r}; the other cells are locked, without a "
              "password. A line is one case and one code; filter by either in the header."],
        ["2", "Counts are of excerpts coded by people. Quotes are a choice: read the transcript."],
        ["3", "Leave the grey columns at the far right as they are: they tell where each summary "
              "belongs."],
        ["4", "Save as .xlsx and read it back, also when it is half done: "
              "precode report --summaries-in FILE. A cell that you empty takes its summary back; "
              "earlier ones are kept in the study's history."],
        ["study", study],
    ]  # fmt: skip
    return (
        Form(SHEET, columns, rows, filterable=True, locked=True),
        Form(HOW_TO, (Column(HOW_TO, 18, "key"), Column("fill this in", 100)), how),
    )


def read_summaries(
    grids: Sequence[Grid],
    file: str,
    *,
    unknown_row: Callable[[str], str],
    codes: Mapping[str, str],
) -> tuple[Typed, ...]:
    """What a sheet of :func:`summary_forms` says, cell by cell; empty ones too.

    ``unknown_row`` says in words why a key is none of the study's rows, "" where it is one;
    ``codes`` are the codes known by id. Raises :class:`InputError` with every line that does not
    fit.
    """
    grid, header, places = _sheet(grids, file)
    problems: list[Problem] = []
    typed: dict[tuple[str, str], Typed] = {}
    for number, cells in grid.rows:
        if number <= header:
            continue
        text, row, code, before = (
            cells[places[name]].strip() if places[name] < len(cells) else "" for name in _NEEDED
        )
        place = f"{file}, cell {cell_name(places[SUMMARY], number)}"
        if (number, places[SUMMARY]) in grid.blind:
            problems.append(
                Problem(place, "is a formula without a result", "type the summary as text")
            )
            continue
        if not text and not row and not code:
            continue
        wrong = _misfit(row, code, before, unknown_row, codes)
        if wrong is None and (other := typed.get((row, code))) and other.text != text:
            wrong = (f"says otherwise than {other.place}", "keep one of the two lines")
        if wrong:
            what = f"{wrong[0]}: {text[:40]!r}" if text else wrong[0]
            problems.append(Problem(place, what, wrong[1]))
            continue
        typed[row, code] = Typed(place, row, code, text, before)
    refuse(f"{file} was not read: nothing of it is stored", problems)
    return tuple(typed.values())


def _sheet(grids: Sequence[Grid], file: str) -> tuple[Grid, int, dict[str, int]]:
    """The sheet with the columns of a summary sheet, the row of its header, and where they are."""
    for grid in grids:
        for number, cells in grid.rows:
            heads = [" ".join(c.split()) for c in cells]
            if all(heads.count(name) == 1 for name in _NEEDED):
                return grid, number, {name: heads.index(name) for name in _NEEDED}
    raise InputError(
        f"{file} is no sheet of summaries: it lacks the columns {', '.join(_NEEDED)}",
        mend="make one: precode report --summaries-out summaries.xlsx",
    )


def _misfit(
    row: str,
    code: str,
    before: str,
    unknown_row: Callable[[str], str],
    codes: Mapping[str, str],
) -> tuple[str, str] | None:
    """(what is wrong with the keys of a line, the mend)."""
    again = "make a new sheet (precode report --summaries-out) and copy the text over"
    if not row or not code or not before:
        return "a grey cell of this line is empty", again
    if why := unknown_row(row):
        return why, again
    if code not in codes:
        return f"no codebook of this study has the code {code!r}", again
    return None
