"""The measures: what a sentence is worth, before anything is chosen."""

from __future__ import annotations

from typing import Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from precode.active.measures import (
    POLARITY_WEIGHT,
    code_doubt,
    doubt,
    likeness,
    polarity_doubt,
    relevance,
    softmax_known,
)
from precode.active.pool import Floats, Pool

NAN = float("nan")


def make_pool(
    margin: Floats,
    *,
    p: Floats | None = None,
    polarity: Floats | None = None,
    choice: Literal["many", "one"] = "many",
) -> Pool:
    n = len(margin)
    p = 1 / (1 + np.exp(-margin)) if p is None else p
    ids = tuple(map(str, range(n)))
    return Pool(ids, np.ones((n, 1), np.float32), p, margin, polarity, choice)


def test_at_the_flip_doubt_is_1_and_falls_off_on_either_side() -> None:
    found = code_doubt(make_pool(np.array([[0.0, 2.0, -2.0, 9.0]])))[0]
    assert found[0] == 1
    assert found[1] == found[2] == pytest.approx(2 / (1 + np.exp(2)))
    assert found[3] < 0.001


def test_doubt_is_about_the_threshold_not_about_one_half() -> None:
    """A rare code decided at p = .2: there is the doubt, whatever p is."""
    pool = make_pool(np.array([[0.0], [1.4]]), p=np.array([[0.2], [0.5]]))
    assert code_doubt(pool)[0, 0] > code_doubt(pool)[1, 0]


def test_of_one_code_doubt_is_the_gap_between_the_best_two() -> None:
    """Softmax .5, .3, .2: doubt .8 on the first, none on the others."""
    found = code_doubt(make_pool(np.log([[0.5, 0.3, 0.2]]), choice="one"))
    assert found == pytest.approx(np.array([[0.8, 0, 0]]))


@given(arrays(np.float64, (4, 3), elements=st.floats(-30, 30)), st.sampled_from(["many", "one"]))
def test_doubt_lies_between_0_and_1(z: Floats, choice: Literal["many", "one"]) -> None:
    found = code_doubt(make_pool(z, choice=choice))
    assert ((found >= 0) & (found <= 1 + 1e-12)).all()


@pytest.mark.parametrize("choice", ["many", "one"])
def test_a_code_that_is_not_modelled_is_in_no_doubt(choice: Literal["many", "one"]) -> None:
    found = code_doubt(make_pool(np.array([[NAN, 0.1], [NAN, NAN]]), choice=choice))
    assert found[:, 0].tolist() == [0, found[1, 0]]
    assert not np.isnan(found).any()


def test_softmax_leaves_out_what_is_not_known() -> None:
    found = softmax_known(np.array([[0.0, NAN, 0.0], [NAN, NAN, NAN]]))
    assert found.tolist() == [[0.5, 0, 0.5], [0, 0, 0]]


def test_polarity_is_in_doubt_where_both_are_as_likely_and_the_code_applies() -> None:
    """Undecided and surely coded: 1. Undecided and half coded: .5. Decided, or not coded: 0."""
    p = np.array([[1.0], [0.5], [1.0], [0.0]])
    polarity = np.array([[[0.4, 0.4]], [[0.4, 0.4]], [[1.0, 0.0]], [[0.4, 0.4]]])
    pool = make_pool(np.zeros((4, 1)), p=p, polarity=polarity)
    assert polarity_doubt(pool).ravel() == pytest.approx([1, 0.5, 0, 0])
    assert doubt(pool).ravel() == pytest.approx(1 + POLARITY_WEIGHT * np.array([1, 0.5, 0, 0]))


def test_without_polarity_only_the_codes_are_in_doubt() -> None:
    pool = make_pool(np.array([[0.0, 1.0]]))
    assert (doubt(pool) == code_doubt(pool)).all()


def test_relevance_is_the_highest_probability() -> None:
    pool = make_pool(np.zeros((2, 2)), p=np.array([[0.1, 0.7], [NAN, 0.2]]))
    assert relevance(pool).tolist() == [0.7, 0.2]


def test_likeness_is_to_the_nearest_example() -> None:
    v = np.eye(3)
    assert likeness(v, v[:2]).tolist() == [1, 1, 0]
    assert likeness(v, v[:0]).tolist() == [-1, -1, -1]


def test_without_a_model_there_is_nothing_to_measure() -> None:
    pool = Pool(("a",), np.ones((1, 1), np.float32), None, None, None, "many")
    for measure in (code_doubt, polarity_doubt, relevance):
        with pytest.raises(ValueError, match="no model"):
            measure(pool)
