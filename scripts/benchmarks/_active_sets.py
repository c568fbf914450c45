"""Coded sets that learning curves are measured on, and the features that machines learn from there.

All are read from ``../shared/data``; none of it is shipped.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
from annomi import CLASSES, majority, utterances
from scipy.sparse import csr_matrix

from precode.model.features import Raw, Spec, fit_scaling, measure, vocabulary
from precode.model.passages import WINDOW, Passage
from precode.model.solver import Design
from precode.steps.learnt.embedding import embedding

Floats = npt.NDArray[np.floating]
Rows = npt.NDArray[np.intp]
Features = Callable[[Raw, Rows], Design]

# AnnoMI's sessions are about one or another
BEHAVIOUR = "changing one's own behaviour, such as drinking or smoking less"

DATA = Path(__file__).parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Coded:
    """A coded set: its passages and codes, and how a seed splits it into pool and test."""

    name: str
    passages: Sequence[Passage]
    y: Floats
    choice: Literal["many", "one"]
    groups: npt.NDArray[np.str_]
    counted: npt.NDArray[np.bool_]
    split: Callable[[int], tuple[Rows, Rows]]


def by_group(groups: npt.NDArray[np.str_], seed: int) -> tuple[Rows, Rows]:
    """A fifth of the groups held out."""
    names = np.unique(groups)
    held = np.random.default_rng(seed).permutation(names)[: len(names) // 5]
    test = np.isin(groups, held)
    return np.flatnonzero(~test), np.flatnonzero(test)


def trec() -> Coded:
    def read(name: str) -> list[tuple[str, str]]:
        lines = (DATA / "textclf" / name).read_text(encoding="latin-1").splitlines()
        return [(line[0], line[2:]) for line in lines if line]

    pool, test = read("TREC.train.all"), read("TREC.test.all")
    every = pool + test
    return Coded(
        "TREC",
        [Passage(str(i), text) for i, (_, text) in enumerate(every)],
        np.eye(6)[[int(label) for label, _ in every]],
        "one",
        np.array([str(i) for i in range(len(every))]),
        np.ones(6, dtype=bool),
        lambda _: (np.arange(len(pool)), np.arange(len(pool), len(every))),
    )


def annomi() -> Coded:
    passages, labels, groups = [], [], []
    for transcript, talk in utterances().items():
        for i, u in enumerate(talk):
            if u["who"] != "client":
                continue
            window = tuple(v["text"] for v in reversed(talk[max(0, i - WINDOW) : i]))
            mine = tuple(v["who"] == "client" for v in reversed(talk[max(0, i - WINDOW) : i]))
            passages.append(Passage(f"{transcript}-{i}", u["text"], window, BEHAVIOUR, mine))
            labels.append(CLASSES.index(majority(u["labels"])))
            groups.append(f"{transcript:03}")
    names = np.array(groups)
    return Coded(
        "AnnoMI", passages, np.eye(3)[labels], "one", names, np.ones(3, dtype=bool),
        lambda seed: by_group(names, seed),
    )  # fmt: skip


def nhs() -> Coded:
    path = DATA / "nhs-fft" / "datasets__v6framework_230831.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    unusable = "Labelling not possible"
    themes = [c for c in columns[columns.index("Not assigned") :] if c != unusable]
    rows = [r for r in rows if not r[unusable].strip() and r["FFT answer"].strip()]
    y = np.array([[r[t].strip() == "1" for t in themes] for r in rows], dtype=np.float64)
    y = y[:, y.sum(0) >= 50]
    people = np.array([r["Respondent ID"] for r in rows])
    return Coded(
        "NHS",
        [Passage(str(i), r["FFT answer"]) for i, r in enumerate(rows)],
        y,
        "many",
        people,
        y.sum(0) <= 200,
        lambda seed: by_group(people, seed),
    )


def raw_of(coded: Coded) -> Raw:
    """The features of every passage, before anything is learned."""
    terms = vocabulary([p.text for p in coded.passages])
    with embedding("minilm", "f32", cache=None, progress=lambda *_: None) as embed:
        return measure(coded.passages, terms, embed)


def layer_4(raw: Raw, pool: Rows) -> Design:
    """The sentence's fourth layer, centred, rows of length 1; nothing else."""
    block = raw.blocks["early"]
    return Design(unit(block - block[pool].mean(0)), csr_matrix((len(raw), 0), dtype=np.float32))


def whole(raw: Raw, pool: Rows) -> Design:
    """Precode's features at their starting weights."""
    return fit_scaling(raw, pool, Spec()).apply(raw)


def unit(rows: Floats) -> Floats:
    long = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(long, 1e-9), dtype=np.float32)
