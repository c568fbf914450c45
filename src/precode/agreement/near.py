"""Pairs of sentences of nearly the same words, in time that grows little faster than their number.

Two measures must both be high: the share of the words that two sentences have in common (Jaccard:
shared / all of both), and the cosine of their embeddings. The first finds the pairs without
comparing all: with words ordered from rare to common, two sets whose Jaccard reaches ``t`` share one
of their first ``|x| - ceil(t |x|) + 1`` words (prefix filtering: Chaudhuri, Ganti & Kaushik 2006, doi
10.1109/ICDE.2006.9; Bayardo, Ma & Srikant 2007, doi 10.1145/1242572.1242591). Nothing is missed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]

WORDS_ALIKE = 0.5
COSINE = 0.8
FEWEST_WORDS = 5  # different ones: shorter replies are formulae ("Yeah, I guess so")
ROWS = 1024  # looked up at once; what they are compared with is as large as what they share
PAIRS = 1 << 17  # verified at once
NEGATIONS = frozenset({
    "no", "not", "never", "none", "nothing", "nobody", "without", "cannot", "can't", "don't",
    "didn't", "doesn't", "won't", "wouldn't", "couldn't", "shouldn't", "isn't", "aren't", "wasn't",
    "weren't", "haven't", "hasn't", "hadn't", "ain't",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Near:
    """Rows ``first < second``, the share of their words in common, and their cosine."""

    first: int
    second: int
    words: float
    cosine: float

    @property
    def closeness(self) -> float:
        """The mean of both measures, 1 for the same words."""
        return (self.words + self.cosine) / 2


def near(
    words: Sequence[frozenset[str]],
    vectors: Floats,
    *,
    words_alike: float = WORDS_ALIKE,
    cosine: float = COSINE,
    fewest: int = FEWEST_WORDS,
) -> list[Near]:
    """All pairs of rows of at least ``fewest`` words each that reach both levels, the closest first.

    ``vectors (n, d)`` are of any length. Left out are pairs of which only one row denies something
    ("I have time", "I don't have time"): their codes should differ.
    """
    if not 0 < words_alike <= 1:
        raise ValueError(f"a share of words in common is above 0 and at most 1, not {words_alike}")
    rows = [i for i, w in enumerate(words) if len(w) >= fewest]
    length = np.linalg.norm(vectors, axis=1)
    denies = np.array([bool(w & NEGATIONS) for w in words], dtype=bool)
    out: list[Near] = []
    for a, b, share in _shared([words[i] for i in rows], words_alike):
        first, second = (np.asarray(rows, dtype=np.int64)[x] for x in (a, b))
        alike = np.einsum("pd,pd->p", vectors[first], vectors[second])
        alike = alike / np.maximum(length[first] * length[second], 1e-12)
        for p in np.flatnonzero((alike >= cosine) & (denies[first] == denies[second])).tolist():
            out.append(Near(int(first[p]), int(second[p]), float(share[p]), float(alike[p])))
    return sorted(out, key=lambda p: (-p.closeness, p.first, p.second))


def _shared(words: Sequence[frozenset[str]], least: float) -> Iterator[tuple[Ints, Ints, Floats]]:
    """(a, b, Jaccard) of the pairs a < b of sets whose Jaccard is at least ``least``, in pieces."""
    if len(words) < 2:
        return
    count = Counter(w for one in words for w in one)
    rank = {w: r for r, w in enumerate(sorted(count, key=lambda w: (count[w], w)))}
    sets = [sorted(rank[w] for w in one) for one in words]
    sizes = np.array([len(s) for s in sets], dtype=np.int64)
    heads = _matrix([s[: _prefix(len(s), least)] for s in sets], len(rank))
    whole = _matrix(sets, len(rank))
    columns = heads.T.tocsr()
    for start in range(0, len(sets), ROWS):
        met = (heads[start : start + ROWS] @ columns).tocoo()
        a, b = met.row.astype(np.int64) + start, met.col.astype(np.int64)
        fits = (a < b) & (np.minimum(sizes[a], sizes[b]) >= least * np.maximum(sizes[a], sizes[b]))
        a, b = a[fits], b[fits]
        for at in range(0, len(a), PAIRS):
            one, two = a[at : at + PAIRS], b[at : at + PAIRS]
            common = np.asarray(whole[one].multiply(whole[two]).sum(1)).ravel()
            share = common / (sizes[one] + sizes[two] - common)
            kept = share >= least - 1e-9
            yield one[kept], two[kept], share[kept]


def _prefix(size: int, least: float) -> int:
    return size - ceil(least * size - 1e-9) + 1


def _matrix(sets: Sequence[Sequence[int]], width: int) -> csr_matrix:
    ends = np.cumsum([0, *(len(s) for s in sets)])
    columns = np.array([c for s in sets for c in s], dtype=np.int32)
    return csr_matrix(
        (np.ones(len(columns), dtype=np.int32), columns, ends), shape=(len(sets), width)
    )
