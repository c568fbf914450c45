"""What a training run says of itself: scores by code and polarity, human agreement beside them."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import numpy.typing as npt

from precode.agreement.estimate import Estimate, Figure
from precode.agreement.pairs import HumanAgreement, human_agreement
from precode.agreement.scores import BinaryScore, score_binary, score_codes
from precode.domain import HumanCodes, Sentence
from precode.model.features import Spec
from precode.model.thresholds import macro_f1
from precode.model.training import Training
from precode.model.validate import OutOfFold
from precode.steps.opening import Study

Floats = npt.NDArray[np.floating]


def validation_of(
    study: Study,
    sentences: tuple[Sentence, ...],
    human: HumanCodes,
    data: Training,
    gold_y: Floats,
    out: OutOfFold | None,
    modelled: npt.NDArray[np.bool_],
) -> dict[str, object]:
    """Scores by code with intervals over transcripts, human–human agreement beside them.

    Only readings made without a suggestion in view count, on both sides.
    """
    settings = study.settings.train
    rng = np.random.default_rng(settings.seed)
    humans = human_agreement(
        human, sentences, study.codebook, rng=rng, draws=settings.bootstrap, floor=settings.floor
    )
    if out is None or not data.gold.any():
        why = (
            "nothing could be held out"
            if out is None
            else "every code was given with a suggestion in view"
        )
        return {"why_not": why, "human": _human(humans, study)}
    rows = data.gold
    truth = gold_y[rows] >= 0.5
    if study.codebook.choice == "one":  # the code most coders gave; of equals the first
        best = gold_y[rows].argmax(1)
        truth = np.arange(truth.shape[1]) == best[:, None]
    decision = out.decision[rows] & modelled
    groups = data.groups[rows].tolist()
    scores = score_codes(
        truth, decision, study.codebook.leaf_ids, groups,
        rng=rng, draws=settings.bootstrap, floor=settings.floor,
    )  # fmt: skip
    nothing = score_binary(
        ~truth.any(1), ~decision.any(1), groups,
        rng=rng, draws=settings.bootstrap, floor=settings.floor,
    )  # fmt: skip
    return {
        "sentences": int(rows.sum()),
        "transcripts": len(set(groups)),
        "folds": int(out.fold.max()) + 1,
        "nested": out.nested,
        "settings_chosen": [vars_of(s, data) for s in out.chosen],
        "codes": {code: _score(s) for code, s in scores.codes.items()},
        "nothing_applies": _score(nothing),
        "macro_f1": _figure(scores.macro_f1),
        "macro_f1_by_fold": [
            round(macro_f1(truth[at], decision[at]), 4)
            for f in range(int(out.fold.max()) + 1)
            if (at := out.fold[rows] == f).any()
        ],
        "micro": _score(scores.micro),
        "averaged": list(scores.averaged),
        "polarity": _polarity(study, data, out, rng),
        "human": _human(humans, study),
    }


def vars_of(spec: Spec, data: Training) -> dict[str, float]:
    """A setting of the features, by name; ``prior`` is 0 where ``data`` has none."""
    return {**asdict(spec), "prior": spec.prior if data.raw.prior is not None else 0.0}


def _polarity(
    study: Study, data: Training, out: OutOfFold, rng: np.random.Generator
) -> dict[str, object] | None:
    """How often polarity is right where a human gave the code with a definite one. None where none
    could be learned: log-odds of 0 and 0 are no guess.
    """
    share = data.polarity
    sure = (np.abs(share[:, :, 0] - share[:, :, 1]) == 1) & data.gold[:, None]
    sure &= (out.polarity != 0).any(2)
    row, code = np.nonzero(sure)
    if not len(row):
        return None
    truth = share[row, code] == 1
    scores = out.polarity[row, code]
    given = np.column_stack([scores[:, 0] >= scores[:, 1], scores[:, 1] > scores[:, 0]])
    s = score_codes(
        truth, given, ("barrier", "facilitator"), data.groups[row].tolist(),
        rng=rng, draws=study.settings.train.bootstrap, floor=study.settings.train.floor,
    )  # fmt: skip
    return {
        "n": len(row),
        "macro_f1": _figure(s.macro_f1),
        "accuracy": _figure(s.micro.f1),
        "codes": {k: _score(v) for k, v in s.codes.items()},
    }


def _human(humans: HumanAgreement, study: Study) -> dict[str, object] | None:
    if not humans.pairs:
        return None
    return {
        "pairs": [list(p) for p in humans.pairs],
        "sentences": humans.sentences,
        "transcripts": humans.transcripts,
        "macro_f1": _figure(humans.macro_f1),
        "codes": {
            code: {
                "units": a.units,
                "positives": a.positives,
                "kappa": _figure(a.kappa),
                "f1": _figure(a.f1),
                "observed": _figure(a.observed),
                "polarity": _figure(a.polarity),
            }
            for code, a in humans.codes.items()
        },
    }


def _score(s: BinaryScore) -> dict[str, object]:
    return {
        "n": s.n,
        "positives": s.positives,
        "predicted": s.predicted_positives,
        "precision": _figure(s.precision),
        "recall": _figure(s.recall),
        "f1": _figure(s.f1),
        "kappa": _figure(s.kappa),
    }


def _figure(f: Figure) -> list[float | None] | str:
    """[value, low, high], or the words why there is none."""
    return [f.value, f.low, f.high] if isinstance(f, Estimate) else str(f)
