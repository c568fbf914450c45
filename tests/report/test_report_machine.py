"""The report's sections on the machine: from values made by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import openpyxl

from precode.domain import Kind, Polarity, Role
from precode.report.document import Drawing, Table
from precode.report.evidence import (
    Checked,
    CheckedRow,
    CountRow,
    Counts,
    Evidence,
    GroupErrors,
    GroupRow,
    Learnt,
    Reliable,
    Risk,
)
from precode.report.grid import Grid
from precode.report.plots import Bin, Curves, Dots, Line, Reliability
from precode.report.record import Learned, Record, Started
from precode.report.renderers.excel import write_excel
from precode.report.renderers.html import render_html
from precode.report.renderers.word import write_word
from precode.report.sections.compose import document
from precode.report.tables.make import make_tables
from precode.report.view import StudyView, ValidationRow, ValidationTable

MakeView = Callable[..., StudyView]

NAN = float("nan")
HALF = (0.5, 0.4, 0.6)
EVIL = "<script>alert(1)</script>"
SOURCES = [("one", Kind.INTERVIEW, [("P1", Role.PARTICIPANT, ["I know how.", "Yes."])])]
COUNTS = Counts(
    (
        CountRow("knowing", None, 20, 31, 9, (61.4, 40.0, 90.0), 5),
        CountRow("knowing", Polarity.BARRIER, 15, 21, 2, "2 such sentences; 3 are needed", 4),
        CountRow("body", None, 3, None, 1, "1 such sentence; 3 are needed", 2),
    ),
    sentences=800, read=300, answered=80, drawn=120, frame=600, unframed=7, sharpened=True,
)  # fmt: skip
CHECKED = Checked(
    "run-1", 80,
    (
        CheckedRow("knowing", 9, HALF, HALF, HALF, HALF),
        CheckedRow("body", 1, *["not estimable: 1 passage in the sample; 3 are needed"] * 4),
    ),
    CheckedRow("", 60, HALF, (0.9, 0.8, 0.95), HALF, HALF), HALF, 12, (0.7, 0.5, 0.9),
)  # fmt: skip
BINS = (Bin(0.02, 0.01, 0.0, 0.03, 900), Bin(0.3, 0.4, NAN, NAN, 80), Bin(0.8, 0.7, 0.5, 0.9, 81))
RISK = Risk(
    500, Line("error", (0.5, 1.0), (0.1, 0.3), (0.05, 0.2), (0.2, 0.4)), (0.3, 0.2, 0.4), HALF, 0.8,
    0.4, (0.1, 0.05, 0.2), ranks=False,
)  # fmt: skip
GROUPS = (
    GroupErrors("gender", (
        GroupRow("woman", 6, 6, 200, HALF, HALF, HALF),
        GroupRow(EVIL, 6, 7, 210, (0.45, NAN, NAN), HALF, "not estimable: 3 codes, 20 are needed"),
    ), 0.2, 0.4),
    GroupErrors("age band", (
        GroupRow("66+", 5, 5, 90, HALF, HALF, HALF), GroupRow("18-25", 5, 5, 90, HALF, HALF, HALF),
    ), 0.001, 0.002),
)  # fmt: skip
CURVE = Learnt((Line("this study's queue", (20.0, 40.0), (0.1, 0.3), (0.0, 0.2), (0.2, 0.4)),), 0.5,
               3, "2026-01-01")  # fmt: skip
EVIDENCE = Evidence(
    COUNTS, CHECKED, Reliable("cross-validation", 400, 1061, BINS, HALF, HALF), None, RISK, CURVE,
    GROUPS, ("Something is missing.",),
)  # fmt: skip
VALIDATION = ValidationTable(
    (ValidationRow("knowing", 400, 30, HALF, HALF, HALF, HALF, human_kappa=HALF, human_f1=HALF),),
    HALF, 5, 9,
    nothing=ValidationRow("", 400, 250, HALF, (0.75, 0.7, 0.8), HALF, HALF),
    polarity=(ValidationRow("barrier", 60, 40, HALF, HALF, HALF, HALF),),
)  # fmt: skip


def view(make_view: MakeView, evidence: Evidence | None = EVIDENCE, **fields: object) -> StudyView:
    machine = {(0, 0): [(0.9, True, "barrier"), (0.1, False, ""), (0.1, False, "")]}
    given = {"machine": machine, "validation": VALIDATION, "evidence": evidence, **fields}
    return make_view(SOURCES, [(0, 1, "ANNA", "knowing", Polarity.BARRIER)], **given)


def grids(v: StudyView) -> dict[str, Grid]:
    return {
        b.grid.name: b.grid
        for s in document(make_tables(v)).sections
        for b in s.blocks
        if isinstance(b, Table)
    }


def plots(v: StudyView) -> dict[str, Drawing]:
    blocks = [b for s in document(make_tables(v)).sections for b in s.blocks]
    return {b.plot.name: b for b in blocks if isinstance(b, Drawing)}


def test_a_count_that_cannot_be_corrected_says_unverified_pre_codes(make_view: MakeView) -> None:
    g = grids(view(make_view))["corrected"]
    by_row = {(r.group, r.cells[0]): r.cells for r in g.rows}
    assert by_row["Knowing", "In all"][1:] == (20, 5, 31, 9, (61.4, 40.0, 90.0))
    assert by_row["Knowing", "As a barrier"][-1] == "unverified pre-codes"
    assert by_row["Body", "In all"][-1] == "not estimable"  # the machine gives it to nothing
    notes = " ".join(g.notes)
    for words in ("80 of 120", "Angelopoulos", "Särndal", "7 unread sentences", "at least once"):
        assert words in notes


def test_without_any_estimate_the_reason_is_said_once(make_view: MakeView) -> None:
    rows = tuple(replace(r, total="none") for r in COUNTS.rows)
    counts = replace(COUNTS, rows=rows, answered=4, why_not="4 answered; 10 are needed")
    g = grids(view(make_view, replace(EVIDENCE, counts=counts)))["corrected"]
    assert "4 answered; 10 are needed" in g.notes[0]
    assert "may not be reported" in g.notes[0]
    assert not any("Angelopoulos" in n for n in g.notes)


def test_beside_its_scores_stands_what_rests_on_the_starter(make_view: MakeView) -> None:
    """By code, the most first, on the page as well; nothing where it has no weight."""
    start = Started("comb-starter", "5", 0.5, True, (("body", 0.07), ("knowing", 0.61)), 0.34)
    learned = Learned(
        "main", "b", "", "", "e", "k", 9, 4, ("Ana",), 5, 1, HALF, True, (), (), 0.8, (), start
    )
    record = Record("sentence", 1, 0, 0, "after", learned=learned)
    v = view(make_view, record=record)
    note = grids(v)["validation"].notes[-1]
    assert "on average 34%" in note and "(Knowing 61%, Body 7%)" in note
    assert note in render_html(document(make_tables(v)))
    left = replace(record, learned=replace(learned, started=replace(start, weight=0.0)))
    for other in (left, None):
        notes = " ".join(grids(view(make_view, record=other))["validation"].notes)
        assert "starter" not in notes


def test_without_machine_and_audit_there_is_no_section_of_counts(make_view: MakeView) -> None:
    counts = replace(COUNTS, drawn=0)
    v = view(make_view, replace(EVIDENCE, counts=counts), machine=None)
    assert "corrected" not in [s.anchor for s in document(make_tables(v)).sections]


def test_nothing_applies_and_polarity_have_rows_of_their_own(make_view: MakeView) -> None:
    found = grids(view(make_view))
    rows = {(r.group, r.cells[0]): r.cells for r in found["validation"].rows}
    assert rows["No code", "Nothing applies"][4] == (0.75, 0.7, 0.8)
    assert rows["Polarity, where people gave a code", "Barrier"][1:3] == (60, 40)
    rows = {(r.group, r.cells[0]): r.cells for r in found["checked"].rows}
    assert rows["No code", "Nothing applies"][3] == (0.9, 0.8, 0.95)
    assert rows["Capability", "Knowing"][6:] == (HALF, HALF)


def test_every_chart_has_its_numbers_in_words(make_view: MakeView) -> None:
    found = {name: d.plot for name, d in plots(view(make_view)).items()}
    assert isinstance(dots := found["f1-by-code"], Dots)
    assert dots.series == ("cross-validation", "audit sample", "person with person")
    assert dots.rows[1].values == (None, "not estimable", None)
    assert "audit sample 0.50 (0.40 to 0.60)" in dots.description
    assert isinstance(reliability := found["reliability-1"], Reliability)
    assert "said 0.30, right 0.40, 80 times" in reliability.description  # and no interval
    assert isinstance(curve := found["risk-coverage"], Curves)
    assert curve.marks == (("a", 0.4),)
    assert "50% accepted, error 0.10" in curve.description
    assert "from 0.10 after 20 sentences to 0.30 after 40" in found["learning"].description


def test_confidences_that_only_rank_mark_no_threshold(make_view: MakeView) -> None:
    e = replace(EVIDENCE, held_out=None, risk=replace(RISK, ranks=True))
    drawn = plots(view(make_view, e))
    assert "reliability-1" not in drawn
    assert drawn["risk-coverage"].plot.marks == ()  # type: ignore[union-attr]


def test_groups_are_said_to_differ_or_not_shown_to_and_never_fair(make_view: MakeView) -> None:
    g = grids(view(make_view))["group-errors"]
    said = {r.group: r.cells for r in g.rows if str(r.cells[0]).startswith("All groups")}
    assert said["Gender"][0] == "All groups: no difference shown"
    assert said["Gender"][-1] == 0.4
    assert said["Age band"][0] == "All groups: errors differ"
    assert [r.cells[0] for r in g.rows if r.group == "Age band"][:2] == ["18-25", "66+"]
    assert "fair" not in render_html(document(make_tables(view(make_view)))).lower()


def test_a_bundle_without_the_record_still_reports(make_view: MakeView) -> None:
    e = Evidence(COUNTS, untold=("Train again to see it.",))
    page = render_html(document(make_tables(view(make_view, e))))
    assert "Train again to see it." in page
    assert "machine" in [s.anchor for s in document(make_tables(view(make_view, None))).sections]


def test_every_format_holds_the_figures(make_view: MakeView, tmp_path: Path) -> None:
    tables = make_tables(view(make_view))
    page = render_html(document(tables))
    assert EVIL not in page
    assert "61 (40 to 90)" in page
    write_word(document(tables), tmp_path / "r.docx")
    write_excel(document(tables), tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(BytesIO((tmp_path / "r.xlsx").read_bytes()))
    cells = [c.value for sheet in book for row in sheet.iter_rows() for c in row]
    assert 61.4 in cells
    assert 90 in cells
