"""The history of coding acts, folded into what stands now. The same events, the same codes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

from precode.domain import Coding, Event, EventKind, HumanCodes, Polarity, Reason, Sentence

Span = tuple[str, int, int]
"""(transcript id, start, end)."""


def standing(events: Iterable[Event]) -> list[Event]:
    """``events`` in order, without UNDOs and without what was undone.

    An UNDO of an UNDO brings the act back. An UNDO takes back only an earlier event of the same
    coder; others are without effect, as are those of a SHOWN: what was seen stays seen.
    """
    history = list(events)
    dropped: set[tuple[str, int]] = set()
    kept: list[Event] = []
    # From the newest: whether an UNDO counts depends only on later ones.
    for event in reversed(history):
        gone = event.seq and (event.coder, event.seq) in dropped
        if gone and event.kind is not EventKind.SHOWN:
            continue
        if event.kind is not EventKind.UNDO:
            kept.append(event)
        elif event.undoes:
            dropped.add((event.coder, event.undoes))
    return kept[::-1]


class _Said:
    """What one coder has said of one sentence: code → (polarity, assisted, last event)."""

    __slots__ = ("assisted", "codes")

    def __init__(self) -> None:
        self.codes: dict[str, tuple[Polarity, bool, Event]] = {}
        self.assisted = False

    def add(self, event: Event) -> None:
        self.assisted |= event.assisted
        for given in event.codes:
            polarity, assisted = given.polarity, event.assisted
            if given.code in self.codes:
                before, was_assisted, _ = self.codes[given.code]
                polarity, assisted = joined(before, polarity), assisted or was_assisted
            self.codes[given.code] = (polarity, assisted, event)


def fold(events: Iterable[Event], sentences: Sequence[Sentence], *, overlap: float) -> HumanCodes:
    """What stands on the codable ``sentences`` after ``events``, in the order of ``sentences``.

    - EXCERPT adds its codes to each sentence that it covers: one of which it covers at least the
      share ``overlap``, or that holds at least that share of it (see :func:`covered`). Without
      codes it only says that these sentences were read. The same code with both directions
      becomes ``BOTH``; a definite polarity goes before ``UNCLEAR``.
    - DECISION replaces all that the coder said of the sentences it covers.
    - READ marks the sentences inside it as read. SKIP, FLAG and SHOWN change nothing.
    - What was said of a probe, a suggestion planted wrong on purpose, says nothing of the sentence.
    - A sentence and a coder are assisted if any act that still counts there was.
    """
    places = _Places(sentences)
    said: dict[tuple[int, str], _Said] = {}
    for event in standing(events):
        if event.reason == Reason.PROBE:
            continue
        if event.kind is EventKind.READ:
            for i in places.inside(event):
                said.setdefault((i, event.coder), _Said()).assisted |= event.assisted
        elif event.kind in (EventKind.EXCERPT, EventKind.DECISION):
            for i in places.covered(event, overlap):
                key = (i, event.coder)
                if key not in said or event.kind is EventKind.DECISION:
                    said[key] = _Said()
                said[key].add(event)
    order = sorted(said)
    return HumanCodes(
        codings=tuple(
            Coding(sentences[i].id, coder, code, polarity, assisted, last.origin, last.codebook)
            for i, coder in order
            for code, (polarity, assisted, last) in sorted(said[i, coder].codes.items())
        ),
        read=frozenset((sentences[i].id, coder) for i, coder in order),
        assisted=frozenset((sentences[i].id, c) for i, c in order if said[i, c].assisted),
    )


def joined(a: Polarity, b: Polarity) -> Polarity:
    """What two polarities of one code on one sentence come to: both directions are BOTH, and a
    definite one goes before UNCLEAR.
    """
    if a is b:
        return a
    definite = {a, b} - {Polarity.NONE, Polarity.UNCLEAR}
    if len(definite) == 2:
        return Polarity.BOTH
    if definite:
        return definite.pop()
    return Polarity.UNCLEAR if Polarity.UNCLEAR in (a, b) else Polarity.NONE


def uncovered(
    events: Iterable[Event], sentences: Sequence[Sentence], *, overlap: float
) -> list[Event]:
    """Standing acts with codes that reach no codable sentence: excerpts of the interviewer's words,
    or of none. Their codes count nowhere, so the user should hear of them.
    """
    places = _Places(sentences)
    acts = (EventKind.EXCERPT, EventKind.DECISION)
    return [
        e
        for e in standing(events)
        if e.kind in acts
        and e.codes
        and e.reason != Reason.PROBE
        and not places.covered(e, overlap)
    ]


def covers(
    events: Sequence[Event], sentences: Sequence[Sentence], *, overlap: float
) -> list[tuple[Sentence, ...]]:
    """The codable sentences that each of ``events`` covers, by the rule of :func:`fold`."""
    places = _Places(sentences)
    return [tuple(sentences[i] for i in places.covered(e, overlap)) for e in events]


def pending_skips(events: Iterable[Event]) -> dict[tuple[Span, str], int]:
    """((transcript id, start, end), coder) → how often that coder skipped the sentence since they
    last decided on it. Probes do not count.
    """
    skips: dict[tuple[Span, str], int] = {}
    for e in standing(events):
        if e.reason == Reason.PROBE:
            continue
        key = ((e.transcript_id, e.start, e.end), e.coder)
        if e.kind is EventKind.SKIP:
            skips[key] = skips.get(key, 0) + 1
        elif e.kind is EventKind.DECISION:
            skips.pop(key, None)
    return skips


def flags(events: Iterable[Event]) -> tuple[Event, ...]:
    """The FLAG events that stand, in order: passages marked for discussion, with their memos."""
    return tuple(e for e in standing(events) if e.kind is EventKind.FLAG)


class _Places:
    """Codable sentences by place. Those of one transcript do not overlap."""

    def __init__(self, sentences: Sequence[Sentence]) -> None:
        rows: dict[str, list[tuple[int, int, int]]] = {}
        for i, s in enumerate(sentences):
            if s.codable:
                rows.setdefault(s.transcript_id, []).append((s.start, s.end, i))
        self._rows = {t: sorted(places) for t, places in rows.items()}
        self._starts = {t: [start for start, _, _ in places] for t, places in self._rows.items()}
        self._ends = {t: [end for _, end, _ in places] for t, places in self._rows.items()}

    def _touched(self, event: Event) -> list[tuple[int, int, int]]:
        """(start, end, index) of the sentences that share a character with ``event``."""
        transcript = event.transcript_id
        if transcript not in self._rows or event.end <= event.start:
            return []
        low = bisect_right(self._ends[transcript], event.start)
        high = bisect_left(self._starts[transcript], event.end)
        return self._rows[transcript][low:high]

    def inside(self, event: Event) -> list[int]:
        """Indices of the sentences wholly inside ``event``."""
        touched = self._touched(event)
        return [i for start, end, i in touched if start >= event.start and end <= event.end]

    def covered(self, event: Event, overlap: float) -> list[int]:
        """Indices of the sentences that ``event`` covers.

        Its length is counted in characters of codable sentences: an excerpt that takes in the
        question, or the space between two sentences, means the answer no less. If no sentence has
        the share, the one with most of the excerpt has it, so that no code is lost.
        """
        touched = self._touched(event)
        if len(touched) < 2:
            return [i for _, _, i in touched]  # it holds all of the excerpt that counts
        shared = [min(end, event.end) - max(start, event.start) for start, end, _ in touched]
        total = sum(shared)
        enough = [
            i
            for common, (start, end, i) in zip(shared, touched, strict=True)
            if common >= overlap * (end - start) or common >= overlap * total
        ]
        return enough or [touched[shared.index(max(shared))][2]]
