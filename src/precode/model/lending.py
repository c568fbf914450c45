"""Codes that a team has hardly given yet: until there is enough to learn from, what the shipped model
says of them stands as it is.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from precode.model.calibration import Calibration
from precode.model.features import PRIOR, Prior
from precode.model.solver import Design, Linear
from precode.model.training import Training
from precode.model.validate import OutOfFold

Bools = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]


def with_lent(data: Training, out: OutOfFold, codes: Bools) -> OutOfFold:
    """``out``, where ``codes (k,)`` are the shipped model's word. It has seen none of the transcripts,
    so that no fold matters.
    """
    if not codes.any():
        return out
    prior, theirs = _theirs(data, codes)
    told, cuts = prior.codes[:, theirs], prior.cuts[theirs]
    p, decision, scores = out.p.copy(), out.decision.copy(), out.scores.copy()
    # they neither need that more is expected nor count in it: nobody has taught them (OutOfFold.least)
    p[:, codes], decision[:, codes], scores[:, codes] = expit(told), told >= cuts, told - cuts
    thresholds = np.where(codes, 0.0, out.thresholds)
    slope, offset = np.where(codes, 1.0, out.calibration.slope), out.calibration.offset.copy()
    offset[codes] = cuts
    calibration = Calibration(out.calibration.choice, slope, offset, out.calibration.fitted)
    return replace(
        out, p=p, decision=decision, scores=scores, thresholds=thresholds, calibration=calibration
    )


def lent_head(data: Training, x: Design, head: Linear, codes: Bools) -> Linear:
    """``head``, where the scores of ``codes (k,)`` are the shipped model's log-odds less its cut. ``x``
    are the features, of which its codes come last.
    """
    if not codes.any():
        return head
    prior, theirs = _theirs(data, codes)
    first = x.dense.shape[1] - prior.codes.shape[1]
    weights, intercept = head.weights.copy(), head.intercept.copy()
    weights[:, codes] = 0
    weights[first + theirs, np.flatnonzero(codes)] = 1 / PRIOR
    intercept[codes] = -prior.cuts[theirs]
    return Linear(weights, intercept)


def _theirs(data: Training, codes: Bools) -> tuple[Prior, Rows]:
    """The shipped model's word, and its own numbers of ``codes``."""
    assert data.raw.prior is not None
    assert data.like is not None
    return data.raw.prior, data.like[codes]
