"""Typical sentences, clusters, and rows far from each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.active.pool import Floats
from precode.active.typical import clusters, density, spread, typical, varied


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def unit(rows: Floats) -> Floats:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), dtype=np.float32)


def bunches(sizes: list[int], noise: float = 0.05) -> tuple[Floats, Floats]:
    """Rows in tight bunches around axes at right angles, and which bunch each is of."""
    of = np.repeat(np.arange(len(sizes)), sizes)
    return unit(np.eye(8)[of] + noise * rng(1).normal(size=(len(of), 8))), of


def test_one_of_each_bunch_the_largest_first_and_what_it_stands_for() -> None:
    v, of = bunches([10, 40, 30])
    found = typical(v, v[:0], n=3, rng=rng())
    assert [of[t.row] for t in found] == [1, 2, 0]
    assert [t.share for t in found] == pytest.approx([0.5, 3 / 8, 1 / 8])


def test_a_bunch_that_holds_something_read_waits() -> None:
    v, of = bunches([10, 40, 30])
    assert [of[t.row] for t in typical(v, v[of == 1][:2], n=1, rng=rng())] == [2]


def test_the_typical_one_has_near_neighbours() -> None:
    """Of a bunch with one straggler, the straggler is not the typical one."""
    v, _ = bunches([30])
    v = np.vstack([v, unit(np.array([[1.0, 1.0, 0, 0, 0, 0, 0, 0]]))])
    assert density(v).argmin() == 30
    assert typical(v, v[:0], n=1, rng=rng())[0].row != 30


@given(st.integers(0, 30), st.integers(0, 10), st.integers(0, 40), st.booleans())
def test_typical_rows_are_different_and_as_many_as_wanted(
    p: int, m: int, n: int, same: bool
) -> None:
    v = unit(np.ones((p, 4)) if same else rng(2).normal(size=(p, 4)))
    read = unit(rng(3).normal(size=(m, 4)))
    found = [t.row for t in typical(v, read, n=n, rng=rng())]
    assert len(found) == len(set(found)) == min(n, p)


def test_clusters_find_the_bunches() -> None:
    v, of = bunches([20, 20, 20])
    label = clusters(v, k=3, rng=rng())
    assert all(len(np.unique(label[of == j])) == 1 for j in range(3))
    assert len(np.unique(label)) == 3


@given(st.integers(1, 20), st.integers(0, 25), st.booleans())
def test_spread_rows_are_different(p: int, n: int, same: bool) -> None:
    v = unit(np.ones((p, 3)) if same else rng(4).normal(size=(p, 3)))
    found = spread(v, n=n, rng=rng())
    assert len(found) == len(set(found.tolist())) == min(n, p)


def test_spread_goes_where_nothing_is_yet() -> None:
    """Two bunches, one with a row chosen: the next is of the other."""
    v, of = bunches([50, 5], noise=0.001)
    for seed in range(20):
        assert of[spread(v, n=1, rng=rng(seed), chosen=v[:1])[0]] == 1


@pytest.mark.parametrize(("central", "rows"), [(True, [2, 7, 12]), (False, [0, 5, 10])])
def test_varied_takes_of_each_bunch_the_most_central_or_the_first(
    central: bool, rows: list[int]
) -> None:
    """Each bunch is a centre with four rows around it; the centre is the third of its five."""
    around = 0.1 * np.eye(8)[[4, 5, 0, 6, 7]] * np.array([[1], [1], [0], [1], [1]])
    v = unit(np.vstack([np.eye(8)[j] + around for j in (1, 2, 3)]))
    assert varied(v, n=3, central=central, rng=rng()).tolist() == rows
    assert varied(v, n=99, central=central, rng=rng()).tolist() == list(range(15))
