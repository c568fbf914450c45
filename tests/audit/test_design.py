"""Weights, variances and beta-binomial intervals of the audit sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.audit.design import effective, predict, sample, stratified_share, unit_variance


def test_answers_stand_for_their_drawing() -> None:
    """10 of 100 and, later, 10 of 40: ten sentences each, then four each; N in all."""
    drawn = sample({"a": 60, "b": 40, "c": 40}, ["a"] * 6 + ["b"] * 4 + ["c"] * 10,
                   batches={"a": 1, "b": 1, "c": 2})  # fmt: skip
    assert drawn.weights == pytest.approx([10.0] * 10 + [4.0] * 10)
    assert (drawn.frame, drawn.n, drawn.left, drawn.why) == (140, 20, 120, "")
    # 100² (1 - .1) / 10 + 40² (1 - .25) / 10
    assert drawn.spread == pytest.approx(900 + 120)


def test_small_strata_are_put_together() -> None:
    """Of 1, 1, 3, 0 and 1 answers: the first two together, the last two with the third."""
    drawn = sample(dict.fromkeys("abcde", 20), list("ab") + ["c"] * 3 + ["e"])
    assert drawn.why  # six answers are too few to speak for the frame, but the groups stand
    assert drawn.groups.tolist() == [0, 0, 1, 1, 1, 1]


def test_groups_do_not_cross_drawings() -> None:
    drawn = sample({"a": 9, "b": 9}, ["a", "b"], batches={"a": 1, "b": 2})
    assert drawn.groups.tolist() == [0, 1]


def test_too_few_answers_are_said_in_words() -> None:
    """Of the first drawing, or of the later one."""
    few = sample({"a": 50}, ["a"] * 9)
    assert few.why == "9 sentences of the audit sample answered; 10 are needed"
    later = sample({"a": 50, "b": 50}, ["a"] * 20 + ["b"] * 3, batches={"a": 1, "b": 2})
    assert later.why.startswith("3 sentences of the transcripts added later")
    assert sample({"a": 5}, ["a"] * 5).why == ""  # all read
    assert sample({}, []).why == "no sentences of the audit sample answered; 10 are needed"


def test_answers_from_nowhere_are_refused() -> None:
    with pytest.raises(ValueError, match="not in the frame: z"):
        sample({"a": 5}, ["z"])
    with pytest.raises(ValueError, match="more answers"):
        sample({"a": 1}, ["a", "a"])


def test_the_usual_variance() -> None:
    """n - 1 below, for equal weights."""
    drawn = sample({"a": 100}, ["a"] * 10)
    values = np.arange(10.0)[:, None]
    assert unit_variance(values, drawn) == pytest.approx(values.var(ddof=1))


def test_stratifying_gains_where_transcripts_differ() -> None:
    """A code that one of two transcripts holds throughout, the other never: the least share
    allowed. One spread evenly: about none gained.
    """
    drawn = sample({"a": 100, "b": 100}, ["a"] * 20 + ["b"] * 20)
    apart = np.array([[1.0]] * 20 + [[0.0]] * 20)
    even = np.array([[1.0], [0.0]] * 20)
    assert stratified_share(apart, drawn, apart.sum(axis=0))[0] == 0.5
    assert stratified_share(even, drawn, even.sum(axis=0))[0] == pytest.approx(1.0, abs=0.03)


def test_one_drawing_counts_its_answers() -> None:
    """Without gain, the effective number of answers is the number of answers."""
    drawn = sample({"a": 300, "b": 100}, ["a"] * 30 + ["b"] * 10)
    assert effective(drawn, np.array([1.0])) == pytest.approx([40.0])
    assert effective(drawn, np.array([0.8]))[0] > 40


def test_unequal_rates_count_less() -> None:
    drawn = sample({"a": 900, "b": 100}, ["a"] * 20 + ["b"] * 20, batches={"a": 1, "b": 2})
    assert effective(drawn, np.array([1.0]))[0] < 30


@pytest.mark.parametrize(
    ("positives", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605)],
)
def test_beside_newcombes_table(positives: int, n: int, low: float, high: float) -> None:
    """Wilson's intervals as printed by Newcombe 1998 (Statistics in Medicine 17, 857, table I): in a
    frame so large that the correction is nothing, ours are theirs to within .005.
    """
    m = 100_000
    a, b = predict(np.array([positives / n]), np.array([float(n)]), m, 0.95)
    assert a[0] / m == pytest.approx(low, abs=0.005)
    assert b[0] / m == pytest.approx(high, abs=0.005)


def test_the_rule_of_three() -> None:
    """None in 100: from 0 to 1 - .05^(1/100), about 3 in 100. All in 100: the mirror image."""
    a, b = predict(np.array([0.0, 1.0]), np.array([100.0, 100.0]), 100_000, 0.95)
    assert a[0] == 0
    assert b[0] / 100_000 == pytest.approx(1 - 0.05 ** (1 / 100), abs=0.0001)
    assert (a[1], b[1]) == (100_000 - b[0], 100_000)


@pytest.mark.parametrize("expected", [0.5, 1.5, 2.0, 2.6, 3.0, 4.0, 8.0, 40.0])
def test_no_number_of_passages_is_covered_badly(expected: float) -> None:
    """Samples of 139 that hold ``expected`` passages on average: the interval holds the truth in 91
    to 99 of 100, at each such number, not only on average over them.
    """
    m, n = 20_000, 139
    k = np.random.default_rng(0).binomial(n, expected / n, 4000)
    seen = np.unique(k)
    a, b = predict(seen / n, np.full(len(seen), float(n)), m, 0.95)
    truth = expected / n * m
    held = {int(x): low <= truth <= high for x, low, high in zip(seen, a, b, strict=True)}
    assert 0.91 <= np.mean([held[int(x)] for x in k]) <= 0.99


COUNTS = st.tuples(st.integers(0, 40), st.integers(1, 40), st.integers(0, 300))


@given(COUNTS, st.floats(0.5, 0.9))
def test_intervals_grow_with_their_level(counts: tuple[int, int, int], level: float) -> None:
    """And stay within 0 … m."""
    k, beside, m = counts
    n = k + beside
    share, answers = np.array([k / n]), np.array([float(n)])
    a, b = predict(share, answers, m, level)
    c, d = predict(share, answers, m, level + 0.09)
    assert 0 <= c[0] <= a[0] <= b[0] <= d[0] <= m


def test_nothing_left_is_known() -> None:
    a, b = predict(np.array([0.3]), np.array([20.0]), 0, 0.95)
    assert (a[0], b[0]) == (0, 0)
