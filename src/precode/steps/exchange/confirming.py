"""Similar passages, shown to a person before they are taken for an excerpt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from precode.domain import Match, Placement, Transcript

Similar = Literal["ask", "accept", "leave"]
AROUND = 60  # characters of context on each side


@dataclass(frozen=True, slots=True)
class Candidate:
    """An excerpt of the table, and the ``passage`` it is like, with the words around it.

    ``number`` of ``of`` to be asked. ``score`` is 0 to 100.
    """

    number: int
    of: int
    row: str
    transcript: str
    code: str
    coder: str
    excerpt: str
    before: str
    passage: str
    after: str
    score: float


Answer = Literal["yes", "no", "all", "none"]
Ask = Callable[[Candidate], Answer]


def confirmed(
    placements: Sequence[Placement], transcripts: Mapping[str, Transcript], ask: Ask
) -> list[Placement]:
    """``placements``, those found by similarity only where ``ask`` says yes.

    The same passage for the same words is asked once, whatever codes it has. "all" and "none"
    answer for those that are still to come.
    """
    wanted = list(dict.fromkeys(_place(p) for p in placements if p.match is Match.FUZZY))
    taken: dict[tuple[object, ...], bool] = {}
    rest: bool | None = None
    for p in placements:
        key = _place(p)
        if p.match is not Match.FUZZY or key in taken:
            continue
        if rest is None:
            answer = ask(_candidate(p, transcripts[p.transcript_id], len(taken) + 1, len(wanted)))
            rest = {"all": True, "none": False}.get(answer)
            taken[key] = answer in ("yes", "all")
        else:
            taken[key] = rest
    return [
        replace(p, match=Match.UNCONFIRMED)
        if p.match is Match.FUZZY and not taken[_place(p)]
        else p
        for p in placements
    ]


def unconfirmed(placements: Sequence[Placement]) -> list[Placement]:
    """``placements``, none of which was taken by similarity."""
    return [
        replace(p, match=Match.UNCONFIRMED) if p.match is Match.FUZZY else p for p in placements
    ]


def _place(p: Placement) -> tuple[object, ...]:
    return p.transcript_id, p.start, p.end, p.excerpt.text


def _candidate(p: Placement, transcript: Transcript, number: int, of: int) -> Candidate:
    text = transcript.text
    return Candidate(
        number, of, p.excerpt.row, transcript.name, p.excerpt.code, p.excerpt.coder,
        p.excerpt.text, text[max(0, p.start - AROUND) : p.start], text[p.start : p.end],
        text[p.end : p.end + AROUND], round(p.score, 1),
    )  # fmt: skip
