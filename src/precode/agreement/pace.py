"""How long decisions take: with a suggestion, without one, and when it was revised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from precode.agreement.assistance import decided, equal, from_the_start, revealed
from precode.domain import Encounter

BREAK_SECONDS = 300.0
"""A longer time from showing to deciding was a break, not a decision."""

Parts = tuple[float | None, ...]
"""The times of one decision; None where one was not taken."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds a decision took: median and quartiles of ``n``, None where there are none.

    ``breaks`` had a part of more than :data:`BREAK_SECONDS`; they and the ``untimed`` are left out.
    """

    n: int
    breaks: int
    untimed: int
    median: float | None
    lower: float | None
    upper: float | None


def pace(decisions: Iterable[Parts]) -> Pace:
    """Of the sums of each decision's parts."""
    given = list(decisions)
    timed = [[s for s in parts if s is not None] for parts in given if None not in parts]
    counted = [sum(parts) for parts in timed if max(parts) <= BREAK_SECONDS]
    median = lower = upper = None
    if counted:
        median, lower, upper = (float(q) for q in np.quantile(counted, (0.5, 0.25, 0.75)))
    breaks = len(timed) - len(counted)
    return Pace(len(counted), breaks, len(given) - len(timed), median, lower, upper)


def pace_kept(encounters: Iterable[Encounter]) -> Pace:
    """Decisions that a suggestion, revealed afterwards, did not change: up to the reveal."""
    met = decided(revealed(encounters))
    return pace((e.seconds_first,) for e in met if equal(e.first, e.final))


def pace_revised(encounters: Iterable[Encounter]) -> Pace:
    """Decisions changed after the reveal: the first and the last together."""
    met = decided(revealed(encounters))
    return pace((e.seconds_first, e.seconds_revision) for e in met if not equal(e.first, e.final))


def pace_in_view(encounters: Iterable[Encounter]) -> Pace:
    """Decisions with the suggestion in view from the start."""
    return pace((e.seconds_revision,) for e in decided(from_the_start(encounters)))
