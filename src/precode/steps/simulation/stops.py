"""Where each stopping rule would have stopped a replayed review, and what would have been missed.

A :class:`Look` is what a rule may know after a round, and beside it the truth, which in a replay is
known. Looks are plain numbers and kept with the run, so that rules can be asked again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np

from precode.active.pool import Rows
from precode.active.simulation import Bools, Curve, Fitted, Round
from precode.audit.design import Sample, sample
from precode.audit.stopping import (
    Advice,
    bloodgood_vijay_shanker_2009,
    can_judge,
    changed,
    kappa_between,
    lewis_yang_frieder_2021,
    zhu_wang_hovy_2008,
)
from precode.audit.unread import Tally, tally
from precode.settings import Audit
from precode.steps.simulation.study import Split

# Rule → as people read it.
RULES: Mapping[str, str] = {
    "bloodgood_vijay_shanker_2009": "predictions settled (Bloodgood and Vijay-Shanker 2009)",
    "zhu_wang_hovy_2008": "no code changes (Zhu and others 2008)",
    "lewis_yang_frieder_2021": "audited recall (Lewis and others 2021)",
}


@dataclass(frozen=True, slots=True)
class Look:
    """After one round. ``modelled`` codes had enough examples to be learned. ``answered`` of the ``drawn`` sentences of the audit sample, of which
    ``extra`` had not been asked by the queue; ``tallies`` by code once all are answered, else empty.

    The truth: ``missed`` passages of each code in the pool that nobody has read and the machine
    does not give; ``missed_beside``: the audit's answers counted as read too.
    """

    modelled: int
    answered: int
    drawn: int
    extra: int
    tallies: tuple[Tally, ...]
    missed: tuple[int, ...]
    missed_beside: tuple[int, ...]

    def to_json(self) -> dict[str, Any]:
        """As plain values."""
        return {
            "modelled": self.modelled,
            "answered": self.answered,
            "drawn": self.drawn,
            "extra": self.extra,
            "tallies": [astuple(t) for t in self.tallies],
            "missed": self.missed,
            "missed_beside": self.missed_beside,
        }

    @staticmethod
    def from_json(found: Mapping[str, Any]) -> Look:
        """Read back. Raises KeyError, TypeError or ValueError for anything else."""
        return Look(
            int(found["modelled"]),
            int(found["answered"]),
            int(found["drawn"]),
            int(found["extra"]),
            tuple(Tally(float(n), float(h), int(k), int(o), float(m)) for n, h, k, o, m in found["tallies"]),
            tuple(map(int, found["missed"])),
            tuple(map(int, found["missed_beside"])),
        )  # fmt: skip


class Looking:
    """Takes a :class:`Look` after every round of one run."""

    def __init__(self, on: Split, *, every: int) -> None:
        self._on, self._beside = on, max(every - 1, 1)
        self._read = np.zeros(len(on.task.y), dtype=bool)
        self.looks: list[Look] = []

    def look(self, found: Round, fitted: Fitted) -> None:
        """``fitted`` is what was learned after ``found``, of all rows."""
        task, audit = self._on.task, self._on.audit
        self._read[list(found.chosen)] = True
        truth, given = task.y >= 0.5, decided(fitted, task.choice)
        # every so manieth question is of the audit, and the others of the queue
        answered = min(len(audit), found.labels // self._beside)
        asked = audit[:answered]
        known = self._read.copy()
        known[asked] = True
        lost = (truth & ~given)[task.pool]
        self.looks.append(
            Look(
                int((~np.isnan(fitted.margin).all(0)).sum()),
                answered,
                len(audit),
                int((~self._read[asked]).sum()),
                self._tallies(truth, given, known) if answered == len(audit) else (),
                _count(lost & ~self._read[task.pool, None]),
                _count(lost & ~known[task.pool, None]),
            )
        )

    def _tallies(self, truth: Bools, given: Bools, known: Bools) -> tuple[Tally, ...]:
        pool, audit = self._on.task.pool, self._on.audit
        drawn = _design(self._on.task.groups, pool, audit)
        if drawn.why:
            return ()
        by_queue = self._read.copy()
        by_queue[audit] = False
        return tally(
            drawn,
            truth[audit],
            given[audit],
            found=truth[by_queue].sum(0),
            left_not_given=(~given[pool] & ~known[pool, None]).sum(0),
            reached=self._read[audit],
        )


def decided(fitted: Fitted, choice: str) -> Bools:
    """``(N, k)``: the codes given, as :mod:`precode.active.simulation` decides."""
    margin = np.where(np.isnan(fitted.margin), -np.inf, fitted.margin)
    if choice == "one":
        return np.asarray(np.arange(margin.shape[1]) == margin.argmax(1)[:, None])
    return np.asarray(margin > 0)


def _design(groups: np.ndarray[Any, Any], pool: Rows, audit: Rows) -> Sample:
    names, sizes = np.unique(groups[pool], return_counts=True)
    frame = dict(zip(names.tolist(), sizes.tolist(), strict=True))
    return sample(frame, groups[audit].tolist())


def _count(lost: Bools) -> tuple[int, ...]:
    return tuple(lost.sum(0).tolist())


@dataclass(frozen=True, slots=True)
class Stop:
    """One run and one rule: the round it stopped at (None: it never did); sentences read by then,
    the audit's included; passages of each code missed; and of the audit's rule whether the recall
    it promised was held (None where it promises nothing).
    """

    rule: str
    round: int | None
    read: int = 0
    missed: tuple[int, ...] = ()
    kept: bool | None = None


def stops(
    curve: Curve,
    looks: Sequence[Look],
    *,
    labels: Sequence[str],
    passages: Sequence[int],
    audit: Audit,
) -> tuple[Stop, ...]:
    """Where each of :data:`RULES` stops, asked after every round. ``labels (k,)`` are the codes,
    ``passages (k,)`` how many each has in the pool.
    """
    moves = _moves(curve, looks)
    out = []
    for rule in RULES:
        advices = (
            _ask(rule, [m for m in moves if m.round <= at], look, labels, audit)
            for at, look in enumerate(looks)
        )
        at = next((i for i, advice in enumerate(advices) if advice.stop), None)
        out.append(
            Stop(rule, None) if at is None else _stop(rule, at, curve, looks[at], passages, audit)
        )
    return tuple(out)


@dataclass(frozen=True, slots=True)
class _Move:
    """From the round before to ``round``: κ on the watched sentences, and the share of those not
    read by then whose codes changed.
    """

    round: int
    kappa: float
    changed: float


def _moves(curve: Curve, looks: Sequence[Look]) -> list[_Move]:
    """From the first model on: before that, nothing given twice is no agreement."""
    watched = np.array(curve.watched, dtype=np.intp)
    unread = np.ones(len(watched), dtype=bool)
    out = []
    before: Bools | None = None
    for at, (r, look) in enumerate(zip(curve.rounds, looks, strict=True)):
        unread &= ~np.isin(watched, r.chosen)
        if before is not None:
            k = kappa_between(before, r.decisions)
            out.append(_Move(at, k, changed(before[unread], r.decisions[unread])))
        before = r.decisions if look.modelled else None
    return out


def _ask(
    rule: str,
    moves: Sequence[_Move],
    look: Look,
    labels: Sequence[str],
    audit: Audit,
) -> Advice:
    if rule == "bloodgood_vijay_shanker_2009":
        return bloodgood_vijay_shanker_2009([m.kappa for m in moves])
    if rule == "zhu_wang_hovy_2008":
        return zhu_wang_hovy_2008([m.changed for m in moves])
    return lewis_yang_frieder_2021(
        dict(zip(labels, look.tallies, strict=False)),
        answered=look.answered if look.tallies else 0,
        drawn=look.drawn,
        target=audit.recall,
        confidence=audit.confidence,
    )


def _stop(
    rule: str, at: int, curve: Curve, look: Look, passages: Sequence[int], audit: Audit
) -> Stop:
    read = curve.rounds[at].labels
    if rule != "lewis_yang_frieder_2021":
        return Stop(rule, at, read, look.missed)
    kept = all(
        lost <= (1 - audit.recall) * total + 1e-9
        for lost, total, t in zip(look.missed_beside, passages, look.tallies, strict=True)
        if can_judge(t, target=audit.recall, confidence=audit.confidence)
    )
    return Stop(rule, at, read + look.extra, look.missed_beside, kept)
