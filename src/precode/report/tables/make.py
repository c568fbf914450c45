"""All tables of a report, made once; every renderer draws these and computes nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from precode.domain import Polarity
from precode.report.grid import Grid
from precode.report.tables import agreement as agreement_
from precode.report.tables import assistance as assistance_
from precode.report.tables import findings as findings_
from precode.report.tables import glance, groups, provenance, quotes, scores
from precode.report.tables import methods as methods_
from precode.report.tables import rates as rates_
from precode.report.tables import themes as themes_
from precode.report.tables.coreq import coreq
from precode.report.tables.excerpts import Excerpt, Key, human_excerpts, machine_excerpts
from precode.report.tables.findings import Findings
from precode.report.tables.index import Index, make_index
from precode.report.tables.machine import MachineTables, machine_tables
from precode.report.tables.matrix import MOST_ROWS, Matrix, framework_matrix
from precode.report.tables.paragraph import methods_paragraph
from precode.report.tables.quotes import QuoteCell, Quoting
from precode.report.tables.wheel import functions_to_consider
from precode.report.view import StudyView
from precode.report.wanted import PARTICIPANT, SOURCE, Wanted


@dataclass(frozen=True, slots=True)
class Tables:
    """A report's content. None stands for a table the study has no data for.

    ``figures`` are the numbers that head it; ``skipped`` names the attributes that got no
    table of their own, with the reason; ``model`` is empty where nothing was pre-coded;
    ``short_names`` are (FG1, name of the source); ``left_out`` says what nobody may see yet;
    ``matrix`` is the one for a page and the whole one for a workbook;
    ``assistance`` where no suggestion was shown. ``suggestions`` is the methods' paragraph on them, ``paragraph`` one on the whole study, to paste.
    """

    title: str
    behaviour: str
    codebook: str
    version: str
    made_at: str
    coders: tuple[str, ...]
    model: str
    figures: tuple[tuple[str, int], ...]
    glance: tuple[Grid, ...]
    findings: Findings
    quotes: tuple[QuoteCell, ...]
    groups: tuple[Grid, ...]
    skipped: tuple[tuple[str, str], ...]
    validation: Grid | None
    agreement: tuple[Grid, ...]
    assistance: tuple[Grid, ...]
    human_machine: Grid
    unplaced: Grid | None
    methods: tuple[Grid, ...]
    suggestions: str
    paragraph: str = ""
    wheel: Grid | None = None
    machine: MachineTables | None = None
    matrix: tuple[Matrix, Matrix] = field(kw_only=True)
    themes: Grid | None = None
    rates: Grid | None = None
    short_names: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()


def make_tables(
    view: StudyView,
    *,
    quotes_each: int = 3,
    attribution: Sequence[str] | None = None,
    wanted: Wanted | None = None,
    rng: np.random.Generator | None = None,
) -> Tables:
    """Every table of the report on ``view``.

    ``quotes_each`` quotes are chosen for each code and polarity; ``attribution`` names the
    attributes printed after them, in order (default: the first two known ones of each person).
    With ``rng`` groups are tested by permutation.
    """
    index = make_index(view)
    wanted = wanted or Wanted()
    quoting = Quoting(index, attribution)
    human = human_excerpts(index)
    pre = machine_excerpts(index)
    shown = findings_.shown_polarities(index, human, pre)
    at_a_glance = (
        glance.sources_by_kind(index),
        *glance.people_by_attribute(index, wanted.table_by),
        glance.coders(index),
        glance.codes_by_coder(index),
    )
    methods = (
        methods_.facts(index),
        methods_.training(index),
        methods_.thresholds(index),
        coreq(index),
        methods_.codebook(index),
        methods_.sources(index),
        methods_.log(index),
    )
    return Tables(
        title=view.title,
        behaviour=view.behaviour,
        codebook=f"{view.codebook.name}, version {view.codebook.version}",
        version=view.version,
        made_at=view.made_at,
        coders=view.coders,
        model=view.machine.model if view.machine else "",
        figures=glance.figures(index),
        glance=tuple(g for g in at_a_glance if g is not None),
        findings=findings_.findings(index, human, pre),
        quotes=quotes.choose_quotes(index, human, pre, shown, each=quotes_each, quoting=quoting),
        groups=groups.by_group(index, human, shown, rng=rng),
        skipped=groups.skipped_attributes(index),
        validation=scores.validation(index),
        agreement=agreement_.agreement(index),
        assistance=assistance_.assistance(index),
        human_machine=provenance.human_and_machine(index),
        unplaced=provenance.unplaced(index),
        methods=tuple(g for g in methods if g is not None),
        suggestions=assistance_.method(index),
        paragraph=methods_paragraph(index),
        wheel=functions_to_consider(index, human),
        machine=machine_tables(index),
        matrix=_matrices(index, human, shown, wanted, quoting),
        themes=themes_.themes(index, human),
        rates=rates_.rates(index, human, shown),
        short_names=tuple(
            (index.names[t.id], t.name) for t in view.transcripts if index.names[t.id] != t.name
        ),
        left_out=view.left_out,
    )


def _matrices(
    index: Index,
    human: Mapping[Key, tuple[Excerpt, ...]],
    shown: Sequence[Polarity],
    wanted: Wanted,
    quoting: Quoting,
) -> tuple[Matrix, Matrix]:
    """For a page and for a workbook: two where nobody asked for rows that are too many to read."""
    by = wanted.matrix_by if wanted.matrix_by in (PARTICIPANT, SOURCE) else ""
    by = by or glance.attribute_called(index, wanted.matrix_by) or PARTICIPANT

    def made(by: str) -> Matrix:
        each = 1 if by == PARTICIPANT else 2
        return framework_matrix(
            index, human, shown, index.view.summaries,
            by=by, wanted=wanted, quotes_each=each, quoting=quoting,
        )  # fmt: skip

    whole = made(by)
    attributes = groups.grouping(index)
    if wanted.matrix_by or len(whole.rows) <= MOST_ROWS or not attributes:
        return whole, whole
    return made(attributes[0]), whole
