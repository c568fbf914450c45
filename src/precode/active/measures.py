"""What a sentence is worth asking about: measures only. What is done with them is in ``queue``.

Every measure takes arrays by row and is higher for a sentence that should be asked sooner.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, softmax

from precode.active.pool import Floats, Pool

POLARITY_WEIGHT = 0.5  # of doubt about polarity beside doubt about the code itself


def code_doubt(pool: Pool) -> Floats:
    """``(n, k)`` in [0, 1]: how near the model is to changing its mind on each code; 1 at the flip.

    Many codes: ``2·σ(−|margin|)``, so that a sentence's largest entry is BinMin (Brinker 2006, On
    active learning in multi-label classification): the least distance to any code's threshold.
    One code: ``1 − (best − next)`` of the softmax for the best code, breaking ties (Luo and others
    2005; the margin sampling of Scheffer and others 2001), and 0 for the others. Codes that are
    not modelled are in no doubt.
    """
    if pool.margin is None:
        raise ValueError("there is no model to be in doubt")
    margin = np.asarray(pool.margin, dtype=np.float64)
    known = ~np.isnan(margin)
    if pool.choice == "many":
        return np.where(known, 2 * expit(-np.abs(np.where(known, margin, 0))), 0.0)
    out = np.zeros_like(margin)
    if margin.shape[1] and len(margin):
        p = softmax_known(margin)
        best = p.argmax(1)
        top = np.sort(p, axis=1)[:, ::-1]
        gap = top[:, 0] - (top[:, 1] if p.shape[1] > 1 else 0.0)
        out[np.arange(len(out)), best] = 1 - gap
    return out


def softmax_known(scores: Floats) -> Floats:
    """Softmax by row over what is not NaN; 0 elsewhere, and in rows without any number."""
    known = ~np.isnan(scores)
    some = known.any(1, keepdims=True)
    return np.asarray(np.where(known, softmax(np.where(known | ~some, scores, -np.inf), 1), 0.0))


def polarity_doubt(pool: Pool) -> Floats:
    """``(n, k)`` in [0, 1]: breaking ties between barrier and facilitator, times the probability
    that the code applies: the polarity of a code that is not given is nobody's question.
    """
    if pool.p is None:
        raise ValueError("there is no model to be in doubt")
    if pool.polarity is None:
        return np.zeros(pool.p.shape)
    tie = 1 - np.abs(pool.polarity[:, :, 0] - pool.polarity[:, :, 1])
    return np.asarray(np.nan_to_num(pool.p * tie, nan=0.0))


def doubt(pool: Pool) -> Floats:
    """``(n, k)``: doubt about the code and about its polarity. A sentence is worth its largest
    entry: a mean would let many settled codes hide the one in doubt.
    """
    return code_doubt(pool) + POLARITY_WEIGHT * polarity_doubt(pool)


def relevance(pool: Pool) -> Floats:
    """``(n,)``: the highest probability of any code, as ASReview's maximum query reads papers."""
    if pool.p is None:
        raise ValueError("there is no model to rank by")
    return np.asarray(np.nan_to_num(pool.p, nan=0.0).max(1, initial=0.0))


def likeness(vectors: Floats, examples: Floats) -> Floats:
    """``(n,)``: cosine of each of ``vectors (n, d)`` to the nearest of ``examples (e, d)``."""
    if not len(examples):
        return np.full(len(vectors), -1.0)
    return np.asarray((vectors @ examples.T).max(1))
