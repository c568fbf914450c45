"""The study as the report and the exports see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

import precode
from precode.codings.consensus import CONSENSUS, settled
from precode.codings.history import fold
from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.bundle_files import load
from precode.report.grid import Form
from precode.report.score import Score, alone
from precode.report.summaries import Summary
from precode.report.view import (
    MachineCodes,
    StudyView,
    ValidationRow,
    ValidationTable,
)
from precode.report.wheel import read_wheel
from precode.report.writing import text_of
from precode.resources import shipped
from precode.steps.evidence.gathering import evidence_of
from precode.steps.models import names
from precode.steps.opening import Study
from precode.steps.predict import latest_run
from precode.steps.reporting.coders import coders_agreement
from precode.steps.reporting.record import record_of
from precode.steps.reporting.suggested import assistance_of
from precode.steps.together.rounds import apart, told, without
from precode.study.store import now


def view_of(study: Study) -> StudyView:
    """Everything a report shows, read at one moment."""
    sentences = study.store.sentences()
    events = study.store.events()
    human = fold(events, sentences, overlap=study.settings.codings.overlap)
    human = without(human, hidden := apart(study, human))
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
    bundle = _bundle(study, "" if run is None else str(run[0].about["model"]))
    validation = _stored_validation(bundle)
    turns = study.store.turns()
    agreement = coders_agreement(study, sentences, events)
    return StudyView(
        study.settings.study.title,
        study.settings.study.behaviour,
        study.codebook,
        study.store.transcripts(),
        turns,
        sentences,
        study.store.participants(),
        study.store.sources(),
        settled(human),
        len(events),
        tuple(sorted({c for _, c in human.read if c != CONSENSUS})),
        machine,
        _validation(validation),
        agreement,
        _unplaced(study, hidden),
        study.store.logged(),
        precode.__version__,
        now(),
        assistance_of(study, events, human),
        hidden.union(study.store.audit_sample()) - {s for s, _ in human.read},
        record_of(study, sentences, events, bundle, agreement),
        read_wheel(shipped("configs") / "frameworks" / "behaviour-change-wheel.toml"),
        evidence_of(
            study, sentences, events, human, turns,
            None if run is None else (run[0].id, str(run[0].about["model"]), run[1]),
        ),
        tuple(Summary(s.row, s.code, s.text, s.at, s.file) for s in study.store.summaries()),
        left_out=told(study),
        said=human,
    )  # fmt: skip


def _unplaced(study: Study, hidden: frozenset[str]) -> tuple[Mapping[str, object], ...]:
    """Rows of coded tables without a place. Of a transcript that is being coded apart they keep who
    and where: what was given there is shown to nobody.
    """
    apart = {i.partition(":")[0] for i in hidden}
    names = {t.name for t in study.store.transcripts() if t.id in apart}
    return tuple(
        {k: v for k, v in row.items() if k in ("row", "source", "coder")} | {"why": "coded apart"}
        if row.get("source") in names
        else row
        for row in study.store.unplaced()
    )


def _bundle(study: Study, model: str) -> Bundle | None:
    """The model named ``model``, else the study's first; None if there is none, or it is damaged."""
    known = names(study)
    name = model if model in known else (known[0] if known else "")
    try:
        return load(study.folder.models / name) if name else None
    except InputError:
        return None


def _stored_validation(bundle: Bundle | None) -> dict[str, Any]:
    """What the model's bundle says of its validation; empty if there is none."""
    found = bundle.about.get("validation") if bundle else None
    return found if isinstance(found, dict) else {}


def _validation(stored: dict[str, Any]) -> ValidationTable | None:
    if "codes" not in stored:
        return None
    human = (stored.get("human") or {}).get("codes", {})
    polarity = stored["polarity"]
    return ValidationTable(
        tuple(_row(code, s, human.get(code)) for code, s in stored["codes"].items()),
        _score(stored["macro_f1"]),
        stored["folds"],
        stored["transcripts"],
        _note(stored),
        _row("", stored["nothing_applies"], None),
        tuple(_row(side, s, None) for side, s in (polarity or {}).get("codes", {}).items()),
    )


def _row(code: str, s: dict[str, Any], human: dict[str, Any] | None) -> ValidationRow:
    return ValidationRow(
        code, s["n"], s["positives"], _score(s["precision"]), _score(s["recall"]),
        _score(s["f1"]), _score(s["kappa"]),
        human_kappa=_score(human["kappa"]) if human else None,
        human_f1=_score(human["f1"]) if human else None,
    )  # fmt: skip


def _note(stored: dict[str, Any]) -> str:
    polarity, parts = stored["polarity"], []
    if polarity:
        parts.append(
            f"Polarity, where a person gave the code ({polarity['n']} times): "
            f"accuracy {_words(polarity['accuracy'])}, macro-F1 {_words(polarity['macro_f1'])}."
        )
    if not stored["nested"]:
        parts.append("Fewer than four transcripts: rough.")
    return " ".join(parts)


def _score(stored: object) -> Score:
    if isinstance(stored, str):
        return stored
    assert isinstance(stored, list)
    value, low, high = stored
    return alone(value) if low is None else (value, low, high)


def _words(stored: object) -> str:
    return text_of(_score(stored), Form.SCORE)
