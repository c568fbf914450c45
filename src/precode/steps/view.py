"""The study as the report and the exports see it."""

from __future__ import annotations

from typing import Any

import numpy as np

import precode
from precode.codings.history import fold
from precode.errors import InputError
from precode.model.bundle import load
from precode.report.view import (
    AgreementRow,
    MachineCodes,
    Score,
    StudyView,
    ValidationRow,
    ValidationTable,
)
from precode.steps.models import names
from precode.steps.opening import Study
from precode.steps.predict import latest_run
from precode.steps.suggested import assistance_of
from precode.study.store import now


def view_of(study: Study) -> StudyView:
    """Everything a report shows, read at one moment."""
    sentences = study.store.sentences()
    events = study.store.events()
    human = fold(events, sentences, overlap=study.settings.codings.overlap)
    run = latest_run(study)
    machine = None
    if run is not None:
        about, found = run[0].about, run[1]
        machine = MachineCodes(
            run[0].id,
            str(about["model"]),
            found.bundle_id,
            found.sentence_ids,
            np.asarray(found.p, dtype=np.float64),
            found.decision,
            found.polarity,
            np.array([v.value for v in found.verdict]),
        )
    validation = _stored_validation(study, "" if run is None else str(run[0].about["model"]))
    return StudyView(
        study.settings.study.title,
        study.settings.study.behaviour,
        study.codebook,
        study.store.transcripts(),
        study.store.turns(),
        sentences,
        study.store.participants(),
        study.store.sources(),
        human,
        len(events),
        tuple(sorted({c for _, c in human.read})),
        machine,
        _validation(validation),
        _agreement(validation),
        study.store.unplaced(),
        study.store.logged(),
        precode.__version__,
        now(),
        assistance_of(study, events, human),
        frozenset(study.store.audit_sample()) - {s for s, _ in human.read},
    )


def _stored_validation(study: Study, model: str) -> dict[str, Any]:
    """What the model's bundle says of its validation; empty if there is no such bundle now."""
    known = names(study)
    name = model if model in known else (known[0] if known else "")
    if not name:
        return {}
    try:
        about = load(study.folder.models / name).about
    except InputError:
        return {}
    found = about.get("validation")
    return found if isinstance(found, dict) else {}


def _validation(stored: dict[str, Any]) -> ValidationTable | None:
    if "codes" not in stored:
        return None
    human = (stored.get("human") or {}).get("codes", {})
    rows = tuple(
        ValidationRow(
            code, s["n"], s["positives"], _score(s["precision"]), _score(s["recall"]),
            _score(s["f1"]), _score(s["kappa"]),
            human_kappa=_score(human[code]["kappa"]) if code in human else None,
        )
        for code, s in stored["codes"].items()
    )  # fmt: skip
    return ValidationTable(
        rows, _score(stored["macro_f1"]), stored["folds"], stored["transcripts"], _note(stored)
    )


def _note(stored: dict[str, Any]) -> str:
    nothing, polarity = stored["nothing_applies"], stored["polarity"]
    parts = [f"F1 of “nothing applies”: {_words(nothing['f1'])}."]
    if polarity:
        parts.append(
            f"Polarity, where a person gave the code ({polarity['n']} times): "
            f"accuracy {_words(polarity['accuracy'])}, macro-F1 {_words(polarity['macro_f1'])}."
        )
    if not stored["nested"]:
        parts.append("Fewer than four transcripts: rough.")
    return " ".join(parts)


def _agreement(stored: dict[str, Any]) -> tuple[AgreementRow, ...] | None:
    human = stored.get("human")
    if not human:
        return None
    pairs = [f"{a} and {b}" for a, b, _ in human["pairs"]]
    coders = pairs[0] if len(pairs) == 1 else f"{len(pairs)} pairs of coders"
    return tuple(
        AgreementRow(
            code,
            coders,
            row["units"],
            row["positives"],
            _score(row["observed"]),
            _score(row["kappa"]),
        )
        for code, row in human["codes"].items()
    )


def _score(stored: object) -> Score:
    if isinstance(stored, str):
        return stored
    assert isinstance(stored, list)
    value, low, high = stored
    return f"{value:.2f}, no interval" if low is None else (value, low, high)


def _words(stored: object) -> str:
    score = _score(stored)
    if isinstance(score, tuple):
        return f"{score[0]:.2f} ({score[1]:.2f} to {score[2]:.2f})"
    return str(score)
