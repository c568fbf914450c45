"""Coded tables: one row an excerpt, with its source, code, polarity and coder."""

from __future__ import annotations

from precode.codebook import Codebook
from precode.codings.cells import MINUS, read_cells
from precode.codings.columns import ColumnMapping
from precode.domain import CodedExcerpt, CodePolarity
from precode.errors import Problem
from precode.files.tables import Table

__all__ = ["ColumnMapping", "read_coded_table"]


def read_coded_table(
    table: Table, mapping: ColumnMapping, codebook: Codebook, *, default_coder: str = ""
) -> tuple[list[CodedExcerpt], list[Problem]]:
    """Every row of ``table`` as coded excerpts, one for each code, and all that is wrong with it.

    A row that was read and to which nothing applies gives one excerpt with the code "". A row with
    a problem gives none. The same mistake in many rows is one problem that says in how many.
    ``default_coder`` stands where the table names none. Raises :class:`InputError` if ``mapping``
    names a column that the table lacks.
    """
    name = table.where[0].rpartition(", row ")[0] if table.where else "the table"
    mapping.check(table.columns, where=name)
    excerpts: list[CodedExcerpt] = []
    problems: list[Problem] = []
    if not mapping.coder and not default_coder:
        problems.append(
            Problem(name, "has no column that names the coder", "say who coded: --coder NAME")
        )
    polarities = {row[mapping.polarity] for row in table.rows} if mapping.polarity else set()
    if any(MINUS.match(p) for p in polarities) and not any("+" in p for p in polarities):
        # Beside "+" it is a sign; alone it is as often a mark for "nothing here".
        what = "has '-' but never '+' as a polarity: it may mean barrier, or nothing"
        problems.append(Problem(name, what, "write barrier, or leave the cell empty"))
    for row, where in zip(table.rows, table.where, strict=True):
        source = row[mapping.source].strip()
        text = row[mapping.excerpt]
        coder = (row[mapping.coder].strip() if mapping.coder else "") or default_coder
        codes, faults = read_cells(
            row[mapping.code], row[mapping.polarity] if mapping.polarity else "", codebook
        )
        wrong = [Problem(where, f.what, f.mend) for f in faults]
        if not source:
            wrong.append(Problem(where, "names no transcript", f"fill in {mapping.source!r}"))
        if not text.strip():
            wrong.append(
                Problem(where, "has no excerpt", f"fill in {mapping.excerpt!r} or delete the row")
            )
        if mapping.coder and not coder:
            mend = f"fill in {mapping.coder!r}, or say who coded: --coder NAME"
            wrong.append(Problem(where, "names no coder", mend))
        problems += wrong
        if wrong or not coder:
            continue
        memo = row[mapping.memo].strip() if mapping.memo else ""
        excerpts += [
            CodedExcerpt(where, source, text, c.code, c.polarity, coder, memo)
            for c in dict.fromkeys(codes or [CodePolarity("")])
        ]
    return excerpts, _grouped(problems)


def _grouped(problems: list[Problem]) -> list[Problem]:
    """One problem for each mistake: a code misspelt in 500 rows is mended once."""
    groups: dict[tuple[str, str], list[str]] = {}
    for p in problems:
        groups.setdefault((p.what, p.mend), []).append(p.where)
    return [Problem(_places(where), what, mend) for (what, mend), where in groups.items()]


def _places(where: list[str]) -> str:
    """ "codes.csv, row 2" or "codes.csv, rows 2, 5, 9 and 497 more"."""
    if len(where) == 1:
        return where[0]
    file = where[0].rpartition(", row ")[0]
    numbers = [w.rpartition(", row ")[2] for w in where]
    shown = ", ".join(numbers[:5])
    more = f" and {len(numbers) - 5} more" if len(numbers) > 5 else ""
    return f"{file}, rows {shown}{more}"
