"""A lower bound on a share (of right codes, of passages found) when passages come in transcripts.

Passages of one transcript are right and wrong together, so a hundred passages of five transcripts
tell less than a hundred of fifty. The bound of Korn & Graubard (1998) counts them as fewer:
Clopper and Pearson's exact bound on n* = n / deff · (z / t)² passages, where deff is the design
effect of the clustering and t the quantile for one degree of freedom less than there are
transcripts; where some are much longer, as few as weigh the same (Kish). The variance is the
jackknife's, which leaves one transcript out at a time and so feels a long one.

Where errors are few, how they cluster cannot be seen. So the correlation within transcripts is
shrunk towards ``CORRELATION``, which counts as ``PRIOR`` errors, and never believed to be less than
that prior still says. What is seen of it counts ``VARY`` times: the transcripts to come vary as well,
and so does the model, which has learned from more of them than those whose scores were tested.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri, stdtrit

Floats = npt.NDArray[np.floating]

CORRELATION = 0.05  # within transcripts, of being right, before any error is seen
PRIOR = 10.0  # errors that it counts as: with both, simulated promises are kept (tests)
# Counted once, promises of recall were kept on the rest of AnnoMI in 86 of 100 splits; twice, in 90;
# four times, in 92, six times, in 94. Sets whose passages hardly cluster lose nothing by it.
VARY = 6.0
LEAST_TRANSCRIPTS = 5  # below, a bound would rest on the prior alone


@dataclass(frozen=True, slots=True)
class Share:
    """A share observed in transcripts: ``n`` passages in ``transcripts`` that hold any, as many as
    ``equal`` ones of the same length; ``deff`` times less informative than passages drawn one by one.
    """

    share: float
    n: int
    transcripts: int
    equal: float
    deff: float

    def bound(self, *, error: float, times: float = 1.0) -> float:
        """The lower bound that is too high in ``error`` of the cases; 0 with too few transcripts.
        ``times``: were there so many times as many transcripts like these.
        """
        if self.transcripts * times < LEAST_TRANSCRIPTS or self.share <= 0:
            return 0.0
        freedom = max(self.equal * times - 1, 1.0)
        n = self.n * times / self.deff * (ndtri(error) / stdtrit(freedom, error)) ** 2
        x = self.share * n
        return float(betaincinv(x, n - x + 1, error))


def observed(hits: Floats, sizes: Floats) -> Share:
    """From ``hits (m,)`` of ``sizes (m,)`` passages in each transcript; those of size 0 say nothing."""
    hits, sizes = hits[sizes > 0], sizes[sizes > 0]
    m, n = len(sizes), float(sizes.sum())
    if not m:
        return Share(0.0, 0, 0, 0.0, 1.0)
    share = float(hits.sum() / n)
    size = float((sizes**2).sum() / n)  # of the transcript that a passage is met in
    by_chance = share * (1 - share) / n
    seen = min(n * share, n * (1 - share))
    floor = CORRELATION * PRIOR / (seen + PRIOR)
    correlation = floor
    if by_chance > 0 and size > 1 and m > 1:
        without = (hits.sum() - hits) / (n - sizes)
        variance = (m - 1) / m * ((without - share) ** 2).sum()
        found = (variance / by_chance - 1) / (size - 1)
        correlation = floor + max(0.0, float(VARY * found * seen / (seen + PRIOR)))
    return Share(share, int(n), m, n / size, 1 + (size - 1) * correlation)
