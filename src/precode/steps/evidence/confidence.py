"""How far the machine's confidence can be believed, and what it costs to accept it unread.

A reliability diagram in bins of equal size (Niculescu-Mizil and Caruana 2005, doi
10.1145/1102351.1102430; the expected calibration error over such bins: Nguyen and O'Connor 2015,
doi 10.18653/v1/D15-1182), and error over coverage (El-Yaniv and Wiener 2010, JMLR 11). Sentences of
one transcript are not independent: intervals are by bootstrap over transcripts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from precode.agreement.bootstrap import cluster_weights, figure, per_cluster
from precode.report.evidence import Reliable, Risk
from precode.report.plots import Bin, Line
from precode.report.score import Score
from precode.steps.evidence.checking import score_of
from precode.steps.evidence.shares import share_interval, share_score

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

BINS, EACH = 10, 50  # confidences in a bin at least
UNLIKELY = 0.05  # most confidences are below it, and in bins of equal size would be all there is
STEPS = 50
FEWEST = 100  # sentences that risk is shown of


def reliability(
    p: Floats, truth: Bools, clusters: Sequence[str], *, where: str, over: str,
    rng: np.random.Generator, draws: int,
) -> Reliable:  # fmt: skip
    """``p`` and ``truth`` (n, k), ``over`` what the ``clusters`` are; codes whose ``p`` is NaN are left out. One bin for what is below
    :data:`UNLIKELY`, and bins of equal size for the rest.
    """
    known = ~np.isnan(p)
    said, right = p[known], truth[known].astype(np.float64)
    group = np.repeat(np.arange(len(p)), known.sum(axis=1))
    likely = np.sort(said[said >= UNLIKELY])
    count = min(BINS, len(likely) // EACH)
    if count < 2:
        why = f"{len(likely)} confidences of {UNLIKELY:.0%} and more: {2 * EACH} are needed"
        return Reliable(where, len(p), len(said), (), None, None, over, why)
    cuts = np.unique([UNLIKELY, *np.quantile(likely, np.arange(1, count) / count)])
    at = np.searchsorted(cuts, said, side="right")
    sums = _binned(clusters, at, len(cuts) + 1, right, np.ones_like(said), said, rows=group)
    sums = sums[:, sums[..., 1].sum(axis=0) > 0]
    weights = cluster_weights(len(sums), rng=rng, draws=draws)
    ece = score_of(figure(sums, _ece, weights, least=0.0))
    likely_bins = sums[:, 1:] if said.min() < UNLIKELY else sums
    ece_likely = score_of(figure(likely_bins, _ece, weights, least=0.0))
    why = "" if weights is not None else f"fewer than three {over}: no intervals"
    bins = tuple(_bin(sums[:, b], weights) for b in range(sums.shape[1]))
    return Reliable(where, len(p), len(said), bins, ece, ece_likely, over, why)


def _binned(
    clusters: Sequence[str],
    at: npt.NDArray[np.intp],
    bins: int,
    *values: Floats,
    rows: npt.NDArray[np.intp] | None = None,
) -> Floats:
    """Sums (clusters, bins, values) of units ``at`` a bin each; ``rows`` says whose cluster is a
    unit's (default: its own).
    """
    _, number = np.unique(np.asarray(clusters), return_inverse=True)
    mine = number if rows is None else number[rows]
    size = int(number.max()) + 1
    flat = mine * bins + at
    return np.stack(
        [np.bincount(flat, weights=v, minlength=size * bins).reshape(size, bins) for v in values],
        axis=-1,
    )


def _ece(sums: Floats) -> Floats:
    """(…, bins, 3) → (…): mean distance of what was said and what was right."""
    off = np.abs(sums[..., 2] - sums[..., 0]).sum(axis=-1)
    return np.asarray(off / np.maximum(sums[..., 1].sum(axis=-1), 1))


def _bin(sums: Floats, weights: Floats | None) -> Bin:
    right, n, said = (float(s) for s in sums.sum(axis=0))
    low, high = (np.nan, np.nan) if weights is None else share_interval(sums[:, :2], weights)
    return Bin(said / n, right / n, low, high, int(n))


def risk(
    p: Floats, decision: Bools, truth: Bools, clusters: Sequence[str], *,
    bar: float, ranks: bool, rng: np.random.Generator, draws: int,
) -> Risk | None:  # fmt: skip
    """Sentences (n, k), the surest first; None where there are too few. A sentence is as sure as its
    least sure code, given or not, and wrong where any code is.
    """
    known = ~np.isnan(p)
    if len(p) < FEWEST or not known.any():
        return None
    sure = np.where(known, np.where(decision, p, 1 - p), 1.0).min(axis=1)
    wrong = (decision != truth).any(axis=1)
    order = np.argsort(-sure, kind="stable")
    step = np.empty(len(p), dtype=np.intp)
    step[order] = np.arange(len(p)) * STEPS // len(p)
    sums = _binned(clusters, step, STEPS, wrong.astype(np.float64), np.ones(len(p)))
    weights = cluster_weights(len(sums), rng=rng, draws=draws)
    share = np.cumsum(sums.sum(axis=0)[:, 1]) / len(p)
    mean, low, high = zip(
        *(_point(sums[:, : s + 1].sum(axis=1), weights) for s in range(STEPS)), strict=True
    )
    accepted = sure >= bar
    return Risk(
        len(p),
        Line("error among those accepted", tuple(share.tolist()), mean, low, high,
             banded=weights is not None),
        _rate(wrong, np.ones_like(wrong), clusters, weights),
        score_of(figure(sums, _area, weights, least=0.0)),
        bar,
        float(accepted.mean()),
        _rate(wrong & accepted, accepted, clusters, weights),
        ranks,
    )  # fmt: skip


def _area(sums: Floats) -> Floats:
    """(…, steps, 2) → (…): mean over the share accepted of the error among those accepted."""
    wrong, n = np.cumsum(sums[..., 0], axis=-1), np.cumsum(sums[..., 1], axis=-1)
    error = np.divide(wrong, n, out=np.zeros_like(wrong), where=n > 0)
    return np.asarray((error * sums[..., 1]).sum(axis=-1) / np.maximum(n[..., -1], 1))


def _point(sums: Floats, weights: Floats | None) -> tuple[float, float, float]:
    found = share_score(sums, weights)
    assert isinstance(found, tuple)
    return (found[0], found[0], found[0]) if weights is None else found


def _rate(part: Bools, whole: Bools, clusters: Sequence[str], weights: Floats | None) -> Score:
    """Share with an interval; words where there is nothing to take a share of."""
    if not whole.any():
        return "not estimable: no sentence is that sure"
    sums = per_cluster(np.stack([part, whole], -1).astype(np.float64), clusters)
    return share_score(sums, weights)
