"""A review replayed on a set that is coded already: what each strategy would have learned, when.

The machine is a callback: what is fitted, and on which features, is the caller's. A curve is one
unit of work: store it as JSON, and a stopped comparison goes on with the next.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from precode.active.pool import Choice, Floats, Pool, Read, Rows
from precode.active.strategies import Strategy

Bools = npt.NDArray[np.bool_]
Score = Callable[[Bools, Bools], Floats]

WATCHED = 1000  # sentences of the pool whose decisions are kept, for stopping rules to look at


def f1_by_code(truth: Bools, given: Bools) -> Floats:
    """``(k,)``: F1 = 2·TP / (positives + given) of ``(t, k)`` decisions; NaN for a code that does
    not occur in ``truth``, which no decision could have found.
    """
    both, total = (truth & given).sum(0), truth.sum(0) + given.sum(0)
    return np.where(truth.any(0), 2 * both / np.maximum(total, 1), np.nan)


@dataclass(frozen=True, slots=True)
class Task:
    """A finished, coded set of N sentences and k codes.

    ``vectors (N, d)`` have rows of length 1; ``y (N, k)`` in [0, 1] are shares of coders; ``groups
    (N,)`` name the transcripts. ``pool`` and ``test`` are rows, without one in common: the strategy
    asks about the first, and is scored on the second. ``score(truth, given)`` takes ``(t, k)``
    decisions and returns ``(k,)``, NaN for codes that do not count.
    """

    vectors: Floats
    y: Floats
    choice: Choice
    groups: npt.NDArray[np.str_]
    pool: Rows
    test: Rows
    score: Score = f1_by_code

    def __post_init__(self) -> None:
        if not len(self.vectors) == len(self.y) == len(self.groups):
            raise ValueError("vectors, codes and groups should have a row for each sentence")
        if np.intersect1d(self.pool, self.test).size:
            raise ValueError("a sentence is in the pool and in the test")


@dataclass(frozen=True, slots=True)
class Fitted:
    """What a model says of all N sentences: ``p (N, k)``, ``margin (N, k)`` and ``polarity
    (N, k, 2)`` or None, as in :class:`Pool`.
    """

    p: Floats
    margin: Floats
    polarity: Floats | None = None


Fit = Callable[[Rows], Fitted]


@dataclass(frozen=True, slots=True)
class Round:
    """After ``labels`` sentences were read: macro-F1 and each code's F1 on the test (None: does not
    count), the rows read since the round before in their order, and the decisions ``(w, k)`` on the
    watched sentences.
    """

    labels: int
    macro_f1: float
    by_code: tuple[float | None, ...]
    chosen: tuple[int, ...]
    decisions: Bools


@dataclass(frozen=True, slots=True)
class Curve:
    """One run. ``watched`` are the rows of the pool whose decisions every round keeps."""

    watched: tuple[int, ...]
    rounds: tuple[Round, ...]

    @property
    def labels(self) -> tuple[int, ...]:
        return tuple(r.labels for r in self.rounds)

    @property
    def scores(self) -> tuple[float, ...]:
        return tuple(r.macro_f1 for r in self.rounds)


def run(
    task: Task,
    strategy: Strategy,
    fit: Fit,
    *,
    start: int,
    batch: int,
    labels: int,
    rng: np.random.Generator,
    on_round: Callable[[Round], None] = lambda _: None,
) -> Curve:
    """Read ``start`` sentences of the pool, then ``batch`` at a time up to ``labels`` or its end.

    The strategy chooses the first ones too, without a model. ``fit(rows)`` learns from the codes
    of these rows alone. The same ``rng`` state gives the same curve.
    """
    if min(start, batch) < 1:
        raise ValueError("a round reads at least one sentence")
    watched = np.sort(rng.permutation(task.pool)[:WATCHED])
    truth = task.y[task.test] >= 0.5
    read, left = np.empty(0, dtype=np.intp), np.asarray(task.pool)
    fitted: Fitted | None = None
    rounds: list[Round] = []
    most = min(labels, len(left))
    while len(read) < most:
        n = min(batch if rounds else start, most - len(read))
        past = Read(task.vectors[read], task.y[read])
        picked = strategy(_pool(task, left, fitted), past, n=n, rng=rng)
        if len(np.unique(picked)) != n:
            raise ValueError(f"the strategy chose {len(np.unique(picked))} sentences, not {n}")
        chosen = left[picked]
        read, left = np.concatenate([read, chosen]), np.delete(left, picked)
        fitted = fit(read)
        by_code = task.score(truth, _decide(fitted.margin[task.test], task.choice))
        counted = by_code[~np.isnan(by_code)]
        rounds.append(
            Round(
                len(read),
                float(counted.mean()) if len(counted) else 0.0,
                tuple(None if np.isnan(f) else float(f) for f in by_code),
                tuple(chosen.tolist()),
                _decide(fitted.margin[watched], task.choice),
            )
        )
        on_round(rounds[-1])
    return Curve(tuple(watched.tolist()), tuple(rounds))


def _pool(task: Task, rows: Rows, fitted: Fitted | None) -> Pool:
    ids = tuple(map(str, rows.tolist()))
    if fitted is None:
        return Pool(ids, task.vectors[rows], None, None, None, task.choice)
    polarity = None if fitted.polarity is None else fitted.polarity[rows]
    p, margin = fitted.p[rows], fitted.margin[rows]
    return Pool(ids, task.vectors[rows], p, margin, polarity, task.choice)


def _decide(margin: Floats, choice: Choice) -> Bools:
    """``(n, k)``: the codes given; of "one" exactly the highest. What is not modelled is not."""
    known = np.where(np.isnan(margin), -np.inf, margin)
    if choice == "one":
        return np.asarray(np.arange(known.shape[1]) == known.argmax(1)[:, None])
    return np.asarray(known > 0)


def to_json(curve: Curve) -> str:
    """``curve`` as text; decisions are packed bits in base64."""
    return json.dumps(
        {
            "watched": curve.watched,
            "codes": len(curve.rounds[0].by_code) if curve.rounds else 0,
            "rounds": [
                {
                    "labels": r.labels,
                    "macro_f1": r.macro_f1,
                    "by_code": r.by_code,
                    "chosen": r.chosen,
                    "decisions": base64.b64encode(np.packbits(r.decisions).tobytes()).decode(),
                }
                for r in curve.rounds
            ],
        }
    )


def from_json(text: str) -> Curve:
    """The curve that :func:`to_json` wrote. Raises :class:`ValueError` for anything else."""
    try:
        found = json.loads(text)
        shape = (len(found["watched"]), int(found["codes"]))
        rounds = tuple(
            Round(
                int(r["labels"]),
                float(r["macro_f1"]),
                tuple(None if f is None else float(f) for f in r["by_code"]),
                tuple(map(int, r["chosen"])),
                _unpacked(r["decisions"], shape),
            )
            for r in found["rounds"]
        )
        return Curve(tuple(map(int, found["watched"])), rounds)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is no learning curve: {error}") from error


def _unpacked(text: str, shape: tuple[int, int]) -> Bools:
    bits = np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
    if len(bits) != -(-shape[0] * shape[1] // 8):
        raise ValueError("this is no learning curve: decisions of another length")
    return np.unpackbits(bits, count=shape[0] * shape[1]).reshape(shape).astype(bool)
