"""Which readings of a coder may be slips: what a machine says that has not seen the transcript.

Confident learning (Northcutt, Jiang & Chuang 2021, doi 10.1613/jair.1.12125): a class is held
against a reading only where its probability reaches the mean that it has among the readings given
that class, and only if the class given does not reach its own with more. A rare code, whose probabilities are low wherever it is given, has a low bar to be
missed and a high one to be held wrong, so that not every one of its codings is a doubt.

The order is that of self-confidence, the probability of what was given (Kuan & Mueller 2022,
"Model-agnostic label quality scoring to detect real-world label errors"), in log-odds:

    score = log (1 - p(given)) / p(given).

Of codes that go beside one another each is a pair of classes, given and not given. There the score
takes into account that slips go both ways equally often, so that one sentence in which a code was
given is as likely to be a slip as all those together in which it was not:

    score(given) = log (1 - p) / p + log π / (1 - π),  score(not given) = log p / (1 - p),

with π the share of readings that were given the code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Bools = NDArray[np.bool_]
Ints = NDArray[np.intp]

LEAST = 1e-6  # probabilities nearer to 0 or 1 rank as this


@dataclass(frozen=True, slots=True)
class Doubts:
    """How doubtful readings are, in the shape asked for: ``score`` in log-odds, the larger
    the more doubtful; ``doubted`` where it reaches the class's own bar.
    """

    score: Floats
    doubted: Bools


def doubts_of_codes(p: Floats, given: Bools) -> Doubts:
    """``p (n, k)``: probability of each code for each reading; ``given (n, k)``. Both results are
    (n, k). A code that all readings were given, or none, is not doubted.
    """
    p = np.clip(p, LEAST, 1 - LEAST)
    share = given.mean(axis=0) if len(given) else np.zeros(p.shape[1])
    some = (share > 0) & (share < 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        bar_given = (p * given).sum(0) / given.sum(0)
        bar_not = ((1 - p) * ~given).sum(0) / (~given).sum(0)
        balance = np.log(share) - np.log1p(-share)
    against = np.log1p(-p) - np.log(p)
    score = np.where(given, against + np.where(some, balance, 0.0), -against)
    mine, other = np.where(given, p, 1 - p), np.where(given, 1 - p, p)
    bar_mine = np.where(given, bar_given, bar_not)
    bar_other = np.where(given, bar_not, bar_given)
    held = (mine >= bar_mine) & (mine >= other)
    return Doubts(score, (other >= bar_other) & ~held & some)


def doubts_of_classes(p: Floats, given: Ints) -> tuple[Doubts, Ints]:
    """``p (n, c)``: probabilities of classes that exclude one another; ``given (n,)`` indices of
    classes. Results are (n,), with the class that speaks most against each reading.
    """
    n, c = p.shape
    p = np.clip(p, LEAST, 1.0)
    mine = given[:, None] == np.arange(c)
    with np.errstate(invalid="ignore"):
        bar = (p * mine).sum(0) / mine.sum(0)  # NaN for a class that nobody gave: never reached
    reaches = ~mine & (p >= bar)
    # of those that reach their bar the likeliest; else the likeliest of all the others
    other = np.where(mine, -1.0, p + reaches).argmax(1)
    every = np.arange(n)
    own = p[every, given]
    held = (own >= bar[given]) & (own >= p[every, other])
    score = np.log(np.maximum(1 - own, LEAST)) - np.log(own)
    return Doubts(score, reaches.any(1) & ~held), other


def with_colleagues(p: Floats, given: Ints, votes: Ints) -> Floats:
    """``p (n, c)`` after hearing the colleagues who read the same, ``(n, c)``.

    ``votes (n, c)`` counts, for each reading, the others that chose each class; ``given (n,)`` is
    the reading's own. What a colleague says is weighed by how often two coders say the same:

        p'(j) ∝ p(j) Π M[j, said],  M[j, l] = (pairs of j with l + 1) / (pairs of j + c)

    so that a code which two gave independently is hard to doubt, and one which a colleague did not
    give is easier. Where nobody else has read anything, p' = p.
    """
    c = p.shape[1]
    mine = (given[:, None] == np.arange(c)).astype(np.float64)
    pairs = mine.T @ votes
    said = (pairs + 1) / (pairs.sum(1, keepdims=True) + c)
    z = np.log(np.clip(p, LEAST, 1.0)) + votes @ np.log(said).T
    z = np.exp(z - z.max(1, keepdims=True))
    return np.asarray(z / z.sum(1, keepdims=True))
