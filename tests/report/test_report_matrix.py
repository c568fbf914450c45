"""The framework matrix, the themes and the tables of people, on studies small enough to count."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

from precode.codebook import parse_codebook
from precode.domain import Kind, Polarity, Role
from precode.report.document import Notes, Table
from precode.report.grid import Charted, Tally
from precode.report.sections.compose import document
from precode.report.summaries import Summary, group_key, nobody_key, person_key, source_key
from precode.report.tables.excerpts import human_excerpts
from precode.report.tables.findings import shown_polarities
from precode.report.tables.glance import natural_order
from precode.report.tables.index import make_index
from precode.report.tables.make import make_tables
from precode.report.tables.matrix import MOST_ROWS, Matrix, framework_matrix
from precode.report.view import StudyView
from precode.report.wanted import Wanted

MakeView = Callable[..., StudyView]
P = Role.PARTICIPANT
B, F = Polarity.BARRIER, Polarity.FACILITATOR
SOURCES = [
    ("interview-1", Kind.INTERVIEW, [("Ann", P, ["One.", "Two.", "Three."])]),
    ("fg-2", Kind.FOCUS_GROUP, [("P10", P, ["Four."]), ("P2", P, ["Five."])]),
    ("notes", Kind.FIELD_NOTES, [("", Role.OTHER, ["Six."])]),
    ("unread", Kind.INTERVIEW, [("Zoe", P, ["Seven."])]),
]
CODES = [
    (0, 0, "Ana", "knowing", B),
    (0, 2, "Ana", "knowing", F),
    (1, 0, "Ana", "knowing", B),
    (1, 1, "Ana", "body", B),
    (2, 0, "Ana", "knowing", B),
]
PEOPLE = {
    (0, "Ann"): {"job": "midwife", "age_band": "75+"},
    (1, "P10"): {"job": "nurse", "age_band": "18-25"},
    (1, "P2"): {"job": "midwife", "age_band": "9-17"},
}


def study(make_view: MakeView, **more: object) -> StudyView:
    return make_view(SOURCES, CODES, attributes=PEOPLE, **more)


def matrix(view: StudyView, by: str = "participant", **wanted: object) -> Matrix:
    index = make_index(view)
    human = human_excerpts(index)
    return framework_matrix(
        index, human, shown_polarities(index, human, None), view.summaries,
        by=by, wanted=Wanted(**wanted),  # type: ignore[arg-type]
    )  # fmt: skip


def counts(m: Matrix, label: str, code: str) -> dict[str, int]:
    row = next(r for r in m.rows if r.label == label)
    cell = row.cells[[c for c, _, _ in m.codes].index(code)]
    return {str(p): n for p, n in zip(m.polarities, cell.counts, strict=True) if n}


def test_cells_count_the_excerpts_of_their_case(make_view: MakeView) -> None:
    """By participant, source and attribute; what no participant speaks has a row of its own."""
    view = study(make_view)
    people = matrix(view)
    assert [r.label for r in people.rows] == [
        "interview-1", "FG2: P2", "FG2: P10", "notes, field notes",
    ]  # fmt: skip
    assert counts(people, "interview-1", "knowing") == {"barrier": 1, "facilitator": 1}
    assert counts(people, "notes, field notes", "knowing") == {"barrier": 1}
    assert people.unread == 1
    sources = matrix(view, "source")
    assert counts(sources, "FG2", "body") == {"barrier": 1}
    assert {r.label for r in sources.rows} == {"FG2", "interview-1", "notes"}
    jobs = matrix(view, "job")
    assert [(r.label, r.people) for r in jobs.rows] == [
        ("midwife", 2), ("nurse", 1), ("No participant", 0),
    ]  # fmt: skip
    assert counts(jobs, "midwife", "knowing") == {"barrier": 1, "facilitator": 1}
    for m in (people, sources, jobs):
        total = sum(n for r in m.rows for c in r.cells for n in c.counts)
        assert total == len(CODES), "every excerpt stands in one cell"


def test_rows_are_sorted_and_filtered_by_attributes(make_view: MakeView) -> None:
    """Natural order, first attribute first; a filter leaves out what no participant speaks."""
    view = study(make_view)
    by_age = matrix(view, matrix_sort=("age band",))
    assert [r.detail for r in by_age.rows] == ["9-17", "18-25", "75+", ""]
    by_both = matrix(view, matrix_sort=("job", "age_band"))
    assert [r.detail for r in by_both.rows][:3] == ["midwife, 9-17", "midwife, 75+", "nurse, 18-25"]
    midwives = matrix(view, matrix_where=(("job", "Midwife"),))
    assert [r.label for r in midwives.rows] == ["interview-1", "FG2: P2"]
    either = matrix(view, matrix_where=(("job", "nurse"), ("job", "midwife"), ("age band", "75+")))
    assert [r.label for r in either.rows] == ["interview-1"]


def test_summaries_stand_in_their_cell_and_others_are_named(make_view: MakeView) -> None:
    """A summary typed for other rows is not lost from sight: the table says that it is elsewhere."""
    view = study(make_view)
    ann = person_key(view.transcripts[0].id, "Ann")
    typed = (
        Summary(ann, "knowing", "Learned from her sister."),
        Summary(group_key("job", "nurse"), "body", "Hands."),
        Summary(nobody_key("job"), "knowing", "Seen, not said."),
        Summary(source_key(view.transcripts[2].id), "knowing", "Posters."),
    )
    view = replace(view, summaries=typed)
    people = matrix(view)
    row = next(r for r in people.rows if r.key == ann)
    assert row.cells[0].summary == typed[0]
    assert set(people.elsewhere) == {typed[1], typed[2]}
    assert set(matrix(view, "job").elsewhere) == {typed[0], typed[3]}
    section = next(s for s in document(make_tables(view)).sections if s.anchor == "matrix")
    table = next(b for b in section.blocks if isinstance(b, Table))
    cell = next(r for r in table.grid.rows if str(r.cells[0]).startswith("interview-1")).cells[1]
    assert isinstance(cell, Charted)
    assert cell.summary == "Learned from her sister."
    assert cell.counts == (("barrier", 1), ("facilitator", 1))
    assert any("2 summaries" in n.lines[0].text for n in section.blocks if isinstance(n, Notes))


def test_a_large_study_goes_to_the_workbook_whole_and_to_the_page_by_group(
    make_view: MakeView,
) -> None:
    """Sixty participants are too many for a page; asked for, the first ones stand there, and a line
    says where the rest is.
    """
    sources = [(f"i{n:02}", Kind.INTERVIEW, [("P", P, ["Yes."])]) for n in range(60)]
    codes = [(n, 0, "Ana", "knowing", B) for n in range(60)]
    jobs = {(n, "P"): {"job": "nurse" if n % 2 else "midwife"} for n in range(60)}
    view = make_view(sources, codes, attributes=jobs)
    for wanted, rows, words in (
        (Wanted(), 2, "60 participants are too many for a page"),
        (Wanted(matrix_by="participant"), MOST_ROWS, "The first 40 of 60 rows"),
    ):
        t = make_tables(view, wanted=wanted)
        section = next(s for s in document(t).sections if s.anchor == "matrix")
        table = next(b for b in section.blocks if isinstance(b, Table))
        assert len(table.grid.rows) == rows
        assert table.sheet is not None
        assert len(table.sheet.rows) == 60
        notes = [n.lines[0].text for n in section.blocks if isinstance(n, Notes)]
        assert any(words in n and "--format xlsx" in n for n in notes)


THEMES = """
name = "Themes"
version = "1"
[[code]]
id = "opportunity"
label = "Opportunity"
definition = "domain"
[[code]]
id = "physical"
label = "Physical opportunity"
parent = "opportunity"
definition = "things"
[[code]]
id = "social"
label = "Social opportunity"
parent = "opportunity"
definition = "people"
[[code]]
id = "time"
label = "Appointment time"
parent = "physical"
definition = "theme"
[[code]]
id = "money"
label = "Money"
parent = "physical"
definition = "theme"
"""


def test_sub_domains_with_themes_show_both_levels(make_view: MakeView) -> None:
    """Codes given to the sub-domain before it had themes count in it, as such; a passage with two of
    its codes counts once in it.
    """
    codes = [
        (0, 0, "Ana", "money", B), (0, 0, "Ana", "time", B), (1, 0, "Ana", "money", B),
        (1, 1, "Ana", "money", F), (0, 2, "Ana", "physical", B), (2, 0, "Ana", "social", B),
    ]  # fmt: skip
    view = replace(make_view(SOURCES, codes), codebook=parse_codebook(THEMES))
    t = make_tables(view)
    found = {(r.domain, r.label): tuple(m.excerpts for m in r.human[:2]) for r in t.findings.rows}
    inner = "Opportunity › Physical opportunity"
    assert found["Opportunity", "Opportunity"] == (4, 1)
    assert found["Opportunity", "Social opportunity"] == (1, 0)
    assert found[inner, inner] == (3, 1)
    assert found[inner, "Physical opportunity, as such"] == (1, 0)
    assert found[inner, "Money"] == (2, 1)
    assert found["", "Any code"] == (4, 1)
    assert t.themes is not None
    rows = {str(r.cells[0]): (r.group, *r.cells[1:]) for r in t.themes.rows}
    assert rows["Physical opportunity"] == (
        "Opportunity",
        "All: 3 (2 people)\nMoney: 2 (2 people)\N{NO-BREAK SPACE}⇄\n"
        "Appointment time: 1 (1 person)\nNo theme: 1 (1 person)",
        "All: 1 (1 person)\nMoney: 1 (1 person)\N{NO-BREAK SPACE}⇄",
    )
    assert rows["Social opportunity"] == ("Opportunity", "1 (0 people)", "–")
    assert "themes" in {s.anchor for s in document(t).sections}


def test_a_codebook_without_themes_has_no_table_of_them(make_view: MakeView) -> None:
    """COM-B as it is shipped stands in the findings alone."""
    t = make_tables(study(make_view))
    assert t.themes is None
    assert "themes" not in {s.anchor for s in document(t).sections}


def test_people_by_sample_have_a_table_each(make_view: MakeView) -> None:
    """With the attributes that are known of anybody there; missing values shown, shares of the
    sample.
    """
    speakers = [(f"P{i}", P, ["Yes."]) for i in range(5)]
    attributes = {
        (0, "P0"): {"sample": "clinician", "job": "GP", "gender": "man"},
        (0, "P1"): {"sample": "clinician", "job": "", "gender": "woman"},
        (0, "P2"): {"sample": "public", "gender": "woman"},
        (0, "P3"): {"sample": "public", "gender": "prefer not to say"},
    }
    view = make_view([("fg", Kind.FOCUS_GROUP, speakers)], attributes=attributes)
    tables = [g for g in make_tables(view, wanted=Wanted(table_by="Sample")).glance
              if g.name.startswith("people")]  # fmt: skip
    assert [g.caption for g in tables] == [
        "People by attribute: clinician (N = 2)",
        "People by attribute: public (N = 2)",
        "People by attribute: sample missing (N = 1)",
    ]
    assert [(r.group, *r.cells) for r in tables[0].rows] == [
        ("Job", "GP", 1, 0.5), ("Job", "Missing", 1, 0.5),
        ("Gender", "man", 1, 0.5), ("Gender", "woman", 1, 0.5),
    ]  # fmt: skip
    assert [(r.group, *r.cells) for r in tables[1].rows] == [
        ("Gender", "woman", 1, 0.5), ("Gender", "prefer not to say", 1, 0.5),
    ]  # fmt: skip
    assert tables[1].notes[-1] == "Known of nobody here: job."


def test_levels_stand_in_their_natural_order() -> None:
    """Whatever order they come in."""
    levels = ["under 18", "18–25", "65–74", "75+", "yes", "no", "other", "prefer not to say"]
    assert [v for v in natural_order(reversed(levels)) if v in levels[:4]] == levels[:4]
    assert natural_order(["other", "no", "yes", "Prefer not to say"]) == [
        "yes", "no", "other", "Prefer not to say",
    ]  # fmt: skip
    assert natural_order(["<5", "5", "10", ">5"]) == ["<5", "5", ">5", "10"]
    order = natural_order([f"{n} years" for n in range(30, 0, -1)])
    assert all(int(a.split()[0]) < int(b.split()[0]) for a, b in pairwise(order))


def test_focus_groups_are_named_by_number_only_where_that_tells_them_apart(
    make_view: MakeView,
) -> None:
    """Two groups with the number 1 keep their names; the short ones are explained."""
    spoken = [("P1", P, ["Yes."])]
    names = ("fg-nurses-1", "focus group public 01", "fg_3", "FG4", "circle 5")
    view = make_view([(n, Kind.FOCUS_GROUP, spoken) for n in names])
    found = make_index(view).names
    assert [found[t.id] for t in view.transcripts] == [
        "fg-nurses-1", "focus group public 01", "FG3", "FG4", "circle 5",
    ]  # fmt: skip
    assert make_tables(view).short_names == (("FG3", "fg_3"),)


def test_groups_of_five_get_shares_and_smaller_ones_words(make_view: MakeView) -> None:
    """Wilson's interval for interviews; none for four people; rates need both kinds of source."""
    sources = [
        (f"i{n}", Kind.INTERVIEW, [("P", P, ["Five words are said here."])]) for n in range(9)
    ]
    codes = [(n, 0, "Ana", "knowing", B) for n in (0, 1, 5)]
    jobs = {(n, "P"): {"job": "nurse" if n < 5 else "midwife"} for n in range(9)}
    read = [(n, 0, "Ana") for n in range(9)]
    t = make_tables(make_view(sources, codes, attributes=jobs, read=read))
    grid = next(g for g in t.groups if g.caption == "By job")
    row = next(r for r in grid.rows if (r.group, r.cells[0]) == ("Knowing", "Barrier"))
    midwife, nurse, less = row.cells[1:]
    assert isinstance(midwife, Tally)
    assert isinstance(nurse, Tally)
    assert (midwife.people, midwife.of, midwife.share) == (1, 4, None)
    assert isinstance(nurse.share, tuple)
    value, low, high = nurse.share
    assert (value, round(low, 4), round(high, 4)) == (0.4, 0.1176, 0.7693)
    assert less is None
    assert t.rates is None
    section = next(s for s in document(t).sections if s.anchor == "groups")
    said = " ".join(b.text for b in section.blocks if hasattr(b, "text"))
    assert "fewer than 5 people" in said
    assert "Where to look" in said


def test_rates_compare_interviews_with_focus_groups(make_view: MakeView) -> None:
    """Excerpts per 1,000 words that participants spoke in read sentences, and their ratio."""
    words = "A passage of ten words that is long enough, really."  # ten words
    sources = [(f"i{n}", Kind.INTERVIEW, [("P", P, [words, words])]) for n in range(4)]
    sources += [(f"fg-{n}", Kind.FOCUS_GROUP, [("P", P, [words]), ("Q", P, [words])]) for n in range(3)]  # fmt: skip
    codes = [(n, 0, "Ana", "knowing", B) for n in range(7)] + [
        (n, 1, "Ana", "knowing", B) for n in (4, 5, 6)
    ] + [(0, 1, "Rhys", "knowing", B)]  # fmt: skip
    read = [(n, k, "Ana") for n in range(7) for k in (0, 1)]
    grid = make_tables(make_view(sources, codes, read=read)).rates
    assert grid is not None
    assert [c.detail for c in grid.columns[1:3]] == ["4 sources, 80 words", "3 sources, 60 words"]
    row = next(r for r in grid.rows if (r.group, r.cells[0]) == ("Knowing", "Barrier"))
    interview, group, ratio = row.cells[1:]
    told = [score[0] for score in (interview, group, ratio) if isinstance(score, tuple)]
    assert [round(value, 1) for value in told] == [62.5, 100.0, 1.6]
    body = next(r for r in grid.rows if (r.group, r.cells[0]) == ("Body", "Barrier"))
    assert body.cells[3] is None


def test_tests_are_made_only_where_asked_for(make_view: MakeView) -> None:
    """A column of corrected p; an attribute of whole focus groups has words in its place."""
    import numpy as np

    speakers = [(f"P{i}", P, ["Yes."]) for i in range(6)]
    sources = [("fg-1", Kind.FOCUS_GROUP, speakers), ("fg-2", Kind.FOCUS_GROUP, speakers)]
    attributes = {(g, f"P{i}"): {"group": "ab"[g], "sex": "mw"[i % 2]} for g in (0, 1) for i in range(6)}  # fmt: skip
    codes = [(0, i, "Ana", "knowing", B) for i in range(6)] + [(1, 0, "Ana", "body", B)]
    view = make_view(sources, codes, attributes=attributes)
    assert not any(c.label == "p" for g in make_tables(view).groups for c in g.columns)
    t = make_tables(view, rng=np.random.default_rng(1))
    by = {g.caption: g for g in t.groups}
    first = {c: by[c].rows[0].cells[-1] for c in ("By group", "By sex")}
    assert first["By group"] == "no test"
    assert isinstance(first["By sex"], float)
    assert first["By sex"] > 0.05
