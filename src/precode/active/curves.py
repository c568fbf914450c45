"""What learning curves say: their area, how soon they are good enough, and their differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from precode.active.simulation import Curve


def area(curve: Curve) -> float:
    """ALC, the area under the learning curve: the mean of macro-F1 over the rounds."""
    return float(np.mean(curve.scores)) if curve.rounds else 0.0


@dataclass(frozen=True, slots=True)
class Band:
    """Over seeds, at each of ``labels``: the mean macro-F1, and the range that holds the middle
    80 % (10th and 90th percentile).
    """

    labels: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


def band(curves: Sequence[Curve]) -> Band:
    """Raises :class:`ValueError` where the curves were not measured at the same labels, or none."""
    if not curves or len({c.labels for c in curves}) != 1:
        raise ValueError("a band needs curves measured at the same numbers of labels")
    scores = np.array([c.scores for c in curves])
    low, high = np.quantile(scores, (0.1, 0.9), axis=0)
    return Band(
        curves[0].labels, tuple(scores.mean(0).tolist()), tuple(low.tolist()), tuple(high.tolist())
    )


def labels_to(labels: Sequence[int], scores: Sequence[float], target: float) -> int | None:
    """The fewest of ``labels`` at which ``scores`` reach ``target``; None if they never do.

    A single curve crosses early by luck: report the middle of several seeds, or give the mean of
    their curves (:func:`band`).
    """
    return next((n for n, score in zip(labels, scores, strict=True) if score >= target), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """Mean of ``n`` paired differences and its standard error (NaN for one pair)."""

    mean: float
    error: float
    n: int

    def __str__(self) -> str:
        return f"{self.mean:+.3f} ± {self.error:.3f}"


def difference(ours: Sequence[float], theirs: Sequence[float]) -> Difference:
    """``ours − theirs``, seed by seed: standard error = SD of the differences / √n."""
    if not ours or len(ours) != len(theirs):
        raise ValueError("paired differences need pairs")
    d = np.asarray(ours, dtype=np.float64) - np.asarray(theirs, dtype=np.float64)
    error = float(d.std(ddof=1) / np.sqrt(len(d))) if len(d) > 1 else float("nan")
    return Difference(float(d.mean()), error, len(d))


def difference_in_area(ours: Sequence[Curve], theirs: Sequence[Curve]) -> Difference:
    """Of two strategies run with the same seeds on the same splits."""
    return difference([area(c) for c in ours], [area(c) for c in theirs])
