"""Placed excerpts become events once; what was not placed becomes a list for people."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from precode.codings.align import place
from precode.codings.events import events_from, unplaced_rows
from precode.domain import (
    CodedExcerpt,
    CodePolarity,
    Event,
    EventKind,
    Kind,
    Match,
    Placement,
    Polarity,
    Transcript,
)

B, F = Polarity.BARRIER, Polarity.FACILITATOR
TEXT = "P1: I had no time.\nP1: Yes.\nP1: The nurse rang. Yes."
ONE = Transcript.make("interview 1", TEXT, Kind.INTERVIEW)
TWO = Transcript.make("interview 2", "P1: The bus never came.", Kind.INTERVIEW)


def placed(
    code: str,
    polarity: Polarity = B,
    *,
    start: int = 4,
    end: int = 18,
    coder: str = "A",
    memo: str = "",
) -> Placement:
    row = CodedExcerpt("row 2", "interview 1", TEXT[start:end], code, polarity, coder, memo)
    return Placement(row, Match.EXACT, ONE.id, start, end, 100, 1)


def events(*placements: Placement, existing: list[Event] | None = None) -> list[Event]:
    return events_from(placements, codebook_hash="h", batch="b1", existing=existing or [])


def test_the_codes_of_one_passage_and_coder_are_one_event() -> None:
    """Two codes by A, one by B."""
    assert events(placed("time"), placed("money", F), placed("time", coder="B")) == [
        Event(
            EventKind.EXCERPT,
            "A",
            ONE.id,
            4,
            18,
            (CodePolarity("time", B), CodePolarity("money", F)),
            codebook="h",
            origin="import",
            batch="b1",
        ),
        Event(
            EventKind.EXCERPT,
            "B",
            ONE.id,
            4,
            18,
            (CodePolarity("time", B),),
            codebook="h",
            origin="import",
            batch="b1",
        ),
    ]


def test_read_and_nothing_applies_is_an_event_without_codes() -> None:
    (event,) = events(placed("", Polarity.NONE))
    assert (event.kind, event.codes) == (EventKind.EXCERPT, ())


def test_only_new_codes_are_added_by_a_longer_table() -> None:
    before = events(placed("time"))
    (event,) = events(placed("time"), placed("money"), existing=before)
    assert event.codes == (CodePolarity("money", B),)


def test_another_memo_is_not_lost() -> None:
    (event,) = events(placed("time", memo="really?"), existing=events(placed("time")))
    assert event.memo == "really?"


def test_what_was_taken_back_comes_again() -> None:
    (stored,) = (replace(e, seq=1) for e in events(placed("time")))
    undone = Event(EventKind.UNDO, "A", ONE.id, 0, 0, undoes=1, seq=2)
    assert events(placed("time"), existing=[stored]) == []
    assert len(events(placed("time"), existing=[stored, undone])) == 1


rows = st.builds(
    placed,
    st.sampled_from(["", "time", "money"]),
    st.sampled_from(Polarity),
    start=st.sampled_from([0, 4]),
    coder=st.sampled_from("AB"),
    memo=st.sampled_from(["", "m"]),
)


@settings(deadline=None)
@given(st.lists(rows, max_size=12), st.integers(0, 12))
def test_importing_a_table_twice_adds_nothing(table: list[Placement], cut: int) -> None:
    """Nor does importing a part of it first."""
    first = events(*table[:cut])
    rest = events(*table, existing=first)
    assert events(*table, existing=[*first, *rest]) == []
    assert (first or rest) if table else not (first or rest)


def test_what_was_not_placed_is_listed_with_its_best_candidate() -> None:
    """Ambiguous; not found, with a likely passage; in another transcript; in none."""
    table = [
        CodedExcerpt("codes.csv, row 2", "interview 1", "Yes.", "time", B, "A"),
        CodedExcerpt("codes.csv, row 3", "interview 1", "The nurse ran off", "time", B, "A"),
        CodedExcerpt("codes.csv, row 4", "interview 1", "The bus never came.", "time", F, "A"),
        CodedExcerpt("codes.csv, row 5", "interview 9", "no time", "time", F, "A"),
        CodedExcerpt("codes.csv, row 6", "interview 1", "I had no time.", "time", F, "A"),
    ]
    placements = place(table, [ONE, TWO], fuzzy_score=95)
    two, three, four, five = unplaced_rows(placements, [ONE, TWO], batch="b1")
    assert two == {
        "batch": "b1",
        "row": "codes.csv, row 2",
        "source": "interview 1",
        "text": "Yes.",
        "code": "time",
        "polarity": "barrier",
        "coder": "A",
        "why": "may stand in 2 places of 'interview 1': "
        "add words before or after it to the excerpt",
        "candidate": "Yes.",
        "line": 2,
        "score": 100.0,
    }
    assert (three["why"], three["line"]) == ("not found in 'interview 1'", 3)
    assert str(three["candidate"]).startswith("The nurse rang")
    assert four["why"] == "not found in 'interview 1', but stands word for word in 'interview 2'"
    assert (five["why"], five["candidate"], five["line"]) == (
        "no transcript 'interview 9' in the study",
        "",
        None,
    )
