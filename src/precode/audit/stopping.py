"""Stopping rules, each a function named after its paper, and the advice made of them.

Each takes plain numbers, lists and :class:`Tally` values: what was logged when it was asked is
enough to ask it again. A rule answers with an :class:`Advice`; nobody is stopped by it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, exp, floor, lgamma

import numpy as np
from numpy.typing import NDArray

from precode.audit.design import Interval
from precode.audit.unread import Tally

Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Advice:
    """``stop`` or go on; the ``value`` that was looked at (None: there was none yet), the
    ``threshold`` it was held against, and ``words`` for people.
    """

    stop: bool
    value: float | None
    threshold: float
    words: str


# -- stability -------------------------------------------------------------------------------------


def kappa_between(before: Bools, after: Bools) -> float:
    """Cohen's kappa of two models' decisions (n, k) on the same sentences, all codes together.

    1 where the two agree throughout, also where neither gives any code.
    """
    if (before == after).all():
        return 1.0
    p, q, same = float(before.mean()), float(after.mean()), float((before == after).mean())
    chance = p * q + (1 - p) * (1 - q)
    return (same - chance) / (1 - chance)


def changed(before: Bools, after: Bools) -> float:
    """Share of sentences (n, k) of which the two models do not give the same codes."""
    return float((before != after).any(axis=1).mean()) if len(before) else 0.0


def bloodgood_vijay_shanker_2009(
    kappas: Sequence[float], *, threshold: float = 0.99, window: int = 3
) -> Advice:
    """Stabilising predictions: the mean kappa between successive models, over the last ``window``
    of them, is at least ``threshold``; all on one fixed set of unlabelled sentences.

    Bloodgood and Vijay-Shanker 2009 (CoNLL, W09-1107). F1 then changes by 4 (1 - T) / T at most
    from one model to the next (Bloodgood and Grothendieck 2013, W13-3502). It says that the
    machine has settled, not that it is right.
    """
    if len(kappas) < window:
        words = (
            f"successive models were compared {len(kappas)} of the {window} times that are needed "
            "to say whether predictions have settled"
        )
        return Advice(False, None, threshold, words)
    value = float(np.mean(kappas[-window:]))
    if value >= threshold:
        bound = 4 * (1 - threshold) / threshold
        words = f"predictions have settled: F1 now changes by {bound:.2f} at most between models"
        return Advice(True, value, threshold, words)
    words = f"predictions still move: kappa between successive models is {value:.3f}"
    return Advice(False, value, threshold, words)


def zhu_wang_hovy_2008(
    changes: Sequence[float], *, threshold: float = 0.0, window: int = 1
) -> Advice:
    """Classification change: in the last ``window`` steps from model to model the share of unread
    sentences whose codes changed was at most ``threshold``.

    Zhu, Wang and Hovy 2008 (COLING, C08-1142), also with Ma 2010 (doi 10.1145/1753783.1753784);
    there any change at all forbids stopping. Many codes change more easily than their one class.
    """
    if len(changes) < window:
        return Advice(False, None, threshold, "too few models to compare")
    value = float(max(changes[-window:]))
    if value <= threshold:
        return Advice(True, value, threshold, "no more codes changed than the rule allows")
    return Advice(False, value, threshold, f"codes of {value:.1%} of the unread sentences changed")


# -- recall, by the audit sample -------------------------------------------------------------------


def recall_bound(code: Tally, confidence: float) -> float:
    """Lower bound of the share of the frame's passages that people and machine together hold.

    The larger of two. (a) Of the sample's ``passages`` w are not ``held``. Let the frame have T
    passages, of which W neither queue nor machine would have: w is hypergeometric, and the bound is
    that of the largest W at which so few or fewer have a chance above 1 - confidence (Clopper and
    Pearson's argument for finite frames). The w of the sample itself people hold by now, so that
    1 - (W - w) / T are held. T is taken as high as the audit lets it be, which is the careful side.
    (b) No more can be missed than there are sentences that nobody has read and the machine does not
    give: that is sure, not only likely.
    """
    sure = code.known / (code.known + code.open) if code.open else 1.0
    s, w = floor(code.passages + 1e-6), ceil(code.passages - code.held - 1e-6)
    t = max(ceil(code.most), s)
    if s < 1 or w >= s:
        return sure
    # The chance of so few falls as W grows: the first W at which it is too small, less one.
    all_of_them = t - s + w
    beyond = bisect_left(
        range(w, all_of_them + 1), True, key=lambda lost: _few(w, s, lost, t) <= 1 - confidence
    )
    return max(sure, 1 - (beyond - 1) / t)


def _few(w: int, s: int, lost: int, t: int) -> float:
    """Chance of at most w lost ones among s drawn from t, of which ``lost`` are: hypergeometric."""
    return sum(
        exp(_choices(lost, i) + _choices(t - lost, s - i) - _choices(t, s))
        for i in range(max(0, s - (t - lost)), min(w, lost) + 1)
    )


def can_judge(code: Tally, *, target: float, confidence: float) -> bool:
    """Whether the sample has enough passages of a code to show ``target``, were all of them held.

    In a large frame that takes 14 passages for 0.8 and 0.95: 0.8^14 < 0.05.
    """
    best = replace(code, held=code.passages)
    return recall_bound(best, confidence) >= target


def _choices(n: int, k: int) -> float:
    """Logarithm of "n choose k"."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def lewis_yang_frieder_2021(
    codes: Mapping[str, Tally],
    *,
    answered: int,
    drawn: int,
    target: float,
    confidence: float,
) -> Advice:
    """Audit-based recall: of every code that the sample can judge, people and machine together hold
    at least ``target``, as sure as ``confidence``. ``codes``: label → tally; ``answered`` of the
    ``drawn`` audit sentences.

    **Looking again and again** is allowed for two reasons. No look counts before the whole sample
    is answered: so the number of its passages is fixed before the first look. And once a passage is
    held it stays held, so the passages of the sample are held in some order, and "the bound reaches
    the target" is the same as "the j-th of them is held", j fixed. That is one order statistic, not
    many tests: its probability to come before the frame's recall has reached the target is at most
    1 - confidence, however often one looks (the quantile binomial bound of Lewis, Yang and Frieder
    2021, doi 10.1145/3459637.3482415). The machine may drop what it gave before, which that proof
    does not cover; simulated in ``scripts/benchmarks/_active_stopping.py``. Several codes need no
    correction: stopping too early takes the failure of the bound of a code that is short, while all
    must hold (an intersection-union test, Berger 1982). Random draws as evidence that nothing much
    is left: also Callaghan and Müller-Hansen 2020 (doi 10.1186/s13643-020-01521-4).

    A code of which the sample has too few passages (:func:`can_judge`) blocks nothing, but is named. Value: the lowest bound of those judged.
    """
    if answered < drawn:
        words = f"{drawn - answered} of {drawn} audit sentences are still to be answered"
        return Advice(False, None, target, words)
    bounds = {name: recall_bound(code, confidence) for name, code in codes.items()}
    judged = {
        name: bound
        for name, bound in bounds.items()
        if can_judge(codes[name], target=target, confidence=confidence)
    }
    apart = _not_judged({n: c for n, c in codes.items() if n not in judged})
    if not judged:
        words = f"the audit sample is too small to judge any code{apart}"
        return Advice(False, None, target, words)
    worst = min(judged, key=lambda name: judged[name])
    value = judged[worst]
    if value >= target:
        words = (
            f"people and machine together hold at least {target:.0%} of the passages of "
            f"{_every(list(judged), len(codes))}, {confidence:.0%} sure{apart}"
        )
        return Advice(True, value, target, words)
    short = sum(bound < target for bound in judged.values())
    others = f" (and {short - 1} more codes fall short)" if short > 2 else ""
    others = " (and one more code falls short)" if short == 2 else others
    words = (
        f"of {worst} people and machine together hold at least {value:.0%} of the passages, as far "
        f"as the audit can tell; the aim is {target:.0%}{others}{apart}"
    )
    return Advice(False, value, target, words)


def _every(judged: Sequence[str], codes: int) -> str:
    if len(judged) == codes:
        return "every code"
    return _listed(judged)


def _not_judged(codes: Mapping[str, Tally]) -> str:
    if not codes:
        return ""
    each = [f"{name} ({_passages(code.passages)} in the sample)" for name, code in codes.items()]
    return f". Cannot be judged: {_listed(each)}"


def _passages(n: float) -> str:
    whole = round(n)
    return "no passage" if whole == 0 else f"{whole} passage{'s' * (whole != 1)}"


def _listed(names: Sequence[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


# -- all together ----------------------------------------------------------------------------------


def advise(
    recall: Advice,
    *,
    settled: Advice | None = None,
    unread: Mapping[str, Interval] | None = None,
    halving: Mapping[str, int] | None = None,
) -> Advice:
    """One advice with its reasons in plain words. ``recall``, the audit's, decides; whether
    predictions have ``settled`` is told beside it, for a machine can settle on being wrong.

    ``unread``: code → passages probably unread, of which the code with the most is named;
    ``halving``: code → reviews that would halve the interval of its agreement, most wanted first.
    """
    parts = [f"{'you may stop' if recall.stop else 'go on'}: {recall.words}"]
    if settled is not None:
        parts.append(settled.words)
    if unread:
        parts += _most_unread(unread)
    if halving and not recall.stop:
        name, reviews = next(iter(halving.items()))
        parts.append(f"about {reviews} more reviews would halve the interval on {name}")
    return Advice(recall.stop, recall.value, recall.threshold, ". ".join(_upper_first(parts)))


def _most_unread(unread: Mapping[str, Interval]) -> list[str]:
    known = {name: i for name, i in unread.items() if i.value is not None}
    if not known:
        return []
    name = max(known, key=lambda n: known[n].value or 0.0)
    i = known[name]
    return [
        f"about {i.value:.0f} ({i.low:.0f} to {i.high:.0f}) passages of {name} are probably unread"
    ]


def _upper_first(parts: Sequence[str]) -> list[str]:
    return [p if j == 0 else p[:1].upper() + p[1:] for j, p in enumerate(parts)]
