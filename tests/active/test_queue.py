"""The choice: which sentences are asked next, in what order, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from time import perf_counter
from typing import Literal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.active.pool import Floats, Pool, Read
from precode.active.queue import Mix, QueueItem, choose
from precode.active.turns import in_turn, places
from precode.domain import Reason

NAMES = ("Capability", "Opportunity", "Motivation")
MIX = Mix(cold_start=10, random_share=0.1, rare_share=0.2, rare_below=5, duplicate=0.97)
NOTHING_ELSE = Mix(cold_start=0, random_share=0.0, rare_share=0.0, rare_below=0, duplicate=1.0)


def unit(rows: Floats) -> Floats:
    long = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(long, 1e-9), dtype=np.float32)


def vectors(n: int, seed: int = 1, width: int = 24) -> Floats:
    return unit(np.random.default_rng(seed).normal(size=(n, width)))


def sigmoid(z: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-z)))


def make_pool(
    margin: Floats,
    *,
    v: Floats | None = None,
    choice: Literal["many", "one"] = "many",
    polarity: Floats | None = None,
) -> Pool:
    ids = tuple(f"s{i}" for i in range(len(margin)))
    v = vectors(len(margin)) if v is None else v
    return Pool(ids, v, sigmoid(margin), margin, polarity, choice)


def cold_pool(v: Floats) -> Pool:
    return Pool(tuple(f"s{i}" for i in range(len(v))), v, None, None, None, "many")


def read_of(m: int, positives: Sequence[int] = (9, 9, 9), width: int = 24) -> Read:
    """m sentences read; the first ``positives[j]`` of them carry code j."""
    y = np.array([[float(i < p) for p in positives] for i in range(m)]).reshape(m, len(positives))
    return Read(vectors(m, seed=2, width=width), y)


def ask(
    pool: Pool,
    read: Read,
    n: int,
    mix: Mix = MIX,
    skipped: dict[str, int] | None = None,
    seed: int = 0,
) -> tuple[QueueItem, ...]:
    return choose(
        pool, read, n=n, mix=mix, names=NAMES[: read.y.shape[1]], skipped=skipped or {},
        rng=np.random.default_rng(seed),
    )  # fmt: skip


def ids(items: Sequence[QueueItem]) -> list[str]:
    return [i.sentence_id for i in items]


def some_margin(n: int, k: int = 3, seed: int = 3) -> Floats:
    return np.random.default_rng(seed).normal(-2, 2, size=(n, k))


# -- what it is made of ----------------------------------------------------------------------------


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=4).filter(lambda s: sum(s) > 0.01),
    st.integers(0, 120),
)
def test_every_prefix_has_each_kind_s_share_to_within_one(weights: list[float], n: int) -> None:
    shares = np.array(weights) / sum(weights)
    order = places(shares.tolist(), n)
    assert len(order) == n
    for m in range(n + 1):
        counts = np.bincount(np.array(order[:m], dtype=int), minlength=len(shares))
        assert (np.abs(counts - shares * m) <= 1 + 1e-6).all()


def test_every_prefix_of_a_queue_holds_its_shares() -> None:
    """A tenth random, a fifth candidates for the rare code, the rest uncertain."""
    found = ask(make_pool(some_margin(500)), read_of(40, (9, 9, 2)), 100)
    for m in range(101):
        counts = Counter(i.reason for i in found[:m])
        assert abs(counts[Reason.RANDOM] - 0.1 * m) <= 1
        assert abs(counts[Reason.RARE] - 0.2 * m) <= 1
        assert abs(counts[Reason.UNCERTAIN] - 0.7 * m) <= 1


def test_without_rare_codes_their_share_goes_to_the_uncertain() -> None:
    found = ask(make_pool(some_margin(200)), read_of(40, (9, 9, 9)), 50)
    assert Counter(i.reason for i in found) == {Reason.UNCERTAIN: 45, Reason.RANDOM: 5}


def test_what_is_random_does_not_depend_on_the_scores() -> None:
    """Two models that think the opposite, and none at all: the same sentences at random."""
    z = some_margin(300)
    drawn = []
    for pool in (make_pool(z), make_pool(-z), cold_pool(vectors(300))):
        found = ask(pool, read_of(40), 60)
        drawn.append([i.sentence_id for i in found if i.reason == Reason.RANDOM])
    assert drawn[0] == drawn[1] == drawn[2]
    assert len(drawn[0]) == 6


def test_random_sentences_are_a_simple_random_sample() -> None:
    """Over many queues each sentence is random about equally often, doubtful or not."""
    z = np.where(np.arange(40)[:, None] < 20, 0.0, -8.0) * np.ones((1, 3))
    pool, times = make_pool(z), Counter[str]()
    for seed in range(200):
        found = ask(pool, read_of(40), 20, seed=seed)
        times.update(i.sentence_id for i in found if i.reason == Reason.RANDOM)
    doubtful = sum(times[f"s{i}"] for i in range(20))
    assert sum(times.values()) == 400
    assert 160 <= doubtful <= 240  # 200 expected, SD 10


# -- cold start ------------------------------------------------------------------------------------


def bunches(sizes: Sequence[int], width: int = 24, noise: float = 0.05) -> tuple[Floats, list[int]]:
    """Sentences in tight bunches, and which bunch each is of."""
    r = np.random.default_rng(5)
    centres = unit(r.normal(size=(len(sizes), width)))
    of = [j for j, size in enumerate(sizes) for _ in range(size)]
    return unit(centres[of] + noise * r.normal(size=(len(of), width))), of


def test_a_cold_start_asks_one_of_each_large_bunch_the_largest_first() -> None:
    v, of = bunches([60, 40, 30, 20])
    cold = Mix(cold_start=60, random_share=0.0, rare_share=0.2, rare_below=5, duplicate=1.0)
    found = ask(cold_pool(v), read_of(0), 4, cold)
    assert [of[int(i.sentence_id[1:])] for i in found] == [0, 1, 2, 3]
    assert {i.reason for i in found} == {Reason.TYPICAL}
    assert found[0].why == "stands for about 60 sentences like it"


def test_bunches_with_a_sentence_read_come_later() -> None:
    v, of = bunches([60, 40, 30, 20])
    cold = Mix(cold_start=60, random_share=0.0, rare_share=0.0, rare_below=5, duplicate=1.0)
    read = Read(v[[59]], np.ones((1, 3)))  # of the largest
    found = ask(cold_pool(v[:59]), Read(v[[59]], np.ones((1, 3))), 1, cold)
    assert len(found) == 1
    rest = ask(cold_pool(np.delete(v, 59, axis=0)), read, 3, cold)
    assert [np.delete(of, 59)[int(i.sentence_id[1:])] for i in rest] == [1, 2, 3]


def test_the_cold_start_lasts_until_enough_is_read() -> None:
    pool = make_pool(some_margin(100))
    assert Reason.UNCERTAIN not in {i.reason for i in ask(pool, read_of(9), 20)}
    assert Reason.TYPICAL not in {i.reason for i in ask(pool, read_of(10), 20)}


def test_a_starter_s_candidates_share_the_cold_start_where_codes_are_many() -> None:
    """Half of what is chosen, if the study wants candidates at all; none where codes exclude."""
    z = some_margin(200)
    none = Mix(cold_start=10, random_share=0.1, rare_share=0.0, rare_below=5, duplicate=0.97)
    many = Counter(i.reason for i in ask(make_pool(z), read_of(0), 40))
    assert many == {Reason.RANDOM: 4, Reason.TYPICAL: 18, Reason.RARE: 18}
    for found in (
        ask(make_pool(z, choice="one"), read_of(0), 40),
        ask(make_pool(z), read_of(0), 40, none),
    ):
        assert Counter(i.reason for i in found) == {Reason.RANDOM: 4, Reason.TYPICAL: 36}


@pytest.mark.parametrize("m", [0, 40])
def test_a_model_of_no_code_is_no_model(m: int) -> None:
    """All NaN: nothing is modelled, and typical sentences are asked."""
    found = ask(make_pool(np.full((50, 3), np.nan)), read_of(m), 10)
    assert Counter(i.reason for i in found) == {Reason.TYPICAL: 9, Reason.RANDOM: 1}


# -- doubt -----------------------------------------------------------------------------------------


def test_the_most_doubtful_sentences_of_each_code_take_turns() -> None:
    """Of ten sentences in doubt for one code and two for another, both are asked among four."""
    z = np.full((40, 3), -9.0)
    z[:10, 0] = np.linspace(0.01, 0.1, 10)
    z[10:12, 1] = 0.5
    found = ask(make_pool(z), read_of(0), 4, NOTHING_ELSE)
    assert {"s10", "s11"} <= set(ids(found))
    assert {int(i[1:]) for i in ids(found)} <= set(range(12))


def test_one_of_k_is_asked_by_the_code_predicted() -> None:
    """However sure the model is of code 2, its least sure sentence has its turn."""
    z = np.tile([1.0, 0.9, -5.0], (30, 1))
    z[:15, 1] = 1.1
    z[29] = [-5.0, -5.0, 5.0]
    found = ask(make_pool(z, choice="one"), read_of(0), 3, NOTHING_ELSE)
    assert "s29" in ids(found)


def test_alike_among_the_doubtful_are_asked_one_by_one() -> None:
    """Twelve equally doubtful sentences in three bunches: the first three are one of each."""
    v, of = bunches([4, 4, 4])
    z = np.full((12, 1), 0.1)
    found = ask(make_pool(z, v=v), read_of(0, (0,)), 3, NOTHING_ELSE)
    assert {of[int(i[1:])] for i in ids(found)} == {0, 1, 2}


def test_doubt_about_polarity_counts_where_the_code_is_likely() -> None:
    """Equal doubt about the code: the sentence that is surely coded and wavers in polarity leads."""
    z = np.full((20, 3), -6.0)
    z[:, 0] = 6.0
    polarity = np.tile([0.95, 0.05], (20, 3, 1))
    polarity[7, 0] = [0.5, 0.5]
    polarity[8, 1] = [0.5, 0.5]  # of a code that is not given
    pool = make_pool(z, polarity=polarity)
    found = ask(pool, read_of(0), 1, NOTHING_ELSE)
    assert ids(found) == ["s7"]
    assert found[0].why == "the model cannot tell if Capability is a barrier or a facilitator here"


def test_why_names_what_the_model_wavers_between() -> None:
    z = np.array([[0.1, -5.0, -5.0], [4.0, -0.1, -5.0]])
    found = {i.sentence_id: i.why for i in ask(make_pool(z), read_of(0), 2, NOTHING_ELSE)}
    assert found == {
        "s0": "the model wavers between Capability and nothing",
        "s1": "the model wavers between Opportunity and Capability",
    }
    one = ask(make_pool(z[:1], choice="one"), read_of(0), 1, NOTHING_ELSE)
    assert one[0].why == "the model wavers between Capability and Opportunity"


# -- rare codes ------------------------------------------------------------------------------------

RARE_ONLY = Mix(cold_start=0, random_share=0.0, rare_share=1.0, rare_below=5, duplicate=1.0)


def test_candidates_of_a_rare_code_are_its_most_probable_sentences() -> None:
    z = np.full((60, 3), -9.0)
    z[20:30, 2] = 3.0
    found = ask(make_pool(z), read_of(40, (9, 9, 4)), 2, RARE_ONLY)
    assert {int(i[1:]) for i in ids(found)} <= set(range(20, 30))
    assert {i.why for i in found} == {"may be Motivation, which has 4 examples so far"}
    assert {i.reason for i in found} == {Reason.RARE}


def test_the_rarest_code_has_the_first_turn() -> None:
    z = np.full((30, 3), -9.0)
    z[4, 1], z[5, 2] = 1.0, 1.0
    found = ask(make_pool(z), read_of(40, (9, 3, 0)), 2, RARE_ONLY)
    assert ids(found) == ["s5", "s4"]
    assert found[0].why == "may be Motivation, which has no example yet"
    assert found[1].why == "may be Opportunity, which has 3 examples so far"


def test_a_rare_code_without_a_model_is_looked_for_by_likeness() -> None:
    """Code 2 has one example and no model: the sentence most like the example is asked."""
    z = some_margin(50)
    z[:, 2] = np.nan
    read = read_of(40, (9, 9, 1))
    v = vectors(50)
    v[33] = read.vectors[0]
    found = ask(make_pool(z, v=v), read, 1, RARE_ONLY)
    assert ids(found) == ["s33"]
    assert found[0].why == "may be Motivation, which has 1 example so far"


# -- near-duplicates and skips ---------------------------------------------------------------------


@pytest.mark.parametrize("m", [0, 40])
def test_near_duplicates_are_not_asked_twice(m: int) -> None:
    """Thirty sentences, each there three times: each is asked once, cold or warm."""
    v = np.repeat(vectors(30), 3, axis=0)
    found = ask(make_pool(some_margin(90), v=v), read_of(m), 90)
    assert sorted({int(i[1:]) // 3 for i in ids(found)}) == list(range(30))
    assert len(found) == 30


def test_what_repeats_a_sentence_read_waits_until_nothing_else_is_left() -> None:
    read = read_of(40)
    repeats, other = read.vectors[:5], vectors(3)
    pool = make_pool(some_margin(8), v=np.vstack([repeats, other]))
    assert set(ids(ask(pool, read, 8))) == {"s5", "s6", "s7"}
    only = make_pool(some_margin(5), v=repeats)
    assert set(ids(ask(only, read, 8))) == {f"s{i}" for i in range(5)}


def test_duplicate_at_1_asks_for_all() -> None:
    v = np.repeat(vectors(5), 4, axis=0)
    assert len(ask(make_pool(some_margin(20), v=v), read_of(0), 20, NOTHING_ELSE)) == 20


@pytest.mark.parametrize("m", [0, 40])
def test_skipped_once_comes_after_the_others_of_its_kind(m: int) -> None:
    skipped = {f"s{i}": 1 for i in range(30)}
    found = ask(make_pool(some_margin(60)), read_of(m, (9, 9, 2)), 60, skipped=skipped)
    assert sorted(ids(found)) == sorted(f"s{i}" for i in range(60))
    for kind in Reason:
        again = [skipped.get(i.sentence_id, 0) for i in found if i.reason == kind]
        assert again == sorted(again)


@pytest.mark.parametrize("m", [0, 40])
def test_skipped_twice_comes_when_nothing_else_is_left(m: int) -> None:
    read = read_of(m)
    skipped = {"s3": 2, "s5": 7}
    pool = make_pool(some_margin(12))
    found = ids(ask(pool, read, 12, skipped=skipped))
    assert set(found) == {f"s{i}" for i in range(12)} - {"s3", "s5"}
    last = Pool(("s5", "s3"), vectors(2), None, None, None, "many")
    assert ids(ask(last, read, 12, skipped=skipped)) == ["s3", "s5"]


# -- no crash, no chance but the generator's -------------------------------------------------------


def test_the_same_generator_gives_the_same_queue_and_another_gives_another() -> None:
    pool, read = make_pool(some_margin(200)), read_of(40, (9, 9, 2))
    assert ask(pool, read, 50) == ask(pool, read, 50)
    assert ask(pool, read, 50) != ask(pool, read, 50, seed=1)


def test_equal_scores_are_in_no_order() -> None:
    found = ids(ask(make_pool(np.zeros((200, 1))), read_of(0, (0,)), 20, NOTHING_ELSE))
    assert len(set(found)) == 20
    assert found != [f"s{i}" for i in range(20)]


@settings(max_examples=60)
@given(
    n=st.integers(0, 30),
    k=st.integers(0, 3),
    m=st.integers(0, 15),
    want=st.integers(0, 40),
    choice=st.sampled_from(["many", "one"]),
    flat=st.booleans(),
    gaps=st.booleans(),
    seed=st.integers(0, 5),
)
def test_a_queue_asks_different_sentences_of_the_pool(
    n: int, k: int, m: int, want: int, choice: Literal["many", "one"],
    flat: bool, gaps: bool, seed: int,
) -> None:  # fmt: skip
    """Empty pools, one item, no codes, equal scores, codes without a model: no crash, no repeat."""
    z = np.zeros((n, k)) if flat else some_margin(n, k, seed)
    if gaps:
        z[:, :1] = np.nan
    pool = make_pool(z, choice=choice)
    mix = Mix(cold_start=5, random_share=0.2, rare_share=0.3, rare_below=9, duplicate=0.999)
    found = ask(pool, read_of(m, (9, 1, 0)[:k]), want, mix, seed=seed)
    assert len(found) == len(set(ids(found))) == min(n, want)
    assert set(ids(found)) <= set(pool.ids)
    assert all(i.why for i in found)


def test_identical_sentences_make_no_trouble() -> None:
    v = np.repeat(vectors(1), 30, axis=0)
    assert len(ask(cold_pool(v), read_of(0), 10)) == 1
    assert len(ask(cold_pool(v), Read(v[:1], np.zeros((1, 3))), 10)) == 10


def test_arrays_that_do_not_fit_are_refused() -> None:
    pool, read = make_pool(some_margin(4)), read_of(3)
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="2 names for 3 codes"):
        choose(pool, read, n=1, mix=MIX, names=("a", "b"), skipped={}, rng=rng)
    with pytest.raises(ValueError, match="the pool has 3 codes"):
        choose(pool, read_of(3, (1, 1)), n=1, mix=MIX, names=("a", "b"), skipped={}, rng=rng)
    with pytest.raises(ValueError, match="an id twice"):
        Pool(("a", "a"), vectors(2), None, None, None, "many")
    with pytest.raises(ValueError, match="together"):
        Pool(("a",), vectors(1), np.zeros((1, 1)), None, None, "many")
    with pytest.raises(ValueError, match="shares"):
        Mix(cold_start=0, random_share=0.6, rare_share=0.6, rare_below=1, duplicate=0.9)


def test_lists_in_turn_leave_out_what_recurs() -> None:
    lists = [np.array([1, 2, 3]), np.array([2, 4]), np.array([5])]
    rows, turn = in_turn(lists)
    assert rows.tolist() == [1, 2, 5, 4, 3]
    assert turn.tolist() == [0, 1, 2, 1, 0]


@pytest.mark.parametrize("m", [0, 400])
def test_a_hundred_thousand_sentences_take_seconds(m: int) -> None:
    """A bound generous to busy machines: near 1 s on an idle one."""
    n, width = 100_000, 64
    r = np.random.default_rng(0)
    pool = make_pool(r.normal(-3, 2, size=(n, 3)), v=unit(r.normal(size=(n, width))))
    read = read_of(m, (3, 9, 9), width=width)
    begun = perf_counter()
    assert len(ask(pool, read, 100)) == 100
    assert perf_counter() - begun < 8
