"""How many sentences an audit needs, before there is one, and how many more would sharpen it."""

from __future__ import annotations

from math import ceil, floor

from scipy.special import ndtri

LEVEL = 0.95
# To halve an interval takes four times the answers, where the frame is large.
HALF = 0.5


def audit_size(
    frame: int, *, prevalence: float, half_width: float, most: float, level: float = LEVEL
) -> int:
    """Sentences to draw from ``frame``, so that the interval of a code which a share
    ``prevalence`` of them carries reaches about ``half_width`` to either side.

    n0 = z² p (1 - p) / d², n = n0 / (1 + (n0 - 1) / N): Cochran 1977, Sampling Techniques, 3rd
    ed., eq. 4.2 and 4.3. Never more than the share ``most`` of the frame, but one at least.

    Raises :class:`ValueError` for a frame below 0 and for shares outside their ranges.
    """
    if frame < 0:
        raise ValueError(f"a frame of {frame} sentences")
    if not (0 < prevalence < 1 and half_width > 0 and 0 < most <= 1):
        raise ValueError("prevalence and most are shares, and half_width is above 0")
    if frame == 0:
        return 0
    n0 = _z(level) ** 2 * prevalence * (1 - prevalence) / half_width**2
    n = n0 / (1 + (n0 - 1) / frame)
    return max(1, min(ceil(n - 1e-9), floor(most * frame + 1e-9)))


def more_answers(answers: int, frame: int, *, shrink: float = HALF) -> int:
    """How many answers more than ``answers`` of ``frame`` sentences would shrink an interval to
    ``shrink`` of its width: of any share or of kappa, for both are as wide as
    sqrt(1 / n - 1 / N) (the finite population correction, Cochran 1977, eq. 2.20).

    Raises :class:`ValueError` if there are no answers, more than sentences, or ``shrink`` is no
    share.
    """
    if not 0 < answers <= frame or not 0 < shrink <= 1:
        raise ValueError(f"{answers} answers of {frame} sentences, shrink {shrink}")
    narrow = (1 / answers - 1 / frame) * shrink**2
    return ceil(1 / (narrow + 1 / frame) - 1e-9) - answers


def _z(level: float) -> float:
    return float(ndtri((1 + level) / 2))
