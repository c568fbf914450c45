"""Small invented training data for the model's tests: arrays and passages, no encoder."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from precode.codebook import Code, Codebook
from precode.model.bundle import Bundle
from precode.model.features import LAYERS, measure, vocabulary
from precode.model.heads import Choice
from precode.model.passages import Passage
from precode.model.train import fit_bundle
from precode.model.training import Training
from precode.model.validate import cross_validate

Floats = npt.NDArray[np.floating]
WIDTH = 8
WORDS = [
    "we",
    "did",
    "not",
    "have",
    "any",
    "time",
    "at",
    "all",
    "but",
    "my",
    "nurse",
    "knows",
    "how",
]


def embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """``(n, 2 · WIDTH)``: directions that hang on nothing but the text."""
    rows = [
        np.random.default_rng(int.from_bytes(hashlib.sha256(t.encode()).digest()[:8]))
        .standard_normal(len(LAYERS) * WIDTH)
        .astype(np.float32)
        for t in texts
    ]
    return np.array(rows, dtype=np.float32).reshape(len(texts), len(LAYERS) * WIDTH)


def book(k: int, choice: Choice = "many", *, polarity: bool = True) -> Codebook:
    """``k`` codes c0, c1, …"""
    codes = tuple(
        Code(id=f"c{j}", label=f"Code {j}", definition="Made up.", polarity=polarity)
        for j in range(k)
    )
    return Codebook(name="made up", version="1", choice=choice, code=codes)


def passages(rng: np.random.Generator, y: Floats, *, telling: float = 0.8) -> list[Passage]:
    """One passage a row; with probability ``telling`` a word names each code of the row."""
    texts = []
    for i, row in enumerate(y):
        words = rng.choice(WORDS, rng.integers(2, 9)).tolist()
        words += [f"about{j}" for j in np.flatnonzero(row >= 0.5) if rng.random() < telling]
        texts.append(" ".join([*words, f"no{i % 7}"]))
    return [Passage(f"s{i}", text, tuple(texts[max(0, i - 3) : i])) for i, text in enumerate(texts)]


def training(
    rng: np.random.Generator,
    *,
    n: int = 120,
    k: int = 3,
    transcripts: int = 6,
    choice: Choice = "many",
    rate: float = 0.25,
    polarities: bool = True,
) -> tuple[Training, tuple[str, ...], list[Passage]]:
    """Learnable codes in ``transcripts`` of about equal length."""
    if choice == "one":
        y = (np.arange(k) == rng.integers(0, k, n)[:, None]).astype(float)
    else:
        y = (rng.random((n, k)) < rate).astype(float)
    talk = passages(rng, y)
    terms = vocabulary([p.text for p in talk])
    polarity = np.full((n, k, 2), np.nan)
    if polarities:
        barrier = rng.random((n, k)) < 0.5
        polarity[y > 0] = np.stack([barrier, ~barrier], axis=2)[y > 0]
    groups = np.array([f"t{i * transcripts // n:02}" for i in range(n)])
    gold = np.ones(n, dtype=bool)
    return Training(measure(talk, terms, embed), y, polarity, groups, gold, choice), terms, talk


def bundle(
    rng: np.random.Generator,
    *,
    n: int = 60,
    k: int = 3,
    transcripts: int = 4,
    choice: Choice = "many",
    polarities: bool = True,
) -> Bundle:
    """A model trained on :func:`training`; the last of several codes is not modelled."""
    data, terms, _ = training(
        rng, n=n, k=k, transcripts=transcripts, choice=choice, polarities=polarities
    )
    return fit_bundle(
        data,
        cross_validate(data, folds=transcripts, seed=1),
        codebook=book(k, choice),
        terms=terms,
        encoder_model="made up",
        encoder_key="made-up-4.6-f32",
        modelled=np.arange(k) < max(k - 1, 2 if choice == "one" else 1),
        about={"name": "made up", "sentences": n},
    )
