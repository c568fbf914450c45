"""A session at work: what it asks of the study, when, and what comes back to be shown."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from precode.domain import Event, EventKind
from precode.review.commands import Act, Command, Open, Search, Toggle
from precode.review.desk import Desk
from precode.review.effects import Commit, Effect, Find, ShowFound, ShowItem, ShowSuggestion
from precode.review.keys import read_keys
from precode.review.values import Done, Item

Bench = Any  # tests/review/conftest.py, which cannot be imported by name


class Clock:
    """Seconds that pass only when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def sit_down(bench: Bench, source: Any, items: Sequence[Item], **more: Any) -> Desk:
    setup = more.pop("setup", None) or bench.setup()
    return Desk(setup, items, past=(), seen=frozenset(), source=source, **more)


def type_(desk: Desk, lines: str) -> list[Effect]:
    effects: list[Effect] = []
    for line in lines.split("|"):
        for command in read_keys(line, codes=3):
            effects = desk.obey(command)
    return effects


def faced(desk: Desk) -> str:
    assert desk.state.facing is not None
    return desk.state.facing.item.sentence.text


def test_only_what_is_to_be_shown_comes_back(bench: Bench, source: Any) -> None:
    """Commits and searches are carried out on the way, in order, a SHOWN before its suggestion."""
    desk = sit_down(bench, source, [bench.item(1, suggestion=bench.suggestion("wet f"))])
    assert desk.begin() == [ShowItem()]
    source.hits = (bench.item(2),)
    commands: list[Command] = [Toggle(3), Act.COMMIT, Search("rain"), Open(1), Act.NOTHING]
    shown = [e for c in commands for e in desk.obey(c)]
    assert not any(isinstance(e, Commit | Find) for e in shown)
    assert [type(e) for e in shown if isinstance(e, ShowSuggestion | ShowFound)] == [
        ShowSuggestion, ShowFound,
    ]  # fmt: skip
    assert source.log == ["STORED decision", "STORED shown", "FIND rain", "STORED decision"]


def test_nothing_is_shown_before_it_is_stored(bench: Bench, source: Any) -> None:
    """Whoever shows what obey returns cannot show too early: a store that fails shows nothing."""
    desk = sit_down(bench, source, [bench.item(1), bench.item(2)])
    desk.begin()

    def fail() -> None:
        raise OSError("disk full")

    source.before = fail
    with pytest.raises(OSError, match="disk full"):
        desk.obey(Act.NOTHING)
    assert faced(desk) == "Sentence number 1."
    assert desk.summary("failed").discarded == ("a decision that the store did not confirm",)


def test_before_begins_with_a_stored_shown(bench: Bench, source: Any) -> None:
    item = bench.item(1, suggestion=bench.suggestion("wet f"))
    desk = sit_down(bench, source, [item], setup=bench.setup("before"))
    assert source.log == []
    assert desk.begin() == [ShowItem()]
    assert source.log == ["STORED shown"]


def test_a_new_order_is_asked_for_after_each_decision_or_skip(bench: Bench, source: Any) -> None:
    """And taken where there is one; a flag or a memo asks for none."""
    source.refills = [[bench.item(5)], [bench.item(7)]]
    desk = sit_down(bench, source, [bench.item(n) for n in (1, 2, 3)])
    desk.begin()
    type_(desk, "?|m note|1")
    assert len(source.refills) == 2
    assert type_(desk, "1|n") == [ShowItem()]
    assert faced(desk) == "Sentence number 2."
    assert [f.item.sentence.text for f in desk.state.todo] == ["Sentence number 5."]
    type_(desk, "s")
    assert faced(desk) == "Sentence number 5."
    assert [f.item.sentence.text for f in desk.state.todo] == ["Sentence number 7."]


def test_more_is_fetched_before_the_queue_is_seen_to_end(bench: Bench, source: Any) -> None:
    """While the last item is faced, so that Enter never waits and "done" means done."""
    source.batches = [[bench.item(2)], [bench.item(3), bench.item(4)]]
    desk = sit_down(bench, source, [bench.item(1)])
    desk.begin()
    for number in (1, 2, 3, 4):
        assert faced(desk) == f"Sentence number {number}."
        assert type_(desk, "n") == [ShowItem()]
    assert desk.state.facing is None


def test_a_session_may_begin_with_nothing_but_what_comes(bench: Bench, source: Any) -> None:
    """One item to show, not "done" and then an item."""
    source.batches = [[bench.item(2)]]
    desk = sit_down(bench, source, [])
    assert desk.begin() == [ShowItem()]
    assert faced(desk) == "Sentence number 2."


def test_progress_counts_sentences_codes_and_work(bench: Bench, source: Any) -> None:
    """A wide decision counts each of its sentences; a break is no work; undo counts back."""
    clock = Clock()
    items = [bench.item(n, "random", among=(1, 2)) for n in (1, 2)] + [bench.item(5), bench.item(6)]
    desk = sit_down(bench, source, items, clock=clock, setup=bench.setup(goal=10))
    desk.begin()
    before = desk.progress()
    assert (before.decided, before.left, before.goal, before.per_hour) == (0, 4, 10, None)
    clock.now = 20.0
    type_(desk, "]|1b|")
    clock.now = 30.0
    type_(desk, "s")
    clock.now = 3000.0
    type_(desk, "2f 1f|")
    now = desk.progress()
    assert (now.decided, now.skipped, now.left) == (3, 1, 0)
    assert now.codes == (("hot", 3), ("wet", 1), ("fog", 0))
    assert (now.seconds, now.per_hour) == (30.0, 360.0)
    type_(desk, "u|u|u")
    assert (desk.progress().decided, desk.progress().left) == (0, 4)


def test_probes_count_as_others_do(bench: Bench, source: Any) -> None:
    """A coder who watches the counts cannot tell which suggestion was planted."""
    items = [bench.item(1, "probe", bench.suggestion("wet f", planted=True)), bench.item(2)]
    desk = sit_down(bench, source, items)
    desk.begin()
    type_(desk, "1b||")
    assert (desk.progress().decided, desk.progress().codes[0]) == (1, ("hot", 1))


def test_what_redo_brings_back_took_no_time(bench: Bench, source: Any) -> None:
    clock = Clock()
    desk = sit_down(bench, source, [bench.item(1)], clock=clock)
    desk.begin()
    clock.now = 5.0
    type_(desk, "n")
    clock.now = 9.0
    type_(desk, "u|U")
    assert [(e.kind, e.seconds) for e in source.events] == [
        (EventKind.DECISION, 5.0), (EventKind.UNDO, None), (EventKind.DECISION, None),
    ]  # fmt: skip


def test_extending_does_not_set_the_clock_back(bench: Bench, source: Any) -> None:
    """Time counts from when the item was shown."""
    clock = Clock()
    desk = sit_down(bench, source, [bench.item(1, "random", among=(1, 2))], clock=clock)
    desk.begin()
    clock.now = 5.0
    type_(desk, "]")
    clock.now = 8.0
    type_(desk, "n")
    assert source.events[0].seconds == 8.0


def test_ctrl_c_while_storing_waits_for_the_state(bench: Bench, source: Any) -> None:
    """Both events of a decision with its suggestion are stored, then the signal counts."""
    desk = sit_down(bench, source, [bench.item(1, suggestion=bench.suggestion("wet f"))])
    desk.begin()
    desk.obey(Toggle(3))
    source.before = lambda: signal.raise_signal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        desk.obey(Act.COMMIT)
    assert [e.kind for e in source.events] == [EventKind.DECISION, EventKind.SHOWN]
    assert desk.summary("interrupted").decided == 1


def test_a_suggestion_that_was_not_stored_as_shown_loses_no_decision(
    bench: Bench, source: Any
) -> None:
    """The store fails between the two: the decision stands, the suggestion was not seen."""
    desk = sit_down(bench, source, [bench.item(1, suggestion=bench.suggestion("wet f"))])
    desk.begin()
    desk.obey(Toggle(3))

    def fail() -> None:
        if source.events:
            raise OSError("disk full")

    source.before = fail
    with pytest.raises(OSError, match="disk full"):
        desk.obey(Act.COMMIT)
    summary = desk.summary("failed")
    assert (summary.decided, summary.discarded) == (1, ())
    assert desk.state.seen == frozenset()


def test_a_long_past_does_not_slow_the_hand(bench: Bench, source: Any) -> None:
    """Ten thousand acts before: Enter, undo and going back answer within a blink."""
    place = bench.item(1)
    many = [
        replace(place, sentence=replace(place.sentence, id=f"t:{n}-{n + 9}", start=n, end=n + 9))
        for n in range(0, 200_600, 20)
    ]
    decided = [
        Done(replace(DECIDED, start=i.sentence.start, end=i.sentence.end, seq=n), i)
        for n, i in enumerate(many[:10_000], 1)
    ]
    desk = Desk(bench.setup(), many[10_000:], past=decided, seen=frozenset(), source=source)
    desk.begin()
    took = []
    for keys in ["n"] * 20 + ["u"] * 3 + ["g 1", "", "s"] * 3:
        since = time.perf_counter()
        type_(desk, keys)
        desk.progress()
        took.append(time.perf_counter() - since)
    assert sorted(took)[len(took) // 2] < 0.02


DECIDED = Event(EventKind.DECISION, "ANNA", "t", 0, 0, reason="random")
