"""All that a report says of the machine beyond its scores, gathered from a study."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np

from precode.codings.consensus import settled
from precode.domain import Event, HumanCodes, Sentence, Turn
from precode.model.predictions import Predictions
from precode.report.evidence import Evidence, GroupErrors
from precode.steps.evidence.checking import checked, predicted
from precode.steps.evidence.confidence import FEWEST, reliability, risk
from precode.steps.evidence.counting import Machine, counts
from precode.steps.evidence.grouping import group_errors, talk_of
from precode.steps.evidence.held_out import HeldOut, read_held_out
from precode.steps.evidence.learning import learnt
from precode.steps.loop.answers import answered as answered_
from precode.steps.models import names
from precode.steps.opening import Study

AUDIT_FROM = 100  # answers from which the audit sample shows how far confidence can be believed


def evidence_of(
    study: Study,
    sentences: tuple[Sentence, ...],
    events: Sequence[Event],
    human: HumanCodes,
    turns: Mapping[str, Sequence[Turn]],
    run: tuple[str, str, Predictions] | None,
) -> Evidence:
    """``run`` is the newest: its id, its model's name, and what it says."""
    store, settings = study.store, study.settings
    draws, floor = settings.train.bootstrap, settings.train.floor
    rng = np.random.default_rng(settings.train.seed)
    known = names(study)
    model = run[1] if run is not None and run[1] in known else (known[0] if known else "")
    record = read_held_out(study.folder.models / model, study.codebook.leaf_ids) if model else None
    machine = None
    if run is not None:
        same = record is not None and _identity(study, model) == run[2].bundle_id
        machine = Machine(run[2], record if same else None, own=run[1] in known)
    frame = store.audit()
    sample = answered_(study, frame, sentences, events)
    counted = counts(study.codebook, sentences, turns, settled(human), frame, sample, machine)
    untold: list[str] = []
    judged, audited = None, None
    if machine is not None and run is not None and sample is not None and not sample.design.why:
        judged = checked(
            study.codebook, sentences, sample, machine, run[0], rng=rng, draws=draws, floor=floor
        )
        if len(sample.ids) >= AUDIT_FROM and run[2].calibrated:
            p, _, _ = predicted(machine, sample.ids)
            p[:, np.isnan(machine.run.p).all(axis=0)] = np.nan
            # drawn sentence by sentence, so that sentences are what varies
            audited = reliability(
                p, sample.truth, sample.ids, where="the audit sample", over="sentences", rng=rng,
                draws=draws,
            )  # fmt: skip
    held, danger = None, None
    groups: tuple[GroupErrors, ...] = ()
    scored = _scored(record, sentences)
    if scored is not None:
        clusters = [i.partition(":")[0] for i in scored.sentence_ids]
        if scored.calibrated:
            held = reliability(
                scored.p, scored.truth, clusters, where="cross-validation", over="transcripts",
                rng=rng, draws=draws,
            )  # fmt: skip
        else:
            untold.append(
                "The confidences of this model only rank: too few transcripts or sentences to "
                "calibrate them on. A reliability diagram would mean nothing."
            )
        danger = risk(
            scored.p, scored.decision, scored.truth, clusters, bar=settings.predict.accept,
            ranks=not scored.calibrated, rng=rng, draws=draws,
        )  # fmt: skip
        if danger is None:
            untold.append(
                f"Risk and coverage: {len(scored.sentence_ids)} sentences were held out; "
                f"{FEWEST} are needed."
            )
        talk = talk_of(
            scored.sentence_ids, sentences, turns, store.transcripts(), store.participants()
        )
        groups = group_errors(talk, scored.truth, scored.decision, rng=rng, draws=draws)
        if not groups:
            untold.append(
                "Errors by participant group: no attribute has two groups of at least two people "
                "among the sentences held out. precode add --attributes TABLE adds attributes."
            )
    elif model:
        untold.append(
            "How far the machine’s confidence can be believed, and whether it errs more on some "
            "participants, is not shown: the model keeps no record of its validation sentence by "
            "sentence. Train again to see it: precode train."
        )
    curve = learnt(study.folder.cache, store.logged())
    if curve is None and model:
        untold.append("Learning curve: precode simulate makes one from what is coded.")
    return Evidence(counted, judged, held, audited, danger, curve, groups, tuple(untold))


def _identity(study: Study, model: str) -> str:
    """The id of the bundle that stands there now."""
    try:
        data = (study.folder.models / model / "bundle.json").read_bytes()
    except OSError:
        return ""
    return hashlib.sha256(data).hexdigest()[:16]


def _scored(record: HeldOut | None, sentences: Sequence[Sentence]) -> HeldOut | None:
    """The rows of ``record`` that validation counts, of sentences that the study still holds."""
    if record is None:
        return None
    there = {s.id for s in sentences}
    use = record.gold & np.array([i in there for i in record.sentence_ids], dtype=bool)
    if not use.any():
        return None
    return HeldOut(
        tuple(i for i, u in zip(record.sentence_ids, use, strict=True) if u),
        record.codes, record.truth[use], record.gold[use], record.p[use], record.decision[use],
        record.polarity[use], record.calibrated,
    )  # fmt: skip
