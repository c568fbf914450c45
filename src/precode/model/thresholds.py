"""Decisions: which codes are given. Kept apart from confidence, which is calibrated elsewhere.

MODELLING, trap: cutting the calibrated probability at .5 stops giving rare codes at all.

That nothing applies is told by all codes together: how many of them are to be expected of a sentence
(the sum of their probabilities) ranks it better than the likeliest code does (of 17,330 invented
sentences of behaviours held out, by the starter's encoder: AUC .924 and .905).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from precode.model.calibration import Calibration
from precode.model.heads import Choice

Floats = npt.NDArray[np.floating]

SHRINK = 30.0  # positives at which a tuned threshold counts as much as the balanced head's own
# Of one-of-k codebooks, how much of a code's log frequency may count: what is tried, and how many
# neighbours on either side have a say in each (macro-F1 is jagged where few sentences decide it).
LEANS, NEAR = np.linspace(-0.3, 1.3, 17), 3
LITTLE = 1e-6  # codes: as good as none
LOSS = 0.01  # of macro-F1 of the codes, at most, for telling better where nothing applies


def fit_thresholds(scores: Floats, y: Floats, *, choice: Choice) -> Floats:
    """``(k,)`` cuts on out-of-fold ``scores (n, k)`` that maximise F1, shrunk towards 0 by the
    number of positives behind them (the balanced head's own cut). Of one-of-k codebooks they lie
    lower the more frequent a code is, as far as that raises macro-F1.
    """
    if choice == "one":
        return _leaning(scores, y)
    k = y.shape[1]
    out = np.zeros(k)
    for j in range(k):
        truth = y[:, j] >= 0.5
        positives = int(truth.sum())
        if positives:
            out[j] = _best_cut(scores[:, j], truth) * positives / (positives + SHRINK)
    return out


def _leaning(scores: Floats, y: Floats) -> Floats:
    """Cuts between codes of which each sentence has one: a balanced head gives each code its due of
    recall, and the rare ones too little precision for the best F1. One number is fitted for all codes
    (one for each cost more than it gained on three sets of comments), between 0 and 1.
    """
    k = y.shape[1]
    coded = y.sum(1) > 0
    scores, truth = scores[coded], y[coded] >= 0.5
    count = truth.sum(0)
    if (count > 0).sum() < 2:
        return np.zeros(k)
    rarer = np.log(count.max() / np.maximum(count, 1))
    each = [macro_f1(truth, decide(scores, a * rarer, choice="one")) for a in LEANS]
    level = np.convolve(each, np.ones(2 * NEAR + 1), "valid")
    lean = LEANS[NEAR + int(np.argmax(level.round(9)))]
    rarest = count[count > 0].min()
    return np.asarray(lean * rarer * rarest / (rarest + SHRINK))


def _best_cut(scores: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """The cut with the highest F1 = 2·TP / (predicted + positives)."""
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order]
    hits = np.cumsum(truth[order])
    f1 = 2 * hits / (np.arange(1, len(ranked) + 1) + truth.sum())
    last = np.append(np.diff(ranked) != 0, True)  # equal scores fall on the same side
    best = int(np.argmax(np.where(last, f1, -1)))
    below = ranked[best + 1] if best + 1 < len(ranked) else ranked[best] - 1
    return float((ranked[best] + below) / 2)


def fit_least(p: Floats, y: Floats, given: npt.NDArray[np.bool_]) -> float:
    """From how many codes on that are expected of a sentence, by out-of-fold ``p (n, k)``, the codes
    ``given (n, k)`` by the thresholds stand; below, nothing applies. It maximises the mean of two figures,
    the codes' macro-F1 and the F1 of "nothing applies", costs the former at most :data:`LOSS`, and is shrunk
    towards 0 (they always stand) by the number of sentences to which nothing applies. 0 with fewer than
    two codes: of one it would only be another threshold.
    """
    truth = np.asarray(y >= 0.5)
    bare, occurs = np.asarray(~truth.any(1)), truth.any(0)
    if not bare.any() or truth.shape[1] < 2:
        return 0.0
    expected = p.sum(1)
    order = np.argsort(-expected, kind="stable")
    ranked, given, truth = expected[order], given[order], truth[order]
    coded = np.asarray(given.any(1))

    # for each number of first sentences whose codes stand, from 0 on
    def so_far(counted: npt.NDArray[np.bool_]) -> npt.NDArray[np.intp]:
        none = np.zeros((1, *counted.shape[1:]), dtype=np.intp)
        return np.concatenate([none, counted.cumsum(0)])

    hits, total = so_far(given & truth), so_far(given) + truth.sum(0)
    each = (2 * hits / np.maximum(total, 1))[:, occurs]
    macro = each.mean(1) if occurs.any() else np.zeros(len(each))
    left, left_rightly = len(p) - so_far(coded), bare.sum() - so_far(coded & bare[order])
    mean = (macro + 2 * left_rightly / (left + bare.sum())) / 2
    dear = macro < macro[-1] - LOSS
    # equal numbers fall on the same side; of equal means the one that takes away least
    apart = np.concatenate([[False], np.diff(ranked) != 0, [True]])
    stand = len(p) - int(np.argmax(np.where(apart & ~dear, mean.round(12), -1)[::-1]))
    if stand == len(p):
        return 0.0
    cut = (ranked[stand] + ranked[stand - 1]) / 2
    found = float(cut * bare.sum() / (bare.sum() + SHRINK))
    return found if found >= LITTLE else 0.0


def least_of(
    scores: Floats,
    y: Floats,
    thresholds: Floats,
    calibration: Calibration,
    taught: npt.NDArray[np.bool_],
) -> Floats:
    """``(k,)``: :func:`fit_least` of out-of-fold ``scores (n, k)`` for the codes ``taught (k,)``, 0 for others.
    All 0 where a sentence has exactly one code, or where nothing can be expected because confidence
    was not fitted.
    """
    if calibration.choice == "one" or not calibration.fitted:
        return np.zeros(len(taught))
    p, given = calibration(scores)[:, taught], (scores > thresholds)[:, taught]
    return np.where(taught, fit_least(p, y[:, taught], given), 0.0)


def margins(scores: Floats, thresholds: Floats, p: Floats, least: Floats) -> Floats:
    """``(n, k)``: how far a code is from being given, in log-odds; above 0 it is. ``least (k,)``: how many
    codes must be expected of a sentence, by ``p (n, k)``; 0 for one that neither needs nor counts. Where
    there are too few, the row is moved down until the log of what is lacking is the most in it.
    """
    out = np.asarray(scores - thresholds, dtype=np.float64)
    counts = least > 0
    if not counts.any():
        return out
    off = np.log(np.maximum(p[:, counts].sum(1), 1e-9) / least.max())
    down = np.where(off < 0, np.minimum(0, off - out[:, counts].max(1)), 0)
    out[:, counts] += down[:, None]
    return out


def decide(
    scores: Floats,
    thresholds: Floats,
    *,
    choice: Choice,
    p: Floats | None = None,
    least: Floats | None = None,
) -> npt.NDArray[np.bool_]:
    """``(n, k)``: codes whose score passes the cut; for "one" exactly the one that passes it furthest.
    With ``p`` and ``least`` as in :func:`margins`.
    """
    if choice == "one":
        return np.asarray(np.arange(scores.shape[1]) == (scores - thresholds).argmax(1)[:, None])
    if p is None or least is None:
        return np.asarray(scores > thresholds)
    return margins(scores, thresholds, p, least) > 0


def macro_f1(truth: npt.NDArray[np.bool_], given: npt.NDArray[np.bool_]) -> float:
    """Mean F1 over the codes that occur; what validation compares feature settings by."""
    both = (truth & given).sum(0)
    total = truth.sum(0) + given.sum(0)
    occurs = truth.sum(0) > 0
    return float((2 * both[occurs] / np.maximum(total[occurs], 1)).mean()) if occurs.any() else 0.0
