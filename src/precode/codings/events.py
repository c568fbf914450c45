"""From placed excerpts to coding events, and what could not be placed, for people to settle."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from precode.codings.history import standing
from precode.domain import (
    CodePolarity,
    Event,
    EventKind,
    Match,
    Placement,
    Polarity,
    Transcript,
)

_Act = tuple[str, str, int, int, str, Polarity, str]
_Passage = tuple[str, str, int, int, str, bool]


def events_from(
    placements: Iterable[Placement],
    *,
    codebook_hash: str,
    batch: str,
    existing: Iterable[Event] = (),
) -> list[Event]:
    """EXCERPT events for what was placed; the codes of one passage, coder and memo in one event.

    "Read, and nothing applies" is an event without codes. A code that stands in ``existing`` on the
    same passage by the same coder with the same polarity and memo is left out: importing a table
    twice adds nothing. What was taken back by UNDO no longer stands, and comes again.
    """
    known = {
        (e.coder, e.transcript_id, e.start, e.end, c.code, c.polarity, e.memo)
        for e in standing(existing)
        if e.kind is EventKind.EXCERPT
        for c in e.codes or (CodePolarity(""),)
    }
    passages: dict[_Passage, list[CodePolarity]] = {}
    for p in placements:
        if not p.placed:
            continue
        e = p.excerpt
        polarity = e.polarity if e.code else Polarity.NONE
        act: _Act = (e.coder, p.transcript_id, p.start, p.end, e.code, polarity, e.memo)
        if act in known:
            continue
        known.add(act)
        passage = (e.coder, p.transcript_id, p.start, p.end, e.memo, bool(e.code))
        passages.setdefault(passage, []).append(CodePolarity(e.code, polarity))
    return [
        Event(
            kind=EventKind.EXCERPT,
            coder=coder,
            transcript_id=transcript_id,
            start=start,
            end=end,
            codes=tuple(codes) if some else (),
            codebook=codebook_hash,
            origin="import",
            memo=memo,
            batch=batch,
        )
        for (coder, transcript_id, start, end, memo, some), codes in passages.items()
    ]


def unplaced_rows(
    placements: Iterable[Placement], transcripts: Sequence[Transcript], *, batch: str = ""
) -> list[dict[str, object]]:
    """What was not placed, one row each: batch, row, source, text, code, polarity, coder, why,
    candidate, line, score.

    ``candidate`` is the passage that comes nearest and ``line`` its line in it (from 1);
    "" and None where there is none. ``score`` is 0 to 100.
    """
    by_id = {t.id: t for t in transcripts}
    rows: list[dict[str, object]] = []
    for p in placements:
        if p.placed:
            continue
        e, transcript = p.excerpt, by_id.get(p.transcript_id)
        candidate, line = "", None
        if transcript and p.start >= 0:
            candidate = transcript.text[p.start : p.end]
            line = transcript.text.count("\n", 0, p.start) + 1
        rows.append(
            {
                "batch": batch,
                "row": e.row,
                "source": e.source,
                "text": e.text,
                "code": e.code,
                "polarity": e.polarity.value,
                "coder": e.coder,
                "why": _why(p, transcript, transcripts),
                "candidate": candidate,
                "line": line,
                "score": round(p.score, 1),
            }
        )
    return rows


def _why(p: Placement, transcript: Transcript | None, transcripts: Sequence[Transcript]) -> str:
    if transcript is None:
        return f"no transcript {p.excerpt.source!r} in the study"
    if p.match is Match.AMBIGUOUS:
        return (
            f"may stand in {p.places} places of {transcript.name!r}: "
            "add words before or after it to the excerpt"
        )
    if p.match is Match.UNCONFIRMED:
        return f"a passage of {transcript.name!r} is similar, and was not confirmed"
    words = p.excerpt.text.strip()
    others = [t.name for t in transcripts if t is not transcript and words and words in t.text]
    if others:
        return f"not found in {transcript.name!r}, but stands word for word in {others[0]!r}"
    return f"not found in {transcript.name!r}"
