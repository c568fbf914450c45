"""The three public sets that quality is measured on: who is held out, and what is learned from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from _active_sets import Coded, annomi, nhs, trec

from precode.model.bundle_files import load
from precode.model.features import measure, vocabulary
from precode.model.folds import assign
from precode.model.training import Training
from precode.resources import starters
from precode.steps.learnt.embedding import embedding, embedding_of

Rows = npt.NDArray[np.intp]

FOLDS, SEED, STARTER = 5, 1, "comb-starter"
SETS = {"annomi": annomi, "trec": trec, "nhs": nhs}


@dataclass(frozen=True)
class Task:
    """One figure to be measured: ``learn`` and ``held`` rows of a set. ``size``: examples a class,
    0 for all; ``number`` the fold or the seed.
    """

    name: str
    size: int
    number: int
    learn: Rows
    held: Rows

    @property
    def id(self) -> str:
        return f"{self.name}-{self.size or 'full'}-{self.number}"


def task_set(name: str) -> Coded:
    return SETS[name]()


def tasks(coded: Coded, name: str, *, sizes: tuple[int, ...], numbers: int) -> Iterator[Task]:
    """Of each size, ``numbers`` tasks. AnnoMI and NHS: a fold of whole transcripts or respondents
    held out; TREC: the official test questions, and as many draws of what is learned from.
    """
    fixed = name == "trec"
    fold = assign(coded.y, coded.groups, folds=FOLDS, seed=SEED) if not fixed else None
    for size in sizes:
        for number in range(1 if fixed and not size else numbers):
            if fold is None:
                pool, held = coded.split(0)
            else:
                pool, held = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
            learn = pool
            if size:
                rng = np.random.default_rng([SEED, size, number])
                label = coded.y[pool].argmax(1)
                each = [rng.permutation(pool[label == j])[:size] for j in range(coded.y.shape[1])]
                learn = np.sort(np.concatenate(each))
            yield Task(name, size, number, learn, held)


def training(
    coded: Coded, cache: Path, encoder: str = "minilm", starting: str = STARTER
) -> Training:
    """The whole set with precode's features over ``encoder``, the reading of the shipped starter
    ``starting`` among them, as a study has them whose codes the starter does not know; ``cache`` a folder for embeddings.
    """
    terms = vocabulary([p.text for p in coded.passages])
    with embedding(encoder, "f32", cache=cache, progress=lambda *_: None) as embed:
        raw = measure(coded.passages, terms, embed)
    starter, like = load(starters()[starting]), np.full(coded.y.shape[1], -1, dtype=np.intp)
    with embedding_of(starter, cache=cache, progress=lambda *_: None) as embed:
        raw = replace(raw, prior=starter.as_prior(coded.passages, embed, like))
    known = np.full((*coded.y.shape, 2), np.nan)
    every = np.ones(len(coded.y), dtype=bool)
    return Training(raw, coded.y, known, coded.groups, every, coded.choice, like=like)
