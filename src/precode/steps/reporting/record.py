"""What was done in a study, gathered from its log, its model and its settings for a report."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from precode.agreement.labels import About
from precode.codings.consensus import CONSENSUS
from precode.codings.history import flags, standing
from precode.domain import Event, EventKind, Reason, Sentence
from precode.model.bundle import Bundle
from precode.report.agreement import CoderAgreement
from precode.report.record import Advised, AuditDone, DoubleCoded, Learned, Record, Started
from precode.report.score import Score, alone
from precode.steps.learnt.resting import start_of
from precode.steps.loop.answers import audited
from precode.steps.opening import Study

# What an encoder is called where it was published
_ENCODERS = {"minilm": "all-MiniLM-L6-v2"}


def record_of(
    study: Study,
    sentences: Sequence[Sentence],
    events: Sequence[Event],
    bundle: Bundle | None,
    agreement: CoderAgreement | None = None,
) -> Record:
    """The record of ``study``; ``bundle`` is the model behind its pre-codes, or None, ``agreement``
    what its report says of how far coders agree.
    """
    stand = [e for e in standing(events) if e.reason != Reason.PROBE]
    noted = flags(events)
    return Record(
        unit=study.settings.transcripts.unit,
        imported=sum(e.kind is EventKind.EXCERPT for e in stand),
        decided=sum(e.kind is EventKind.DECISION and e.coder != CONSENSUS for e in stand),
        adjudicated=sum(e.kind is EventKind.DECISION and e.coder == CONSENSUS for e in stand),
        suggestion=study.settings.review.suggestion,
        flagged=len(noted),
        memos=sum(bool(e.memo) for e in noted),
        learned=None if bundle is None else _learned(study, bundle),
        audit=_audit(study, sentences, events),
        double=_double(agreement),
        advice=_advice(study),
    )


def _learned(study: Study, bundle: Bundle) -> Learned:
    about: Mapping[str, Any] = bundle.about
    trained: list[dict[str, Any]] = about["trained_on"]
    validation: dict[str, Any] = about["validation"]
    codes: dict[str, Any] = validation.get("codes", {})
    return Learned(
        name=str(about["name"]),
        bundle=bundle.id,
        made_at=str(about["made_at"]),
        precode=str(about["precode"]),
        encoder=_ENCODERS.get(bundle.encoder_model, bundle.encoder_model),
        encoder_key=bundle.encoder_key,
        sentences=sum(int(t["sentences"]) for t in trained),
        transcripts=len(trained),
        coders=tuple(about["coders"]),
        folds=validation.get("folds"),
        seed=int(about["seed"]),
        macro_f1=_score(validation.get("macro_f1")),
        calibrated=bundle.calibration.fitted,
        settings=tuple((n, v) for n, v in asdict(bundle.scaling.spec).items() if n != "prior"),
        thresholds=tuple(
            (
                code,
                float(at) if modelled and math.isfinite(at) else None,
                codes[code]["positives"] if code in codes else None,
            )
            for code, at, modelled in zip(
                bundle.codebook.leaf_ids, bundle.thresholds, bundle.modelled, strict=True
            )
        ),
        accept=study.settings.predict.accept,
        notes=tuple(about.get("notes", ())),
        started=_started(bundle),
        least=float(bundle.least.max()),
    )


def _started(bundle: Bundle) -> Started | None:
    start = start_of(bundle)
    if start is None:
        return None
    return Started(
        start.name, start.id, start.weight, start.chosen, tuple(start.shares.items()), start.mean,
        start.beside, start.began,
    )  # fmt: skip


def _score(stored: object) -> Score:
    if not isinstance(stored, list):
        return None if stored is None else str(stored)
    value, low, high = stored
    return alone(value) if low is None else (value, low, high)


def _double(agreement: CoderAgreement | None) -> DoubleCoded | None:
    if agreement is None:
        return None
    found = (r.kappa for r in agreement.rows if r.about == About.CODE)
    kappas = [k[0] for k in found if isinstance(k, tuple)]
    spread = (min(kappas), math.fsum(kappas) / len(kappas), max(kappas)) if kappas else None
    return DoubleCoded(
        agreement.units, agreement.transcripts, len(agreement.coders), spread, len(kappas)
    )


def _audit(
    study: Study, sentences: Sequence[Sentence], events: Sequence[Event]
) -> AuditDone | None:
    rows = study.store.audit()
    if not rows:
        return None
    answered = audited(study, sentences, events)
    return AuditDone(
        drawn=sum(r.position is not None for r in rows),
        frame=len(rows),
        answered=0 if answered is None else len(answered.truth),
        transcripts=len({r.stratum for r in rows}),
        seed=study.settings.train.seed,
        released=study.settings.audit.released,
    )


def _advice(study: Study) -> Advised | None:
    """The last advice that was logged."""
    last: Advised | None = None
    settings = study.settings.audit
    for entry in study.store.logged():
        detail = entry["detail"]
        if entry["verb"] == "advice" and isinstance(detail, dict):
            advice = detail["advice"]
            last = Advised(
                str(entry["at"])[:10], str(advice["words"]), bool(advice["stop"]),
                settings.recall, settings.confidence,
            )  # fmt: skip
    return last
