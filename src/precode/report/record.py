"""What was done, as the study's log, models and settings tell it: the part of a view on methods."""

from __future__ import annotations

from dataclasses import dataclass

from precode.report.score import Score


@dataclass(frozen=True, slots=True)
class Started:
    """The shipped model that the study's started from. ``weight``: of its score, what each code starts
    from; 0 where it was tried and helped nothing. ``chosen``: by validation. ``shares`` are (code
    id, how much of what tells sentences apart rests on it, 0 to 1), ``mean`` their mean; there are none
    where it knows none of the codes, and only reads the sentences. ``beside``:
    a fine-tuned encoder has its say as well, in which its word has no part; ``began``: that encoder
    learned on from the shipped model's own.
    """

    name: str
    bundle: str
    weight: float
    chosen: bool
    shares: tuple[tuple[str, float], ...]
    mean: float
    beside: bool = False
    began: bool = False


@dataclass(frozen=True, slots=True)
class Learned:
    """The model behind the pre-codes. ``thresholds`` are (code id, decision threshold on the head's
    score, sentences with the code); None for a code that was not modelled. ``settings`` are those
    validation chose (name, value). ``encoder_key`` says which weights, layers and arithmetic.
    ``started`` is None where no shipped model was asked. A sentence is given codes where, in all, ``least``
    are expected.
    """

    name: str
    bundle: str
    made_at: str
    precode: str
    encoder: str
    encoder_key: str
    sentences: int
    transcripts: int
    coders: tuple[str, ...]
    folds: int | None
    seed: int
    macro_f1: Score
    calibrated: bool
    settings: tuple[tuple[str, float], ...]
    thresholds: tuple[tuple[str, float | None, int | None], ...]
    accept: float
    notes: tuple[str, ...]
    started: Started | None = None
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class AuditDone:
    """The audit sample: ``drawn`` of the ``frame``'s sentences, ``answered`` without a suggestion."""

    drawn: int
    frame: int
    answered: int
    transcripts: int
    seed: int
    released: bool


@dataclass(frozen=True, slots=True)
class DoubleCoded:
    """Sentences that two or more read without a suggestion; kappas of codes for which one could be
    estimated, the lowest, the mean and the highest.
    """

    sentences: int
    transcripts: int
    coders: int
    kappa: tuple[float, float, float] | None
    codes: int


@dataclass(frozen=True, slots=True)
class Advised:
    """What was last said on stopping, when, and the target it was held against."""

    at: str
    words: str
    stop: bool
    recall: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Record:
    """``unit`` is what was coded. ``imported`` and ``decided`` count acts of coding that stand:
    excerpts from tables, and decisions in reviews and packets; ``adjudicated`` those of the
    consensus. ``suggestion`` is the study's setting.
    """

    unit: str
    imported: int
    decided: int
    adjudicated: int
    suggestion: str
    flagged: int = 0
    memos: int = 0
    learned: Learned | None = None
    audit: AuditDone | None = None
    double: DoubleCoded | None = None
    advice: Advised | None = None
