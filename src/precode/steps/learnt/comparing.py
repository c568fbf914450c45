"""Is one model better than another? Both judged on the same held-out sentences, transcript by
transcript, so that what is hard for both cancels out.

Records that validation left beside the models are taken where they hold the same sentences in the
same folds. Else the models' settings (coders, encoder, starter) are validated anew, on what is coded now. A
model that has seen none of the study's transcripts is judged on all of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from precode.agreement import counts as of
from precode.agreement.bootstrap import cluster_weights, estimate, per_cluster
from precode.agreement.scores import mean_f1
from precode.errors import InputError, TooLittleError, UsageError
from precode.model.bundle import Bundle
from precode.model.passages import passages
from precode.model.validate import OutOfFold, cross_validate
from precode.resources import starters
from precode.steps.evidence.held_out import HeldOut, held_out_of, read_held_out
from precode.steps.learnt.embedding import embedding_of
from precode.steps.learnt.learning import Lesson, borrowing, lesson
from precode.steps.learnt.resting import start_of
from precode.steps.models import folder_of, study_model
from precode.steps.opening import Progress, Study, open_study, silent

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Interval = tuple[float, float | None, float | None]

STORED, ANEW, UNSEEN = "its own validation", "validated anew", "never saw these transcripts"


@dataclass(frozen=True, slots=True)
class Compared:
    """One model: macro-F1 and micro-F1 [value, low, high] on the common sentences, F1 by code, and
    ``how`` its codes came about.
    """

    name: str
    how: str
    encoder: str
    coders: tuple[str, ...]
    macro_f1: Interval
    micro_f1: Interval
    codes: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """``better`` minus ``than``, over the same draws of transcripts: macro-F1, and F1 by code.
    ``clear`` is True where the interval leaves out 0.
    """

    name: str
    than: str
    macro_f1: Interval
    codes: Mapping[str, Interval]
    clear: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """Models on the same ``sentences`` of ``transcripts``; macro-F1 is the mean over ``averaged``."""

    sentences: int
    transcripts: int
    averaged: tuple[str, ...]
    models: tuple[Compared, ...]
    differences: tuple[Difference, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Answers:
    """A model's decisions on held-out sentences; ``folds`` by transcript hash, None if it has none."""

    record: HeldOut
    how: str
    folds: Mapping[str, int] | None


def compare(path: Path, names: Sequence[str], *, progress: Progress = silent) -> Comparison:
    """Compare the models ``names`` (of the study, shipped, or folders), each with the ones before.

    Raises :class:`UsageError` for fewer than two, :class:`InputError` for a model that does not
    fit the study or cannot be judged fairly, :class:`TooLittleError` with too little in common.
    """
    if len(set(names)) < 2:
        raise UsageError(
            "comparing takes two models", mend="name two: precode models lists what there is"
        )
    with open_study(path, verb="models", write=False) as study:
        named = [study_model(study, n) for n in dict.fromkeys(names)]
        found, notes = _answers(study, named, progress)
        return _comparison(study, named, found, notes)


def _answers(
    study: Study, named: Sequence[tuple[str, Bundle]], progress: Progress
) -> tuple[list[_Answers], list[str]]:
    stored = [_stored(study, name, bundle) for name, bundle in named]
    unseen = [
        s is None and _has_seen_none(study, b) for s, (_, b) in zip(stored, named, strict=True)
    ]
    kept = [s for s in stored if s is not None]
    alike = all(
        s.record.sentence_ids == kept[0].record.sentence_ids and s.folds == kept[0].folds
        for s in kept
    )
    notes: list[str] = []
    out: list[_Answers | None] = list(stored)
    if not alike or not all(s or u for s, u in zip(stored, unseen, strict=True)):
        notes.append(
            "the models were validated on other sentences or other folds, so their settings "
            "(coders, encoder, starter) were validated anew on what is coded now"
        )
        for i, (name, bundle) in enumerate(named):
            if not unseen[i]:
                out[i] = _anew(study, name, bundle, progress)
    for i, (_, bundle) in enumerate(named):
        if unseen[i]:
            like = next((a.record for a in out if a is not None), None)
            out[i] = _fresh(study, bundle, like, progress)
    return [a for a in out if a is not None], notes


def _stored(study: Study, name: str, bundle: Bundle) -> _Answers | None:
    record = read_held_out(folder_of(study, name), study.codebook.leaf_ids)
    trained = bundle.about.get("trained_on")
    if record is None or not isinstance(trained, list):
        return None
    here = {s.id for s in study.store.sentences()}
    if not record.gold.any() or not here.issuperset(record.sentence_ids):
        return None
    folds = {str(t["sha256"])[:16]: int(t["fold"]) for t in trained if t.get("fold") is not None}
    return _Answers(record, STORED, folds)


def _has_seen_none(study: Study, bundle: Bundle) -> bool:
    trained = bundle.about.get("trained_on")
    seen = {str(t.get("sha256")) for t in trained} if isinstance(trained, list) else set()
    here = (
        *study.store.transcripts(),
        *study.store.superseded(),
    )  # mended, they are nearly the same
    return not seen & {t.sha256 for t in here}


def _anew(study: Study, name: str, bundle: Bundle, progress: Progress) -> _Answers:
    """The setting of ``bundle`` on what its coders have coded by now."""
    about: Mapping[str, Any] = bundle.about
    if about.get("finetuned"):
        raise InputError(
            f"model {name!r} was fine-tuned, and validated on other sentences than the others",
            mend=f"train it again: precode train --finetune --name {name}",
        )
    encoder = study.settings.encoder.model_copy(
        update={
            "model": bundle.encoder_model,
            "precision": bundle.encoder_key.rpartition("-")[2] or study.settings.encoder.precision,
        }
    )
    # with its starter or without, as it was made, whatever the study's settings say by now
    start = start_of(bundle)
    starter = start.name if start and start.name in starters() else "prior" in about
    started = study.settings.train.model_copy(update={"starter": starter})
    settings = study.settings.model_copy(update={"encoder": encoder, "train": started})
    with_encoder = replace(study, settings=settings)
    learned = lesson(with_encoder, coders=tuple(about.get("coders", ())), progress=progress)
    learned, out = _validated(study, learned, name, progress)
    record = held_out_of(study, learned, out)
    folds = dict(zip(learned.data.groups.tolist(), out.fold.tolist(), strict=True))
    return _Answers(record, ANEW, folds)


def _validated(
    study: Study, learned: Lesson, name: str, progress: Progress
) -> tuple[Lesson, OutOfFold]:
    out = cross_validate(
        learned.data,
        folds=study.settings.train.folds,
        seed=study.settings.train.seed,
        progress=lambda done, total: progress(f"validating {name}", done, total),
    )
    if out is None:
        raise TooLittleError(
            "only one transcript is coded: nothing can be held out to compare models on",
            mend="code another: precode review --coder YOU",
        )
    learned, lent = borrowing(study, learned, out)
    return learned, lent or out


def _fresh(study: Study, bundle: Bundle, like: HeldOut | None, progress: Progress) -> _Answers:
    """What ``bundle``, which saw none of these transcripts, says of the rows of ``like`` (by
    default of all that people have coded).
    """
    if like is None:
        learned = lesson(study, progress=progress)
        truth = learned.gold_y >= 0.5
        if study.codebook.choice == "one":
            best = np.nan_to_num(learned.gold_y).argmax(1)
            truth = np.arange(truth.shape[1]) == best[:, None]
        ids, gold = learned.ids, learned.data.gold
    else:
        ids, truth, gold = like.sentence_ids, like.truth, like.gold
    every = passages(
        study.store.sentences(), study.store.turns(), behaviour=study.settings.study.behaviour
    )
    by_id = {p.id: p for p in every}
    with embedding_of(bundle, cache=study.folder.cache, progress=progress) as embed:
        found = bundle.predict([by_id[i] for i in ids], embed, accept=study.settings.predict.accept)
    record = HeldOut(
        ids, study.codebook.leaf_ids, truth, gold, found.p.astype(np.float64), found.decision,
        found.polarity_p.astype(np.float64), found.calibrated,
    )  # fmt: skip
    return _Answers(record, UNSEEN, None)


def _comparison(
    study: Study,
    named: Sequence[tuple[str, Bundle]],
    found: Sequence[_Answers],
    notes: Sequence[str],
) -> Comparison:
    settings = study.settings.train
    places = [
        {i: n for n, i in enumerate(a.record.sentence_ids) if a.record.gold[n]} for a in found
    ]
    common = [i for i in places[0] if all(i in p for p in places[1:])]
    if not common:
        raise TooLittleError(
            "the models have no held-out sentence in common that people coded without a suggestion",
            mend="train them on the same coders, then compare",
        )
    truth = found[0].record.truth[[places[0][i] for i in common]]
    told = list(notes)
    for (name, _), a, place in zip(named, found, places, strict=True):
        differs = int((a.record.truth[[place[i] for i in common]] != truth).any(1).sum())
        if differs:
            told.append(
                f"{differs} sentences count otherwise for {name!r} (other coders, or coded anew "
                f"since): what {named[0][0]!r} was validated on counts"
            )
        if len(place) > len(common):
            told.append(
                f"{len(place) - len(common)} sentences that only {name!r} knows are left out"
            )
    if len({tuple(sorted(a.folds.items())) for a in found if a.folds is not None}) > 1:
        told.append("the folds differ: part of a difference may be by chance of the folds")
    groups = [i.partition(":")[0] for i in common]
    counts = np.stack(
        [
            per_cluster(of.confusion(truth, a.record.decision[[p[i] for i in common]]), groups)
            for a, p in zip(found, places, strict=True)
        ],
        axis=1,
    )  # (transcripts, models, codes, 4)
    rng = np.random.default_rng(settings.seed)
    weights = cluster_weights(len(counts), rng=rng, draws=settings.bootstrap)
    if weights is None:
        told.append("fewer than three transcripts: no intervals")
    averaged = np.flatnonzero(truth.sum(0) >= settings.floor)
    if not len(averaged):
        raise TooLittleError(
            f"no code has {settings.floor} sentences among the {len(common)} in common",
            mend="code more, or set a lower floor under [train] in precode.toml",
        )
    codes = study.codebook.leaf_ids
    return Comparison(
        len(common),
        len(counts),
        tuple(codes[j] for j in averaged),
        tuple(
            _compared(name, bundle, a.how, counts[:, m], averaged, codes, weights)
            for m, ((name, bundle), a) in enumerate(zip(named, found, strict=True))
        ),
        tuple(
            _difference(named[b][0], named[a][0], counts[:, [b, a]], averaged, codes, weights)
            for a, b in combinations(range(len(named)), 2)
        ),
        tuple(told),
    )


def _compared(
    name: str,
    bundle: Bundle,
    how: str,
    counts: Floats,
    averaged: npt.NDArray[np.intp],
    codes: Sequence[str],
    weights: Floats | None,
) -> Compared:
    coders = bundle.about.get("coders")
    f1 = of.f1(counts.sum(0))
    return Compared(
        name,
        how,
        bundle.encoder_model,
        tuple(map(str, coders)) if isinstance(coders, list) else (),
        _interval(estimate(counts[:, averaged], mean_f1, weights, least=0.0)),
        _interval(estimate(counts.sum(1), of.f1, weights, least=0.0)),
        {codes[j]: None if np.isnan(f1[j]) else float(f1[j]) for j in averaged},
    )


def _difference(
    name: str,
    than: str,
    counts: Floats,
    averaged: npt.NDArray[np.intp],
    codes: Sequence[str],
    weights: Floats | None,
) -> Difference:
    """``counts (transcripts, 2, codes, 4)``: of ``name``, then of ``than``."""

    def macro(sums: Floats) -> Floats:
        return mean_f1(sums[:, 0]) - mean_f1(sums[:, 1])

    def single(sums: Floats) -> Floats:
        return of.f1(sums[:, 0]) - of.f1(sums[:, 1])

    whole = _interval(estimate(counts[:, :, averaged], macro, weights))
    _, low, high = whole
    return Difference(
        name,
        than,
        whole,
        {codes[j]: _interval(estimate(counts[:, :, j], single, weights)) for j in averaged},
        low is not None and high is not None and (low > 0 or high < 0),
    )


def _interval(found: tuple[float, tuple[float, float] | None]) -> Interval:
    value, ends = found
    return (value, None, None) if ends is None else (value, *ends)
