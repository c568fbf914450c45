"""When a coder sees the machine's word, what is on record of it, and who never sees one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from precode.domain import Event, EventKind, Polarity
from precode.review.commands import Act, Refill, Stored
from precode.review.effects import Commit, ShowEvidence, ShowItem, ShowSuggestion
from precode.review.facing import visible
from precode.review.session import begin, step
from precode.review.state import decided
from precode.review.values import seen_before, undoable

Bench = Any  # tests/review/conftest.py, which cannot be imported by name
Driver = Any


def test_after_the_commit_the_suggestion_is_revealed(bench: Bench) -> None:
    """The first decision is unassisted and stays; the revision is a second, assisted one."""
    hint = bench.suggestion("wet f")
    desk = bench.drive([bench.item(1, suggestion=hint), bench.item(2)])
    assert desk.state.facing is not None
    assert visible(desk.state.facing, desk.state.setup) is None
    desk.type("1b|")
    assert desk.effects == [ShowSuggestion(hint, bench.codes("hot b"), agrees=False)]
    assert desk.facing == "Sentence number 1."
    desk.type("2f|")
    assert [(e.codes, e.assisted) for e in desk.decisions] == [
        (bench.codes("hot b"), False),
        (bench.codes("hot b", "wet f"), True),
    ]
    assert desk.facing == "Sentence number 2."


def test_enter_keeps_the_decision(bench: Bench) -> None:
    """Nothing more is stored, and what was decided unseen stays unassisted."""
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion()), bench.item(2)])
    desk.type("1b||")
    assert [e.assisted for e in desk.decisions] == [False]
    assert desk.facing == "Sentence number 2."


@pytest.mark.parametrize(("given", "keys"), [((), "n"), (("hot b", "fog"), "3 1b|")])
def test_where_the_machine_agrees_the_session_moves_on(
    bench: Bench, given: tuple[str, ...], keys: str
) -> None:
    hint = bench.suggestion(*given)
    desk = bench.drive([bench.item(1, suggestion=hint), bench.item(2)]).type(keys)
    assert desk.effects == [ShowSuggestion(hint, bench.codes(*given), agrees=True), ShowItem()]
    assert desk.facing == "Sentence number 2."


def test_a_decision_cannot_be_overwritten_by_typing_on(bench: Bench) -> None:
    """Who has not noticed the suggestion and types n or s for the next item is stopped."""
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion("wet b"))]).type("1b|")
    assert "take them off first" in desk.type("n").notice
    assert "decided already" in desk.type("s").notice
    assert len(desk.decisions) == 1


def test_revised_to_nothing_applies(bench: Bench) -> None:
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion())]).type("1b||")
    desk.type("u|1|n")
    assert [(e.codes, e.assisted) for e in desk.decisions] == [
        (bench.codes("hot b"), False), ((), True),
    ]  # fmt: skip


def test_a_memo_added_after_the_reveal_does_not_taint_the_codes(bench: Bench) -> None:
    """The codes were chosen unseen: the second decision is as unassisted as the first."""
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion("wet f"))])
    desk.type("1b||m why not|")
    assert [(e.memo, e.assisted) for e in desk.decisions] == [("", False), ("why not", False)]


def test_decided_again_after_the_reveal_is_assisted(bench: Bench) -> None:
    """Taking the first decision back does not make the coder forget the suggestion."""
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion("wet f"))])
    desk.type("1b||u|")
    assert [e.assisted for e in desk.decisions] == [False, True]


def test_redo_is_as_assisted_as_what_it_brings_back(bench: Bench) -> None:
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion("wet f"))])
    desk.type("1b||u|U")
    assert [e.assisted for e in desk.decisions] == [False, False]


def test_what_was_seen_yesterday_is_still_seen_today(bench: Bench) -> None:
    """Even if the decision was taken back yesterday: today's counts as assisted."""
    item = bench.item(1, suggestion=bench.suggestion("wet f"))
    yesterday = bench.drive([item]).type("1b|").type("u")
    seen = seen_before(yesterday.events, "ANNA")
    assert seen == {item.sentence.id}
    today = bench.drive([item], seen=seen, events=yesterday.events).type("1b|")
    assert [e.assisted for e in today.decisions] == [False, True]
    shown = [e.kind for e in today.events if e.kind is EventKind.SHOWN]
    assert len(shown) == 2, "today's model may suggest something else: that is on record too"


def test_seen_is_what_is_on_record_as_shown(bench: Bench) -> None:
    """A SHOWN, or a decision that says itself that it was assisted; not another coder's."""
    decided = Event(EventKind.DECISION, "ANNA", "t", 0, 1, reason="uncertain", seq=1)
    shown = replace(decided, kind=EventKind.SHOWN)
    undo = replace(decided, kind=EventKind.UNDO, undoes=1)
    assert seen_before([decided], "ANNA") == frozenset()
    assert seen_before([shown], "BEN") == frozenset()
    assert seen_before([shown, undo], "ANNA") == {"t:0-1"}
    assert seen_before([replace(decided, assisted=True)], "ANNA") == {"t:0-1"}


def test_before_shows_it_from_the_start(bench: Bench) -> None:
    """And then every decision is assisted, with no second question."""
    hint = bench.suggestion("wet f")
    desk = bench.drive([bench.item(1, suggestion=hint), bench.item(2)], "before")
    assert desk.state.facing is not None
    assert visible(desk.state.facing, desk.state.setup) == hint
    desk.type("1b|")
    assert [(e.kind, e.assisted) for e in desk.events] == [
        (EventKind.SHOWN, False),
        (EventKind.DECISION, True),
    ]
    assert desk.facing == "Sentence number 2."
    assert desk.type("n").events[-1].assisted is False, "no suggestion, so none was seen"


@pytest.mark.parametrize("policy", ["after", "before", "never"])
@pytest.mark.parametrize("reason", ["random", "audit"])
def test_random_items_never_show_a_suggestion(bench: Bench, policy: str, reason: str) -> None:
    """Whatever the study chose: the random items are what the model is judged by."""
    item = bench.item(1, reason, bench.suggestion("wet f"))
    desk = bench.drive([item, bench.item(2)], policy)
    assert desk.state.facing is not None
    assert visible(desk.state.facing, desk.state.setup) is None
    desk.type("1b|")
    assert desk.effects == [ShowItem()]
    assert [e.assisted for e in desk.events] == [False]


def test_never_is_never(bench: Bench) -> None:
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion("wet f"))], "never")
    desk.type("1b|")
    assert desk.effects == [ShowItem()]
    assert [e.assisted for e in desk.events] == [False]


# -- what is on record of a suggestion ---------------------------------------------------------


def test_that_it_is_shown_is_stored_before_it_is_shown(bench: Bench) -> None:
    """The decision's answer brings a second commit; only that one's answer brings the reveal."""
    item = bench.item(1, suggestion=bench.suggestion("wet f", "fog"))
    state = bench.drive([item]).type("1b").state
    state, (commit,) = step(state, Act.COMMIT)
    state, effects = step(state, Stored(replace(commit.event, seq=1)))
    ((shown, *nothing_else),) = [effects]
    assert nothing_else == []
    assert isinstance(shown, Commit)
    assert state.facing is not None
    assert visible(state.facing, state.setup) is None
    event = shown.event
    assert (event.kind, event.coder, event.reason) == (EventKind.SHOWN, "ANNA", "uncertain")
    assert (event.codes, event.confidence) == (bench.codes("wet f", "fog"), (0.87, 0.87))
    assert (event.model, event.codebook) == ("model-1", bench.book.hash)
    assert (event.start, event.end) == (item.sentence.start, item.sentence.end)
    state, effects = step(state, Stored(replace(event, seq=2)))
    assert [type(e) for e in effects] == [ShowSuggestion]
    assert state.seen == {item.sentence.id}


def test_before_stores_it_before_the_item_is_shown(bench: Bench) -> None:
    """At the start, on moving on, and on going back to what was decided before the model was."""
    hint = bench.suggestion("wet f")
    items = [bench.item(n, suggestion=hint) for n in (1, 2)]
    state, effects = begin(bench.setup("before"), items, past=(), seen=frozenset())
    assert [type(e) for e in effects] == [Commit]
    assert state.facing is not None
    assert visible(state.facing, state.setup) is None
    desk = bench.drive(items, "before")
    assert desk.effects == [ShowItem()]
    desk.type("n|u")
    places = [e.start for e in desk.events if e.kind is EventKind.SHOWN]
    assert places == [100, 200], "each once: what is shown again is on record"


def test_a_shown_is_no_act_to_undo(bench: Bench) -> None:
    """Undo takes the decision back and leaves the SHOWN; it is never in what is done."""
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion("wet f"))]).type("1b|")
    assert desk.kinds == [EventKind.DECISION, EventKind.SHOWN]
    assert [d.event.kind for d in desk.state.done] == [EventKind.DECISION]
    desk.type("u")
    assert desk.events[-1].undoes == 1
    assert "nothing to undo" in desk.type("u").notice
    assert undoable(desk.events, "ANNA") == ()


def test_a_second_reveal_is_none(bench: Bench) -> None:
    """Once it is on show, a revision just moves on."""
    desk = bench.drive([bench.item(1, suggestion=bench.suggestion("wet f")), bench.item(2)])
    desk.type("1b||1f|")
    assert desk.kinds == [EventKind.DECISION, EventKind.SHOWN, EventKind.DECISION]
    assert desk.facing == "Sentence number 2."


def test_evidence_is_for_a_suggestion_that_was_seen(bench: Bench) -> None:
    """Before the commit it would give the suggestion away."""
    hint = bench.suggestion("wet f")
    desk = bench.drive([bench.item(1, suggestion=hint), bench.item(2, "random", hint)])
    assert "none is on show" in desk.type("e").notice
    assert desk.type("1b||e").effects == [ShowEvidence(hint)]
    assert "none is on show" in desk.type("|e").notice, "random: not even after the decision"
    assert "none is on show" in desk.type("n|g 1|e").notice


def test_a_newer_suggestion_is_not_taken_for_the_one_seen(bench: Bench) -> None:
    """The model learned since: its new word waits for the next decision, which is assisted."""
    old, new = bench.suggestion("wet f"), bench.suggestion("hot b")
    desk = bench.drive([bench.item(1, suggestion=old), bench.item(2)])
    desk.type("1f||u").obey(Refill((bench.item(1, suggestion=new),)))
    assert desk.state.facing is not None
    assert visible(desk.state.facing, desk.state.setup) == old
    other = bench.drive(
        [bench.item(1, suggestion=new)], seen=frozenset({bench.item(1).sentence.id})
    )
    assert visible(other.state.facing, other.state.setup) is None
    other.type("1f|")
    assert [(e.kind, e.assisted) for e in other.events] == [
        (EventKind.DECISION, True),
        (EventKind.SHOWN, True),
    ]


# -- planted suggestions ---------------------------------------------------------------------------


def probe(bench: Bench, number: int) -> Any:
    return bench.item(number, "probe", bench.suggestion("wet f", planted=True))


def test_a_probe_goes_like_any_other(bench: Bench) -> None:
    """Decide, see, revise; every event says that it was a probe; undo and redo work."""
    desk = bench.drive([probe(bench, 1), bench.item(2)]).type("1b||1|2f|")
    assert desk.kinds == [EventKind.DECISION, EventKind.SHOWN, EventKind.DECISION]
    assert {e.reason for e in desk.events} == {"probe"}
    assert [e.assisted for e in desk.decisions] == [False, True]
    assert desk.type("u").facing == "Sentence number 1."
    assert [e.codes for e in (desk.state.facing.standing,)] == [bench.codes("hot b")]
    desk.type("U")
    assert desk.facing == "Sentence number 2."
    assert (desk.events[-1].reason, desk.events[-1].assisted) == ("probe", True)
    assert decided(desk.state) == {} == bench.folded(desk.events)


def test_a_probe_is_asked_though_its_sentence_is_decided(bench: Bench) -> None:
    """It is faced without the decision in earnest, which stays as it is."""
    yesterday = bench.drive([bench.item(1, "audit")]).type("1b|")
    past = bench.past(yesterday.events, [bench.item(1)], "ANNA")
    desk = bench.drive([probe(bench, 1)], past=past, events=yesterday.events)
    assert desk.state.facing.standing is None
    assert desk.chosen == []
    desk.type("2f|")
    assert decided(desk.state) == {bench.item(1).sentence.id: bench.codes("hot b")}
    assert decided(desk.state) == bench.folded(desk.events)
    assert desk.type("g 2").chosen == [("hot", Polarity.BARRIER)], "each can be gone back to"
    assert desk.type("g 1").chosen == [("wet", Polarity.FACILITATOR)]


def test_a_probe_decides_no_neighbour(bench: Bench) -> None:
    """Its decision codes nothing, so the selection cannot take in sentences to be coded; and what
    it says is what any sentence without neighbours would.
    """
    it = replace(probe(bench, 2), earlier=(bench.sentence(1),), later=(bench.sentence(3),))
    notice = bench.drive([it]).type("]").notice
    assert notice == bench.drive([bench.item(2)]).type("]").notice
