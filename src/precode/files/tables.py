"""Tables (.csv, .tsv, .xlsx) in and out, as text, with the place of every row for messages."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from precode.errors import InputError, Problem, refuse
from precode.files.atomic import replacing
from precode.files.cells import Cell, Form, Grid
from precode.files.text import ILLEGAL, MIXED_ENDS, decode, read_bytes

SUFFIXES = (".csv", ".tsv", ".xlsx")


@dataclass(frozen=True, slots=True)
class Table:
    """A table read from a file: every cell is text, "" where it is empty.

    ``where[i]`` names the place of ``rows[i]`` as the spreadsheet shows it ("codes.csv, row 5").
    Rows without any text are left out. ``notes`` say what was assumed or not read.
    """

    columns: tuple[str, ...]
    rows: tuple[dict[str, str], ...]
    where: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_table(path: Path, *, max_megabytes: float = 100, sheet: str | None = None) -> Table:
    """The table in ``path``; of a workbook, ``sheet`` or the first sheet that holds anything.

    The first row with text is the header. Raises :class:`InputError` for a file that is empty,
    damaged, encrypted or not what its suffix says, for columns without or with the same names, and
    for rows longer than the header, naming each.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        from precode.files.workbooks import read_sheet  # openpyxl is heavy

        place, records, notes = read_sheet(path, max_megabytes=max_megabytes, sheet=sheet)
        return _table(place, records, notes)
    if suffix in (".csv", ".tsv"):
        data = read_bytes(path, max_megabytes=max_megabytes)
        decoded = decode(data, str(path))
        delimiter = "\t" if suffix == ".tsv" else None
        # Newlines inside cells and between rows often differ; that is no news in a table.
        notes = tuple(n for n in decoded.notes if n != MIXED_ENDS)
        return _table(path.name, _csv_records(path, decoded.text, delimiter), notes)
    raise InputError(
        f"{path} is not a table that precode reads",
        mend=f"save it as one of {', '.join(SUFFIXES)}",
    )


def read_grids(path: Path, *, max_megabytes: float = 100) -> tuple[Grid, ...]:
    """The sheets of ``path`` (.xlsx) that have any text, or the one of a .csv or .tsv, cell by cell,
    for a reader who finds the header and bears rows that do not fit it.

    Raises :class:`InputError` as :func:`read_table` does of files.
    """
    suffix = path.suffix.lower()
    if suffix == ".xlsx":
        from precode.files import workbooks  # openpyxl is heavy

        return workbooks.read_grids(path, max_megabytes=max_megabytes)
    if suffix in (".csv", ".tsv"):
        decoded = decode(read_bytes(path, max_megabytes=max_megabytes), str(path))
        records = _csv_records(path, decoded.text, "\t" if suffix == ".tsv" else None)
        rows = tuple((n, tuple(r)) for n, r in records if any(cell.strip() for cell in r))
        notes = tuple(n for n in decoded.notes if n != MIXED_ENDS)
        return (Grid(path.name, rows, notes=notes),)
    raise InputError(
        f"{path} is not a table that precode reads",
        mend=f"save it as one of {', '.join(SUFFIXES)}",
    )


def _csv_records(path: Path, text: str, delimiter: str | None) -> Iterator[tuple[int, list[str]]]:
    """(row number from 1, cells): one record is one spreadsheet row, however many lines it has."""
    first = 1
    if match := re.match(r"sep=([,;\t])\n", text):
        text, delimiter, first = text[match.end() :], match[1], 2
    delimiter = delimiter or _sniff(text)
    csv.field_size_limit(max(csv.field_size_limit(), min(len(text) + 1, 2**31 - 1)))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = first
    try:
        for number, record in enumerate(reader, first):
            yield number, record
    except csv.Error as error:
        raise InputError(
            f"{path.name}, after row {number} (near line {reader.line_num}): {error}",
            mend='put cells that hold quotes or separators in "quotes" and double quotes inside '
            "them, or save the table as .xlsx",
        ) from error


def _sniff(text: str) -> str:
    """The separator among , ; tab that cuts the first rows most evenly."""

    def score(delimiter: str) -> tuple[float, int]:
        sample = io.StringIO(text[:200_000], newline="")
        widths: list[int] = []
        try:
            for record in csv.reader(sample, delimiter=delimiter):
                if any(cell.strip() for cell in record):
                    widths.append(len(record))
                if len(widths) == 50:
                    break
        except csv.Error:
            pass
        if not widths or widths[0] < 2:
            return (0.0, 0)
        return (sum(w == widths[0] for w in widths) / len(widths), widths[0])

    best = max((",", ";", "\t"), key=score)
    return best if score(best)[0] > 0 else ","


def _table(place: str, records: Iterable[tuple[int, list[str]]], notes: Sequence[str]) -> Table:
    rows: list[dict[str, str]] = []
    where: list[str] = []
    problems: list[Problem] = []
    columns: tuple[str, ...] = ()
    for number, cells in records:
        if not any(cell.strip() for cell in cells):
            continue
        here = f"{place}, row {number}"
        if not columns:
            columns = _header(here, cells)
            continue
        extra = [cell for cell in cells[len(columns) :] if cell.strip()]
        if extra:
            problems.append(
                Problem(
                    here,
                    f"has {len(cells)} cells but the header has {len(columns)}",
                    f"name the column of {extra[0][:40]!r}, or put cells with separators in quotes",
                )
            )
            continue
        padded = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
        rows.append(dict(zip(columns, padded, strict=True)))
        where.append(here)
    if not columns:
        raise InputError(f"{place} is empty", mend="leave it out, or save the table again")
    refuse(f"{place} has rows that do not fit its header", problems)
    return Table(columns, tuple(rows), tuple(where), tuple(notes))


def _header(here: str, cells: list[str]) -> tuple[str, ...]:
    names = [re.sub(r"\s+", " ", cell).strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    filled = [n for n in names if n]
    if all(re.fullmatch(r"[\d.,:/\s+-]+", n) for n in filled) or any(len(n) > 200 for n in filled):
        raise InputError(
            f"{here} should name the columns, but reads {', '.join(filled)[:60]!r}",
            mend="add a first row with a name for each column",
        )
    # pandas writes its index under an empty name; a place is better than a refusal.
    names = [n or f"column {i}" for i, n in enumerate(names, 1)]
    twice = [n for n, times in Counter(names).items() if times > 1]
    if twice:
        raise InputError(
            f"{here} names {', '.join(map(repr, twice))} more than once",
            mend="give each column its own name",
        )
    return tuple(names)


# Spreadsheets run cells that begin so as formulas (OWASP, "CSV injection").
_FORMULA = re.compile("'*(?:[\t\r\n]|\\s*[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def escape_formula(text: str) -> str:
    """``text`` with a leading apostrophe if a spreadsheet could take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape_formula(text: str) -> str:
    """Undoes :func:`escape_formula`. Only for cells that precode itself wrote."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def write_csv(
    path: Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    bom: bool = True,
) -> None:
    """A CSV file that spreadsheets open rightly and cannot be made to run, at once or not at all.

    UTF-8, with a byte order mark unless ``bom`` is False (Excel needs it). Text that could be a
    formula gets an apostrophe in front (:func:`unescape_formula`); numbers stay numbers; None and
    NaN are empty; control characters become U+FFFD. Raises :class:`InputError` if ``path`` cannot
    be written.
    """
    encoding = "utf-8-sig" if bom else "utf-8"
    with (
        _writing(path) as temporary,
        temporary.open("w", encoding=encoding, newline="") as file,
    ):
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([_plain(cell) for cell in columns])
        writer.writerows([_plain(cell) for cell in row] for row in rows)


@contextmanager
def _writing(path: Path) -> Iterator[Path]:
    try:
        with replacing(path) as temporary:
            yield temporary
    except OSError as error:
        raise InputError(
            f"{path} cannot be written: {error.strerror or error}",
            mend="close it in other programs, or choose another place",
        ) from error


def _plain(cell: Cell) -> str | int | float:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return escape_formula(ILLEGAL.sub("\ufffd", cell)) if isinstance(cell, str) else cell


def write_xlsx(
    path: Path, sheets: Mapping[str, tuple[Sequence[str], Iterable[Sequence[Cell]]]]
) -> None:
    """A workbook with one formatted sheet for each name, at once or not at all.

    Text cells are text, never formulas; numbers are numbers; the bold header is frozen and
    filterable; long cells wrap. Raises :class:`InputError` for a cell longer than the 32,767
    characters, or more rows than, a sheet can hold.
    """
    from precode.files.workbooks import write_sheets  # openpyxl is heavy

    with _writing(path) as temporary:
        write_sheets(temporary, sheets)


def write_forms(path: Path, forms: Sequence[Form]) -> None:
    """A workbook of sheets to read, fill in and print, at once or not at all.

    Text is text, never a formula, also once edited; drop-downs warn of other words but let them
    stand. Raises :class:`InputError` as :func:`write_xlsx`.
    """
    from precode.files import forms as workbook_forms  # openpyxl is heavy

    with _writing(path) as temporary:
        workbook_forms.write_forms(temporary, forms)
