"""Predicted codes against human ones: precision, recall, F1, kappa, with clustered intervals."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from precode.agreement import counts as of
from precode.agreement.bootstrap import cluster_weights, figure, per_cluster
from precode.agreement.estimate import Estimate, Figure, NotEstimable

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BinaryScore:
    """One code over ``n`` sentences in ``clusters`` transcripts.

    ``positives`` have the code in truth, ``predicted_positives`` by prediction. Each figure is an
    estimate or says in words why there is none.
    """

    n: int
    clusters: int
    positives: int
    predicted_positives: int
    precision: Figure
    recall: Figure
    f1: Figure
    kappa: Figure


@dataclass(frozen=True, slots=True)
class CodeScores:
    """Every code, and all together. ``macro_f1`` is the mean over the codes in ``averaged``: those
    with enough positives. ``micro`` counts every (sentence, code) pair as a unit.
    """

    codes: Mapping[str, BinaryScore]
    macro_f1: Figure
    averaged: tuple[str, ...]
    micro: BinaryScore


def score_binary(
    truth: ArrayLike,
    predicted: ArrayLike,
    clusters: Sequence[Hashable],
    *,
    rng: np.random.Generator,
    draws: int,
    floor: int,
) -> BinaryScore:
    """One code: ``truth`` and ``predicted`` are 0/1 or bool (n,), ``clusters`` names the transcript
    of each sentence. With fewer than ``floor`` positives nothing is estimated. ``draws`` bootstrap
    draws are taken from ``rng``. Raises ValueError for other shapes or values.
    """
    y, p = _binary(truth, predicted, dimensions=1)
    counts = per_cluster(of.confusion(y, p), clusters)
    weights = cluster_weights(len(counts), rng=rng, draws=draws)
    return _score(counts, weights, floor)


def score_codes(
    truth: ArrayLike,
    predicted: ArrayLike,
    code_ids: Sequence[str],
    clusters: Sequence[Hashable],
    *,
    rng: np.random.Generator,
    draws: int,
    floor: int,
) -> CodeScores:
    """Each of the k codes, their macro-F1 and the micro scores, all from the same draws.

    ``truth`` and ``predicted`` are 0/1 or bool (n, k), columns as ``code_ids``; for the rest see
    :func:`score_binary`. A code that no draw holds and none predicts is left out of that draw's
    macro-F1.
    """
    y, p = _binary(truth, predicted, dimensions=2)
    if y.shape[1] != len(code_ids):
        raise ValueError(f"{y.shape[1]} columns but {len(code_ids)} codes")
    counts = per_cluster(of.confusion(y, p), clusters)  # (clusters, codes, 4)
    weights = cluster_weights(len(counts), rng=rng, draws=draws)
    scores = {code: _score(counts[:, j], weights, floor) for j, code in enumerate(code_ids)}
    averaged = [j for j, s in enumerate(scores.values()) if isinstance(s.f1, Estimate)]
    macro: Figure = NotEstimable(f"no code has {floor} sentences")
    if averaged:
        macro = figure(counts[:, averaged], mean_f1, weights, least=0.0)
    return CodeScores(
        codes=scores,
        macro_f1=macro,
        averaged=tuple(code_ids[j] for j in averaged),
        micro=_score(counts.sum(axis=1), weights, floor),
    )


def macro_f1(
    truth: Sequence[Hashable],
    predicted: Sequence[Hashable],
    clusters: Sequence[Hashable],
    *,
    rng: np.random.Generator,
    draws: int,
) -> Figure:
    """Macro-F1 where each sentence has exactly one class: the mean of the classes' F1.

    ``truth`` and ``predicted`` name the class of each of n sentences. Classes are those that occur
    in either.
    """
    if len(truth) != len(predicted):
        raise ValueError(f"{len(truth)} true but {len(predicted)} predicted classes")
    if not len(truth):
        return NotEstimable("there are no sentences")
    classes = list(dict.fromkeys([*truth, *predicted]))
    y = np.array([[t == c for c in classes] for t in truth])
    p = np.array([[t == c for c in classes] for t in predicted])
    counts = per_cluster(of.confusion(y, p), clusters)
    weights = cluster_weights(len(counts), rng=rng, draws=draws)
    return figure(counts, mean_f1, weights, least=0.0)


def mean_f1(counts: Floats) -> Floats:
    """(…, k, 4) → (…): mean of the codes' F1, of those that occur."""
    return of.mean_defined(of.f1(counts))


def _score(counts: Floats, weights: Floats | None, floor: int) -> BinaryScore:
    tp, fp, fn, tn = (int(c) for c in counts.sum(axis=0))
    positives, predicted = tp + fn, tp + fp

    def score(statistic: Callable[[Floats], Floats], undefined: str) -> Figure:
        if positives < floor:
            return NotEstimable(f"{_sentences(positives)} with the code, {floor} are needed")
        if np.isnan(statistic(counts.sum(axis=0))):
            return NotEstimable(undefined)
        return figure(counts, statistic, weights, least=-1.0 if statistic is of.kappa else 0.0)

    return BinaryScore(
        n=tp + fp + fn + tn,
        clusters=len(counts),
        positives=positives,
        predicted_positives=predicted,
        precision=score(of.precision, "the code was never predicted"),
        recall=score(of.recall, "no sentence has the code"),
        f1=score(of.f1, "the code neither occurs nor was predicted"),
        kappa=score(of.kappa, "both sides say the same of every sentence"),
    )


def _sentences(n: int) -> str:
    return {0: "no sentence", 1: "only 1 sentence"}.get(n, f"only {n} sentences")


def _binary(
    truth: ArrayLike, predicted: ArrayLike, *, dimensions: int
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    y, p = np.asarray(truth), np.asarray(predicted)
    if y.shape != p.shape or y.ndim != dimensions:
        raise ValueError(f"truth has shape {y.shape}, predicted {p.shape}")
    for array in (y, p):
        if not np.isin(array, (0, 1)).all():
            raise ValueError("truth and predicted must be 0 or 1 everywhere")
    return y.astype(bool), p.astype(bool)
