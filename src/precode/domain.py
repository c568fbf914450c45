"""The values that cross doorways. Immutable; no behaviour beyond what the fields imply.

Offsets are half-open ranges of Unicode code points into ``Transcript.text``, whose newlines are
``\n``. Identity across doorways is an id, never a position.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a source is. Field notes have no speakers."""

    INTERVIEW = "interview"
    FOCUS_GROUP = "focus group"
    FIELD_NOTES = "field notes"


class Role(StrEnum):
    """Who speaks. Only participants' sentences are coded (and those of field notes)."""

    INTERVIEWER = "interviewer"
    PARTICIPANT = "participant"
    OTHER = "other"


class Polarity(StrEnum):
    """Direction of a code's influence on the study's target behaviour.

    ``NONE`` stands for codes to which polarity does not apply, never for "not known": that is
    ``UNCLEAR``.
    """

    BARRIER = "barrier"
    FACILITATOR = "facilitator"
    BOTH = "both"
    UNCLEAR = "unclear"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One source, as text. ``id`` is the first 16 hex digits of ``sha256`` (of the text)."""

    id: str
    name: str
    text: str
    sha256: str
    kind: Kind

    @staticmethod
    def make(name: str, text: str, kind: Kind) -> Transcript:
        """A transcript whose id and hash follow from ``text``."""
        digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        return Transcript(digest[:16], name, text, digest, kind)


@dataclass(frozen=True, slots=True)
class Turn:
    """One uninterrupted piece of speech, without its label: ``transcript.text[start:end]``.

    ``speaker`` is the label as written ("P1"), empty in field notes. ``time`` is in seconds from
    the start of the recording, None where the source gives none.
    """

    index: int
    speaker: str
    role: Role
    start: int
    end: int
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is coded. ``text == transcript.text[start:end]``, always.

    ``codable`` is False for interviewers and for units without words ("[laughs]"); they are kept,
    because they are context.
    """

    id: str
    transcript_id: str
    turn: int
    start: int
    end: int
    text: str
    codable: bool = True

    @staticmethod
    def make_id(transcript_id: str, start: int, end: int) -> str:
        """``<transcript id>:<start>-<end>``."""
        return f"{transcript_id}:{start}-{end}"


@dataclass(frozen=True, slots=True)
class ReadTranscript:
    """A file as understood: what ``add`` stores and ``add --dry-run`` shows.

    ``sentences`` tile each turn: they are in order, do not overlap, and leave out only white
    space. ``notes`` say what was assumed (encoding, skipped cues), one sentence each.
    """

    transcript: Transcript
    turns: tuple[Turn, ...]
    sentences: tuple[Sentence, ...]
    source: str
    source_sha256: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Participant:
    """A person in one transcript: labels repeat across focus groups, (transcript, label) does not."""

    transcript_id: str
    label: str
    attributes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, order=True)
class CodePolarity:
    """A code given with its polarity."""

    code: str
    polarity: Polarity = Polarity.NONE


@dataclass(frozen=True, slots=True)
class CodedExcerpt:
    """One row of a coded table, before it is found in a transcript. ``row`` is for messages."""

    row: str
    source: str
    text: str
    code: str
    polarity: Polarity
    coder: str
    memo: str = ""


class Match(StrEnum):
    """How an excerpt was found in its transcript."""

    EXACT = "exact"
    NORMALISED = "up to quotes, spaces, ellipsis and case"
    FUZZY = "similar"
    UNCONFIRMED = "similar, not confirmed"
    AMBIGUOUS = "ambiguous"
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an excerpt lies. ``start``/``end`` are the place if ``match`` is one of the first
    three, else the best candidate's, or -1 if there is none. ``score`` is 0 to 100. ``places`` is
    the number of places found; if ambiguous, it is more than 1 and the candidate is the first.
    """

    excerpt: CodedExcerpt
    match: Match
    transcript_id: str
    start: int
    end: int
    score: float
    places: int = 0

    @property
    def placed(self) -> bool:
        return self.match in (Match.EXACT, Match.NORMALISED, Match.FUZZY)


class EventKind(StrEnum):
    """What a coder did. Events are only ever appended; :mod:`precode.codings.history` folds them.

    ``EXCERPT`` adds codes to the sentences a passage covers. ``DECISION`` replaces all that the
    coder said of one sentence; with no codes it means "read, and nothing applies". ``READ``
    declares that the coder has read the whole range. ``SHOWN``: the coder was shown the machine's
    suggestion, stored before it appears; its ``codes`` are the machine's. ``SKIP``, ``FLAG`` and
    ``SHOWN`` leave codes as they are. ``UNDO`` takes back the event whose sequence number stands in
    ``undoes``; a ``SHOWN`` cannot be taken back, for what was seen stays seen.
    """

    EXCERPT = "excerpt"
    DECISION = "decision"
    READ = "read"
    SHOWN = "shown"
    SKIP = "skip"
    FLAG = "flag"
    UNDO = "undo"


class Reason(StrEnum):
    """Why a sentence is asked about.

    ``AUDIT``: one of the frozen random sample, the only one that feeds claims. ``RANDOM``: drawn
    from what was left. ``TYPICAL``: stands for many sentences like it, before there is a model.
    ``UNCERTAIN``: the model is unsure. ``RARE``: a candidate for a code with few examples.
    ``OVERLAP``: another coder has decided it too. ``FOUND``: the coder looked it up. ``PACKET``:
    answered in a spreadsheet. ``PROBE``: a planted wrong suggestion; what is decided on it measures
    the coder and codes nothing. ``DISAGREEMENT``: coders differ, and the consensus is asked for.
    ``ASSIGNED``: given to several coders, each to code it alone.
    """

    AUDIT = "audit"
    RANDOM = "random"
    TYPICAL = "typical"
    UNCERTAIN = "uncertain"
    RARE = "rare"
    OVERLAP = "overlap"
    FOUND = "found"
    PACKET = "packet"
    PROBE = "probe"
    DISAGREEMENT = "disagreement"
    ASSIGNED = "assigned"


@dataclass(frozen=True, slots=True)
class Event:
    """One act of one coder on ``[start, end)`` of a transcript.

    ``assisted`` is True if the coder had seen the machine's suggestion: such codes never validate
    the model. ``codebook`` is the version hash the act was made under. ``seq`` is 0 until stored;
    ``at`` is UTC, ISO 8601. ``origin`` says which doorway it came through ("import", "review").
    ``reason`` says why the queue picked the sentence (see :class:`Reason`; empty for imports).
    A DECISION may cover several neighbouring sentences. For a SHOWN, ``model`` is the id of the
    bundle that suggested, and ``confidence`` its calibrated probability of each of ``codes``.
    """

    kind: EventKind
    coder: str
    transcript_id: str
    start: int
    end: int
    codes: tuple[CodePolarity, ...] = ()
    assisted: bool = False
    codebook: str = ""
    origin: str = "review"
    reason: str = ""
    memo: str = ""
    seconds: float | None = None
    undoes: int | None = None
    batch: str = ""
    seq: int = 0
    at: str = ""
    model: str = ""
    confidence: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Coding:
    """A code that stands on a sentence after the fold. ``code`` is never empty."""

    sentence_id: str
    coder: str
    code: str
    polarity: Polarity
    assisted: bool
    origin: str
    codebook: str


@dataclass(frozen=True, slots=True)
class HumanCodes:
    """The fold: what stands now.

    ``read`` holds (sentence_id, coder) for every sentence the coder is known to have read: there,
    a code not given is a negative. Elsewhere it is unknown. ``assisted`` is the subset of ``read``
    that was decided with the suggestion in view.
    """

    codings: tuple[Coding, ...]
    read: frozenset[tuple[str, str]]
    assisted: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Encounter:
    """One coder meeting the machine's suggestion for one sentence.

    ``first`` is what the coder had decided without it, None where it was in view from the start;
    ``shown`` is the suggestion, with its calibrated ``confidence`` code by code (empty where none
    is stored); ``final`` is what the coder's decision says in the end, None where none stands. No
    codes mean "nothing applies". ``seconds_first`` is the time to ``first``; ``seconds_revision``
    that of ``final``, if it was decided after the suggestion appeared. ``probe``: the suggestion
    was wrong on purpose. ``at`` is when it was shown.
    """

    coder: str
    sentence_id: str
    transcript_id: str
    first: tuple[CodePolarity, ...] | None
    shown: tuple[CodePolarity, ...]
    final: tuple[CodePolarity, ...] | None
    confidence: tuple[float, ...] = ()
    seconds_first: float | None = None
    seconds_revision: float | None = None
    probe: bool = False
    at: str = ""
    model: str = ""
