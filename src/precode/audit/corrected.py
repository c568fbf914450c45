"""How many sentences of a whole study carry a code: the machine's count, corrected by the audit.

The machine's own count is wrong by as much as the machine is. The audit's answers say how much that
is on average: sum over all sentences of what the machine expects, and add to it, from the sample,
what it is off by (the difference estimator: Särndal, Swensson and Wretman 1992, Model Assisted
Survey Sampling, ch. 6; as prediction-powered inference: Angelopoulos and others 2023, doi
10.1126/science.adi6000). It is right whatever the machine is like; a good one makes it narrow
(:func:`precode.audit.estimates.total`). What people have read is known besides: no fewer than they
have found, no more than they have found and left unread.
"""

from __future__ import annotations

from precode.audit.design import LEVEL, Bools, Interval, Ints, Sample
from precode.audit.estimates import FLOOR, Scores, total


def corrected(
    drawn: Sample,
    truth: Bools,
    *,
    found: Ints,
    left: Ints | int,
    outside: Ints,
    scores: Scores | None = None,
    floor: int = FLOOR,
    level: float = LEVEL,
) -> tuple[Interval, ...]:
    """Sentences of the study that carry each of k things (a code; a code as a barrier).

    ``truth`` (n, k) is what people answered of the sample. ``found`` (k,) are those that people
    found in the frame outside the sample, where ``left`` sentences are unread; ``outside`` (k,)
    those outside the frame, all of which people have read. With fewer than ``floor`` in the sample
    nothing is said.
    """
    seen = truth.sum(axis=0)
    out = []
    estimates = total(drawn, truth, scores=scores, level=level)
    for j, t in enumerate(estimates):
        if t.value is None or t.low is None or t.high is None:
            out.append(t)
        elif seen[j] < floor:
            out.append(Interval.unknown(drawn.n, few(int(seen[j]), floor)))
        else:
            known = int(seen[j] + found[j])
            most = known + (left if isinstance(left, int) else int(left[j]))
            value, low, high = (
                min(max(x, known), most) + int(outside[j]) for x in (t.value, t.low, t.high)
            )
            out.append(Interval(float(value), float(low), float(high), drawn.n))
    return tuple(out)


def few(passages: int, floor: int) -> str:
    """Why there is no estimate."""
    number = passages or "no"
    return f"{number} such sentence{'s' * (passages != 1)} in the audit sample; {floor} are needed"
