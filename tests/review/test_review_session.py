"""The session as a state machine: what each command leads to, and what survives any of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from precode.domain import Event, EventKind, Polarity
from precode.review.commands import Act, Command, Give, Memo, Stored, Toggle
from precode.review.effects import (
    Commit,
    Effect,
    Ended,
    Notice,
    ShowCodes,
    ShowHelp,
    ShowItem,
    ShowSelection,
    ShowSuggestion,
)
from precode.review.facing import visible
from precode.review.keys import read_keys
from precode.review.session import begin, step
from precode.review.state import State, decided, left_unsaved
from precode.review.values import Item, Setup, seen_before, undoable

NOTHING_SEEN: frozenset[str] = frozenset()
Bench = Any  # tests/review/conftest.py, which cannot be imported by name


def start(bench: Bench, items: Sequence[Item], policy: Any = "after") -> State:
    state, effects = begin(bench.setup(policy), items, past=(), seen=NOTHING_SEEN)
    assert effects == (ShowItem(),)
    return state


class Driver:
    """Obeys lines; stores what is committed; keeps the effects of the last line."""

    def __init__(self, state: State, events: Sequence[Event] = ()) -> None:
        self.state, self.events = state, list(events)
        self.effects: list[Effect] = []

    def obey(self, *commands: Command) -> Driver:
        for command in commands:
            self.state, effects = step(self.state, command)
            self.effects = []
            for effect in effects:
                if isinstance(effect, Commit):
                    self.store(effect.event)
                else:
                    self.effects.append(effect)
        return self

    def store(self, event: Event) -> None:
        stored = replace(event, seq=len(self.events) + 1, at="2026-01-01T00:00:00.000+00:00")
        self.events.append(stored)
        self.state, more = step(self.state, Stored(stored))
        self.effects += more

    def type(self, lines: str) -> Driver:
        for line in lines.split("|"):
            self.obey(*read_keys(line, codes=len(self.state.setup.codebook.leaves)))
        return self

    @property
    def facing(self) -> str:
        assert self.state.facing is not None
        return self.state.facing.item.sentence.text

    @property
    def notice(self) -> str:
        (text,) = [e.text for e in self.effects if isinstance(e, Notice)]
        return text

    @property
    def chosen(self) -> list[tuple[str, Polarity | None]]:
        assert self.state.facing is not None
        return [(c.code, c.polarity) for c in self.state.facing.choices]


@pytest.fixture
def desk(bench: Bench) -> Driver:
    """Three items picked at random: no suggestions in the way."""
    return Driver(start(bench, [bench.item(n, "random") for n in (1, 2, 3)]))


# -- choosing and committing -----------------------------------------------------------------------


def test_nothing_moves_on_before_it_is_stored(bench: Bench) -> None:
    """A commit leaves the item faced; only the store's answer brings the next one."""
    state = start(bench, [bench.item(1), bench.item(2)])
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
    waiting, (commit,) = step(start(bench, [bench.item(1)]), Act.NOTHING)
    assert isinstance(commit, Commit)
    with pytest.raises(ValueError, match="no commit"):
        step(waiting, Stored(replace(commit.event, **answer)))
    with pytest.raises(ValueError, match="no commit"):
        step(start(bench, [bench.item(1)]), Stored(replace(commit.event, seq=1)))


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
    desk = Driver(start(bench_of_one, [bench_of_one.item(1, "random")]))
    assert desk.type("1b|2f").chosen == [("wet", Polarity.FACILITATOR)]


def test_memos_are_replaced_aloud(desk: Driver) -> None:
    """The old one is said once more, so that a slip loses no text."""
    assert "replaces: one" in desk.type("m one|m two").notice
    assert "the memo is: two" in desk.type("m").notice


def test_a_flag_goes_on_and_off_at_once(desk: Driver) -> None:
    """It is stored without waiting for a decision, and the item stays."""
    desk.type("1b|!")
    assert [e.kind for e in desk.events] == [EventKind.FLAG]
    assert desk.chosen == [("hot", Polarity.BARRIER)]
    desk.type("!|!")
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


# -- undo and redo ---------------------------------------------------------------------------------


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
    desk.type("!|1b")
    assert desk.type("u").notice.startswith("undone: flag")
    assert desk.chosen == [("hot", Polarity.BARRIER)]
    assert desk.state.facing is not None
    assert desk.state.facing.flag is None
    desk.type("U")
    assert desk.state.facing.flag is not None


def test_redo_flags_an_item_that_waits(desk: Driver) -> None:
    """The flag is on it when its turn comes."""
    desk.type("n|!|u")  # flag on 2, taken back
    assert desk.type("u").facing == "Sentence number 1."
    assert desk.type("U|U").facing == "Sentence number 2."
    assert desk.state.facing is not None
    assert desk.state.facing.flag is not None
    assert [e.kind for e in desk.events if e.kind is EventKind.FLAG] == [EventKind.FLAG] * 2


def test_undo_reaches_into_former_sessions(bench: Bench) -> None:
    """Also when the queue of today is another one; what stood before is faced with its codes."""
    yesterday = Driver(start(bench, [bench.item(1, "random"), bench.item(2, "random")]))
    yesterday.type("1b||s")
    past = bench.past(yesterday.events, [bench.item(1), bench.item(2)], "ANNA")
    state, _ = begin(bench.setup(), [bench.item(3, "random")], past=past, seen=NOTHING_SEEN)
    today = Driver(state, yesterday.events)
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
    state, _ = begin(
        bench.setup(), [], past=bench.past([old], [bench.item(1)], "ANNA"), seen=NOTHING_SEEN
    )
    desk = Driver(state, [old]).type("u")
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


# -- suggestions -----------------------------------------------------------------------------------


def test_after_the_commit_the_suggestion_is_revealed(bench: Bench) -> None:
    """The first decision is unassisted and stays; the revision is a second, assisted one."""
    hint = bench.suggestion("wet f")
    desk = Driver(start(bench, [bench.item(1, suggestion=hint), bench.item(2)]))
    assert desk.state.facing is not None
    assert visible(desk.state.facing, desk.state.setup) is None
    desk.type("1b|")
    assert desk.effects == [ShowSuggestion(hint, bench.codes("hot b"), agrees=False)]
    assert desk.facing == "Sentence number 1."
    desk.type("2f|")
    assert [(e.codes, e.assisted) for e in desk.events] == [
        (bench.codes("hot b"), False),
        (bench.codes("hot b", "wet f"), True),
    ]
    assert desk.facing == "Sentence number 2."


def test_enter_keeps_the_decision(bench: Bench) -> None:
    """Nothing more is stored, and what was decided unseen stays unassisted."""
    desk = Driver(start(bench, [bench.item(1, suggestion=bench.suggestion()), bench.item(2)]))
    desk.type("1b||")
    assert [e.assisted for e in desk.events] == [False]
    assert desk.facing == "Sentence number 2."


@pytest.mark.parametrize(("given", "keys"), [((), "n"), (("hot b", "fog"), "3 1b|")])
def test_where_the_machine_agrees_the_session_moves_on(
    bench: Bench, given: tuple[str, ...], keys: str
) -> None:
    hint = bench.suggestion(*given)
    desk = Driver(start(bench, [bench.item(1, suggestion=hint), bench.item(2)])).type(keys)
    assert desk.effects == [ShowSuggestion(hint, bench.codes(*given), agrees=True), ShowItem()]
    assert desk.facing == "Sentence number 2."


def test_a_decision_cannot_be_overwritten_by_typing_on(bench: Bench) -> None:
    """Who has not noticed the suggestion and types n or s for the next item is stopped."""
    desk = Driver(start(bench, [bench.item(1, suggestion=bench.suggestion("wet b"))])).type("1b|")
    assert "take them off first" in desk.type("n").notice
    assert "decided already" in desk.type("s").notice
    assert len(desk.events) == 1


def test_revised_to_nothing_applies(bench: Bench) -> None:
    desk = Driver(start(bench, [bench.item(1, suggestion=bench.suggestion())])).type("1b||")
    desk.type("u|1|n")
    assert [(e.codes, e.assisted) for e in desk.events if e.kind is EventKind.DECISION] == [
        (bench.codes("hot b"), False), ((), True),
    ]  # fmt: skip


def test_a_memo_added_after_the_reveal_does_not_taint_the_codes(bench: Bench) -> None:
    """The codes were chosen unseen: the second decision is as unassisted as the first."""
    desk = Driver(start(bench, [bench.item(1, suggestion=bench.suggestion("wet f"))]))
    desk.type("1b||m why not|")
    assert [(e.memo, e.assisted) for e in desk.events] == [("", False), ("why not", False)]


def test_decided_again_after_the_reveal_is_assisted(bench: Bench) -> None:
    """Taking the first decision back does not make the coder forget the suggestion."""
    desk = Driver(start(bench, [bench.item(1, suggestion=bench.suggestion("wet f"))]))
    desk.type("1b||u|")
    assert [e.assisted for e in desk.events if e.kind is EventKind.DECISION] == [False, True]


def test_redo_is_as_assisted_as_what_it_brings_back(bench: Bench) -> None:
    desk = Driver(start(bench, [bench.item(1, suggestion=bench.suggestion("wet f"))]))
    desk.type("1b||u|U")
    assert [e.assisted for e in desk.events if e.kind is EventKind.DECISION] == [False, False]


def test_what_was_seen_yesterday_is_still_seen_today(bench: Bench) -> None:
    """Even if the decision was taken back yesterday: today's counts as assisted."""
    item = bench.item(1, suggestion=bench.suggestion("wet f"))
    yesterday = Driver(start(bench, [item])).type("1b|").type("u")
    seen = seen_before(yesterday.events, bench.setup())
    assert seen == {item.sentence.id}
    state, _ = begin(bench.setup(), [item], past=(), seen=seen)
    today = Driver(state, yesterday.events).type("1b|")
    assert today.events[-1].assisted


def test_seen_before_spares_blind_items_and_other_coders(bench: Bench) -> None:
    """A random item never showed anything; nor did a study that never shows suggestions."""
    unsure = Event(EventKind.DECISION, "ANNA", "t", 0, 1, reason="uncertain", seq=1)
    assert seen_before([replace(unsure, reason="random")], bench.setup()) == NOTHING_SEEN
    assert seen_before([replace(unsure, reason="audit")], bench.setup()) == NOTHING_SEEN
    assert seen_before([replace(unsure, coder="BEN")], bench.setup()) == NOTHING_SEEN
    assert seen_before([replace(unsure, kind=EventKind.SKIP)], bench.setup()) == NOTHING_SEEN
    assert seen_before([unsure], bench.setup("never")) == NOTHING_SEEN
    assert seen_before([replace(unsure, assisted=True)], bench.setup("never")) == {"t:0-1"}
    assert seen_before([unsure], bench.setup("after")) == {"t:0-1"}


def test_before_shows_it_from_the_start(bench: Bench) -> None:
    """And then every decision is assisted, with no second question."""
    hint = bench.suggestion("wet f")
    desk = Driver(start(bench, [bench.item(1, suggestion=hint), bench.item(2)], "before"))
    assert desk.state.facing is not None
    assert visible(desk.state.facing, desk.state.setup) == hint
    desk.type("1b|")
    assert [e.assisted for e in desk.events] == [True]
    assert desk.facing == "Sentence number 2."
    assert desk.type("n").events[-1].assisted is False, "no suggestion, so none was seen"


@pytest.mark.parametrize("policy", ["after", "before", "never"])
@pytest.mark.parametrize("reason", ["random", "audit"])
def test_random_items_never_show_a_suggestion(bench: Bench, policy: str, reason: str) -> None:
    """Whatever the study chose: the random items are what the model is judged by."""
    item = bench.item(1, reason, bench.suggestion("wet f"))
    desk = Driver(start(bench, [item, bench.item(2)], policy))
    assert desk.state.facing is not None
    assert visible(desk.state.facing, desk.state.setup) is None
    desk.type("1b|")
    assert desk.effects == [ShowItem()]
    assert [e.assisted for e in desk.events] == [False]


def test_never_is_never(bench: Bench) -> None:
    desk = Driver(start(bench, [bench.item(1, suggestion=bench.suggestion("wet f"))], "never"))
    desk.type("1b|")
    assert desk.effects == [ShowItem()]
    assert [e.assisted for e in desk.events] == [False]


# -- any sequence of keys --------------------------------------------------------------------------

LINES = st.sampled_from(
    ["1b", "2f", "3", "1", "2", "o", "x", "n", "s", "u", "u", "U", "U", "!", "m note", "m", "h",
     "c", "c9", "q", "", "", "", "zzz", "1b 2f 3"]
)  # fmt: skip
SESSIONS = st.lists(st.lists(LINES, max_size=25), min_size=1, max_size=4)
POLICIES = st.sampled_from(["after", "before", "never"])


@given(SESSIONS, POLICIES)
@settings(max_examples=300, deadline=None)
def test_what_the_session_says_is_what_the_events_say(
    bench: Bench, sessions: list[list[str]], policy: Any
) -> None:
    """After any keys, over several sessions: a naive fold of the events gives what the session
    says was decided; no item is lost or doubled; and a decision is assisted exactly if its
    suggestion had been on show (redone ones are as they were).
    """
    hints = {1: bench.suggestion("hot b"), 3: bench.suggestion(), 4: bench.suggestion("wet f")}
    items = [
        bench.item(n, "random" if n in (2, 4) else "uncertain", hints.get(n)) for n in range(1, 6)
    ]
    setup: Setup = bench.setup(policy)
    events: list[Event] = []
    witnessed: set[str] = set()
    for session in sessions:
        past = bench.past(events, items, "ANNA")
        standing = bench.stands(events)
        queue = [i for i in items if i.sentence.id not in standing]
        seen = seen_before(events, setup)
        state, _ = begin(setup, queue, past=past, seen=seen)
        desk = Driver(state, events)
        witnessed |= seen  # of former sessions the events tell too little: it is taken for seen
        watch(desk, witnessed)
        for line in session:
            for command in read_keys(line, codes=3):
                before, known = desk.state, len(desk.events)
                desk.obey(command)
                for event in desk.events[known:]:
                    check_assisted(before, command, event, witnessed, policy)
                watch(desk, witnessed)
                assert decided(desk.state) == bench.stands(desk.events)
                check_items(desk.state, items)
        events = desk.events
    assert [e.seq for e in events] == list(range(1, len(events) + 1))


def watch(desk: Driver, witnessed: set[str]) -> None:
    """Note whose suggestion is on show, or has just been."""
    facing = desk.state.facing
    if facing is not None and visible(facing, desk.state.setup) is not None:
        witnessed.add(facing.id)
    if any(isinstance(e, ShowSuggestion) for e in desk.effects):
        last = desk.state.done[-1].item
        assert last.reason == "uncertain"
        assert desk.state.setup.suggestion == "after"
        witnessed.add(last.sentence.id)


def check_assisted(
    before: State, command: Command, event: Event, witnessed: set[str], policy: str
) -> None:
    if event.kind is not EventKind.DECISION or command is Act.REDO:
        return
    assert before.facing is not None
    standing = before.facing.standing
    if standing is not None and set(standing.codes) == set(event.codes):
        assert event.assisted == standing.assisted
    else:
        assert event.assisted == (before.facing.id in witnessed)
    assert not (policy == "never" and event.assisted)
    assert not (before.facing.item.reason == "random" and event.assisted)


def check_items(state: State, items: Sequence[Item]) -> None:
    """Every sentence is decided, skipped, or still to come; none is queued twice."""
    still = [f.id for f in (*((state.facing,) if state.facing else ()), *state.todo)]
    assert len(still) == len(set(still))
    acted = {d.item.sentence.id for d in state.done if d.event.kind is not EventKind.FLAG}
    assert {i.sentence.id for i in items} == set(still) | acted


@given(st.lists(LINES, max_size=30))
@settings(deadline=None)
def test_undoing_everything_leaves_nothing(bench: Bench, lines: list[str]) -> None:
    """From wherever one is, undo leads back to an empty history, and redo to what stood."""
    desk = Driver(start(bench, [bench.item(n, "random") for n in range(1, 5)]))
    desk.type("|".join(["h", *(x for x in lines if x != "q")]))
    assume(not desk.state.ended)  # Enter past the last item ends a session
    stood = decided(desk.state)
    steps = len(desk.state.done)
    desk.obey(*[Act.UNDO] * steps)
    assert decided(desk.state) == {} == bench.stands(desk.events)
    desk.obey(*[Act.REDO] * steps)
    assert decided(desk.state) == stood == bench.stands(desk.events)


def test_commands_are_values(bench: Bench) -> None:
    """A terminal with single keys sends the same commands without a line to read."""
    desk = Driver(start(bench, [bench.item(1, "random")]))
    desk.obey(Toggle(1), Give(1, Polarity.BARRIER), Memo("x"), Act.COMMIT)
    assert desk.events[0].codes == bench.codes("hot b")
