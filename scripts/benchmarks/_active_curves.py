"""Learning curves of query strategies: TREC-6, AnnoMI, NHS comments; same features, same head.

    python scripts/benchmarks/_active_curves.py --json curves.json

Ten seeds, 20 → 500 labels, batches of 20. Precode's frozen encoder and its heads: the sentence's
layer 4 alone, as when the strategies were first compared (a model this plain learns fast, and so
tells strategies apart); beside it precode's whole features, words and context and all. Scaling is
fitted on the pool, without labels.

* TREC-6: pool = the 5,452 training questions, test = the official 500.
* AnnoMI: client turns, label of the majority; a fifth of the dialogues is the test, by the seed.
* NHS comments, version 6 of the framework: themes with 50 positives or more; a fifth of the
  respondents is the test, by the seed; macro-F1 over themes with 200 positives at most.

ALC is the mean macro-F1 along the curve. "Labels to 95 %" is where the mean curve over the seeds
reaches 95 % of the mean score of all pool labels. Differences are paired by seed, ± their standard
error; "not worse" holds where the mean difference is at least minus one standard error.

How the queue was tuned, never on these tests: on halves of TREC's training questions, and on other
splits of AnnoMI and NHS (seeds from 1,000 on).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from _bench import Figure, arguments, finish
from annomi import CLASSES, majority, utterances
from scipy.sparse import csr_matrix
from scipy.special import expit, softmax

from precode.active import strategies
from precode.active.curves import Difference, area, band, difference_in_area, labels_to
from precode.active.pool import Pool, Read
from precode.active.simulation import Curve, Fit, Fitted, Task, f1_by_code, run
from precode.active.strategies import Strategy
from precode.model.features import Raw, Spec, fit_scaling, measure, vocabulary
from precode.model.heads import fit_codes
from precode.model.parallel import in_parallel
from precode.model.passages import WINDOW, Passage
from precode.model.solver import Design
from precode.steps.embedding import embedding

Floats = npt.NDArray[np.floating]
Rows = npt.NDArray[np.intp]

DATA = Path(__file__).parents[3] / "shared" / "data"
BATCH, LABELS, SEEDS = 20, 500, 10
GOOD = 0.95  # of the score that all labels of the pool give
C = 3.0
OURS, ALL_OURS = "typical, then margin by code", "as reviewed"


@dataclass(frozen=True)
class Coded:
    """A coded set: its passages and codes, and how a seed splits it into pool and test."""

    name: str
    passages: Sequence[Passage]
    y: Floats
    choice: Literal["many", "one"]
    groups: npt.NDArray[np.str_]
    counted: npt.NDArray[np.bool_]
    split: Callable[[int], tuple[Rows, Rows]]


def by_group(groups: npt.NDArray[np.str_], seed: int) -> tuple[Rows, Rows]:
    """A fifth of the groups held out."""
    names = np.unique(groups)
    held = np.random.default_rng(seed).permutation(names)[: len(names) // 5]
    test = np.isin(groups, held)
    return np.flatnonzero(~test), np.flatnonzero(test)


def trec() -> Coded:
    def read(name: str) -> list[tuple[str, str]]:
        lines = (DATA / "textclf" / name).read_text(encoding="latin-1").splitlines()
        return [(line[0], line[2:]) for line in lines if line]

    pool, test = read("TREC.train.all"), read("TREC.test.all")
    every = pool + test
    return Coded(
        "TREC",
        [Passage(str(i), text) for i, (_, text) in enumerate(every)],
        np.eye(6)[[int(label) for label, _ in every]],
        "one",
        np.array([str(i) for i in range(len(every))]),
        np.ones(6, dtype=bool),
        lambda _: (np.arange(len(pool)), np.arange(len(pool), len(every))),
    )


def annomi() -> Coded:
    passages, labels, groups = [], [], []
    for transcript, talk in utterances().items():
        for i, u in enumerate(talk):
            if u["who"] != "client":
                continue
            first = i
            while first and talk[first - 1]["who"] != "client":
                first -= 1
            question = tuple(v["text"] for v in talk[first:i])
            window = tuple(v["text"] for v in reversed(talk[max(0, i - WINDOW) : i]))
            passages.append(Passage(f"{transcript}-{i}", u["text"], question, window))
            labels.append(CLASSES.index(majority(u["labels"])))
            groups.append(f"{transcript:03}")
    names = np.array(groups)
    return Coded(
        "AnnoMI", passages, np.eye(3)[labels], "one", names, np.ones(3, dtype=bool),
        lambda seed: by_group(names, seed),
    )  # fmt: skip


def nhs() -> Coded:
    path = DATA / "nhs-fft" / "datasets__v6framework_230831.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    unusable = "Labelling not possible"
    themes = [c for c in columns[columns.index("Not assigned") :] if c != unusable]
    rows = [r for r in rows if not r[unusable].strip() and r["FFT answer"].strip()]
    y = np.array([[r[t].strip() == "1" for t in themes] for r in rows], dtype=np.float64)
    y = y[:, y.sum(0) >= 50]
    people = np.array([r["Respondent ID"] for r in rows])
    return Coded(
        "NHS",
        [Passage(str(i), r["FFT answer"]) for i, r in enumerate(rows)],
        y,
        "many",
        people,
        y.sum(0) <= 200,
        lambda seed: by_group(people, seed),
    )


def raw_of(coded: Coded) -> Raw:
    """The features of every passage, before anything is learned."""
    terms = vocabulary([p.text for p in coded.passages])
    with embedding("minilm", "f32", cache=None, progress=lambda *_: None) as embed:
        return measure(coded.passages, terms, embed)


def layer_4(raw: Raw, pool: Rows) -> Design:
    """The sentence's fourth layer, centred, rows of length 1; nothing else."""
    block = raw.blocks["own_4"]
    return Design(unit(block - block[pool].mean(0)), csr_matrix((len(raw), 0), dtype=np.float32))


def whole(raw: Raw, pool: Rows) -> Design:
    """Precode's features at their starting weights."""
    return fit_scaling(raw, pool, Spec(c=C)).apply(raw)


def unit(rows: Floats) -> Floats:
    long = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(long, 1e-9), dtype=np.float32)


@dataclass(frozen=True)
class Split:
    """One seed's work: the task, the machine, and the score that all labels of the pool give."""

    seed: int
    task: Task
    fit: Fit
    full: float


def split(coded: Coded, raw: Raw, features: Callable[[Raw, Rows], Design], seed: int) -> Split:
    pool, test = coded.split(seed)
    x = features(raw, pool)

    def score(truth: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_]) -> Floats:
        return np.where(coded.counted, f1_by_code(truth, given), np.nan)

    def fit(rows: Rows) -> Fitted:
        head = fit_codes(x.take(rows), coded.y[rows], choice=coded.choice, c=C)
        scores = head.scores(x)
        p = softmax(scores, axis=1) if coded.choice == "one" else expit(scores)
        return Fitted(p, scores)

    vectors = layer_4(raw, pool).dense
    task = Task(vectors, coded.y, coded.choice, coded.groups, pool, test, score)
    every = run(
        task, strategies.random, fit, start=len(pool), batch=1, labels=len(pool),
        rng=np.random.default_rng(0),
    )  # fmt: skip
    return Split(seed, task, fit, every.scores[-1])


def curves(
    splits: Sequence[Split], chosen: Mapping[str, Strategy], labels: int
) -> dict[str, list[Curve]]:
    """Of each strategy one curve a split; all strategies of a split begin with one seed."""

    def one(job: tuple[str, Split]) -> Curve:
        name, s = job
        return run(
            s.task, chosen[name], s.fit, start=BATCH, batch=BATCH, labels=labels,
            rng=np.random.default_rng(s.seed),
        )  # fmt: skip

    jobs = [(name, s) for name in chosen for s in splits]
    found = in_parallel(one, jobs)
    out: dict[str, list[Curve]] = {name: [] for name in chosen}
    for (name, _), curve in zip(jobs, found, strict=True):
        out[name].append(curve)
    return out


@dataclass(frozen=True)
class Summary:
    """One strategy on one set. ``seeds_to`` is each seed's own labels to 95 %, None: not reached."""

    area: float
    to: int | None
    seeds_to: tuple[int | None, ...]
    last: float

    @property
    def middle(self) -> float:
        """The median of the seeds' own; those that never got there count as later than all."""
        return float(np.median([np.inf if n is None else n for n in self.seeds_to]))

    def __str__(self) -> str:
        some = sum(n is not None for n in self.seeds_to)
        return (
            f"{self.area:.3f}; mean curve {self.to or 'not'}, middle seed {shown(self.middle)}"
            f" ({some}/{len(self.seeds_to)})"
        )


def shown(labels: float) -> str:
    return f"{labels:.0f}" if np.isfinite(labels) else "not"


def summary(found: Sequence[Curve], splits: Sequence[Split]) -> Summary:
    mean, full = band(found), float(np.mean([s.full for s in splits]))
    return Summary(
        float(np.mean([area(c) for c in found])),
        labels_to(mean.labels, mean.mean, GOOD * full),
        tuple(
            labels_to(c.labels, c.scores, GOOD * s.full) for c, s in zip(found, splits, strict=True)
        ),
        mean.mean[-1],
    )


def not_worse(d: Difference) -> bool:
    """By more than one standard error."""
    return d.mean >= -d.error


def small_text() -> dict[str, Strategy]:
    """small-text's own BreakingTies and EmbeddingKMeans, where it is installed."""
    try:
        from small_text import BreakingTies, EmbeddingKMeans
    except ImportError:
        return {}

    class Machine:
        """What small-text asks of a classifier."""

        def __init__(self, p: Floats) -> None:
            self.p = p

        def predict_proba(self, _: object) -> Floats:
            return self.p

    def breaking_ties(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
        if pool.p is None:
            return strategies.random(pool, read, n=n, rng=rng)
        rows = np.arange(len(pool))
        rng.permutation(len(rows))  # as ours, so that both begin alike
        chosen = BreakingTies().query(Machine(pool.p), pool.p, rows, rows[:0], rows[:0], n=n)
        return np.asarray(chosen)

    def k_means(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
        np.random.seed(int(rng.integers(2**31)))  # scikit-learn's, which it leaves unset
        rows = np.arange(len(pool))
        return np.asarray(
            EmbeddingKMeans().query(
                None, pool.vectors, rows, rows[:0], rows[:0], n=n, embeddings=pool.vectors
            )
        )

    return {"small-text BreakingTies": breaking_ties, "small-text EmbeddingKMeans": k_means}


def agreement(splits: Sequence[Split], labels: int) -> list[Figure]:
    """small-text's strategies and ours of the same name, in one harness on the same seeds."""
    theirs = small_text()
    if not theirs:
        return [Figure("small-text", "not installed; its two strategies are re-implemented here")]
    pairs = {
        "small-text BreakingTies": "breaking ties",
        "small-text EmbeddingKMeans": "embedding k-means",
    }
    ours = {name: strategies.STRATEGIES[name] for name in pairs.values()}
    found = curves(splits, {**theirs, **ours}, labels)
    out = []
    for their, our in pairs.items():
        d = difference_in_area(found[our], found[their])
        held = abs(d.mean) <= max(2 * d.error, 0.005)
        out.append(Figure(f"TREC, ALC: our {our} − {their}", str(d), "≤ 2 se", held))
    return out


def table(
    coded: Coded, splits: Sequence[Split], found: Mapping[str, Sequence[Curve]], about: str = ""
) -> tuple[list[Figure], dict[str, Summary]]:
    """A row for each strategy, without a bar."""
    name = f"{coded.name}{about}"
    full = float(np.mean([s.full for s in splits]))
    rows = [Figure(f"{name}: macro-F1 of all pool labels", f"{full:.3f}")]
    summaries = {k: summary(v, splits) for k, v in found.items()}
    for k, s in summaries.items():
        d = difference_in_area(found[k], found["random"])
        beside = "" if k == "random" else f"; − random {d}"
        rows.append(Figure(f"{name}, {k}: ALC, labels to 95 %", f"{s}{beside}"))
    return rows, summaries


COMPARED = (
    "random", "margin", "breaking ties", "embedding k-means", "maximum relevance",
    "margin, diverse", OURS, ALL_OURS,
)  # fmt: skip


def bars(coded: Coded, found: Mapping[str, Sequence[Curve]]) -> list[Figure]:
    """Our default against margin, with and without its random and rare items."""
    out = []
    for name in (OURS, ALL_OURS):
        d = difference_in_area(found[name], found["margin"])
        out.append(Figure(f"{coded.name}, {name} − margin, ALC", str(d), "≥ −1 se", not_worse(d)))
    return out


def figures(quick: bool) -> list[Figure]:
    """Every row of the benchmark. ``quick``: a fifth of TREC's questions, two seeds, 200 labels."""
    if not (DATA / "textclf" / "TREC.train.all").exists():
        raise SystemExit(f"no data at {DATA}: this benchmark needs it")
    return _quick() if quick else _whole()


def _quick() -> list[Figure]:
    every = trec()
    pool, test = every.split(0)
    keep = np.concatenate([pool[::5], test[::2]])
    parts = np.arange(len(pool[::5])), np.arange(len(pool[::5]), len(keep))
    coded = Coded(
        "TREC, a fifth", [every.passages[i] for i in keep], every.y[keep], every.choice,
        every.groups[keep], every.counted, lambda _: parts,
    )  # fmt: skip
    raw = raw_of(coded)
    splits = [split(coded, raw, layer_4, seed) for seed in range(2)]
    names = ("random", "margin", OURS)
    found = curves(splits, {n: strategies.STRATEGIES[n] for n in names}, 200)
    rows, _ = table(coded, splits, found)
    d = difference_in_area(found[OURS], found["random"])
    return [*rows, Figure(f"TREC, a fifth, {OURS} − random, ALC", str(d), "> 0", d.mean > 0)]


def _whole() -> list[Figure]:
    out: list[Figure] = []
    chosen = {n: strategies.STRATEGIES[n] for n in COMPARED}
    for coded, needed in ((trec(), 360), (annomi(), 180)):
        raw = raw_of(coded)
        splits = [split(coded, raw, layer_4, seed) for seed in range(SEEDS)]
        found = curves(splits, chosen, LABELS)
        rows, sums = table(coded, splits, found)
        out += rows
        if coded.name == "TREC":
            d = difference_in_area(found[OURS], found["random"])
            held = d.mean >= 0.06
            out.append(Figure(f"TREC, {OURS} − random, ALC", str(d), "≥ +0.060", held))
        middle = sums[OURS].middle
        out.append(
            Figure(
                f"{coded.name}, {OURS}: labels to 95 %, middle seed",
                shown(middle),
                f"≤ {needed}",
                middle <= needed,
            )  # fmt: skip
        )
        out += bars(coded, found)
        if coded.name == "TREC":
            out += agreement(splits[:4], 200)
        whole_splits = [split(coded, raw, whole, seed) for seed in range(SEEDS)]
        few = {n: chosen[n] for n in ("random", "margin", OURS, ALL_OURS)}
        out += table(coded, whole_splits, curves(whole_splits, few, LABELS), ", all features")[0]
    coded = nhs()
    raw = raw_of(coded)
    splits = [split(coded, raw, whole, seed) for seed in range(SEEDS)]
    few = {n: chosen[n] for n in ("random", "margin", OURS, ALL_OURS)}
    found = curves(splits, few, LABELS)
    out += table(coded, splits, found, ", all features")[0]
    for name in (OURS, ALL_OURS):
        d = difference_in_area(found[name], found["random"])
        out.append(Figure(f"NHS, {name} − random, ALC", str(d), "> 2 se", d.mean > 2 * d.error))
    return out + bars(coded, found)


def main() -> None:
    options = arguments(__doc__)
    finish(figures(options.quick), options)


if __name__ == "__main__":
    main()
