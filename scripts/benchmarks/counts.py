"""Coverage of the report's corrected counts, by code and by code and polarity.

    python scripts/benchmarks/counts.py

The simulated studies are those of ``_active_audit.py``: 8 to 40 transcripts, 12 codes of 1 to 30 %,
a machine whose errors cluster in transcripts, a queue that has read a fifth to four fifths by its
lead, an audit sample of 60 to 400 answered in part, transcripts added later. Here each passage has
a direction besides: the share of barriers differs by code and transcript, and the machine sees it
with an error of its own. What the machine says of sentences that it has learned from comes, as in
the report, from models that have not: those differ a little from the one that pre-codes the rest.
Truth is the number of sentences of the finite study that carry it.

Bar: 92 to 97 % of all intervals shown. Those with fewer than three passages in the sample are not
shown; so rare ones are seen only by luck, and cover less: they are told apart, without a bar.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from _active_audit import CODES, World, world
from _bench import Figure, arguments, finish
from scipy.special import expit, logit

from precode.audit.corrected import corrected
from precode.audit.design import Bools, Floats, Interval, Sample, sample
from precode.audit.drawing import draw
from precode.audit.estimates import Scores

SEED = 44
LOW, HIGH = 0.92, 0.97
FULL, QUICK = 500, 100
SIDES = ("any", "barrier", "facilitator")
CLASSES = ((0, 3), (3, 6), (6, 15), (15, 10**6))  # passages to be expected in the sample


@dataclass(frozen=True)
class Sided:
    """(N, 3 k): the codes, the codes as barriers, and as facilitators."""

    y: Bools
    p: Floats
    p_read: Floats  # by models that have not learned from the sentence


def sided(w: World, rng: np.random.Generator) -> Sided:
    common = rng.uniform(0.15, 0.85, CODES)
    of = rng.beta(common * 4, (1 - common) * 4, (w.transcript.max() + 1, CODES))[w.transcript]
    barrier = rng.random(w.y.shape) < of
    d = rng.uniform(0.5, 3.0, CODES)
    side = expit(d * (d * barrier + rng.normal(size=barrier.shape)) - d * d / 2 + logit(common))
    other = expit(logit(np.clip(w.p, 1e-6, 1 - 1e-6)) * 0.95 + rng.normal(-0.05, 0.3, w.p.shape))
    return Sided(
        np.concatenate([w.y, w.y & barrier, w.y & ~barrier], axis=1),
        np.concatenate([w.p, w.p * side, w.p * (1 - side)], axis=1),
        np.concatenate([other, other * side, other * (1 - side)], axis=1),
    )


def asked(w: World, rng: np.random.Generator) -> tuple[np.ndarray, Sample]:
    """The answers of an audit sample, and its design."""
    names = [str(t) for t in w.transcript]
    strata = sorted(set(names), key=int)
    later = int(len(strata) * rng.uniform(0.15, 0.4)) if rng.random() < 1 / 3 else 0
    batches = {name: 1 + (i >= len(strata) - later) for i, name in enumerate(strata)}
    out: list[int] = []
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
        out += order[: max(fewest, int(size * rng.uniform(0.4, 1)))]
    sizes = {name: names.count(name) for name in strata}
    s = np.array(out)
    return s, sample(sizes, [names[i] for i in s], batches=batches)


def study(rng: np.random.Generator) -> dict[str, Floats]:
    """(3 k,) of one study: passages to be expected in the sample, held, width and so on."""
    w = world(rng)
    v = sided(w, rng)
    s, drawn = asked(w, rng)
    worth = w.p.max(axis=1) + rng.gumbel(0, 0.15, len(w.y))
    read = np.zeros(len(w.y), dtype=bool)
    read[np.argsort(-worth)[: int(len(w.y) * rng.uniform(0.2, 0.8))]] = True
    audited = np.zeros(len(w.y), dtype=bool)
    audited[s] = True
    read &= ~audited
    p = np.where(read[:, None], v.p_read, v.p)
    scores = Scores(p[s], p.sum(axis=0))
    outside = rng.integers(0, 30, v.y.shape[1])  # in transcripts read before there was a sample
    truth = v.y.sum(axis=0) + outside
    common = {
        "found": (v.y & read[:, None]).sum(axis=0),
        "left": int((~read & ~audited).sum()),
        "outside": outside,
    }
    with_it = corrected(drawn, v.y[s], scores=scores, **common)
    without = corrected(drawn, v.y[s], **common)
    low, high = _ends(with_it)
    low0, high0 = _ends(without)
    raw = v.p.sum(axis=0) + outside
    return {
        "expected": v.y.mean(axis=0) * len(s),
        "shown": np.array([i.value is not None for i in with_it]),
        "held": (low <= truth) & (truth <= high),
        "held alone": (low0 <= truth) & (truth <= high0),
        "width": high - low,
        "width alone": high0 - low0,
        "bias": np.array([np.nan if i.value is None else i.value for i in with_it]) - truth,
        "machine's bias": np.abs(raw - truth) / np.maximum(truth, 1),
        "side": np.repeat(np.arange(3), CODES),
    }


def _ends(intervals: tuple[Interval, ...]) -> tuple[Floats, Floats]:
    low = np.array([np.nan if i.low is None else i.low for i in intervals])
    high = np.array([np.nan if i.high is None else i.high for i in intervals])
    return low, high


def figures(quick: bool) -> list[Figure]:
    rng = np.random.default_rng(SEED)
    each = [study(rng) for _ in range(QUICK if quick else FULL)]
    a = {name: np.concatenate([e[name] for e in each]) for name in each[0]}
    shown = a["shown"].astype(bool)
    out = [
        Figure("simulated studies × codes × sides", f"{len(each)} × {CODES} × 3"),
        Figure("shown (three passages in the sample)", f"{shown.mean():.0%}"),
    ]
    for number, side in enumerate(SIDES):
        use = shown & (a["side"] == number)
        share = a["held"][use].mean()
        held = bool(LOW <= share <= HIGH)
        out.append(
            Figure(
                f"corrected counts cover: {side}",
                f"{share:.3f} of {use.sum()}, mean width {a['width'][use].mean():.0f}, "
                f"without the machine {a['held alone'][use].mean():.3f}, "
                f"{a['width alone'][use].mean():.0f}",
                f"{LOW} to {HIGH}",
                held,
            )
        )
    for low, high in CLASSES:
        use = shown & (a["expected"] >= low) & (a["expected"] < high)
        where = f"{low} to {high} expected in the sample" if high < 10**6 else f"{low} or more"
        out.append(
            Figure(
                f"{where}",
                f"{a['held'][use].mean():.3f} of {use.sum()}, mean width "
                f"{a['width'][use].mean():.0f}, without the machine "
                f"{a['held alone'][use].mean():.3f}, {a['width alone'][use].mean():.0f}; off on "
                f"average by {a['bias'][use].mean():+.1f}",
            )
        )
    return out


def main() -> None:
    options = arguments(__doc__)
    finish(figures(options.quick), options)


if __name__ == "__main__":
    main()
