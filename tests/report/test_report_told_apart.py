"""Codes of no domain, codes without polarity, and decisions of the consensus, told from the others."""

from __future__ import annotations

from dataclasses import replace

from tests.report.conftest import MakeView

from precode.domain import Kind, Polarity, Role
from precode.report.agreement import CoderAgreement, PairRow, ReliabilityRow, SwapRow
from precode.report.document import QuoteTable
from precode.report.export import export_rows
from precode.report.sections.compose import document
from precode.report.sections.findings import findings_sides
from precode.report.tables.glance import coders, codes_by_coder
from precode.report.tables.index import OTHER_CODES, make_index
from precode.report.tables.make import make_tables

SOURCE = ("i", Kind.INTERVIEW, [("P", Role.PARTICIPANT, ["I never knew.", "It was in the hall."])])
CODES = [
    (0, 0, "Ana", "knowing", Polarity.BARRIER),
    (0, 1, "Ana", "topic", Polarity.NONE),
    (0, 1, "Ben", "topic", Polarity.NONE),
]


def test_a_code_of_no_domain_does_not_stand_under_the_domain_before_it(
    make_view: MakeView,
) -> None:
    """It gets a heading of its own; exports leave its domain empty, as the codebook does."""
    view = make_view([SOURCE], CODES)
    tables = make_tables(view)
    of = {r.label: r.domain for r in tables.findings.rows if r.code}
    assert of == {"Knowing": "Capability", "Body": "Capability", "Topic": OTHER_CODES}
    grid = codes_by_coder(make_index(view))
    assert grid is not None
    assert [r.group for r in grid.rows] == ["Capability", "Capability", OTHER_CODES]
    rows = [r for r in export_rows(view) if r["code"] == "topic"]
    assert rows and all(not r["domain"] for r in rows)


def test_a_code_without_polarity_has_no_bar_and_no_empty_sides(make_view: MakeView) -> None:
    """A chart of barriers and facilitators would say that nobody spoke of it; two people's excerpts
    are quoted once, not beside "No excerpt" as barrier and as facilitator.
    """
    tables = make_tables(make_view([SOURCE], CODES))
    plot = findings_sides(tables.findings, "x")
    assert plot is not None
    assert [r.label for r in plot.rows] == ["Knowing", "Body"]
    assert "Topic" not in plot.description
    rows = [
        (r.label, r.detail, len(r.cells))
        for s in document(tables).sections
        for b in s.blocks
        if isinstance(b, QuoteTable)
        for r in b.rows
    ]
    assert rows == [("Knowing", "", 2), ("Body", "", 2), ("Topic", "without polarity", 1)]


def test_coding_by_person_says_where_the_consensus_counts(make_view: MakeView) -> None:
    """The table has what each coder gave; the sums elsewhere have the consensus in its place."""
    codes = [*CODES, (0, 0, "consensus", "body", Polarity.BARRIER)]
    told = coders(make_index(make_view([SOURCE], codes, coders=("Ana", "Ben"))))
    assert any("consensus in its place" in note for note in told.notes)
    alone = coders(make_index(make_view([SOURCE], CODES)))
    assert not any("consensus" in note for note in alone.notes)


def test_pairs_of_coders_stand_beside_many_codes_not_above_them(make_view: MakeView) -> None:
    """Seventeen columns would not fit a page: then codes are the rows. Swaps stand by kind, once."""
    codes = tuple(f"Code {i}" for i in range(17))
    row = ReliabilityRow("code", "c", "Code 0", 20, 10, *[(0.5, 0.4, 0.6)] * 6)
    kappas = tuple((k / 20, 0.0, 1.0) for k in range(17))
    names = ("A and B", "A and C", "B and C")
    pairs = tuple(PairRow(name, 20, kappas) for name in names)
    swaps = tuple(SwapRow(kind, f"{n}", "x", n, 20)
                  for kind, n in (("codes swapped", 9), ("polarity swapped", 8), ("codes swapped", 7)))  # fmt: skip
    found = CoderAgreement("sentence", ("A", "B", "C"), 20, 12, (row,), 0.5, (), codes, pairs, swaps,
                           10, 100, 1, ())  # type: ignore[arg-type]  # fmt: skip
    grids = {g.name: g for g in make_tables(make_view([], agreement=found)).agreement}
    table = grids["agreement-pairs"]
    assert [c.label for c in table.columns] == ["Code", "A and B", "A and C", "B and C"]
    assert [c.detail for c in table.columns[1:]] == ["20 sentences both read"] * 3
    assert [str(r.cells[0]) for r in table.rows] == list(codes)
    assert table.rows[3].cells[1:] == ((3 / 20, 0.0, 1.0),) * 3
    assert [r.group for r in grids["swaps"].rows] == ["Codes swapped"] * 2 + ["Polarity swapped"]
    few = replace(
        found, codes=codes[:6], pairs=tuple(replace(p, kappas=p.kappas[:6]) for p in pairs)
    )
    table = next(g for g in make_tables(make_view([], agreement=few)).agreement
                 if g.name == "agreement-pairs")  # fmt: skip
    assert len(table.rows) == 3 and len(table.columns) == 8
