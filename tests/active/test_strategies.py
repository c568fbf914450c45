"""Strategies: each reads what its paper says it reads."""

from __future__ import annotations

import numpy as np
import pytest

from precode.active import strategies as s
from precode.active.pool import Floats, Pool, Read


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def make_pool(margin: Floats | None, n: int = 30) -> Pool:
    v = rng(1).normal(size=(n, 6))
    v = (v / np.linalg.norm(v, axis=1, keepdims=True)).astype(np.float32)
    p = None if margin is None else 1 / (1 + np.exp(-margin))
    return Pool(tuple(map(str, range(n))), v, p, margin, None, "many")


READ = Read(np.zeros((0, 6), np.float32), np.zeros((0, 2)))
MARGIN = np.full((30, 2), -6.0)
MARGIN[3] = 0.1  # in doubt
MARGIN[7] = 6.0  # surely coded


@pytest.mark.parametrize("name", s.STRATEGIES)
@pytest.mark.parametrize("margin", [None, MARGIN])
@pytest.mark.parametrize("n", [0, 1, 12, 30])
def test_every_strategy_chooses_n_different_rows_by_its_generator(
    name: str, margin: Floats | None, n: int
) -> None:
    pool, strategy = make_pool(margin), s.STRATEGIES[name]
    found = strategy(pool, READ, n=n, rng=rng())
    assert len(set(found.tolist())) == len(found) == n
    assert set(found.tolist()) <= set(range(30))
    assert found.tolist() == strategy(pool, READ, n=n, rng=rng()).tolist()


def test_margin_reads_what_is_in_doubt() -> None:
    assert s.margin(make_pool(MARGIN), READ, n=1, rng=rng()).tolist() == [3]


def test_maximum_relevance_reads_what_is_surely_coded() -> None:
    assert s.max_relevance(make_pool(MARGIN), READ, n=1, rng=rng()).tolist() == [7]


def test_breaking_ties_of_many_codes_looks_at_the_best_two() -> None:
    """Both codes equally likely is a tie, though neither is in doubt."""
    z = np.tile([4.0, -4.0], (30, 1))
    z[5] = [4.0, 4.0]
    z[6] = [0.0, -4.0]
    assert s.breaking_ties(make_pool(z), READ, n=1, rng=rng()).tolist() == [5]


def test_random_reads_without_a_look() -> None:
    with_model, without = make_pool(MARGIN), make_pool(None)
    drawn = s.random(with_model, READ, n=9, rng=rng())
    assert drawn.tolist() == s.random(without, READ, n=9, rng=rng()).tolist()
    assert drawn.tolist() != s.random(without, READ, n=9, rng=rng(1)).tolist()


def test_embedding_k_means_reads_one_of_each_bunch() -> None:
    v = np.repeat(np.eye(6, dtype=np.float32)[:3], 10, axis=0)
    pool = Pool(tuple(map(str, range(30))), v, None, None, None, "many")
    found = s.embedding_k_means(pool, READ, n=3, rng=rng())
    assert sorted(row // 10 for row in found.tolist()) == [0, 1, 2]


def test_diverse_margin_takes_the_doubtful_far_from_each_other() -> None:
    """Twenty in doubt, nineteen of them alike: the odd one is among the first two."""
    v = np.tile(np.eye(6, dtype=np.float32)[0], (30, 1))
    v[4] = np.eye(6)[1]
    z = np.full((30, 1), -6.0)
    z[:20] = 0.1
    pool = Pool(tuple(map(str, range(30))), v, 1 / (1 + np.exp(-z)), z, None, "many")
    read = Read(READ.vectors, np.zeros((0, 1)))
    assert 4 in s.diverse_margin(pool, read, n=2, rng=rng())


def test_the_queue_without_chance_reads_doubt_and_as_reviewed_some_at_random() -> None:
    read = Read(np.zeros((60, 6), np.float32), np.ones((60, 2)))
    z = np.full((30, 2), -6.0)
    z[:10] = 0.1
    doubtful = s.typical_then_quota(make_pool(z), read, n=10, rng=rng())
    assert set(doubtful.tolist()) == set(range(10))
    mixed = s.as_reviewed(make_pool(z), read, n=10, rng=rng(2))
    assert len(set(mixed.tolist()) - set(range(10))) == 1
