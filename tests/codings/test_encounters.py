"""Encounters with the machine's suggestion, read from hand-made histories."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from precode.codings.encounters import encounters, unshown
from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason

A, B, C = (CodePolarity(c, Polarity.BARRIER) for c in "abc")
DECISION, SHOWN, UNDO = EventKind.DECISION, EventKind.SHOWN, EventKind.UNDO


def act(kind: EventKind, *codes: CodePolarity, **fields: object) -> Event:
    """An act of ANNA on characters 10 to 20 of transcript t, unless ``fields`` say otherwise."""
    usual: dict[str, object] = {"coder": "ANNA", "transcript_id": "t", "start": 10, "end": 20}
    return Event(kind=kind, codes=codes, **{**usual, **fields})  # type: ignore[arg-type]


def stored(events: Iterable[Event]) -> list[Event]:
    """Numbered from 1, as the store does it."""
    out = []
    for seq, e in enumerate(events, start=1):
        out.append(replace(e, seq=seq, at=f"2026-01-01T00:00:{seq:02}"))
    return out


def undo(seq: int) -> Event:
    return act(UNDO, undoes=seq)


def test_a_decision_that_nothing_changed_is_first_and_final() -> None:
    """Decide, see, go on: both are the one decision; there is no second time."""
    events = stored(
        [
            act(DECISION, A, seconds=7.0),
            act(SHOWN, A, B, confidence=(0.9, 0.4), model="bundle"),
        ]
    )
    (e,) = encounters(events)
    assert (e.coder, e.sentence_id, e.transcript_id) == ("ANNA", "t:10-20", "t")
    assert (e.first, e.shown, e.final) == ((A,), (A, B), (A,))
    assert (e.seconds_first, e.seconds_revision) == (7.0, None)
    assert (e.confidence, e.model, e.probe) == ((0.9, 0.4), "bundle", False)
    assert e.at == "2026-01-01T00:00:02"


def test_a_revision_is_final_and_has_its_own_time() -> None:
    events = stored(
        [
            act(DECISION, A, seconds=7.0),
            act(SHOWN, B),
            act(DECISION, B, assisted=True, seconds=3.0),
        ]
    )
    (e,) = encounters(events)
    assert (e.first, e.final) == ((A,), (B,))
    assert (e.seconds_first, e.seconds_revision) == (7.0, 3.0)


def test_undoing_the_revision_brings_the_first_back() -> None:
    events = stored(
        [act(DECISION, A), act(SHOWN, B), act(DECISION, B, assisted=True, seconds=3.0), undo(3)]
    )
    (e,) = encounters(events)
    assert (e.first, e.final, e.seconds_revision) == ((A,), (A,), None)


def test_an_undo_that_was_undone_counts_for_nothing() -> None:
    events = stored(
        [act(DECISION, A), act(SHOWN, B), act(DECISION, B, assisted=True), undo(3), undo(4)]
    )
    assert encounters(events)[0].final == (B,)


def test_what_was_decided_before_the_reveal_stays_first_though_taken_back_after() -> None:
    """The suggestion cannot be unseen: the decision made without it is the one to compare with."""
    gone = [act(DECISION, A), act(SHOWN, B), undo(1)]
    (e,) = encounters(stored(gone))
    assert (e.first, e.final) == ((A,), None)
    (e,) = encounters(stored([*gone, act(DECISION, C, assisted=True)]))
    assert (e.first, e.final) == ((A,), (C,))


def test_a_slip_taken_back_before_the_reveal_is_not_the_first_decision() -> None:
    events = stored([act(DECISION, C), undo(1), act(DECISION, A), act(SHOWN, B)])
    assert encounters(events)[0].first == (A,)


def test_a_suggestion_that_is_taken_back_stays_seen() -> None:
    """No UNDO reaches a SHOWN."""
    events = stored([act(DECISION, A), act(SHOWN, B), undo(2)])
    assert len(encounters(events)) == 1


def test_shown_before_the_decision_there_is_no_first() -> None:
    """Policy "before": the one decision is assisted, and its time is that with the suggestion."""
    events = stored([act(SHOWN, A), act(DECISION, A, assisted=True, seconds=4.0)])
    (e,) = encounters(events)
    assert (e.first, e.final) == (None, (A,))
    assert (e.seconds_first, e.seconds_revision) == (None, 4.0)


def test_shown_and_left_alone_nothing_stands() -> None:
    (e,) = encounters(stored([act(SHOWN, A), act(EventKind.SKIP)]))
    assert (e.first, e.final) == (None, None)


def test_the_suggestion_in_view_at_the_first_decision_counts() -> None:
    """Shown, skipped, and shown anew by a model that has learned since."""
    events = stored(
        [
            act(SHOWN, A, model="old"),
            act(EventKind.SKIP),
            act(SHOWN, B, model="new"),
            act(DECISION, B, assisted=True),
        ]
    )
    (e,) = encounters(events)
    assert (e.shown, e.final, e.model) == ((B,), (B,), "new")


def test_an_encounter_ends_where_another_suggestion_was_shown() -> None:
    """What the coder does after the second suggestion is no answer to the first."""
    events = stored(
        [
            act(DECISION, A),
            act(SHOWN, B),
            act(SHOWN, C),
            act(DECISION, C, assisted=True),
        ]
    )
    (e,) = encounters(events)
    assert (e.shown, e.final) == ((B,), (A,))


def test_a_decision_over_several_sentences_counts_for_the_one_shown() -> None:
    wide = act(DECISION, A, start=10, end=60)
    inside = act(SHOWN, B, start=30, end=40)
    outside = act(SHOWN, B, start=50, end=61)
    a, b = encounters(stored([wide, inside, outside]))
    assert (a.sentence_id, a.first) == ("t:30-40", (A,))
    assert (b.sentence_id, b.first) == ("t:50-61", None)


def test_coders_and_sentences_are_kept_apart() -> None:
    events = stored(
        [
            act(DECISION, A),
            act(DECISION, C, coder="BEN"),
            act(SHOWN, B),
            act(SHOWN, B, coder="BEN"),
            act(DECISION, B, coder="BEN", assisted=True),
        ]
    )
    assert [(e.coder, e.first, e.final) for e in encounters(events)] == [
        ("ANNA", (A,), (A,)),
        ("BEN", (C,), (B,)),
    ]


def test_a_probe_stands_apart_from_the_earnest_decision() -> None:
    """The audit answer is in no encounter; the planted suggestion is compared with the probe's own
    first answer.
    """
    probe = {"reason": Reason.PROBE}
    events = stored(
        [
            act(DECISION, A, reason=Reason.AUDIT),
            act(DECISION, C, **probe),
            act(SHOWN, B, **probe),
            act(DECISION, B, assisted=True, **probe),
        ]
    )
    (e,) = encounters(events)
    assert (e.probe, e.first, e.shown, e.final) == (True, (C,), (B,), (B,))


def test_a_probe_in_view_from_the_start_is_compared_with_the_audit_answer() -> None:
    probe = {"reason": Reason.PROBE}
    events = stored(
        [
            act(DECISION, A, reason=Reason.AUDIT),
            act(SHOWN, B, **probe),
            act(DECISION, B, assisted=True, **probe),
        ]
    )
    (e,) = encounters(events)
    assert (e.probe, e.first, e.final) == (True, (A,), (B,))
    (e,) = encounters(events[:2])
    assert e.final is None


def test_confidences_that_fit_no_codes_are_not_guessed() -> None:
    (e,) = encounters(stored([act(DECISION, A), act(SHOWN, B, C, confidence=(0.9,))]))
    assert e.confidence == ()


def test_times_without_a_suggestion_are_those_of_sentences_never_shown() -> None:
    events = stored(
        [
            act(DECISION, A, seconds=5.0, start=0, end=9),
            act(DECISION, A, seconds=6.0),
            act(SHOWN, B),
            act(DECISION, A, seconds=7.0, coder="BEN"),
            act(DECISION, A, start=30, end=40),
            act(DECISION, A, seconds=8.0, start=50, end=60),
            undo(6),
            act(DECISION, A, seconds=9.0, start=70, end=80, assisted=True),
        ]
    )
    assert unshown(events) == (("ANNA", "t", 5.0), ("BEN", "t", 7.0))


Script = Sequence[tuple[str, int]]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.sampled_from(["decide", "show", "undo", "skip"]), st.integers(0, 3))))
def test_whatever_the_history_each_sentence_shown_is_met_once(script: Script) -> None:
    """One encounter a sentence shown; its decisions were made, and its final one still stands or
    was followed by another suggestion.
    """
    codes = [(), (A,), (B,), (A, B)]
    events: list[Event] = []
    seen = False
    for what, i in script:
        if what == "undo":
            targets = [k for k, e in enumerate(events, 1) if e.kind is DECISION]
            if targets:
                events.append(undo(targets[i % len(targets)]))
        elif what == "skip":
            events.append(act(EventKind.SKIP))
        else:
            kind = DECISION if what == "decide" else SHOWN
            events.append(act(kind, *codes[i], assisted=seen and kind is DECISION))
            seen |= kind is SHOWN
    history = stored(events)
    found = encounters(history)
    assert len(found) == any(e.kind is SHOWN for e in history)
    made = [e.codes for e in history if e.kind is DECISION]
    for e in found:
        assert e.first is None or e.first in made
        assert e.final is None or e.final in made
        assert e.shown in [h.codes for h in history if h.kind is SHOWN]


def test_long_histories_are_read_in_passing() -> None:
    """Thousands of decisions in one transcript: each meets its own suggestion."""
    n, events = 3000, []
    for i in range(n):
        place = {"start": 10 * i, "end": 10 * i + 9}
        events += [act(DECISION, A, **place), act(SHOWN, B, **place)]
    assert len(encounters(stored(events))) == n
