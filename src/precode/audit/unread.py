"""What is probably still unread, and what people and machine would both miss.

The audit's sentences were read because chance drew them, not because the queue asked for them. So
whether the queue *would* have asked for one, by now, can be noted beside each: ``reached``. To know
it, leave the audit's sentences in the pool that the queue chooses from, and when it chooses one,
note it and go to the next. Those not reached are then a random sample of what the queue has not
reached; with them the number unread is known ever better as reading goes on (control sets:
Lewis, Yang and Frieder 2021, doi 10.1145/3459637.3482415). Without it the only way is by the total:
positives in the frame, estimated, less those found: right as well, but no better at the end of the
reading than at its beginning.

Arrays: n answers of the audit sample by k codes, as in :mod:`precode.audit.estimates`. The frame's
sentences that nobody has read, in the audit or outside it, are ``left``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from precode.audit.design import (
    LEVEL,
    Bools,
    Floats,
    Interval,
    Ints,
    Sample,
    predict,
    stratified_share,
)
from precode.audit.estimates import Scores, total


def unread(
    drawn: Sample,
    truth: Bools,
    *,
    found: Ints,
    left: int,
    reached: Bools | None = None,
    scores: Scores | None = None,
    level: float = LEVEL,
) -> tuple[Interval, ...]:
    """Passages of each code among the ``left`` sentences that nobody has read.

    ``found`` (k,) are those that people found in the frame outside the audit sample. ``reached``
    (n,) as above: then ``found`` and ``scores`` are not needed and not used. With ``scores`` the
    total is sharpened as in :func:`total`.

    Raises :class:`ValueError` if ``left`` is not 0 … N - n.
    """
    if not 0 <= left <= drawn.left:
        raise ValueError(f"{left} of {drawn.left} sentences outside the sample are left")
    k = truth.shape[1]
    if reached is not None:
        return _among(drawn, truth, np.repeat(~reached[:, None], k, axis=1), left, level)
    known = truth.sum(axis=0) + found
    return tuple(
        _less(t, int(f), left)
        for t, f in zip(total(drawn, truth, scores=scores, level=level), known, strict=True)
    )


def missed(
    drawn: Sample,
    truth: Bools,
    given: Bools,
    *,
    left_not_given: Ints,
    reached: Bools | None = None,
    level: float = LEVEL,
) -> tuple[Interval, ...]:
    """Passages of each code that nobody has read and the machine does not give either: what would
    be lost by stopping now.

    ``given`` (n, k) is what the machine gives of the sample, ``left_not_given`` (k,) how many of
    the sentences that nobody has read it does not give the code. Without ``reached`` the queue is
    taken as no better than chance, and the figure is too high rather than too low.
    """
    here = ~given if reached is None else ~given & ~reached[:, None]
    return _among(drawn, truth, here, left_not_given, level)


def _among(
    drawn: Sample, truth: Bools, here: Bools, left: Ints | int, level: float
) -> tuple[Interval, ...]:
    """Positives among ``left`` sentences of a part of the frame, of which ``here`` (n, k) marks the
    answers: within the part they are a random sample of it.
    """
    k = truth.shape[1]
    if drawn.why:
        return tuple(Interval.unknown(drawn.n, drawn.why) for _ in range(k))
    inside, y = here.astype(np.float64), (truth & here).astype(np.float64)
    w = drawn.weights[:, None]
    size = (w * inside).sum(axis=0)
    share = (w * y).sum(axis=0) / np.maximum(size, 1e-12)
    # Answers of unequal weight tell less: Kish 1965, Survey Sampling, 11.7.
    answers = size**2 / np.maximum((w**2 * inside).sum(axis=0), 1e-12)
    gain = stratified_share(inside * (truth - share), drawn, y.sum(axis=0))
    rest = np.broadcast_to(np.asarray(left, dtype=np.int64), (k,))
    n = _effective(answers, rest, gain)
    low, high = predict(share, n, rest, level)
    return tuple(
        Interval.unknown(drawn.n, "no answer of the audit sample is of this kind")
        if inside[:, j].sum() == 0 and rest[j] > 0
        else Interval(
            (v := float(share[j] * rest[j])),
            min(v, float(low[j])),
            max(v, float(high[j])),
            int(inside[:, j].sum()),
        )
        for j in range(k)
    )


def _effective(answers: Floats, rest: Ints, gain: Floats) -> Floats:
    """As :func:`precode.audit.design.effective`, for a part of the frame."""
    m = np.maximum(rest, 1)
    over = gain * (1 / np.maximum(answers, 1e-12) + 1 / m) - 1 / m
    return np.asarray(1 / np.maximum(over, 0.05 / m))


def _less(whole: Interval, known: int, left: int) -> Interval:
    """``whole`` less what is known, within 0 … ``left``."""
    if whole.value is None or whole.low is None or whole.high is None:
        return whole
    v, low, high = (
        min(max(x - known, 0.0), float(left)) for x in (whole.value, whole.low, whole.high)
    )
    return Interval(v, low, high, whole.n)


# -- for the advice to stop ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tally:
    """What the audit knows of one code, as a stopping rule needs it: plain numbers, to be logged.

    ``passages`` are those of the sample, ``held`` those of them that people or machine would have
    without the sample: reached by the queue or given by the machine. (Effective numbers where
    drawings differ in rate.) ``known`` passages people have found in all, the sample's included.
    ``open`` sentences nobody has read and the machine does not give: no more can be missed.
    ``most`` passages the frame holds at most.
    """

    passages: float
    held: float
    known: int
    open: int
    most: float


def tally(
    drawn: Sample,
    truth: Bools,
    given: Bools,
    *,
    found: Ints,
    left_not_given: Ints,
    reached: Bools | None = None,
) -> tuple[Tally, ...]:
    """One for each code; arguments as above. Raises :class:`ValueError` where the sample does not
    speak for the frame.
    """
    if drawn.why:
        raise ValueError(drawn.why)
    held = given if reached is None else given | reached[:, None]
    w = drawn.weights[:, None]
    sums, squares = (w * truth).sum(axis=0), (w**2 * truth).sum(axis=0)
    n = sums**2 / np.maximum(squares, 1e-12)
    share = (w * (truth & held)).sum(axis=0) / np.maximum(sums, 1e-12)
    known = truth.sum(axis=0) + found
    return tuple(
        Tally(round(float(n[j]), 6), round(float(n[j] * share[j]), 6), int(known[j]),
              int(left_not_given[j]), _upper(whole, int(known[j])))
        for j, whole in enumerate(total(drawn, truth))
    )  # fmt: skip


def _upper(whole: Interval, known: int) -> float:
    return max(float(known), whole.high if whole.high is not None else float(known))
