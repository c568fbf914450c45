"""From coded sentences to a bundle: validate, then fit on everything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from precode.codebook import Codebook
from precode.model.bundle import Bundle
from precode.model.calibration import unfitted
from precode.model.features import Spec, fit_scaling
from precode.model.guarantee import HeldOutScores
from precode.model.lending import lent_head
from precode.model.parallel import one_core
from precode.model.training import Training, code_head, counterparts, polarity_head, resting
from precode.model.validate import SPECS, OutOfFold


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
    prior: Bundle | None = None,
    lent: npt.NDArray[np.bool_] | None = None,
) -> Bundle:
    """The final model, on all rows, with the settings, thresholds and calibration that validation
    chose (the starting point's, and ranks instead of probabilities, where nothing was held out).
    ``prior``: the shipped model that ``data.raw.prior`` is by; ``lent (k,)``: codes that are not
    ``modelled``, and of which its word stands (as :func:`precode.model.lending.with_lent` has it).
    """
    k = data.y.shape[1]
    lent = np.zeros(k, dtype=bool) if lent is None else lent
    if out_of_fold is not None:  # what is not modelled is not expected either
        out_of_fold = replace(out_of_fold, least=np.where(modelled, out_of_fold.least, 0.0))
    spec = SPECS[0] if out_of_fold is None else out_of_fold.spec
    rows = np.arange(len(data.raw))
    scaling = fit_scaling(data.raw, rows, spec)
    x = scaling.apply(data.raw)
    with one_core():
        codes = lent_head(data, x, code_head(data, x, rows, spec), lent)
        polarity = polarity_head(data, x, rows, spec)
    if prior is not None:
        about = {**about, "prior": _rests_on(prior, spec, codebook, resting(data, x, codes, spec))}
    return Bundle(
        codebook,
        encoder_model,
        encoder_key,
        terms,
        scaling,
        codes,
        np.zeros(k) if out_of_fold is None else out_of_fold.thresholds,
        np.zeros(k) if out_of_fold is None else out_of_fold.least,
        unfitted(k, data.choice) if out_of_fold is None else out_of_fold.calibration,
        polarity,
        unfitted(2, "many") if out_of_fold is None else out_of_fold.polarity_calibration,
        modelled | lent,
        about,
        held_out=None if out_of_fold is None else held_out_scores(data, out_of_fold, modelled),
        prior=prior if spec.prior else None,
    )


def _rests_on(
    prior: Bundle, spec: Spec, codebook: Codebook, share: npt.NDArray[np.floating]
) -> dict[str, object]:
    """What a bundle says of the model that it started from."""
    return {
        "name": prior.about.get("name", ""),
        "id": prior.id,
        "weight": spec.prior,
        "known": int((counterparts(codebook, prior.codebook) >= 0).sum()),
        "share": {c: round(float(s), 3) for c, s in zip(codebook.leaf_ids, share, strict=True)},
    }


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
        out.given(scores) & modelled,
        modelled,
        np.unique(data.groups[gold], return_inverse=True)[1].astype(np.int32),
    )
