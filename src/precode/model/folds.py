"""Folds of whole transcripts: no sentence is scored by a model that has seen its transcript."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.intp]


def assign(
    y: npt.NDArray[np.floating], groups: npt.NDArray[np.str_], *, folds: int, seed: int
) -> Ints:
    """``(n,)`` fold of each sentence, transcripts kept whole, rare codes spread over the folds."""
    from sklearn.model_selection import StratifiedGroupKFold

    given = y >= 0.5
    count = given.sum(0)
    # each sentence stands for its rarest code, so that stratifying serves the rare ones
    rank = np.where(given, count, np.iinfo(np.int64).max)
    label = np.where(given.any(1), rank.argmin(1), y.shape[1])
    fold = np.zeros(len(y), dtype=np.intp)
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    size = np.bincount(label)
    label = np.where(size[label] < folds, size.argmax(), label)  # too few to spread
    for number, (_, held_out) in enumerate(splitter.split(label, label, groups)):
        fold[held_out] = number
    return fold
