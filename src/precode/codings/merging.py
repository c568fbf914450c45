"""Two copies of one history, brought together: nothing lost, nothing doubled.

An act is known again by what it is: who did what, where, when, to the millisecond, and for an UNDO
which act it takes back. Numbers do not count, for each copy gives its own. Of acts equal in all of
that each copy has so many, and the union has the larger number.
"""

from __future__ import annotations

import hashlib
import heapq
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from precode.codings.history import fold
from precode.domain import CodePolarity, Event, HumanCodes, Sentence

Ids = tuple[Sequence[str], Sequence[str]]
"""The identities of the acts of two histories."""


@dataclass(frozen=True, slots=True)
class Brought:
    """An act of the other history that this one lacks, by its ``identity``. ``undoes`` is the
    identity of the act that it takes back, "" for none. It stands right before the act of this
    history with the identity ``before``, "" for the end.
    """

    event: Event
    identity: str
    undoes: str
    before: str


@dataclass(frozen=True, slots=True)
class Differing:
    """A sentence that ``coder`` has coded since the copies parted, differently in each. None: what
    had been said is taken back there; no codes: nothing applies.
    """

    sentence_id: str
    coder: str
    mine: tuple[CodePolarity, ...] | None
    theirs: tuple[CodePolarity, ...] | None


def identities(events: Sequence[Event]) -> list[str]:
    """The identity of each of ``events``, which come in the order of the history."""
    met: Counter[str] = Counter()
    known: dict[int, str] = {}
    out: list[str] = []
    for e in events:
        # what an UNDO takes back has come before it; one that takes back nothing has no effect
        content = json.dumps(
            [e.kind, e.coder, e.transcript_id, e.start, e.end, e.at, e.codes and [
                [c.code, c.polarity] for c in e.codes
            ], e.assisted, e.codebook, e.origin, e.reason, e.memo, e.seconds,
             known.get(e.undoes or 0, ""), e.batch, e.model, e.confidence]
        )  # fmt: skip
        met[content] += 1
        text = f"{met[content]} {content}"
        out.append(hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])
        if e.seq:
            known[e.seq] = out[-1]
    return out


def union(
    mine: Sequence[Event], theirs: Sequence[Event], *, ids: Ids | None = None
) -> tuple[Brought, ...]:
    """What ``theirs`` has and ``mine`` lacks, in the order in which it is to be appended.

    The order of the whole is that of each history, and between them that of time; at the same
    millisecond that of the identities. So it does not matter which copy is brought into which.
    ``ids``: the identities of both, if they are known.
    """
    own, other = ids or (identities(mine), identities(theirs))
    here = set(own)
    new = {i: e for i, e in zip(other, theirs, strict=True) if i not in here}
    if not new:
        return ()
    at = {i: e.at for ids, events in ((own, mine), (other, theirs))
          for i, e in zip(ids, events, strict=True)}  # fmt: skip
    number = {e.seq: i for i, e in zip(other, theirs, strict=True) if e.seq}
    place = {i: p for p, i in enumerate(other)}
    out: list[Brought] = []
    before = ""
    for i in reversed(_ordered(own, other, at)):
        if i in here:
            before = i
            continue
        target = number.get(new[i].undoes or 0, "")
        undone = target if target and place[target] < place[i] else ""
        out.append(Brought(new[i], i, undone, before))
    return tuple(reversed(out))


def _ordered(own: Sequence[str], other: Sequence[str], at: Mapping[str, str]) -> list[str]:
    """All of both in one order: what may come next and is oldest comes next (Kahn 1962)."""
    waits: Counter[str] = Counter()
    then: dict[str, list[str]] = {}
    for ids in (own, other):
        for a, b in pairwise(ids):
            then.setdefault(a, []).append(b)
            waits[b] += 1
    free = [(at[i], i) for i in at if not waits[i]]
    heapq.heapify(free)
    left = set(at)
    out: list[str] = []
    while left:
        if not free:  # the copies disagree on the order of what both hold: time decides
            free = [min((at[i], i) for i in left)]
        _, i = heapq.heappop(free)
        if i not in left:
            continue
        left.remove(i)
        out.append(i)
        for b in then.get(i, ()):
            waits[b] -= 1
            if waits[b] == 0:
                heapq.heappush(free, (at[b], b))
    return out


def differing(
    mine: Sequence[Event],
    theirs: Sequence[Event],
    sentences: Sequence[Sentence],
    *,
    overlap: float,
    ids: Ids | None = None,
) -> tuple[Differing, ...]:
    """What a coder has coded in both copies since they parted, differently. ``overlap``:
    :func:`precode.codings.history.fold`; ``ids``: :func:`union`.
    """
    own, other_ids = ids or (identities(mine), identities(theirs))
    known = set(other_ids)
    common = [e for i, e in zip(own, mine, strict=True) if i in known]
    if len(common) in (len(mine), len(theirs)):
        return ()
    before, one, other = (
        _said(fold(events, sentences, overlap=overlap)) for events in (common, mine, theirs)
    )
    out = []
    for s in sentences:
        for coder in sorted(one.get(s.id, {}).keys() | other.get(s.id, {}).keys()
                            | before.get(s.id, {}).keys()):  # fmt: skip
            then, a, b = (h.get(s.id, {}).get(coder) for h in (before, one, other))
            if a != b and then not in (a, b):
                out.append(Differing(s.id, coder, a, b))
    return tuple(out)


def _said(human: HumanCodes) -> dict[str, dict[str, tuple[CodePolarity, ...]]]:
    """Sentence id → coder → codes."""
    codes: dict[tuple[str, str], list[CodePolarity]] = {r: [] for r in human.read}
    for c in human.codings:
        codes[c.sentence_id, c.coder].append(CodePolarity(c.code, c.polarity))
    out: dict[str, dict[str, tuple[CodePolarity, ...]]] = {}
    for (sentence_id, coder), given in codes.items():
        out.setdefault(sentence_id, {})[coder] = tuple(sorted(given))
    return out
