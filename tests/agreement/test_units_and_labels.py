"""What counts as one unit, and what is asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.agreement.labels import About, Variable, code_sets, foreign, variables
from precode.agreement.units import Readings, by_excerpt, by_sentence
from precode.codebook import Codebook, parse_codebook
from precode.domain import Coding, HumanCodes, Polarity, Sentence

B, F, BOTH, UNCLEAR = Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH, Polarity.UNCLEAR
Said = Mapping[str, Sequence[Mapping[str, Polarity] | None]]

CODEBOOK = parse_codebook(
    """
name = "Mini"
version = "1"
[[code]]
id = "opportunity"
label = "Opportunity"
definition = "x"
[[code]]
id = "time"
label = "Time"
definition = "x"
parent = "opportunity"
[[code]]
id = "money"
label = "Money"
definition = "x"
parent = "opportunity"
[[code]]
id = "topic"
label = "Topic"
definition = "x"
polarity = false
"""
)


def sentences(*turns: int, codable: Sequence[int] = ()) -> tuple[Sentence, ...]:
    """One sentence for each number, its turn, all of transcript t0; ``codable``: those that are."""
    return tuple(
        Sentence(f"s{i}", "t0", turn, i, i + 1, "x", not codable or i in codable)
        for i, turn in enumerate(turns)
    )


def human(said: Said, *, assisted: Sequence[tuple[str, str]] = ()) -> HumanCodes:
    return HumanCodes(
        tuple(
            Coding(f"s{i}", coder, code, polarity, False, "import", "h")
            for coder, rows in said.items()
            for i, codes in enumerate(rows)
            for code, polarity in (codes or {}).items()
        ),
        frozenset(
            (f"s{i}", coder)
            for coder, rows in said.items()
            for i, c in enumerate(rows)
            if c is not None
        ),
        frozenset(assisted),
    )


def test_only_sentences_that_two_have_read_without_a_suggestion_are_units() -> None:
    """s0 both, s1 only ANNA, s2 both but BEN had seen the suggestion."""
    codes = human({"ANNA": [{}, {}, {}], "BEN": [{"time": B}, None, {}]}, assisted=[("s2", "BEN")])
    found = by_sentence(codes, sentences(0, 0, 0))
    assert found == Readings((("s0",),), ("t0",), ("ANNA", "BEN"), (({}, {"time": B}),))


def test_a_third_coders_missing_readings_stay_missing() -> None:
    codes = human({"A": [{}, {}], "B": [{}, {}], "C": [None, {"time": B}]})
    found = by_sentence(codes, sentences(0, 0))
    assert found.given == (({}, {}, None), ({}, {}, {"time": B}))
    assert found.of("A", "C") == Readings((("s1",),), ("t0",), ("A", "C"), (({}, {"time": B}),))


def test_excerpts_that_end_a_sentence_apart_are_one_unit_on_which_coders_agree() -> None:
    """A coded s0 to s2, B s0 to s1; s3 and s4 nobody."""
    time: Mapping[str, Polarity] = {"time": B}
    codes = human({"A": [time, time, time, {}, {}], "B": [time, time, {}, {}, {}]})
    words = sentences(0, 0, 0, 0, 0)
    found = by_excerpt(by_sentence(codes, words), words)
    assert found.units == (("s0", "s1", "s2"), ("s3", "s4"))
    assert found.given == ((time, time), ({}, {}))


def test_a_passage_ends_with_the_reply_and_where_the_readers_change() -> None:
    """The turn changes after s1; s3 is read by other coders than s2."""
    codes = human({"A": [{}] * 4, "B": [{}] * 3 + [None], "C": [None] * 3 + [{}]})
    words = sentences(0, 0, 1, 1)
    assert by_excerpt(by_sentence(codes, words), words).units == (("s0", "s1"), ("s2",), ("s3",))


def test_different_codes_side_by_side_are_two_passages_unless_somebody_joins_them() -> None:
    one, two = {"time": B}, {"money": B}
    words = sentences(0, 0)
    apart = human({"A": [one, two], "B": [one, two]})
    joined = human({"A": [one, two], "B": [one, one]})
    assert by_excerpt(by_sentence(apart, words), words).units == (("s0",), ("s1",))
    found = by_excerpt(by_sentence(joined, words), words)
    assert found.units == (("s0", "s1"),)
    assert found.given == (({"time": B, "money": B}, {"time": B}),)


def test_a_code_in_both_directions_within_a_passage_is_both() -> None:
    words = sentences(0, 0)
    codes = human({"A": [{"time": B}, {"time": F}], "B": [{"money": B}, {"money": B}]})
    found = by_excerpt(by_sentence(codes, words), words)
    assert found.given == (({"time": BOTH}, {"money": B}),)


def test_the_interviewers_words_between_do_not_part_a_passage() -> None:
    """s1 is not codable, but of the same turn: s0 and s2 are neighbours among what is coded."""
    words = sentences(0, 0, 0, codable=[0, 2])
    codes = human({"A": [{"time": B}, None, {"time": B}], "B": [{}, None, {}]})
    assert by_excerpt(by_sentence(codes, words), words).units == (("s0", "s2"),)


codings = st.lists(
    st.tuples(*[st.sampled_from([None, {}, {"time": B}, {"time": F}, {"money": B}])] * 2),
    min_size=1,
    max_size=12,
)


@settings(deadline=None)
@given(codings, st.data())
def test_passages_tile_the_sentences_in_order(
    rows: list[tuple[object, object]], data: st.DataObject
) -> None:
    """Every double-read sentence is in exactly one passage, which lies within one turn, and every
    code given is given to the passage.
    """
    turns = sorted(data.draw(st.lists(st.integers(0, 3), min_size=len(rows), max_size=len(rows))))
    words = sentences(*turns)
    codes = human({"A": [r[0] for r in rows], "B": [r[1] for r in rows]})  # type: ignore[misc]
    single = by_sentence(codes, words)
    found = by_excerpt(single, words)
    assert [i for unit in found.units for i in unit] == [u[0] for u in single.units]
    turn = {s.id: s.turn for s in words}
    at = {u[0]: g for u, g in zip(single.units, single.given, strict=True)}
    for unit, row in zip(found.units, found.given, strict=True):
        assert len({turn[i] for i in unit}) == 1
        for j, gave in enumerate(row):
            assert gave is not None
            assert set(gave) == {c for i in unit for c in at[i][j] or {}}


def asked(codes: HumanCodes, n: int, codebook: Codebook = CODEBOOK) -> dict[str, Variable]:
    readings = by_sentence(codes, sentences(*[0] * n))
    return {v.label: v for v in variables(readings, codebook)}


def test_every_question_is_answered_from_what_each_coder_gave() -> None:
    """One sentence: A says time is a barrier and names the topic, B says money helps."""
    found = asked(human({"A": [{"time": B, "topic": Polarity.NONE}], "B": [{"money": F}]}), 1)
    answers = {label: v.values.tolist()[0] for label, v in found.items() if len(v.values)}
    assert answers == {
        "Time": [1, 0], "Money": [0, 1], "Topic": [1, 0],
        "Time, barrier": [1, 0], "Time, facilitator": [0, 0],
        "Money, barrier": [0, 0], "Money, facilitator": [0, 1],
        "Opportunity": [1, 1], "any barrier": [1, 0], "any facilitator": [0, 1], "any code": [1, 1],
    }  # fmt: skip
    assert found["Opportunity"].about is About.DOMAIN
    assert found[About.DIRECTION.value].values.shape == (0, 2)


def test_both_speaks_for_barrier_and_for_facilitator() -> None:
    found = asked(human({"A": [{"time": BOTH}], "B": [{"time": B}]}), 1)
    assert found["Time, barrier"].values.tolist() == [[1, 1]]
    assert found["Time, facilitator"].values.tolist() == [[1, 0]]
    assert found[About.DIRECTION.value].values.tolist() == [[2, 0]]


def test_who_did_not_give_the_code_has_no_say_on_its_direction() -> None:
    found = asked(human({"A": [{"time": B}], "B": [{"time": UNCLEAR}], "C": [{}]}), 1)
    assert found[About.DIRECTION.value].values.tolist() == [[0, 3, -1]]


def test_sets_hold_directions_and_both_is_two() -> None:
    readings = by_sentence(human({"A": [{"time": BOTH}], "B": [{"time": B}]}), sentences(0))
    values, sets = code_sets(readings, CODEBOOK, polarity=True)
    assert [set(sets[i]) for i in values[0]] == [
        {("time", "barrier"), ("time", "facilitator")}, {("time", "barrier")},
    ]  # fmt: skip
    values, sets = code_sets(readings, CODEBOOK, polarity=False)
    assert values.tolist() == [[0, 0]]


def test_codes_that_left_the_codebook_are_named_and_not_counted() -> None:
    readings = by_sentence(human({"A": [{"old": B}], "B": [{}]}), sentences(0))
    assert foreign(readings, CODEBOOK) == ("old",)
    found = {v.label: v for v in variables(readings, CODEBOOK)}
    assert found["any code"].values.tolist() == [[0, 0]]
    assert found["any barrier"].values.tolist() == [[0, 0]]
    np.testing.assert_array_equal(code_sets(readings, CODEBOOK, polarity=True)[0], [[0, 0]])


def test_a_unit_needs_two_readers() -> None:
    from precode.agreement.reliability import tally

    with pytest.raises(ValueError, match="two readers"):
        tally(np.array([[1, -1]]), 2, ["t"])
