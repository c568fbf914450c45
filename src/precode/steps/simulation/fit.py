"""The machine of a replay: what ``train`` would make of the sentences read so far, without its search.

The features, the head, thresholds and calibrations are the product's, tuned on held-out
transcripts of what was read; only the choice among settings is left out (the starting point is
taken), which would take a hundred times as long. Every strategy gets the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from precode.active.pool import Rows
from precode.active.simulation import Fitted
from precode.model.calibration import Calibration, fit_calibration, unfitted
from precode.model.features import fit_scaling, weigh
from precode.model.folds import assign
from precode.model.heads import fit_codes, fit_polarity
from precode.model.thresholds import fit_thresholds, least_of, margins
from precode.model.training import Training
from precode.model.validate import CALIBRATE_FROM, NESTED_FROM, SPECS, calibration_of

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]

SPEC = SPECS[0]  # what the product starts from, and uses where there is too little to choose


@dataclass(frozen=True, slots=True)
class Learner:
    """``learner(rows)`` learns from these rows of ``data`` and says what it makes of all of them.

    A code is modelled from ``least`` sentences with it and as many without it on, as in ``train``;
    before that it is NaN in what is said. ``folds`` and ``seed`` are those of ``train``.
    """

    data: Training
    least: int
    folds: int
    seed: int

    def __call__(self, rows: Rows) -> Fitted:
        rows = np.sort(rows)  # what was read counts, not in which order
        modelled = self.modelled(rows)
        n, k = self.data.y.shape
        if not modelled.any():
            return Fitted(np.full((n, k), np.nan), np.full((n, k), np.nan))
        known = np.where(modelled[:, None], self.data.polarity, np.nan)
        data = replace(self.data, y=np.where(modelled, self.data.y, 0.0), polarity=known)
        scores, polarity = _scores(data, rows, np.arange(n))
        held = self._tuned(data.take(rows))
        p = np.where(modelled, held.codes(scores), np.nan)
        margin = margins(scores, held.thresholds, p, held.least)
        margin = np.where(modelled, margin, np.nan)
        return Fitted(p, margin, None if polarity is None else held.polarity(polarity))

    def modelled(self, rows: Rows) -> Bools:
        """``(k,)``: the codes that these rows hold enough examples of."""
        positive = (self.data.y[rows] >= 0.5).sum(0)
        if self.data.choice == "one":
            return np.asarray((positive > 0) & ((positive > 0).sum() > 1))
        return np.asarray((positive >= self.least) & (len(rows) - positive >= self.least))

    def _tuned(self, read: Training) -> _Tuned:
        """Thresholds and calibrations from transcripts held out in turn, where there are enough."""
        n, k = read.y.shape
        count = len(np.unique(read.groups))
        if count < 2:
            none = np.zeros(k)
            return _Tuned(none, unfitted(k, read.choice), unfitted(2, "many"), none)
        fold = assign(read.y, read.groups, folds=min(self.folds, count), seed=self.seed)
        scores, polarity = np.zeros((n, k)), np.zeros((n, k, 2))
        for f in np.unique(fold):
            rest = np.flatnonzero(fold == f)
            scores[rest], sides = _scores(read, np.flatnonzero(fold != f), rest)
            if sides is not None:
                polarity[rest] = sides
        gold, many = read.gold, read.choice
        known = ~np.isnan(read.polarity[:, :, 0]) & gold[:, None]
        nested = min(count, self.folds) >= NESTED_FROM and bool(gold.any())
        judged, y = scores[gold], read.y[gold]
        cuts = fit_thresholds(judged, y, choice=many) if nested else np.zeros(k)
        codes = calibration_of(judged, y, many)
        return _Tuned(
            cuts,
            codes,
            fit_calibration(polarity[known], read.polarity[known], choice="many")
            if known.sum() >= CALIBRATE_FROM and polarity[known].any()
            else unfitted(2, "many"),
            least_of(judged, y, cuts, codes, read.taught) if nested else np.zeros(k),
        )


@dataclass(frozen=True, slots=True)
class _Tuned:
    thresholds: Floats
    codes: Calibration
    polarity: Calibration
    least: Floats


def _scores(data: Training, rows: Rows, rest: Rows) -> tuple[Floats, Floats | None]:
    """Log-odds ``(len(rest), k)`` of codes and ``(len(rest), k, 2)`` of polarities, learned from
    ``rows``; None where too few polarities are known.
    """
    x = weigh(fit_scaling(data.raw, rows, SPEC).unit(data.raw), SPEC)
    taken, asked = x.take(rows), x.take(rest)
    codes = fit_codes(taken, data.y[rows], choice=data.choice, c=SPEC.c).scores(asked)
    head = fit_polarity(taken, data.polarity[rows], c=SPEC.c)
    return codes, None if head is None else head.scores(asked)
