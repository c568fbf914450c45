"""A coded table as a project, for ``codes --map``: its codes are the team's, not yet the codebook's."""

from __future__ import annotations

import re
from dataclasses import replace

from precode.codebook import Codebook, find_polarity, plain
from precode.codings.cells import NOTHING
from precode.codings.columns import ColumnMapping
from precode.exchange.project import Coder, Project, ProjectCode, Quote, Source
from precode.files.tables import Table

_LIST = re.compile(r"[;|\n]")
_PATH = re.compile(r"\\+|\s*>\s*|::")


def project_of_table(
    table: Table, columns: ColumnMapping, codebook: Codebook, *, name: str
) -> tuple[Project, Table]:
    """``table`` as quotes with codes of its own, "Barriers\\\\Time" as a path; and the rows of it that
    say "none" (read, and nothing applies) or lack something, for the usual reader.

    A polarity beside a code is the last name of its path, as long as it is one.
    """
    codes: dict[tuple[str, ...], ProjectCode] = {}
    quotes: list[Quote] = []
    rest: list[int] = []
    for i, (row, where) in enumerate(zip(table.rows, table.where, strict=True)):
        pieces = _pieces(row[columns.code], codebook)
        whole = row[columns.source].strip() and row[columns.excerpt].strip() and pieces
        if not whole or all(plain(p) in NOTHING and not codebook.find(p) for p in pieces):
            rest.append(i)
            continue
        said = row[columns.polarity].strip() if columns.polarity else ""
        coder = row[columns.coder].strip() if columns.coder else ""
        memo = row[columns.memo].strip() if columns.memo else ""
        for piece in pieces:
            path = _path(piece, codebook) + ((said,) if find_polarity(said) and said else ())
            _add(codes, path)
            source = row[columns.source].strip()
            place = where.removeprefix(f"{name}, ")
            quotes.append(Quote(source, row[columns.excerpt], _id(path), coder, place, note=memo))
    coders = dict.fromkeys(q.coder for q in quotes if q.coder)
    sources = dict.fromkeys(q.source for q in quotes)
    project = Project(
        "", name, tuple(Source(s, s, "") for s in sources), tuple(codes.values()),
        tuple(Coder(c, c) for c in coders), quotes=tuple(quotes),
    )  # fmt: skip
    kept = replace(
        table, rows=tuple(table.rows[i] for i in rest), where=tuple(table.where[i] for i in rest)
    )
    return project, kept


def _pieces(cell: str, codebook: Codebook) -> list[str]:
    if codebook.find(cell):
        return [cell.strip()]
    return list(dict.fromkeys(p.strip() for p in _LIST.split(cell) if p.strip()))


def _path(piece: str, codebook: Codebook) -> tuple[str, ...]:
    if codebook.find(piece):
        return (piece,)
    return tuple(" ".join(p.split()) for p in _PATH.split(piece) if p.strip()) or (piece,)


def _id(path: tuple[str, ...]) -> str:
    return " > ".join(path)


def _add(codes: dict[tuple[str, ...], ProjectCode], path: tuple[str, ...]) -> None:
    for depth in range(1, len(path) + 1):
        part = path[:depth]
        codes.setdefault(part, ProjectCode(_id(part), part[-1], _id(part[:-1])))
