"""``train``: fit, calibrate and validate on the study's human codes, by transcript."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import precode
from precode.codings.targets import Targets, targets
from precode.domain import HumanCodes, Sentence
from precode.errors import TooLittleError, UsageError
from precode.model.bundle import load, save
from precode.model.features import measure, vocabulary
from precode.model.passages import passages
from precode.model.train import fit_bundle
from precode.model.validate import OutOfFold, Training, cross_validate
from precode.steps.card import card
from precode.steps.embedding import embedding, key_of
from precode.steps.opening import Progress, Study, open_study, silent
from precode.steps.validation import validation_of
from precode.study.store import now


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and how good it is. ``validation`` is what its bundle stores (see :mod:`precode.steps.validation`)."""

    name: str
    folder: str
    id: str
    sentences: int
    transcripts: int
    left_out: tuple[str, ...]
    notes: tuple[str, ...]
    validation: dict[str, object]


def train(
    path: Path, *, name: str = "main", coders: tuple[str, ...] = (), progress: Progress = silent
) -> Trained:
    """Train the study's model ``name`` on the codes of ``coders`` (default: of all).

    Raises :class:`TooLittleError` if no code has enough examples.
    """
    if not name or name != Path(name).name or name.startswith("."):
        raise UsageError(f"{name!r} cannot be a model's name", mend="use letters, digits and -")
    with open_study(path, verb="train", write=True) as study:
        sentences = study.store.sentences()
        human = study.human_codes(sentences)
        wanted = _coders(human, coders)
        rows = targets(human, sentences, study.codebook, coders=wanted)
        gold = targets(human, sentences, study.codebook, coders=wanted, include_assisted=False)
        modelled = _modelled(study, rows)
        data, terms, use = _training(study, sentences, rows, gold.known, modelled, progress)
        out = cross_validate(
            data,
            folds=study.settings.train.folds,
            seed=study.settings.train.seed,
            progress=lambda done, total: progress("validating", done, total),
        )
        notes = _notes(study, data, out, modelled, rows)
        validation = validation_of(study, sentences, human, data, gold.y[use], out, modelled)
        encoder = study.settings.encoder
        bundle = fit_bundle(
            data,
            out,
            codebook=study.codebook,
            terms=terms,
            encoder_model=encoder.model,
            encoder_key=key_of(encoder.model, encoder.precision),
            modelled=modelled,
            about={
                "name": name,
                "made_at": now(),
                "precode": precode.__version__,
                "study": study.settings.study.title,
                "behaviour": study.settings.study.behaviour,
                "unit": study.settings.transcripts.unit,
                "codebook": {
                    "name": study.codebook.name,
                    "version": study.codebook.version,
                    "hash": study.codebook.hash,
                },
                "coders": list(wanted),
                "seed": study.settings.train.seed,
                "last_event": max((e.seq for e in study.store.events()), default=0),
                "trained_on": _trained_on(study, data, out),
                "notes": notes,
                "validation": validation,
            },
        )
        folder = study.folder.models / name
        identity = save(bundle, folder, card(bundle))
        load(folder)  # what cannot be read back was not saved
        study.store.keep_codebook(study.codebook)
        study.store.log("train", name=name, id=identity, sentences=len(data.y), coders=list(wanted))
        left_out = [
            leaf.label for leaf, m in zip(study.codebook.leaves, modelled, strict=True) if not m
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
        )


def _coders(human: HumanCodes, wanted: tuple[str, ...]) -> tuple[str, ...]:
    known = sorted({coder for _, coder in human.read})
    unknown = [c for c in wanted if c not in known]
    if unknown:
        raise UsageError(
            f"nobody called {', '.join(map(repr, unknown))} has coded",
            mend=f"coders: {', '.join(known) or 'none yet'}",
        )
    if not known:
        raise TooLittleError(
            "nobody has coded anything in this study yet",
            mend="read your codings: precode codes codings.csv; or begin: precode review --coder YOU",
        )
    return wanted or tuple(known)


def _modelled(study: Study, rows: Targets) -> npt.NDArray[np.bool_]:
    """``(k,)``: codes with enough examples and enough sentences without them."""
    given = (rows.y >= 0.5) & rows.known[:, None]
    positive = given.sum(0)
    negative = rows.known.sum() - positive
    least = study.settings.train.min_positives
    modelled = (positive >= least) & (negative >= least)
    if study.codebook.choice == "one":
        modelled = positive > 0
    enough = modelled.sum() >= (2 if study.codebook.choice == "one" else 1)
    if not enough:
        counts = ", ".join(
            f"{leaf.label} {n}" for leaf, n in zip(study.codebook.leaves, positive, strict=True)
        )
        if (positive >= least).any():
            raise TooLittleError(
                f"every sentence read carries the same code ({counts}): nothing to tell it from",
                mend="declare transcripts that were read to the end: precode codes --complete NAME",
            )
        raise TooLittleError(
            f"no code has {least} coded sentences yet ({counts})",
            mend="code more: precode codes codings.csv, or precode review --coder YOU",
        )
    return np.asarray(modelled)


def _training(
    study: Study,
    sentences: tuple[Sentence, ...],
    rows: Targets,
    gold: npt.NDArray[np.bool_],
    modelled: npt.NDArray[np.bool_],
    progress: Progress,
) -> tuple[Training, tuple[str, ...], list[int]]:
    """Features and targets of the sentences that the coders have read, and their rows in ``rows``."""
    everything = passages(sentences, study.store.turns(), behaviour=study.settings.study.behaviour)
    by_id = {p.id: p for p in everything}
    use = [i for i, s in enumerate(rows.sentence_ids) if rows.known[i] and s in by_id]
    chosen = [by_id[rows.sentence_ids[i]] for i in use]
    terms = vocabulary([p.text for p in chosen])
    encoder = study.settings.encoder
    with embedding(
        encoder.model, encoder.precision, cache=study.folder.cache, progress=progress
    ) as embed:
        raw = measure(chosen, terms, embed)
    y = np.where(modelled, rows.y[use], 0.0)
    polarity = np.where(modelled[:, None], rows.polarity[use], np.nan)
    applies = np.array([leaf.polarity for leaf in study.codebook.leaves])
    polarity[:, ~applies] = np.nan
    groups = np.array([p.id.partition(":")[0] for p in chosen])
    return Training(raw, y, polarity, groups, gold[use], study.codebook.choice), terms, use


def _notes(
    study: Study,
    data: Training,
    out: OutOfFold | None,
    modelled: npt.NDArray[np.bool_],
    rows: Targets,
) -> list[str]:
    """What the user must know about this model, each in one sentence."""
    notes = []
    least = study.settings.train.min_positives
    for leaf, m, n in zip(study.codebook.leaves, modelled, (rows.y >= 0.5).sum(0), strict=True):
        if not m:
            notes.append(f"{leaf.label}: left out, {n} coded sentences (at least {least} needed)")
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


def _trained_on(study: Study, data: Training, out: OutOfFold | None) -> list[dict[str, object]]:
    names = {t.id: t for t in study.store.transcripts()}
    ids, first, counts = np.unique(data.groups, return_index=True, return_counts=True)
    folds = [None] * len(ids) if out is None else out.fold[first].tolist()
    return [
        {"transcript": names[i].name, "sha256": names[i].sha256, "sentences": int(n), "fold": fold}
        for i, n, fold in zip(ids.tolist(), counts, folds, strict=True)
    ]
