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
from precode.steps.agree import blind_readings
from precode.steps.opening import open_study

# Without codings: what FIELD tables of reliability show.
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
    average; without, for each code as it is, or at :data:`STEPS` where two coders share too few
    transcripts to tell. Raises :class:`TooLittleError` for a study without transcripts.
    """
    with open_study(path, verb="agree", write=False) as study:
        sentences = study.store.sentences()
        sizes = Counter(s.transcript_id for s in sentences if s.codable)
        if not sizes:
            raise TooLittleError("the study has no sentence to code yet", mend="precode add FILES")
        per_transcript = tuple(sizes[t] for t in sorted(sizes))
        blind = blind_readings(study, sentences, study.store.events(), ())
        readings = by_sentence(blind, sentences)
        found: list[tuple[str, Clustering]] = [
            (v.label, clustering(v.values, v.transcripts, per_transcript))
            for v in variables(readings, study.codebook)
            if v.about is About.CODE and (v.values == 1).any()
        ]
        measured = [c for _, c in found if c.measured]
        typical = Clustering(
            PREVALENCE,
            float(np.mean([c.correlation for c in measured])) if measured else CORRELATION,
            float(np.mean([c.disagreement for c in measured])) if measured else DISAGREEMENT,
            per_transcript,
            bool(measured),
        )
        if prevalence is not None:
            found = [(f"a code of {prevalence:.0%}", replace(typical, prevalence=prevalence))]
        elif not measured:
            found = [(f"a code of {p:.0%}", replace(typical, prevalence=p)) for p in STEPS]
        settings = study.settings.train
        rng = np.random.default_rng(settings.seed)
        plans = tuple(
            plan(label, c, width=width, kappa=kappa, floor=settings.floor, rng=rng)
            for label, c in found
        )
        return Planned(
            width, kappa, len(sizes), sum(per_transcript), len(readings.units), plans,
            _notes(typical, prevalence, len(set(readings.transcripts))),
        )  # fmt: skip


def _notes(typical: Clustering, prevalence: float | None, shared: int) -> tuple[str, ...]:
    if typical.measured:
        whose = f"as measured on the {shared} transcripts that two coders have read"
        if prevalence is not None:
            whose = f"the mean over the codes, {whose}"
    else:
        whose = (
            "assumed, as two coders share too few transcripts to measure them (public counselling "
            "talk shows .11 to .15 for codes)"
        )
    return (
        "simulated: half of such studies get an interval no wider than this, with as many yeses by "
        "either coder",
        f"correlation of a code within transcripts {typical.correlation:.3f}, of disagreement "
        f"{typical.disagreement:.3f}: {whose}",
    )
