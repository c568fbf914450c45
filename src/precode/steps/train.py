"""``train``: fit, calibrate and validate on the study's human codes, by transcript."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

import precode
from precode.agreement.estimate import Estimate, Figure
from precode.agreement.pairs import HumanAgreement, human_agreement
from precode.agreement.scores import BinaryScore, score_binary, score_codes
from precode.codings.targets import Targets, targets
from precode.domain import HumanCodes, Sentence
from precode.errors import TooLittleError, UsageError
from precode.model.bundle import load, save
from precode.model.features import measure, vocabulary
from precode.model.passages import passages
from precode.model.thresholds import macro_f1
from precode.model.train import fit_bundle
from precode.model.validate import OutOfFold, Training, cross_validate
from precode.steps.card import card
from precode.steps.embedding import embedding, key_of
from precode.steps.opening import Progress, Study, open_study, silent
from precode.study.store import now

Floats = npt.NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Trained:
    """A model and how good it is. ``validation`` is what its bundle stores (see :func:`_validation`)."""

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
        validation = _validation(study, sentences, human, data, gold.y[use], out, modelled)
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
    return notes


def _trained_on(study: Study, data: Training, out: OutOfFold | None) -> list[dict[str, object]]:
    names = {t.id: t for t in study.store.transcripts()}
    ids, first, counts = np.unique(data.groups, return_index=True, return_counts=True)
    folds = [None] * len(ids) if out is None else out.fold[first].tolist()
    return [
        {"transcript": names[i].name, "sha256": names[i].sha256, "sentences": int(n), "fold": fold}
        for i, n, fold in zip(ids.tolist(), counts, folds, strict=True)
    ]


def _validation(
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
        "settings_chosen": [vars_of(s) for s in out.chosen],
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


def vars_of(spec: object) -> dict[str, float]:
    """A setting of the features, by name."""
    return {name: float(getattr(spec, name)) for name in ("lexical", "context", "c")}


def _polarity(
    study: Study, data: Training, out: OutOfFold, rng: np.random.Generator
) -> dict[str, object] | None:
    """How often polarity is right where a human gave the code with a definite one."""
    share = data.polarity
    sure = (np.abs(share[:, :, 0] - share[:, :, 1]) == 1) & data.gold[:, None]
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
