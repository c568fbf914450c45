"""The agreement coefficients against published worked examples, libraries and brute force."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import krippendorff
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from sklearn import metrics

from precode.agreement import counts as of
from precode.agreement.alpha import alpha, alpha_counts, nominal
from precode.agreement.gwet import ac1, share_terms
from precode.agreement.masi import masi, masi_distances
from precode.agreement.observed import observed, observed_terms, readers_by_category
from precode.agreement.pabak import pabak
from precode.agreement.reliability import statistics, tally

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
NEAR = 1e-9

# Krippendorff 2011, example C: four observers, twelve units, values 1 to 5, dots where missing. The
# same data are in Gwet 2014 (and in his R package irrCAC as cac.raw4raters).
CANONICAL = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
VALUES = np.array(
    [[-1 if c == "." else int(c) - 1 for c in row.split()] for row in CANONICAL.split("\n") if row]
).T


def alpha_of(values: Ints, delta: Floats) -> float:
    return float(alpha(alpha_counts(values, delta, np.zeros(len(values), int), 1)[0], delta))


def observed_of(values: Ints, q: int) -> Floats:
    return observed_terms(readers_by_category(values, q)).sum(axis=0)


def ac1_of(values: Ints, q: int) -> float:
    shares = share_terms(readers_by_category(values, q)).sum(axis=0)
    return float(ac1(observed_of(values, q), shares))


def two_by_two(a: int, b: int, c: int, d: int) -> Ints:
    """Both yes, only the first, only the second, both no, as readings."""
    return np.array([[1, 1]] * a + [[1, 0]] * b + [[0, 1]] * c + [[0, 0]] * d)


# -- published -------------------------------------------------------------------------------------


def test_cohens_example_of_1960() -> None:
    """Two judges, 200 cases, three categories: p_o = .70, p_c = .41, kappa = .29 / .59 = .492."""
    table = np.array([[88, 10, 2], [14, 40, 6], [18, 10, 12]], float)
    assert of.nominal_kappa(table) == pytest.approx(0.29 / 0.59, abs=NEAR)


def test_krippendorffs_canonical_example_with_missing_data() -> None:
    """Printed as .743; D_o = 7.8 / 40 and D_e = .76 exactly give .743421…"""
    value = alpha_of(VALUES, nominal(5))
    assert round(value, 3) == 0.743
    assert value == pytest.approx(krippendorff.alpha(
        np.where(VALUES.T < 0, np.nan, VALUES.T), level_of_measurement="nominal"
    ), abs=NEAR)  # fmt: skip
    assert value == pytest.approx(float(_alpha_by_hand(VALUES)), abs=NEAR)


def test_krippendorffs_binary_example() -> None:
    """Krippendorff 2011, example A: ten units; 1 - 19 · 4 / (14 · 6) = .095."""
    meg, owen = "0100000010", "1110010000"
    values = np.array([[int(x), int(y)] for x, y in zip(meg, owen, strict=True)])
    assert alpha_of(values, nominal(2)) == pytest.approx(1 - 19 * 4 / (14 * 6), abs=NEAR)


def test_krippendorffs_example_of_five_values() -> None:
    """Krippendorff 2011, example B: twelve units; 1 - 23 · 6 / 448 = .692."""
    ben, gerry = "aabbdcccedda", "babbbccceddd"
    values = np.array(
        [["abcde".index(x), "abcde".index(y)] for x, y in zip(ben, gerry, strict=True)]
    )
    assert alpha_of(values, nominal(5)) == pytest.approx(1 - 23 * 6 / 448, abs=NEAR)


def test_gwets_example_with_missing_readings() -> None:
    """Gwet 2014, the same four raters: p_a = .81818, p_e = .19032, AC1 = .77544; and .77273 for
    Brennan and Prediger. To the last digit as irrCAC 0.4.4 gives them for these five categories.
    """
    assert observed(observed_of(VALUES, 5)) == pytest.approx(0.818181818181818, abs=NEAR)
    assert ac1_of(VALUES, 5) == pytest.approx(0.775444068126995, abs=NEAR)
    assert pabak(observed_of(VALUES, 5), q=5) == pytest.approx(0.772727272727273, abs=NEAR)


def test_the_paradox_that_ac1_was_made_for() -> None:
    """118 yes by both, 5 and 2 apart, none no: kappa falls below 0 while AC1 is .94 (Gwet 2008)."""
    values = two_by_two(118, 5, 2, 0)
    assert of.kappa(np.array([118, 2, 5, 0], float)) == pytest.approx(-0.0234, abs=5e-5)
    p_e = Fraction(2) * Fraction(243, 250) * Fraction(7, 250)
    exact = (Fraction(118, 125) - p_e) / (1 - p_e)
    assert ac1_of(values, 2) == pytest.approx(float(exact), abs=NEAR)
    assert round(ac1_of(values, 2), 4) == 0.9408


@pytest.mark.parametrize(("cells", "kappa"), [((40, 9, 6, 45), 0.70), ((80, 10, 5, 5), 0.32)])
def test_byrt_on_feinstein_and_cicchetti(cells: tuple[int, int, int, int], kappa: float) -> None:
    """Both tables agree on 85 of 100; kappa is .70 and .32, PABAK .70 both times."""
    a, b, c, d = cells
    assert round(float(of.kappa(np.array([a, c, b, d], float))), 2) == kappa
    assert pabak(observed_of(two_by_two(*cells), 2), q=2) == pytest.approx(0.70, abs=NEAR)


@given(st.tuples(*[st.integers(0, 40)] * 4).filter(lambda t: t[0] + t[3] > 0))
def test_byrts_identity(cells: tuple[int, int, int, int]) -> None:
    """kappa = (PABAK - PI² + BI²) / (1 - PI² + BI²), Byrt and others 1993, with the prevalence index
    (a - d) / n and the bias index (b - c) / n.
    """
    a, b, c, d = cells
    n = sum(cells)
    prevalence, bias = ((a - d) / n) ** 2, ((b - c) / n) ** 2
    kappa = float(of.kappa(np.array([a, c, b, d], float)))
    if np.isnan(kappa):
        return
    mine = float(pabak(observed_of(two_by_two(*cells), 2), q=2))
    assert kappa == pytest.approx((mine - prevalence + bias) / (1 - prevalence + bias), abs=NEAR)


# -- sets ------------------------------------------------------------------------------------------


def test_masi_as_passonneau_defines_it() -> None:
    """Equal 0; one inside the other J · 2/3; overlapping J · 1/3; nothing shared 1."""
    assert masi({1, 2}, {1, 2}) == 0
    assert masi({1}, {1, 2}) == pytest.approx(1 - Fraction(1, 2) * Fraction(2, 3))
    assert masi({1, 2}, {2, 3}) == pytest.approx(1 - Fraction(1, 3) * Fraction(1, 3))
    assert masi({1}, {2}) == 1


def test_nothing_applies_equals_nothing_applies_and_differs_from_everything_else() -> None:
    assert masi(set(), set()) == 0
    assert masi(set(), {1}) == 1


@given(st.lists(st.frozensets(st.integers(0, 4)), min_size=1, max_size=8, unique=True))
def test_all_distances_at_once_are_those_of_each_two(sets: list[frozenset[int]]) -> None:
    each = [[masi(a, b) for b in sets] for a in sets]
    np.testing.assert_allclose(masi_distances(sets), each, atol=1e-12)


def test_alpha_with_masi_on_three_units() -> None:
    """Three units, sets 0 = {a}, 1 = {a, b}, 2 = {c}; coders differ on the first alone, by 2/3.

    D_o = 2 · 2/3 / 6. Values are 0 three times, 1 once, 2 twice: the ordered pairs are 3 of (0, 1)
    at 2/3, 6 of (0, 2) and 2 of (1, 2) at 1, each twice: D_e = 2 (2 + 6 + 2) / 30.
    """
    sets = [frozenset("a"), frozenset("ab"), frozenset("c")]
    values = np.array([[0, 1], [0, 0], [2, 2]])
    expected = 1 - (2 * Fraction(2, 3) / 6) / Fraction(20, 30)
    assert alpha_of(values, masi_distances(sets)) == pytest.approx(float(expected), abs=NEAR)


# -- libraries and brute force ---------------------------------------------------------------------

tables = hnp.arrays(
    np.int64,
    st.tuples(st.integers(1, 8), st.integers(2, 4)),
    elements=st.integers(-1, 2),
)


def _alpha_by_hand(values: Ints) -> Fraction | None:
    """1 - D_o / D_e over ordered pairs, in fractions, as the definition says."""
    units = [[int(v) for v in row if v >= 0] for row in values]
    units = [u for u in units if len(u) > 1]
    every = [v for u in units for v in u]
    n = len(every)
    apart = sum(
        Fraction(sum(x != y for x, y in permutations(u, 2)), len(u) - 1) for u in units
    )  # times 1 / n
    chance = sum(x != y for x, y in permutations(every, 2))  # times 1 / (n (n - 1))
    return 1 - (n - 1) * apart / chance if chance else None


def _ac1_by_hand(values: Ints, q: int) -> Fraction | None:
    units = [[int(v) for v in row if v >= 0] for row in values]
    double = [u for u in units if len(u) > 1]
    read = [u for u in units if u]
    if not double:
        return None
    agreed = [
        Fraction(sum(x == y for x, y in permutations(u, 2)), len(u) * (len(u) - 1)) for u in double
    ]
    p_a = sum(agreed, Fraction(0)) / len(double)
    pi = [
        sum((Fraction(u.count(k), len(u)) for u in read), Fraction(0)) / len(read) for k in range(q)
    ]
    p_e = sum((p * (1 - p) for p in pi), Fraction(0)) / (q - 1)
    return (p_a - p_e) / (1 - p_e)


@settings(max_examples=200, deadline=None)
@given(tables)
def test_alpha_is_the_definition_and_the_librarys(values: Ints) -> None:
    mine, by_hand = alpha_of(values, nominal(3)), _alpha_by_hand(values)
    if by_hand is None:
        assert np.isnan(mine)
        return
    assert mine == pytest.approx(float(by_hand), abs=NEAR)
    reliability = np.where(values.T < 0, np.nan, values.T)
    library = krippendorff.alpha(reliability, level_of_measurement="nominal")
    assert mine == pytest.approx(library, abs=NEAR)


@settings(max_examples=200, deadline=None)
@given(tables)
def test_ac1_is_the_definition(values: Ints) -> None:
    by_hand = _ac1_by_hand(values, 3)
    mine = ac1_of(values, 3)
    assert np.isnan(mine) if by_hand is None else mine == pytest.approx(float(by_hand), abs=NEAR)


@settings(max_examples=200, deadline=None)
@given(tables, st.randoms(use_true_random=False))
def test_who_is_called_first_does_not_matter(values: Ints, random: object) -> None:
    """Alpha, AC1 and percent agreement are unchanged by reordering coders and units."""
    order = np.arange(values.shape[1])[::-1]
    other = values[::-1][:, order]
    for one in (
        lambda v: alpha_of(v, nominal(3)),
        lambda v: ac1_of(v, 3),
        lambda v: float(observed(observed_of(v, 3))),
    ):
        assert one(values) == pytest.approx(one(other), abs=NEAR, nan_ok=True)


two_coders = hnp.arrays(
    np.int64, st.tuples(st.integers(1, 12), st.just(2)), elements=st.integers(0, 2)
)


@settings(max_examples=200, deadline=None)
@given(two_coders)
def test_kappa_of_two_coders_is_scikit_learns(values: Ints) -> None:
    counted = tally(values, 3, ["t"] * len(values))
    mine = float(statistics(3, 1)["kappa"](counted.sums.sum(axis=0)))
    if len(np.unique(values)) == 1:
        assert np.isnan(mine)
        return
    theirs = metrics.cohen_kappa_score(values[:, 0], values[:, 1], labels=[0, 1, 2])
    assert mine == pytest.approx(theirs, abs=NEAR)


@settings(max_examples=100, deadline=None)
@given(
    hnp.arrays(np.int64, st.tuples(st.integers(1, 10), st.just(3)), elements=st.integers(0, 1)),
    st.integers(1, 4),
)
def test_sums_over_transcripts_give_what_the_whole_gives(values: Ints, groups: int) -> None:
    """Splitting the units over transcripts changes no coefficient of the whole."""
    once = tally(values, 2, ["t"] * len(values)).sums.sum(axis=0)
    split = tally(values, 2, [f"t{i % groups}" for i in range(len(values))]).sums.sum(axis=0)
    np.testing.assert_allclose(once, split, atol=1e-12)
    each = statistics(2, 3)
    assert each["alpha"](once) == pytest.approx(alpha_of(values, nominal(2)), abs=NEAR, nan_ok=True)
    assert each["ac1"](once) == pytest.approx(ac1_of(values, 2), abs=NEAR)
    kappas = [
        of.kappa(of.confusion(values[:, a] == 1, values[:, b] == 1).sum(axis=0))
        for a, b in ((0, 1), (0, 2), (1, 2))
    ]
    mean = np.nan if np.isnan(kappas).all() else np.nanmean(kappas)
    assert each["kappa"](once) == pytest.approx(mean, abs=NEAR, nan_ok=True)
    assert each["prevalence"](once) == pytest.approx(values.mean(), abs=NEAR)
