"""Coded sets split by transcript: what ``train`` makes of one part, judged on the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt
from _active_sets import Coded

from precode.model.calibration import unfitted
from precode.model.features import Raw, fit_scaling
from precode.model.guarantee import Guarantee, guarantee
from precode.model.heads import fit_codes
from precode.model.parallel import one_core
from precode.model.train import held_out_scores
from precode.model.training import Training
from precode.model.validate import SPECS, cross_validate

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]

CONFIDENCE = 0.95
LEAST = 5  # positives from which a code is modelled
GROUPS = 100  # of questions, made by lot
CODED = {"AnnoMI": 1 / 3, "TREC": 1 / 5, "NHS": 1 / 4}  # of the transcripts


@dataclass(frozen=True)
class Split:
    """A seed's coded part, and the positions of the rest in the whole."""

    coded: Training
    rest: npt.NDArray[np.intp]
    whole: Raw
    truth: Bools


@dataclass(frozen=True)
class Judged:
    """What a model of the coded part says of the rest: ``(n, k)`` each."""

    p: Floats
    sureness: Floats
    decision: Bools
    truth: Bools


def grouped(coded: Coded, seed: int) -> npt.NDArray[np.str_]:
    """Transcripts; where there are none, by lot."""
    if coded.name != "TREC":
        return coded.groups
    drawn = np.random.default_rng((9, seed)).integers(0, GROUPS, len(coded.groups))
    return np.array([f"{g:03}" for g in drawn])


def split(coded: Coded, raw: Raw, seed: int, *, labels: int | None = None) -> Split:
    """A share of the transcripts, or as many as give ``labels`` sentences."""
    groups = grouped(coded, seed)
    n, k = coded.y.shape
    names = np.random.default_rng((1, seed)).permutation(np.unique(groups))
    size = np.array([(groups == g).sum() for g in names]) if labels else np.zeros(0)
    many = (
        int(np.searchsorted(np.cumsum(size), labels)) + 1
        if labels
        else round(len(names) * CODED[coded.name])
    )
    inside = np.isin(groups, names[:many])
    nobody = np.full((n, k, 2), np.nan)
    every = Training(raw, coded.y, nobody, groups, np.ones(n, dtype=bool), coded.choice)
    return Split(
        every.take(np.flatnonzero(inside)), np.flatnonzero(~inside), raw, coded.y >= 0.5
    )  # fmt: skip


def learned(s: Split, seed: int) -> tuple[Callable[..., Guarantee], Judged, Judged]:
    """The promises that the coded part carries, and the rest as judged by the final model: with
    the calibration of ``train``, and with the head's own numbers.
    """
    data = s.coded
    positive = data.y.sum(0)
    modelled = (positive >= LEAST) & (len(data.y) - positive >= LEAST)
    data = replace(data, y=np.where(modelled, data.y, 0.0))
    out = cross_validate(data, folds=5, seed=seed, specs=SPECS[:1])
    assert out is not None
    scaling = fit_scaling(data.raw, np.arange(len(data.y)), out.spec)
    with one_core():
        head = fit_codes(scaling.apply(data.raw), data.y, choice=data.choice, c=out.spec.c)
        rest = s.whole.take(s.rest)
        scores = head.scores(scaling.apply(rest))
    decision = out.given(scores) & modelled
    held = held_out_scores(data, out, modelled)
    assert held is not None
    codes = [str(j) for j in range(len(modelled))]

    def judged(c: Callable[[Floats], Floats], log_odds: Callable[[Floats], Floats]) -> Judged:
        p = c(scores)
        p[:, ~modelled] = np.nan
        return Judged(p, log_odds(scores), decision, s.truth[s.rest])

    raw = unfitted(len(modelled), data.choice)
    return (
        partial(guarantee, held, codes, confidence=CONFIDENCE),
        judged(out.calibration, out.calibration.log_odds),
        judged(raw, raw.log_odds),
    )
