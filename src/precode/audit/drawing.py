"""The audit sample: drawn at random, transcript by transcript, and put in an order of asking.

Every sentence of the frame has the same chance to be drawn, size / frame, and so has every
transcript its share of the sample, rounded up or down at random. The order of asking is such that
the same holds for its beginnings: however many are answered in the end, they are a sample.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Drawn(NamedTuple):
    """A sentence of the frame. ``position`` is its place in the order of asking, from 0; None: not
    in the sample.
    """

    sentence_id: str
    stratum: str
    position: int | None


def draw(frame: Mapping[str, Sequence[str]], size: int, rng: np.random.Generator) -> list[Drawn]:
    """All of ``frame`` (stratum → sentence ids): ``size`` of them drawn, in the order of asking,
    then the others.

    Stratified with proportional allocation. A stratum's share, size · N_h / N, is no whole number:
    the strata are laid end to end in random order and cut by a systematic sample (Madow 1949,
    doi 10.1214/aoms/1177729988), so that each gets its share rounded up or down, that share on
    average, and the sum is exactly ``size``. A transcript too small to be sure of a sentence thus
    shares one with others; none has chance 0. (For variances, strata with fewer than two answers
    are put together: :mod:`precode.audit.design`.)

    Positions: the j-th of n_h drawn from a stratum stands at (j + u_h) / n_h, u_h uniform on
    [0, 1): the first share of the positions takes that share of each stratum, to within one.

    Raises :class:`ValueError` for an id that is there twice or a size outside 0 … N.
    """
    ids = [i for members in frame.values() for i in members]
    if len(set(ids)) != len(ids):
        raise ValueError("the frame holds a sentence twice")
    if not 0 <= size <= len(ids):
        raise ValueError(f"{size} of {len(ids)} sentences cannot be drawn")
    names = list(frame)
    sizes = np.array([len(frame[name]) for name in names], dtype=np.int64)
    keyed: list[tuple[float, str, str]] = []
    rest: list[Drawn] = []
    for name, n in zip(names, allocate(sizes, size, rng), strict=True):
        shuffled = rng.permutation(len(frame[name]))
        start = rng.random()
        keyed += [((j + start) / n, frame[name][i], name) for j, i in enumerate(shuffled[:n])]
        rest += [Drawn(frame[name][i], name, None) for i in sorted(shuffled[n:])]
    keyed.sort(key=lambda k: k[0])
    return [Drawn(i, name, place) for place, (_, i, name) in enumerate(keyed)] + rest


def allocate(sizes: NDArray[np.int64], size: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(H,) numbers of sentences to draw from strata of ``sizes`` (H,): each its proportional share
    rounded up or down at random, ``size`` together.
    """
    out = np.zeros(len(sizes), dtype=np.int64)
    total = int(sizes.sum())
    if not total:
        return out
    order = rng.permutation(len(sizes))
    # In whole numbers: cuts at (start + i · total), on a line as long as size · total.
    ends = np.cumsum(sizes[order]) * size + int(rng.integers(total))
    out[order] = np.diff(ends // total, prepend=0)
    return out
