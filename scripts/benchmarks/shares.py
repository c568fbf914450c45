"""How often the report's intervals of shares of people hold the true share.

    python scripts/benchmarks/shares.py --json shares.json

Studies are invented by chance: interviews, focus groups, or both, in which members of one focus
group resemble each other in what they mention (intraclass correlation ρ, beta-binomial). Twelve
codes that 5 to 70 % mention. Beside it: the interval that takes all people as independent.
"""

from __future__ import annotations

import numpy as np
from _bench import Figure, arguments, finish

from precode.report.tables.proportions import UTMOST, effective, intraclass, wilson

STUDIES, QUICK_STUDIES = 2_000, 200
DESIGNS = ((20, 0, 0), (40, 5, 9), (0, 4, 6), (0, 6, 6), (0, 10, 5), (12, 6, 5))
RHOS = (0.0, 0.1, 0.3)
SHARES = np.array([0.05, 0.1, 0.2, 0.3, 0.5, 0.7] * 2)
LOWEST, HIGHEST = 0.92, 0.975


def coverage(
    interviews: int, groups: int, size: int, rho: float, studies: int, rng: np.random.Generator
) -> tuple[float, float, float]:
    """(of the report's intervals, of the worst code's, of intervals as if independent)."""
    members = interviews + np.repeat(np.arange(groups), size)
    clusters = np.concatenate([np.arange(interviews), members]).astype(np.int64)
    held, naive = np.zeros(len(SHARES)), np.zeros(len(SHARES))
    for _ in range(studies):
        p = np.repeat(SHARES[None], interviews + groups, axis=0)
        if rho and groups:
            spread = (1 - rho) / rho
            p[interviews:] = rng.beta(
                SHARES * spread, (1 - SHARES) * spread, size=(groups, len(SHARES))
            )
        said = (rng.random((len(clusters), len(SHARES))) < p[clusters]).astype(np.float64)
        found = intraclass(said, clusters)
        n = effective(clusters, UTMOST if found is None else found)
        for i, (mean, true) in enumerate(zip(said.mean(axis=0), SHARES, strict=True)):
            _, low, high = wilson(float(mean), n)
            held[i] += low <= true <= high
            _, low, high = wilson(float(mean), len(clusters))
            naive[i] += low <= true <= high
    return held.mean() / studies, held.min() / studies, naive.mean() / studies


def main() -> None:
    options = arguments(__doc__)
    studies = QUICK_STUDIES if options.quick else STUDIES
    rng = np.random.default_rng(1)
    figures = []
    for interviews, groups, size in DESIGNS:
        for rho in RHOS if groups else RHOS[:1]:
            mean, worst, naive = coverage(interviews, groups, size, rho, studies, rng)
            figures.append(
                Figure(
                    f"{interviews} interviews, {groups} focus groups of {size}, ρ = {rho}",
                    f"{mean:.1%}, worst code {worst:.1%}, as if independent {naive:.1%}",
                    f"{LOWEST:.0%} to {HIGHEST:.1%}",
                    LOWEST <= mean <= HIGHEST,
                )
            )
    finish(figures, options)


if __name__ == "__main__":
    main()
