"""Which sentences to ask a coder about next, with what the machine would say of each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from precode.active.pool import Pool, Read
from precode.active.queue import Mix, QueueItem, choose
from precode.codings.targets import targets
from precode.domain import Polarity, Reason, Sentence
from precode.model.bundle import Bundle
from precode.model.features import LAYERS, Embed
from precode.model.passages import Passage, passages
from precode.model.predictions import Predictions
from precode.review.values import Suggested, Suggestion
from precode.steps.loop.pools import skips, unread
from precode.steps.opening import Study

Floats = npt.NDArray[np.floating]

AHEAD = 120  # sentences ranked at once: a coder decides fewer until the machine has learned again
LARGEST = 20_000  # sentences ranked among; of more, as many are drawn at random each time


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence to ask about: why, what the machine would say, and what speaks for that.

    ``nearest`` is the code it came closest to, where it gives none ("" without a model).
    """

    sentence_id: str
    reason: str
    why: str
    suggestion: Suggestion | None = None
    evidence: tuple[str, ...] = ()
    nearest: str = ""

    @staticmethod
    def from_json(found: Mapping[str, Any]) -> Ranked:
        """Read back. Raises KeyError, TypeError or ValueError for anything else."""
        told = found["suggestion"]
        suggestion = None
        if told is not None:
            codes = tuple(
                Suggested(str(c["code"]), Polarity(c["polarity"]), float(c["confidence"]))
                for c in told["codes"]
            )
            suggestion = Suggestion(codes, str(told["evidence"]), str(told["model"]))
        return Ranked(
            str(found["sentence_id"]),
            Reason(str(found["reason"])),
            str(found["why"]),
            suggestion,
            tuple(map(str, found["evidence"])),
        )


@dataclass(frozen=True, slots=True)
class Ground:
    """The sentences a ranking is about: those that may be asked, and those read."""

    sentences: Sequence[Sentence]
    passages: Mapping[str, Passage]
    ask: tuple[str, ...]


def ground(
    study: Study,
    sentences: Sequence[Sentence],
    *,
    taken: Collection[str],
    within: Collection[str] = (),
    rng: np.random.Generator,
) -> Ground:
    """Codable sentences outside ``taken`` (of the transcripts ``within``, if any are named), and
    the passages of all. Of more than :data:`LARGEST` as many are drawn.
    """
    every = passages(sentences, study.store.turns(), behaviour=study.settings.study.behaviour)
    ask = unread(sentences, taken, within)
    if len(ask) > LARGEST:
        ask = [ask[i] for i in np.sort(rng.choice(len(ask), LARGEST, replace=False))]
    return Ground(sentences, {p.id: p for p in every}, tuple(ask))


def rank(
    study: Study,
    on: Ground,
    bundle: Bundle | None,
    embed: Embed,
    *,
    coder: str,
    apart: Collection[str] = (),
    n: int = AHEAD,
    rng: np.random.Generator,
) -> tuple[list[QueueItem], Predictions | None]:
    """The next ``n`` sentences, most worth asking first, and what ``bundle`` says of the pool.
    Sentences ``apart`` (the audit sample) do not count as read.
    """
    found = None
    asked = [on.passages[i] for i in on.ask]
    if bundle is not None and asked:
        found = bundle.predict(asked, embed, accept=study.settings.predict.accept)
    human = study.human_codes(tuple(on.sentences))
    rows = targets(human, on.sentences, study.codebook)
    read = [i for i, s in enumerate(rows.sentence_ids) if s in on.passages and s not in apart]
    vectors = _vectors([p.text for p in asked], embed)
    centre = vectors.mean(0) if len(vectors) else 0.0
    pool = Pool(
        on.ask,
        _unit(vectors - centre),
        None if found is None else np.asarray(found.p, dtype=np.float64),
        None if found is None or found.margin is None else np.asarray(found.margin),
        None if found is None else np.asarray(found.polarity_p),
        study.codebook.choice,
    )
    seen = _vectors([on.passages[rows.sentence_ids[i]].text for i in read], embed)
    if not len(seen):
        seen = np.zeros((0, vectors.shape[1]), np.float32)
    queue = choose(
        pool,
        Read(_unit(seen - centre), np.nan_to_num(rows.y[read])),
        n=n,
        mix=_mix(study),
        names=[leaf.label for leaf in study.codebook.leaves],
        skipped=skips(study.store.events(), coder),
        rng=rng,
    )
    return list(queue), found


def _mix(study: Study) -> Mix:
    r = study.settings.review
    return Mix(r.cold_start, r.random_share, r.rare_share, r.rare_below, r.duplicate)


def _vectors(texts: Sequence[str], embed: Embed) -> Floats:
    """The first of the pooled layers: distances between sentences are taken in it."""
    if not texts:
        return np.zeros((0, 1), np.float32)
    every = np.asarray(embed(texts), dtype=np.float32)
    return every[:, : every.shape[1] // len(LAYERS)]


def _unit(vectors: Floats) -> Floats:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9), dtype=np.float32)


def with_suggestions(queue: Sequence[QueueItem], found: Predictions | None) -> list[Ranked]:
    """``queue`` with what ``found`` says of each sentence."""
    if found is None:
        return [Ranked(q.sentence_id, q.reason, q.why) for q in queue]
    row_of = {i: row for row, i in enumerate(found.sentence_ids)}
    known = np.nan_to_num(found.p, nan=-1.0)
    out = []
    for q in queue:
        row = row_of[q.sentence_id]
        codes = tuple(
            Suggested(code, Polarity(str(found.polarity[row, j])), round(float(found.p[row, j]), 4))
            for j, code in enumerate(found.codes)
            if found.decision[row, j]
        )
        out.append(
            Ranked(
                q.sentence_id,
                q.reason,
                q.why,
                Suggestion(codes, model=found.bundle_id),
                nearest=found.codes[int(known[row].argmax())],
            )
        )
    return out
