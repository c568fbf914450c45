"""All tables of a report, made once; every renderer draws these and computes nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from precode.report import assistance as assistance_
from precode.report import findings as findings_
from precode.report import glance, groups, provenance, quotes, scores
from precode.report import methods as methods_
from precode.report.excerpts import human_excerpts, machine_excerpts
from precode.report.findings import Findings
from precode.report.grid import Grid
from precode.report.index import make_index
from precode.report.quotes import QuoteCell
from precode.report.view import StudyView


@dataclass(frozen=True, slots=True)
class Tables:
    """A report's content. None stands for a table the study has no data for.

    ``figures`` are the numbers that head it; ``skipped`` names the attributes that got no
    table of their own, with the reason; ``model`` is empty where nothing was pre-coded;
    ``assistance`` where no suggestion was shown. ``suggestions`` is the methods' paragraph on them.
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
    agreement: Grid | None
    assistance: tuple[Grid, ...]
    human_machine: Grid
    unplaced: Grid | None
    methods: tuple[Grid, ...]
    suggestions: str


def make_tables(
    view: StudyView, *, quotes_each: int = 3, attribution: Sequence[str] | None = None
) -> Tables:
    """Every table of the report on ``view``.

    ``quotes_each`` quotes are chosen for each code and polarity; ``attribution`` names the
    attributes printed after them, in order (default: the first two known ones of each person).
    """
    index = make_index(view)
    human = human_excerpts(index)
    pre = machine_excerpts(index)
    shown = findings_.shown_polarities(index, human, pre)
    at_a_glance = (
        glance.sources_by_kind(index),
        glance.people_by_attribute(index),
        glance.coders(index),
        glance.codes_by_coder(index),
    )
    methods = (
        methods_.facts(index),
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
        quotes=quotes.choose_quotes(
            index, human, pre, shown, each=quotes_each, attribution=attribution
        ),
        groups=groups.by_group(index, human, shown),
        skipped=groups.skipped_attributes(index),
        validation=scores.validation(index),
        agreement=scores.agreement(index),
        assistance=assistance_.assistance(index),
        human_machine=provenance.human_and_machine(index),
        unplaced=provenance.unplaced(index),
        methods=tuple(g for g in methods if g is not None),
        suggestions=assistance_.method(index),
    )
