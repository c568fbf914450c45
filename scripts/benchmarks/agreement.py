"""Do the intervals of the agreement coefficients hold what they say?

    python scripts/benchmarks/agreement.py

Simulated double-coding: 6 to 40 transcripts of unequal length (lognormal, median 100 sentences,
sd of the logarithm .5), a code of 3 to 30 % prevalence, Cohen's kappa .4 to .9, prevalence and
disagreement that differ between transcripts (intra-transcript correlation .02 and 0, or .08 and
.04). The truth is that of all transcripts there could be. Bar: 92 to 97 % from 12 transcripts on,
over all of these together; below that, the figure is reported, and so it is where transcripts
differ strongly (.15 and .10). Beside it, what the percentile interval of the same draws covers. Then the planner: do studies of the size it asks for get the
width it promises?
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
from _bench import Figure, arguments, finish
from numpy.typing import NDArray

from precode.agreement import counts as of
from precode.agreement.bootstrap import cluster_weights
from precode.agreement.intervals import t_interval
from precode.agreement.planner import Clustering, plan, simulate
from precode.agreement.reliability import leasts, statistics

Floats = NDArray[np.float64]

SEED = 5
TRANSCRIPTS = (6, 8, 12, 20, 40)
PREVALENCES = (0.03, 0.1, 0.3)
KAPPAS = (0.4, 0.7, 0.9)
CORRELATIONS = ((0.02, 0.0), (0.08, 0.04))
STRONG = ((0.15, 0.1),)
LOW, HIGH, BARRED = 0.92, 0.97, 12
FLOOR = 10
DRAWS = 1000
FULL, QUICK = 400, 60
NAMES = ("observed", "kappa", "alpha", "ac1", "pabak")


def sums(table: Floats) -> Floats:
    """(…, 4) tables of two coders → (…, L) sums as of :func:`precode.agreement.reliability.tally`."""
    tp, fp, fn, tn = np.moveaxis(table, -1, 0)
    n, apart = tp + fp + fn + tn, fp + fn
    yes, no = 2 * tp + apart, 2 * tn + apart
    return np.stack(
        [tp + tn, n, n, no / 2, yes / 2, 2 * apart, no, yes, tn, fp, fn, tp], axis=-1
    )  # fmt: skip


def truth(p: float, kappa: float) -> dict[str, float]:
    """Each coefficient of all transcripts there could be (alpha there is kappa: equal margins)."""
    both, apart = p * p + kappa * p * (1 - p), p * (1 - p) * (1 - kappa)
    whole = sums(1e9 * np.array([both, apart, apart, 1 - both - 2 * apart]))
    return {name: float(one(whole)) for name, one in statistics(2, 1).items()}


def coverage(
    transcripts: int,
    studies: int,
    rng: np.random.Generator,
    correlations: Sequence[tuple[float, float]] = CORRELATIONS,
) -> dict[str, Floats]:
    """Coefficient → (intervals, 3): held by ours, by the percentile interval, and our width."""
    out: dict[str, list[tuple[float, float, float]]] = {name: [] for name in NAMES}
    each, least = statistics(2, 1), leasts(2)
    for p, kappa, (rho, apart) in product(PREVALENCES, KAPPAS, correlations):
        true = truth(p, kappa)
        sizes = np.maximum(8, rng.lognormal(np.log(100), 0.5, (studies, transcripts))).astype(int)
        world = Clustering(p, rho, apart, (100,), False)
        for table in simulate(sizes, world, kappa, rng):
            if table[:, : of.TN].sum() < FLOOR:
                continue  # not estimable, in words
            counts = sums(table)
            weights = cluster_weights(transcripts, rng=rng, draws=DRAWS)
            assert weights is not None
            draws = weights @ counts
            for name in NAMES:
                value, drawn = float(each[name](counts.sum(axis=0))), each[name](draws)
                found = t_interval(value, drawn, clusters=transcripts, least=least.get(name, -1.0))
                if found is None or found[0] == found[1]:
                    continue
                low, high = np.nanquantile(drawn, [0.025, 0.975])
                out[name].append((
                    found[0] <= true[name] <= found[1], low <= true[name] <= high,
                    found[1] - found[0],
                ))  # fmt: skip
    return {name: np.array(rows, dtype=np.float64) for name, rows in out.items()}


def planned(studies: int, rng: np.random.Generator) -> list[Figure]:
    """Studies of the planned size: the median width of the intervals they get."""
    out = []
    for p, rho, apart in ((0.05, 0.02, 0.0), (0.1, 0.1, 0.05), (0.25, 0.1, 0.05)):
        world = Clustering(p, rho, apart, tuple(range(60, 180, 4)), False)
        asked = plan("", world, width=0.2, kappa=0.7, floor=FLOOR, rng=rng)
        assert asked.transcripts is not None
        kappa: Callable[[Floats], Floats] = of.kappa
        widths = []
        sizes = rng.choice(np.array(world.sizes), (studies, asked.transcripts))
        for table in simulate(sizes, world, 0.7, rng):
            weights = cluster_weights(len(table), rng=rng, draws=DRAWS)
            assert weights is not None
            value = float(kappa(table.sum(axis=0)))
            found = t_interval(value, kappa(weights @ table), clusters=len(table))
            widths.append(found[1] - found[0] if found else np.inf)
        width = float(np.median(widths))
        out.append(
            Figure(
                f"planner: {asked.transcripts} transcripts for a width of .20 at {p:.0%}, "
                f"correlation {rho:g}",
                f"{width:.3f}",
                ".18 to .22",
                0.18 <= width <= 0.22,
            )
        )
    return out


def figures(quick: bool) -> list[Figure]:
    """The table."""
    rng = np.random.default_rng(SEED)
    studies = QUICK if quick else FULL
    out = []
    for transcripts in TRANSCRIPTS:
        found = coverage(transcripts, studies, rng)
        every = np.concatenate(list(found.values()))
        share, percentile, width = every.mean(axis=0)
        # the five coefficients of a study go together, so that a study counts once
        slack = 2 * np.sqrt(0.05 * 0.95 / (len(every) / len(NAMES))) if quick else 0.0
        judged = transcripts >= BARRED
        out.append(
            Figure(
                f"coverage at {transcripts} transcripts",
                f"{share:.1%} (percentile {percentile:.1%}; mean width {width:.2f})",
                "92 to 97 %" if judged else "",
                bool(LOW - slack <= share <= HIGH + slack) if judged else None,
            )
        )
        for name, rows in found.items():
            share, percentile, width = rows.mean(axis=0)
            judged = transcripts >= BARRED and not quick
            out.append(
                Figure(
                    f"  {name}, {transcripts} transcripts",
                    f"{share:.1%} (percentile {percentile:.1%}; mean width {width:.2f})",
                    "92 to 97 %" if judged else "",
                    bool(LOW <= share <= HIGH) if judged else None,
                )
            )
    for transcripts in (12, 40):
        every = np.concatenate(list(coverage(transcripts, studies, rng, STRONG).values()))
        share, percentile, width = every.mean(axis=0)
        out.append(
            Figure(
                f"coverage at {transcripts} transcripts that differ strongly (.15, .10)",
                f"{share:.1%} (percentile {percentile:.1%}; mean width {width:.2f})",
            )
        )
    return out + planned(400, rng)


if __name__ == "__main__":
    options = arguments(__doc__)
    finish(figures(options.quick), options)
