"""Which readings are doubted, and in which order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.agreement.doubts import doubts_of_classes, doubts_of_codes, with_colleagues


def column(*values: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)[:, None]


def test_the_bars_are_the_mean_confidence_of_those_given_the_other_reading() -> None:
    """Given: .9 .8 .1, mean .6. Not given: .1 .1 .7 .2, mean of 1 - p .725. So .1 is doubted where
    given (.9 >= .725), .7 where not (.7 >= .6), and nothing else.
    """
    p = column(0.9, 0.8, 0.1, 0.1, 0.1, 0.7, 0.2)
    gave = np.array([1, 1, 1, 0, 0, 0, 0], dtype=bool)[:, None]
    found = doubts_of_codes(p, gave)
    assert found.doubted[:, 0].tolist() == [False, False, True, False, False, True, False]
    assert found.score[2, 0] == pytest.approx(np.log(0.9 / 0.1) + np.log(3 / 4))
    assert found.score[5, 0] == pytest.approx(np.log(0.7 / 0.3))


def test_a_rare_code_is_not_doubted_wherever_it_is_given() -> None:
    """Ten of 1,000, all at .05, the others at .01: low everywhere, but no lower than usual."""
    gave = np.arange(1000)[:, None] < 10
    p = np.where(gave, 0.05, 0.01)
    assert not doubts_of_codes(p, gave).doubted[gave].any()


def test_equally_unlikely_codings_of_a_rare_code_come_after_those_of_a_common_one() -> None:
    """Both given at .02; one code has 5 %, the other half of the readings."""
    n = 400
    gave = np.column_stack([np.arange(n) < 20, np.arange(n) < 200])
    p = np.where(gave, 0.6, 0.05)
    p[0] = 0.02
    found = doubts_of_codes(p, gave)
    assert found.doubted[0].all()
    assert found.score[0, 1] > found.score[0, 0]


def test_a_code_that_all_or_none_were_given_is_not_doubted() -> None:
    gave = np.array([[True, False], [True, False]])
    found = doubts_of_codes(np.array([[0.01, 0.99], [0.5, 0.5]]), gave)
    assert not found.doubted.any()
    assert np.isfinite(found.score).all()


def test_of_classes_the_likeliest_of_those_that_reach_their_bar_is_the_other() -> None:
    """Class 2 is nobody's: it has no bar and is held against nobody."""
    p = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.2, 0.6, 0.2], [0.1, 0.2, 0.7]])
    own = np.array([0, 1, 0, 0])
    found, other = doubts_of_classes(p, own)
    assert found.doubted.tolist() == [False, False, False, False]
    found, other = doubts_of_classes(np.vstack([p, [[0.1, 0.85, 0.05]]]), np.array([*own, 0]))
    assert found.doubted.tolist() == [False, False, False, False, True]
    assert other[4] == 1
    assert found.score[4] == pytest.approx(np.log(0.9 / 0.1))


def test_a_colleague_who_says_the_same_speaks_against_a_doubt() -> None:
    """40 pairs of readings that say the same, one that does not."""
    own = np.array([0] * 20 + [1] * 20 + [1])
    p = np.tile([0.9, 0.1], (41, 1))
    votes = np.eye(2, dtype=np.int64)[np.array([0] * 20 + [1] * 20 + [0])]
    heard = with_colleagues(p, own, votes)
    assert heard[20, 1] > 0.5 > heard[40, 1]
    # of 21 pairs with the first's class 1, 20 have a colleague's 1: (20 + 1) / (21 + 2)
    odds = 0.9 / 0.1 * (1 / 22) / (21 / 23)
    assert heard[20, 0] / heard[20, 1] == pytest.approx(odds)


@settings(max_examples=50)
@given(st.integers(1, 30), st.integers(2, 4), st.integers(0, 2**31))
def test_without_colleagues_probabilities_stay(n: int, c: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(c), n)
    heard = with_colleagues(p, rng.integers(0, c, n), np.zeros((n, c), dtype=np.int64))
    assert np.allclose(heard, p, atol=1e-5)
