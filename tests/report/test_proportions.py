"""Shares, differences, rates and tests against published values, brute force and simulation."""

from __future__ import annotations

from itertools import permutations
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.report.tables.proportions import (
    difference,
    effective,
    holm,
    intraclass,
    permutation,
    rate,
    wilson,
)


def test_wilson_and_newcombe_equal_published_values() -> None:
    """Newcombe 1998 (two papers): 81 of 263, and 56/70 against 48/80."""
    assert wilson(81 / 263, 263)[1:] == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(0.0, 20)[1:] == pytest.approx((0.0, 0.1611), abs=5e-5)
    told = difference(wilson(56 / 70, 70), wilson(48 / 80, 80))
    assert told == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_people_interviewed_alone_count_whole_and_those_of_one_mind_as_one() -> None:
    """n' is n without focus groups, and the number of equal groups where ρ is 1."""
    assert effective(np.arange(12), 1.0) == 12
    assert effective(np.repeat(np.arange(4), 5), 1.0) == 4
    assert effective(np.repeat(np.arange(4), 5), 0.25) == 20 / 2


def test_intraclass_is_one_where_groups_speak_as_one_and_none_for_two_groups() -> None:
    """Two focus groups are too few to tell; interviews beside them change nothing."""
    clusters = np.repeat(np.arange(4), 3)
    alike = np.repeat([[1.0], [0.0], [1.0], [0.0]], 3, axis=0)
    assert intraclass(alike, clusters) == 1.0
    more = np.concatenate([clusters, [4, 5, 6]])
    assert intraclass(np.concatenate([alike, [[1.0]] * 3]), more) == 1.0
    assert intraclass(alike[:6], clusters[:6]) is None


@pytest.mark.parametrize(
    ("interviews", "groups", "rho"), [(20, 0, 0.0), (0, 6, 0.1), (0, 6, 0.3), (12, 6, 0.3)]
)
def test_intervals_cover_what_is_true(interviews: int, groups: int, rho: float) -> None:
    """Between 92 and 98 % of simulated studies hold the true share, with focus groups of six whose
    members resemble each other; intervals that ignore it fall below 90 %.
    """
    rng = np.random.default_rng(5)
    shares = np.array([0.1, 0.2, 0.3, 0.5, 0.7] * 2)
    clusters = np.concatenate([np.arange(interviews), interviews + np.repeat(np.arange(groups), 6)])
    held = naive = 0.0
    for _ in range(300):
        p = np.repeat(shares[None], interviews + groups, axis=0)
        if rho:
            a, b = (q * (1 - rho) / rho for q in (shares, 1 - shares))
            p[interviews:] = rng.beta(a, b, size=(groups, len(shares)))
        said = (rng.random((len(clusters), len(shares))) < p[clusters]).astype(float)
        found = intraclass(said, clusters)
        n = effective(clusters, 1.0 if found is None else found)
        for mean, true in zip(said.mean(axis=0), shares, strict=True):
            _, low, high = wilson(float(mean), n)
            held += low <= true <= high
            _, low, high = wilson(float(mean), len(clusters))
            naive += low <= true <= high
    held, naive = held / 300 / len(shares), naive / 300 / len(shares)
    assert 0.92 <= held <= 0.98
    assert naive < 0.9 or rho < 0.3


def test_permutation_equals_all_arrangements() -> None:
    """With every arrangement tried by hand, p is the share that differs as much."""
    said = np.array([[1.0], [1.0], [1.0], [0.0], [0.0], [0.0]])
    groups = np.array([0, 0, 0, 1, 1, 1])

    def spread(labels: tuple[int, ...]) -> float:
        ones = [said[[g == k for g in labels]].mean() for k in (0, 1)]
        return float(abs(ones[0] - ones[1]))

    every = [spread(tuple(groups[list(order)])) for order in permutations(range(6))]
    exact = np.mean([s >= spread(tuple(groups)) - 1e-12 for s in every])
    drawn = permutation(said, groups, np.zeros(6, int), rng=np.random.default_rng(1), draws=9999)
    assert drawn is not None
    assert drawn[0] == pytest.approx(exact, abs=0.01)


def test_groups_that_never_sit_together_cannot_be_dealt_anew() -> None:
    """An attribute of whole focus groups is not tested: no two people may change places."""
    said, groups = np.array([[1.0], [1.0], [0.0], [0.0]]), np.array([0, 0, 1, 1])
    rng = np.random.default_rng(1)
    assert permutation(said, groups, groups, rng=rng, draws=99) is None


def test_p_is_rarely_small_where_nothing_differs() -> None:
    """Under chance alone 5 % of p are at most .05, focus groups or not."""
    rng = np.random.default_rng(2)
    small = 0
    for _ in range(60):
        blocks = np.concatenate([np.repeat(np.arange(4), 5), np.full(10, 9)])
        said = (rng.random((30, 10)) < np.where(blocks < 2, 0.8, 0.3)[:, None]).astype(float)
        p = permutation(said, rng.integers(0, 2, 30), blocks, rng=rng, draws=199)
        assert p is not None
        small += int((p <= 0.05).sum())
    assert small / 600 < 0.075


@given(st.lists(st.floats(0, 1), max_size=12))
def test_holm_equals_its_definition(p: list[float]) -> None:
    """The k-th smallest is the largest of (m - j) p over all before it, at most 1."""
    told = holm(p)
    order = sorted(range(len(p)), key=lambda i: p[i])
    for k, i in enumerate(order):
        worst = max(min((len(p) - j) * p[order[j]], 1.0) for j in range(k + 1))
        assert told[i] == pytest.approx(worst)
        assert told[i] >= p[i]


@given(st.floats(0, 1), st.floats(1, 500))
@settings(max_examples=100)
def test_wilson_holds_its_share_and_stays_within_0_and_1(share: float, n: float) -> None:
    """Whatever the share and the number of people."""
    value, low, high = wilson(share, n)
    assert 0 <= low <= value <= high <= 1


def test_rates_are_ratio_estimates() -> None:
    """6 excerpts in 3,000 words; the variance follows the definition; two sources give none."""
    found = rate([1, 2, 3], [1000, 1000, 1000])
    assert found is not None
    value, error = found
    assert value == pytest.approx(0.002)
    assert error * value == pytest.approx(sqrt(3 / 2 * (1 + 0 + 1)) / 3000)
    assert rate([1, 2], [10, 10]) is None
    assert rate([0, 0, 0], [10, 10, 10]) is None
