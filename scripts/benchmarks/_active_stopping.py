"""Is the promise kept when people stop where they are advised to? Over simulated studies.

    python scripts/benchmarks/_active_stopping.py

A study: 8 to 40 transcripts, 6 codes of 3 to 30 % prevalence that differs between transcripts, a
machine that begins like a starter model, gets better with every label (its last quality differs
between studies and codes) and wavers from model to model, less as labels grow. The queue: every third sentence of the audit sample until all are
answered, beside it a tenth at random, a sixth candidates for the rarest codes found so far, the
rest by uncertainty. A look every 20 decisions, until the advice is to stop or all is read. Kept:
at the first advice to stop, people and machine together hold the promised recall, 80 %, of every
code that the advice judged. Bar: in 93 % of them.

A promise for several codes is kept the more easily, for the last one decides. So each code is looked
at by itself as well: where its own bound first reaches the target, does it truly hold as much?

The rules of Bloodgood and Vijay-Shanker and of Zhu, Wang and Hovy look at the same studies, and the
audit rule without the queue's marks (``reached``), as a team that keeps none would have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from _bench import Figure, arguments, finish
from numpy.typing import NDArray
from scipy.special import expit, logit

from precode.audit.design import Bools, Floats, Sample, sample
from precode.audit.drawing import draw
from precode.audit.estimates import total
from precode.audit.planner import audit_size
from precode.audit.stopping import (
    Advice,
    bloodgood_vijay_shanker_2009,
    can_judge,
    changed,
    kappa_between,
    lewis_yang_frieder_2021,
    recall_bound,
    zhu_wang_hovy_2008,
)
from precode.audit.unread import Tally, tally

CODES = 6
SEED = 30
LOOK = 20
EVERY = 3
TARGET, CONFIDENCE = 0.8, 0.95
BAR = 0.93
FULL, QUICK = 400, 14
AUDIT, UNMARKED = "audit-based recall", "the same, without the queue's marks"
BLOODGOOD, ZHU = "Bloodgood and Vijay-Shanker 2009", "Zhu, Wang and Hovy 2008"
RULES = (AUDIT, UNMARKED, BLOODGOOD, ZHU)


@dataclass
class World:
    """A study as only a simulation knows it."""

    transcript: NDArray[np.int64]
    y: Bools
    common: Floats
    noise: Floats  # (N, k) what makes a sentence hard for every model
    best: Floats  # (k,) what the machine comes to with many labels
    pace: float  # labels in which it comes two thirds of the way


@dataclass
class Stop:
    """Where a rule stopped: share of the study read, labels, recall of each code it judged."""

    labels: int
    share: float
    recall: Floats


@dataclass
class Reading:
    """Where the review stands: (N,) indicators; ``marked`` are audit sentences that the queue chose."""

    read: Bools
    marked: Bools
    asked: int = 0
    labels: int = 0
    kappas: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)


def world(rng: np.random.Generator) -> World:
    """One invented study."""
    h = int(rng.integers(8, 41))
    typical = rng.uniform(30, 120)
    sizes = np.maximum(8, rng.lognormal(np.log(typical), 0.5, h).astype(int))
    where = np.repeat(np.arange(h), sizes)
    common = np.exp(rng.uniform(np.log(0.03), np.log(0.3), CODES))
    c = 1 / rng.uniform(0.02, 0.2, CODES) - 1
    y = rng.random((len(where), CODES)) < rng.beta(common * c, (1 - common) * c, (h, CODES))[where]
    noise = rng.normal(size=y.shape) + rng.normal(0, 0.35, (h, CODES))[where]
    return World(where, y, common, noise, rng.uniform(1.8, 4.5, CODES), float(rng.uniform(80, 300)))


def machine(w: World, labels: int, wobble: Floats) -> Floats:
    """(N, k) probabilities after so many labels, for sentences it has not learned from."""
    d = w.best * (0.35 + 0.65 * (1 - np.exp(-labels / w.pace)))
    x = d * w.y + 0.9 * w.noise + 0.4 * wobble
    return np.asarray(expit(d * x - d * d / 2 + logit(w.common)))


def study(w: World, rng: np.random.Generator) -> tuple[dict[str, Stop], dict[str, float]]:
    """Where each rule first advised to stop (not there: all was read before), and for each code the
    recall at which its own bound first reached the target.
    """
    n = len(w.y)
    names = [str(t) for t in w.transcript]
    strata = list(dict.fromkeys(names))
    frame = {s: [str(i) for i in np.flatnonzero(w.transcript == int(s))] for s in strata}
    size = audit_size(
        n, prevalence=0.1, half_width=float(rng.choice([0.025, 0.035, 0.05])), most=0.25
    )
    order = np.array([int(d.sentence_id) for d in draw(frame, size, rng) if d.position is not None])
    drawn = sample({s: len(ids) for s, ids in frame.items()}, [names[i] for i in order])
    audited = np.zeros(n, dtype=bool)
    audited[order] = True
    at = Reading(np.zeros(n, dtype=bool), np.zeros(n, dtype=bool))
    stops: dict[str, Stop] = {}
    single: dict[str, float] = {}
    given: Bools | None = None
    wobble = rng.normal(size=w.y.shape)
    while len(stops) < len(RULES) and at.read.sum() + at.asked < n:
        labels = int(at.read.sum())
        kept = (at.labels + 20) / (labels + 20)  # of what the last model had learned
        wobble = kept * wobble + (1 - kept**2) ** 0.5 * rng.normal(size=w.y.shape)
        at.labels = labels
        p = machine(w, labels, wobble)
        before, given = given, p >= 0.4
        unread = ~at.read & ~audited
        if before is not None:
            fixed = np.flatnonzero(audited)
            at.kappas.append(kappa_between(before[fixed], given[fixed]))
            at.changes.append(changed(before[unread], given[unread]))
        done = labels + at.asked
        recall = _recall(w, at.read | _first(order, at), given)
        for rule, (advice, tallies) in _asked(w, drawn, order, at, given, set(stops)).items():
            judged = (
                np.array([can_judge(t, target=TARGET, confidence=CONFIDENCE) for t in tallies])
                if tallies
                else np.arange(CODES) >= 0
            )
            if advice.stop:
                stops[rule] = Stop(done, done / n, recall[judged])
            for j, code in enumerate(tallies if rule == AUDIT else ()):
                if recall_bound(code, CONFIDENCE) >= TARGET:
                    single.setdefault(str(j), float(recall[j]))
        _read(w, at, audited, p, size, rng)
    return stops, single


def _first(order: NDArray[np.int64], at: Reading) -> Bools:
    out = np.zeros(len(at.read), dtype=bool)
    out[order[: at.asked]] = True
    return out


def _asked(
    w: World, drawn: Sample, order: NDArray[np.int64], at: Reading, given: Bools, done: set[str]
) -> dict[str, tuple[Advice, tuple[Tally, ...]]]:
    """Each rule's advice now, of those not ``done`` yet, and what the audit's rules judged by."""
    out: dict[str, tuple[Advice, tuple[Tally, ...]]] = {}
    if BLOODGOOD not in done:
        out[BLOODGOOD] = (bloodgood_vijay_shanker_2009(at.kappas), ())
    if ZHU not in done:
        out[ZHU] = (zhu_wang_hovy_2008(at.changes), ())
    if at.asked < len(order):
        return out
    people = at.read | _first(order, at)
    outside = at.read & ~_first(order, at)
    for rule, marks in ((AUDIT, at.marked[order]), (UNMARKED, None)):
        if rule in done:
            continue
        tallies = tally(
            drawn, w.y[order], given[order], found=(w.y & outside[:, None]).sum(axis=0),
            left_not_given=(~people[:, None] & ~given).sum(axis=0), reached=marks,
        )  # fmt: skip
        advice = lewis_yang_frieder_2021(
            {str(j): t for j, t in enumerate(tallies)},
            answered=at.asked, drawn=len(order), target=TARGET, confidence=CONFIDENCE,
        )  # fmt: skip
        out[rule] = (advice, tallies)
    return out


def _recall(w: World, people: Bools, given: Bools) -> Floats:
    held = people[:, None] | given
    return np.asarray((w.y & held).sum(axis=0) / np.maximum(w.y.sum(axis=0), 1))


def _read(
    w: World, at: Reading, audited: Bools, p: Floats, size: int, rng: np.random.Generator
) -> None:
    """The next 20 decisions. The queue chooses blind to the audit; what it chooses of the audit's
    sentences is marked, and the next one asked.
    """
    audits = min(LOOK // EVERY, size - at.asked)
    at.asked += audits
    pool = np.flatnonzero(~at.read & ~at.marked)
    doubt = (1 - np.abs(2 * p[pool] - 1)).max(axis=1)
    rare = int(np.argmin((w.y & at.read[:, None]).sum(axis=0)))
    kinds = [
        iter(pool[order].tolist())
        for order in (rng.permutation(len(pool)), np.argsort(-p[pool, rare]), np.argsort(-doubt))
    ]
    left = LOOK - audits
    turns = rng.choice(3, p=(0.1, 0.15, 0.75), size=3 * len(pool) + LOOK).tolist()
    # Where a kind has run out, so have the others: each is an order of the whole pool.
    while left and (i := next(kinds[turns.pop()], None)) is not None:
        if at.read[i] or at.marked[i]:
            continue
        if audited[i]:
            at.marked[i] = True
        else:
            at.read[i] = True
            left -= 1


def one_by_one(rng: np.random.Generator, trials: int) -> tuple[int, int]:
    """How often the recall was kept, of how many times the bound reached the target, where passages
    come to be held one by one, from none on, in an order that has nothing to do with the audit, and
    somebody looks after each: the hardest case for looking again and again.
    """
    kept = reached = 0
    for _ in range(trials):
        t, n = int(rng.integers(40, 500)), int(rng.integers(60, 500))
        size = int(max(t, n) / rng.uniform(0.05, 0.25))
        drawn = np.sort(rng.permutation(size)[:n])
        sample_ = drawn[drawn < t]  # passages are 0 … t - 1, held in this order
        s = len(sample_)
        y = (np.arange(n) < s)[:, None]
        whole = total(sample({"": size}, [""] * n), y)[0]
        for j in range(1, s + 1):
            code = Tally(s, j, s, size, whole.high or 0.0)
            if recall_bound(code, CONFIDENCE) >= TARGET:
                # Held: all up to the j-th of the sample, and the sample's own.
                reached += 1
                kept += (int(sample_[j - 1]) + 1 + s - j) / t >= TARGET
                break
    return kept, reached


def figures(quick: bool) -> list[Figure]:
    """One row a rule and what is measured of it."""
    rng = np.random.default_rng(SEED)
    studies = QUICK if quick else FULL
    stops: dict[str, list[Stop]] = {rule: [] for rule in RULES}
    single: list[float] = []
    sentences = []
    for _ in range(studies):
        w = world(rng)
        sentences.append(len(w.y))
        found, alone = study(w, rng)
        single += alone.values()
        for rule, stop in found.items():
            stops[rule].append(stop)
    out = [Figure("simulated studies, mean sentences", f"{studies}, {np.mean(sentences):.0f}")]
    kept = sum(r >= TARGET - 1e-9 for r in single)
    out.append(
        Figure(
            "one code by itself: recall kept",
            f"{kept / max(len(single), 1):.3f} of {len(single)}",
            *_bar(AUDIT, kept, len(single)),
        )
    )
    kept, reached = one_by_one(rng, 10 * studies)
    out.append(
        Figure(
            "one code, held one by one from none: recall kept",
            f"{kept / max(reached, 1):.3f} of {reached}",
            *_bar(AUDIT, kept, reached),
        )
    )
    for rule in RULES:
        out += _rows(rule, stops[rule], studies)
    return out


def _rows(rule: str, stops: Sequence[Stop], studies: int) -> list[Figure]:
    n = len(stops)
    if not n:
        return [Figure(f"{rule}: advice to stop", f"in none of {studies}", *_bar(rule, 0, 0))]
    kept = sum(bool((s.recall >= TARGET - 1e-9).all()) for s in stops)
    worst = float(np.mean([s.recall.min() for s in stops]))
    judged = float(np.mean([len(s.recall) for s in stops]))
    return [
        Figure(f"{rule}: recall kept", f"{kept / n:.3f} of {n}", *_bar(rule, kept, n)),
        Figure(
            f"{rule}: stopped before all was read",
            f"{n / studies:.2f}, at {np.mean([s.labels for s in stops]):.0f} decisions, "
            f"{np.mean([s.share for s in stops]):.0%} of the study",
        ),
        Figure(f"{rule}: codes judged, lowest recall", f"{judged:.1f} of {CODES}, {worst:.2f}"),
    ]


def _bar(rule: str, kept: int, n: int) -> tuple[str, bool | None]:
    """Only the audit's rules promise recall. A run too short to tell has two standard errors."""
    if rule not in (AUDIT, UNMARKED):
        return "", None
    if not n:
        return f"≥ {BAR}", False
    bar = BAR - 2 * (BAR * (1 - BAR) / n) ** 0.5 if n < 150 else BAR
    return f"≥ {bar:.3f}", kept / n >= bar


def main() -> None:
    options = arguments(__doc__)
    finish(figures(options.quick), options)


if __name__ == "__main__":
    main()
