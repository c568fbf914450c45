"""What a replay is made of: sentences that people have read to the end, split by transcript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

import numpy as np
import numpy.typing as npt

from precode.active.pool import Floats, Rows
from precode.active.simulation import Bools, Task, f1_by_code
from precode.agreement.estimate import Estimate
from precode.agreement.pairs import human_agreement
from precode.audit.drawing import draw
from precode.audit.planner import audit_size
from precode.errors import TooLittleError
from precode.model.training import Training
from precode.model.validate import NESTED_FROM
from precode.settings import Audit
from precode.steps.learnt.learning import Lesson, lesson
from precode.steps.opening import Progress, Study

WHOLE = 0.9  # share of a transcript's sentences: a few may be skipped, or come in a later version
HELD_OUT = 1 / 3  # of the transcripts
TRIES = 20  # splits drawn, of which the one that spreads the codes best is taken
DRAWS = 200  # of the bootstrap behind one remark


@dataclass(frozen=True, slots=True)
class Finished:
    """N sentences that can be replayed: ``data`` (features; ``y`` by all readings) and ``gold_y
    (N, k)``, by readings without a suggestion in view; ``vectors (N, d)`` of length 1, as the queue
    has them. ``codes`` and ``labels`` name the k columns; a code is scored in a split that holds
    out ``floor`` sentences with it. ``notes`` say what was left out.
    """

    data: Training
    gold_y: Floats
    vectors: Floats
    codes: tuple[str, ...]
    labels: tuple[str, ...]
    floor: int
    notes: tuple[str, ...]

    @property
    def transcripts(self) -> int:
        return len(np.unique(self.data.groups))

    def __len__(self) -> int:
        return len(self.data.y)


@dataclass(frozen=True, slots=True)
class Split:
    """Of one replay: what is learned from and scored, the codes that count (k,), and an audit
    sample of the pool in the order of asking.
    """

    task: Task
    counted: Bools
    audit: Rows


def finished(study: Study, *, coders: tuple[str, ...], progress: Progress) -> Finished:
    """What ``coders`` (default: all) have read, the audit sample included: nothing real is judged
    by a replay. Where at least four transcripts were read to the end, only those take part.

    Raises :class:`TooLittleError` for fewer than four transcripts, or codes.
    """
    # what a starter adds is another question than which sentence to ask for next
    found = lesson(study, coders=coders, with_audit=True, starter=False, progress=progress)
    groups = found.data.groups
    whole, partly = _read_whole(found)
    notes = [*_left_out(study, found), *_of_coders(study, found)]
    if len(whole) >= NESTED_FROM:
        rows = np.flatnonzero(np.isin(groups, whole))
        if partly:
            notes.append(
                f"{partly} transcript{'s' * (partly > 1)} of which only part was read "
                f"{'are' if partly > 1 else 'is'} left out: what a queue chose to ask is no fair test"
            )
    else:
        rows = np.arange(len(groups))
        notes.append(
            f"only {len(whole)} of {len(whole) + partly} transcripts were read to the end, so all "
            "are used: those read in part hold what somebody chose to read, and are no fair test"
        )
    if found.data.choice == "many" and not (found.data.y[rows] < 0.5).all(1).any():
        notes.append(
            "no sentence is known to carry no code, so the replay is easier than reading was: "
            "declare fully read transcripts with `precode codes --complete NAME`"
        )
    data = found.data.take(rows)
    count = len(np.unique(data.groups))
    if count < NESTED_FROM:
        raise TooLittleError(
            f"{count} transcript{'s have' if count != 1 else ' has'} been read; a replay needs "
            f"{NESTED_FROM}, to hold some out",
            mend="code more transcripts: precode codes codings.csv, or precode review --coder YOU",
        )
    leaves = study.codebook.leaves
    return Finished(
        data,
        np.nan_to_num(found.gold_y[rows]),
        _unit(data.raw.blocks["early"]),
        tuple(leaf.id for leaf in leaves),
        tuple(leaf.label for leaf in leaves),
        study.settings.train.floor,
        tuple(notes),
    )


def split(on: Finished, audit: Audit, rng: np.random.Generator) -> Split:
    """Whole transcripts held out, rare codes on both sides; the others are the pool."""
    data = on.data
    held_out = hold_out(data.y >= 0.5, data.groups, rng)
    test, pool = np.flatnonzero(held_out & data.gold), np.flatnonzero(~held_out)
    y = data.y.copy()
    y[test] = on.gold_y[test]
    counted = (y[test] >= 0.5).sum(0) >= on.floor

    def score(truth: Bools, given: Bools) -> Floats:
        return np.where(counted, f1_by_code(truth, given), np.nan)

    task = Task(on.vectors, y, data.choice, data.groups, pool, test, score)
    return Split(task, counted, _audit(data.groups, pool, audit, rng))


def hold_out(given: Bools, groups: npt.NDArray[np.str_], rng: np.random.Generator) -> Bools:
    """``(n,)``: rows of the transcripts held out, about a third of them. Of some splits drawn at
    random the one whose shares of the sentences and of each code (``given (n, k)``) lie nearest to
    each other; few are drawn where there are few to draw from, so that replays still differ.
    """
    names, group = np.unique(groups, return_inverse=True)
    g = len(names)
    size = max(1, round(g * HELD_OUT))
    count = np.zeros((g, given.shape[1] + 1))
    np.add.at(count, group, np.column_stack([given, np.ones(len(given))]))
    share = count[:, count.any(0)] / count[:, count.any(0)].sum(0)
    best, least = np.arange(size), np.inf
    for _ in range(min(TRIES, max(1, comb(g, size) // 8))):
        chosen = rng.choice(g, size, replace=False)
        held = share[chosen].sum(0)
        missing = ((held == 0) | (held == 1)).sum()
        off = float(missing + np.abs(held - size / g).sum())
        if off < least:
            best, least = chosen, off
    return np.asarray(np.isin(group, best))


def _audit(
    groups: npt.NDArray[np.str_], pool: Rows, settings: Audit, rng: np.random.Generator
) -> Rows:
    """An audit sample of the pool, as the study's settings plan it, in the order of asking."""
    frame: dict[str, list[str]] = {}
    for row in pool.tolist():
        frame.setdefault(str(groups[row]), []).append(str(row))
    n = len(pool)
    size = min(settings.size, int(n * settings.most)) or audit_size(
        n, prevalence=settings.prevalence, half_width=settings.half_width, most=settings.most
    )
    drawn = draw(frame, size, rng)
    return np.array([int(d.sentence_id) for d in drawn if d.position is not None], dtype=np.intp)


def _read_whole(found: Lesson) -> tuple[list[str], int]:
    """(Transcripts read to the end, how many were read in part)."""
    ids, counts = np.unique(found.data.groups, return_counts=True)
    codable: dict[str, int] = {}
    for s in found.sentences:
        codable[s.transcript_id] = codable.get(s.transcript_id, 0) + s.codable
    whole = [i for i, n in zip(ids.tolist(), counts, strict=True) if n >= WHOLE * codable[i]]
    return whole, len(ids) - len(whole)


def _left_out(study: Study, found: Lesson) -> list[str]:
    names = [
        leaf.label
        for leaf, modelled in zip(study.codebook.leaves, found.modelled, strict=True)
        if not modelled
    ]
    if not names:
        return []
    least = study.settings.train.min_positives
    return [f"{_listed(names)}: fewer than {least} coded sentences, never modelled"]


def _of_coders(study: Study, found: Lesson) -> list[str]:
    """What coders' agreement sets as a limit."""
    out = human_agreement(
        study.independent_codes(found.sentences), found.sentences, study.codebook,
        rng=np.random.default_rng(study.settings.train.seed), draws=DRAWS,
        floor=study.settings.train.floor,
    )  # fmt: skip
    f1 = out.macro_f1
    said = (
        f"between your coders macro-F1 is {f1}"
        if isinstance(f1, Estimate) and out.pairs
        else "how far your coders agree is not known"
    )
    return [f"coders' agreement limits every score here; {said}"]


def _unit(vectors: Floats) -> Floats:
    """Centred, and of length 1, as :mod:`precode.steps.loop.ranking` has them."""
    centred = vectors - vectors.mean(0)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(length, 1e-9), dtype=np.float32)


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
