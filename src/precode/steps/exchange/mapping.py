"""``codes --map``: a mapping of a team's codes to the codebook is proposed, written, and applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from precode.codebook import Codebook, read_codebook
from precode.codings.columns import ColumnMapping
from precode.codings.inductive import Grown, grow
from precode.codings.mapping import Meaning, path_key, read_mapping, write_mapping
from precode.codings.proposing import Evidence, Proposal, Theirs, propose
from precode.domain import CodePolarity
from precode.errors import InputError, PrecodeError, Problem, UsageError, refuse
from precode.exchange.project import Project
from precode.files.tables import Table, read_table
from precode.model.bundle import Bundle
from precode.model.passages import passages_from_texts
from precode.resources import codebooks, starters
from precode.settings import Predict
from precode.steps.exchange.incoming import match_codes
from precode.steps.exchange.opened import Opened, open_all, problems_of, uses
from precode.steps.exchange.tables import project_of_table
from precode.steps.learnt.embedding import embedding_of
from precode.steps.models import bundle_at, study_model
from precode.steps.opening import Progress, Study, open_study, silent

STARTER = "comb-starter"
MOST = 40  # excerpts of a code that the model reads: their mean moves little with more


@dataclass(frozen=True, slots=True)
class Proposed:
    """The mapping that was written to ``file``. ``model`` read the excerpts, "" if none did."""

    file: str
    model: str
    proposals: tuple[Proposal, ...]


@dataclass(slots=True)
class _Gathered:
    theirs: Theirs
    known: CodePolarity | None
    texts: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping that was read: its ``meaning``, the codebook as it has ``grown`` by it, and the rows
    of tables that it has no part in ("none": read, and nothing applies).
    """

    meaning: Meaning
    grown: Grown
    rest: Mapping[Path, Table]


Columns = tuple[Path | None, Mapping[str, str]]
"""A saved mapping of columns, and columns named by hand."""


def propose_mapping(
    path: Path,
    files: Sequence[Path],
    target: Path,
    *,
    columns: Columns = (None, {}),
    form: str = "",
    force: bool = False,
    examples: bool = False,
    progress: Progress = silent,
) -> Proposed:
    """Write to ``target`` what the codes in ``files`` may be in the codebook of the study at ``path``.
    Nothing is imported.

    Raises :class:`UsageError` if ``target`` is there already, unless ``force``, and
    :class:`InputError` for files that cannot be read or hold no code.
    """
    check_target(target)
    if target.exists() and not force:
        raise UsageError(f"{target} is there already", mend="--force writes it anew")
    with open_study(path, verb="codes", write=False) as study:
        opened = open_all(study, files, form=form, columns_named=bool(columns[0] or columns[1]))
        refuse("no mapping was written", opened.problems)
        _take_tables(study, opened, columns)
        return _propose(study, opened.projects, target, examples=examples, progress=progress)


def mapped_study(
    study: Study, opened: Opened, file: Path, columns: Columns
) -> tuple[Study, Mapped]:
    """``study`` with the codebook that the mapping in ``file`` makes of its own; nothing is written
    yet. The tables in ``opened`` become projects there, but for the rows that are left in ``rest``.

    Raises :class:`InputError` with every mistake in the mapping or a table.
    """
    refuse("nothing was imported", opened.problems, mend="mend what is listed, run it again")
    meaning = read_mapping(file, study.codebook)
    rest = _take_tables(study, opened, columns)
    grown = _growth(study, meaning, opened.projects)
    return replace(study, codebook=grown.codebook), Mapped(meaning, grown, rest)


def _take_tables(study: Study, opened: Opened, columns: Columns) -> dict[Path, Table]:
    saved = ColumnMapping.load(columns[0]) if columns[0] else None
    rest: dict[Path, Table] = {}
    problems: list[Problem] = []
    for file in opened.tables:
        try:
            table = read_table(file, max_megabytes=study.settings.limits.megabytes)
            named = saved or ColumnMapping.find(table.columns, where=str(file), **columns[1])
            named.check(table.columns, where=str(file))
        except InputError as error:
            problems += problems_of(error, file)
            continue
        opened.projects[file], left = project_of_table(table, named, study.codebook, name=file.name)
        if left.rows:
            rest[file] = left
    refuse("nothing was done", problems, mend="mend what is listed, run it again")
    opened.tables[:] = rest
    return rest


def _propose(
    study: Study,
    projects: Mapping[Path, Project],
    target: Path,
    *,
    examples: bool,
    progress: Progress,
) -> Proposed:
    gathered = _gather(study, projects)
    if not gathered:
        raise InputError("there is no code to map", mend="name a project with codes")
    evidence, model, said = _evidence(study, gathered, progress)
    others = list(_others(study.codebook))
    proposals = tuple(
        propose(g.theirs, study.codebook, known=g.known, others=others, evidence=evidence.get(key))
        for key, g in gathered.items()
    )
    write_mapping(
        target, proposals, study.codebook, files=[p.name for p in projects], evidence=said,
        examples=examples,
    )  # fmt: skip
    return Proposed(str(target), model, proposals)


def check_target(target: Path) -> None:
    """``--map codes.csv`` would take the table for the mapping."""
    if target.suffix.lower() != ".toml":
        raise UsageError(
            f"--map {target} is no .toml file",
            mend="name the files first: precode codes FILE --map map.toml",
        )


def _growth(study: Study, meaning: Meaning, projects: Mapping[Path, Project]) -> Grown:
    """The study's codebook with the codes that ``meaning`` keeps and ``projects`` use."""
    used: dict[str, str] = {}
    for project in projects.values():
        counts = uses(project)
        for c in project.codes:
            if counts[c.id]:
                used.setdefault(path_key(project.path(c.id)), c.description)
    kept = {
        key: (replace(one, description=used[key]), said)
        for key, (one, said) in meaning.kept.items()
        if key in used
    }
    file = study.folder.codebook
    return grow(file.read_text(encoding="utf-8-sig"), study.codebook, kept, name=str(file))


def _gather(study: Study, projects: Mapping[Path, Project]) -> dict[str, _Gathered]:
    """Every code that is used (of a codebook alone: every code), by path, with excerpts of it."""
    found: dict[str, _Gathered] = {}
    for project in projects.values():
        counts = uses(project)
        bare = not any(counts.values())
        known = match_codes(project, study.codebook)
        texts: dict[str, list[str]] = {}
        by_source = {s.id: s.text for s in project.sources}
        for s in project.selections:
            words = by_source.get(s.source, "")[s.start : s.end] or s.text
            texts.setdefault(s.code, []).append(words)
        for q in project.quotes:
            texts.setdefault(q.code, []).append(q.text)
        for c in project.codes:
            if not (counts[c.id] or (bare and c.codable)):
                continue
            path = project.path(c.id)
            g = found.setdefault(path_key(path), _Gathered(Theirs(path, 0), known[c.id]))
            g.texts += [t for t in texts.get(c.id, ()) if t.strip()]
            g.theirs = replace(
                g.theirs, codings=g.theirs.codings + counts[c.id], excerpts=tuple(g.texts[:2]),
                description=g.theirs.description or c.description,
            )  # fmt: skip
    return found


def _others(codebook: Codebook) -> Iterator[Codebook]:
    """Shipped codebooks whose codes map to ``codebook``'s: their names are synonyms."""
    ours = set(codebook.leaf_ids)
    for path in codebooks().values():
        book = read_codebook(path)
        if any(ours & set(leaf.maps_to) for leaf in book.leaves):
            yield book


# -- the excerpts, read by a model -----------------------------------------------------------------


def _model(study: Study) -> tuple[str, Bundle] | None:
    """The study's newest model, or the starter where it has none of its codes."""
    with suppress(PrecodeError):
        return study_model(study, "")
    if STARTER in starters():
        bundle = bundle_at(STARTER)
        if set(bundle.codebook.leaf_ids) <= set(study.codebook.leaf_ids):
            return STARTER, bundle
    return None


def _evidence(
    study: Study, gathered: Mapping[str, _Gathered], progress: Progress
) -> tuple[dict[str, Evidence], str, str]:
    """(path → what the model says, the model's name, a sentence on it)."""
    found = _model(study)
    rows = [(key, t) for key, g in gathered.items() for t in _sample(g.texts)]
    if found is None:
        return {}, "", "No model knows these codes: the proposals go by names alone."
    name, bundle = found
    if not rows:
        return {}, "", "There are no excerpts: the proposals go by names alone."
    behaviour = study.settings.study.behaviour
    todo = passages_from_texts(
        [t for _, t in rows],
        [""] * len(rows),
        [behaviour] * len(rows),
        [str(i) for i in range(len(rows))],
    )
    try:
        with embedding_of(bundle, cache=None, progress=progress) as embed:
            read = bundle.predict(todo, embed, accept=Predict().accept)
    except PrecodeError as error:  # its encoder is not here: names are better than nothing
        return (
            {},
            "",
            f"No model read the excerpts ({error.what}): the proposals go by names alone.",
        )
    out: dict[str, Evidence] = {}
    for key in gathered:
        mine = np.array([i for i, (k, _) in enumerate(rows) if k == key], dtype=np.intp)
        if len(mine):
            out[key] = _mean(read.p[mine], read.polarity_p[mine], read.codes, f"model {name}")
    said = f"Excerpts (at most {MOST} of a code) were read by the model {name!r}: a hint, no more."
    return out, name, said


def _sample(texts: Sequence[str]) -> list[str]:
    """At most :data:`MOST`, evenly from first to last."""
    if len(texts) <= MOST:
        return list(texts)
    return [texts[round(i * (len(texts) - 1) / (MOST - 1))] for i in range(MOST)]


def _mean(p: np.ndarray, sides: np.ndarray, codes: Sequence[str], model: str) -> Evidence:
    there = [j for j in range(len(codes)) if not np.isnan(p[:, j]).any()]
    mean, side = p.mean(0), sides.mean(0)
    return Evidence(
        len(p),
        {codes[j]: float(mean[j]) for j in there},
        {codes[j]: (float(side[j, 0]), float(side[j, 1])) for j in there},
        model,
    )
