"""The human-coded sentences nearest to one: evidence for a code, and against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from precode.model.features import TOKEN, Embed, Scaling, Spec, measure, weights
from precode.model.passages import Passage

Floats = npt.NDArray[np.floating]

# Two layers of the sentence itself, weighted as the head sees them. Held-out transcripts of the
# demo study and held-out behaviours of the starter corpus: what is nearer to sentences with a code
# than to those without carries it with average precision .302 and .661; by layer 4 alone .282 and
# .651. With the talk before it, .334 and .667: left out all the same, because in a transcript that
# is half coded the nearest would then be the sentence before, which the coder has just read.
OWN = ("early", "late")
FOR = 0.5  # share of the readers who gave the code from which a sentence speaks for it


@dataclass(frozen=True, slots=True)
class Coded:
    """What people coded, ready for search. Rows are sentences (or one reading each of them).

    ``vectors (m, d)`` of length 1, by :func:`places`; ``y (m, k)`` the share of the readers who gave
    each code, NaN where nobody who counts has read it; ``coders`` who coded each row, for display.
    """

    ids: tuple[str, ...]
    texts: tuple[str, ...]
    vectors: npt.NDArray[np.float32]
    y: Floats
    coders: tuple[str, ...]

    def __post_init__(self) -> None:
        if not len(self.ids) == len(self.texts) == len(self.vectors) == len(self.y):
            raise ValueError("ids, texts, vectors and y are not of the same sentences")
        if len(self.coders) != len(self.ids):
            raise ValueError("coders are not of the same sentences as ids")

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A coded sentence and its ``similarity``, the cosine from -1 to 1."""

    sentence_id: str
    text: str
    similarity: float
    coder: str


def places(scaling: Scaling, passages: Sequence[Passage], embed: Embed) -> npt.NDArray[np.float32]:
    """``(n, d)`` where sentences lie: rows of length 1 (0 for a sentence without any vector).

    Only their own words count, so ``embed`` hears each text once, and nothing of what was said
    before it.
    """
    if not passages:
        return np.zeros((0, sum(len(scaling.means[b]) for b in OWN)), dtype=np.float32)
    alone = [Passage(p.id, p.text) for p in passages]
    blocks = without_words(scaling).unit(measure(alone, (), embed)).blocks
    return place(blocks, scaling.spec)


def place(blocks: dict[str, Floats], spec: Spec) -> npt.NDArray[np.float32]:
    """:func:`places`, from blocks that were brought to length 1 already."""
    heavy = weights(spec)
    wide = np.hstack([blocks[b] * heavy[b] for b in OWN])
    length = np.linalg.norm(wide, axis=1, keepdims=True)
    return np.asarray(wide / np.maximum(length, 1e-9), dtype=np.float32)


def without_words(scaling: Scaling) -> Scaling:
    """``scaling`` for features that were measured over no vocabulary."""
    return Scaling(scaling.spec, scaling.means, scaling.idf[:0])


def coded_of(
    scaling: Scaling,
    passages: Sequence[Passage],
    y: Floats,
    coders: Sequence[str],
    embed: Embed,
) -> Coded:
    """:class:`Coded` of these passages; ``embed`` is asked once, for all of them."""
    return Coded(
        tuple(p.id for p in passages),
        tuple(p.text for p in passages),
        places(scaling, passages, embed),
        y,
        tuple(coders),
    )


def nearest(
    vector: Floats, coded: Coded, code: int, *, k: int, sentence_id: str, text: str
) -> tuple[tuple[Neighbour, ...], tuple[Neighbour, ...]]:
    """The ``k`` sentences nearest to ``vector (d,)`` that were given the code in column ``code``,
    and the ``k`` nearest that were read and not given it by anybody; nearest first.

    Neither ``sentence_id`` itself nor another sentence of the same words is among them, and no
    words come twice on one side. The search is exact.
    """
    if not len(coded):
        return (), ()
    # not "@": its threads wait for one another, and on busy cores that takes ten times as long
    similarity = np.einsum("md,d->m", coded.vectors, np.asarray(vector, dtype=np.float32))
    given = coded.y[:, code]
    sides = (np.flatnonzero(given >= FOR), np.flatnonzero(given == 0))  # NaN is in neither
    found = [_first(similarity, rows, coded, k, sentence_id, same_words(text)) for rows in sides]
    return found[0], found[1]


def _first(
    similarity: Floats, rows: npt.NDArray[np.intp], coded: Coded, k: int, itself: str, words: str
) -> tuple[Neighbour, ...]:
    """The first ``k`` of ``rows`` by similarity, each text once."""
    among = 8 * k  # more than k, because some are passed over; all of them at worst
    while True:
        top = _highest(similarity, rows, among)
        out: list[Neighbour] = []
        seen = {words}
        for i in top.tolist():
            if len(out) == k:
                break
            key = same_words(coded.texts[i])
            if coded.ids[i] != itself and key not in seen:
                seen.add(key)
                cosine = float(np.clip(similarity[i], -1, 1))
                out.append(Neighbour(coded.ids[i], coded.texts[i], cosine, coded.coders[i]))
        if len(out) == k or len(top) == len(rows):
            return tuple(out)
        among *= 8


def _highest(similarity: Floats, rows: npt.NDArray[np.intp], n: int) -> npt.NDArray[np.intp]:
    """The ``n`` of ``rows`` that are most similar, in order; equal ones by row."""
    if n < len(rows):
        rows = np.sort(rows[np.argpartition(-similarity[rows], n)[:n]])
    return np.asarray(rows[np.argsort(-similarity[rows], kind="stable")])


def same_words(text: str) -> str:
    """Equal for texts of the same words, whatever their case, spaces and punctuation but "?", "!"."""
    flat = text.casefold().replace("’", "'")
    return " ".join(TOKEN.findall(flat)) or " ".join(flat.split())
