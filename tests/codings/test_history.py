"""The fold of coding acts: what stands after any history."""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.codings.history import flags, fold, pending_skips, standing, uncovered
from precode.domain import CodePolarity, Event, EventKind, HumanCodes, Polarity, Reason, Sentence

B, F, BOTH, UNCLEAR = (
    Polarity.BARRIER,
    Polarity.FACILITATOR,
    Polarity.BOTH,
    Polarity.UNCLEAR,
)


def sentence(start: int, end: int, *, codable: bool = True, transcript: str = "t") -> Sentence:
    identity = Sentence.make_id(transcript, start, end)
    return Sentence(identity, transcript, 0, start, end, "x" * (end - start), codable)


# Four sentences of ten characters with a space between; the second is the interviewer's.
TALK = (sentence(0, 10), sentence(11, 21, codable=False), sentence(22, 32), sentence(33, 43))


def act(
    kind: EventKind,
    start: int,
    end: int,
    *codes: tuple[str, Polarity],
    coder: str = "A",
    seq: int = 0,
    undoes: int | None = None,
    assisted: bool = False,
    memo: str = "",
    transcript: str = "t",
) -> Event:
    return Event(
        kind=kind,
        coder=coder,
        transcript_id=transcript,
        start=start,
        end=end,
        memo=memo,
        codes=tuple(CodePolarity(c, p) for c, p in codes),
        seq=seq,
        undoes=undoes,
        assisted=assisted,
    )


def excerpt(
    start: int, end: int, *codes: tuple[str, Polarity], coder: str = "A", assisted: bool = False
) -> Event:
    return act(EventKind.EXCERPT, start, end, *codes, coder=coder, assisted=assisted)


def decision(
    start: int, end: int, *codes: tuple[str, Polarity], coder: str = "A", assisted: bool = False
) -> Event:
    return act(EventKind.DECISION, start, end, *codes, coder=coder, assisted=assisted)


def undo(seq: int, target: int, *, coder: str = "A") -> Event:
    return act(EventKind.UNDO, 0, 0, coder=coder, seq=seq, undoes=target)


def numbered(*events: Event) -> list[Event]:
    """As the store would return them: with sequence numbers from 1."""
    return [replace(e, seq=i) for i, e in enumerate(events, 1)]


def folded(*events: Event, overlap: float = 0.5) -> HumanCodes:
    return fold(numbered(*events), TALK, overlap=overlap)


def codes(human: HumanCodes) -> list[tuple[str, str, Polarity]]:
    return [(c.sentence_id, c.code, c.polarity) for c in human.codings]


def read(human: HumanCodes) -> set[str]:
    return {sentence_id for sentence_id, _ in human.read}


# -- excerpts ----------------------------------------------------------------------------------


def test_an_excerpt_codes_the_sentences_of_which_it_covers_half() -> None:
    """It takes in the last half of the first sentence and a tenth of the third."""
    human = folded(excerpt(5, 23, ("time", B)))
    assert codes(human) == [("t:0-10", "time", B)]
    assert read(human) == {"t:0-10"}


def test_a_sentence_that_holds_half_of_a_short_excerpt_is_coded() -> None:
    """Three of four characters lie in the third sentence, though that is little of it."""
    assert codes(folded(excerpt(22, 25, ("time", B)))) == [("t:22-32", "time", B)]


def test_the_interviewers_words_in_an_excerpt_do_not_count() -> None:
    """The question and two words of the answer: it is the answer that is coded."""
    assert codes(folded(excerpt(11, 25, ("time", B)))) == [("t:22-32", "time", B)]


def test_an_excerpt_between_two_sentences_is_never_lost() -> None:
    """Less than the share in each of three: the one with most of it has the code."""
    human = folded(excerpt(29, 35, ("time", B)), overlap=0.9)
    assert codes(human) == [("t:22-32", "time", B)]


def test_excerpts_that_reach_no_codable_sentence_are_named() -> None:
    lost = excerpt(12, 20, ("time", B))
    assert uncovered([lost, excerpt(0, 10, ("time", B))], TALK, overlap=0.5) == [lost]
    assert folded(lost) == HumanCodes((), frozenset())


def test_an_excerpt_without_codes_says_that_it_was_read() -> None:
    human = folded(excerpt(0, 10, ("time", B)), excerpt(0, 10), excerpt(22, 32))
    assert codes(human) == [("t:0-10", "time", B)]
    assert read(human) == {"t:0-10", "t:22-32"}


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        (B, F, BOTH),
        (F, B, BOTH),
        (B, B, B),
        (UNCLEAR, F, F),
        (B, UNCLEAR, B),
        (BOTH, B, BOTH),
        (UNCLEAR, UNCLEAR, UNCLEAR),
        (Polarity.NONE, Polarity.NONE, Polarity.NONE),
    ],
)
def test_the_same_code_twice_joins_its_polarities(
    first: Polarity, second: Polarity, together: Polarity
) -> None:
    human = folded(excerpt(0, 10, ("time", first)), excerpt(0, 10, ("time", second)))
    assert codes(human) == [("t:0-10", "time", together)]


# -- decisions, reading ------------------------------------------------------------------------


def test_a_decision_replaces_and_a_later_excerpt_adds() -> None:
    human = folded(
        excerpt(0, 10, ("time", B)), decision(0, 10, ("money", F)), excerpt(0, 10, ("habit", B))
    )
    assert codes(human) == [("t:0-10", "habit", B), ("t:0-10", "money", F)]


def test_a_decision_without_codes_means_read_and_nothing_applies() -> None:
    human = folded(excerpt(0, 10, ("time", B)), decision(0, 10))
    assert (codes(human), read(human)) == ([], {"t:0-10"})


def test_read_marks_the_codable_sentences_wholly_inside() -> None:
    assert read(folded(act(EventKind.READ, 0, 40))) == {"t:0-10", "t:22-32"}


def test_skip_and_flag_change_nothing() -> None:
    human = folded(act(EventKind.SKIP, 0, 10), act(EventKind.FLAG, 0, 10))
    assert human == HumanCodes((), frozenset())


def test_what_the_machine_showed_codes_nothing() -> None:
    """The codes of a SHOWN are the machine's, not the coder's; nor does it mean "read"."""
    shown = act(EventKind.SHOWN, 0, 10, ("time", B))
    assert folded(shown) == HumanCodes((), frozenset())
    assert codes(folded(decision(0, 10, ("money", F)), shown)) == [("t:0-10", "money", F)]


@pytest.mark.parametrize("kind", [EventKind.DECISION, EventKind.EXCERPT, EventKind.READ])
def test_what_was_said_of_a_probe_says_nothing_of_the_sentence(kind: EventKind) -> None:
    """Neither codes nor "read", and what the coder had said before still stands."""
    probe = replace(act(kind, 0, 10, ("time", B)), reason=Reason.PROBE)
    assert folded(probe) == HumanCodes((), frozenset())
    assert codes(folded(decision(0, 10, ("money", F)), probe)) == [("t:0-10", "money", F)]
    assert uncovered([replace(probe, start=12, end=20)], TALK, overlap=0.5) == []


def test_a_decision_with_the_suggestion_in_view_is_marked_until_replaced() -> None:
    seen = decision(0, 10, ("time", B), assisted=True)
    human = folded(seen)
    assert human.assisted == {("t:0-10", "A")}
    assert human.codings[0].assisted
    again = folded(seen, decision(0, 10, ("time", B)))
    assert again.assisted == frozenset()
    assert not again.codings[0].assisted


# -- undo --------------------------------------------------------------------------------------


def test_undo_and_redo() -> None:
    """An UNDO takes the decision back, an UNDO of the UNDO brings it again."""
    done = replace(decision(0, 10, ("time", B)), seq=1)
    assert codes(fold([done, undo(2, 1)], TALK, overlap=0.5)) == []
    history = [done, undo(2, 1), undo(3, 2)]
    assert codes(fold(history, TALK, overlap=0.5)) == [("t:0-10", "time", B)]


def test_nobody_undoes_the_act_of_another() -> None:
    done = replace(decision(0, 10, ("time", B)), seq=1)
    assert standing([done, undo(2, 1, coder="B")]) == [done]


def test_what_was_seen_cannot_be_taken_back() -> None:
    """An UNDO of a SHOWN is without effect."""
    shown = act(EventKind.SHOWN, 0, 10, ("time", B), seq=1)
    assert standing([shown, undo(2, 1)]) == [shown]


def test_skips_of_probes_do_not_count() -> None:
    """Nor does a decision on one end the count of the sentence's own skips."""
    skip, probe = act(EventKind.SKIP, 0, 10), Reason.PROBE
    assert pending_skips([replace(skip, reason=probe)]) == {}
    one = {(("t", 0, 10), "A"): 1}
    assert pending_skips([skip, replace(decision(0, 10), reason=probe)]) == one


def test_skips_are_counted_until_the_coder_decides() -> None:
    skip = act(EventKind.SKIP, 0, 10)
    other = act(EventKind.SKIP, 22, 32, coder="B")
    assert pending_skips([skip, skip, other]) == {
        (("t", 0, 10), "A"): 2,
        (("t", 22, 32), "B"): 1,
    }
    assert pending_skips([skip, decision(0, 10)]) == {}
    assert pending_skips([replace(skip, seq=1), undo(2, 1)]) == {}


def test_flags_stand_until_undone() -> None:
    flag = act(EventKind.FLAG, 0, 10, memo="talk about this", seq=1)
    assert [f.memo for f in flags([flag])] == ["talk about this"]
    assert flags([flag, undo(2, 1)]) == ()


# -- properties --------------------------------------------------------------------------------


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Events of two coders with sequence numbers; UNDOs name any number up to their own."""
    history: list[Event] = []
    for seq in range(1, draw(st.integers(0, 12)) + 1):
        start = draw(st.integers(0, 44))
        given_codes = draw(
            st.lists(
                st.tuples(st.sampled_from(["time", "money"]), st.sampled_from(Polarity)), max_size=2
            )
        )
        history.append(
            act(
                draw(st.sampled_from(EventKind)),
                start,
                draw(st.integers(start, 46)),
                *given_codes,
                coder=draw(st.sampled_from("AB")),
                seq=seq,
                undoes=draw(st.integers(1, seq)),
                assisted=draw(st.booleans()),
            )
        )
    return history


overlaps = st.sampled_from([0.0, 0.3, 0.5, 1.0])
many = settings(max_examples=150, deadline=None)


def check(human: HumanCodes, sentences: Sequence[Sentence]) -> None:
    codable = {s.id for s in sentences if s.codable}
    assert {sentence_id for sentence_id, _ in human.read} <= codable
    assert human.assisted <= human.read
    assert {(c.sentence_id, c.coder) for c in human.codings} <= human.read
    assert {(c.sentence_id, c.coder) for c in human.codings if c.assisted} <= human.assisted
    assert len({(c.sentence_id, c.coder, c.code) for c in human.codings}) == len(human.codings)


@many
@given(histories(), overlaps)
def test_the_fold_of_any_prefix_is_valid(history: list[Event], overlap: float) -> None:
    for n in range(len(history) + 1):
        check(fold(history[:n], TALK, overlap=overlap), TALK)


@many
@given(histories().filter(bool), overlaps)
def test_undo_of_the_last_act_restores_the_fold_before_and_redo_the_one_after(
    history: list[Event], overlap: float
) -> None:
    last, n = history[-1], len(history)
    taken_back = [*history, undo(n + 1, n, coder=last.coder)]
    redone = [*taken_back, undo(n + 2, n + 1, coder=last.coder)]
    before, after = (fold(h, TALK, overlap=overlap) for h in (history[:-1], history))
    assert fold(taken_back, TALK, overlap=overlap) == before
    assert fold(redone, TALK, overlap=overlap) == after


@many
@given(histories(), overlaps, st.randoms(use_true_random=False))
def test_the_order_of_acts_of_different_coders_does_not_matter(
    history: list[Event], overlap: float, rng: random.Random
) -> None:
    """Each coder's acts keep their order; how the coders' acts are interleaved is shuffled."""
    queues = {c: [e for e in history if e.coder == c] for c in "AB"}
    turns = [e.coder for e in history]
    rng.shuffle(turns)
    shuffled = [queues[c].pop(0) for c in turns]
    assert fold(shuffled, TALK, overlap=overlap) == fold(history, TALK, overlap=overlap)


def test_a_hundred_thousand_events_fold_in_two_seconds() -> None:
    rng = random.Random(1)
    sentences = [
        sentence(i * 50, i * 50 + 49, transcript=f"t{t}") for t in range(100) for i in range(500)
    ]
    events = []
    for seq in range(1, 100_001):
        start = rng.randrange(24_000)
        events.append(
            act(
                rng.choice((EventKind.EXCERPT, EventKind.DECISION)),
                start,
                start + rng.choice((30, 49, 200)),
                (rng.choice("abc"), B),
                coder=rng.choice("XYZ"),
                seq=seq,
                transcript=f"t{rng.randrange(100)}",
            )
        )
    begun = time.process_time()
    human = fold(events, sentences, overlap=0.5)
    assert time.process_time() - begun < 4  # 2 s on a laptop, and some for a busy machine
    assert len(human.codings) > 10_000
