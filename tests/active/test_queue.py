"""The measure (uncertainty) and the choice (the queue)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.active.queue import RANDOM, UNCERTAIN, QueueItem, order_queue, score_uncertainty


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


# -- the measure -----------------------------------------------------------------------------------


def test_a_coin_toss_on_any_code_is_the_most_uncertain() -> None:
    """0 where every code is settled either way, 1 where one code is at one half."""
    proba = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.0], [0.1, 0.2, 0.0], [0.9, 0.8, 1.0]])
    assert score_uncertainty(proba) == pytest.approx([0.0, 1.0, 0.4, 0.4])


def test_settled_codes_do_not_hide_the_one_in_doubt() -> None:
    """Adding codes the model is sure of changes nothing."""
    few, many = np.array([[0.4]]), np.array([[0.4] + [0.0] * 20])
    assert score_uncertainty(few) == score_uncertainty(many)


def test_an_empty_pool_has_no_scores() -> None:
    assert score_uncertainty(np.zeros((0, 6))).shape == (0,)


@pytest.mark.parametrize(
    "proba",
    [np.array([0.5]), np.zeros((3, 0)), np.array([[0.5, np.nan]]), np.array([[1.01]]),
     np.array([[0.2, 0.3], [0.5, -0.1]])],
)  # fmt: skip
def test_what_is_no_probability_is_refused(proba: np.ndarray) -> None:
    """One bad entry among good ones is enough."""
    with pytest.raises(ValueError, match="probabilities"):
        score_uncertainty(proba)


@given(st.lists(st.lists(st.floats(0, 1), min_size=3, max_size=3), min_size=1))
def test_uncertainty_is_symmetric_and_bounded(rows: list[list[float]]) -> None:
    """Being sure that a code is absent counts as being sure that it is there."""
    proba = np.array(rows)
    scores = score_uncertainty(proba)
    assert ((scores >= 0) & (scores <= 1)).all()
    assert scores == pytest.approx(score_uncertainty(1 - proba))


# -- the choice ------------------------------------------------------------------------------------

POOLS = st.lists(st.floats(0, 1, width=32), max_size=120)
SHARES = st.floats(0, 1)


@given(POOLS, SHARES, st.integers(0, 2**32 - 1))
def test_the_queue_is_a_permutation_with_its_share_in_every_prefix(
    scores: list[float], share: float, seed: int
) -> None:
    """Every sentence once; random ones make up the share of every prefix, to within one."""
    ids = [f"s{i}" for i in range(len(scores))]
    queue = order_queue(ids, np.array(scores), random_share=share, rng=rng(seed))
    assert sorted(q.sentence_id for q in queue) == sorted(ids)
    for m in range(len(queue) + 1):
        randoms = sum(q.reason == RANDOM for q in queue[:m])
        assert abs(randoms - share * m) <= 1
    assert {q.reason for q in queue} <= {RANDOM, UNCERTAIN}


@given(POOLS, SHARES, st.integers(0, 2**32 - 1))
def test_the_uncertain_part_goes_from_most_to_least(
    scores: list[float], share: float, seed: int
) -> None:
    """Between the random ones, no sentence comes after a more certain one."""
    ids = [f"s{i}" for i in range(len(scores))]
    queue = order_queue(ids, np.array(scores), random_share=share, rng=rng(seed))
    doubts = [scores[int(q.sentence_id[1:])] for q in queue if q.reason == UNCERTAIN]
    assert doubts == sorted(doubts, reverse=True)


def test_both_kinds_are_really_there() -> None:
    """A fifth at random of ten: two, spread out, and eight uncertain."""
    queue = order_queue([str(i) for i in range(10)], np.zeros(10), random_share=0.2, rng=rng())
    places = [i for i, q in enumerate(queue) if q.reason == RANDOM]
    assert places == [2, 7]


@pytest.mark.parametrize(("share", "reason"), [(0.0, UNCERTAIN), (1.0, RANDOM)])
def test_a_share_of_nothing_or_all(share: float, reason: str) -> None:
    """Zero and one mean what they say (a zero is not taken for "not given")."""
    queue = order_queue(["a", "b", "c"], np.array([0.1, 0.9, 0.5]), random_share=share, rng=rng())
    assert {q.reason for q in queue} == {reason}
    if reason == UNCERTAIN:
        assert [q.sentence_id for q in queue] == ["b", "c", "a"]


def test_without_a_model_all_are_random() -> None:
    """The first session has nothing to be uncertain with."""
    ids = [str(i) for i in range(50)]
    queue = order_queue(ids, None, random_share=0.2, rng=rng())
    assert {q.reason for q in queue} == {RANDOM}
    assert [q.sentence_id for q in queue] != ids
    assert sorted(q.sentence_id for q in queue) == sorted(ids)


def test_the_random_part_is_a_simple_random_sample_of_the_pool() -> None:
    """The most uncertain sentence is drawn at random as often as any other: 2 in 10."""
    ids = [str(i) for i in range(10)]
    scores, one = np.arange(10) / 10, rng(1)
    drawn = np.zeros(10)
    for _ in range(4000):
        for q in order_queue(ids, scores, random_share=0.2, rng=one):
            drawn[int(q.sentence_id)] += q.reason == RANDOM
    # Standard error of each share: sqrt(.2 · .8 / 4000) = .0063; four of them.
    assert drawn / 4000 == pytest.approx(np.full(10, 0.2), abs=0.026)


def test_the_first_random_place_takes_any_sentence() -> None:
    """Also after uncertain ones went before it: nothing is kept from it for being uncertain."""
    ids, scores, one = ["low", "mid", "top"], np.array([0.0, 0.5, 1.0]), rng(2)
    firsts = [
        next(q.sentence_id for q in order_queue(ids, scores, random_share=0.3, rng=one)
             if q.reason == RANDOM)
        for _ in range(3000)
    ]  # fmt: skip
    for name in ids:
        assert firsts.count(name) / 3000 == pytest.approx(1 / 3, abs=0.035)


def test_ties_are_broken_at_random_not_by_place() -> None:
    """With equal scores the first transcript is not read first."""
    ids = [str(i) for i in range(40)]
    queue = order_queue(ids, np.full(40, 0.3), random_share=0.0, rng=rng())
    assert [q.sentence_id for q in queue] != ids


def test_the_same_generator_state_gives_the_same_queue() -> None:
    """Reproducible from one seed; the next draw differs, for the generator moves on."""
    ids, scores = [str(i) for i in range(30)], np.linspace(0, 1, 30)

    def draw(generator: np.random.Generator) -> list[QueueItem]:
        return order_queue(ids, scores, random_share=0.5, rng=generator)

    one = rng(3)
    first, second = draw(one), draw(one)
    assert first == draw(rng(3))
    assert first != second


def test_an_empty_pool_gives_an_empty_queue() -> None:
    assert order_queue([], np.array([]), random_share=0.2, rng=rng()) == []


@pytest.mark.parametrize(
    ("ids", "scores", "share"),
    [(["a", "a"], [0.1, 0.2], 0.2), (["a"], [0.1, 0.2], 0.2), (["a"], [np.nan], 0.2),
     (["a"], [0.1], 1.5), (["a"], [0.1], -0.1), (["a"], [0.1], np.nan)],
)  # fmt: skip
def test_what_makes_no_queue_is_refused(ids: list[str], scores: list[float], share: float) -> None:
    """Repeated ids, scores that do not fit, a share that is none."""
    with pytest.raises(ValueError):
        order_queue(ids, np.array(scores), random_share=share, rng=rng())
