"""``report --summaries-out`` and ``--summaries-in``: the framework matrix's summaries, typed in Excel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.errors import TooLittleError, UsageError
from precode.files.tables import read_grids, write_forms
from precode.report.grid import plain_name
from precode.report.summaries import parse_key
from precode.report.summary_sheet import mark, read_summaries, summary_forms
from precode.report.tables.excerpts import human_excerpts
from precode.report.tables.findings import shown_polarities
from precode.report.tables.glance import attribute_called
from precode.report.tables.index import Index, make_index
from precode.report.tables.matrix import framework_matrix
from precode.report.wanted import PARTICIPANT, SOURCE
from precode.steps.opening import open_study
from precode.steps.reporting.view import view_of
from precode.steps.reporting.wanted import wanted_of
from precode.steps.target import file_target
from precode.study.summaries import StoredSummary

QUOTES = 2
MAX_MEGABYTES = 50


@dataclass(frozen=True, slots=True)
class SummariesOut:
    """The sheet as written: ``cells`` to type in, of which ``typed`` hold a summary already."""

    file: str
    cases: int
    codes: int
    cells: int
    typed: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Replaced:
    """A summary that was changed after the sheet was made, and now by the sheet: both are kept,
    ``text`` stands.
    """

    cell: str
    before: str
    text: str


@dataclass(frozen=True, slots=True)
class SummariesIn:
    """The sheet as read: how many summaries were ``stored`` (``taken_back`` of them empty), how
    many cells are as they stand in the study (``unchanged``).
    """

    file: str
    stored: int
    taken_back: int
    unchanged: int
    replaced: tuple[Replaced, ...]


def summaries_out(
    path: Path,
    file: Path,
    *,
    matrix_by: str = "",
    sort: Sequence[str] = (),
    where: Sequence[str] = (),
) -> SummariesOut:
    """Write a workbook with a line for every case and code, what people coded there, and an empty
    cell to type a summary in, or the one that stands.

    Raises :class:`UsageError` for a file that is there already, or an attribute that is not known,
    and :class:`TooLittleError` where coders have read nobody.
    """
    target = file_target(file, file, suffixes=(".xlsx",))
    if target.exists():
        raise UsageError(
            f"--summaries-out {target} is there already, and may hold summaries",
            mend="name a new file; to read summaries: precode report --summaries-in FILE",
        )
    with open_study(path, verb="report", write=True) as study:
        view = view_of(study)
        wanted = wanted_of(view, matrix_by=matrix_by, sort=sort, where=where)
        index = make_index(view)
        human = human_excerpts(index)
        by = wanted.matrix_by if wanted.matrix_by in (PARTICIPANT, SOURCE) else ""
        by = by or attribute_called(index, wanted.matrix_by) or PARTICIPANT
        matrix = framework_matrix(
            index, human, shown_polarities(index, human, None), view.summaries,
            by=by, wanted=wanted, quotes_each=QUOTES,
        )  # fmt: skip
        if not matrix.rows:
            raise TooLittleError(
                "there is no case to summarise: coders have read nobody wanted",
                mend="precode review, or precode codes TABLE",
            )
        write_forms(target, summary_forms(matrix, view.title))
        study.store.log("summaries out", file=target.name, by=by)
        typed = sum(c.summary is not None for r in matrix.rows for c in r.cells)
        notes = []
        if matrix.unread:
            notes.append(f"{matrix.unread} people in sources that nobody has read have no line")
        if matrix.elsewhere:
            notes.append(
                f"{len(matrix.elsewhere)} summaries of other rows or codes are not in this sheet"
            )
        cells = len(matrix.rows) * len(matrix.codes)
        return SummariesOut(
            str(target), len(matrix.rows), len(matrix.codes), cells, typed, tuple(notes)
        )


def summaries_in(path: Path, file: Path) -> SummariesIn:
    """Read a filled sheet into the study: what was changed in it since it was made, and no more.

    Nothing is ever lost: earlier summaries stay in the history. Reading a file again stores
    nothing. Raises :class:`InputError` for a file that is no such sheet, and with every line that
    does not fit: then nothing is stored.
    """
    grids = read_grids(file, max_megabytes=MAX_MEGABYTES)
    with open_study(path, verb="report", write=True) as study:
        view = view_of(study)
        index = make_index(view)
        codes = {c.id: c.label for book in study.store.codebooks().values() for c in book.codes}
        codes |= {c.id: c.label for c in view.codebook.codes}
        codes |= {code: label for b in index.branches for code, label in b.codes}
        cells = read_summaries(
            grids, file.name, unknown_row=lambda key: unknown_row(index, key), codes=codes
        )
        standing = {(s.row, s.code): s.text for s in study.store.summaries()}
        new: list[StoredSummary] = []
        replaced: list[Replaced] = []
        for cell in cells:
            stands = standing.get((cell.row, cell.code), "")
            if not cell.changed or cell.text == stands:
                continue
            if mark(stands) != cell.before:
                replaced.append(Replaced(cell.place, stands, cell.text))
            new.append(StoredSummary(cell.row, cell.code, cell.text, file.name))
        if new:
            study.store.keep_summaries(new)
        taken_back = sum(not s.text for s in new)
        return SummariesIn(str(file), len(new), taken_back, len(cells) - len(new), tuple(replaced))


def unknown_row(index: Index, key: str) -> str:
    """Why ``key`` names no row of this study; "" if it does."""
    match parse_key(key):
        case ("participant", source, label) if (source, label) in index.people:
            return ""
        case ("source", source) if source in index.transcripts:
            return ""
        case ("group", name, value) if any(
            said.get(name, "") == value for said in index.people.values()
        ):
            return ""
        case ("nobody", name) if name in index.attributes:
            return ""
        case ("participant", _, label):
            return f"this study has no such participant as {label!r}, or another transcript of them"
        case ("source", _):
            return "this study has no such transcript"
        case ("group", name, value):
            return f"nobody has {plain_name(name)} {value!r} now"
        case _:
            return "the key of its row is damaged"
