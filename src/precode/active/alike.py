"""Near-duplicates: the same question is not asked twice."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from precode.active.pool import Floats, Rows

CHUNK = 256  # rows compared at once with all that was read: what is never looked at costs nothing


class Alike:
    """Hands out rows of ``vectors (n, d)``, each at most once, and none whose cosine to one of
    ``read (m, d)`` or to one handed out before is ``least`` or more. At 1 nothing is alike.
    """

    __slots__ = ("_chosen", "_least", "_read", "_taken", "_vectors")

    def __init__(self, vectors: Floats, read: Floats, *, least: float) -> None:
        self._vectors, self._read = vectors, read
        self._least = least if least < 1 else np.inf
        self._taken: set[int] = set()
        self._chosen = np.empty((0, vectors.shape[1]), dtype=vectors.dtype)

    def each(self, rows: Rows) -> Iterator[int]:
        """Of ``rows``, in their order, those not alike. Lazy: others may be handed out between."""
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            for row in part[self.unread(part)].tolist():
                if row not in self._taken and not self._repeats(row):
                    self._taken.add(row)
                    self._chosen = np.vstack([self._chosen, self._vectors[row]])
                    yield row

    def unread(self, rows: Rows) -> npt.NDArray[np.bool_]:
        """``(len(rows),)``: which are unlike everything read."""
        if not len(self._read) or np.isinf(self._least):
            return np.ones(len(rows), dtype=bool)
        return np.asarray((self._vectors[rows] @ self._read.T).max(1) < self._least)

    def _repeats(self, row: int) -> bool:
        if not len(self._chosen) or np.isinf(self._least):
            return False
        return bool((self._chosen @ self._vectors[row]).max() >= self._least)
