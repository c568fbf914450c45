"""Sentences of nearly the same words that were coded differently."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from precode.agreement.near import Near, near
from precode.domain import CodePolarity, Polarity, Sentence
from precode.model.features import TOKEN
from precode.steps.doubting.mistakes import SIDES, Given

Who = Literal["one coder", "two coders"]


@dataclass(frozen=True, slots=True)
class Side:
    """Sentences of the same words (usually one) that the same coders coded alike. ``transcript`` and
    ``text`` are the first one's; ``said`` what each coder gave.
    """

    sentences: tuple[str, ...]
    transcript: str
    text: str
    said: tuple[tuple[str, tuple[CodePolarity, ...]], ...]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences nearly alike, coded differently by ``coders``: by one of them, or by two who have
    each read one. ``words`` is the share of words in common, ``cosine`` that of the embeddings.
    """

    who: Who
    coders: tuple[str, ...]
    first: Side
    second: Side
    words: float
    cosine: float


def pairs(
    ids: Sequence[str],
    vectors: npt.NDArray[np.floating],
    readings: Given,
    sentences: Mapping[str, Sentence],
    names: Mapping[str, str],
    *,
    coders: Collection[str],
    codes: Collection[str],
    hidden: Collection[str],
) -> list[Pair]:
    """The closest first. ``vectors (n, d)`` are those of ``ids``. One coder's pairs go before those
    of two coders that are as close.
    """
    said: dict[str, dict[str, tuple[CodePolarity, ...]]] = {}
    for sentence, coder in sorted(readings):
        said.setdefault(sentence, {})[coder] = tuple(sorted(readings[sentence, coder]))
    groups: dict[tuple[frozenset[str], tuple[object, ...]], list[int]] = {}
    for i, s in enumerate(ids):
        if s in said and s not in hidden:
            key = (words_of(sentences[s].text), tuple(said[s].items()))
            groups.setdefault(key, []).append(i)
    kept = list(groups.values())
    found = near(
        [words for words, _ in groups], vectors[[g[0] for g in kept]] if kept else vectors[:0]
    )

    def side(group: int) -> Side:
        mine = tuple(ids[i] for i in kept[group])
        first = sentences[mine[0]]
        return Side(mine, names[first.transcript_id], first.text, tuple(said[first.id].items()))

    def pair(p: Near) -> Pair | None:
        who = _apart(said[ids[kept[p.first][0]]], said[ids[kept[p.second][0]]], coders, codes)
        if who is None:
            return None
        return Pair(*who, side(p.first), side(p.second), p.words, p.cosine)

    out = [made for p in found if (made := pair(p))]
    return sorted(out, key=lambda p: (-(p.words + p.cosine), p.who))


def words_of(text: str) -> frozenset[str]:
    """The words of ``text``, in lower case."""
    return frozenset(w for w in TOKEN.findall(text.lower().replace("’", "'")) if w not in "?!")


def _apart(
    a: Mapping[str, tuple[CodePolarity, ...]],
    b: Mapping[str, tuple[CodePolarity, ...]],
    coders: Collection[str],
    codes: Collection[str],
) -> tuple[Who, tuple[str, ...]] | None:
    """Who coded two sentences differently: the coders who did so by themselves; else, where nobody
    has read both, two who differ. Two coders who each read both and disagree about both alike are
    no news: ``agree --confusions`` shows them.
    """
    shared = [c for c in a if c in b]
    own = [c for c in shared if _differ(a[c], b[c], codes) and (not coders or c in coders)]
    if own:
        return "one coder", tuple(own)
    if shared:
        return None
    for x in a:
        for y in b:
            wanted = not coders or x in coders or y in coders
            if wanted and _differ(a[x], b[y], codes):
                return "two coders", (x, y)
    return None


def _differ(a: Sequence[CodePolarity], b: Sequence[CodePolarity], codes: Collection[str]) -> bool:
    """Whether another code was given, or one in the opposite direction."""
    one, two = ({c.code: c.polarity for c in x if not codes or c.code in codes} for x in (a, b))
    return one.keys() != two.keys() or any(_opposite(one[c], two[c]) for c in one)


def _opposite(a: Polarity, b: Polarity) -> bool:
    return a in SIDES and b in SIDES and a is not b
