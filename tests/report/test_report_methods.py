"""The methods appendix: it says what the record holds, and nothing that it does not."""

from __future__ import annotations

from dataclasses import replace

from tests.report.conftest import MakeView

from precode.domain import Kind, Polarity, Role
from precode.report.grid import Grid
from precode.report.record import Advised, AuditDone, DoubleCoded, Learned, Record, Started
from precode.report.tables.make import make_tables
from precode.report.view import StudyView

B = Polarity.BARRIER
MODEL = Learned(
    "main", "abc", "2026-11-22", "0.1.0", "all-MiniLM-L6-v2", "key-f32", 1976, 7, ("Ana", "Rhys"), 5,
    1, (0.4, 0.37, 0.44), True, (("c", 0.5),), (("knowing", 0.25, 40), ("body", None, 3)), 0.8,
    ("a note",),
)  # fmt: skip
WHOLE = Record(
    "sentence", 900, 50, 12, "after", learned=MODEL,
    audit=AuditDone(125, 1269, 60, 5, 1, False),
    double=DoubleCoded(1976, 7, 2, (0.58, 0.65, 0.73), 6),
    advice=Advised("2026-11-22", "go on: 12 passages unread", False, 0.8, 0.95),
)  # fmt: skip


def view(make_view: MakeView, record: Record | None) -> StudyView:
    turns = [("P1", Role.PARTICIPANT, ["One.", "Two."])]
    made = make_view(
        [("one", Kind.INTERVIEW, turns), ("two", Kind.FOCUS_GROUP, turns)],
        [(0, 0, "Ana", "knowing", B), (0, 1, "Rhys", "knowing", B)],
        record=record,
    )
    return replace(made, coders=("Ana", "Rhys"), version="0.1.0")


def grid(t: StudyView, name: str) -> Grid:
    return next(g for g in make_tables(t).methods if g.name == name)


def facts(t: StudyView) -> dict[str, object]:
    return {str(r.cells[0]): r.cells[1] for r in grid(t, "training").rows}


def test_the_paragraph_says_what_was_done(make_view: MakeView) -> None:
    """Sizes, coders, agreement, model, audit sample and the advice, each with its numbers."""
    said = make_tables(view(make_view, WHOLE)).paragraph
    for part in (
        "1 interview and 1 focus group",
        "2 coders read",
        "1,976 sentences in 7 sources",
        "0.65 on average (lowest 0.58, highest 0.73, 6 codes)",  # no interval
        "2 of them marked as a barrier",  # the third code has no polarity
        "[Some codes were made elsewhere and read in: say whether each coder worked without sight",
        "agreed on 12 passages",
        "1,976 coded sentences of 7 transcripts",
        "5-fold cross-validation",
        "0.40 (95% interval 0.37 to 0.44)",
        "125 of 1,269 sentences",
        "60 of it are answered",
        "80% of the passages of every code at 95% confidence",
        "the advice was to go on",
    ):
        assert part in said, part
    assert said.count("[Say") == 3  # what only the team knows


def test_the_paragraph_is_silent_on_what_was_not_done(make_view: MakeView) -> None:
    """Without model, audit sample, second reading and advice there is no word of them."""
    bare = Record("sentence", 2, 0, 0, "after")
    said = make_tables(view(make_view, bare)).paragraph.lower()
    assert "codable sentences" in said
    for word in ("classifier", "random sample", "agreed on", "advice", "κ", "suggestion"):
        assert word not in said, word
    assert make_tables(view(make_view, None)).paragraph == ""


def test_a_released_sample_is_not_said_to_judge_the_machine(make_view: MakeView) -> None:
    """Once it is learned from, it no longer does."""
    assert WHOLE.audit is not None
    record = replace(WHOLE, audit=replace(WHOLE.audit, released=True))
    said = make_tables(view(make_view, record)).paragraph
    assert "released" in said and "never learned from" not in said
    assert facts(view(make_view, record))["Kept from training"] == "no: released"


def test_every_fact_of_the_record_stands_in_the_table(make_view: MakeView) -> None:
    """Training size, folds, seed, settings, audit and the rule for stopping with its words."""
    found = facts(view(make_view, WHOLE))
    assert found["Learned from"] == "1,976 sentences, 7 transcripts, coded by Ana, Rhys"
    assert found["Seed"] == "1" and found["Settings chosen by validation"] == "c 0.5"
    assert found["Decisions of the consensus"] == "12"
    assert found["Drawn"] == "125 of 1,269 sentences in 5 transcripts, seed 1"
    assert found["Advice on 2026-11-22"] == "go on: 12 passages unread"
    assert found["Note"] == "a note"


def test_thresholds_are_listed_and_codes_left_out_are_named(make_view: MakeView) -> None:
    """One line a code."""
    rows = [r.cells for r in grid(view(make_view, WHOLE), "thresholds").rows]
    assert rows == [("Knowing", 40, "0.250"), ("Body", 3, "not modelled")]


def test_how_few_codes_are_none_is_said(make_view: MakeView) -> None:
    """Only of a model that decides by it."""
    assert WHOLE.learned is not None
    gated = replace(WHOLE, learned=replace(WHOLE.learned, least=0.4567))
    own, without = (grid(view(make_view, r), "thresholds").notes for r in (gated, WHOLE))
    assert "fewer than 0.46 codes are expected" in own[1]
    assert len(without) == 1


def test_how_one_code_of_many_is_chosen_is_said(make_view: MakeView) -> None:
    """Of a codebook of which each sentence has one code the threshold alone gives none."""
    many = view(make_view, WHOLE)
    one = replace(many, codebook=many.codebook.model_copy(update={"choice": "one"}))
    assert grid(one, "thresholds").notes[0].count("the one code whose score is highest") == 1
    assert "as likely as not" in grid(many, "thresholds").notes[0]


# -- the starter -----------------------------------------------------------------------------------

START = Started("comb-starter", "5tart", 0.5, True, (("knowing", 0.61), ("body", 0.07)), 0.34)


def started(start: Started | None) -> Record:
    assert WHOLE.learned is not None
    return replace(WHOLE, learned=replace(WHOLE.learned, started=start))


def test_what_rests_on_the_starter_is_said_in_the_paragraph_and_by_code(
    make_view: MakeView,
) -> None:
    """The mean and the range in words, the start among the facts, and a column beside thresholds."""
    v = view(make_view, started(START))
    said = make_tables(v).paragraph
    assert "(comb-starter, weight 0.5, chosen by nested validation)" in said
    assert "on average 34% of the variance of its scores rests on that (7% to 61% by code)." in said
    assert "Polarities, where it tells them apart, start from it too." in said
    fact = str(facts(v)["Starts from"])
    assert "comb-starter (bundle 5tart)" in fact and "34%" in fact and "by validation" in fact
    table = grid(v, "thresholds")
    assert table.columns[-1].label == "% that rests on comb-starter"
    assert [r.cells[-1] for r in table.rows] == [0.61, 0.07]
    assert "variance" in table.notes[-1] and "invented talk" in table.notes[-1]


def test_the_threshold_of_a_lent_code_is_said_to_be_the_starters(make_view: MakeView) -> None:
    """Only where a code's score is the starter's alone."""
    lent = replace(START, shares=(("knowing", 0.61), ("body", 1.0)))
    own, theirs = (grid(view(make_view, started(s)), "thresholds").notes for s in (START, lent))
    assert not any("log-odds" in n for n in own)
    assert (
        "Where 100 % rests on comb-starter, the threshold is on that model’s log-odds" in theirs[1]
    )


def test_a_starter_that_helped_nothing_is_said_and_has_no_column(make_view: MakeView) -> None:
    v = view(make_view, started(replace(START, weight=0.0, shares=(("knowing", 0.0),), mean=0.0)))
    assert "helped nothing on transcripts held out" in make_tables(v).paragraph
    assert "helped nothing" in str(facts(v)["Starts from"])
    assert len(grid(v, "thresholds").columns) == 3


def test_what_was_not_chosen_is_not_called_chosen(make_view: MakeView) -> None:
    v = view(make_view, started(replace(START, chosen=False)))
    assert "chosen" not in make_tables(v).paragraph
    assert "not chosen by validation" in str(facts(v)["Starts from"])


def test_a_fine_tuned_encoder_beside_it_is_named(make_view: MakeView) -> None:
    """What the share leaves out."""
    v = view(make_view, started(replace(START, beside=True)))
    assert "beside a fine-tuned encoder" in make_tables(v).paragraph
    assert "fine-tuned encoder has its say" in grid(v, "thresholds").notes[-1]


def test_without_a_starter_there_is_no_word_of_one(make_view: MakeView) -> None:
    v = view(make_view, started(None))
    assert "starter" not in make_tables(v).paragraph
    assert "Starts from" not in facts(v)
    assert len(grid(v, "thresholds").columns) == 3


def test_coreq_items_are_numbered_and_the_rest_is_left_to_the_team(make_view: MakeView) -> None:
    """All 32 are named: those with something to say in the table, the others in the note."""
    table = grid(view(make_view, WHOLE), "coreq")
    said = {int(r.cells[0]) for r in table.rows}  # type: ignore[arg-type]
    assert {12, 24, 25, 27, 29} <= said
    assert f"other {32 - len(said)} of the 32" in table.notes[0]
    about = {r.cells[0]: str(r.cells[2]) for r in table.rows}
    assert "2 people in 1 interview and 1 focus group" in about[12]
    assert "1,976 sentences read by two or more, apart" in about[24]
    assert 20 not in said  # no field notes here
