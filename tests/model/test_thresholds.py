"""Which codes are given."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from precode.model.thresholds import SHRINK, decide, fit_thresholds, macro_f1


def cut(scores: list[float], truth: list[int]) -> float:
    """The threshold without its shrinkage."""
    y = np.array(truth, dtype=float)[:, None]
    n = y.sum()
    found = fit_thresholds(np.array(scores)[:, None], y, choice="many")[0]
    return float(found * (n + SHRINK) / n)


def test_the_cut_lies_between_the_two_groups() -> None:
    assert cut([3, 2, 1, -1], [1, 1, 0, 0]) == pytest.approx(1.5)


def test_one_miss_is_worth_less_than_many_false_alarms() -> None:
    """The positive at the bottom would cost three false alarms: it is given up."""
    assert cut([5, 4, 3, 2, 1, 0], [1, 1, 0, 0, 0, 1]) == pytest.approx(3.5)


def test_equal_scores_fall_on_the_same_side() -> None:
    """The best cut inside a tie cannot be had: all three or none."""
    assert cut([2, 1, 1, 1, 0], [1, 1, 0, 0, 0]) == pytest.approx(1.5)
    assert cut([1, 1, 1], [1, 0, 0]) < 1


def test_all_positive_passes_all() -> None:
    assert cut([2.0, 1.0], [1, 1]) < 1


def test_without_positives_the_heads_own_cut_stays() -> None:
    assert fit_thresholds(np.array([[3.0], [1]]), np.zeros((2, 1)), choice="many") == [0]


def test_no_rows_leave_the_heads_own_cut() -> None:
    assert fit_thresholds(np.zeros((0, 2)), np.zeros((0, 2)), choice="many").tolist() == [0, 0]


def test_few_positives_move_the_cut_little() -> None:
    """At SHRINK positives it moves half way."""
    for n, share in ((1, 1 / (1 + SHRINK)), (int(SHRINK), 0.5), (300, 300 / (300 + SHRINK))):
        scores = np.concatenate([np.full(n, 3.0), np.full(n, 1.0)])[:, None]
        y = np.repeat([1.0, 0.0], n)[:, None]
        assert fit_thresholds(scores, y, choice="many")[0] == pytest.approx(2 * share)


def test_one_of_k_has_no_cuts() -> None:
    y = np.eye(3)
    assert fit_thresholds(5 * y - 2, y, choice="one").tolist() == [0, 0, 0]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1, max_size=25).filter(
        lambda rows: any(t for _, t in rows)
    )
)
def test_no_other_cut_has_a_higher_f1(rows: list[tuple[int, bool]]) -> None:
    """By trying them all, with scikit-learn's F1."""
    scores, truth = np.array([s for s, _ in rows]), np.array([t for _, t in rows])
    ours = f1_score(truth, scores > cut(scores.tolist(), truth.tolist()))
    every = [f1_score(truth, scores > c, zero_division=0) for c in np.arange(-4.5, 4)]
    assert ours == pytest.approx(max(every))


def test_decisions() -> None:
    """Many: whatever passes its own cut. One: exactly the highest, the first of equals."""
    scores = np.array([[1.0, 1.0], [-1, -2], [0, 3]])
    many = decide(scores, np.array([0.5, 2.0]), choice="many")
    assert many.tolist() == [[True, False], [False, False], [False, True]]
    one = decide(scores, np.zeros(2), choice="one")
    assert one.tolist() == [[True, False], [True, False], [False, True]]


def test_macro_f1_is_scikit_learns_over_codes_that_occur() -> None:
    rng = np.random.default_rng(1)
    truth, given_ = rng.random((2, 60, 3)) < 0.4
    expected = f1_score(truth, given_, average="macro")
    assert macro_f1(truth, given_) == pytest.approx(expected)
    padded = [np.hstack([a, np.zeros((60, 1), bool)]) for a in (truth, given_)]
    assert macro_f1(*padded) == pytest.approx(expected)
    assert macro_f1(np.zeros((3, 2), bool), np.ones((3, 2), bool)) == 0
