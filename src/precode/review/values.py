"""What goes into a review session. All immutable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from precode.codebook import Codebook
from precode.domain import CodePolarity, Event, EventKind, Polarity, Reason, Sentence

Policy = Literal["after", "before", "never"]

# Sentences asked for these reasons never show a suggestion: machine and coders are judged by them.
BLIND = frozenset({Reason.RANDOM, Reason.AUDIT, Reason.OVERLAP, Reason.ASSIGNED})


@dataclass(frozen=True, slots=True)
class Suggested:
    """A code that the model suggests. ``confidence`` is its calibrated probability, 0 to 1."""

    code: str
    polarity: Polarity
    confidence: float


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the model would give a sentence; no codes means "nothing applies".

    ``evidence`` is one line on why, empty where there is none. ``model`` is the id of the bundle.
    ``planted``: a wrong suggestion, made so on purpose (a probe).
    """

    codes: tuple[Suggested, ...] = ()
    evidence: str = ""
    model: str = ""
    planted: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """What a colleague gave a sentence; no codes: nothing applies. ``who`` is how the colleague is
    called here, which need not be a name.
    """

    who: str
    codes: tuple[CodePolarity, ...] = ()
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence to decide on, with what the coder sees around it.

    ``before`` and ``after`` are (speaker, text) in the order of the talk; the rest of the
    sentence's own turn belongs to them. ``reason`` is why the queue picked it and ``why`` the same
    in words for the coder; ``source`` is the transcript's name, ``role`` the speaker's.

    ``earlier`` and ``later`` are the neighbouring codable sentences over which the selection may be
    extended, nearest first: of the same speaker's talk, without a break, up to the first that this
    coder has read.

    ``others`` are what colleagues gave it, for an adjudication: on show from the start.
    """

    sentence: Sentence
    speaker: str
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    reason: str
    suggestion: Suggestion | None = None
    source: str = ""
    why: str = ""
    role: str = ""
    earlier: tuple[Sentence, ...] = ()
    later: tuple[Sentence, ...] = ()
    others: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Done:
    """A stored act of this coder that undo can take back, with its item to be shown again.

    ``earlier`` is True for acts of former sessions.
    """

    event: Event
    item: Item
    earlier: bool = False


@dataclass(frozen=True, slots=True)
class Setup:
    """Who codes, with which codebook, and when suggestions are shown. ``goal`` is how many
    sentences this session is to decide, None for as many as there are.
    """

    coder: str
    codebook: Codebook
    suggestion: Policy = "after"
    goal: int | None = None


def undoable(events: Sequence[Event], coder: str) -> tuple[Event, ...]:
    """Those acts of ``coder`` in former reviews that still stand, oldest first."""
    kinds = (EventKind.DECISION, EventKind.SKIP, EventKind.FLAG)
    gone: set[int] = set()
    out: list[Event] = []
    for e in reversed(events):  # whether an UNDO stands depends only on later ones
        if e.coder != coder or e.seq in gone:
            continue
        if e.kind is EventKind.UNDO and e.undoes:
            gone.add(e.undoes)
        elif e.kind in kinds and e.origin == "review":
            out.append(e)
    return tuple(reversed(out))


def seen_before(events: Iterable[Event], coder: str) -> frozenset[str]:
    """Ids of the sentences whose suggestion ``coder`` has seen in former sessions. Taking a
    decision back changes nothing: what was seen stays seen.
    """
    return frozenset(
        Sentence.make_id(e.transcript_id, e.start, e.end)
        for e in events
        if e.coder == coder and (e.kind is EventKind.SHOWN or e.assisted)
    )
