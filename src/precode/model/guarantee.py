"""Promises about codes that nobody checks, and about sentences that nobody reads.

**Precision** q at confidence c: for each code, the machine's code is accepted unread from a
threshold on, such that at least a share q of what is accepted is right, in the long run over
transcripts like those coded. Over repeated draws of coded transcripts, the threshold breaks that for
at most a share 1 − c of the draws; of a code for which the evidence does not suffice, nothing is
accepted. **Recall** r likewise: of the passages of each code, at most 1 − r lie below its threshold.

How: learn then test (Angelopoulos et al. 2021), on held-out scores. Thresholds are hypotheses ("here
the share is below the target"), each tested by a bound that counts transcripts, not sentences
(:mod:`precode.model.clustered`), in an order that was fixed without looking at the labels. For
recall: from the most lenient on, until one fails; recall can only fall. For precision, which may
rise and fall: from strict to lenient by the fallback procedure (Wiens 2003), a quarter of the error
at each of four starts, and what a threshold that passed had to spend goes on to the next. The first
start is the strictest threshold that a faultless record would carry.

What it does not promise: codes one by one are meant, not all of them at once; nor talk of another
kind. The scores tested are those of models that had not seen the transcript; the model that is used
has learned from all of them. ``scripts/benchmarks/guarantee.py`` measures on new transcripts what
that does to the promise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from precode.model.clustered import Share, observed
from precode.model.heads import Choice
from precode.model.predictions import Verdict, settled_verdicts

Floats = npt.NDArray[np.floating]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.integer]

STARTS = 4  # two to eight were tried: most is accepted with three to five
STEP = 1.25  # from one threshold tried to the next: that many times as many sentences
RECALL_STEPS = 100
MOST_TIMES = 200.0  # more transcripts than this times the present ones: not in sight


@dataclass(frozen=True, slots=True, eq=False)
class HeldOutScores:
    """The evidence: sentences coded without a suggestion, scored by models that had not seen their
    transcript. ``sureness (n, k)``: calibrated log-odds of each code; ``truth (n, k)``: what people
    gave; ``given (n, k)``: what the machine gave, False for codes not modelled; ``modelled (k,)``;
    ``transcript (n,)``: numbers from 0.
    """

    sureness: Floats
    truth: Bools
    given: Bools
    modelled: Bools
    transcript: Ints


@dataclass(frozen=True, slots=True)
class Promise:
    """What holds for one code. ``cut``, in sureness, is where it acts from; where ``promised`` is
    False, no code is accepted (precision: infinite), or every passage known so far is kept to be
    read (recall: the lowest sureness of any; infinite where none is known).

    ``observed`` is the share at ``cut`` and ``bound`` the lower bound on it, 0 where none holds,
    from ``passages`` in ``transcripts``; ``positives`` held-out passages of the code in all. ``more``
    estimates how many more sentences with the code it would take; None: not in sight.
    """

    code: str
    cut: float
    promised: bool
    bound: float
    observed: float
    passages: int
    transcripts: int
    positives: int
    more: int | None


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Targets and what could be promised of each code; () for a target that was not set."""

    confidence: float
    precision: float | None
    precise: tuple[Promise, ...]
    recall: float | None
    complete: tuple[Promise, ...]

    def accepted(self, sureness: Floats, decision: Bools) -> Bools:
        """``(n, k)``: codes given that the promise of precision covers; all False without one."""
        if not self.precise:
            return np.zeros(decision.shape, dtype=bool)
        return np.asarray(decision & (sureness >= [p.cut for p in self.precise]))

    def verdicts(
        self, p: Floats, sureness: Floats, decision: Bools, *,
        accept: float, calibrated: bool, choice: Choice,
    ) -> tuple[Verdict, ...]:  # fmt: skip
        """A sentence is settled if all of its codes are: those given by the promise of precision,
        those not given by that of recall. Where either was not asked for, the calibrated confidence
        decides as it does without a guarantee. Settled sentences are ``ACCEPT`` with a code and
        ``NONE`` without: nobody needs to read them. In a one-of-k codebook without a promise of
        recall, the code given settles the others. Codes not modelled (NaN) have no say.
        """
        confident = np.asarray((np.where(decision, p, 1 - p) >= accept) & calibrated)
        present = self.accepted(sureness, decision) if self.precise else confident
        absent = confident
        if self.complete:
            absent = np.asarray(sureness < [c.cut for c in self.complete])
        elif choice == "one":
            absent = absent | decision.any(axis=1, keepdims=True)
        return settled_verdicts(np.where(decision, present, absent) | np.isnan(p), decision)


def guarantee(
    evidence: HeldOutScores,
    codes: Sequence[str],
    *,
    confidence: float,
    precision: float | None = None,
    recall: float | None = None,
) -> Guarantee:
    """The promises that ``evidence`` carries for each of ``codes (k,)``."""
    error = 1 - confidence
    every = list(enumerate(codes))
    return Guarantee(
        confidence,
        precision,
        () if precision is None
        else tuple(_precise(evidence, j, c, target=precision, error=error) for j, c in every),
        recall,
        () if recall is None
        else tuple(_complete(evidence, j, c, target=recall, error=error) for j, c in every),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Ranked:
    """One code's sentences, the surest first: whether right, and their transcripts."""

    sureness: Floats
    right: Floats
    transcript: Ints
    transcripts: int

    def first(self, count: int) -> Share:
        """Of the ``count`` surest: the share that is right."""
        return observed(*self.sums(count))

    def sums(self, count: int) -> tuple[Floats, Floats]:
        """``(m,)`` right ones and all among the ``count`` surest, by transcript."""
        at = self.transcript[:count]
        return (
            np.bincount(at, self.right[:count], self.transcripts).astype(np.float64),
            np.bincount(at, minlength=self.transcripts).astype(np.float64),
        )

    def spared(self, count: int) -> Share:
        """As :meth:`first`, had none of them been wrong."""
        _, sizes = self.sums(count)
        return observed(sizes, sizes)


def _ranked(evidence: HeldOutScores, j: int, rows: Bools) -> _Ranked:
    at = np.flatnonzero(rows)
    order = at[np.argsort(-evidence.sureness[at, j], kind="stable")]
    return _Ranked(
        evidence.sureness[order, j].astype(np.float64),
        evidence.truth[order, j].astype(np.float64),
        evidence.transcript[order],
        int(evidence.transcript.max(initial=0)) + 1,
    )


def _counts(ranked: _Ranked) -> list[int]:
    """How many of the surest each threshold tried would accept; sentences of equal sureness fall on
    the same side.
    """
    n = len(ranked.sureness)
    last = np.flatnonzero(np.append(np.diff(ranked.sureness) != 0, n > 0)) + 1
    wanted, size = [], 1.0
    while size < n:
        wanted.append(size)
        size = max(size + 1, size * STEP)
    return sorted({int(last[np.searchsorted(last, w)]) for w in [*wanted, n]}) if n else []


def _precise(evidence: HeldOutScores, j: int, code: str, *, target: float, error: float) -> Promise:
    """Accepted unread: the code's precision is at least ``target``."""
    ranked = _ranked(evidence, j, evidence.given[:, j])
    positives = int(evidence.truth[:, j].sum())
    counts = _counts(ranked)
    each = error / STARTS
    first = next(
        (i for i, c in enumerate(counts) if ranked.spared(c).bound(error=each) >= target), None
    )
    spend = np.zeros(len(counts))
    if first is not None:
        np.add.at(spend, np.linspace(first, len(counts) - 1, STARTS + 1).astype(int)[:-1], each)
    found, carried = None, 0.0
    for i, c in enumerate(counts):
        level = carried + float(spend[i])
        carried = level if level and ranked.first(c).bound(error=level) >= target else 0.0
        if carried:
            found = c, carried
    if found is None:
        tried = [ranked.first(c) for c in counts]
        best = max(tried, key=lambda s: s.bound(error=each), default=observed(*ranked.sums(0)))
        more = _more(tried, positives, target=target, error=each)
        return Promise(
            code, np.inf, False, 0.0, best.share, best.n, best.transcripts, positives, more
        )  # fmt: skip
    count, level = found
    share = ranked.first(count)
    return Promise(
        code, float(ranked.sureness[count - 1]), True, share.bound(error=level),
        share.share, share.n, share.transcripts, positives, 0,
    )  # fmt: skip


def _complete(
    evidence: HeldOutScores, j: int, code: str, *, target: float, error: float
) -> Promise:
    """To be read: at least ``target`` of the code's passages lie at ``cut`` or above."""
    truth = evidence.truth[:, j]
    positives = int(truth.sum())
    if not evidence.modelled[j] or not positives:
        return Promise(code, np.inf, False, 0.0, 0.0, 0, 0, positives, None)
    sureness = evidence.sureness[:, j].astype(np.float64)
    own, at = sureness[truth], evidence.transcript[truth]
    sizes = np.bincount(at).astype(np.float64)
    every = observed(sizes, sizes)
    lowest = float(own.min())
    if every.bound(error=error) < target:
        more = _more([every], positives, target=target, error=error)
        return Promise(code, lowest, False, 0.0, 1.0, positives, every.transcripts, positives, more)
    # label-free: so many of all sentences below, fewest first
    ascending = np.sort(sureness)
    tried = np.unique(ascending[np.linspace(0, len(ascending) - 1, RECALL_STEPS).astype(int)])
    cut, kept = float("-inf"), every
    for t in tried.tolist():
        share = observed(np.bincount(at, own >= t, len(sizes)).astype(np.float64), sizes)
        if share.bound(error=error) < target:
            break
        cut, kept = t, share
    return Promise(
        code, cut, True, kept.bound(error=error), kept.share, kept.n, kept.transcripts, positives, 0
    )


def _more(tried: Sequence[Share], positives: int, *, target: float, error: float) -> int | None:
    """So many more sentences with the code, in more transcripts like those coded, until one of the
    thresholds ``tried`` would carry the promise; None: not at ``MOST_TIMES`` as many.

    A rough figure: it takes the shares seen so far, drawn a little towards a half, to be the truth.
    """
    least = MOST_TIMES
    for s in tried:
        # half an error and half a hit are added (Jeffreys), so that a short record is no proof
        cautious = replace(s, share=(s.share * s.n + 0.5) / (s.n + 1))
        if cautious.bound(error=error, times=least) < target:
            continue
        low, high = 0.0, least
        while high - low > 0.01 * high:
            middle = (low + high) / 2
            enough = cautious.bound(error=error, times=middle) >= target
            low, high = (low, middle) if enough else (middle, high)
        least = high
    if least >= MOST_TIMES or not positives:
        return None
    return max(1, int(np.ceil((least - 1) * positives)))
