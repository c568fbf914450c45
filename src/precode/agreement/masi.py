"""MASI: how far apart two sets of codes are (Passonneau 2006, Measuring agreement on set-valued
items for semantic and pragmatic annotation, LREC, http://www.lrec-conf.org/proceedings/lrec2006/).

δ = 1 - J · M: J is the share of the codes in either set that are in both (Jaccard 1908), M is 1 for
equal sets, 2/3 where one holds the other, 1/3 where they merely overlap, 0 where they share nothing.
Two empty sets ("nothing applies", twice) are equal; an empty one and any other share nothing.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from collections.abc import Set as AbstractSet
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def masi(a: AbstractSet[Hashable], b: AbstractSet[Hashable]) -> float:
    """The distance of two sets, from 0 (equal) to 1 (nothing shared)."""
    if a == b:
        return 0.0
    shared = len(a & b)
    m = Fraction(0) if not shared else Fraction(2 if a <= b or b <= a else 1, 3)
    return float(1 - Fraction(shared, len(a | b)) * m)


def masi_distances(sets: Sequence[AbstractSet[Hashable]]) -> Floats:
    """(v, v): the distances between all ``sets``: :func:`masi`, all at once."""
    column = {code: j for j, code in enumerate(dict.fromkeys(c for s in sets for c in s))}
    holds = np.zeros((len(sets), len(column)))
    for i, codes in enumerate(sets):
        holds[i, [column[c] for c in codes]] = 1
    shared, size = holds @ holds.T, holds.sum(axis=1)
    either = size[:, None] + size - shared
    smaller, larger = np.minimum(size[:, None], size), np.maximum(size[:, None], size)
    m = np.where(shared == larger, 1.0, np.where(shared == smaller, 2 / 3, 1 / 3))
    out = 1 - np.divide(shared, either, out=np.ones_like(either), where=either > 0) * m
    return np.asarray(out)
