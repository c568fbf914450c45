"""Codings in any of the formats of :mod:`precode.exchange`, opened and made ready for a study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from precode.codebook import Codebook
from precode.codings.mapping import Meaning, missing, path_key
from precode.domain import CodePolarity
from precode.errors import InputError, Problem
from precode.exchange.project import Doubt, Project
from precode.exchange.recognise import TABLE, Options, read_project, recognise
from precode.files.tables import SUFFIXES as TABLES
from precode.steps.opening import Study


@dataclass(slots=True)
class Opened:
    """``tables`` are coded tables, ``projects`` all others, by file; every problem is listed."""

    tables: list[Path] = field(default_factory=list)
    projects: dict[Path, Project] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def open_all(
    study: Study, files: Sequence[Path], *, form: str = "", columns_named: bool = False
) -> Opened:
    """``files``, each recognised by its content, or all taken to be of the format ``form``. With
    ``columns_named`` whatever is called like a table is one.

    Raises :class:`UsageError` for a ``form`` that is none.
    """
    out = Opened()
    limits = study.settings.limits
    book = study.codebook
    known = frozenset(w for c in book.leaves for w in (c.id, c.label, *c.aliases))
    for file in files:
        table = file.suffix.lower() in TABLES
        if table and (columns_named or form == TABLE):
            out.tables.append(file)
            continue
        try:
            kind = recognise(file, given=form, max_megabytes=limits.megabytes)
            if kind == TABLE:
                out.tables.append(file)
                continue
            limit = limits.xml_megabytes if kind == "refi" else limits.megabytes
            out.projects[file] = read_project(file, kind, Options(limit, known))
        except InputError as error:
            if table and not form:
                out.tables.append(file)  # its reader says it in its own words, with all others'
            else:
                out.problems += problems_of(error, file)
    return out


def problems_of(error: InputError, file: Path) -> Sequence[Problem]:
    """What ``error`` says of ``file``, for a list of many files."""
    what = error.what.removeprefix(str(file)).lstrip(": ")
    return error.problems or [Problem(str(file), what, error.mend)]


def with_meaning(
    project: Project,
    codes: Mapping[str, CodePolarity | None],
    meaning: Meaning | None,
    kept: Mapping[str, CodePolarity],
    codebook: Codebook,
) -> tuple[Project, dict[str, CodePolarity | None]]:
    """``project`` without the codings of codes that the mapping skips, which its doubts then name;
    and what each of its codes is: what ``meaning`` says, else what its name says (``codes``).
    ``kept`` are the codes of their own, by path.
    """
    out = dict(codes)
    if meaning is None:
        return project, out
    skipped: dict[str, str] = {}
    for c in project.codes:
        key = path_key(project.path(c.id))
        if key in meaning.skipped:
            skipped[c.id] = key
        elif found := kept.get(key) or meaning.given.get(key):
            out[c.id] = found if found.code in codebook.leaf_ids else None
    counts = uses(project)
    gone = [Doubt(k, f"{counts[i]} codings, as the mapping says", "left out")
            for i, k in skipped.items() if counts[i]]  # fmt: skip
    used = (path_key(project.path(c.id)) for c in project.codes if counts[c.id])
    new = missing(meaning, used)
    unsaid = [Doubt(k, "is not in the mapping: taken by its name, if that is in the codebook")
              for k in new]  # fmt: skip
    return replace(
        project,
        selections=tuple(s for s in project.selections if s.code not in skipped),
        quotes=tuple(q for q in project.quotes if q.code not in skipped),
        doubts=(*project.doubts, *gone, *unsaid),
    ), out


def uses(project: Project) -> dict[str, int]:
    """Code id → how many codings give it."""
    counts = {c.id: 0 for c in project.codes}
    for code in [s.code for s in project.selections] + [q.code for q in project.quotes]:
        if code in counts:
            counts[code] += 1
    return counts
