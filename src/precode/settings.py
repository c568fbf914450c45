"""``precode.toml``: a study's settings, typed, explained and checked once.

The file that ``init`` writes is ``configs/study.toml`` with the study's own answers put in; the
test suite checks that it holds exactly the defaults below.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from precode.files.typed_toml import read_typed

Share = Annotated[float, Field(ge=0, le=1)]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Study(_Section):
    """What the study is about. Polarity is relative to ``behaviour``."""

    title: str = "Untitled study"
    behaviour: Annotated[str, Field(min_length=1)]
    language: Annotated[
        str, Field(pattern=r"^[a-z]{2}$", description="two small letters, such as en for English")
    ] = "en"


class Transcripts(_Section):
    """How files become turns and units."""

    # One unit of coding: "sentence" (default) or "turn" (a whole reply).
    unit: Literal["sentence", "turn"] = "sentence"
    # Labels of the people who ask. Wildcards allowed, case ignored.
    interviewers: tuple[str, ...] = (
        "I", "I?", "INT", "INT?", "IV", "IR", "Int *", "Interviewer*", "Interviewr*",
        "* Interviewer", "*(Interviewer)", "M", "MOD", "Mod?", "Moderator*", "* Moderator",
        "Facilitator*", "Fac", "Researcher*", "Q", "Therapist*", "Counsellor*", "Counselor*",
    )  # fmt: skip
    # Others who are neither (a nurse walking in): kept as context, not coded.
    others: tuple[str, ...] = ("Unknown*", "Observer*", "Note", "Notes", "System", "Transcriber*")
    # Who cuts speech into sentences: "speech", precode's own rules, or a spaCy pipeline by name.
    pipeline: Annotated[str, Field(min_length=1)] = "speech"


class Limits(_Section):
    """What a file may be before it is refused. A transcript of a day's talk is under 1 MB of text."""

    # Of the file as it lies on the disk; a Word file may hold pictures.
    megabytes: Annotated[int, Field(ge=1)] = 100
    # Of text and markup in a zipped file (Word, OpenDocument) once it is unpacked.
    xml_megabytes: Annotated[int, Field(ge=1)] = 50
    # Of text, in one transcript and in one line of it.
    characters: Annotated[int, Field(ge=1000)] = 5_000_000
    line_characters: Annotated[int, Field(ge=1000)] = 1_000_000
    # Of a PDF, and how long reading one may take.
    pages: Annotated[int, Field(ge=1)] = 2000
    seconds: Annotated[int, Field(ge=1)] = 60


class Codings(_Section):
    """How excerpts are found, and which sentences inherit their codes."""

    # A similar passage is taken from this score on (0 to 100, rapidfuzz partial ratio).
    fuzzy_score: Annotated[float, Field(ge=50, le=100)] = 90.0
    # A sentence inherits a code if the excerpt covers this share of the sentence,
    # or the sentence holds this share of the excerpt.
    overlap: Share = 0.5


class Encoder(_Section):
    """The sentence encoder: "minilm" (installed with precode) or a Hugging Face folder."""

    model: str = "minilm"
    # Arithmetic of pre-coding. bf16 is faster on recent CPUs; never mix within a study.
    precision: Literal["f32", "bf16"] = "f32"


class Train(_Section):
    """Fitting and validation."""

    folds: Annotated[int, Field(ge=2, le=20)] = 5
    # Fewer positives than this in validation: "not estimable", in words.
    floor: Annotated[int, Field(ge=2)] = 10
    # Fewer positives than this: a code is not learned.
    min_positives: Annotated[int, Field(ge=2)] = 5
    bootstrap: Annotated[int, Field(ge=100)] = 1000
    # Whether a model starts from the shipped starter, where that knows the codebook's codes; or the
    # name of the one it starts from.
    starter: bool | str = True
    seed: int = 1


class Predict(_Section):
    """Verdicts: "accept" from this calibrated probability on; 1 minus it for "none"."""

    accept: Annotated[float, Field(gt=0.5, lt=1)] = 0.8


class Review(_Section):
    """The review queue, and what a coder sees. Sources of the numbers: ``configs/study.toml``."""

    # Until this many sentences were read: typical ones, unlike each other. Then by uncertainty.
    cold_start: Annotated[int, Field(ge=0)] = 60
    # Shares of each batch; what is left is for the uncertain ones.
    random_share: Share = 0.1
    rare_share: Share = 0.15
    # Share of sentences that another coder has decided, asked again without showing it.
    overlap: Share = 0.1
    # Fewer examples than this make a code rare.
    rare_below: Annotated[int, Field(ge=0)] = 20
    # Sentences at least this alike (cosine) to one read or in the queue are not asked.
    duplicate: Annotated[float, Field(gt=0, le=1)] = 0.97
    # Decisions after which the machine learns again, in the background.
    retrain_every: Annotated[int, Field(ge=1)] = 20
    # Turns shown before and after.
    context: Annotated[int, Field(ge=0, le=20)] = 2
    # When the machine's suggestion is shown: after the coder has committed, before, or never.
    suggestion: Literal["after", "before", "never"] = "after"


class Audit(_Section):
    """The random sample that is never shown with a suggestion; it alone feeds claims."""

    # Sentences in it; 0 lets the planner choose from the two numbers below it.
    size: Annotated[int, Field(ge=0)] = 0
    half_width: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    prevalence: Annotated[float, Field(gt=0, le=0.5)] = 0.1
    # Never more than this share of what nobody has read.
    most: Annotated[float, Field(gt=0, le=1)] = 0.25
    # Every so manieth sentence of the queue is of the sample, until all are answered.
    every: Annotated[int, Field(ge=1)] = 3
    # Stop is advised once people and machine together hold this share of each code's passages.
    recall: Annotated[float, Field(gt=0.5, lt=1)] = 0.8
    # How sure that advice is.
    confidence: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    # Whether train may learn from it: it then no longer tells how good the machine is.
    released: bool = False


class Settings(_Section):
    """The whole of ``precode.toml``."""

    study: Study
    transcripts: Transcripts = Transcripts()
    limits: Limits = Limits()
    codings: Codings = Codings()
    encoder: Encoder = Encoder()
    train: Train = Train()
    predict: Predict = Predict()
    review: Review = Review()
    audit: Audit = Audit()

    @model_validator(mode="before")
    @classmethod
    def _moved(cls, data: object) -> object:
        """Studies made before [limits] keep max_megabytes under [transcripts]."""
        if not isinstance(data, dict) or not isinstance(data.get("transcripts"), dict):
            return data
        transcripts = dict(data["transcripts"])
        old = transcripts.pop("max_megabytes", None)
        if old is None or not isinstance(limits := data.get("limits", {}), dict):
            return data
        return {**data, "transcripts": transcripts, "limits": {"megabytes": old, **limits}}


def read_settings(path: Path) -> Settings:
    """The settings in ``path``. Raises :class:`InputError` with field, line and mend."""
    return read_typed(path, Settings, mend="edit the file, then run the command again")
