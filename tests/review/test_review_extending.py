"""One decision over several neighbouring sentences."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from precode.domain import EventKind
from precode.review.commands import Found, Open
from precode.review.effects import ShowSelection
from precode.review.state import decided
from precode.review.talk import talk

Bench = Any  # tests/review/conftest.py, which cannot be imported by name
Driver = Any
FOUR = (1, 2, 3, 4)


@pytest.fixture
def desk(bench: Bench) -> Driver:
    """Sentences 2, 1, 3, 4 of one speaker, in this order, and another's."""
    return bench.drive(
        [*(bench.item(n, "random", among=FOUR) for n in (2, 1, 3, 4)), bench.item(6)]
    )


def ids(bench: Bench, *numbers: int) -> list[str]:
    return [bench.sentence(n).id for n in numbers]


def test_the_ends_move_one_sentence_at_a_time(desk: Driver) -> None:
    """[ and ] outwards, { and } back; the sentence asked always stays."""
    assert desk.type("]").selected == ["2", "3"]
    assert desk.effects == [ShowSelection()]
    assert desk.type("[").selected == ["1", "2", "3"]
    assert desk.type("]").selected == ["1", "2", "3", "4"]
    assert desk.type("}").selected == ["1", "2", "3"]
    assert desk.type("{").selected == ["2", "3"]
    assert "cannot be let go" in desk.type("{").notice
    assert desk.type("}").selected == ["2"]
    assert "nothing to let go" in desk.type("}").notice
    assert desk.events == []


def test_there_is_an_end_to_what_can_be_taken_in(desk: Driver) -> None:
    """At the end of the talk, or at what this coder has read before."""
    assert "no sentence before" in desk.type("[|[").notice
    assert "no sentence after" in desk.type("]|]|]").notice
    assert desk.selected == ["1", "2", "3", "4"]


def test_a_wide_decision_spans_from_the_first_to_the_last(bench: Bench, desk: Driver) -> None:
    """And says the same of every sentence in it."""
    desk.type("[|]|1b|m all one|")
    (event,) = desk.events
    assert (event.start, event.end) == (bench.sentence(1).start, bench.sentence(3).end)
    assert (event.codes, event.memo, event.reason) == (bench.codes("hot b"), "all one", "random")
    assert decided(desk.state) == dict.fromkeys(ids(bench, 1, 2, 3), bench.codes("hot b"))
    assert decided(desk.state) == bench.folded(desk.events)


def test_what_is_decided_with_it_is_not_asked_again(bench: Bench, desk: Driver) -> None:
    """Items to come inside the span leave the queue; the next one is the first beyond it."""
    assert desk.type("[|]|n").facing == "Sentence number 4."
    assert [f.id for f in desk.state.todo] == ids(bench, 6)


def test_undo_brings_back_the_selection_and_what_left_the_queue(bench: Bench, desk: Driver) -> None:
    """In the order in which they were to come."""
    desk.type("[|]|1b||u")
    assert (desk.selected, desk.facing) == (["1", "2", "3"], "Sentence number 2.")
    assert [c for c, _ in desk.chosen] == ["hot"]
    assert [f.id for f in desk.state.todo] == ids(bench, 1, 3, 4, 6)
    assert decided(desk.state) == {} == bench.folded(desk.events)
    assert desk.type("U").facing == "Sentence number 4."
    assert [f.id for f in desk.state.todo] == ids(bench, 6)
    assert desk.type("u").selected == ["1", "2", "3"]


def test_what_was_chosen_inside_is_said_and_comes_back_with_undo(desk: Driver) -> None:
    """Half-done work on a sentence that a wide decision covers is not lost."""
    desk.type("n|2f|m mine|u")  # on to 1, codes for it, then back to 2
    assert desk.facing == "Sentence number 2."
    desk.type("[|1b|")
    assert "codes or a memo not committed" in desk.notice
    desk.type("u|{|1|n")
    assert (desk.facing, [c for c, _ in desk.chosen]) == ("Sentence number 1.", ["wet"])
    assert desk.state.facing.memo == "mine"


def test_redo_covers_the_sentence_that_is_faced_meanwhile(bench: Bench, desk: Driver) -> None:
    """It is decided thereby, so the session goes on."""
    desk.type("[|1b||u").obey()
    desk.state = go_to(desk, bench, 1)
    assert desk.type("2f").facing == "Sentence number 1."
    desk.type("U")
    assert desk.facing == "Sentence number 3."
    assert decided(desk.state) == dict.fromkeys(ids(bench, 1, 2), bench.codes("hot b"))
    desk.type("u|{|1|n")
    assert (desk.facing, [c for c, _ in desk.chosen]) == ("Sentence number 1.", ["wet"])


def go_to(desk: Driver, bench: Bench, number: int) -> Any:
    return desk.obey(Found((bench.item(number, among=FOUR),)), Open(1)).state


def test_the_selection_stops_at_what_was_decided_in_this_session(desk: Driver) -> None:
    """A decision of its own is not overrun; u and g lead back to it."""
    desk.type("n|n")  # 2 and 1
    assert desk.facing == "Sentence number 3."
    assert "decided already" in desk.type("[").notice


def test_a_stored_decision_keeps_its_span(bench: Bench, desk: Driver) -> None:
    """Narrower, it would leave the sentence let go with the old codes; so undo comes first."""
    desk.type("]|1b||g 1")
    assert desk.selected == ["2", "3"]
    assert "u takes it back" in desk.type("}").notice
    assert "u takes it back" in desk.type("[").notice
    desk.type("2f|")
    assert [(e.start, e.end) for e in desk.decisions] == [(200, 318)] * 2
    assert decided(desk.state) == dict.fromkeys(ids(bench, 2, 3), bench.codes("hot b", "wet f"))


def test_a_wide_decision_of_a_former_session_keeps_its_span(bench: Bench, desk: Driver) -> None:
    """Also where its item does not know all of its neighbours any more."""
    desk.type("]|1b|")
    for known in (FOUR, ()):
        past = bench.past(desk.events, [bench.item(2, among=known)], "ANNA")
        today = bench.drive([bench.item(6)], past=past, events=desk.events)
        today.type("g 1|2f|")
        assert (today.events[-1].start, today.events[-1].end) == (200, 318)
        today.type("u|u")
        assert today.state.facing.span == (200, 318)


def test_a_suggestion_seen_on_one_sentence_assists_the_whole(bench: Bench) -> None:
    """And the suggestion revealed is on record for the sentence it was made for."""
    hint = bench.suggestion("wet f")
    desk = bench.drive([bench.item(1, suggestion=hint), bench.item(2, among=(1, 2))])
    desk.type("1b||u")
    desk = go_wide(desk, bench)
    assert [e.assisted for e in desk.decisions] == [False, True]
    assert [(e.start, e.end) for e in desk.events if e.kind is EventKind.SHOWN] == [(100, 118)]


def go_wide(desk: Driver, bench: Bench) -> Driver:
    desk.obey(Found((bench.item(2, among=(1, 2)),)), Open(1))
    return desk.type("[|1b|")


def test_skip_and_flag_are_of_the_sentence_asked(desk: Driver) -> None:
    """A skip stands for one sentence, so that it counts when its turn comes again."""
    desk.type("]|?|s")
    assert [(e.kind, e.start, e.end) for e in desk.events] == [
        (EventKind.FLAG, 200, 218),
        (EventKind.SKIP, 200, 218),
    ]


def test_the_talk_shows_each_sentence_once(bench: Bench) -> None:
    """What is taken into the selection is marked, and no longer stands in the turns around."""
    one, three = "Sentence  number\n1.", "Sentence number 3. Sentence number 4."
    it = replace(bench.item(2, among=FOUR), before=(("INT", "So?"), ("P1", f"Well. {one}")),
                 after=(("P1", three), ("INT", "I see.")))  # fmt: skip
    desk = bench.drive([it])
    shown = [(x.text, x.here) for x in talk(desk.state.facing)]
    assert shown[2:4] == [("Sentence number 2.", True), (three, False)]
    desk.type("[|]|]")
    assert [(x.speaker, x.text, x.here) for x in talk(desk.state.facing)] == [
        ("INT", "So?", False), ("P1", "Well.", False),
        *(("P1", f"Sentence number {n}.", True) for n in FOUR),
        ("INT", "I see.", False),
    ]  # fmt: skip


def test_what_an_interviewer_puts_in_between_stays_between(bench: Bench) -> None:
    """Marked sentences around it, in the order of the talk; words of a turn not selected stay."""
    it = replace(
        bench.item(2, among=FOUR),
        before=(("P1", "Well. Sentence number 1."), ("INT", "Go on, please.")),
        after=(("INT", "Mm."), ("P1", "Sentence number 3. Sentence number 4."), ("INT", "I see.")),
    )
    desk = bench.drive([it]).type("[|]")
    assert [(x.speaker, x.text, x.here) for x in talk(desk.state.facing)] == [
        ("P1", "Well.", False), ("P1", "Sentence number 1.", True), ("INT", "Go on, please.", False),
        ("P1", "Sentence number 2.", True), ("INT", "Mm.", False),
        ("P1", "Sentence number 3.", True), ("P1", "Sentence number 4.", False),
        ("INT", "I see.", False),
    ]  # fmt: skip


def test_a_sentence_not_found_around_shows_twice_rather_than_never(bench: Bench) -> None:
    """Of a long turn the item holds only the words nearest."""
    it = replace(bench.item(2, among=FOUR), after=(("P1", "Sentence number …"), ("INT", "So.")))
    shown = [(x.text, x.here) for x in talk(bench.drive([it]).type("]").state.facing)]
    assert shown[-3:] == [
        ("Sentence number 3.", True),
        ("Sentence number …", False),
        ("So.", False),
    ]
