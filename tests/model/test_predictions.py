"""From probabilities to words: verdicts and polarities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.model.predictions import Verdict, polarities, verdicts

NAN = float("nan")


@pytest.mark.parametrize(
    ("p", "given_", "verdict"),
    [
        ([0.9, 0.1], [1, 0], "accept"),
        ([0.8, 0.2], [1, 0], "accept"),  # at the bounds
        ([0.9, 0.9], [1, 1], "accept"),
        ([0.1, 0.0], [0, 0], "none"),
        ([0.79, 0.1], [1, 0], "review"),  # a code given without being sure
        ([0.9, 0.3], [1, 0], "review"),  # and another that may be missing
        ([0.9, 0.9], [1, 0], "review"),  # likely, but its threshold was not met
        ([0.1, 0.1], [1, 0], "review"),  # given against the odds
        ([0.9, NAN], [1, 0], "accept"),  # a code that is not modelled has no say
        ([0.1, NAN], [0, 0], "none"),
        ([0.5, NAN], [0, 0], "review"),
    ],
)
def test_verdicts(p: list[float], given_: list[int], verdict: str) -> None:
    """Sure of every code given and of every code not given, or a person looks."""
    found = verdicts(np.array([p]), np.array([given_], dtype=bool), accept=0.8, calibrated=True)
    assert found == (Verdict(verdict),)


def test_nothing_is_sure_of_what_is_only_ranked() -> None:
    p = np.array([[0.99, 0.01], [0.0, 0.0]])
    assert verdicts(p, p > 0.5, accept=0.8, calibrated=False) == (Verdict.REVIEW,) * 2


def test_no_sentences_no_verdicts() -> None:
    nothing = np.zeros((0, 2))
    assert verdicts(nothing, nothing > 0, accept=0.8, calibrated=True) == ()


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=6))
def test_asking_for_more_never_accepts_more(codes: list[tuple[float, bool]]) -> None:
    p, given_ = np.array([[c for c, _ in codes]]), np.array([[g for _, g in codes]])
    seen = [
        verdicts(p, given_, accept=a, calibrated=True)[0] is Verdict.REVIEW
        for a in (0.55, 0.7, 0.8, 0.95)
    ]
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("p", "polarity"),
    [
        ([0.9, 0.1], "barrier"),
        ([0.1, 0.9], "facilitator"),
        ([0.6, 0.7], "both"),
        ([0.55, 0.55], "both"),
        ([0.4, 0.2], "barrier"),
        ([0.34, 0.3], "unclear"),
        ([0.0, 0.0], "unclear"),
    ],
)
def test_polarities(p: list[float], polarity: str) -> None:
    """Both likely: both; neither near likely: unclear; codes without polarity have none."""
    found = polarities(np.array([[p, p]]), np.array([True, False]))
    assert found.tolist() == [[polarity, ""]]
