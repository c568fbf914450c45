"""What a report says of the machine beyond its scores: counts corrected by the audit, how far its
confidence can be believed, what it costs to accept it unread, and whom it serves worse.
"""

from __future__ import annotations

from dataclasses import dataclass

from precode.domain import Polarity
from precode.report.plots import Bin, Line
from precode.report.score import Score


@dataclass(frozen=True, slots=True)
class CountRow:
    """Sentences of the study that carry a ``code`` with a ``polarity`` (None: with any).

    ``people``: found by coders so far. ``machine``: given by the machine to sentences that nobody
    has read; None where it does not know the code. ``total``: what they come to in all, corrected
    by the audit sample, in which ``passages`` carry it; words where that cannot be said.
    ``mentioning``: participants who speak those that coders found.
    """

    code: str
    polarity: Polarity | None
    people: int
    machine: int | None
    passages: int
    total: Score
    mentioning: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """Of ``sentences`` that can be coded, ``read`` have been read. The audit sample: ``answered`` of
    ``drawn``, from a frame of ``frame``. ``sharpened``: the machine's figures were used; ``why_not``
    they could not be, or why there is no estimate at all (then every row says so). ``unframed``
    sentences are unread and outside the frame: no estimate covers them.
    """

    rows: tuple[CountRow, ...]
    sentences: int
    read: int
    answered: int
    drawn: int
    frame: int
    unframed: int
    sharpened: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """The machine's answers for one code ("" for "nothing applies") against people's."""

    code: str
    positives: int
    precision: Score
    recall: Score
    f1: Score
    kappa: Score


@dataclass(frozen=True, slots=True)
class Checked:
    """The machine on the ``answered`` sentences of the audit sample. ``polarity``: the share right,
    of the ``polarities`` that people gave with a direction.
    """

    run: str
    answered: int
    rows: tuple[CheckedRow, ...]
    nothing: CheckedRow
    macro_f1: Score
    polarities: int
    polarity: Score


@dataclass(frozen=True, slots=True)
class Reliable:
    """Confidence of a code against how often people gave it, in ``bins`` of equal size.

    ``n`` confidences of ``sentences``. ``ece``: mean distance of the two over bins, ``ece_likely``
    over those of codes that are not all but ruled out. Intervals are over ``clusters``. ``why_not``
    is not empty where there is nothing to show, or no interval.
    """

    where: str
    sentences: int
    n: int
    bins: tuple[Bin, ...]
    ece: Score
    ece_likely: Score = None
    clusters: str = "transcripts"
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Risk:
    """Error among the sentences that are accepted, the surest first: ``line`` over the share
    accepted. ``all`` is the error of all ``sentences``, ``area`` the mean under the line. ``accepted``
    is the share that is as sure as the study asks of a pre-code to be accepted (``bar``) and
    ``accepted_error`` the error among them.
    """

    sentences: int
    line: Line
    all: Score
    area: Score
    bar: float
    accepted: float
    accepted_error: Score
    ranks: bool


@dataclass(frozen=True, slots=True)
class Learnt:
    """Learning curves; ``replays`` is 0 where they are the trainings that were logged."""

    lines: tuple[Line, ...]
    full: float | None
    replays: int
    made_at: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """``error``: share of sentences with any code wrong; ``missed``: of the codes people gave, the
    share not given; ``wrong``: of the codes given, the share people did not give. ``people`` speak
    in ``sources``.
    """

    group: str
    sources: int
    people: int
    sentences: int
    error: Score
    missed: Score
    wrong: Score


@dataclass(frozen=True, slots=True)
class GroupErrors:
    """``p``, by permutation, and corrected for the number of tests. ``sources``: whole sources were
    permuted, since the groups do not meet within one.
    """

    attribute: str
    rows: tuple[GroupRow, ...]
    p: float
    corrected: float
    sources: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """None stands for what the study has no data for. ``untold`` says what is missing, and what
    mends it, one sentence each.
    """

    counts: Counts | None = None
    checked: Checked | None = None
    held_out: Reliable | None = None
    audited: Reliable | None = None
    risk: Risk | None = None
    learnt: Learnt | None = None
    groups: tuple[GroupErrors, ...] = ()
    untold: tuple[str, ...] = ()
