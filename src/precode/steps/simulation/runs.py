"""The replays themselves, one for each strategy and split, and their keeping: a finished one is
never done again, so that an interrupted comparison goes on where it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

import precode
from precode.active.pool import Floats
from precode.active.simulation import Curve, Fitted, Round, from_json, run, to_json
from precode.active.strategies import Strategy
from precode.files.atomic import write_text
from precode.model.parallel import one_core
from precode.settings import Settings
from precode.steps.opening import Progress, silent
from precode.steps.simulation.fit import SPEC, Learner
from precode.steps.simulation.stops import Look, Looking, decided
from precode.steps.simulation.study import Finished, Split, split

T = TypeVar("T")

FORM = 1  # of the files in the cache
SOURCES = (
    "active",
    "audit",
    "model",
    "steps/simulation",
)  # what a curve follows from, beside its input


@dataclass(frozen=True, slots=True)
class Plan:
    """What is replayed: ``start`` sentences, then ``batch`` at a time up to ``labels``, ``seeds``
    times, each time with other transcripts held out.
    """

    strategies: Mapping[str, Strategy]
    seeds: int
    start: int
    batch: int
    labels: int
    seed: int


@dataclass(frozen=True, slots=True)
class Replay:
    """One strategy on one split."""

    curve: Curve
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """All of them. ``full (s, k)``: F1 of each code on each split, NaN where it does not count,
    when the whole pool had been read; ``replays`` by strategy, one a split.
    """

    splits: tuple[Split, ...]
    full: Floats
    replays: Mapping[str, tuple[Replay, ...]]


def splits(on: Finished, settings: Settings, *, seeds: int, seed: int) -> tuple[Split, ...]:
    """One for each replay, the same whatever is replayed on them."""
    return tuple(
        split(on, settings.audit, np.random.default_rng([seed, number, 0]))
        for number in range(seeds)
    )


def replay(
    on: Finished,
    parts: Sequence[Split],
    plan: Plan,
    settings: Settings,
    *,
    cache: Path,
    runs: Progress = silent,
    rounds: Progress = silent,
) -> Replayed:
    """Every strategy of ``plan`` on every split. ``runs`` is told of finished replays, ``rounds``
    of sentences read within one. What is kept in ``cache`` is read from there.
    """
    kept = cache / "simulate" / _key(on, plan, settings)
    t = settings.train
    learner = Learner(on.data, t.min_positives, t.folds, t.seed)
    total = len(parts) * (len(plan.strategies) + 1)
    full = np.full((len(parts), len(on.codes)), np.nan)
    out: dict[str, list[Replay]] = {name: [] for name in plan.strategies}
    with one_core():
        for done, (number, name) in enumerate(_order(plan)):
            runs(f"{name or 'everything read'}, replay {number + 1}", done, total)
            part = parts[number]
            if not name:
                full[number] = _full(part, learner, kept / f"full-{number}.json")
                continue
            found = _kept(kept / f"{name}-{number}.json", _replay)
            if found is None:
                found = _run(part, plan, name, number, learner, settings, rounds)
                _keep(kept / f"{name}-{number}.json", found)
            out[name].append(found)
    runs("replays", total, total)
    return Replayed(tuple(parts), full, {name: tuple(found) for name, found in out.items()})


def _order(plan: Plan) -> Iterator[tuple[int, str]]:
    """Split by split, so that whatever was done before an interruption can be compared."""
    for number in range(plan.seeds):
        yield number, ""
        for name in plan.strategies:
            yield number, name


def _run(
    part: Split,
    plan: Plan,
    name: str,
    number: int,
    learner: Learner,
    settings: Settings,
    rounds: Progress,
) -> Replay:
    looking = Looking(part, every=settings.audit.every)
    last: list[Fitted] = []

    def fit(rows: np.ndarray[Any, Any]) -> Fitted:
        last[:] = [learner(rows)]
        return last[0]

    def after(found: Round) -> None:
        looking.look(found, last[0])
        rounds("sentences read", found.labels, plan.labels)

    rounds("sentences read", 0, plan.labels)
    curve = run(
        part.task, plan.strategies[name], fit,
        start=plan.start, batch=plan.batch, labels=plan.labels,
        rng=np.random.default_rng([plan.seed, number, 1]),  # the same for every strategy: paired
        on_round=after,
    )  # fmt: skip
    return Replay(curve, tuple(looking.looks))


def _full(part: Split, learner: Learner, place: Path) -> Floats:
    found = _kept(place, _scores)
    if found is None:
        task = part.task
        given = decided(learner(task.pool), task.choice)[task.test]
        found = task.score(task.y[task.test] >= 0.5, given)
        scores = [None if np.isnan(f) else float(f) for f in found]
        write_text(place, json.dumps({"form": FORM, "f1": scores}))
    return found


# -- the cache -------------------------------------------------------------------------------------


def _key(on: Finished, plan: Plan, settings: Settings) -> str:
    """Of all that a replay follows from: the data, the settings, the versions and our own code.
    How many replays there are is not part of it: more of them go on from those there are.
    """
    data = on.data
    told = hashlib.sha256()
    about = {
        "form": FORM, "precode": precode.__version__, "numpy": np.__version__,
        "plan": [plan.start, plan.batch, plan.labels, plan.seed],
        "spec": asdict(SPEC), "choice": data.choice, "codes": on.codes, "floor": on.floor,
        "train": settings.train.model_dump(), "review": settings.review.model_dump(),
        "audit": settings.audit.model_dump(),
    }  # fmt: skip
    told.update(json.dumps(about, sort_keys=True).encode())
    arrays = [data.y, data.polarity, data.gold, on.gold_y, on.vectors, data.raw.shape]
    arrays += [*data.raw.blocks.values(), data.raw.tf.data, data.raw.tf.indices, data.raw.tf.indptr]
    for array in arrays:
        told.update(str(array.shape).encode())
        told.update(np.ascontiguousarray(array).tobytes())
    told.update(json.dumps(data.groups.tolist()).encode())
    here = Path(precode.__file__).parent
    for folder in SOURCES:
        for file in sorted((here / folder).glob("*.py")):
            told.update(file.read_bytes())
    return told.hexdigest()[:16]


def _keep(place: Path, replay: Replay) -> None:
    content = {
        "form": FORM,
        "curve": json.loads(to_json(replay.curve)),
        "looks": [look.to_json() for look in replay.looks],
    }
    write_text(place, json.dumps(content))


def _kept(place: Path, read: Callable[[Any], T]) -> T | None:
    """What lies there; None if nothing does that can be read: it is a cache."""
    try:
        found = json.loads(place.read_text(encoding="utf-8"))
        return read(found) if found["form"] == FORM else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _replay(found: Any) -> Replay:
    curve = from_json(json.dumps(found["curve"]))
    looks = tuple(Look.from_json(look) for look in found["looks"])
    if len(looks) != len(curve.rounds):
        raise ValueError("looks and rounds differ in number")
    return Replay(curve, looks)


def _scores(found: Any) -> Floats:
    return np.array([np.nan if f is None else float(f) for f in found["f1"]])
