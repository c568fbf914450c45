"""Is the promise kept when people stop where they are advised to? Over simulated studies.

    python scripts/benchmarks/_active_stopping.py

A study: 8 to 40 transcripts, 6 codes of 3 to 30 % prevalence that differs between transcripts, a
machine that gets better with every label (its last quality differs between studies and codes) and
wavers from model to model. The queue: every third sentence of the audit sample until all are
answered, beside it a tenth at random, a sixth candidates for the rarest codes found so far, the
rest by uncertainty. A look every 20 decisions, until the advice is to stop or all is read. Kept:
at the first advice to stop, people and machine together hold the promised recall, 80 %, of every
code that the advice judged. Bar: in 93 % of them.

The rules of Bloodgood and Vijay-Shanker and of Zhu, Wang and Hovy look at the same studies, and the
audit rule without the queue's marks (``reached``), as a team that keeps none would have it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from _bench import Figure, arguments, finish
from numpy.typing import NDArray
from precode.active.audit import draw
from precode.active.design import Bools, Floats, sample
from precode.active.planner import audit_size
from precode.active.stopping import (
    Advice,
    bloodgood_vijay_shanker_2009,
    changed,
    fewest_passages,
    kappa_between,
    lewis_yang_frieder_2021,
    recall_bound,
    zhu_wang_hovy_2008,
)
from precode.active.unread import Tally, tally
from scipy.special import expit, logit

CODES = 6
SEED = 30
LOOK = 20
EVERY = 3
TARGET, CONFIDENCE = 0.8, 0.95
BAR = 0.93
FULL, QUICK = 400, 40
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
    kappas: list[float] = field(default_factory=list)
    changes: list[float] = field(default_factory=list)


def world(rng: np.random.Generator) -> World:
    """One invented study."""
    h = int(rng.integers(8, 41))
    sizes = np.maximum(8, rng.lognormal(np.log(40), 0.5, h).astype(int))
    where = np.repeat(np.arange(h), sizes)
    common = np.exp(rng.uniform(np.log(0.03), np.log(0.3), CODES))
    c = 1 / rng.uniform(0.02, 0.2, CODES) - 1
    y = rng.random((len(where), CODES)) < rng.beta(common * c, (1 - common) * c, (h, CODES))[where]
    noise = rng.normal(size=y.shape) + rng.normal(0, 0.35, (h, CODES))[where]
    return World(where, y, common, noise, rng.uniform(1.8, 4.5, CODES), float(rng.uniform(80, 300)))


def machine(w: World, labels: int, rng: np.random.Generator) -> Floats:
    """(N, k) probabilities after so many labels, for sentences it has not learned from."""
    d = w.best * (1 - np.exp(-(labels + 20) / w.pace))
    x = d * w.y + 0.95 * w.noise + rng.normal(0, 0.3, w.y.shape)
    return np.asarray(expit(d * x - d * d / 2 + logit(w.common)))


def study(w: World, rng: np.random.Generator) -> dict[str, Stop]:
    """Where each rule first advised to stop; not there: all was read before."""
    n = len(w.y)
    names = [str(t) for t in w.transcript]
    strata = list(dict.fromkeys(names))
    frame = {s: [str(i) for i in np.flatnonzero(w.transcript == int(s))] for s in strata}
    size = audit_size(
        n, prevalence=0.1, half_width=float(rng.choice([0.03, 0.04, 0.05])), most=0.25
    )
    order = np.array([int(d.sentence_id) for d in draw(frame, size, rng) if d.position is not None])
    drawn = sample({s: len(ids) for s, ids in frame.items()}, [names[i] for i in order])
    audited = np.zeros(n, dtype=bool)
    audited[order] = True
    at = Reading(np.zeros(n, dtype=bool), np.zeros(n, dtype=bool))
    stops: dict[str, Stop] = {}
    given: Bools | None = None
    while len(stops) < len(RULES) and at.read.sum() + max(0, size - at.asked) < n:
        labels = int((at.read & ~audited).sum())
        p = machine(w, labels, rng)
        before, given = given, p >= 0.4
        unread = ~at.read & ~audited
        if before is not None:
            fixed = np.flatnonzero(audited)
            at.kappas.append(kappa_between(before[fixed], given[fixed]))
            at.changes.append(changed(before[unread], given[unread]))
        done = labels + at.asked
        for rule, (advice, judged) in _asked(w, drawn, order, at, given, set(stops)).items():
            if advice.stop:
                stops[rule] = Stop(done, done / n, _recall(w, at.read | _first(order, at), given)[judged])
        _read(w, at, audited, p, size, rng)
    return stops


def _first(order: NDArray[np.int64], at: Reading) -> Bools:
    out = np.zeros(len(at.read), dtype=bool)
    out[order[: at.asked]] = True
    return out


def _asked(
    w: World, drawn: object, order: NDArray[np.int64], at: Reading, given: Bools, done: set[str]
) -> dict[str, tuple[Advice, Bools]]:
    """Each rule's advice now, and the (k,) codes it speaks for; of those not ``done`` yet."""
    every = np.ones(CODES, dtype=bool)
    out: dict[str, tuple[Advice, Bools]] = {}
    if BLOODGOOD not in done:
        out[BLOODGOOD] = (bloodgood_vijay_shanker_2009(at.kappas), every)
    if ZHU not in done:
        out[ZHU] = (zhu_wang_hovy_2008(at.changes), every)
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
        out[rule] = (advice, np.array([_judged(t) for t in tallies]))
    return out


def _judged(code: Tally) -> bool:
    enough = code.passages >= fewest_passages(TARGET, CONFIDENCE)
    return enough or recall_bound(code, CONFIDENCE) >= TARGET


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
    kinds = (
        list(pool[rng.permutation(len(pool))]),
        list(pool[np.argsort(-p[pool, rare])]),
        list(pool[np.argsort(-doubt)]),
    )
    left = LOOK - audits
    while left and any(kinds):
        kind = kinds[int(rng.choice(3, p=(0.1, 0.15, 0.75)))]
        if not kind:
            kind = max(kinds, key=len)
        i = kind.pop(0)
        if at.read[i] or at.marked[i]:
            continue
        if audited[i]:
            at.marked[i] = True
        else:
            at.read[i] = True
            left -= 1


def figures(quick: bool) -> list[Figure]:
    """One row a rule and what is measured of it."""
    rng = np.random.default_rng(SEED)
    studies = QUICK if quick else FULL
    stops: dict[str, list[Stop]] = {rule: [] for rule in RULES}
    sentences = []
    for _ in range(studies):
        w = world(rng)
        sentences.append(len(w.y))
        for rule, stop in study(w, rng).items():
            stops[rule].append(stop)
    out = [Figure("simulated studies, mean sentences", f"{studies}, {np.mean(sentences):.0f}")]
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
