"""What was changed in another program since we exported: the coders' own decisions, brought back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from precode.codebook import Codebook
from precode.codings.consensus import CONSENSUS
from precode.codings.history import fold
from precode.domain import CodePolarity, Coding, Event, EventKind, Placement, Polarity, Sentence

Given = Mapping[tuple[str, str], Mapping[str, Polarity]]
"""(sentence id, coder) → code → polarity."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one coder changed on one sentence. Codes are written "code (polarity)"."""

    coder: str
    transcript: str
    text: str
    removed: tuple[str, ...]
    added: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Edits:
    """``events`` are decisions to store; ``notes`` say what was not followed, a sentence each."""

    events: tuple[Event, ...]
    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def edits_between(
    before: Sequence[Placement],
    after: Sequence[Placement],
    history: Sequence[Event],
    sentences: Sequence[Sentence],
    codebook: Codebook,
    *,
    overlap: float,
    coders: Iterable[str],
    codes: Iterable[CodePolarity],
    transcripts: Mapping[str, str],
    lost: Iterable[tuple[str, str]],
    tool: str,
    batch: str,
) -> Edits:
    """Decisions that make of what stands in ``history`` what ``after`` says, where it differs from
    ``before``, what we exported; each (sentence, coder) that somebody changed gets one.

    Only ``coders``, ``codes`` and ``transcripts`` (id → name) that the project still holds are
    compared: what is wholly gone may not have been taken along. The same holds of what may be among
    the ``lost`` codings ((coder, transcript id); coder "" is everybody) that nobody can place. What was changed here in the
    meantime too stays as it is here, and is said.
    """
    known, kept = set(coders), set(codes)
    exported = {p.excerpt.coder for p in before}
    old, new = (_given(p, sentences, overlap) for p in (before, after))
    standing = fold(history, sentences, overlap=overlap)
    now = _by_place(standing.codings)
    unsettled = {(p.excerpt.coder, p.transcript_id) for p in after if not p.placed}.union(lost)
    notes = [
        f"{who} is no user of the project any more: what {who} coded was left as it is"
        for who in sorted(exported - known)
    ]
    order = {code: i for i, code in enumerate(codebook.leaf_ids)}
    events, changes = [], []
    unsure: set[str] = set()
    for s in sentences:
        for coder in sorted(exported & known) if s.transcript_id in transcripts else ():
            here = (s.id, coder)
            was, is_ = old.get(here, {}), new.get(here, {})
            if was == is_:
                continue
            if coder == CONSENSUS:
                unsure.add(
                    "what the consensus is, only `precode adjudicate` changes: left as it is"
                )
                continue
            mine = dict(now.get(here, {}))
            start = dict(mine)
            for code in [*was, *(c for c in is_ if c not in was)]:
                why = _merge(mine, code, was.get(code), is_.get(code))
                gone = code not in is_
                if gone and not unsettled.isdisjoint(
                    {(coder, s.transcript_id), ("", s.transcript_id)}
                ):
                    why = f"not all that {coder} coded was found: nothing was taken as removed"
                elif gone and not any(c in kept for c in _parts(code, was[code])):
                    why = f"{code} is no code of the project any more: its codings were kept"
                if why:
                    unsure.add(why if gone else f"{coder}, {transcripts[s.transcript_id]}: {why}")
                    _restore(mine, code, start)
            if mine == start:
                continue
            given = sorted(mine.items(), key=lambda item: order.get(item[0], len(order)))
            events.append(
                Event(
                    EventKind.DECISION, coder, s.transcript_id, s.start, s.end,
                    tuple(CodePolarity(c, p) for c, p in given),
                    assisted=here in standing.assisted, codebook=codebook.hash, origin="import",
                    memo=f"edited in {tool}" if tool else "", batch=batch,
                )
            )  # fmt: skip
            removed = tuple(_named(c, p) for c, p in start.items() if mine.get(c) != p)
            added = tuple(_named(c, p) for c, p in mine.items() if start.get(c) != p)
            changes.append(Change(coder, transcripts[s.transcript_id], s.text, removed, added))
    return Edits(tuple(events), tuple(changes), (*notes, *sorted(unsure)))


def _merge(mine: dict[str, Polarity], code: str, was: Polarity | None, is_: Polarity | None) -> str:
    """Make the change of ``code`` from ``was`` to ``is_`` in ``mine``; why not, if it cannot be."""
    here = mine.get(code)
    if is_ in (was, here):
        return ""
    if here != was:
        return f"{code} was changed both here and there: it was left as it is here"
    if is_ is None:
        del mine[code]
    else:
        mine[code] = is_
    return ""


def _restore(mine: dict[str, Polarity], code: str, start: Mapping[str, Polarity]) -> None:
    mine.pop(code, None)
    if code in start:
        mine[code] = start[code]


def _parts(code: str, polarity: Polarity) -> list[CodePolarity]:
    both = (Polarity.BARRIER, Polarity.FACILITATOR)
    return [CodePolarity(code, p) for p in (both if polarity is Polarity.BOTH else (polarity,))]


def _named(code: str, polarity: Polarity) -> str:
    return f"{code} ({polarity.value})" if polarity else code


def _given(placements: Sequence[Placement], sentences: Sequence[Sentence], overlap: float) -> Given:
    """What ``placements`` come to, sentence by sentence."""
    acts = [
        Event(
            EventKind.EXCERPT, p.excerpt.coder, p.transcript_id, p.start, p.end,
            (CodePolarity(p.excerpt.code, p.excerpt.polarity),),
        )
        for p in placements
        if p.placed
    ]  # fmt: skip
    return _by_place(fold(acts, sentences, overlap=overlap).codings)


def _by_place(codings: Iterable[Coding]) -> dict[tuple[str, str], dict[str, Polarity]]:
    found: dict[tuple[str, str], dict[str, Polarity]] = {}
    for c in codings:
        found.setdefault((c.sentence_id, c.coder), {})[c.code] = c.polarity
    return found
