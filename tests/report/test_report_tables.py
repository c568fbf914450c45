"""The report's tables on studies small enough to count by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from precode.domain import Kind, Polarity, Role
from precode.report.grid import Grid, Tally
from precode.report.tables.findings import FindingRow, Mentions
from precode.report.tables.glance import natural_order
from precode.report.tables.make import Tables, make_tables
from precode.report.tables.quotes import QuoteCell
from precode.report.view import StudyView, ValidationRow, ValidationTable

MakeView = Callable[..., StudyView]
P, INT, OTHER = Role.PARTICIPANT, Role.INTERVIEWER, Role.OTHER
B, F, BOTH = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH

MIDWIFE = {"group": "clinician", "service_setting": "secondary care", "profession": "midwife"}
SOURCES = [
    (
        "interview-clinician-02",
        Kind.INTERVIEW,
        [
            ("I", INT, ["What helps?"]),
            ("Midwife", P, ["One.", "Two is longer.", "Three.", "Four."]),
            ("I", INT, ["Go on."]),
            ("Midwife", P, ["Five."]),
        ],
    ),
    ("fg-1", Kind.FOCUS_GROUP, [("P1", P, ["Six.", "Seven."]), ("P2", P, ["Eight."])]),
    ("notes", Kind.FIELD_NOTES, [("", OTHER, ["Nine."])]),
    ("unread", Kind.INTERVIEW, [("P1", P, ["Ten.", "Eleven."])]),
]
CODES = [
    (0, 1, "Ana", "knowing", B),  # one excerpt of Ana's, "One. Two is longer."
    (0, 2, "Ana", "knowing", B),
    (0, 2, "Rhys", "knowing", B),  # shares a sentence with it: the same excerpt
    (0, 4, "Rhys", "knowing", B),  # sentence 3 lies between: an excerpt of its own
    (0, 6, "Ana", "knowing", F),
    (1, 0, "Ana", "knowing", B),
    (1, 1, "Rhys", "knowing", B),  # touches Ana's, shares nothing: two excerpts, one person
    (1, 2, "Ana", "body", BOTH),
    (2, 0, "Ana", "knowing", B),  # field notes: an excerpt of nobody's
]


def tables(make_view: MakeView, **more: object) -> Tables:
    attributes = {(0, "Midwife"): MIDWIFE, (1, "P1"): {"group": "public", "profession": None}}
    return make_tables(make_view(SOURCES, CODES, attributes=attributes, **more))


def row(t: Tables, label: str) -> FindingRow:
    return next(r for r in t.findings.rows if r.label == label)


def grid(grids: Sequence[Grid], name: str) -> Grid:
    return next(g for g in grids if g.name == name)


def lines(g: Grid) -> dict[tuple[str, str], tuple[object, ...]]:
    return {(r.group, str(r.cells[0])): r.cells[1:] for r in g.rows}


def test_findings_count_excerpts_and_people(make_view: MakeView) -> None:
    """Adjacent sentences are one excerpt, shared ones count once, touching ones of two coders
    stay two, and field notes add an excerpt but no person.
    """
    t = tables(make_view)
    assert t.findings.polarities == (B, F, BOTH, Polarity.NONE)
    assert row(t, "Knowing").human == (
        Mentions(5, 2),
        Mentions(1, 1),
        Mentions(0, 0),
        Mentions(0, 0),
    )
    assert (t.findings.sources, t.findings.people) == (3, 3)


def test_discord_is_flagged_with_the_people_who_say_both(make_view: MakeView) -> None:
    """A code that is a barrier and a facilitator, or both in one excerpt, is discordant."""
    t = tables(make_view)
    assert (row(t, "Knowing").discord, row(t, "Knowing").discordant_people) == (True, 1)
    assert (row(t, "Body").discord, row(t, "Body").discordant_people) == (True, 1)
    assert not row(t, "Topic").discord


def test_a_domain_counts_a_passage_with_two_of_its_codes_once(make_view: MakeView) -> None:
    """Two codes of one domain on the same sentence make one excerpt of the domain."""
    codes = [(1, 0, "Ana", "knowing", B), (1, 0, "Ana", "body", B), (1, 1, "Ana", "body", B)]
    t = make_tables(make_view(SOURCES, codes))
    assert [row(t, label).human[0] for label in ("Knowing", "Body", "Capability")] == [
        Mentions(1, 1)
    ] * 3
    assert row(t, "Any code").human[0] == Mentions(1, 1)


def test_codes_of_an_older_codebook_are_shown_not_dropped(make_view: MakeView) -> None:
    """A code that the present version lacks has a row of its own."""
    t = make_tables(make_view(SOURCES, [(1, 0, "Ana", "trust", B)]))
    assert row(t, "trust").domain == "Not in this version of the codebook"
    assert row(t, "trust").human[0] == Mentions(1, 1)


def test_pre_codes_stand_apart_and_leave_out_what_people_read(make_view: MakeView) -> None:
    """Sentence (0, 1) was read by Ana; of the unread two, one is accepted and one to review."""
    no = (0.1, False, "")
    machine = {
        (0, 1): [(0.9, True, "barrier"), no, (np.nan, False, "")],
        (3, 0): [(0.9, True, "barrier"), no, (np.nan, False, "")],
        (3, 1): [(0.6, True, "barrier"), no, (np.nan, False, "")],
    }
    t = tables(make_view, machine=machine, verdicts={(3, 1): "review"})
    knowing, topic = row(t, "Knowing").machine, row(t, "Topic").machine
    assert knowing is not None
    assert (knowing[0].accepted, knowing[0].to_review) == (Mentions(1, 1), Mentions(1, 1))
    assert row(t, "Knowing").human[0] == Mentions(5, 2)
    assert topic is None, "a code without any probability was not modelled"
    numbers = {str(r.cells[0]): r.cells[1] for r in t.human_machine.rows}
    assert numbers["Sentences pre-coded"] == 3
    assert numbers["… of them unread, verdict “accept”"] == 1
    assert numbers["Unverified pre-codes on unread sentences"] == 2


def test_people_by_attribute_shows_the_missing(make_view: MakeView) -> None:
    """None, empty and absent values are one row "Missing"; shares are of all people."""
    people = lines(grid(tables(make_view).glance, "people"))
    assert people["Group", "clinician"] == (1, 0.25)
    assert people["Group", "Missing"] == (2, 0.5)
    assert people["Profession", "Missing"] == (3, 0.75)


def test_many_numbers_become_a_median_and_values_keep_their_natural_order(
    make_view: MakeView,
) -> None:
    """Ages are summarised, age bands are listed from young to old."""
    speakers = [(f"P{i}", P, ["Yes."]) for i in range(7)]
    attributes = {(0, f"P{i}"): {"age": str(20 + i), "band": f"{9 + i}+"} for i in range(7)}
    t = make_tables(make_view([("fg", Kind.FOCUS_GROUP, speakers)], attributes=attributes))
    cells = [r.cells[0] for r in grid(t.glance, "people").rows]
    assert cells[0] == "median 23 (range 20 to 26)"
    assert cells[1:3] == ["9+", "10+"]
    assert natural_order(["75+", "18-25", "9-17", "b", "A"]) == ["9-17", "18-25", "75+", "A", "b"]


def test_coders_are_told_apart(make_view: MakeView) -> None:
    """Read, coded, nothing applies, codes given, and those given after a suggestion."""
    t = tables(make_view, read=[(0, 3, "Ana")], assisted=[(1, 2, "Ana")])
    assert lines(grid(t.glance, "coders")) == {
        ("", "Ana"): (3, 7, 6, 1, 6, 1),
        ("", "Rhys"): (2, 3, 3, 0, 3, 0),
    }


def test_groups_count_people_of_sources_that_were_read(make_view: MakeView) -> None:
    """The denominator is people in coded sources; one-person groups get no table but a note."""
    speakers = [(f"P{i}", P, ["Yes."]) for i in range(4)]
    attributes = {
        (0, f"P{i}"): {"gender": "woman" if i < 2 else "man", "job": f"job {i}"} for i in range(4)
    } | {(1, "P0"): {"gender": "man", "job": "cook"}}
    sources = [("fg", Kind.FOCUS_GROUP, speakers), ("later", Kind.INTERVIEW, speakers[:1])]
    codes = [(0, i, "Ana", "knowing", B) for i in (0, 1, 2)]
    t = make_tables(make_view(sources, codes, attributes=attributes))
    gender = next(g for g in t.groups if g.caption == "By gender")
    assert [(c.label, c.detail) for c in gender.columns[1:]] == [
        ("man", "n = 2 of 3"),
        ("woman", "n = 2"),
        ("Difference", "man less woman, points"),
    ]
    assert lines(gender)["Knowing", "Barrier"] == (Tally(1, 2, 1), Tally(2, 2, 2), None)
    assert t.skipped == (("job", "mostly groups of one person"),)


def quotes(t: Tables, label: str, polarity: Polarity) -> QuoteCell:
    return next(c for c in t.quotes if (c.label, c.polarity) == (label, polarity))


def test_quotes_are_attributed_as_papers_do(make_view: MakeView) -> None:
    """Profession and setting first; the one person of an interview without a label; a focus group
    by its number, field notes by name.
    """
    cell = quotes(tables(make_view), "Knowing", B)
    said = {q.text: q.attribution for q in cell.quotes}
    assert said["One. Two is longer."] == "midwife, secondary care, interview-clinician-02"
    assert said["Six."] == "public, FG1: P1"
    assert said["Nine."] == "field notes, notes"


def test_attribution_follows_the_order_asked_for(make_view: MakeView) -> None:
    """Named attributes are printed in the order given, absent ones left out."""
    view = make_view(SOURCES, CODES[:1], attributes={(0, "Midwife"): MIDWIFE})
    t = make_tables(view, attribution=["group", "health board", "Service setting"])
    assert quotes(t, "Knowing", B).quotes[0].attribution == (
        "clinician, secondary care, interview-clinician-02"
    )


def test_quotes_prefer_a_good_length_then_agreement(make_view: MakeView) -> None:
    """Of one person's passages the 8-word ones come first, and of those the one both coded."""
    good, also = "I never knew how to say it then.", "Nobody told me what it was all about."
    source = [("i", Kind.INTERVIEW, [("P", P, [w]) for w in ("Yes.", good, also)])]
    codes = [(0, i, "Ana", "knowing", B) for i in range(3)] + [(0, 2, "Rhys", "knowing", B)]
    cell = quotes(make_tables(make_view(source, codes), quotes_each=3), "Knowing", B)
    assert [q.text for q in cell.quotes] == [also, good, "Yes."]


def test_long_excerpts_are_cut_between_sentences_and_say_so(make_view: MakeView) -> None:
    """The stretch both coders gave is quoted, with "[…]" for the rest; a 5,000-word sentence is
    too long to quote and is counted as left out.
    """
    long = ["w " * 40 + "a.", "w " * 30 + "b.", "w " * 20 + "c.", "w " * 50 + "d."]
    spoken = [("P", P, long), ("Q", P, ["word " * 5000 + "."])]
    codes = [(0, i, "Ana", "knowing", B) for i in range(5)]
    codes += [(0, i, "Rhys", "knowing", B) for i in (1, 2)]
    view = make_view([("i", Kind.INTERVIEW, spoken)], codes)
    cell = quotes(make_tables(view), "Knowing", B)
    (quote,) = cell.quotes
    assert quote.text == f"[…] {long[1]} {long[2]} […]"
    assert (cell.excerpts, cell.left_out) == (2, 1)


def test_pre_codes_are_quoted_only_where_people_coded_nothing(make_view: MakeView) -> None:
    """A machine quote is marked; a cell with human excerpts never holds one."""
    yes, no = (0.9, True, "barrier"), (0.1, False, "")
    machine = {(3, 0): [yes, yes, no], (3, 1): [no, no, no]}
    t = tables(make_view, machine=machine)
    assert not any(q.machine for q in quotes(t, "Knowing", B).quotes)
    (quote,) = quotes(t, "Body", B).quotes
    assert (quote.machine, quote.text, quote.coders) == (True, "Ten.", ())


def test_validation_keeps_numbers_and_words(make_view: MakeView) -> None:
    """Scores with intervals and "not estimable" pass through unchanged, under the code's label."""
    words = "not estimable: fewer than 10 positives"
    half = (0.5, 0.4, 0.6)
    validation = ValidationTable(
        (
            ValidationRow("knowing", 90, 20, half, half, half, half, half),
            ValidationRow("body", 90, 3, words, words, words, words),
        ),
        half, 5, 7, "A note.",
    )  # fmt: skip
    t = tables(make_view, validation=validation)
    assert t.validation is not None
    assert lines(t.validation)["Capability", "Knowing"] == (90, 20, half, half, half, half, half)
    assert lines(t.validation)["Capability", "Body"][2:] == (words, words, words, words, None)
    assert "A note." in t.validation.notes


def test_unplaced_rows_and_the_log_are_listed_whole(make_view: MakeView) -> None:
    """Whatever was noted of an unplaced row or a step stands in the table."""
    unplaced = ({"row": "t.csv, row 4", "text": "gone", "code": "body", "score": 71.5},)
    log = ({"at": "2026", "verb": "add", "version": "1", "detail": {"n": 2, "names": ["a", "b"]}},)
    t = tables(make_view, unplaced=unplaced, log=log)
    assert t.unplaced is not None
    assert t.unplaced.rows[0].cells == ("t.csv, row 4", "", "", "Body", "", "gone", "score: 71.5")
    assert grid(t.methods, "log").rows[0].cells == ("2026", "add", "1", "n: 2; names: a, b")


def test_long_lists_of_the_log_are_told_as_their_sum(make_view: MakeView) -> None:
    """Which audit sentences were reached, and what every rule said, is in the study's own log."""
    log = (
        {"at": "1", "verb": "reached", "version": "1", "detail": {"ids": ["a:1-2", "a:3-4"]}},
        {"at": "2", "verb": "advice", "version": "1",
         "detail": {"advice": {"stop": False, "words": "go on: much is unread"}, "rules": {}}},
    )  # fmt: skip
    t = tables(make_view, log=log)
    reached, advice = (row.cells[3] for row in grid(t.methods, "log").rows)
    assert reached == "2 sentences of the audit sample that the queue would have asked by then"
    assert advice == "go on: much is unread"


def test_an_empty_study_has_tables_too(make_view: MakeView) -> None:
    """Nothing coded, nobody read: zeros, not errors."""
    t = make_tables(make_view(SOURCES))
    assert row(t, "Knowing").human[0] == Mentions(0, 0)
    assert all(not c.quotes for c in t.quotes)
    assert make_tables(make_view([])).figures[0] == ("sources", 0)


def test_arrays_that_do_not_fit_are_refused(make_view: MakeView) -> None:
    """A verdict too few is a mistake of ours, found at the doorway."""
    view = make_view(SOURCES, machine={(3, 0): [(0.9, True, "barrier")] * 3})
    assert view.machine is not None
    with pytest.raises(ValueError, match="verdict has shape"):
        replace(view, machine=replace(view.machine, verdict=np.array([], dtype=str)))
