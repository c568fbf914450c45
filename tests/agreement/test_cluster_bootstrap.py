"""Intervals by resampling transcripts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from precode.agreement import counts as of
from precode.agreement.bootstrap import (
    cluster_bootstrap,
    cluster_weights,
    per_cluster,
)
from precode.agreement.intervals import t_interval

Floats = NDArray[np.float64]


def rng(seed: int = 1) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_units_add_up_within_their_transcript() -> None:
    units = np.array([[1, 0], [0, 1], [1, 1]], float)
    np.testing.assert_array_equal(per_cluster(units, ["a", "b", "a"]), [[2, 1], [0, 1]])


def test_a_transcript_name_is_needed_for_every_unit() -> None:
    with pytest.raises(ValueError, match="3 units but 2 cluster names"):
        per_cluster(np.zeros((3, 4)), ["a", "b"])


def test_every_draw_holds_as_many_transcripts_as_there_are() -> None:
    weights = cluster_weights(7, rng=rng(), draws=50)
    assert weights is not None
    assert weights.shape == (50, 7)
    assert set(weights.sum(axis=1)) == {7.0}
    assert len(np.unique(weights, axis=0)) > 40


def test_fewer_than_three_transcripts_give_no_interval() -> None:
    assert cluster_bootstrap(np.ones((2, 4)), of.f1, rng=rng(), draws=100) is None


def test_the_interval_is_that_of_resampling_transcripts_one_by_one() -> None:
    """The matrix product equals the loop that copies whole transcripts."""
    counts = rng(5).integers(1, 30, size=(9, 4)).astype(float)
    interval = cluster_bootstrap(counts, of.kappa, rng=rng(3), draws=4000)
    again = rng(4)
    looped = [float(of.kappa(counts[again.integers(0, 9, 9)].sum(axis=0))) for _ in range(4000)]
    value = float(of.kappa(counts.sum(axis=0)))
    assert interval == pytest.approx(t_interval(value, np.array(looped), clusters=9), abs=0.01)


def test_one_seed_gives_one_interval_and_draws_move_the_generator_on() -> None:
    counts = rng(5).integers(1, 30, size=(9, 4)).astype(float)
    one = rng(3)
    first = cluster_bootstrap(counts, of.f1, rng=one, draws=200)
    assert first == cluster_bootstrap(counts, of.f1, rng=rng(3), draws=200)
    assert first != cluster_bootstrap(counts, of.f1, rng=one, draws=200)


def test_sentences_of_a_transcript_that_go_together_widen_the_interval() -> None:
    """The same sentences, either spread evenly or each kind in its own transcripts."""
    even = np.tile([5.0, 5.0, 5.0, 5.0], (20, 1))
    apart = np.vstack([np.tile([10.0, 0.0, 0.0, 10.0], (10, 1)),
                       np.tile([0.0, 10.0, 10.0, 0.0], (10, 1))])  # fmt: skip
    narrow = cluster_bootstrap(even, of.f1, rng=rng(), draws=500)
    wide = cluster_bootstrap(apart, of.f1, rng=rng(), draws=500)
    assert narrow == pytest.approx((0.5, 0.5))
    assert wide is not None
    assert wide[1] - wide[0] > 0.3


def test_a_statistic_undefined_in_many_draws_has_no_interval() -> None:
    """The only positives stand in one of six transcripts: a third of the draws lack them."""
    counts = np.array([[3, 0, 1, 9], *[[0, 0, 0, 9]] * 5], float)
    assert cluster_bootstrap(counts, of.f1, rng=rng(), draws=500) is None


def test_a_few_undefined_draws_are_left_out() -> None:
    drawn = np.array([np.nan, *np.linspace(0, 1, 99)])
    assert t_interval(0.5, drawn, clusters=9) == t_interval(0.5, drawn[1:], clusters=9)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    """Fifteen transcripts, each with its own accuracy around .7: 95 % intervals of it."""
    generator = rng(11)
    covered = 0
    for _ in range(300):
        accuracy = generator.beta(14, 6, size=15)
        hits = generator.binomial(40, accuracy).astype(float)
        counts = np.stack([hits, np.zeros(15), 40 - hits, np.zeros(15)], axis=1)
        interval = cluster_bootstrap(counts, of.recall, rng=generator, draws=400, least=0.0)
        assert interval is not None
        covered += interval[0] <= 0.7 <= interval[1]
    assert 0.91 <= covered / 300 <= 0.98


def test_the_interval_is_students_on_fishers_z_scale() -> None:
    """Worked by hand for five clusters: t(4) = 2.776."""
    drawn = np.tanh(np.array([0.4, 0.6, 0.8, 1.0, 1.2]))
    reach = 2.7764451 * np.sqrt(5 / 4) * np.std([0.4, 0.6, 0.8, 1.0, 1.2])
    expected = np.tanh([0.8 - reach, 0.8 + reach])
    assert t_interval(float(np.tanh(0.8)), drawn, clusters=5) == pytest.approx(expected, abs=1e-7)


def test_intervals_of_shares_stay_between_0_and_1() -> None:
    drawn = np.array([0.0, 0.01, 0.02, 0.05] * 25)
    found = t_interval(0.02, drawn, clusters=4, least=0.0)
    assert found is not None
    assert 0 <= found[0] < 0.02 < found[1] <= 1


def test_draws_that_are_all_alike_give_an_interval_of_no_width() -> None:
    assert t_interval(1.0, np.ones(50), clusters=8) == (1.0, 1.0)
