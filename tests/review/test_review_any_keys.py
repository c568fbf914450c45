"""Any keys, in any order, over several sessions: what is said is what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from precode.domain import Event, EventKind
from precode.review.commands import Act, Command, Found, Refill
from precode.review.effects import ShowSuggestion
from precode.review.facing import key_of, visible
from precode.review.keys import read_keys
from precode.review.state import State, decided, left_unsaved, open_items
from precode.review.values import Item, Suggestion, seen_before

Bench = Any  # tests/review/conftest.py, which cannot be imported by name
Driver = Any

LINES = st.sampled_from(
    ["1b", "2f", "3", "1", "2", "o", "x", "n", "n", "s", "u", "u", "u", "U", "U", "?", "m note",
     "m", "m -", "h", "c", "c9", "p", "q", "", "", "", "zzz", "1b 2f 3", "[", "]", "]", "[]]", "{",
     "}", "g", "g 1", "g 2", "g 4", "g 9", "e", "t", "/", "/x", "= 1", "= 2", "= 4", "= 7"]
)  # fmt: skip
# What coders do more often than chance would.
RUNS = st.sampled_from(
    ["1b|", "2f|", "3|", "1b||", "1b||2f|", "2f||u", "]|1b|", "]|]|n", "[|2f|", "]|1b||u", "g 1|3|",
     "g 2|1|2f|", "g 3", "/x|= 2", "/x|= 3|1b|", "/x|= 5|3|", "s|s|g 1", "u|u", "u|u|u|u", "U|U|U",
     "u|2f|m mine|g 2", "1b|m half|u", "= 4|]|2f|", "1b||u|]|2f|"]
)  # fmt: skip
ORDERS = st.permutations(range(7))
SESSIONS = st.lists(st.lists(LINES | RUNS | RUNS | ORDERS, max_size=16), min_size=1, max_size=4)
POLICIES = st.sampled_from(["after", "before", "never"])


def items_of(bench: Bench) -> list[Item]:
    """Five sentences in a row that may be taken together, one apart, and a probe on the fifth."""
    hints = {1: bench.suggestion("hot b"), 3: bench.suggestion(), 4: bench.suggestion("wet f")}
    row = (1, 2, 3, 4, 5)
    return [
        *(bench.item(n, "random" if n in (2, 4) else "uncertain", hints.get(n), among=row)
          for n in row),
        bench.item(7),
        bench.item(5, "probe", bench.suggestion("fog", planted=True)),
    ]  # fmt: skip


@given(SESSIONS, POLICIES)
@settings(max_examples=300, deadline=None)
def test_what_the_session_says_is_what_the_events_say(
    bench: Bench, sessions: list[list[str | list[int]]], policy: Any
) -> None:
    """A naive fold of the events, and the study's own, give what the session says was decided; no
    item is lost or doubled; nothing is on show that is not on record; and a decision is assisted
    exactly if a suggestion for one of its sentences was on record before (one redone, or with the
    same codes, is as assisted as it was).
    """
    items, events = items_of(bench), []
    for session in sessions:
        standing = bench.stands(events)
        probed = any(e.reason == "probe" and e.kind is EventKind.DECISION for e in events)
        queue = [
            i for i in items
            if (not probed if i.reason == "probe" else i.sentence.id not in standing)
        ]  # fmt: skip
        past = past_of(bench, events, items)
        desk = bench.drive(
            queue, policy, past=past, seen=seen_before(events, "ANNA"), events=events
        )
        check_on_record(desk)
        for line in session:
            for command in commands_of(line, items):
                before, known = desk.state, len(desk.events)
                desk.obey(*answered(command, items))
                for number in range(known, len(desk.events)):
                    check_event(desk.events[:number], desk.events[number], command, policy)
                check_on_record(desk)
                check_items(desk.state, queue)
                if isinstance(command, Refill):
                    assert left_unsaved(desk.state) == left_unsaved(before)
                stood = decided(desk.state)
                assert stood == bench.stands(desk.events) == bench.folded(desk.events)
        events = desk.events
    assert [e.seq for e in events] == list(range(1, len(events) + 1))


def past_of(bench: Bench, events: Sequence[Event], items: Sequence[Item]) -> Any:
    """Former acts with their items; a probe's with its planted suggestion."""
    plain = [i for i in items if i.reason != "probe"]
    return bench.past(events, plain, "ANNA")


def commands_of(line: str | list[int], items: Sequence[Item]) -> Sequence[Command]:
    if isinstance(line, str):
        return [c for part in line.split("|") for c in read_keys(part, codes=3)]
    return [Refill(tuple(items[n] for n in line))]


def answered(command: Command, items: Sequence[Item]) -> Sequence[Command]:
    """Whatever is looked for, all but the probe is found, in no order."""
    if command in read_keys("/x", codes=3):
        return [command, Found(tuple(reversed(items[:-1])))]
    return [command]


def on_record(events: Sequence[Event], sentence: tuple[int, int]) -> list[Event]:
    return [e for e in events if e.kind is EventKind.SHOWN and (e.start, e.end) == sentence]


def check_on_record(desk: Driver) -> None:
    """What is on show now has been stored as shown, code by code."""
    shown: list[tuple[Item, Suggestion]] = []
    facing = desk.state.facing
    if facing is not None and (suggestion := visible(facing, desk.state.setup)) is not None:
        shown.append((facing.item, suggestion))
    for effect in desk.effects:
        if isinstance(effect, ShowSuggestion):
            assert desk.state.setup.suggestion == "after"
            shown.append((desk.state.done[-1].item, effect.suggestion))
    for item, suggestion in shown:
        place = item.sentence.start, item.sentence.end
        codes = [[c.code for c in e.codes] for e in on_record(desk.events, place)]
        assert [c.code for c in suggestion.codes] in codes


def check_event(events: Sequence[Event], event: Event, command: Command, policy: str) -> None:
    if event.kind is EventKind.SHOWN:
        assert policy != "never"
        assert event.start not in (200, 400), "random ones are never shown"
    if event.kind is EventKind.UNDO:
        (gone,) = [e for e in events if e.seq == event.undoes]
        assert gone.kind is not EventKind.SHOWN
    if event.kind is not EventKind.DECISION or command is Act.REDO:
        return
    gone_by = {e.undoes for e in events if e.kind is EventKind.UNDO}
    probe = event.reason == "probe"
    old = [
        e for e in events
        if e.kind is EventKind.DECISION and e.seq not in gone_by
        and (e.reason == "probe") == probe and e.start <= event.start and event.end <= e.end
    ]  # fmt: skip
    if old and set(old[-1].codes) == set(event.codes):
        assert event.assisted == old[-1].assisted
        return
    places = [(n * 100, n * 100 + 18) for n in range(1, 10)]
    covered = [p for p in places if event.start <= p[0] and p[1] <= event.end]
    assert event.assisted == any(on_record(events, p) for p in covered)


def check_items(state: State, items: Sequence[Item]) -> None:
    """Every sentence is decided, skipped, or still to come; none is queued twice."""
    still = [f.key for f in open_items(state)]
    assert len(still) == len(set(still))
    done = {key_of(d.item) for d in state.done if d.event.kind is not EventKind.FLAG}
    done |= {(s, False) for s in decided(state)}
    assert {key_of(i) for i in items} <= set(still) | done


@given(st.lists(LINES | RUNS, max_size=20))
@settings(max_examples=200, deadline=None)
def test_undoing_everything_leaves_nothing(bench: Bench, lines: list[str]) -> None:
    """From wherever one is, undo leads back to an empty history, and redo to what stood."""
    items = [replace(i, suggestion=None) for i in items_of(bench)[:-1]]
    desk = bench.drive(items)
    for line in ("h", *(x for x in lines if x != "q")):
        for command in commands_of(line, items):
            desk.obey(*answered(command, items))
    assume(not desk.state.ended)  # Enter past the last item ends a session
    stood = decided(desk.state)
    steps = len(desk.state.done)
    desk.obey(*[Act.UNDO] * steps)
    assert decided(desk.state) == {} == bench.folded(desk.events)
    check_items(desk.state, items)
    desk.obey(*[Act.REDO] * steps)
    assert decided(desk.state) == stood == bench.folded(desk.events)
