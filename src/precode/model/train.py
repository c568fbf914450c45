"""From coded sentences to a bundle: validate, then fit on everything."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from precode.codebook import Codebook
from precode.model.bundle import Bundle
from precode.model.calibration import unfitted
from precode.model.features import fit_scaling
from precode.model.guarantee import HeldOutScores
from precode.model.heads import fit_codes, fit_polarity
from precode.model.parallel import one_core
from precode.model.thresholds import decide
from precode.model.validate import SPECS, OutOfFold, Training


def fit_bundle(
    data: Training,
    out_of_fold: OutOfFold | None,
    *,
    codebook: Codebook,
    terms: tuple[str, ...],
    encoder_model: str,
    encoder_key: str,
    modelled: npt.NDArray[np.bool_],
    about: Mapping[str, object],
) -> Bundle:
    """The final model, on all rows, with the settings, thresholds and calibration that validation
    chose (the starting point's, and ranks instead of probabilities, where nothing was held out).
    """
    k = data.y.shape[1]
    spec = SPECS[0] if out_of_fold is None else out_of_fold.spec
    rows = np.arange(len(data.raw))
    scaling = fit_scaling(data.raw, rows, spec)
    x = scaling.apply(data.raw)
    with one_core():
        codes = fit_codes(x, data.y, choice=data.choice, c=spec.c)
        polarity = fit_polarity(x, data.polarity, c=spec.c)
    return Bundle(
        codebook,
        encoder_model,
        encoder_key,
        terms,
        scaling,
        codes,
        np.zeros(k) if out_of_fold is None else out_of_fold.thresholds,
        unfitted(k, data.choice) if out_of_fold is None else out_of_fold.calibration,
        polarity,
        unfitted(2, "many") if out_of_fold is None else out_of_fold.polarity_calibration,
        modelled,
        about,
        held_out=None if out_of_fold is None else held_out_scores(data, out_of_fold, modelled),
    )


def held_out_scores(
    data: Training, out: OutOfFold, modelled: npt.NDArray[np.bool_]
) -> HeldOutScores | None:
    """What promises rest on: the gold rows of a validation, given codes by the final thresholds.
    None without any gold row. In a one-of-k codebook a sentence has the code most people gave it.
    """
    gold = data.gold
    if not gold.any():
        return None
    y, scores = data.judged_y[gold], out.scores[gold]
    truth = y >= 0.5
    if data.choice == "one":
        truth = (np.arange(y.shape[1]) == y.argmax(1)[:, None]) & (y > 0)
    return HeldOutScores(
        out.calibration.log_odds(scores).astype(np.float32),
        truth,
        decide(scores, out.thresholds, choice=data.choice) & modelled,
        modelled,
        np.unique(data.groups[gold], return_inverse=True)[1].astype(np.int32),
    )
