"""The session as a state machine: what each command leads to, and what survives any of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from precode.domain import EventKind, Polarity
from precode.review.commands import Act, Give, Memo, Stored, Toggle
from precode.review.effects import (
    Commit,
    Ended,
    Notice,
    ShowCodes,
    ShowHelp,
    ShowItem,
    ShowSelection,
)
from precode.review.session import step
from precode.review.state import decided, left_unsaved

NOTHING_SEEN: frozenset[str] = frozenset()
Bench = Any  # tests/review/conftest.py, which cannot be imported by name
Driver = Any


@pytest.fixture
def desk(bench: Bench) -> Driver:
    """Three items picked at random: no suggestions in the way."""
    return bench.drive([bench.item(n, "random") for n in (1, 2, 3)])


def test_nothing_moves_on_before_it_is_stored(bench: Bench) -> None:
    """A commit leaves the item faced; only the store's answer brings the next one."""
    state = bench.drive([bench.item(1), bench.item(2)]).state
    waiting, effects = step(state, Act.NOTHING)
    assert [type(e) for e in effects] == [Commit]
    assert waiting.facing == state.facing
    for command in (Act.NOTHING, Act.QUIT, Toggle(1), Act.UNDO):
        still, told = step(waiting, command)
        assert still == waiting
        assert isinstance(told[0], Notice)
    (commit,) = effects
    assert isinstance(commit, Commit)
    moved, shown = step(waiting, Stored(replace(commit.event, seq=1)))
    assert moved.facing is not None
    assert moved.facing.item == bench.item(2)
    assert shown == (ShowItem(),)


@pytest.mark.parametrize("answer", [{"seq": 0}, {"seq": 5, "kind": EventKind.SKIP}])
def test_an_answer_that_answers_nothing_is_our_bug(bench: Bench, answer: dict[str, Any]) -> None:
    """An event without a number is not stored; one of another kind is another's."""
    waiting, (commit,) = step(bench.drive([bench.item(1)]).state, Act.NOTHING)
    assert isinstance(commit, Commit)
    with pytest.raises(ValueError, match="no commit"):
        step(waiting, Stored(replace(commit.event, **answer)))
    with pytest.raises(ValueError, match="no commit"):
        step(bench.drive([bench.item(1)]).state, Stored(replace(commit.event, seq=1)))


def test_a_decision_says_all_that_a_coding_needs(bench: Bench, desk: Driver) -> None:
    """Who, where, what, under which codebook, why it was asked, and with what memo."""
    desk.type("2f 1b|m a note|")
    (event,) = desk.events
    sentence = bench.item(1).sentence
    assert (event.kind, event.coder) == (EventKind.DECISION, "ANNA")
    assert (event.transcript_id, event.start, event.end) == (
        sentence.transcript_id, sentence.start, sentence.end,
    )  # fmt: skip
    assert event.codes == bench.codes("hot b", "wet f"), "in codebook order"
    assert (event.codebook, event.origin) == (bench.book.hash, "review")
    assert (event.reason, event.memo, event.assisted) == ("random", "a note", False)
    assert desk.facing == "Sentence number 2."


def test_nothing_applies_is_a_decision_without_codes(desk: Driver) -> None:
    desk.type("n")
    assert [(e.kind, e.codes) for e in desk.events] == [(EventKind.DECISION, ())]
    assert desk.facing == "Sentence number 2."


def test_a_skip_decides_nothing_and_keeps_its_memo(desk: Driver) -> None:
    desk.type("m ask Ben|s")
    assert [(e.kind, e.memo) for e in desk.events] == [(EventKind.SKIP, "ask Ben")]
    assert decided(desk.state) == {}
    assert desk.facing == "Sentence number 2."


def test_a_number_gives_and_takes_off(desk: Driver) -> None:
    assert desk.type("1b 2f|1").chosen == [("wet", Polarity.FACILITATOR)]
    assert desk.effects == [ShowSelection()]


def test_a_letter_is_for_the_code_given_last(desk: Driver) -> None:
    """And 1x changes the polarity of a code that is given already."""
    assert desk.type("1|2|f").chosen == [("hot", None), ("wet", Polarity.FACILITATOR)]
    assert desk.type("o").chosen[1] == ("wet", Polarity.UNCLEAR)
    assert desk.type("1x").chosen[0] == ("hot", Polarity.BOTH)


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ("", "choose a code"),
        ("b", "first the number"),
        ("1b|1|f", "first the number"),
        ("1|", "1 Heat has no polarity yet: 1b barrier, 1f facilitator"),
        ("1b 2|", "2 Rain has no polarity"),
        ("4", "there is no code 4: they go from 1 to 3"),
        ("0b", "there is no code 0"),
        ("c4", "there is no code 4"),
        ("1b|n", "take them off first (1)"),
        ("1b|s", "Enter commits them"),
        ("zzz", '"zzz" means nothing here; h shows all keys'),
        ("u", "nothing to undo"),
        ("U", "nothing to redo"),
        ("m", "no memo yet"),
    ],
)
def test_a_key_that_cannot_be_is_explained_and_loses_nothing(
    desk: Driver, keys: str, told: str
) -> None:
    """A message, the same item, the same choices, and nothing stored."""
    *before, last = keys.split("|")
    for line in before:
        desk.type(line)
    kept = desk.state
    desk.type(last)
    assert told in desk.notice
    assert desk.state == kept
    assert desk.events == []


def test_a_code_without_polarity_needs_none(bench: Bench, desk: Driver) -> None:
    """Asked for one all the same, it says so and takes the code."""
    desk.type("3b")
    assert "Fog takes no polarity" in desk.notice
    desk.type("")
    assert desk.events[0].codes == bench.codes("fog")


def test_where_a_unit_takes_one_code_a_second_replaces_the_first(bench_of_one: Bench) -> None:
    desk = bench_of_one.drive([bench_of_one.item(1, "random")])
    assert desk.type("1b|2f").chosen == [("wet", Polarity.FACILITATOR)]


def test_memos_are_replaced_aloud(desk: Driver) -> None:
    """The old one is said once more, so that a slip loses no text."""
    assert "replaces: one" in desk.type("m one|m two").notice
    assert "the memo is: two" in desk.type("m").notice


def test_a_flag_goes_on_and_off_at_once(desk: Driver) -> None:
    """It is stored without waiting for a decision, and the item stays."""
    desk.type("1b|?")
    assert [e.kind for e in desk.events] == [EventKind.FLAG]
    assert desk.chosen == [("hot", Polarity.BARRIER)]
    desk.type("?|?")
    assert [(e.kind, e.undoes) for e in desk.events[1:]] == [
        (EventKind.UNDO, 1), (EventKind.FLAG, None),
    ]  # fmt: skip
    assert desk.facing == "Sentence number 1."


def test_help_and_codebook_change_nothing(bench: Bench, desk: Driver) -> None:
    before = desk.state
    assert desk.type("h").effects == [ShowHelp()]
    assert desk.type("c").effects == [ShowCodes(tuple(enumerate(bench.book.leaves, 1)))]
    assert desk.type("c2").effects == [ShowCodes(((2, bench.book["wet"]),))]
    assert desk.state == before


def test_quitting_asks_once_if_codes_would_be_lost(desk: Driver) -> None:
    """Any other key in between takes the question back."""
    assert "q again" in desk.type("1b|q").notice
    assert not desk.state.ended
    desk.type("h|q")
    assert not desk.state.ended
    assert [f.item.sentence.text for f in left_unsaved(desk.state)] == ["Sentence number 1."]
    assert desk.type("q").effects == [Ended()]
    assert desk.state.ended
    assert step(desk.state, Act.NOTHING) == (desk.state, ())


def test_quitting_with_nothing_open_just_quits(desk: Driver) -> None:
    assert desk.type("n|q").effects == [Ended()]


def test_the_end_of_the_queue_still_undoes(desk: Driver) -> None:
    """The last decision can be taken back before leaving."""
    desk.type("n|n|n")
    assert desk.state.facing is None
    assert "queue is done" in desk.type("1b").notice
    assert desk.type("u").facing == "Sentence number 3."
    desk.type("n|")
    assert desk.state.ended


def test_commands_are_values(bench: Bench) -> None:
    """A terminal with single keys sends the same commands without a line to read."""
    desk = bench.drive([bench.item(1, "random")])
    desk.obey(Toggle(1), Give(1, Polarity.BARRIER), Memo("x"), Act.COMMIT)
    assert desk.events[0].codes == bench.codes("hot b")
