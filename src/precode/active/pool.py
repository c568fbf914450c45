"""What may be asked, and what has been read: the values that measures and choices look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Rows = npt.NDArray[np.intp]
Choice = Literal["many", "one"]


@dataclass(frozen=True, slots=True)
class Pool:
    """n sentences that may be asked about, by row; k codes.

    ``vectors (n, d)`` are float32 with rows of length 1: their products are the cosines between
    sentences. ``p (n, k)`` are calibrated probabilities, NaN for a code that is not modelled; None:
    there is no model yet, and then the next two are None too. ``margin (n, k)`` is the signed
    log-odds less the code's threshold (and less what is lacking for any code at all), so that the
    decision flips at 0; with ``choice`` "one" the code with the most of it is given.
    ``polarity (n, k, 2)`` are the probabilities of [barrier, facilitator], were the code given; None
    where no code has polarity.

    Raises :class:`ValueError` for repeated ids, shapes that do not fit, or probabilities without
    margins.
    """

    ids: tuple[str, ...]
    vectors: Floats
    p: Floats | None
    margin: Floats | None
    polarity: Floats | None
    choice: Choice

    def __post_init__(self) -> None:
        n = len(self.ids)
        if len(set(self.ids)) != n:
            raise ValueError("the pool holds an id twice")
        if self.vectors.ndim != 2 or len(self.vectors) != n:
            raise ValueError(f"vectors should be ({n}, width), not {self.vectors.shape}")
        if (self.p is None) != (self.margin is None):
            raise ValueError("probabilities and margins come together or not at all")
        if self.p is not None and self.margin is not None:
            k = self.p.shape[-1]
            if self.p.shape != (n, k) or self.margin.shape != (n, k):
                raise ValueError(
                    f"p {self.p.shape} and margin {self.margin.shape} should be ({n}, codes)"
                )
            if self.polarity is not None and self.polarity.shape != (n, k, 2):
                raise ValueError(f"polarity should be ({n}, {k}, 2), not {self.polarity.shape}")

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: Rows) -> Pool:
        """The sentences in these rows."""
        return Pool(
            tuple(self.ids[i] for i in rows.tolist()),
            self.vectors[rows],
            None if self.p is None else self.p[rows],
            None if self.margin is None else self.margin[rows],
            None if self.polarity is None else self.polarity[rows],
            self.choice,
        )


@dataclass(frozen=True, slots=True)
class Read:
    """The m sentences read so far: ``vectors (m, d)`` as the pool's, and ``y (m, k)`` in [0, 1],
    the share of their coders who gave each code.
    """

    vectors: Floats
    y: Floats

    def __post_init__(self) -> None:
        if self.vectors.ndim != 2 or self.y.ndim != 2 or len(self.vectors) != len(self.y):
            raise ValueError(
                f"vectors {self.vectors.shape} and codes {self.y.shape} should be (read, width)"
                " and (read, codes)"
            )

    def __len__(self) -> int:
        return len(self.y)

    @property
    def positives(self) -> npt.NDArray[np.int64]:
        """``(k,)``: sentences that at least half of their coders gave the code."""
        return np.asarray((self.y >= 0.5).sum(0), dtype=np.int64)
