"""Drift: found where it is, not where the talk changes, not told where too little is there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.agreement.drift import drift, holm, kappa_over_time, trend_test
from precode.agreement.estimate import Estimate, NotEstimable
from precode.agreement.shares import Sampling

TRANSCRIPTS = [f"t{i // 40}" for i in range(480)]


def sampling(seed: int = 1) -> Sampling:
    return Sampling(np.random.default_rng(seed), 200, 10)


def test_a_coder_who_stops_giving_a_code_is_found() -> None:
    """12 transcripts, expected everywhere .3; given at .5 first, at .1 in the end."""
    rng = np.random.default_rng(3)
    gave = rng.random(480) < np.linspace(0.5, 0.1, 480)
    found = drift(gave, np.full(480, 0.3), TRANSCRIPTS, sampling=sampling())
    assert isinstance(found.change, Estimate)
    assert found.change.low is not None and found.change.high is not None
    assert found.change.high < 0
    assert found.early is not None and found.late is not None
    assert found.change.value == pytest.approx(found.late - found.early)
    assert found.early == pytest.approx(gave[:160].mean() - 0.3)
    assert found.p is not None
    assert found.p < 0.01


def test_talk_that_has_less_of_a_code_is_no_drift() -> None:
    """The same coder; but the machine expects what is given."""
    rng = np.random.default_rng(3)
    expected = np.linspace(0.5, 0.1, 480)
    found = drift(rng.random(480) < expected, expected, TRANSCRIPTS, sampling=sampling())
    assert found.p is not None
    assert found.p > 0.05
    assert isinstance(found.change, Estimate)
    assert found.change.low is not None and found.change.high is not None
    assert found.change.low < 0 < found.change.high


def test_without_drift_few_p_are_small() -> None:
    """Transcripts differ in what the machine does not know; at most one p in ten is below .05."""
    rng = np.random.default_rng(5)
    small = 0
    for _ in range(100):
        rate = 0.2 * rng.gamma(4, 1 / 4, 12)[np.arange(480) // 40]
        gave = rng.random(480) < rate
        small += trend_test(gave - 0.2, TRANSCRIPTS, rng=rng, flips=499) <= 0.05
    assert small <= 10


@pytest.mark.parametrize(
    ("n", "rate", "why"),
    [
        (60, 0.5, "60 sentences outside the audit sample"),
        (280, 0.5, "7 transcripts, 8 are needed"),
        (480, 0.0, "given 0 times, 10 are needed"),
    ],
)
def test_too_little_is_said_in_words(n: int, rate: float, why: str) -> None:
    gave = np.arange(n) % 2 < 2 * rate
    found = drift(gave, np.full(n, 0.5), TRANSCRIPTS[:n], sampling=sampling())
    assert isinstance(found.change, NotEstimable)
    assert why in str(found.change)
    assert found.p is None


def test_with_few_transcripts_all_signs_are_tried() -> None:
    """Eight transcripts, evenly rising: only two of 256 signs reach as far."""
    where = np.repeat(np.arange(8), 10)
    place = np.arange(80) - 39.5
    rng = np.random.default_rng(1)
    assert trend_test(place, where.tolist(), rng=rng) == pytest.approx(2 / 256)


def test_holm_by_hand() -> None:
    """.01 · 4, .02 · 3, .03 · 2, .2 · 1, and never less than the one before."""
    assert holm([0.02, 0.2, 0.01, 0.03]) == pytest.approx([0.06, 0.2, 0.04, 0.06])
    assert holm([]) == []


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8))
def test_holm_never_makes_smaller_and_keeps_the_order(p: list[float]) -> None:
    out = holm(p)
    assert all(q >= x and q <= 1 for q, x in zip(out, p, strict=True))
    order = sorted(range(len(p)), key=lambda i: p[i])
    assert [out[i] for i in order] == sorted(out)


def test_agreement_that_falls_is_told_in_halves() -> None:
    """The other coder says the same in the first half, and tosses a coin in the second."""
    rng = np.random.default_rng(2)
    mine = rng.random((480, 2)) < 0.4
    other = mine.copy()
    other[240:] = rng.random((240, 2)) < 0.4
    found = kappa_over_time(mine, other, TRANSCRIPTS, sampling=sampling())
    assert isinstance(found.early, Estimate) and isinstance(found.late, Estimate)
    assert found.early.value == pytest.approx(1)
    assert found.late.value == pytest.approx(0, abs=0.2)
    assert isinstance(found.change, Estimate)
    assert found.change.high is not None
    assert found.change.high < -0.5
    few = kappa_over_time(mine[:40], other[:40], TRANSCRIPTS[:40], sampling=sampling())
    assert isinstance(few.change, NotEstimable)
