"""The pages pass axe-core, in a broad window and on a phone. Skipped where it is not installed."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe import missing, violations

from precode.domain import Kind, Polarity, Role
from precode.report.charts.drawing import render_svg
from precode.report.grid import Column, Form, Grid, Row
from precode.report.plots import Curves, Line
from precode.report.renderers.html import render_html
from precode.report.renderers.simulation_page import Page, render_page
from precode.report.sections.compose import document
from precode.report.tables.make import make_tables
from precode.report.view import StudyView, ValidationRow, ValidationTable

MakeView = Callable[..., StudyView]
P = Role.PARTICIPANT
ASKED = missing()
pytestmark = pytest.mark.skipif(bool(ASKED), reason=ASKED)


def report(make_view: MakeView) -> str:
    sources = [
        ("i", Kind.INTERVIEW, [("Ann", P, ["I never knew.", "Now I do.", "x" * 300])]),
        ("fg", Kind.FOCUS_GROUP, [("P1", P, ["אני לא יודע"]), ("P2", P, ["It hurts."])]),
    ]
    codes = [
        (0, 0, "Ana", "knowing", Polarity.BARRIER), (0, 1, "Ana", "knowing", Polarity.FACILITATOR),
        (0, 1, "Ben", "knowing", Polarity.FACILITATOR), (1, 1, "Ben", "body", Polarity.BOTH),
        (1, 0, "Ben", "topic", Polarity.NONE),
    ]  # fmt: skip
    score, words = (0.62, 0.5, 0.7), "not estimable: fewer than 10 positives"
    row = ValidationRow("knowing", 90, 3, score, words, words, (0.5, float("nan"), float("nan")))
    tables = (
        make_tables(
            make_view(
                sources, codes,
                attributes={(0, "Ann"): {"age": "20"}, (1, "P1"): {"age": "30"}},
                machine={(0, 0): [(0.9, True, "barrier"), (0.1, False, ""), (0.1, False, "")]},
                validation=ValidationTable((row,), score, 5, 7),
                log=({"at": "2026", "verb": "add", "version": "1", "detail": {"a": 1}},),
            )
        )
    )  # fmt: skip
    return render_html(document(tables))


def replay() -> str:
    line = Line("ours", (0, 10, 20), (0.0, 0.4, 0.5), (0.0, 0.3, 0.4), (0.0, 0.5, 0.6))
    chart = Curves("Learning", "It rises.", "sentences", "F1", (line,), 0.6, "all", (("a", 10.0),))
    grid = Grid(
        "g", "By strategy", (Column("Strategy"), Column("F1", Form.COUNT)), (Row(("a", "1")),)
    )
    page = Page(
        "A study", "Replayed.", (("Seed", "1"),), chart, "Means.", (grid,), ("One.",), "Made."
    )
    return render_page(page, render_svg(chart))


@pytest.mark.parametrize("wide", [1400, 480])
def test_the_report_has_no_violation(make_view: MakeView, wide: int) -> None:
    assert violations(report(make_view), wide=wide) == []


def test_the_page_of_a_replay_has_no_violation() -> None:
    assert violations(replay(), wide=480) == []


def test_the_check_finds_what_is_wrong(make_view: MakeView) -> None:
    """Pale letters and a table out of the keyboard's reach are found."""
    page = (
        report(make_view).replace("--soft: #555c63", "--soft: #aaaaaa").replace(' tabindex="0"', "")
    )
    found = {v.rule for v in violations(page, wide=480)}
    assert found >= {"color-contrast", "scrollable-region-focusable"}
