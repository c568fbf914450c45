"""A sample in folds, and how a recipe does on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from _features_measured import Floats, Recipe, Rows, Sample
from _quality_sets import FOLDS, SEED
from scipy.stats import t as student

from precode.model.folds import assign
from precode.model.heads import fit_codes
from precode.model.thresholds import decide, fit_thresholds, macro_f1

PENALTIES = (0.3, 1.0, 3.0, 10.0)


@dataclass
class Course:
    """A sample in folds, and the figures already measured on it."""

    sample: Sample
    folds: int = FOLDS
    _known: dict[Recipe, Floats] = field(default_factory=dict)

    def __post_init__(self) -> None:
        coded = self.sample.coded
        self.fold = assign(coded.y, coded.groups, folds=self.folds, seed=SEED)

    def figures(self, recipe: Recipe) -> Floats:
        """``(folds,)`` macro-F1, penalty and thresholds chosen on the other folds."""
        if recipe not in self._known:
            scores = np.stack(list(self.scores(recipe, PENALTIES).values()))
            self._known[recipe] = self.choose(scores)
        return self._known[recipe]

    def scores(
        self, recipe: Recipe, penalties: Sequence[float], size: int = 0, each: int = 0
    ) -> dict[float, Floats]:
        """``(n, k)`` held-out scores by penalty; learned from ``size`` rows by whole groups, or
        ``each`` a code, where not 0.
        """
        y, choice = self.sample.coded.y, self.sample.coded.choice
        out = {c: np.zeros_like(y) for c in penalties}
        for f in range(self.folds):
            learn, held = self.learned(f, size, each), np.flatnonzero(self.fold == f)
            x = self.sample.design(recipe, learn)
            near, far = x.take(learn), x.take(held)
            for c in penalties:
                out[c][held] = fit_codes(near, y[learn], choice=choice, c=c).scores(far)
        return out

    def learned(self, f: int, size: int, each: int) -> Rows:
        rng = np.random.default_rng([SEED, f, size, each])
        pool = np.flatnonzero(self.fold != f)
        y, groups = self.sample.coded.y, self.sample.coded.groups
        if each:
            label = y[pool].argmax(1)
            drawn = [rng.permutation(pool[label == j])[:each] for j in range(y.shape[1])]
            return np.sort(np.concatenate(drawn))
        if size:
            names, of = np.unique(groups[pool], return_inverse=True)
            order = rng.permutation(len(names))
            upto = np.searchsorted(np.cumsum(np.bincount(of)[order]), size) + 1
            return pool[np.isin(of, order[:upto])]
        return pool

    def choose(self, scores: Floats) -> Floats:
        """``(folds,)`` macro-F1 of the best of ``scores (s, n, k)``, as the other folds judge."""
        y, choice = self.sample.coded.y, self.sample.coded.choice
        found = []
        for f in range(self.folds):
            near, far = self.fold != f, self.fold == f
            cuts = [fit_thresholds(s[near], y[near], choice=choice) for s in scores]
            good = [
                macro_f1(y[near] >= 0.5, decide(s[near], t, choice=choice))
                for s, t in zip(scores, cuts, strict=True)
            ]
            best = int(np.argmax(good))
            given = decide(scores[best][far], cuts[best], choice=choice)
            found.append(macro_f1(y[far] >= 0.5, given))
        return np.array(found)


def half(values: Floats) -> float:
    """Half the 95 % t-interval of the mean."""
    n = len(values)
    return float(student.ppf(0.975, n - 1) * values.std(ddof=1) / np.sqrt(n))
