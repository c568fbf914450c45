"""Nearly the same words: every pair is found, and only those."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.agreement.near import near

ONES = np.ones((8, 3))


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def test_close_words_and_close_vectors_are_both_asked_for() -> None:
    """6 of 8 words in common; the third has the words but points elsewhere."""
    texts = [
        "the bus was an hour late again",
        "the bus was an hour late today",
        "the bus was an hour late sadly",
    ]
    vectors = np.array([[1.0, 0.1], [2.0, 0.0], [-1.0, 0.3]])
    found = near([words(t) for t in texts], vectors)
    assert [(p.first, p.second) for p in found] == [(0, 1)]
    assert found[0].words == 6 / 8
    assert found[0].cosine > 0.99


def test_formulae_are_left_out_by_length() -> None:
    short = [words("yeah i guess so"), words("yeah i guess so")]
    assert near(short, ONES[:2]) == []
    assert len(near(short, ONES[:2], fewest=4)) == 1


def test_a_denial_is_not_nearly_the_same() -> None:
    said = [words("i have the time to do it"), words("i never have the time to do it")]
    assert near(said, ONES[:2]) == []


def test_the_closest_come_first() -> None:
    said = [words("a b c d e f"), words("a b c d e g"), words("a b c d e f h")]
    found = near(said, ONES[:3])
    assert [(p.first, p.second) for p in found] == [(0, 2), (0, 1), (1, 2)]


SETS = st.lists(st.frozensets(st.sampled_from("abcdefghij"), max_size=8), max_size=12)


@settings(max_examples=100)
@given(SETS, st.sampled_from([0.3, 0.5, 0.6, 2 / 3, 0.8, 1.0]))
def test_no_pair_is_missed(sets: list[frozenset[str]], least: float) -> None:
    """As by comparing all with all."""
    found = near(sets, np.ones((len(sets), 2)), words_alike=least, fewest=1)
    expected = {
        (i, j)
        for (i, a), (j, b) in combinations(enumerate(sets), 2)
        if a and b and len(a & b) / len(a | b) >= least - 1e-9
    }
    assert {(p.first, p.second) for p in found} == expected
