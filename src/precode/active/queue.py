"""The review queue in its plain form: the most uncertain sentences, with random ones between.

The measure and the choice are two functions. Only the random part may feed claims about the whole
pool, so it is drawn first, without a look at the scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import floor

import numpy as np
from numpy.typing import NDArray

RANDOM = "random"
UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class QueueItem:
    """A sentence to be asked about. ``reason`` says how it was picked: "random", "uncertain"."""

    sentence_id: str
    reason: str


def score_uncertainty(proba: NDArray[np.floating]) -> NDArray[np.float64]:
    """How unsure the model is of each sentence: 0 (of no code) to 1 (a coin toss on some code).

    ``proba`` is ``(n, k)``, n sentences by k codes, each entry the probability of that code in
    [0, 1]; codes are judged one by one, for a sentence may carry several. Returns ``(n,)``.
    Uncertainty sampling (Lewis and Gale 1994) for each code, and the sentence counts as its most
    uncertain code does: a mean would let many settled codes hide the one in doubt.

    Raises :class:`ValueError` for another shape, no codes, or entries outside [0, 1] (NaN too).
    """
    if proba.ndim != 2 or proba.shape[1] == 0:
        raise ValueError(f"probabilities should be (sentences, codes), not {proba.shape}")
    if not ((proba >= 0) & (proba <= 1)).all():
        raise ValueError("probabilities should lie between 0 and 1")
    unsure = 1.0 - np.abs(2.0 * proba.astype(np.float64) - 1.0)
    return np.asarray(unsure.max(axis=1), dtype=np.float64)


def order_queue(
    ids: Sequence[str],
    uncertainty: NDArray[np.floating] | None,
    *,
    random_share: float,
    rng: np.random.Generator,
) -> list[QueueItem]:
    """All of ``ids`` in the order to ask about them: a permutation, each with its reason.

    ``uncertainty`` is ``(n,)`` in the order of ``ids``, higher asked sooner, ties broken at random;
    None where there is no model yet: then every sentence is random. Of the first m items,
    ``random_share`` · m are random, to within one.

    The random sentences are the beginning of one shuffle of the whole pool, drawn before the
    uncertain ones are picked: any prefix of the queue holds a simple random sample of ``ids``,
    uncertain sentences in it as likely as others. (Drawing from what the uncertain picks left over
    would thin out the hard sentences.) It is a sample of the ids given, so of what is left to
    read when the queue is made, not of the study.

    Raises :class:`ValueError` for repeated ids, a wrong number of scores or NaN, or a share
    outside [0, 1].
    """
    if len(set(ids)) != len(ids):
        raise ValueError("the pool holds an id twice")
    if not 0 <= random_share <= 1:
        raise ValueError(f"random_share should lie between 0 and 1, not {random_share}")
    shuffled = rng.permutation(len(ids))
    if uncertainty is None:
        return [QueueItem(ids[i], RANDOM) for i in shuffled]
    if uncertainty.shape != (len(ids),) or np.isnan(uncertainty).any():
        raise ValueError(f"uncertainty should be one number for each of {len(ids)} sentences")
    is_random = _random_places(len(ids), random_share)
    at_random = shuffled[: sum(is_random)]
    rest = shuffled[sum(is_random) :]
    by_doubt = rest[np.argsort(-uncertainty[rest], kind="stable")]
    randoms, doubtful = iter(at_random), iter(by_doubt)
    return [
        QueueItem(ids[next(randoms)], RANDOM)
        if random
        else QueueItem(ids[next(doubtful)], UNCERTAIN)
        for random in is_random
    ]


def _random_places(n: int, share: float) -> list[bool]:
    """Which of n places are random: spread evenly, the first in the middle of its stretch."""
    counts = [floor(m * share + 0.5) for m in range(n + 1)]
    return [b > a for a, b in pairwise(counts)]
