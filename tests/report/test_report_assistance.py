"""The report's section on suggestions: from rows made by hand, and from a study's history."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from running import run

from precode.domain import CodePolarity, Event, EventKind, Kind, Polarity, Reason, Role, Sentence
from precode.report.grid import Grid
from precode.report.renderers.html import render_html
from precode.report.sections.compose import document
from precode.report.shown import (
    Assistance,
    BandRow,
    CodeShiftRow,
    InViewRow,
    PaceRow,
    ProbeRow,
    ShiftRow,
    ShownRow,
)
from precode.report.tables.make import Tables, make_tables
from precode.report.view import StudyView
from precode.steps.opening import open_study
from precode.steps.reporting.view import view_of
from precode.study.store import AuditRow

MakeView = Callable[..., StudyView]

HALF = (0.5, 0.4, 0.6)
WORDS = "not estimable: only 4 such codes, 10 are needed"
EVIL = "<script>alert(1)</script>"
NOTHING = Assistance("after", readings=40, assisted=0, audit=0, audit_shown=0)
SHOWN = Assistance(
    policy="after",
    readings=1200,
    assisted=31,
    audit=200,
    audit_shown=0,
    shown=(
        ShownRow("", 60, 3, HALF, 30, HALF, HALF, (0.0, 0.0, 0.1), HALF),
        ShownRow("ANNA", 40, 3, HALF, 20, HALF, HALF, WORDS, HALF),
        ShownRow(EVIL, 20, 0, HALF, 10, HALF, HALF, WORDS, HALF),
    ),
    in_view=(InViewRow("CY", 7, 1, WORDS),),
    bands=(
        BandRow("", "below .50", False, 12, HALF),
        BandRow("ANNA", "below .50", False, 8, WORDS),
        BandRow(EVIL, "below .50", False, 20, HALF),
        BandRow("CY", "below .50", True, 4, WORDS),
    ),
    codes=(CodeShiftRow("knowing", 57, 12, HALF, HALF, (-0.1, -0.2, 0.0)),),
    shifts=(
        ShiftRow("ANNA", False, 57, 9, 1, HALF, HALF, HALF, HALF, HALF, HALF),
        ShiftRow("ANNA", True, 21, 4, 5, HALF, HALF, WORDS, HALF, HALF, HALF),
    ),
    pace=(
        PaceRow("", "Decision unchanged", 50, 2, 1, 12.34, 8.76, 100.4),
        PaceRow("ANNA", "Decision unchanged", 0, 1, 0, None, None, None),
    ),
    probes=(ProbeRow("ANNA", 9, 1, 1, 2, 5, 2, 1, HALF),),
)


def tables(make_view: MakeView, assistance: Assistance | None) -> Tables:
    """Of a study of one sentence."""
    said = [("P", Role.PARTICIPANT, ["I never knew how to ask."])]
    view = make_view([("i", Kind.INTERVIEW, said)], [(0, 0, "ANNA", "knowing", Polarity.BARRIER)])
    return make_tables(replace(view, assistance=assistance))


def cells(grid: Grid) -> list[Sequence[object]]:
    return [r.cells for r in grid.rows]


def section(html: str) -> str:
    """The text of the section on suggestions."""
    found = re.search(r'<section id="suggestions".*?</section>', html, re.DOTALL)
    assert found
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))


def test_where_nothing_was_shown_a_sentence_says_so(make_view: MakeView) -> None:
    for assistance in (None, NOTHING):
        made = tables(make_view, assistance)
        assert made.assistance == ()
        text = section(render_html(document(made)))
        assert "No suggestion of the machine’s has been shown to a coder" in text
        assert "Table" not in text


def test_every_figure_reaches_its_table(make_view: MakeView) -> None:
    """Seven tables, in order; shares and counts stand as the view has them."""
    grids = {g.name.removeprefix("suggestions-"): g for g in tables(make_view, SHOWN).assistance}
    assert list(grids) == ["shown", "in-view", "by-confidence", "codes", "shift", "pace", "probes"]
    assert cells(grids["shown"])[0] == (
        "All coders", 60, HALF, 30, HALF, HALF, (0.0, 0.0, 0.1), HALF,
    )  # fmt: skip
    assert cells(grids["in-view"]) == [("CY", 7, WORDS)]
    assert cells(grids["codes"]) == [("Knowing", 57, 12, HALF, HALF, (-0.1, -0.2, 0.0))]
    assert grids["codes"].rows[0].group == "Capability"
    assert [(r.group, *r.cells[-2:]) for r in grids["shift"].rows] == [
        ("With the machine: the same codes and polarities", 9, 1),
        ("With the machine: positive agreement on codes (F1)", None, None),
        ("With a colleague who decided unaided: the same codes and polarities", 4, 5),
        ("With a colleague who decided unaided: positive agreement on codes (F1)", None, None),
    ]
    assert cells(grids["pace"]) == [
        ("Decision unchanged", 50, "12 s", "8.8 s to 100 s", 2, 1),
        ("Decision unchanged", 0, "–", "–", 1, 0),
    ]
    assert cells(grids["probes"]) == [("ANNA", 9, 2, 5, 2, 1, HALF)]


def test_what_is_left_out_is_said(make_view: MakeView) -> None:
    """Undecided ones are counted once, not again under "all"; coders without a row are named."""
    grids = {g.name.removeprefix("suggestions-"): g for g in tables(make_view, SHOWN).assistance}
    undecided = "On {} of them no decision stands; they are in no share."
    assert undecided.format(3) in grids["shown"].notes
    assert undecided.format(1) in grids["in-view"].notes
    assert undecided.format(1) in grids["probes"].notes
    assert "1 lack an unaided answer to compare with, and are left out." in grids["probes"].notes
    assert [r.group for r in grids["by-confidence"].rows] == [
        "All coders, revealed after", f"{EVIL}, revealed after", "CY, in view from the start",
    ]  # fmt: skip
    assert "Too few in every row to stand alone: ANNA." in grids["by-confidence"].notes


def test_neither_taking_nor_keeping_is_praised(make_view: MakeView) -> None:
    text = section(render_html(document(tables(make_view, SHOWN))))
    assert "“Accepted” is no merit and “kept own” no fault" in text
    assert not re.search(r"\b(correct|wrongly|failed|error rate|compliance)\b", text)


def test_names_are_text_and_never_markup(make_view: MakeView) -> None:
    html = render_html(document(tables(make_view, SHOWN)))
    assert EVIL not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_the_methods_tell_the_rule_and_what_was_shown(make_view: MakeView) -> None:
    said = tables(make_view, SHOWN).suggestions
    assert said.startswith("By the study’s setting (“after”), a coder decides first, then sees")
    for words in (
        "3 coders were shown 67 suggestions: 60 after their own decision, 7 in view from the start.",
        "Of the 1,200 readings that stand (a sentence read by a coder), 31 were decided with a",
        "Beside these, 9 suggestions were wrong on purpose (probes); what was decided on them codes",
        "None of the 200 sentences of the random audit sample was shown with a suggestion",
    ):
        assert words in said
    assert said in render_html(document(tables(make_view, SHOWN))).replace("&#39;", "'")


def test_a_broken_audit_sample_is_not_hushed_up(make_view: MakeView) -> None:
    said = tables(make_view, replace(SHOWN, audit_shown=2)).suggestions
    assert "Against the rule, 2 of the 200 sentences of the random audit sample were shown" in said


def test_without_suggestions_the_methods_still_tell_the_rule(make_view: MakeView) -> None:
    said = tables(make_view, replace(NOTHING, policy="never")).suggestions
    assert (
        "coders are not shown the machine’s suggestions. No suggestion of the machine’s has" in said
    )
    assert "No audit sample has been drawn yet." in said
    assert tables(make_view, None).suggestions == ""


def event(kind: EventKind, s: Sentence, coder: str, *codes: str, **fields: object) -> Event:
    given = tuple(CodePolarity(c, Polarity.BARRIER) for c in codes)
    return Event(kind, coder, s.transcript_id, s.start, s.end, given, **fields)  # type: ignore[arg-type]


def test_a_study_s_history_reaches_its_report(coded_study: Path) -> None:
    """CERI decides twelve sentences, sees twelve suggestions, takes four over, takes one of these
    back, and meets two probes, of which she accepts one. No one sees the audit sample.
    """
    seen, opened = "reflective_motivation", "social_opportunity"
    with open_study(coded_study, verb="test", write=True) as study:
        by_transcript: dict[str, list[Sentence]] = {}
        for s in study.store.sentences():
            if s.codable:
                by_transcript.setdefault(s.transcript_id, []).append(s)
        mine = [s for sentences in by_transcript.values() for s in sentences[:3]]
        assert len(mine) == 12
        first = study.store.append(
            [
                act
                for s in mine
                for act in (
                    event(EventKind.DECISION, s, "CERI", opened, seconds=8.0),
                    event(EventKind.SHOWN, s, "CERI", seen, confidence=(0.6,), model="m"),
                )
            ]
        )
        taken = study.store.append(
            [
                event(EventKind.DECISION, s, "CERI", seen, assisted=True, seconds=2.0)
                for s in mine[:4]
            ]
        )
        study.store.append([event(EventKind.UNDO, mine[0], "CERI", undoes=taken[0].seq)])
        for i, s in enumerate(sentences[5] for sentences in list(by_transcript.values())[:2]):
            study.store.append(
                [
                    event(EventKind.DECISION, s, "CERI", opened, reason=Reason.PROBE),
                    event(EventKind.SHOWN, s, "CERI", seen, reason=Reason.PROBE),
                    event(EventKind.DECISION, s, "CERI", *([opened], [seen])[i], assisted=True,
                          reason=Reason.PROBE),
                ]
            )  # fmt: skip
        frozen = [ss[6] for ss in by_transcript.values()]
        study.store.freeze_audit(
            [AuditRow(s.id, s.transcript_id, i, 1) for i, s in enumerate(frozen)]
        )
        assert len(first) == 24
        found = view_of(study).assistance
    assert found is not None
    (row,) = found.shown
    assert (row.coder, row.shown, row.undecided, row.differed) == ("CERI", 12, 0, 12)
    assert isinstance(row.accepted, tuple)
    assert row.accepted[0] == 3 / 12
    assert isinstance(row.kept, tuple)
    assert row.kept[0] == 9 / 12
    assert (found.audit, found.audit_shown) == (4, 0)
    assert [(p.what, p.n, p.median) for p in found.pace] == [
        ("Suggestion revealed afterwards, decision unchanged", 9, 8.0),
        ("Suggestion revealed afterwards, decision revised", 3, 10.0),
    ]
    (probe,) = found.probes
    assert (probe.shown, probe.differed, probe.accepted) == (2, 2, 1)
    assert {s.colleagues for s in found.shifts} == {False, True}  # ANNA and BEN, from the table
    band = next(b for b in found.bands if b.label == ".50 to .79")
    assert band.offered == 12

    written = run("report", "--study", coded_study)
    assert written.code == 0, written.err
    html = (coded_study / "reports" / "report.html").read_text(encoding="utf-8")
    assert "What became of suggestions revealed after a decision" in section(html)
    assert "1 coder was shown 12 suggestions: 12 after their own decision" in html
