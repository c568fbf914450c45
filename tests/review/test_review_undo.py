"""Undo and redo: as far back as there is anything, forward again as long as nothing is new."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from precode.domain import Event, EventKind, Polarity
from precode.review.state import decided
from precode.review.values import undoable

Bench = Any  # tests/review/conftest.py, which cannot be imported by name
Driver = Any


@pytest.fixture
def desk(bench: Bench) -> Driver:
    """Three items picked at random: no suggestions in the way."""
    return bench.drive([bench.item(n, "random") for n in (1, 2, 3)])


def test_undo_goes_back_step_by_step_and_redo_forward(bench: Bench, desk: Driver) -> None:
    """Each undo names the event it takes back and faces its item with the codes it had."""
    desk.type("1b||n|s")
    assert desk.type("u").facing == "Sentence number 3."
    assert desk.type("u").facing == "Sentence number 2."
    assert desk.type("u").facing == "Sentence number 1."
    assert desk.chosen == [("hot", Polarity.BARRIER)]
    assert [e.undoes for e in desk.events if e.kind is EventKind.UNDO] == [3, 2, 1]
    assert decided(desk.state) == {} == bench.stands(desk.events)
    assert desk.type("U").facing == "Sentence number 2."
    assert desk.type("U").facing == "Sentence number 3."
    assert [f.id for f in (desk.state.facing,) if f] == [bench.item(3).sentence.id]
    desk.type("U")
    assert desk.state.facing is None
    assert decided(desk.state) == {
        bench.item(1).sentence.id: bench.codes("hot b"), bench.item(2).sentence.id: (),
    }  # fmt: skip
    assert decided(desk.state) == bench.stands(desk.events)


def test_a_new_act_ends_redo(desk: Driver) -> None:
    desk.type("n|u|s")
    assert "nothing to redo" in desk.type("U").notice


def test_undo_keeps_what_was_being_chosen(desk: Driver) -> None:
    """The half-done item comes back with its codes and memo when its turn comes."""
    desk.type("n|2f|m half|u")
    assert desk.facing == "Sentence number 1."
    desk.type("n")
    assert desk.facing == "Sentence number 2."
    assert desk.chosen == [("wet", Polarity.FACILITATOR)]
    assert desk.state.facing is not None
    assert desk.state.facing.memo == "half"


def test_redo_says_what_it_discards(desk: Driver) -> None:
    desk.type("1b||u|2f|U")
    assert "chosen since is discarded" in desk.notice
    assert desk.type("n|u|u|U").notice == "redone: decision"


def test_undo_takes_a_flag_back_too(desk: Driver) -> None:
    desk.type("?|1b")
    assert desk.type("u").notice.startswith("undone: flag")
    assert desk.chosen == [("hot", Polarity.BARRIER)]
    assert desk.state.facing is not None
    assert desk.state.facing.flag is None
    desk.type("U")
    assert desk.state.facing.flag is not None


def test_redo_flags_an_item_that_waits(desk: Driver) -> None:
    """The flag is on it when its turn comes."""
    desk.type("n|?|u")  # flag on 2, taken back
    assert desk.type("u").facing == "Sentence number 1."
    assert desk.type("U|U").facing == "Sentence number 2."
    assert desk.state.facing is not None
    assert desk.state.facing.flag is not None
    assert [e.kind for e in desk.events if e.kind is EventKind.FLAG] == [EventKind.FLAG] * 2


def test_undo_reaches_into_former_sessions(bench: Bench) -> None:
    """Also when the queue of today is another one; what stood before is faced with its codes."""
    yesterday = bench.drive([bench.item(1, "random"), bench.item(2, "random")])
    yesterday.type("1b||s")
    past = bench.past(yesterday.events, [bench.item(1), bench.item(2)], "ANNA")
    today = bench.drive([bench.item(3, "random")], past=past, events=yesterday.events)
    assert today.type("u|u").facing == "Sentence number 1."
    assert today.chosen == [("hot", Polarity.BARRIER)]
    today.type("1|2b|")
    assert bench.stands(today.events) == {bench.item(1).sentence.id: bench.codes("wet b")}
    assert today.facing == "Sentence number 2."
    today.type("n")
    assert today.facing == "Sentence number 3."


def test_codes_gone_from_the_codebook_are_not_offered_again(bench: Bench) -> None:
    """An old decision is undone whole; what is chosen anew uses today's codes."""
    old = Event(EventKind.DECISION, "ANNA", bench.item(1).sentence.transcript_id, 100, 118,
                codes=bench.codes("hot b", "snow f"), reason="random", seq=1)  # fmt: skip
    past = bench.past([old], [bench.item(1)], "ANNA")
    desk = bench.drive([], past=past, events=[old]).type("u")
    assert desk.chosen == [("hot", Polarity.BARRIER)]


def test_undoable_is_what_stands_of_this_coders_reviews(bench: Bench) -> None:
    """Not another coder's, not an import, not what is undone; an undone undo is no undo."""

    def event(seq: int, kind: EventKind = EventKind.DECISION, **more: Any) -> Event:
        return replace(Event(kind, "ANNA", "t", 0, 1, seq=seq), **more)

    undo = EventKind.UNDO
    history = [
        event(1), event(2, coder="BEN"), event(3, origin="import"), event(4, EventKind.SKIP),
        event(5), event(6, undo, undoes=5), event(7), event(8, undo, undoes=7),
        event(9, undo, undoes=8),
    ]  # fmt: skip
    assert [e.seq for e in undoable(history, "ANNA")] == [1, 4, 7]
