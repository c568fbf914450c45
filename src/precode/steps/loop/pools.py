"""Which sentences a coder may be asked about, and which they should not see coded beforehand."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np

from precode.codings.consensus import CONSENSUS
from precode.codings.history import pending_skips, standing
from precode.domain import Event, EventKind, HumanCodes, Reason, Sentence
from precode.steps.opening import Study
from precode.steps.packets.record import outstanding


def not_to_ask(study: Study, human: HumanCodes, *, coder: str, own_only: bool = False) -> set[str]:
    """Ids of sentences read already, by anyone (``own_only``: by ``coder``), and of those that a
    spreadsheet sent to somebody still holds.
    """
    read = {s for s, who in human.read if not own_only or who == coder}
    out = outstanding(study.store)
    return read.union(*(ids for who, ids in out.items() if not own_only or who == coder))


def skips(events: Iterable[Event], coder: str) -> dict[str, int]:
    """Sentence id → how often ``coder`` skipped it since they last decided on it."""
    return {
        Sentence.make_id(*span): times
        for (span, who), times in pending_skips(events).items()
        if who == coder
    }


def unread(
    sentences: Sequence[Sentence], taken: Collection[str], within: Collection[str]
) -> list[str]:
    """Ids of the codable sentences outside ``taken``, of the transcripts ``within`` if any."""
    return [
        s.id
        for s in sentences
        if s.codable and s.id not in taken and (not within or s.transcript_id in within)
    ]


def of_colleagues(
    events: Iterable[Event], sample: Collection[str], *, coder: str, rng: np.random.Generator
) -> list[str]:
    """Ids of sentences outside the audit sample that colleagues have decided in review, shuffled."""
    ids = dict.fromkeys(
        Sentence.make_id(e.transcript_id, e.start, e.end)
        for e in standing(events)
        if e.kind is EventKind.DECISION
        and e.coder not in (coder, CONSENSUS)
        and e.reason != Reason.PROBE
    )
    left = [i for i in ids if i not in sample]
    return [left[i] for i in rng.permutation(len(left))]
