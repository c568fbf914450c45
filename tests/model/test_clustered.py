"""A lower bound on a share, when passages come in transcripts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from precode.model.clustered import LEAST_TRANSCRIPTS, Share, observed

Floats = npt.NDArray[np.float64]

records = st.lists(
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))),
    min_size=LEAST_TRANSCRIPTS,
    max_size=40,
)


def arrays(record: list[tuple[int, int]]) -> tuple[Floats, Floats]:
    hits, sizes = zip(*record, strict=True)
    return np.array(hits, dtype=float), np.array(sizes, dtype=float)


@given(records, st.sampled_from([0.01, 0.05, 0.2]))
def test_it_is_never_above_what_is_seen_nor_above_the_bound_for_passages_drawn_one_by_one(
    record: list[tuple[int, int]], error: float
) -> None:
    hits, sizes = arrays(record)
    share = observed(hits, sizes)
    bound = share.bound(error=error)
    assert 0 <= bound <= share.share
    plain = beta.ppf(error, hits.sum(), sizes.sum() - hits.sum() + 1) if hits.sum() else 0.0
    assert bound <= plain + 1e-9


@given(records)
def test_more_sureness_asks_for_a_lower_bound_and_more_transcripts_give_a_higher_one(
    record: list[tuple[int, int]],
) -> None:
    share = observed(*arrays(record))
    assert share.bound(error=0.01) <= share.bound(error=0.1)
    assert share.bound(error=0.05) <= share.bound(error=0.05, times=3) + 1e-12


@given(records, st.randoms())
def test_the_order_of_transcripts_and_empty_ones_do_not_matter(
    record: list[tuple[int, int]], random: object
) -> None:
    shuffled = [*record, (0, 0), (0, 0)]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    a, b = observed(*arrays(record)), observed(*arrays(shuffled))
    assert (a.n, a.transcripts) == (b.n, b.transcripts)
    assert a.bound(error=0.05) == pytest.approx(b.bound(error=0.05))


def test_with_too_few_transcripts_nothing_is_bounded() -> None:
    few = np.full(LEAST_TRANSCRIPTS - 1, 500.0)
    assert observed(few, few).bound(error=0.05) == 0
    enough = np.full(LEAST_TRANSCRIPTS, 500.0)
    assert observed(enough, enough).bound(error=0.05) > 0.5


def test_the_same_errors_all_in_one_transcript_count_for_more() -> None:
    sizes = np.full(20, 20.0)
    spread, heaped = np.full(20, 18.0), np.full(20, 20.0)
    heaped[:4] = 10
    assert spread.sum() == heaped.sum()
    assert observed(heaped, sizes).bound(error=0.05) < observed(spread, sizes).bound(error=0.05)


def test_one_long_transcript_is_no_crowd() -> None:
    """Four hundred passages: of twenty transcripts alike, or nearly all of one."""
    even, long = np.full(20, 20.0), np.array([381.0] + [1.0] * 19)
    assert observed(long, long).bound(error=0.05) < observed(even, even).bound(error=0.05)


def test_nothing_observed_is_nothing() -> None:
    nothing = np.zeros(6)
    assert observed(nothing, nothing) == Share(0.0, 0, 0, 0.0, 1.0)
    assert observed(nothing, nothing).bound(error=0.05) == 0


@pytest.mark.parametrize("truth", [0.8, 0.9])
@pytest.mark.parametrize("within", [0.0, 0.1, 0.3])
@pytest.mark.parametrize("transcripts", [6, 12, 40])
def test_it_lies_above_the_truth_at_most_as_often_as_it_may(
    truth: float, within: float, transcripts: int
) -> None:
    """Simulated: transcripts of uneven length, right and wrong together (beta-binomial). Where they
    are so much together that a transcript is nearly all right or all wrong, and there are few, no
    bound without assumptions would hold at all; this one may then fail twice as often.
    """
    rng = np.random.default_rng(3)
    draws, above = 400, 0
    error = 0.1 if within == 0.3 and transcripts < 20 else 0.05
    for _ in range(draws):
        sizes = 1 + rng.gamma(1.0, 15.0, transcripts).astype(int)
        shares = (
            rng.beta(truth * (1 / within - 1), (1 - truth) * (1 / within - 1), transcripts)
            if within
            else np.full(transcripts, truth)
        )
        hits = rng.binomial(sizes, shares).astype(float)
        above += observed(hits, sizes.astype(float)).bound(error=0.05) > truth
    assert above / draws <= error + 2 * np.sqrt(error * (1 - error) / draws)
