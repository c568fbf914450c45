"""Why the model gives a code: the words that moved its score, and what people coded alike.

All in log-odds of the code head, before calibration. Its features are the sentence's embedding,
the talk before it, its length, words and pairs of words, what the shipped model says that it starts
from, and how that model's encoder reads sentence and talk. All enter as a sum, so each one's share is
exact, and so is each word's as a word. What a word does to the embedding is not: there the score is
taken once more with each word left out (occlusion; Zeiler & Fergus 2014, sec. 4.2), and the fall is
the word's; so too where an encoder adapted to the study has its say. Falls need not add up to a part,
since words say more together than alone. Of the shipped model no word is left out: that would be a
reading of the whole talk for each.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from precode.model.bundle import Bundle
from precode.model.features import SHAPE, Embed, measure, tokens, weigh, weights
from precode.model.leaving_out import leave_out, windows, words_of
from precode.model.nearest import OWN, Coded, Neighbour, nearest, place, without_words
from precode.model.passages import Passage

Floats = npt.NDArray[np.floating]

CONTEXT = ("window", "heard")


@dataclass(frozen=True, slots=True)
class Word:
    """One word at ``[start, end)`` of the sentence, or one "?" or "!".

    ``exact``: what it adds as a word, and half of what each pair that it is in adds. ``occluded``:
    by how much the embedding's part falls without it; 0 where that was not asked.
    """

    text: str
    start: int
    end: int
    exact: float
    occluded: float

    @property
    def total(self) -> float:
        return self.exact + self.occluded


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why ``code`` was ``given`` to ``text``, or not: a score above the threshold gives it, unless too few
    codes are expected of the sentence in all. In a one-of-k codebook the threshold is where it would
    overtake the best of the others. ``words`` are in the order of the sentence.

    ``parts`` sum to ``score``: "sentence" (its embedding), "window" (what was said before), "length",
    "words" (the sum of all ``Word.exact``), "starter" (the shipped model's word), "reading" (what the
    team's codes made of how its encoder reads the sentence in its talk), "adapted" (an adapted encoder's
    score of the sentence alone), "heard" (what it adds for having read what was said before) and "base"
    (what a sentence starts from). ``window``: how many words were left out at once, 0 if none were.
    Where the code is not ``modelled`` there are no words, the parts are 0, and only the neighbours speak.
    """

    code: str
    text: str
    modelled: bool
    given: bool
    score: float
    threshold: float
    words: tuple[Word, ...]
    parts: Mapping[str, float]
    window: int
    for_: tuple[Neighbour, ...]
    against: tuple[Neighbour, ...]
    least: float = 0.0

    @property
    def outvoted(self) -> bool:
        """Whether its score would give the code, but fewer than ``least`` are expected of the sentence."""
        return self.least > 0 and self.score > self.threshold and not self.given

    @property
    def context_share(self) -> float:
        """How much of what moved the score was said before the sentence: 0 to 1, whatever its sign. The
        shipped model reads sentence and talk as one: its parts count as the sentence's.
        """
        moved = {name: abs(value) for name, value in self.parts.items() if name != "base"}
        return sum(moved.get(name, 0.0) for name in CONTEXT) / max(sum(moved.values()), 1e-12)


class Explainer:
    """Explanations by one model. Made once: nothing is embedded until a sentence is asked for.

    ``embed`` is the encoder with its cache, which holds what ``explain`` is asked about already.
    ``variants`` reads sentences with a word left out; give the encoder without its cache, for
    nobody asks for such a sentence again (None: ``embed``).
    """

    def __init__(
        self,
        bundle: Bundle,
        coded: Coded,
        embed: Embed,
        *,
        variants: Embed | None = None,
        k: int = 3,
    ) -> None:
        if len(coded) and coded.y.shape[1] != len(bundle.codebook.leaves):
            raise ValueError("the coded sentences are of another codebook than the model")
        self._bundle, self._coded, self._k = bundle, coded, k
        self._embed, self._variants = embed, variants or embed
        self._scaling = without_words(bundle.scaling)
        self._slices = _slices(bundle)
        # a term's row among the weights: words stand behind all else
        self._first = bundle.codes.weights.shape[0] - len(bundle.terms)
        self._column = {term: self._first + i for i, term in enumerate(bundle.terms)}
        self._last: tuple[tuple[Passage, bool], _Seen] | None = None

    def explain(self, passage: Passage, code: str, *, occlude: bool = True) -> Explanation:
        """Why the model gives ``code`` to ``passage``, or does not.

        A sentence asked about for several codes in a row is read once. Raises ValueError for a
        code that the model's codebook does not hold.
        """
        b = self._bundle
        if code not in b.codebook.leaf_ids:
            raise ValueError(f"{code!r} is no code of the model: {', '.join(b.codebook.leaf_ids)}")
        j = b.codebook.leaf_ids.index(code)
        modelled = bool(b.modelled[j])
        seen = self._look(passage, occlude)
        scores = self._scores(seen)
        say = 1.0 if b.tuned is None else b.tuned.codes.frozen
        weight = b.codes.weights[:, j] * modelled * say  # one that is not modelled has no say
        parts = {name: float(seen.dense[at] @ weight[at]) for name, at in self._slices.items()}
        parts["words"] = sum(value * float(weight[c]) for c, value in seen.terms.items())
        parts["base"] = float(b.codes.intercept[j]) * modelled * say
        if b.tuned is not None:
            parts["adapted"] = float(seen.alone[j]) * modelled
            parts["heard"] = float(seen.adapted[j] - seen.alone[j]) * modelled
        for_, against = nearest(
            seen.vector, self._coded, j, k=self._k, sentence_id=passage.id, text=passage.text
        )
        return Explanation(
            code,
            passage.text,
            modelled,
            bool(b.given(scores[None])[0, j]),
            sum(parts.values()),
            self._threshold(scores, j),
            self._words(seen, weight, j, passage.text) if modelled else (),
            parts,
            max((b - a for a, b in seen.gaps), default=0),
            for_,
            against,
            float(b.least[j]),
        )

    def _scores(self, seen: _Seen) -> Floats:
        """``(k,)`` what the model says."""
        b = self._bundle
        scores = seen.dense @ b.codes.weights[: len(seen.dense)] + b.codes.intercept
        for column, value in seen.terms.items():
            scores = scores + value * b.codes.weights[column]
        if b.tuned is not None:
            scores = b.tuned.codes.frozen * scores + seen.adapted
        return np.asarray(scores)

    def _threshold(self, scores: Floats, j: int) -> float:
        """Above which score the ``j``-th code is given (or would be, were more codes expected)."""
        b = self._bundle
        if b.codebook.choice == "many" or len(scores) < 2:
            return float(b.thresholds[j])
        return float(b.thresholds[j] + np.delete(scores - b.thresholds, j).max())

    def _look(self, passage: Passage, occlude: bool) -> _Seen:
        """What there is to see of ``passage`` for any code."""
        last = self._last  # once: a review looks ahead in another thread
        if last is not None and last[0] == (passage, occlude):
            return last[1]
        raw = self._bundle.with_prior(measure([passage], (), self._embed), [passage], self._embed)
        unit = self._scaling.unit(raw)
        spoken = words_of(passage.text)
        gaps = windows(len(spoken)) if occlude else []
        left = [leave_out(passage.text, spoken[a][0], spoken[b - 1][1]) for a, b in gaps]
        seen = _Seen(
            weigh(unit, self._scaling.spec).dense[0].astype(np.float64),
            place(unit.blocks, self._scaling.spec)[0],
            spoken,
            self._terms(passage.text),
            gaps,
            self._without(left),
            self._adapted([passage], self._embed)[0],
            self._adapted([replace(passage, window=(), mine=())], self._variants)[0],
            self._adapted([replace(passage, text=t) for t in left], self._variants),
        )
        self._last = (passage, occlude), seen
        return seen

    def _terms(self, text: str) -> dict[int, float]:
        """Row among the weights → value of the terms, as :meth:`Scaling.apply` has them."""
        idf, lexical = self._bundle.scaling.idf, self._bundle.scaling.spec.lexical
        counts = Counter(tokens(text))
        columns = {self._column[t]: count for t, count in counts.items() if t in self._column}
        values = {c: (1 + np.log(count)) * idf[c - self._first] for c, count in columns.items()}
        length = np.sqrt(sum(v * v for v in values.values()))
        return {c: float(lexical * v / max(length, 1e-9)) for c, v in values.items()}

    def _adapted(self, passages: Sequence[Passage], embed: Embed) -> Floats:
        """``(n, k)``: what the adapted encoder adds to the scores; of nothing, its intercepts."""
        tuned, k = self._bundle.tuned, len(self._bundle.codebook.leaves)
        if tuned is None:
            return np.zeros((len(passages), k))
        out = np.tile(tuned.heads.codes_intercept, (len(passages), 1)).astype(np.float64)
        kept = [i for i, p in enumerate(passages) if p.text]
        if kept:
            out[kept] = tuned.heads.codes(self._bundle.reader(embed)([passages[i] for i in kept]))
        return np.asarray(tuned.codes.tuned * out)

    def _without(self, variants: Sequence[str]) -> Floats:
        """``(n, d)`` own blocks, weighted, of a sentence without some of its words."""
        heavy = weights(self._scaling.spec)
        width = sum(len(self._scaling.means[b]) for b in OWN)
        out = np.zeros((len(variants), width))
        kept = [i for i, v in enumerate(variants) if v]  # of nothing, nothing is heard: 0
        if kept:
            left = [Passage("", variants[i]) for i in kept]
            blocks = self._scaling.unit(measure(left, (), self._variants)).blocks
            out[kept] = np.hstack([blocks[b] * heavy[b] for b in OWN])
        return out

    def _words(self, seen: _Seen, weight: Floats, j: int, text: str) -> tuple[Word, ...]:
        spoken = [word for _, _, word in seen.spoken]
        counts = Counter(tokens(text))

        def share(term: str) -> float:
            """What one occurrence of ``term`` adds."""
            column = self._column.get(term)
            if column is None:
                return 0.0
            return seen.terms[column] * float(weight[column]) / counts[term]

        exact = np.array([share(word) for word in spoken])
        for i, (a, b) in enumerate(pairwise(spoken)):
            exact[i : i + 2] += share(f"{a} {b}") / 2
        own = self._slices["sentence"]
        fall = (seen.dense[own] - seen.without) @ weight[own]
        fall = fall + seen.adapted[j] - seen.adapted_without[:, j]
        occluded = np.zeros(len(spoken))
        for (first, stop), value in zip(seen.gaps, fall, strict=True):
            occluded[first:stop] = value / (stop - first)
        return tuple(
            Word(text[start:end], start, end, float(e), float(o))
            for (start, end, _), e, o in zip(seen.spoken, exact, occluded, strict=True)
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A passage, for any code: ``dense (d,)`` as the head has it, ``vector`` where it lies among the
    coded, ``spoken`` (start, end, word), ``terms`` row of the weights → value, and for each of
    ``gaps`` [a, b) of words left out, the sentence's own columns ``without (n, d)`` them; ``adapted
    (k,)`` what an adapted encoder adds, ``alone (k,)`` had it heard nothing before, and
    ``adapted_without (n, k)`` the words left out.
    """

    dense: Floats
    vector: Floats
    spoken: tuple[tuple[int, int, str], ...]
    terms: Mapping[int, float]
    gaps: Sequence[tuple[int, int]]
    without: Floats
    adapted: Floats
    alone: Floats
    adapted_without: Floats


def _slices(bundle: Bundle) -> dict[str, slice]:
    """Where each part stands among the dense columns; both layers of the sentence are one part."""
    out, at = {}, 0
    for name in weights(bundle.scaling.spec):
        end = at + len(bundle.scaling.means[name])
        out[name] = slice(at, end)
        at = end
    first, last = out.pop(OWN[0]), out.pop(OWN[-1])
    out |= {"sentence": slice(first.start, last.stop), "length": slice(at, at + SHAPE)}
    if bundle.prior is None:
        return out
    dense = bundle.codes.weights.shape[0] - len(bundle.terms)
    told = dense - len(bundle.prior.codebook.leaves)
    return out | {"reading": slice(at + SHAPE, told), "starter": slice(told, dense)}
