"""Training on 2,000 labelled sentences and 12 codes, embeddings given, timed.

    python scripts/benchmarks/training.py --json training.json

The talk is invented by chance: words drawn as often as in speech (Zipf), some of them and some
directions of the embedding telling of each code. The time is that of nested validation, thresholds,
calibration and the final fit; of three runs the middle one: with six domains of two codes each and a
shipped model that knows half of the codes, whose weights are chosen too, and without. Beside it, one fit of the code head by
scikit-learn on the same features: one matrix, one model a code, lbfgs at its default settings; both
on one core.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from _bench import Figure, arguments, finish
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from precode.codebook import Code, Codebook
from precode.model.features import Prior, fit_scaling, measure, vocabulary
from precode.model.heads import fit_codes
from precode.model.parallel import one_core
from precode.model.passages import Passage
from precode.model.thresholds import macro_f1
from precode.model.train import fit_bundle
from precode.model.training import Training
from precode.model.validate import SPECS, cross_validate

Floats = npt.NDArray[np.floating]

SENTENCES, CODES, TRANSCRIPTS, WIDTH = 2000, 12, 20, 768
WORDS = 4000
SECONDS = 5.0  # on 2 cores
SEED = 7


def study(rng: np.random.Generator, sentences: int) -> tuple[Training, tuple[str, ...], Codebook]:
    """Labelled sentences: codes of 2 % to 12 %, learnable but not easy."""
    y = (rng.random((sentences, CODES)) < np.linspace(0.02, 0.12, CODES)).astype(np.float64)
    common = 1 / np.arange(1, WORDS + 1)
    telling = rng.choice(np.arange(100, WORDS), (CODES, 12), replace=False)
    texts = []
    for given in y:
        words = rng.choice(WORDS, rng.integers(4, 25), p=common / common.sum()).tolist()
        for code in np.flatnonzero(given):
            if rng.random() < 0.5:
                words[rng.integers(len(words))] = int(rng.choice(telling[code]))
        texts.append(" ".join(f"w{w}" for w in words))
    axes = rng.normal(size=(CODES, WIDTH))
    noise = rng.normal(size=(sentences, WIDTH)) * rng.gamma(1, 1, WIDTH)  # some axes vary more
    vectors = dict(zip(texts, (noise + 0.15 * y @ axes).astype(np.float32), strict=True))
    every = np.array_split(np.arange(sentences), TRANSCRIPTS)
    groups = np.concatenate([[f"t{i:02}"] * len(rows) for i, rows in enumerate(every)])
    passages = [
        Passage(str(i), text, tuple(texts[max(0, i - 10) : i][::-1]))
        for i, text in enumerate(texts)
    ]  # fmt: skip
    terms = vocabulary(texts)
    raw = measure(passages, terms, lambda wanted: np.stack([vectors[t] for t in wanted]))
    polarity = np.full((sentences, CODES, 2), np.nan)
    barrier = rng.random((sentences, CODES)) < 0.5
    polarity[y > 0] = np.stack([barrier, ~barrier], axis=2)[y > 0]
    book = Codebook(
        name="benchmark",
        version="1",
        code=tuple(Code(id=f"c{j}", label=f"c{j}", definition="d") for j in range(CODES)),
    )
    gold = np.ones(sentences, dtype=bool)
    known = CODES // 2
    told = 3 * y[:, :known] - 2 + rng.normal(size=(sentences, known))
    lean, reading = rng.normal(size=(sentences, CODES, 2)), rng.normal(size=(sentences, WIDTH // 2))
    raw = replace(raw, prior=Prior(told, lean, np.zeros(known), reading.astype(np.float32)))
    like = np.where(np.arange(CODES) < known, np.arange(CODES), -1)
    domains = np.arange(CODES) // 2
    data = Training(
        raw, y, polarity, groups, gold, "many", domains=domains, like=like
    )  # fmt: skip
    return data, terms, book


def train(data: Training, terms: tuple[str, ...], book: Codebook) -> float:
    """What ``precode train`` does once it has the features; returns the held-out macro-F1."""
    out = cross_validate(data, folds=5, seed=SEED)
    assert out is not None
    fit_bundle(
        data, out, codebook=book, terms=terms, encoder_model="none", encoder_key="none",
        modelled=np.ones(CODES, dtype=bool), about={},
    )  # fmt: skip
    return macro_f1(data.y >= 0.5, out.decision)


def seconds(work: Callable[[], object], *, runs: int) -> float:
    """The middle time of ``runs``."""
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return sorted(times)[runs // 2]


def solvers(data: Training, *, runs: int) -> Sequence[Figure]:
    """One fit of all codes by our solver and by scikit-learn's, and how far their scores differ."""
    spec = SPECS[0]
    x = fit_scaling(data.raw, np.arange(len(data.raw)), spec).apply(data.raw)
    one = csr_matrix(hstack([csr_matrix(x.dense), x.sparse]))

    def theirs() -> Floats:
        heads = [
            LogisticRegression(C=spec.c, class_weight="balanced", max_iter=1000)
            for _ in range(CODES)
        ]
        return np.column_stack(
            [h.fit(one, data.y[:, j]).decision_function(one) for j, h in enumerate(heads)]
        )  # fmt: skip

    def ours() -> Floats:
        return fit_codes(x, data.y, choice="many", c=spec.c).scores(x)

    with one_core():
        quick, slow = seconds(ours, runs=5), seconds(theirs, runs=runs)
    apart = np.abs(ours() - theirs())
    return [
        Figure("features: dense, words", f"{x.dense.shape[1]}, {x.sparse.shape[1]}"),
        Figure("one fit of 12 codes", f"{quick:.2f} s"),
        Figure("the same by scikit-learn", f"{slow:.2f} s, {slow / quick:.0f} times"),
        Figure("difference of log-odds, mean (largest)", f"{apart.mean():.4f} ({apart.max():.4f})"),
    ]


def main() -> None:
    options = arguments(__doc__)
    runs = 1 if options.quick else 3
    data, terms, book = study(np.random.default_rng(SEED), SENTENCES)
    quality: list[float] = []
    took = seconds(lambda: quality.append(train(data, terms, book)), runs=runs)
    bare = replace(data, raw=replace(data.raw, prior=None), domains=None, like=None)
    alone = seconds(lambda: train(bare, terms, book), runs=runs)
    finish(
        [
            Figure(
                f"train: {SENTENCES} sentences, {CODES} codes",
                f"{took:.1f} s",
                f"≤ {SECONDS:.0f} s",
                took <= SECONDS,
            ),
            Figure("the same without shipped model and domains", f"{alone:.1f} s"),
            Figure("macro-F1, held out", f"{quality[0]:.3f}"),
            *solvers(data, runs=runs),
        ],
        options,
    )


if __name__ == "__main__":
    main()
