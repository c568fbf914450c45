"""Precision, recall, F1 and kappa: equal to scikit-learn's, or a reason in words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from sklearn import metrics

from precode.agreement import counts as of
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.scores import BinaryScore, macro_f1, score_binary, score_codes

Bools = NDArray[np.bool_]

tables = st.integers(1, 30).flatmap(
    lambda n: st.tuples(arrays(bool, n), arrays(bool, n))
)  # fmt: skip
quick = settings(deadline=None)


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def score(truth: Bools, predicted: Bools, *, floor: int = 1) -> BinaryScore:
    clusters = [i % 4 for i in range(len(truth))]
    return score_binary(truth, predicted, clusters, rng=rng(), draws=20, floor=floor)


def value(figure: Figure) -> float:
    assert isinstance(figure, Estimate), figure
    return figure.value


@quick
@given(tables)
def test_scores_equal_those_of_scikit_learn(table: tuple[Bools, Bools]) -> None:
    y, p = table
    s = score(y, p)
    assert (s.n, s.positives, s.predicted_positives) == (len(y), y.sum(), p.sum())
    if not y.any():
        assert s.f1 == NotEstimable("no sentence with the code, 1 are needed")
        return
    assert value(s.recall) == pytest.approx(metrics.recall_score(y, p), abs=1e-12)
    assert value(s.f1) == pytest.approx(metrics.f1_score(y, p), abs=1e-12)
    if p.any():
        assert value(s.precision) == pytest.approx(metrics.precision_score(y, p), abs=1e-12)
    else:
        assert s.precision == NotEstimable("the code was never predicted")
    if y.all() and p.all():
        assert s.kappa == NotEstimable("both sides say the same of every sentence")
    else:
        assert value(s.kappa) == pytest.approx(metrics.cohen_kappa_score(y, p), abs=1e-12)


@quick
@given(tables)
def test_kappa_equals_its_definition_by_brute_force(table: tuple[Bools, Bools]) -> None:
    """p_e counted over all n x n pairs of one coder's answer with the other's."""
    y, p = table
    observed = np.mean(y == p)
    expected = np.mean(y[:, None] == p[None, :])
    kappa = float(of.kappa(of.confusion(y, p).sum(axis=0)))
    if expected == 1:
        assert np.isnan(kappa)
    else:
        assert kappa == pytest.approx((observed - expected) / (1 - expected), abs=1e-12)


def test_kappa_of_the_textbook_table() -> None:
    """20 both yes, 5 and 10 apart, 15 both no: p_o = .7, p_e = .5, kappa = .4."""
    assert float(of.kappa(np.array([20.0, 10.0, 5.0, 15.0]))) == pytest.approx(0.4, abs=1e-12)


def test_below_the_floor_nothing_is_estimated() -> None:
    s = score(np.array([True] * 4 + [False] * 9), np.ones(13, bool), floor=10)
    assert s.f1 == s.kappa == s.recall == s.precision
    assert str(s.f1) == "not estimable: only 4 sentences with the code, 10 are needed"


def test_a_code_never_predicted_has_recall_and_f1_of_nothing_but_no_precision() -> None:
    s = score(np.array([True] * 12 + [False] * 12), np.zeros(24, bool), floor=10)
    assert (value(s.recall), value(s.f1), value(s.kappa)) == (0, 0, 0)
    assert isinstance(s.precision, NotEstimable)


def test_two_transcripts_give_a_value_without_an_interval() -> None:
    y = np.array([True, False] * 10)
    s = score_binary(y, y, ["a", "b"] * 10, rng=rng(), draws=50, floor=5)
    assert s.f1 == Estimate(1.0, why="fewer than 3 transcripts: no interval")
    assert str(s.f1) == "1.00"


def test_an_interval_encloses_its_value() -> None:
    generator = rng()
    y = generator.random(400) < 0.3
    p = y ^ (generator.random(400) < 0.15)
    s = score_binary(y, p, generator.integers(0, 12, 400).tolist(), rng=rng(), draws=300, floor=10)
    for figure in (s.precision, s.recall, s.f1, s.kappa):
        assert isinstance(figure, Estimate)
        assert figure.low is not None
        assert figure.high is not None
        assert figure.low < figure.value < figure.high


def test_macro_f1_averages_the_codes_with_enough_sentences_and_micro_counts_all() -> None:
    """The third code has three positives: it is left out of macro, not of micro."""
    generator = rng()
    y = np.column_stack(
        [generator.random(90) < 0.4, generator.random(90) < 0.3, np.arange(90) % 30 == 0]
    )
    p = y ^ (generator.random((90, 3)) < 0.2)
    clusters = (np.arange(90) // 10).tolist()
    s = score_codes(y, p, ["a", "b", "c"], clusters, rng=rng(), draws=100, floor=10)
    assert s.averaged == ("a", "b")
    assert isinstance(s.codes["c"].f1, NotEstimable)
    assert value(s.macro_f1) == pytest.approx(
        metrics.f1_score(y[:, :2], p[:, :2], average="macro"), abs=1e-12
    )
    assert value(s.micro.f1) == pytest.approx(metrics.f1_score(y, p, average="micro"), abs=1e-12)
    assert s.micro.n == 270


def test_without_any_code_above_the_floor_macro_f1_says_so() -> None:
    nothing = np.zeros((5, 2), bool)
    s = score_codes(nothing, nothing, ["a", "b"], list("abcde"), rng=rng(), draws=9, floor=10)
    assert s.macro_f1 == NotEstimable("no code has 10 sentences")
    assert s.averaged == ()


@quick
@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from("xyz")), min_size=1))
def test_macro_f1_of_single_choice_equals_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    truth, predicted = [t for t, _ in pairs], [p for _, p in pairs]
    clusters = [i % 3 for i in range(len(pairs))]
    figure = macro_f1(truth, predicted, clusters, rng=rng(), draws=20)
    expected = metrics.f1_score(truth, predicted, average="macro")
    assert value(figure) == pytest.approx(expected, abs=1e-12)


def test_shapes_and_values_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="shape"):
        score_binary([1, 0], [1], ["a", "b"], rng=rng(), draws=9, floor=1)
    with pytest.raises(ValueError, match="0 or 1"):
        score_binary([1, 0.5], [1, 0], ["a", "b"], rng=rng(), draws=9, floor=1)
    with pytest.raises(ValueError, match="2 columns but 1 codes"):
        score_codes([[1, 0]], [[1, 0]], ["a"], ["t"], rng=rng(), draws=9, floor=1)
