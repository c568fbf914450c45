"""``agree --plan``: how much of the study two coders should read for an interval of a given width."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from precode.agreement.labels import About, variables
from precode.agreement.planner import (
    CORRELATION,
    DISAGREEMENT,
    KAPPA,
    PREVALENCE,
    Clustering,
    Plan,
    clustering,
    plan,
)
from precode.agreement.units import by_sentence
from precode.errors import TooLittleError
from precode.steps.opening import open_study
from precode.steps.together.readings import blind_readings

# Without codings: from rare to common.
STEPS = (0.03, 0.05, PREVALENCE, 0.25)


@dataclass(frozen=True, slots=True)
class Planned:
    """One :class:`Plan` a code, or a prevalence. ``transcripts`` and ``sentences`` are what the
    study has to code; ``double`` of them two coders have read. ``notes`` say what was assumed.
    """

    width: float
    kappa: float
    transcripts: int
    sentences: int
    double: int
    plans: tuple[Plan, ...]
    notes: tuple[str, ...]


def plan_double_coding(
    path: Path, *, width: float, prevalence: float | None = None, kappa: float = KAPPA
) -> Planned:
    """The double-coding that the study at ``path`` needs. Reads only.

    With ``prevalence``, for one code of that prevalence, clustered as the study's codes are on
    average; without, for each code as it is, or at :data:`STEPS` where too few transcripts are read
    to tell. Raises :class:`TooLittleError` for a study without transcripts.
    """
    with open_study(path, verb="agree", write=False) as study:
        sentences = study.store.sentences()
        sizes = Counter(s.transcript_id for s in sentences if s.codable)
        if not sizes:
            raise TooLittleError("the study has no sentence to code yet", mend="precode add FILES")
        per_transcript = tuple(sizes[t] for t in sorted(sizes))
        blind = blind_readings(study, sentences, study.store.events(), ())
        # one coder's readings tell how common a code is, and how transcripts differ
        read = by_sentence(blind, sentences, readers=1)
        found: list[tuple[str, Clustering]] = [
            (v.label, clustering(v.values, v.transcripts, per_transcript))
            for v in variables(read, study.codebook)
            if v.about is About.CODE and (v.values == 1).any()
        ]
        measured = [c for _, c in found if c.measured]
        twice = [c for _, c in found if c.disagreement_measured]
        typical = Clustering(
            PREVALENCE,
            float(np.mean([c.correlation for c in measured])) if measured else CORRELATION,
            float(np.mean([c.disagreement for c in twice])) if twice else DISAGREEMENT,
            per_transcript,
            bool(measured),
            bool(twice),
        )
        if prevalence is not None:
            found = [(f"a code of {prevalence:.3g}", replace(typical, prevalence=prevalence))]
        elif not measured:
            found = [(f"a code of {p:.3g}", replace(typical, prevalence=p)) for p in STEPS]
        settings = study.settings.train
        rng = np.random.default_rng(settings.seed)
        plans = tuple(
            plan(label, c, width=width, kappa=kappa, floor=settings.floor, rng=rng)
            for label, c in found
        )
        return Planned(
            width, kappa, len(sizes), sum(per_transcript), len(by_sentence(blind, sentences).units),
            plans, _notes(typical, prevalence),
        )  # fmt: skip


def _notes(typical: Clustering, prevalence: float | None) -> tuple[str, ...]:
    def whose(measured: bool, default: str) -> str:
        if measured:
            return (
                "the mean over codes, measured here" if prevalence is not None else "measured here"
            )
        return f"assumed, for too few transcripts are read to measure it ({default})"

    return (
        "simulated: half of such studies get an interval no wider than this, if both coders give the "
        "code equally often; fewer than six transcripts are never advised",
        f"correlation of a code within transcripts {typical.correlation:.3f} on average: "
        + whose(typical.measured, "public counselling talk shows .11 to .15"),
        f"correlation of disagreement within transcripts {typical.disagreement:.3f} on average: "
        + whose(typical.disagreement_measured, "half of that of a code"),
    )
