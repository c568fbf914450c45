"""What a code of another project may be in the codebook: by its name, its place, and its excerpts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from precode.codebook import Codebook, find_polarity, plain
from precode.domain import CodePolarity, Polarity

NAMED, BELOW, ELSEWHERE = 1.0, 0.9, 0.85
LIKE = 88.0  # rapidfuzz token_set_ratio from which two names are alike
SURE = 0.5  # mean probability from which the excerpts alone decide
LEAST = 3  # excerpts, before they say anything
ONE_SIDED = 0.75  # mean probability of a side from which the excerpts say the polarity


@dataclass(frozen=True, slots=True)
class Theirs:
    """A code of another project. ``path`` is from the top of its tree; ``excerpts`` may be a sample
    of its ``codings``.
    """

    path: tuple[str, ...]
    codings: int
    excerpts: tuple[str, ...] = ()
    description: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a model says of a code's excerpts: the mean probability ``p`` of each code of the
    codebook, and for each the mean probabilities (barrier, facilitator), given the code.
    """

    n: int
    p: Mapping[str, float]
    sides: Mapping[str, tuple[float, float]]
    model: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """``to`` is a code of the codebook, or empty: keep theirs. ``score`` is 0 to 1, of the best
    reason; ``reasons`` are sentences, the deciding one first.
    """

    theirs: Theirs
    to: str
    polarity: Polarity
    score: float
    reasons: tuple[str, ...]


def propose(
    theirs: Theirs,
    codebook: Codebook,
    *,
    known: CodePolarity | None = None,
    others: Iterable[Codebook] = (),
    evidence: Evidence | None = None,
) -> Proposal:
    """The proposal for ``theirs``. ``known`` is what its path alone says for certain, ``others`` are
    codebooks whose codes map to ``codebook``'s (the TDF to COM-B). A name goes before the excerpts.
    """
    named = _by_name(theirs, codebook, known, others)
    told = _told(evidence, codebook)
    best = max(evidence.p, key=lambda c: evidence.p[c]) if evidence and evidence.p else ""
    enough = evidence is not None and evidence.n >= LEAST and bool(best)
    if named is not None:
        code, score, reason = named
    elif enough and evidence is not None and evidence.p[best] >= SURE:
        code, score, reason = best, evidence.p[best], "by its excerpts alone: look at some of them"
    else:
        code, score, reason = "", 0.0, "nothing in its name is in the codebook: kept as it is"
    polarity, side = _polarity(theirs, code, known, evidence if enough else None)
    if code and not codebook[code].polarity:
        polarity, side = Polarity.NONE, ""
    shown = f"proposed ({score:.2f}): {reason}" if code else reason
    return Proposal(theirs, code, polarity, score, tuple(filter(None, (shown, side, told))))


_SIDES = {
    "barrier": Polarity.BARRIER, "barriers": Polarity.BARRIER,
    "facilitator": Polarity.FACILITATOR, "facilitators": Polarity.FACILITATOR,
    "enabler": Polarity.FACILITATOR, "enablers": Polarity.FACILITATOR,
}  # fmt: skip


def _by_name(
    theirs: Theirs,
    codebook: Codebook,
    known: CodePolarity | None,
    others: Iterable[Codebook],
) -> tuple[str, float, str] | None:
    """(code, score, reason) of the best that names say."""
    if known is not None:
        return known.code, NAMED, f"its name is that of {codebook[known.code].label!r}"
    for name in reversed(theirs.path[:-1]):
        if code := codebook.find(name):
            return code, BELOW, f"it stands below {name!r}"
    other = list(others)
    for name in reversed(theirs.path):
        for book in other:
            mine = [c for c in _mapped(book, name) if c in codebook.leaf_ids]
            if len(mine) == 1:
                what = f"{book[book.find(name) or ''].label!r} of {book.name}"
                return mine[0], ELSEWHERE, f"{what} belongs to {codebook[mine[0]].label!r}"
    return _alike(theirs.path[-1], codebook, other)


def _mapped(book: Codebook, name: str) -> tuple[str, ...]:
    code = book.find(name)
    return book[code].maps_to if code else ()


def _alike(
    name: str, codebook: Codebook, others: Sequence[Codebook]
) -> tuple[str, float, str] | None:
    words = plain(name)
    if len(words) < 4:
        return None
    found: list[tuple[float, str, str]] = []
    for leaf in codebook.leaves:
        found += [(_ratio(words, w), leaf.id, w) for w in (leaf.label, *leaf.aliases)]
    for book in others:
        for leaf in book.leaves:
            mine = [c for c in leaf.maps_to if c in codebook.leaf_ids]
            if len(mine) == 1:
                found += [(_ratio(words, w), mine[0], w) for w in (leaf.label, *leaf.aliases)]
    ratio, code, word = max(found, default=(0.0, "", ""))
    if ratio < LIKE:
        return None
    return code, 0.8 * ratio / 100, f"its name is like {word!r}"


def _ratio(words: str, other: str) -> float:
    theirs = plain(other)
    # one short word inside another's name says little: "time" in "over time"
    return fuzz.token_sort_ratio(words, theirs) if min(len(words), len(theirs)) < 6 else max(
        fuzz.token_sort_ratio(words, theirs),
        fuzz.token_set_ratio(words, theirs) if len(theirs.split()) > 1 and len(words.split()) > 1 else 0.0,
    )  # fmt: skip


def _told(evidence: Evidence | None, codebook: Codebook) -> str:
    """What the model says, best three codes first."""
    if evidence is None or not evidence.n or not evidence.p:
        return ""
    best = sorted(evidence.p, key=lambda c: -evidence.p[c])[:3]
    figures = ", ".join(f"{codebook[c].label} {evidence.p[c]:.2f}" for c in best)
    what = "1 excerpt" if evidence.n == 1 else f"{evidence.n} excerpts"
    return f"{what} by {evidence.model}, mean probability: {figures}"


def _polarity(
    theirs: Theirs, code: str, known: CodePolarity | None, evidence: Evidence | None
) -> tuple[Polarity, str]:
    """(polarity, why)."""
    if known is not None and known.polarity not in (Polarity.UNCLEAR, Polarity.NONE):
        return known.polarity, ""
    said = {p for p in map(polarity_in, theirs.path) if p is not None}
    if len(said) == 1:
        return said.pop(), ""
    if evidence is None:
        return Polarity.NONE, ""
    at = code or max(evidence.p, key=lambda c: evidence.p[c])
    barrier, facilitator = evidence.sides.get(at, (0.0, 0.0))
    if max(barrier, facilitator) < ONE_SIDED or not code:
        return Polarity.NONE, ""
    side = Polarity.BARRIER if barrier >= facilitator else Polarity.FACILITATOR
    return side, f"{side} by its excerpts ({max(barrier, facilitator):.2f})"


def polarity_in(name: str) -> Polarity | None:
    """The polarity that ``name`` says: "Barriers", "time (barrier)"; None for none or several.

    Within a name only these words count: "A positive experience" is no facilitator for certain.
    """
    if len(name) > 1 and (whole := find_polarity(name)):
        return whole
    sides = {_SIDES[w] for w in plain(name).split() if w in _SIDES}
    return sides.pop() if len(sides) == 1 else None
