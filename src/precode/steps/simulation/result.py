"""What replays say: learning curves with bands, how soon they are good enough, and where each rule
would have stopped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from precode.active.curves import (
    Difference,
    area,
    band,
    difference,
    difference_in_area,
    labels_to,
)
from precode.settings import Audit
from precode.steps.simulation.runs import Replay, Replayed
from precode.steps.simulation.stops import RULES, Stop, stops

SHARES = (0.9, 0.95)  # of the full score
AGAINST = "random"


@dataclass(frozen=True, slots=True)
class Gap:
    """A mean over replays and its standard error (None for a single replay)."""

    mean: float
    error: float | None

    def __str__(self) -> str:
        beside = "" if self.error is None else f" ± {self.error:.3f}"
        return f"{self.mean:+.3f}{beside}".replace("-", "−")


@dataclass(frozen=True, slots=True)
class Line:
    """One strategy. Macro-F1 at each of ``labels``: mean over replays, and the 10th and 90th
    percentile. ``to_90`` and ``to_95``: labels at which the mean reaches that share of the full
    score, None if it never does. ``area`` is the mean over rounds, ``area_gap`` and ``end_gap`` its
    and the last round's paired differences to random (None of random itself). ``by_code``: F1 after
    the last round, None where a code counts in no replay.
    """

    strategy: str
    labels: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    to_90: int | None
    to_95: int | None
    area: float
    area_gap: Gap | None
    end_gap: Gap | None
    by_code: Mapping[str, float | None]


@dataclass(frozen=True, slots=True)
class Stopping:
    """One rule and one strategy: in how many of the replays it stopped; where it did, sentences
    asked by then (mean), and read with the audit's (mean, fewest, most); how far the score was below the full one, the share of the
    pool's passages that were missed (neither read by anybody nor given by the machine then) and
    passages missed of each code, on average. ``kept``: where the rule promises a recall, how many
    of the stops held it.
    """

    strategy: str
    rule: str
    stopped: int
    replays: int
    asked: float | None
    read: float | None
    fewest: int | None
    most: int | None
    lost: Gap | None
    missed: float | None
    missed_by_code: Mapping[str, float]
    kept: int | None


@dataclass(frozen=True, slots=True)
class Result:
    """Of all replays. ``full``: macro-F1 after the whole pool was read, mean over replays;
    ``full_by_code`` and ``counted``: the same by code, and in how many replays it counted.
    ``passages``: of each code in the pool, on average.
    """

    full: float
    full_by_code: Mapping[str, float | None]
    counted: Mapping[str, int]
    passages: Mapping[str, float]
    lines: tuple[Line, ...]
    stops: tuple[Stopping, ...]


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was replayed, what came out, and the files that tell of it. ``held_out`` transcripts
    were scored in each replay; of the smallest pool ``pool`` sentences could be asked about.
    ``names`` of strategies and ``code_labels`` are as people read them.
    """

    sentences: int
    transcripts: int
    held_out: int
    pool: int
    replays: int
    start: int
    batch: int
    labels: int
    seed: int
    names: Mapping[str, str]
    code_labels: Mapping[str, str]
    result: Result
    notes: tuple[str, ...]
    files: tuple[str, ...] = ()


def result_of(
    done: Replayed, *, codes: Sequence[str], labels: Sequence[str], audit: Audit
) -> Result:
    """``codes (k,)`` and ``labels (k,)`` are ids and names of the columns."""
    full = np.nanmean(done.full, axis=1)
    passages = np.array([(s.task.y[s.task.pool] >= 0.5).sum(0) for s in done.splits])
    return Result(
        float(full.mean()),
        dict(zip(codes, _means(done.full.tolist()), strict=True)),
        dict(zip(codes, (~np.isnan(done.full)).sum(0).tolist(), strict=True)),
        dict(zip(codes, passages.mean(0).tolist(), strict=True)),
        tuple(_line(name, done, float(full.mean()), codes) for name in done.replays),
        tuple(
            s
            for name, runs in done.replays.items()
            for s in _stops(name, runs, full.tolist(), passages.tolist(), codes, labels, audit)
        ),
    )


def _line(name: str, done: Replayed, full: float, codes: Sequence[str]) -> Line:
    curves = [r.curve for r in done.replays[name]]
    over = band(curves)
    against = [r.curve for r in done.replays[AGAINST]] if name != AGAINST else None
    ends = [c.scores[-1] for c in curves]
    to = [labels_to(over.labels, over.mean, share * full) for share in SHARES]
    return Line(
        name,
        over.labels,
        over.mean,
        over.low,
        over.high,
        to[0],
        to[1],
        float(np.mean([area(c) for c in curves])),
        _gap(difference_in_area(curves, against)) if against else None,
        _gap(difference(ends, [c.scores[-1] for c in against])) if against else None,
        dict(zip(codes, _means([c.rounds[-1].by_code for c in curves]), strict=True)),
    )


def _stops(
    name: str,
    runs: Sequence[Replay],
    full: Sequence[float],
    passages: Sequence[Sequence[int]],
    codes: Sequence[str],
    labels: Sequence[str],
    audit: Audit,
) -> list[Stopping]:
    found = [
        stops(r.curve, r.looks, labels=labels, passages=p, audit=audit)
        for r, p in zip(runs, passages, strict=True)
    ]
    return [
        _stopping(name, rule, [s[i] for s in found], runs, full, passages, codes)
        for i, rule in enumerate(RULES)
    ]


def _stopping(
    name: str,
    rule: str,
    each: Sequence[Stop],
    runs: Sequence[Replay],
    full: Sequence[float],
    passages: Sequence[Sequence[int]],
    codes: Sequence[str],
) -> Stopping:
    at = [(i, s, s.round) for i, s in enumerate(each) if s.round is not None]
    if not at:
        return Stopping(name, rule, 0, len(each), None, None, None, None, None, None, {}, None)
    read = [s.read for _, s, _ in at]
    scores = [runs[i].curve.scores[r] for i, _, r in at]
    missed = np.array([s.missed for _, s, _ in at])
    there = np.array([passages[i] for i, _, _ in at])
    kept = [s.kept for _, s, _ in at if s.kept is not None]
    return Stopping(
        name,
        rule,
        len(at),
        len(each),
        float(np.mean([runs[i].curve.rounds[r].labels for i, _, r in at])),
        float(np.mean(read)),
        min(read),
        max(read),
        _gap(difference(scores, [full[i] for i, _, _ in at])),
        float((missed.sum(1) / np.maximum(there.sum(1), 1)).mean()),
        dict(zip(codes, missed.mean(0).tolist(), strict=True)),
        sum(kept) if kept else None,
    )


def _gap(d: Difference) -> Gap:
    return Gap(d.mean, None if math.isnan(d.error) else d.error)


def _means(rows: Sequence[Sequence[float | None]]) -> list[float | None]:
    """By column, over what is there."""
    columns = [[f for f in column if f is not None and not math.isnan(f)] for column in zip(*rows, strict=True)]  # fmt: skip
    return [float(np.mean(c)) if c else None for c in columns]
