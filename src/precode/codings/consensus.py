"""The consensus: what was agreed where coders had differed.

It is a coder of its own in the history. What it says of a sentence goes before what the coders had
said of it (:func:`settled`), but is no reading of its own: whoever agreed on it had seen the codes
of the others (:func:`independent`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from precode.domain import CodedExcerpt, Event, EventKind, HumanCodes
from precode.errors import Problem

CONSENSUS = "consensus"
TAKEN = "precode keeps the name “consensus” for what `precode adjudicate` decides"

_READINGS = (EventKind.EXCERPT, EventKind.DECISION, EventKind.READ)
_CHANGES = (EventKind.DECISION, EventKind.UNDO)
_SIGHTS = (EventKind.DECISION, EventKind.SKIP, EventKind.FLAG)


def is_consensus(name: str) -> bool:
    """Whether a person must not be called ``name``: that is the consensus, in whatever case."""
    return " ".join(name.casefold().split()) == CONSENSUS


def misnamed(excerpts: Iterable[CodedExcerpt]) -> list[Problem]:
    """A problem where rows of a coded table name the consensus as their coder."""
    rows = [e.row for e in excerpts if is_consensus(e.coder)]
    if not rows:
        return []
    more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
    mend = "call the coder otherwise: what a team agreed on elsewhere may be coded by TEAM"
    return [Problem(f"{rows[0]}{more}", TAKEN, mend)]


def prevailing(readings: AbstractSet[tuple[str, str]]) -> frozenset[tuple[str, str]]:
    """Of (sentence id, coder) those that count: where the consensus has decided, it alone."""
    decided = {sentence_id for sentence_id, coder in readings if coder == CONSENSUS}
    return frozenset(r for r in readings if r[0] not in decided or r[1] == CONSENSUS)


def settled(human: HumanCodes) -> HumanCodes:
    """``human`` with the consensus in the place of the coders on every sentence it has decided."""
    kept = prevailing(human.read)
    if kept == human.read:
        return human
    return HumanCodes(
        tuple(c for c in human.codings if (c.sentence_id, c.coder) in kept),
        kept,
        human.assisted & kept,
    )


def independent(events: Sequence[Event]) -> list[Event]:
    """``events`` as far as each coder worked alone: without the consensus, and without what those
    who had read a passage changed on it after the codes of all had been laid open there. Before
    that they stand as they were. Somebody who reads it for the first time later is independent.
    """
    opened: dict[str, list[tuple[int, Event]]] = {}
    out: list[Event] = []
    read: dict[tuple[str, str], list[tuple[int, Event]]] = {}
    for place, e in enumerate(events):
        if e.coder == CONSENSUS:
            if e.kind in _SIGHTS:
                opened.setdefault(e.transcript_id, []).append((place, e))
            continue
        mine = read.setdefault((e.coder, e.transcript_id), [])
        if e.kind in _CHANGES and any(
            _overlap(e, sight) and any(p < seen and _overlap(r, sight) for p, r in mine)
            for seen, sight in opened.get(e.transcript_id, ())
        ):
            continue
        if e.kind in _READINGS:
            mine.append((place, e))
        out.append(e)
    return out


def _overlap(a: Event, b: Event) -> bool:
    return a.start < b.end and b.start < a.end
