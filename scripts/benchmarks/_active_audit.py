"""Coverage of the audit's 95 % intervals over simulated studies.

    python scripts/benchmarks/_active_audit.py

A study: 8 to 40 transcripts of unequal length, 12 codes of 1 to 30 % prevalence, which differs
between transcripts (beta-binomial, intra-transcript correlation .02 to .2); a machine of middling
to good quality (kappa .3 to .9), whose errors cluster in transcripts too and whose probabilities
are miscalibrated; a queue that has read a fifth to four fifths of the sentences by the machine's
lead; an audit sample of 60 to 400, answered in part; in every third study, transcripts added later
and drawn from at another rate. Truth is that of the finite frame.

Bar: 93 to 97 %, over all codes; wider by two standard errors where there are fewer than 2,000
intervals to judge by. By prevalence it is shown without a bar: counts of rare codes cover a little too often: see ``_quantiles`` in
``audit/design.py`` for what covering them 95 times in 100 on average would cost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from _bench import Figure, arguments, finish
from numpy.typing import NDArray
from scipy.special import expit, logit

from precode.audit.design import Bools, Floats, Interval, sample
from precode.audit.drawing import draw
from precode.audit.estimates import Scores, agreement, prevalence
from precode.audit.unread import missed, unread

CODES = 12
SEED = 20
CLASSES = ((0.01, 0.03), (0.03, 0.1), (0.1, 0.3))
LOW, HIGH = 0.93, 0.97
FULL, QUICK = 600, 130
SHORT = 2000
# What has a bar; the others are reported.
BARRED = (
    "prevalence",
    "prevalence, with the machine's scores",
    "kappa",
    "still unread",
    "still unread, by the total",
    "still unread, by the total with scores",
)


@dataclass(frozen=True)
class World:
    """A study as only a simulation knows it: (N, k) truth, machine's probabilities and decisions."""

    transcript: NDArray[np.int64]
    y: Bools
    p: Floats
    given: Bools
    common: Floats


def world(rng: np.random.Generator) -> World:
    """One invented study."""
    h = int(rng.integers(8, 41))
    sizes = np.maximum(8, rng.lognormal(np.log(60), 0.5, h).astype(int))
    where = np.repeat(np.arange(h), sizes)
    common = np.exp(rng.uniform(np.log(0.01), np.log(0.3), CODES))
    c = 1 / rng.uniform(0.02, 0.2, CODES) - 1
    y = rng.random((len(where), CODES)) < rng.beta(common * c, (1 - common) * c, (h, CODES))[where]
    d = rng.uniform(1.6, 4.2, CODES)
    x = d * y + rng.normal(size=y.shape) + rng.normal(0, 0.35, (h, CODES))[where]
    log_odds = d * x - d * d / 2 + logit(common)
    given = expit(log_odds) >= rng.uniform(0.3, 0.55, CODES)
    p = expit(log_odds * rng.uniform(0.6, 1.3, CODES) + rng.normal(0, 0.4, CODES))
    return World(where, y, p, given, common)


def study(w: World, rng: np.random.Generator) -> Iterator[tuple[str, Bools, Floats]]:
    """(what, (k,) does the interval hold the truth, (k,) its width); NaN width: not estimable."""
    names = [str(t) for t in w.transcript]
    strata = sorted(set(names), key=int)
    later = int(len(strata) * rng.uniform(0.15, 0.4)) if rng.random() < 1 / 3 else 0
    batches = {name: 1 + (i >= len(strata) - later) for i, name in enumerate(strata)}
    asked: list[int] = []
    for batch in range(1, 2 + bool(later)):
        frame = {
            s: [str(i) for i in np.flatnonzero(w.transcript == int(s))]
            for s in strata if batches[s] == batch
        }  # fmt: skip
        total = sum(map(len, frame.values()))
        size = min(int(rng.choice([60, 139, 139, 250, 400])), total // 4)
        if batch > 1:
            size = int(np.clip(size * total / len(names) * rng.uniform(0.6, 2), 20, total // 2))
        order = [int(d.sentence_id) for d in draw(frame, size, rng) if d.position is not None]
        fewest = min(size, 60 if batch == 1 else 15)
        asked += order[: max(fewest, int(size * rng.uniform(0.4, 1)))]
    s = np.array(asked)
    sizes = {name: names.count(name) for name in strata}
    drawn = sample(sizes, [names[i] for i in s], batches=batches)
    # The queue: by the machine's lead and by chance, blind to what the audit has answered.
    worth = w.p.max(axis=1) + rng.gumbel(0, 0.15, len(names))
    picked = np.zeros(len(names), dtype=bool)
    picked[np.argsort(-worth)[: int(len(names) * rng.uniform(0.2, 0.8))]] = True
    audited = np.zeros(len(names), dtype=bool)
    audited[s] = True
    open_ = ~picked & ~audited
    truth, given, y = w.y[s], w.given[s], w.y
    found = (y & (picked & ~audited)[:, None]).sum(axis=0)
    scores = Scores(w.p[s], w.p.sum(axis=0))
    tables = _figures(y, w.given)

    yield "prevalence", *_held(prevalence(drawn, truth), y.mean(axis=0))
    yield (
        "prevalence, with the machine's scores",
        *_held(prevalence(drawn, truth, scores=scores), y.mean(axis=0)),
    )
    a = agreement(drawn, truth, given, rng=rng)
    yield "kappa", *_held(a.kappa, tables["kappa"])
    yield "precision", *_held(a.precision, tables["precision"])
    yield "recall", *_held(a.recall, tables["recall"])
    yield "F1", *_held(a.f1, tables["f1"])
    defined = [j for j, f in enumerate(a.f1) if f.value is not None]
    macro = np.full(CODES, tables["f1"][defined].mean() if defined else np.nan)
    one = _held([a.macro_f1], macro[:1])
    yield "macro-F1", np.repeat(one[0], CODES), np.where(np.arange(CODES) > 0, np.nan, one[1])
    still = (y & open_[:, None]).sum(axis=0)
    n = int(open_.sum())
    yield (
        "still unread",
        *_held(unread(drawn, truth, found=found, left=n, reached=picked[s]), still),
    )
    yield "still unread, by the total", *_held(unread(drawn, truth, found=found, left=n), still)
    yield (
        "still unread, by the total with scores",
        *_held(unread(drawn, truth, found=found, left=n, scores=scores), still),
    )
    lost = open_[:, None] & ~w.given
    yield (
        "missed by people and machine",
        *_held(
            missed(drawn, truth, given, left_not_given=lost.sum(axis=0), reached=picked[s]),
            (y & lost).sum(axis=0),
        ),
    )


def _held(intervals: Sequence[Interval], truth: NDArray[np.generic]) -> tuple[Bools, Floats]:
    known = [i.low is not None for i in intervals]
    low = np.array([-1.0 if i.low is None else i.low for i in intervals])
    high = np.array([-1.0 if i.high is None else i.high for i in intervals])
    held = (low <= truth + 1e-9) & (truth <= high + 1e-9)
    return held, np.where(known, high - low, np.nan)


def _figures(y: Bools, m: Bools) -> dict[str, Floats]:
    tp, n = (y & m).mean(axis=0), y.mean(axis=0) * m.mean(axis=0)
    chance = n + (1 - y.mean(axis=0)) * (1 - m.mean(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        return {
            "kappa": ((y == m).mean(axis=0) - chance) / (1 - chance),
            "precision": tp / m.mean(axis=0),
            "recall": tp / y.mean(axis=0),
            "f1": 2 * tp / (y.mean(axis=0) + m.mean(axis=0)),
        }


def figures(quick: bool) -> list[Figure]:
    """One row a statistic and prevalence class."""
    rng = np.random.default_rng(SEED)
    held: dict[str, list[Bools]] = {}
    wide: dict[str, list[Floats]] = {}
    common: list[Floats] = []
    studies = QUICK if quick else FULL
    for _ in range(studies):
        w = world(rng)
        common.append(w.common)
        for what, in_it, width in study(w, rng):
            held.setdefault(what, []).append(in_it)
            wide.setdefault(what, []).append(width)
    prevalences = np.array(common)
    out = [Figure("simulated studies × codes", f"{studies} × {CODES}")]
    for what, inside in held.items():
        out += _rows(what, np.array(inside), np.array(wide[what]), prevalences)
    return out


def _rows(what: str, held: Bools, width: Floats, common: Floats) -> Iterator[Figure]:
    for low, high in ((0.0, 1.0), *CLASSES) if what != "macro-F1" else ((0.0, 1.0),):
        use = (common >= low) & (common < high) & ~np.isnan(width)
        n = int(use.sum())
        label = "all" if high == 1 else f"{low:.0%} to {high:.0%}"
        if not n:
            yield Figure(f"{what}: {label}", "none")
            continue
        share = float(held[use].mean())
        slack = 2 * (0.95 * 0.05 / n) ** 0.5 if n < SHORT else 0.0
        bar = f"{LOW - slack:.3f} to {HIGH + slack:.3f}"
        yield Figure(
            f"{what}: {label}",
            f"{share:.3f} of {n}, mean width {width[use].mean():.3g}",
            bar if what in BARRED and high == 1 else "",
            bool(LOW - slack <= share <= HIGH + slack) if what in BARRED and high == 1 else None,
        )


def main() -> None:
    options = arguments(__doc__)
    finish(figures(options.quick), options)


if __name__ == "__main__":
    main()
