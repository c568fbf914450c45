"""Going elsewhere: back to earlier acts, to what was looked up, on in a new order."""

from __future__ import annotations

from typing import Any

import pytest

from precode.domain import EventKind, Polarity
from precode.review.commands import Found, Open, Refill
from precode.review.effects import Find, ShowEarlier, ShowFound, ShowItem
from precode.review.facing import visible
from precode.review.state import decided

Bench = Any  # tests/review/conftest.py, which cannot be imported by name
Driver = Any


@pytest.fixture
def desk(bench: Bench) -> Driver:
    """Three items picked at random: no suggestions in the way."""
    return bench.drive([bench.item(n, "random") for n in (1, 2, 3)])


def queue(desk: Driver) -> list[str]:
    return [f.item.sentence.text.split()[-1].rstrip(".") for f in desk.state.todo]


# -- back ------------------------------------------------------------------------------------------


def test_the_list_is_of_what_stands_newest_first(bench: Bench, desk: Driver) -> None:
    """Decisions and skips; of a sentence decided twice the last; no flags, nothing undone."""
    desk.type("n|?|s|n|u|g 2|1b|")
    (listed,) = desk.type("g").effects
    assert isinstance(listed, ShowEarlier)
    assert [(d.event.kind, d.event.start, d.event.codes) for d in listed.done] == [
        (EventKind.DECISION, 100, bench.codes("hot b")),
        (EventKind.SKIP, 200, ()),
    ]


def test_former_sessions_are_on_the_list(bench: Bench, desk: Driver) -> None:
    desk.type("1b|")
    past = bench.past(desk.events, [bench.item(1)], "ANNA")
    today = bench.drive([bench.item(2)], past=past, events=desk.events)
    assert today.type("g 1").facing == "Sentence number 1."
    assert today.chosen == [("hot", Polarity.BARRIER)]


def test_going_back_undoes_nothing_and_enter_keeps(bench: Bench, desk: Driver) -> None:
    """The item left behind comes next, with what was chosen for it."""
    desk.type("1b||2f|m half")
    assert desk.type("g 1").effects == [ShowItem()]
    assert desk.facing == "Sentence number 1."
    assert desk.state.facing.standing is not None
    assert decided(desk.state) == {bench.sentence(1).id: bench.codes("hot b")}
    desk.type("")
    assert (desk.facing, desk.chosen) == ("Sentence number 2.", [("wet", Polarity.FACILITATOR)])
    assert desk.state.facing.memo == "half"
    assert desk.kinds == [EventKind.DECISION]


def test_a_commit_there_revises(bench: Bench, desk: Driver) -> None:
    """A second decision; the first stays in the history, and undo leads back to it."""
    desk.type("1b||g 1|1f|")
    assert [e.codes for e in desk.events] == [bench.codes("hot b"), bench.codes("hot f")]
    assert desk.facing == "Sentence number 2."
    desk.type("u")
    assert decided(desk.state) == {bench.sentence(1).id: bench.codes("hot b")}


def test_from_one_earlier_item_to_another(desk: Driver) -> None:
    """One that is only looked at does not come back by itself; one that was changed does."""
    desk.type("n|n|g 1|g 2")
    assert (desk.facing, queue(desk)) == ("Sentence number 1.", ["3"])
    desk.type("1b|g 1")
    assert (desk.facing, queue(desk)) == ("Sentence number 2.", ["1", "3"])
    assert desk.type("g 2").chosen == [("hot", Polarity.BARRIER)]
    assert queue(desk) == ["3"]


def test_a_skipped_item_can_be_decided_after_all(bench: Bench, desk: Driver) -> None:
    """With the memo of the skip; Enter and s leave it skipped, once."""
    desk.type("m ask Ben|s|g 1")
    assert desk.state.facing.memo == "ask Ben"
    assert desk.type("").facing == "Sentence number 2."
    assert desk.type("g 1|s").facing == "Sentence number 2."
    assert desk.kinds == [EventKind.SKIP]
    desk.type("g 1|1b|")
    assert (desk.events[-1].codes, desk.events[-1].memo) == (bench.codes("hot b"), "ask Ben")


@pytest.mark.parametrize(
    ("keys", "told"),
    [("g", "nothing to go back to"), ("g 1", "nothing to go back to"),
     ("n|g 2", "from 1 to 1"), ("n|g 0", "from 1 to 1"), ("n|g 1|g 1", "the sentence before you")],
)  # fmt: skip
def test_there_must_be_something_to_go_back_to(desk: Driver, keys: str, told: str) -> None:
    assert told in desk.type(keys).notice


def test_going_back_works_at_the_end_of_the_queue(desk: Driver) -> None:
    assert desk.type("n|n|n|g 3").facing == "Sentence number 1."
    assert desk.type("").state.facing is None


# -- looked up -------------------------------------------------------------------------------------


def test_words_are_looked_for_and_found_ones_opened(bench: Bench, desk: Driver) -> None:
    """The sentence is faced, for the reason that the coder looked it up."""
    assert desk.type("/rain  and wind").effects == [Find("rain  and wind")]
    hits = (bench.item(7), bench.item(8))
    assert desk.obey(Found(hits)).effects == [ShowFound(hits)]
    assert desk.type("/").effects == [ShowFound(hits)]
    desk.type("2f|= 2")
    assert desk.facing == "Sentence number 8."
    desk.type("1b|")
    assert (desk.events[-1].reason, desk.events[-1].start) == ("found", 800)
    assert (desk.facing, desk.chosen) == ("Sentence number 1.", [("wet", Polarity.FACILITATOR)])


def test_one_that_was_to_come_comes_no_more(bench: Bench, desk: Driver) -> None:
    """Opened and decided, it has left the queue."""
    desk.obey(Found((bench.item(3),)), Open(1)).type("n")
    assert (desk.facing, queue(desk)) == ("Sentence number 1.", ["2"])


def test_one_that_is_decided_is_faced_with_its_decision(bench: Bench, desk: Driver) -> None:
    """Enter keeps it; a commit revises it."""
    desk.type("1b|").obey(Found((bench.item(1),)), Open(1))
    assert desk.chosen == [("hot", Polarity.BARRIER)]
    assert desk.type("").kinds == [EventKind.DECISION]
    desk.obey(Open(1)).type("1f|")
    assert [(e.codes, e.reason) for e in desk.events] == [
        (bench.codes("hot b"), "random"), (bench.codes("hot f"), "found"),
    ]  # fmt: skip
    assert decided(desk.state) == bench.folded(desk.events)


def test_one_inside_a_wide_decision_is_faced_with_all_of_it(bench: Bench) -> None:
    """So that a revision says the same of all its sentences."""
    desk = bench.drive([bench.item(n, "random", among=(1, 2, 3)) for n in (1, 2, 3)])
    desk.type("]|1b|").obey(Found((bench.item(2),)), Open(1))
    assert (desk.facing, desk.selected) == ("Sentence number 1.", ["1", "2"])
    desk.type("1f|")
    assert len(decided(desk.state)) == 2
    assert decided(desk.state) == bench.folded(desk.events)


@pytest.mark.parametrize("reason", ["audit", "random", "overlap"])
@pytest.mark.parametrize("how", ["to come", "done", "as found"])
def test_the_blind_samples_stay_blind_when_looked_up(bench: Bench, reason: str, how: str) -> None:
    """Though it is looked up now, its suggestion is never shown."""
    hint = bench.suggestion("wet f")
    blind = bench.item(2, reason, hint)
    desk = bench.drive([bench.item(1, "random"), *([blind] if how != "as found" else [])])
    if how == "done":
        desk.type("n|1b|")
    hit = blind if how == "as found" else bench.item(2, "uncertain", hint)
    desk.obey(Found((hit,)), Open(1))
    assert desk.facing == "Sentence number 2."
    desk.type("1f|" if how == "done" else "1b|")
    assert EventKind.SHOWN not in desk.kinds
    assert [e.assisted for e in desk.decisions] == [False] * len(desk.decisions)


def test_an_opened_one_shows_its_suggestion_as_others_do(bench: Bench) -> None:
    hint = bench.suggestion("wet f")
    desk = bench.drive([bench.item(1)]).obey(Found((bench.item(2, suggestion=hint),)), Open(1))
    assert visible(desk.state.facing, desk.state.setup) is None
    assert desk.type("1b|").kinds == [EventKind.DECISION, EventKind.SHOWN]


@pytest.mark.parametrize(
    ("keys", "told"),
    [("/", "nothing has been looked up"), ("= 1", "nothing has been looked up"),
     ("=", "nothing has been looked up")],
)  # fmt: skip
def test_nothing_is_opened_before_it_is_found(desk: Driver, keys: str, told: str) -> None:
    assert told in desk.type(keys).notice


def test_what_cannot_be_opened_is_said(bench: Bench, desk: Driver) -> None:
    """And a search without a hit leaves the last list as it was."""
    desk.obey(Found((bench.item(1),)))
    assert "from 1 to 1" in desk.type("= 2").notice
    assert "the sentence before you" in desk.type("= 1").notice
    assert "no sentence has these words" in desk.obey(Found(())).notice
    assert len(desk.state.found) == 1


# -- a new order -----------------------------------------------------------------------------------


def test_a_refill_replaces_what_is_to_come(bench: Bench, desk: Driver) -> None:
    """Not the item faced, not what was decided or skipped in this session, nothing twice."""
    desk.type("n|s|1b")
    items = [bench.item(n) for n in (5, 3, 1, 2, 4, 5)]
    assert desk.obey(Refill(tuple(items))).effects == []
    assert (desk.facing, queue(desk)) == ("Sentence number 3.", ["5", "4"])
    assert desk.chosen == [("hot", Polarity.BARRIER)]


def test_drafts_stay_in_front(bench: Bench, desk: Driver) -> None:
    """Codes or a memo not committed are never lost to a new order."""
    desk.type("n|2f|u")
    desk.obey(Refill(tuple(bench.item(n) for n in (5, 2))))
    assert queue(desk) == ["2", "5"]
    assert desk.type("n").chosen == [("wet", Polarity.FACILITATOR)]


def test_what_was_undone_may_come_again(bench: Bench, desk: Driver) -> None:
    desk.type("n|s|u|u|s")
    desk.obey(Refill(tuple(bench.item(n) for n in (1, 2, 3))))
    assert (desk.facing, queue(desk)) == ("Sentence number 2.", ["3"])


def test_sentences_inside_a_wide_decision_do_not_come_again(bench: Bench) -> None:
    desk = bench.drive([bench.item(1, "random", among=(1, 2)), bench.item(5)]).type("]|n")
    desk.obey(Refill(tuple(bench.item(n) for n in (1, 2, 3))))
    assert queue(desk) == ["3"]


def test_a_probe_comes_though_its_sentence_was_decided(bench: Bench, desk: Driver) -> None:
    """But only once."""
    probe = bench.item(1, "probe", bench.suggestion("wet f", planted=True))
    desk.type("n").obey(Refill((probe,))).type("n")
    assert (desk.facing, desk.state.facing.item.reason) == ("Sentence number 1.", "probe")
    desk.type("1b||").obey(Refill((probe, bench.item(4))))
    assert desk.facing == "Sentence number 4."


def test_more_items_end_the_end_of_the_queue(bench: Bench, desk: Driver) -> None:
    desk.type("n|n|n")
    assert desk.obey(Refill(())).effects == []
    assert desk.obey(Refill((bench.item(4),))).effects == [ShowItem()]
    assert desk.facing == "Sentence number 4."
    assert desk.type("q").obey(Refill((bench.item(5),))).effects == []


def test_a_new_order_during_a_suggestion_loses_no_sentence(bench: Bench) -> None:
    """The source keeps the first sentence not acted on out of its new order: the next one, when the
    one faced is decided and waits for its suggestion to be read.
    """
    items = [
        bench.item(1, "uncertain", bench.suggestion("wet f")),
        *(bench.item(n, "random") for n in (2, 3)),
    ]
    desk = bench.drive(items)
    desk.type("1b|")
    assert desk.facing == "Sentence number 1."
    desk.obey(Refill((bench.item(5, "random"), bench.item(3, "random"))))
    seen = []
    for _ in range(3):
        desk.type("" if not seen else "n")
        seen.append(desk.facing)
    assert seen == ["Sentence number 2.", "Sentence number 5.", "Sentence number 3."]
