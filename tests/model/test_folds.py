"""Folds of whole transcripts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.model.folds import assign


@given(
    seed=st.integers(0, 1000),
    transcripts=st.integers(2, 10),
    k=st.integers(1, 5),
    rate=st.sampled_from([0.0, 0.02, 0.1, 0.5, 1.0]),
    folds=st.integers(2, 10),
)
def test_transcripts_stay_whole_and_no_fold_is_empty(
    seed: int, transcripts: int, k: int, rate: float, folds: int
) -> None:
    """From one sentence a transcript on; no code given, all given, codes given once."""
    rng = np.random.default_rng(seed)
    groups = np.repeat([f"t{i}" for i in range(transcripts)], rng.integers(1, 30, transcripts))
    y = (rng.random((len(groups), k)) < rate).astype(float)
    folds = min(folds, transcripts)
    fold = assign(y, groups, folds=folds, seed=seed)
    assert sorted(set(fold.tolist())) == list(range(folds))
    assert all(len(set(fold[groups == g].tolist())) == 1 for g in groups)


def test_a_rare_code_is_spread() -> None:
    """Ten transcripts, a rare code in five of them: one for each fold."""
    groups = np.repeat([f"t{i}" for i in range(10)], 20)
    y = np.zeros((200, 2))
    y[:, 0] = 1
    rare = [i * 20 for i in range(5)]
    y[rare, 1] = 1
    fold = assign(y, groups, folds=5, seed=1)
    assert sorted(fold[rare].tolist()) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_seed_gives_the_same_folds(seed: int) -> None:
    groups = np.repeat([f"t{i}" for i in range(12)], 5)
    y = np.random.default_rng(0).integers(0, 2, (60, 2)).astype(float)
    first, again = (assign(y, groups, folds=4, seed=seed) for _ in range(2))
    assert np.array_equal(first, again)


def test_another_seed_gives_other_folds() -> None:
    groups = np.repeat([f"t{i}" for i in range(12)], 5)
    y = np.random.default_rng(0).integers(0, 2, (60, 2)).astype(float)
    assert len({tuple(assign(y, groups, folds=4, seed=s).tolist()) for s in range(5)}) > 1
