"""``agree --doubts``: what people coded that is worth a second look. A list, never a verdict."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from precode.agreement.shares import Sampling
from precode.codebook import Codebook
from precode.codings.consensus import independent, settled
from precode.codings.history import fold
from precode.domain import HumanCodes, Sentence
from precode.errors import UsageError
from precode.model.validate import cross_validate
from precode.steps.doubting.alike import Pair, pairs
from precode.steps.doubting.mistakes import Learned, Mistake, given, mistakes
from precode.steps.doubting.over_time import OverTime, over_time, own_times
from precode.steps.learnt.learning import Lesson, held_back, lesson
from precode.steps.opening import Progress, Study, open_study, silent
from precode.steps.together.rounds import apart

SHOWN = 50
VERDICT = (
    "a list to read again, not a verdict: the machine is often wrong where it is sure, and what "
    "stands beside a sentence may explain its code"
)


@dataclass(frozen=True, slots=True)
class Doubts:
    """``mistakes`` and ``pairs`` are the first of ``mistakes_found`` and ``pairs_found``;
    ``readings`` counts what was looked at, on ``sentences`` of ``transcripts``. ``labels`` are the
    codes', by id. ``notes`` are sentences for the reader.
    """

    readings: int
    sentences: int
    transcripts: int
    labels: dict[str, str]
    mistakes: tuple[Mistake, ...]
    mistakes_found: int
    over_time: OverTime
    pairs: tuple[Pair, ...]
    pairs_found: int
    notes: tuple[str, ...]


def doubts(
    path: Path,
    *,
    coders: Sequence[str] = (),
    codes: Sequence[str] = (),
    n: int = SHOWN,
    progress: Progress = silent,
) -> Doubts:
    """What to read again in the study at ``path``: of ``coders`` and ``codes`` (default: all), the
    first ``n`` of each list. Reads only.

    Neither the audit sample nor what is being coded apart is looked at. Raises
    :class:`TooLittleError` if no code has enough examples to learn from, :class:`UsageError` for a
    coder or a code that nobody knows.
    """
    with open_study(path, verb="agree", write=False) as study:
        wanted = _codes(study.codebook, codes)
        learned, based = learned_of(study, progress=progress)
        _known(learned.human, coders)
        names = {t.id: t.name for t in study.store.transcripts()}
        by_id = {s.id: s for s in learned.sentences}
        hidden = apart(study, learned.human) | held_back(study)
        readings = given(settled(learned.human))
        listed, found = (
            mistakes(based, readings, coders=coders, codes=wanted, n=n) if based else ((), 0)
        )
        alike = pairs(
            _ids(learned), learned.data.raw.blocks["late"], readings, by_id, names,
            coders=coders, codes=wanted, hidden=hidden,
        )  # fmt: skip
        seen = [r for r in readings if r[0] not in hidden and (not coders or r[1] in coders)]
        return Doubts(
            len(seen),
            len({s for s, _ in seen}),
            len({by_id[s].transcript_id for s, _ in seen}),
            {leaf.id: leaf.label for leaf in study.codebook.leaves},
            listed,
            found,
            _over_time(study, learned, based, coders, wanted),
            tuple(alike[:n]),
            len(alike),
            _notes(study, learned, based, hidden),
        )


def learned_of(study: Study, *, progress: Progress = silent) -> tuple[Lesson, Learned | None]:
    """What coders have coded, and what the machine says of each sentence that had not seen its
    transcript: by the very validation that ``train`` reports. None where nothing could be held out.
    """
    learned = lesson(study, progress=progress)
    settings = study.settings.train
    out = cross_validate(
        learned.data,
        folds=settings.folds,
        seed=settings.seed,
        progress=lambda done, total: progress("validating", done, total),
    )
    if out is None:
        return learned, None
    return learned, Learned(
        _ids(learned),
        learned.data,
        out,
        learned.modelled,
        study.codebook,
        {s.id: s for s in learned.sentences},
        {t.id: t.name for t in study.store.transcripts()},
        _before(learned.sentences),
        apart(study, learned.human) | held_back(study),
    )


def _ids(learned: Lesson) -> tuple[str, ...]:
    """The sentences that are the rows of ``learned.data``."""
    rows = learned.rows
    return tuple(s for s, known in zip(rows.sentence_ids, rows.known, strict=True) if known)


def _over_time(
    study: Study,
    learned: Lesson,
    based: Learned | None,
    coders: Sequence[str],
    codes: Collection[str],
) -> OverTime:
    events = study.store.events()
    unaided = [e for e in independent(events) if not e.assisted]
    blind = fold(unaided, learned.sentences, overlap=study.settings.codings.overlap)
    settings = study.settings.train
    found = over_time(
        based,
        blind,
        own_times(events, learned.sentences),
        learned.sentences,
        leaves=study.codebook.leaf_ids,
        codes=codes,
        hidden=apart(study, learned.human),
        sampling=Sampling(np.random.default_rng(settings.seed), settings.bootstrap, settings.floor),
    )
    if not coders:
        return found
    # all are corrected for, whoever is asked about
    return OverTime(
        tuple(r for r in found.codes if r.coder in coders),
        tuple(r for r in found.agreement if r.coder in coders),
        tuple(c for c in found.untimed if c in coders),
    )


def _before(sentences: Sequence[Sentence]) -> dict[str, str]:
    """Sentence id → the words just before it."""
    return {b.id: a.text for a, b in pairwise(sentences) if a.transcript_id == b.transcript_id}


def _codes(book: Codebook, codes: Sequence[str]) -> frozenset[str]:
    if unknown := [c for c in codes if c not in book.leaf_ids]:
        raise UsageError(
            f"the codebook has no code {', '.join(map(repr, unknown))}",
            mend=f"--code takes one of: {', '.join(book.leaf_ids)}",
        )
    return frozenset(codes)


def _known(human: HumanCodes, coders: Sequence[str]) -> None:
    known = sorted({coder for _, coder in human.read})
    if unknown := [c for c in coders if c not in known]:
        raise UsageError(
            f"nobody called {', '.join(map(repr, unknown))} has coded",
            mend=f"--coder takes one of: {', '.join(known)}",
        )


def _notes(
    study: Study, learned: Lesson, based: Learned | None, hidden: Collection[str]
) -> tuple[str, ...]:
    notes = [
        VERDICT,
        "what you change after reading this was changed with the machine's view known, and only "
        "where it differed: the scores that train reports will look better than they are; those of "
        "the audit sample will not, for none of it is listed",
    ]
    if based is None:
        notes.append("only one transcript is coded: the machine has seen it, and cannot doubt it")
    elif not based.out.calibration.fitted or not based.out.nested:
        notes.append("little is coded yet: the percentages only rank")
    few = [
        leaf.label for leaf, m in zip(study.codebook.leaves, learned.modelled, strict=True) if not m
    ]
    if few:
        notes.append(f"too few examples to doubt: {', '.join(few)}")
    away = len({s for s, _ in learned.human.read if s in hidden})
    if away:
        notes.append(f"{away:,} sentences of the audit sample, or being coded apart, are left out")
    return tuple(notes)
