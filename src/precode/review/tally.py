"""What a session has come to so far, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from precode.domain import CodePolarity, Event, EventKind
from precode.review.facing import Key, hull, key_of, within
from precode.review.state import State, open_items

BREAK = 300.0
"""Seconds. Who takes longer over one sentence was away: that time is no work."""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a session stands. ``decided``, ``skipped`` and ``left`` count sentences, ``left`` those
    that are queued now. ``goal`` is how many the session is to decide, None where nobody said.
    ``codes`` are (code, sentences of this session that have it), in codebook order. ``seconds`` is
    the time spent on what was stored, without breaks; ``per_hour`` the sentences decided in an hour
    at this rate, None before the first.
    """

    decided: int
    skipped: int
    left: int
    goal: int | None
    codes: tuple[tuple[str, int], ...]
    seconds: float
    per_hour: float | None


def progress(state: State, stored: Iterable[Event]) -> Progress:
    """Where ``state`` stands, after the events ``stored`` in this session."""
    decided, skipped, left = counts(state)
    given = Counter(c.code for codes in given_here(state).values() for c in codes)
    seconds = sum(e.seconds for e in stored if e.seconds is not None and e.seconds <= BREAK)
    return Progress(
        decided, skipped, left, state.setup.goal,
        tuple((code, given[code]) for code in state.setup.codebook.leaf_ids),
        round(seconds, 3),
        decided * 3600 / seconds if decided and seconds else None,
    )  # fmt: skip


def counts(state: State) -> tuple[int, int, int]:
    """Sentences (decided in this session, skipped in it, left in its queue)."""
    acts = (d for d in state.done if not d.earlier)
    skips = {key_of(d.item) for d in acts if d.event.kind is EventKind.SKIP}
    given = given_here(state).keys()
    left = {f.key for f in open_items(state) if f.standing is None and f.skipped is None}
    return len(given), len(skips - given - left), len(left)


def given_here(state: State) -> dict[Key, tuple[CodePolarity, ...]]:
    """What the decisions of this session give, those on probes too: a coder who sees the counts
    must not see which those are.
    """
    return {
        (s.id, key_of(d.item)[1]): d.event.codes
        for d in state.done
        if d.event.kind is EventKind.DECISION and not d.earlier
        for s in within(d.item, hull(d.item, d.event))
    }
