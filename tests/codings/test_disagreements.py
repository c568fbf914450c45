"""What coders have coded differently, when it is settled, and what counts then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.codebook import parse_codebook
from precode.codings.consensus import CONSENSUS, independent, is_consensus, misnamed, settled
from precode.codings.disagreements import Disagreement, disagreements
from precode.codings.history import fold
from precode.codings.targets import targets
from precode.domain import (
    CodedExcerpt,
    CodePolarity,
    Event,
    EventKind,
    HumanCodes,
    Polarity,
    Sentence,
)

B, F, X, NONE = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH, Polarity.NONE
BOOK = parse_codebook(
    'name = "Mini"\nversion = "1"\n'
    + "".join(
        f'[[code]]\nid = "{c}"\nlabel = "{c.title()}"\ndefinition = "x"\n'
        for c in ("time", "money", "trust")
    )
)
# Four sentences of ten characters with a space between.
TALK = tuple(
    Sentence(Sentence.make_id("t", n * 11, n * 11 + 10), "t", 0, n * 11, n * 11 + 10, "x" * 10)
    for n in range(4)
)
Given = dict[str, Polarity]


def says(coder: str, codes: Given, *on: int, kind: EventKind = EventKind.DECISION) -> Event:
    """``coder`` gives ``codes`` to the sentences from the first to the last of ``on``."""
    pairs = tuple(CodePolarity(c, p) for c, p in codes.items())
    return Event(kind, coder, "t", TALK[on[0]].start, TALK[on[-1]].end, pairs)


def takes_back(event: Event, seq: int) -> Event:
    return replace(event, kind=EventKind.UNDO, codes=(), undoes=seq)


def history(*events: Event) -> list[Event]:
    """``events`` as stored, one after the other."""
    return [replace(e, seq=n) for n, e in enumerate(events, 1)]


def folded(events: Sequence[Event]) -> HumanCodes:
    return fold(events, TALK, overlap=0.5)


def found(*events: Event) -> tuple[Disagreement, ...]:
    past = history(*events)
    return disagreements(past, folded(past), TALK, BOOK, overlap=0.5)


def kinds(*events: Event) -> list[tuple[str, str]]:
    (one,) = found(*events)
    return [(d.kind, d.code) for d in one.differences]


def is_open(*events: Event) -> bool:
    (one,) = found(*events)
    return not one.settled


# -- what is a disagreement ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("anna", "ben", "kind"),
    [
        ({"time": B}, {}, [("only some gave the code", "time")]),
        ({"time": B}, {"time": F}, [("polarity differs", "time")]),
        ({"time": B}, {"time": Polarity.UNCLEAR}, [("polarity differs", "time")]),
        ({"time": B}, {"money": B}, [("different codes", "time"), ("different codes", "money")]),
        ({"time": B, "money": B}, {"time": B}, [("only some gave the code", "money")]),
        (
            {"time": B, "money": F},
            {"time": X},
            [("polarity differs", "time"), ("only some gave the code", "money")],
        ),
    ],
)
def test_the_kinds_of_disagreement(anna: Given, ben: Given, kind: list[tuple[str, str]]) -> None:
    """By code, in codebook order, whoever of the two said what."""
    assert kinds(says("ANNA", anna, 0), says("BEN", ben, 0)) == kind
    assert kinds(says("ANNA", ben, 0), says("BEN", anna, 0)) == kind


def test_of_three_coders_one_is_enough_to_differ() -> None:
    said = [says(who, {"time": B}, 0) for who in ("ANNA", "BEN")]
    assert kinds(*said, says("CERI", {}, 0)) == [("only some gave the code", "time")]
    assert kinds(*said, says("CERI", {"trust": B}, 0)) == [
        ("different codes", "time"), ("different codes", "trust"),
    ]  # fmt: skip


def test_who_agrees_or_reads_alone_does_not_disagree() -> None:
    """Sentence 0 alike, 1 read by ANNA alone; a code that is gone from the codebook on 2."""
    assert not found(
        says("ANNA", {"time": B}, 0), says("BEN", {"time": B}, 0),
        says("ANNA", {"time": B}, 1),
        says("ANNA", {"gone": B}, 2), says("BEN", {}, 2),
    )  # fmt: skip


def test_a_disagreement_says_who_gave_what() -> None:
    """Also where a passage over two sentences was coded by one, and the other read them."""
    first, second = found(
        says("BEN", {"money": F, "time": B}, 1, 2, kind=EventKind.EXCERPT),
        says("ANNA", {}, 0, 3, kind=EventKind.READ),
    )
    assert (first.sentence, second.sentence) == TALK[1:3]
    assert [(r.coder, r.codes) for r in first.readings] == [
        ("ANNA", ()), ("BEN", (CodePolarity("time", B), CodePolarity("money", F))),
    ]  # fmt: skip
    assert not first.settled and first.decided is None


# -- when it is settled ----------------------------------------------------------------------------

APART = (says("ANNA", {"time": B}, 0), says("BEN", {}, 0))
AGREED = says(CONSENSUS, {"time": F}, 0)


def test_the_consensus_settles_it_and_taking_that_back_opens_it() -> None:
    assert is_open(*APART)
    assert not is_open(*APART, AGREED)
    assert is_open(*APART, AGREED, takes_back(AGREED, 3))
    assert is_open(*APART, replace(AGREED, kind=EventKind.SKIP, codes=()))


def test_one_decision_settles_all_the_sentences_it_covers() -> None:
    wide = [replace(e, end=TALK[1].end) for e in APART]
    both = found(*wide, replace(AGREED, end=TALK[1].end))
    assert [d.settled for d in both] == [True, True]
    assert [d.settled for d in found(*wide, AGREED)] == [True, False]


def test_it_comes_back_when_a_coder_changes_to_something_else() -> None:
    """By a new decision, by taking the old one back, and also when somebody else reads it."""
    assert is_open(*APART, AGREED, says("BEN", {"money": B}, 0))
    assert is_open(*APART, AGREED, says("CERI", {"money": B}, 0))
    first = says("BEN", {"trust": B}, 0)
    assert is_open(APART[0], APART[1], first, AGREED, takes_back(first, 3))
    assert not is_open(*APART, AGREED, says("BEN", {"money": B}, 0), says(CONSENSUS, {}, 0))


def test_it_stays_settled_when_nothing_new_is_said() -> None:
    """The same once more, another sentence, a flag; the consensus taken over; a change taken back."""
    assert not is_open(*APART, AGREED, APART[1])
    assert not is_open(*APART, AGREED, says("BEN", {"money": B}, 1))
    assert not is_open(*APART, AGREED, replace(APART[1], kind=EventKind.FLAG))
    assert not is_open(*APART, AGREED, says("BEN", {"time": F}, 0))
    changed = says("BEN", {"money": B}, 0)
    assert not is_open(*APART, AGREED, changed, takes_back(changed, 4))


_CODES = st.dictionaries(st.sampled_from(BOOK.leaf_ids), st.sampled_from([B, F, X]), max_size=3)


@given(st.lists(st.tuples(st.sampled_from("ABC"), st.integers(0, 3), _CODES), max_size=12))
def test_disagreements_are_those_a_plain_look_finds(acts: list[tuple[str, int, Given]]) -> None:
    """The last word of each coder on each sentence; and the consensus settles exactly its own."""
    events = [says(coder, codes, at) for coder, at, codes in acts]
    last = {(coder, at): codes for coder, at, codes in acts}
    apart = [
        at
        for at in range(4)
        if len({str(sorted(codes.items())) for (_, a), codes in last.items() if a == at}) > 1
    ]
    assert [TALK.index(d.sentence) for d in found(*events)] == apart
    for at in apart:
        closed = found(*events, says(CONSENSUS, {}, at))
        assert [TALK.index(d.sentence) for d in closed if d.settled] == [at]


# -- what counts then ------------------------------------------------------------------------------


def test_the_consensus_goes_before_the_coders_where_it_has_decided() -> None:
    """On sentence 0, and not on sentence 1; what stands of the coders is not touched."""
    human = folded(history(*APART, says("ANNA", {"trust": B}, 1), AGREED))
    one = settled(human)
    assert one.read == {(TALK[0].id, CONSENSUS), (TALK[1].id, "ANNA")}
    assert [(c.coder, c.code, c.polarity) for c in one.codings] == [
        (CONSENSUS, "time", F), ("ANNA", "trust", B),
    ]  # fmt: skip
    assert (TALK[0].id, "ANNA") in human.read
    untouched = folded(history(*APART))
    assert settled(untouched) == untouched


def test_a_model_learns_the_consensus_and_not_a_share_of_the_readers() -> None:
    """Unless one coder's codes are asked for, or the consensus rests on a suggestion."""
    events = history(*APART, AGREED)
    row = targets(folded(events), TALK, BOOK)
    np.testing.assert_array_equal(row.y, [[1, 0, 0]])
    np.testing.assert_array_equal(row.polarity[0, 0], [0, 1])
    np.testing.assert_array_equal(row.readers, [1])
    np.testing.assert_array_equal(targets(folded(events[:2]), TALK, BOOK).y, [[0.5, 0, 0]])
    np.testing.assert_array_equal(
        targets(folded(events), TALK, BOOK, coders={"BEN"}).y, [[0, 0, 0]]
    )
    aided = [*events[:2], replace(events[2], assisted=True)]
    gold = targets(folded(aided), TALK, BOOK, include_assisted=False)
    np.testing.assert_array_equal(gold.y, [[0.5, 0, 0]])


def test_only_what_was_said_before_the_codes_were_laid_open_is_independent() -> None:
    """BEN turns to the consensus afterwards, and takes his word back; CERI reads it for the first
    time; ANNA changes another sentence.
    """
    late = [
        says("BEN", {"time": F}, 0),
        takes_back(APART[1], 2),
        says("CERI", {"money": B}, 0),
        says("ANNA", {"money": B}, 1),
    ]
    alone = independent(history(*APART, AGREED, *late))
    assert [(e.coder, e.kind, e.seq) for e in alone] == [
        ("ANNA", EventKind.DECISION, 1), ("BEN", EventKind.DECISION, 2),
        ("CERI", EventKind.DECISION, 6), ("ANNA", EventKind.DECISION, 7),
    ]  # fmt: skip
    assert independent(history(*APART)) == history(*APART)


def test_nobody_else_may_bear_its_name() -> None:
    assert is_consensus(" Consensus ") and not is_consensus("ANNA")
    row = CodedExcerpt("a.csv, row 2", "t", "x", "time", B, "CONSENSUS")
    (problem,) = misnamed([row, replace(row, row="a.csv, row 3"), replace(row, coder="ANNA")])
    assert problem.where == "a.csv, row 2 and 1 more"
