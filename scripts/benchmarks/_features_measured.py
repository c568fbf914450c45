"""Features by any recipe: which layers, how heavy the words, how much of the talk before.

Built as ``precode.model.features`` builds them, but for choices that precode does not offer;
``features.py`` checks that the two agree where it does.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import dropwhile, takewhile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from _active_sets import Coded, by_group, unit
from _quality_sets import SETS
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction.text import CountVectorizer

sys.path.insert(0, str(Path(__file__).parents[1] / "builders"))
from invented import corpus, families, passages_of, targets

from precode.codebook import read_codebook
from precode.model.bundle_files import load
from precode.model.encoder import encoder_key, load_encoder
from precode.model.features import MIN_DF, tokens, vocabulary
from precode.model.passages import Passage
from precode.model.preset import PRESET
from precode.model.solver import Design
from precode.model.weights import find_weights
from precode.resources import codebooks, starters
from precode.steps.learnt.embedding import embedding_of

Floats = npt.NDArray[np.floating]
Rows = npt.NDArray[np.intp]

WORDS = TALK = 0.7  # training chooses them anew; the rest of a recipe is compared at these
SHAPE = np.float32(0.1)  # weight of length and punctuation


@dataclass(frozen=True)
class Recipe:
    """What features are made of. ``talk`` names blocks of what was said before, each pooled over
    ``context_layer`` and weighted ``context``: "question" (the last turn by somebody else, as far as the preset's window reaches),
    "window" (the last ``window`` sentences by anybody, each ``decay`` times as heavy as the next),
    "mine" (those of them that the same speaker said), "last" (the nearest of these).
    """

    layers: tuple[int, ...]
    layer_weights: tuple[float, ...]
    window: int
    decay: float
    lexical: float
    context: float
    talk: tuple[str, ...] = ("window",)
    context_layer: int = 0  # 0: the first of ``layers``
    reading: float = 0.0  # weight of the shipped starter's own reading of the sentence in its talk

    @property
    def heard_layer(self) -> int:
        return self.context_layer or self.layers[0]


def recorded() -> Recipe:
    """The preset's choice, with words and talk as heavy as all else is compared at."""
    return Recipe(PRESET.layers, PRESET.layer_weights, PRESET.window, PRESET.decay, WORDS, TALK)


@dataclass(frozen=True)
class Encoded:
    """Vectors of texts: ``vectors (t, layers, width)``, a row for each text of ``place``."""

    vectors: Floats
    place: dict[str, int]

    def of(self, texts: Sequence[str], layer: int) -> Floats:
        """``(n, width)``; layer 1 is the first."""
        return np.asarray(self.vectors[[self.place[t] for t in texts], layer - 1])


class Block(NamedTuple):
    """One block of columns: "own" (the sentence itself), "reading", or one of the recipe's ``talk``."""

    what: str
    layer: int
    window: int = 0
    decay: float = 1.0


@dataclass(frozen=True)
class Sample:
    """A coded set cut by whole groups, and what its features are made of."""

    coded: Coded
    encoded: Encoded
    read: Callable[[Sequence[Passage]], Floats]
    _blocks: dict[Block, Floats] = field(default_factory=dict)

    def design(self, recipe: Recipe, learn: Rows) -> Design:
        """The features of every row; means and document frequencies are those of ``learn``."""
        parts = [
            self._unit(Block("own", layer), learn) * np.float32(w)
            for layer, w in zip(recipe.layers, recipe.layer_weights, strict=True)
            if w
        ]
        if recipe.context:
            parts += [
                self._unit(Block(what, recipe.heard_layer, recipe.window, recipe.decay), learn)
                * np.float32(recipe.context)
                for what in recipe.talk
            ]
        if recipe.reading:
            parts.append(self._unit(Block("reading", 0), learn) * np.float32(recipe.reading))
        dense = np.hstack([*parts, SHAPE * self._shape])
        return Design(dense, self._words(learn) * np.float32(recipe.lexical))

    def _unit(self, name: Block, learn: Rows) -> Floats:
        """A block centred by the rows that have one, rows of length 1; no talk before stays 0."""
        if name not in self._blocks:
            self._blocks[name] = self._block(name)
        block = self._blocks[name]
        heard = np.abs(block).sum(1) > 0
        mean = (
            block[learn][heard[learn]].mean(0) if heard[learn].any() else np.zeros(block.shape[1])
        )
        return unit(np.where(heard[:, None], block - mean, 0))

    def _block(self, name: Block) -> Floats:
        what, layer, window, decay = name
        if what == "reading":
            return self.read(self.coded.passages)
        if what == "own":
            return self.encoded.of([p.text for p in self.coded.passages], layer)
        out = np.zeros((len(self.coded.passages), self.encoded.vectors.shape[2]), dtype=np.float32)
        for i, p in enumerate(self.coded.passages):
            texts = _heard(p, what, window)
            if texts:
                weights = (1.0 if what == "question" else decay) ** np.arange(len(texts))
                out[i] = weights @ self.encoded.of(texts, layer) / weights.sum()
        return out

    def _words(self, learn: Rows) -> csr_matrix:
        tf = self._tf
        df = np.asarray((tf[learn] > 0).sum(0)).ravel()
        idf = np.where(df >= MIN_DF, np.log((1 + len(learn)) / (1 + df)) + 1, 0.0)
        words = csr_matrix(tf @ diags(idf))
        length = np.sqrt(np.asarray(words.multiply(words).sum(1)).ravel())
        return csr_matrix(diags(1 / np.maximum(length, 1e-9)) @ words, dtype=np.float32)

    @cached_property
    def _tf(self) -> csr_matrix:
        texts = [p.text for p in self.coded.passages]
        places = {t: i for i, t in enumerate(vocabulary(texts))}
        tf = csr_matrix(CountVectorizer(analyzer=tokens, vocabulary=places).transform(texts))
        return csr_matrix((1 + np.log(tf.data), tf.indices, tf.indptr), shape=tf.shape)

    @cached_property
    def _shape(self) -> Floats:
        texts = [p.text for p in self.coded.passages]
        words = np.array([len(t.split()) for t in texts])
        asks = np.array(["?" in t for t in texts])
        return np.column_stack([np.log1p(words) - 2.5, asks - 0.1, (words < 4) - 0.2]).astype(
            np.float32
        )


def _heard(passage: Passage, what: str, window: int) -> tuple[str, ...]:
    if what == "question":
        theirs = dropwhile(lambda said: said[1], zip(passage.window, passage.mine, strict=True))
        return tuple(text for text, _ in takewhile(lambda said: not said[1], theirs))[::-1]
    near = passage.window[:window]
    if what == "window":
        return near
    mine = tuple(t for t, own in zip(near, passage.mine, strict=False) if own)
    return mine[:1] if what == "last" else mine


def conversations() -> Coded:
    """The invented conversations that the starter learned from; their groups are families of target
    behaviours.
    """
    rows = [r for r in corpus() if "conversation" in r]
    y, _ = targets(rows, read_codebook(codebooks()["comb"]).leaf_ids)
    groups = families(rows)
    return Coded(
        "invented", passages_of(rows), y, "many", groups, np.ones(y.shape[1], dtype=bool),
        lambda seed: by_group(groups, seed),
    )  # fmt: skip


def samples(
    name: str, *, rows: int, seed: int, scratch: Path, all_vectors: bool = True
) -> tuple[Sample, Sample]:
    """The set ``name`` cut to about ``rows`` by whole groups, and what that cut leaves over. TREC
    without its test questions. Vectors of every layer are kept in ``scratch``, those of the whole
    set with ``all_vectors``, so that another cut finds them.
    """
    whole = (SETS | {"corpus": conversations})[name]()
    pool = whole.split(0)[0] if name == "trec" else np.arange(len(whole.y))
    names, of = np.unique(whole.groups[pool], return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    upto = np.searchsorted(np.cumsum(np.bincount(of)[order]), rows) + 1
    cut = np.isin(of, order[:upto])
    chosen, left = _part(whole, pool[cut]), _part(whole, pool[~cut])
    encoded = _encode((whole if all_vectors else chosen).passages, scratch)

    def read(passages: Sequence[Passage]) -> Floats:
        starter = load(starters()["comb-starter"])
        with embedding_of(starter, cache=scratch, progress=lambda *_: None) as embed:
            return starter.reader(embed)(passages)

    return Sample(chosen, encoded, read), Sample(left, encoded, read)


def _part(whole: Coded, rows: Rows) -> Coded:
    return replace(
        whole,
        passages=[whole.passages[i] for i in rows],
        y=whole.y[rows],
        groups=whole.groups[rows],
    )


def _encode(passages: Sequence[Passage], scratch: Path) -> Encoded:
    texts = sorted({t for p in passages for t in (p.text, *p.window)})
    weights = find_weights("minilm")
    layers = tuple(range(1, weights.layers + 1))
    told = hashlib.sha256("\0".join([encoder_key(weights, layers, "f32"), *texts]).encode())
    file = scratch / f"vectors-{told.hexdigest()[:16]}.npy"
    if not file.is_file():
        encoder = load_encoder("minilm", layers, cache=scratch)
        np.save(file, encoder.encode(texts))
    vectors = np.load(file).reshape(len(texts), len(layers), weights.width)
    return Encoded(vectors, {t: i for i, t in enumerate(texts)})
