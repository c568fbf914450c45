"""Query strategies for simulations, each a function named for what it does, with its paper.

A strategy gets what may be asked and what was read, and returns the rows of the pool to read next.
Those that need a model choose at random until there is one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

import numpy as np

from precode.active.measures import doubt, relevance
from precode.active.pool import Floats, Pool, Read, Rows
from precode.active.queue import Mix, choose
from precode.active.typical import clusters, spread

# As the settings have it. A simulation knows no near-duplicates: in a coded table each has codes.
REVIEW = Mix(cold_start=60, random_share=0.1, rare_share=0.15, rare_below=20, duplicate=1.0)
ALONE = Mix(cold_start=60, random_share=0.0, rare_share=0.0, rare_below=0, duplicate=1.0)
WIDE = 10  # uncertain sentences for each that is chosen among them


class Strategy(Protocol):
    """``n`` different rows of ``pool``, or all if there are fewer; chance only through ``rng``."""

    def __call__(self, pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows: ...


def random(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
    """A simple random sample: what the others are measured against."""
    return rng.permutation(len(pool))[:n]


def margin(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
    """The sentences most in doubt: Scheffer, Decomain and Wrobel 2001 (one code: least distance
    between the best two); Brinker 2006 (many codes: least distance to any threshold).
    """
    if pool.p is None:
        return random(pool, read, n=n, rng=rng)
    return _best(doubt(pool).max(1, initial=0.0), n, rng)


def breaking_ties(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
    """Luo and others 2005, as small-text has it: for one code the same as :func:`margin`; for many,
    the least distance between the two most probable codes.
    """
    if pool.p is None or pool.margin is None or pool.choice == "one":
        return margin(pool, read, n=n, rng=rng)
    top = np.sort(np.nan_to_num(pool.p, nan=0.0), axis=1)[:, ::-1]
    second = top[:, 1] if top.shape[1] > 1 else 0.0
    return _best(second - top[:, 0], n, rng)


def embedding_k_means(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
    """As small-text's (Yuan, Lin and Boyd-Graber 2020, without their surprisal): n clusters of
    what is left, and of each the sentence nearest its centre. Looks at no model.
    """
    n = min(n, len(pool))
    if n == 0:
        return np.empty(0, dtype=np.intp)
    label = clusters(pool.vectors, k=n, rng=rng)
    out = []
    for j in np.unique(label):
        rows = np.flatnonzero(label == j)
        out.append(rows[(pool.vectors[rows] @ pool.vectors[rows].mean(0)).argmax()])
    return _topped_up(np.array(out, dtype=np.intp), len(pool), n, rng)


def max_relevance(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
    """The most probably coded first, as ASReview reads abstracts (van de Schoot and others 2021)."""
    return random(pool, read, n=n, rng=rng) if pool.p is None else _best(relevance(pool), n, rng)


def diverse_margin(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
    """Of the most doubtful, those far from each other: k-means++ (Arthur and Vassilvitskii 2007)
    over a shortlist by margin (Zhdanov 2019).
    """
    if pool.p is None:
        return random(pool, read, n=n, rng=rng)
    short = _best(doubt(pool).max(1, initial=0.0), WIDE * n, rng)
    return short[spread(pool.vectors[short], n=n, rng=rng)]


def typical_then_quota(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
    """Precode's queue without its random and rare items: TypiClust (Hacohen and others 2022), then
    doubt by predicted code in turn. See :mod:`precode.active.queue`.
    """
    return _queued(pool, read, ALONE, n, rng)


def as_reviewed(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
    """Precode's queue as people get it, random and rare items and all."""
    return _queued(pool, read, REVIEW, n, rng)


STRATEGIES: Mapping[str, Strategy] = MappingProxyType(
    {
        "random": random,
        "margin": margin,
        "breaking ties": breaking_ties,
        "embedding k-means": embedding_k_means,
        "maximum relevance": max_relevance,
        "margin, diverse": diverse_margin,
        "typical, then margin by code": typical_then_quota,
        "as reviewed": as_reviewed,
    }
)


def _queued(pool: Pool, read: Read, mix: Mix, n: int, rng: np.random.Generator) -> Rows:
    names = [""] * read.y.shape[1]
    items = choose(pool, read, n=n, mix=mix, names=names, skipped={}, rng=rng)
    row = {sentence: i for i, sentence in enumerate(pool.ids)}
    return np.array([row[item.sentence_id] for item in items], dtype=np.intp)


def _best(score: Floats, n: int, rng: np.random.Generator) -> Rows:
    """The ``n`` highest, equals in random order."""
    shuffled = rng.permutation(len(score))
    return np.asarray(shuffled[np.argsort(-score[shuffled], kind="stable")][:n])


def _topped_up(rows: Rows, total: int, n: int, rng: np.random.Generator) -> Rows:
    rest = rng.permutation(np.setdiff1d(np.arange(total), rows))
    return np.concatenate([rows, rest[: n - len(rows)]])
