"""The starter on target behaviours that it never saw, on the conversations of its invented corpus.

With the encoder as it comes, so that it takes minutes. What adapting the encoder adds was measured
when the starter was made (an hour: scripts/builders/starter.py) and stands in its bundle.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from sklearn.metrics import f1_score

sys.path.insert(0, str(Path(__file__).parents[1] / "builders"))
from invented import corpus, families, training

from precode.codebook import read_codebook
from precode.model.features import Prior, Spec, fit_scaling, weigh
from precode.model.finetune.validate import frozen_scores
from precode.model.thresholds import macro_f1
from precode.model.training import Training, code_head
from precode.model.validate import OutOfFold, cross_validate
from precode.resources import codebooks

Floats = npt.NDArray[np.floating]
Rows = npt.NDArray[np.intp]

SEED, FOLDS = 1, 4
SHARES = (0.125, 0.25, 0.5, 1.0)
LABELS = (25, 50, 100, 200, 400)
LEAST = 8  # conversations of a family that can stand for a study
TESTED = 1 / 3  # of a study's conversations, never learned from
SURE = 6.0
QUICK = 900  # rows of a quick run beside those of a family that can stand for a study


@dataclass(frozen=True)
class Corpus:
    """The corpus as rows, ``talks`` the conversation of each ("" for a single excerpt), and what is
    held out of it by family.
    """

    data: Training
    talks: npt.NDArray[np.str_]
    codes: tuple[str, ...]
    out: OutOfFold


def held_out(*, quick: bool) -> Corpus:
    """The corpus (or some families of it), and the validation that leaves whole families out."""
    rows, book = corpus(), read_codebook(codebooks()["comb"])
    if quick:
        names = families(rows)
        each = dict(zip(*np.unique(names, return_counts=True), strict=True))
        talks = {n: set[str]() for n in each}
        for r, n in zip(rows, names, strict=True):
            talks[n] |= {r["conversation"]} if "conversation" in r else set()
        # many small families rather than few large ones: the curve is over their number
        order = sorted(each, key=lambda n: (each[n], n))
        study = next(n for n in order if len(talks[n]) >= 2 * LEAST)
        order = [study, *(n for n in order if n != study)]
        sizes = np.cumsum([each[n] for n in order])
        some = set(order[: int(np.searchsorted(sizes, each[study] + QUICK))])
        rows = [r for r, n in zip(rows, names, strict=True) if n in some]
    data, _, _ = training(rows, book)
    out = cross_validate(data, folds=FOLDS, seed=SEED)
    assert out is not None
    talks = np.array([r.get("conversation", "") for r in rows])
    return Corpus(data, talks, book.leaf_ids, out)


def scored(c: Corpus) -> dict[str, float]:
    """F1 by code and mean, of "nothing applies", and of the polarity of given codes."""
    rows = np.flatnonzero(c.data.gold)
    truth, given = c.data.y[rows] >= 0.5, c.out.decision[rows]
    out = {code: float(f1_score(truth[:, j], given[:, j])) for j, code in enumerate(c.codes)}
    polarity = c.data.polarity[rows]
    sure = np.abs(polarity[:, :, 0] - polarity[:, :, 1]) == 1
    barrier = polarity[sure][:, 0] == 1
    lean = c.out.polarity[rows][sure]
    return {
        **out,
        "mean of the six": macro_f1(truth, given),
        "nothing applies": float(f1_score(~truth.any(1), ~given.any(1))),
        "polarity, macro-F1": float(f1_score(barrier, lean[:, 0] >= lean[:, 1], average="macro")),
    }


def curve(c: Corpus, *, seeds: int) -> dict[float, Floats]:
    """Share of the other families → macro-F1 of the codes on the conversations of each fold, by a
    model of those alone; ``(seeds · folds,)``.
    """
    found: dict[float, list[float]] = {share: [] for share in SHARES}
    for seed in range(seeds):
        for f in range(FOLDS):
            test = np.flatnonzero((c.out.fold == f) & c.data.gold)
            names = np.unique(c.data.groups[c.out.fold != f])
            order = np.random.default_rng([SEED, seed, f]).permutation(names)
            for share in SHARES:
                some = order[: max(2, round(share * len(order)))]
                learn = np.flatnonzero(np.isin(c.data.groups, some))
                scores, _ = frozen_scores(c.data, learn, test, c.out.spec)
                found[share].append(macro_f1(c.data.y[test] >= 0.5, c.out.given(scores)))
    return {share: np.array(values) for share, values in found.items()}


def studies(c: Corpus) -> Iterator[tuple[str, Training, Floats]]:
    """Families with enough conversations, each as a team's study: its sentences, the conversation as
    transcript, and what a starter that knows nothing of the family says of them.
    """
    for family in np.unique(c.data.groups):
        inside = (c.data.groups == family) & c.data.gold
        if len(np.unique(c.talks[inside])) < LEAST:
            continue
        rows, rest = np.flatnonzero(inside), np.flatnonzero(c.data.groups != family)
        scores, polarity = frozen_scores(c.data, rest, rows, c.out.spec)
        side = c.out.polarity_calibration
        prior = Prior(
            np.clip(c.out.calibration.log_odds(scores), -SURE, SURE),
            np.clip(polarity * side.slope + side.offset, -SURE, SURE),
            np.clip(c.out.calibration.log_odds(c.out.thresholds[None])[0], -SURE, SURE),
            np.zeros((len(rows), 0)),  # the encoder as it comes: it has no reading of its own
        )
        data = c.data.take(rows)
        study = replace(
            data,
            raw=replace(data.raw, prior=prior),
            groups=c.talks[rows],
            like=np.arange(len(c.codes)),
        )
        yield str(family), study, c.out.given(scores)


def worth(study: Training, *, labels: int, seed: int) -> dict[str, tuple[float, float]]:
    """macro-F1 on the conversations laid aside, with about ``labels`` sentences of the others (whole
    conversations) coded: "with" the starter as prior (and the weight chosen for it), and "without".
    """
    rng = np.random.default_rng([SEED, seed])
    talks = rng.permutation(np.unique(study.groups))
    tested = max(2, round(TESTED * len(talks)))
    test = np.flatnonzero(np.isin(study.groups, talks[:tested]))
    sizes = np.cumsum([(study.groups == t).sum() for t in talks[tested:]])
    count = int(np.searchsorted(sizes, labels)) + 1
    pool = np.flatnonzero(np.isin(study.groups, talks[tested : tested + count]))
    learn = np.sort(rng.choice(pool, min(labels, len(pool)), replace=False))
    alone = replace(study, raw=replace(study.raw, prior=None), like=None)
    found = {}
    for name, data in (("with", study), ("without", alone)):
        part = data.take(learn)
        out = cross_validate(part, folds=5, seed=seed)
        spec = Spec() if out is None else out.spec
        x = weigh(fit_scaling(data.raw, learn, spec).unit(data.raw), spec)
        scores = code_head(data, x, learn, spec).scores(x.take(test))
        given = scores > 0 if out is None else out.given(scores)
        found[name] = macro_f1(study.y[test] >= 0.5, given), spec.prior
    return found


def alone_on(study: Training, given: Floats, *, seed: int) -> float:
    """macro-F1 of the starter itself on the same conversations laid aside."""
    rng = np.random.default_rng([SEED, seed])
    talks = rng.permutation(np.unique(study.groups))
    test = np.isin(study.groups, talks[: max(2, round(TESTED * len(talks)))])
    return macro_f1(study.y[test] >= 0.5, np.asarray(given[test], dtype=bool))
