"""``train``: fit, calibrate and validate on the study's human codes, by transcript."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from precode.errors import UsageError
from precode.model.bundle_files import load, save
from precode.model.finetune.plan import Plan
from precode.model.training import Training
from precode.model.validate import OutOfFold, cross_validate
from precode.resources import starters
from precode.steps.evidence.held_out import FILE, held_out_of, packed
from precode.steps.finetune import Finetuned, Keep, finetune, forget, prepare
from precode.steps.learnt import drift
from precode.steps.learnt.card import card
from precode.steps.learnt.downloading import fetch, fetch_for
from precode.steps.learnt.learning import Lesson, borrowing, bundle_of, lesson
from precode.steps.learnt.resting import said
from precode.steps.learnt.validation import validation_of
from precode.steps.opening import Progress, Study, open_study, silent
from precode.steps.together.rounds import shown


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and how good it is. ``validation`` is what its bundle stores (see :mod:`precode.steps.learnt.validation`),
    ``finetuned`` how a fine-tuned encoder compared, where that was asked for, ``prior`` how much rests
    on the shipped model that it started from, None where there was none.
    """

    name: str
    folder: str
    id: str
    sentences: int
    transcripts: int
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    validation: dict[str, object]
    finetuned: Finetuned | None = None
    prior: object = None


def train(
    path: Path,
    *,
    name: str = "main",
    coders: tuple[str, ...] = (),
    tune: Plan | None = None,
    keep: Keep = "better",
    allow_download: bool = False,
    progress: Progress = silent,
) -> Trained:
    """Train the study's model ``name`` on the codes of ``coders`` (default: of all). With ``tune`` the
    encoder is fine-tuned too, and ``keep`` says which of the two models stays.

    Raises :class:`TooLittleError` if no code has enough examples, or for ``tune`` with fewer than four
    transcripts.
    """
    if not name or name != Path(name).name or name.startswith("."):
        raise UsageError(f"{name!r} cannot be a model's name", mend="use letters, digits and -")
    if name in starters():
        raise UsageError(f"{name!r} is the name of a model that ships with precode",
                         mend="train --name OTHER")  # fmt: skip
    with open_study(path, verb="train", write=True) as study:
        if allow_download:
            fetch(study.settings.encoder.model, progress=progress)
            starter = study.settings.train.starter
            if isinstance(starter, str) and starter in starters():
                fetch_for(starter, allow_download=True, progress=progress)
        learned = lesson(study, coders=coders, progress=progress)
        data = learned.data
        out = cross_validate(
            data,
            folds=study.settings.train.folds,
            seed=study.settings.train.seed,
            progress=lambda done, total: progress("validating", done, total),
        )
        told, tuned = None, None
        if tune is not None:
            told, out, tuned = finetune(study, learned, out, tune, keep=keep, progress=progress)
        if tuned is None:  # beside an encoder of the study's own the starter's scores are not added
            learned, out = borrowing(study, learned, out)
        notes = _notes(study, learned, out) + ([told.said] if told else [])
        validation = validation_of(
            study, learned.sentences,
            shown(study, study.independent_codes(learned.sentences)),
            data, learned.gold_y, out, learned.told,
        )  # fmt: skip
        about: dict[str, object] = {
            "name": name,
            "trained_on": _trained_on(study, data, out),
            "notes": notes,
            "validation": validation,
        }
        talk = drift.record_of(learned, out)
        if talk is not None:
            about[drift.KEY] = drift.sign(talk)
        if told is not None:
            about["finetuned"] = asdict(told)
        bundle = replace(bundle_of(study, learned, out, about=about), tuned=tuned)
        folder = study.folder.models / name
        beside = {} if out is None else {FILE: packed(held_out_of(study, learned, out))}
        if talk is not None:
            beside[drift.FILE] = talk
        identity = save(bundle, folder, card(bundle), beside=beside)
        if start := said(bundle):
            notes.append(start)
        prepare(load(folder))  # what cannot be read back was not saved
        forget(study)
        study.store.keep_codebook(study.codebook)
        study.store.log(
            "train", name=name, id=identity, sentences=len(data.y), coders=list(learned.coders),
            macro_f1=_short(validation.get("macro_f1")),
            **({} if told is None else {"finetuned": told.kept}),
        )  # fmt: skip
        left_out = [
            leaf.label
            for leaf, told_of in zip(study.codebook.leaves, learned.told, strict=True)
            if not told_of
        ]
        count = len(np.unique(data.groups))
        return Trained(
            name,
            str(folder),
            identity,
            len(data.y),
            count,
            tuple(left_out),
            tuple(notes),
            validation,
            told,
            bundle.about.get("prior"),
        )


def _short(score: object) -> object:
    """A score as the log keeps it: four decimals, or words."""
    if not isinstance(score, list):
        return score
    return [None if s is None else round(s, 4) for s in score]


def _notes(study: Study, learned: Lesson, out: OutOfFold | None) -> list[str]:
    """What the user must know about this model, each in one sentence."""
    data, rows = learned.data, learned.rows
    notes = []
    least = study.settings.train.min_positives
    for leaf, modelled, lent, n in zip(
        study.codebook.leaves, learned.modelled, learned.lent, (rows.y >= 0.5).sum(0), strict=True
    ):
        if modelled:
            continue
        found = f"{n} coded sentence{'' if n == 1 else 's'} (at least {least} needed)"
        notes.append(
            f"{leaf.label}: {found}, so what is said of it, and how surely, is the starter model's word alone"
            if lent
            else f"{leaf.label}: left out, {found}{_else(study, learned)}"
        )
    known = data.polarity[~np.isnan(data.polarity).any(2)]
    if len(known) and not (known.sum(0) > 0).all():
        only = "barriers" if known[:, 0].any() else "facilitators"
        rests = ", so polarity is the starter model's word" if learned.prior else (
            "; polarity cannot be learned from that, and will be called unclear"
        )  # fmt: skip
        notes.append(f"all codes with a polarity are {only}{rests}")
    if rows.foreign:
        notes.append(
            f"codes that the codebook does not hold were left out: {', '.join(rows.foreign)}"
        )
    if study.codebook.choice == "many" and not (data.y < 0.5).all(1).any():
        notes.append(
            "no sentence is known to carry no code, so the machine will give codes too often: "
            "declare fully read transcripts with `precode codes --complete NAME`"
        )
    if out is None:
        notes.append(
            "only one transcript is coded: nothing could be held out, so there is no score, "
            "and the confidences only rank"
        )
    elif not out.nested:
        notes.append(
            "fewer than four transcripts are coded: settings were not chosen by validation, "
            "and the scores are rough"
        )
    if out is not None and not out.calibration.fitted:
        notes.append(
            "too few sentences were coded without a suggestion in view: the confidences only rank"
        )
    return notes


def _else(study: Study, learned: Lesson) -> str:
    """Who knows the codes that were left out."""
    starter = learned.prior
    if starter is None or starter.codebook.leaf_ids != study.codebook.leaf_ids:
        return ""
    name = starter.about.get("name")
    return f"; the shipped model knows it: `precode predict --model {name}`"


def _trained_on(study: Study, data: Training, out: OutOfFold | None) -> list[dict[str, object]]:
    names = {t.id: t for t in study.store.transcripts()}
    ids, first, counts = np.unique(data.groups, return_index=True, return_counts=True)
    folds = [None] * len(ids) if out is None else out.fold[first].tolist()
    return [
        {"transcript": names[i].name, "sha256": names[i].sha256, "sentences": int(n), "fold": fold}
        for i, n, fold in zip(ids.tolist(), counts, folds, strict=True)
    ]
