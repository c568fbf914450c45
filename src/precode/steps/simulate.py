"""``simulate``: the review loop replayed on what the team has coded already."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from precode.active.pool import Pool, Read, Rows
from precode.active.queue import Mix, choose
from precode.active.strategies import STRATEGIES, Strategy
from precode.errors import TooLittleError, UsageError
from precode.settings import Review, Settings
from precode.steps.learnt.embedding import machine_cache
from precode.steps.opening import Progress, open_study, silent
from precode.steps.simulation.page import write_report
from precode.steps.simulation.result import AGAINST, Simulated, result_of
from precode.steps.simulation.runs import Plan, replay, splits
from precode.steps.simulation.study import Finished, Split, finished

DEFAULT = "default"  # the study's own queue
SEEDS, LABELS, BATCH, START = 10, 500, 20, 20


def names() -> tuple[str, ...]:
    """Strategies as the command line has them: "default", "random", "margin-diverse" …"""
    return (DEFAULT, *_slugs())


def simulate(
    path: Path,
    *,
    strategies: Sequence[str] = (DEFAULT, AGAINST),
    seeds: int = SEEDS,
    labels: int = LABELS,
    batch: int = BATCH,
    start: int = START,
    coders: tuple[str, ...] = (),
    seed: int | None = None,
    out: Path | None = None,
    runs: Progress = silent,
    rounds: Progress = silent,
) -> Simulated:
    """Replay ``strategies`` (always also "random") on the study at ``path``, ``seeds`` times, each
    time with other transcripts held out; write ``simulation.html``, ``.svg`` and ``.csv`` into
    ``out`` (default: the study's ``reports/``). ``seed``: default that of ``[train]``.

    The study is only read: a coder may go on reviewing meanwhile. Finished replays are kept in its
    cache, and the same seed gives the same figures whether or not they were made in one go.

    Raises :class:`TooLittleError` with too few transcripts, sentences or codes, and
    :class:`UsageError` for an unknown strategy or numbers that leave nothing to compare.
    """
    chosen = _wanted(strategies)
    if min(seeds, batch, start) < 1 or labels <= start:
        raise UsageError(
            f"--start {start} --labels {labels}: nothing is learned in between",
            mend="read more than at the start, e.g. --start 20 --labels 500",
        )
    if out is not None and out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file", mend="name a folder")
    with open_study(path, verb="simulate", write=False) as study:
        settings = study.settings
        number = settings.train.seed if seed is None else seed
        on = finished(study, coders=coders, progress=rounds)
        parts = splits(on, settings, seeds=seeds, seed=number)
        pool, notes = _checked(on, parts), list(on.notes)
        most = min(labels, pool)
        if most <= start:
            raise TooLittleError(
                f"{pool} sentences can be asked about when a third of the transcripts is held out: "
                f"too few to begin with {start}",
                mend="code more: precode codes codings.csv; or begin with fewer: --start",
            )
        if most < labels:
            notes.append(
                f"only {most} sentences can be asked about, so it ends there, not at {labels}"
            )
        if not set(strategies) >= {AGAINST}:
            notes.append("random was added: the others are measured against it")
        notes += _of_the_replay(settings, parts)
        plan = Plan(
            {name: _strategy(name, settings.review) for name in chosen},
            seeds, start, batch, most, number,
        )  # fmt: skip
        done = replay(on, parts, plan, settings, cache=study.folder.cache, runs=runs, rounds=rounds)
        said = Simulated(
            len(on), on.transcripts, len(np.unique(on.data.groups[parts[0].task.test])), pool,
            seeds, start, batch, most, number,
            {name: _words(name) for name in chosen},
            dict(zip(on.codes, on.labels, strict=True)),
            result_of(done, codes=on.codes, labels=on.labels, audit=settings.audit),
            tuple(notes),
        )  # fmt: skip
        return write_report(
            said, done, settings, folder=out or study.folder.reports, cache=machine_cache()
        )


def _checked(on: Finished, parts: Sequence[Split]) -> int:
    """The size of the smallest pool. Raises :class:`TooLittleError` where a split scores nothing."""
    if not on.data.gold.any():
        raise TooLittleError(
            "every sentence was coded with a suggestion in view: no score would be fair",
            mend="code without: precode codes codings.csv, or precode review --coder YOU",
        )
    if not all(part.counted.any() for part in parts):
        counts = (on.data.y >= 0.5).sum(0)
        told = ", ".join(f"{name} {n}" for name, n in zip(on.labels, counts, strict=True))
        raise TooLittleError(
            f"no code has {on.floor} coded sentences in the transcripts held out ({told} in all)",
            mend="code more: precode codes codings.csv, or precode review --coder YOU",
        )
    return min(len(part.task.pool) for part in parts)


def _of_the_replay(settings: Settings, parts: Sequence[Split]) -> list[str]:
    """What must be known to read the figures."""
    different = len({part.task.test.tobytes() for part in parts})
    out = [
        "the audit sample's codings are replayed like all others: nothing real is judged here",
        "each replay starts from nothing, without the starter model, and compares no settings; "
        "asking twice about near-duplicates is allowed",
        "standard errors are over replays of the same transcripts: another study can differ by more",
    ]
    if different < len(parts):
        out.append(
            f"{len(parts)} replays hold out {different} different sets of transcripts: with so few "
            "transcripts, they differ less than their number says"
        )
    every = settings.audit.every
    sizes = [len(part.audit) for part in parts]
    some = str(min(sizes)) if min(sizes) == max(sizes) else f"{min(sizes)} to {max(sizes)}"
    out.append(
        f"the audit's rule reads a random sample of {some} sentences besides, one question in "
        f"{every}, and judges when all are answered; it promises that people and machine hold "
        f"{100 * settings.audit.recall:.0f} % of each code that the sample can judge"
    )
    return out


# -- strategies ------------------------------------------------------------------------------------


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name).strip("-")


def _slugs() -> dict[str, str]:
    return {_slug(name): name for name in STRATEGIES}


def _wanted(asked: Sequence[str]) -> tuple[str, ...]:
    unknown = [a for a in asked if a not in names()]
    if unknown:
        raise UsageError(
            f"there is no strategy {', '.join(map(repr, unknown))}",
            mend=f"strategies: {', '.join(names())}",
        )
    return tuple(dict.fromkeys([*asked, AGAINST]))


def _words(name: str) -> str:
    return "this study's queue" if name == DEFAULT else _slugs()[name]


def _strategy(name: str, review: Review) -> Strategy:
    return _as_set(review) if name == DEFAULT else STRATEGIES[_slugs()[name]]


def _as_set(review: Review) -> Callable[..., Rows]:
    """The queue as this study's settings mix it; of near-duplicates each has its own codes here."""
    mix = Mix(review.cold_start, review.random_share, review.rare_share, review.rare_below, 1.0)

    def queue(pool: Pool, read: Read, *, n: int, rng: np.random.Generator) -> Rows:
        blank = [""] * read.y.shape[1]
        items = choose(pool, read, n=n, mix=mix, names=blank, skipped={}, rng=rng)
        row = {sentence: i for i, sentence in enumerate(pool.ids)}
        return np.array([row[item.sentence_id] for item in items], dtype=np.intp)

    return queue
