"""Features: pooled layers of the sentence and of what was said before, words, and length; and where a
shipped model is at hand, what it says and how its own encoder reads the sentence in its talk.

Raw features are measured once for all sentences. What depends on the training sentences (means,
inverse document frequencies) is a :class:`Scaling`, fitted anew inside every fold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix, diags

from precode.model.passages import Passage
from precode.model.preset import PRESET
from precode.model.solver import Design, inner_products

Floats = npt.NDArray[np.floating]
Embed = Callable[[Sequence[str]], Floats]

SHAPE = 3  # columns of length and punctuation
LAYERS = PRESET.layers
BLOCKS = ("early", "late", "window")
READING = "reading"  # the shipped model's block, which not every study has
PRIOR = 0.2  # of a shipped model's log-odds as columns: the heavier, the freer to leave them
MIN_DF = 2  # a word that one sentence has teaches nothing, and may be a name
TOKEN = re.compile(r"\b\w+(?:['’]\w+)?\b|[?!]")


@dataclass(frozen=True, slots=True)
class Spec:
    """What validation chooses: weights of the blocks, the head's inverse penalty ``c``, how much of a
    shipped model's score a code starts from (``prior``; with 0 nothing of that model is looked at),
    and how much of what tells its domain from the rest (``domain``).
    """

    lexical: float = 0.7
    context: float = 0.7
    c: float = 1.0
    prior: float = 1.0
    domain: float = 0.0


@dataclass(frozen=True, slots=True)
class Prior:
    """What a shipped model says of n sentences: ``codes (n, m)`` log-odds of its own m codes, ``lean
    (n, k, 2)`` log-odds of barrier and facilitator for the k codes that are learned, ``cuts (m,)``
    from which log-odds on it gives a code, and ``reading (n, h)`` the vectors of its adapted encoder
    (h is 0 if it has none).
    """

    codes: Floats
    lean: Floats
    cuts: Floats
    reading: Floats

    def take(self, rows: npt.NDArray[np.intp]) -> Prior:
        """Of the sentences with these positions."""
        return Prior(self.codes[rows], self.lean[rows], self.cuts, self.reading[rows])


@dataclass(frozen=True, slots=True)
class Raw:
    """Features before anything is learned: ``blocks[b] (n, width)``, 0 where there is no context,
    ``tf (n, v)`` sublinear term frequencies, ``shape (n, 3)`` of length and punctuation; ``prior``
    where a shipped model knows some of the codes.
    """

    blocks: dict[str, Floats]
    tf: csr_matrix
    shape: Floats
    prior: Prior | None = None

    def __len__(self) -> int:
        return int(self.shape.shape[0])

    def take(self, rows: npt.NDArray[np.intp]) -> Raw:
        """The rows with these positions."""
        return Raw(
            {name: block[rows] for name, block in self.blocks.items()},
            self.tf[rows],
            self.shape[rows],
            None if self.prior is None else self.prior.take(rows),
        )


def tokens(text: str) -> list[str]:
    """Words and pairs of words, lower case; "?" and "!" count, "don't" is one word."""
    words = TOKEN.findall(text.lower().replace("’", "'"))
    return [*words, *(f"{a} {b}" for a, b in pairwise(words))]


def vocabulary(texts: Sequence[str], *, min_df: int = MIN_DF) -> tuple[str, ...]:
    """Terms of at least ``min_df`` texts, sorted."""
    from sklearn.feature_extraction.text import CountVectorizer

    if not any(tokens(t) for t in texts):
        return ()
    counter = CountVectorizer(analyzer=tokens, binary=True)
    seen = counter.fit_transform(texts)
    names = counter.get_feature_names_out()
    return tuple(names[np.asarray(seen.sum(0)).ravel() >= min_df])


def measure(passages: Sequence[Passage], terms: Sequence[str], embed: Embed) -> Raw:
    """Raw features of ``passages`` over the vocabulary ``terms``. Every text is embedded once."""
    from sklearn.feature_extraction.text import CountVectorizer

    texts = [p.text for p in passages]
    everything = sorted({t for p in passages for t in (p.text, *p.window)})
    place = {t: i for i, t in enumerate(everything)}
    vectors = np.asarray(embed(everything), dtype=np.float32)
    width = vectors.shape[1] // len(LAYERS)
    own = vectors[[place[t] for t in texts]]
    early = vectors[:, :width]
    blocks = {
        "early": own[:, :width],
        "late": own[:, width:],
        "window": _pooled([p.window for p in passages], place, early, decay=PRESET.decay),
    }
    if terms:
        counter = CountVectorizer(analyzer=tokens, vocabulary={t: i for i, t in enumerate(terms)})
        tf = csr_matrix(counter.transform(texts), dtype=np.float32)
        tf.data = 1 + np.log(tf.data)
    else:
        tf = csr_matrix((len(texts), 0), dtype=np.float32)
    return Raw(blocks, tf, _shape(texts))


def _pooled(
    groups: Sequence[Sequence[str]], place: dict[str, int], vectors: Floats, *, decay: float
) -> Floats:
    """``(n, width)``: weighted means of the groups' rows, 0 for an empty group."""
    rows = [i for i, g in enumerate(groups) for _ in g]
    columns = [place[t] for g in groups for t in g]
    weights = [
        decay**k / sum(decay**j for j in range(len(g))) for g in groups for k in range(len(g))
    ]
    mix = csr_matrix(
        (weights, (rows, columns)), shape=(len(groups), len(vectors)), dtype=np.float32
    )
    return np.asarray(mix @ vectors)


def _shape(texts: Sequence[str]) -> Floats:
    """``(n, 3)``: log number of words, a question mark, fewer than four words."""
    words = np.array([len(t.split()) for t in texts])
    asks = np.array(["?" in t for t in texts])
    return np.column_stack([np.log1p(words) - 2.5, asks - 0.1, (words < 4) - 0.2]).astype(
        np.float32
    )


@dataclass(frozen=True, slots=True)
class Scaling:
    """What features learn from the training sentences. ``idf`` is 0 for terms they lack."""

    spec: Spec
    means: dict[str, Floats]
    idf: Floats

    def apply(self, raw: Raw) -> Design:
        """The features of ``raw``, ready for a head."""
        return weigh(self.unit(raw), self.spec)

    def unit(self, raw: Raw) -> Raw:
        """Blocks centred, words as TF-IDF, every row brought to length 1; ``spec`` has no say."""
        blocks = {name: _unit(raw.blocks[name], self.means[name]) for name in BLOCKS}
        prior = raw.prior
        if prior is not None and READING in self.means:
            prior = replace(prior, reading=_unit(prior.reading, self.means[READING]))
        words = csr_matrix(raw.tf @ diags(self.idf))
        length = np.sqrt(np.asarray(words.multiply(words).sum(1)).ravel())
        words = csr_matrix(diags(1 / np.maximum(length, 1e-9)) @ words, dtype=np.float32)
        return Raw(blocks, words, raw.shape, prior)


def _unit(block: Floats, mean: Floats) -> Floats:
    """``block (n, width)`` about ``mean``, every row of length 1; where nothing was heard it stays 0."""
    heard = np.abs(block).sum(1, keepdims=True) > 0
    centred = np.where(heard, block - mean, 0)
    length = np.linalg.norm(centred, axis=1, keepdims=True)
    return np.asarray(centred / np.maximum(length, 1e-9))


def weights(spec: Spec) -> dict[str, float]:
    """Of each block, in the order of the columns; those of no weight left out."""
    own = dict(zip(("early", "late"), PRESET.layer_weights, strict=True))
    every = {**own, "window": spec.context}
    return {name: w for name, w in every.items() if w}


def weigh(unit: Raw, spec: Spec) -> Design:
    """The rows of ``unit``, its blocks as heavy as ``spec`` says, side by side."""
    parts = [unit.blocks[name] * np.float32(w) for name, w in weights(spec).items()]
    parts.append(np.float32(0.1) * unit.shape)
    if unit.prior is not None and spec.prior:
        parts += _of_prior(unit.prior)
    dense = np.hstack(parts)
    return Design(dense, unit.tf * np.float32(spec.lexical))


def _of_prior(prior: Prior) -> list[Floats]:
    """Its columns: how it reads the sentences, and what it says of them."""
    return [
        np.float32(PRESET.reading) * prior.reading.astype(np.float32),
        np.float32(PRIOR) * prior.codes.astype(np.float32),
    ]


class Products:
    """Inner products of the sentences of ``unit``, of what is weighed alike: those by a :class:`Spec`
    are sums of them, so that comparing settings takes little more than one.
    """

    def __init__(self, unit: Raw) -> None:
        self._unit = unit
        self._kept: dict[str, Floats] = {}
        self._last: tuple[dict[str, float], Floats] | None = None

    def of(self, spec: Spec) -> Floats:
        """``(n, n)``, as the ``gram`` of :func:`weigh` is."""
        weights = {"plain": 1.0, "window": spec.context, "words": spec.lexical}
        weights["prior"] = float(self._unit.prior is not None and spec.prior > 0)
        if self._last is None or self._last[0] != weights:
            out = np.zeros((len(self._unit), len(self._unit)), dtype=np.float32)
            for part, weight in weights.items():
                if weight:
                    out += np.float32(weight**2) * self._part(part)
            self._last = weights, out
        return self._last[1]

    def _part(self, part: str) -> Floats:
        if part not in self._kept:
            self._kept[part] = inner_products(self._columns(part))
        return self._kept[part]

    def _columns(self, part: str) -> Floats | csr_matrix:
        unit = self._unit
        if part == "words":
            return unit.tf
        if part == "prior" and unit.prior is not None:
            return np.hstack(_of_prior(unit.prior))
        if part == "window":
            return unit.blocks[part]
        return weigh(unit, Spec(context=0, prior=0)).dense


def fit_scaling(raw: Raw, rows: npt.NDArray[np.intp], spec: Spec) -> Scaling:
    """Means and smoothed inverse document frequencies (as scikit-learn's) over ``rows``."""
    blocks = {name: raw.blocks[name] for name in BLOCKS}
    if raw.prior is not None:
        blocks[READING] = raw.prior.reading
    means = {}
    for name, every in blocks.items():
        block = every[rows]
        heard = np.abs(block).sum(1) > 0
        means[name] = block[heard].mean(0) if heard.any() else np.zeros(block.shape[1])
    df = np.asarray((raw.tf[rows] > 0).sum(0)).ravel()
    idf = np.where(df >= MIN_DF, np.log((1 + len(rows)) / (1 + df)) + 1, 0.0)
    return Scaling(
        spec, {k: v.astype(np.float32) for k, v in means.items()}, idf.astype(np.float32)
    )
