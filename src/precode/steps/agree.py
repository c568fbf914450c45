"""``agree``: how well coders agree with one another, and with the machine on the audit sample."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np

from precode.agreement.bootstrap import cluster_weights
from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.intervals import FEWEST_CLUSTERS, LEVEL
from precode.agreement.labels import About, code_sets, foreign, variables
from precode.agreement.reliability import (
    Reliability,
    SetAgreement,
    mean_reliability,
    reliability,
    set_agreement,
    tally,
)
from precode.agreement.shares import Sampling
from precode.agreement.units import Readings, Unit
from precode.audit.design import Interval
from precode.codebook import Codebook
from precode.domain import Event, HumanCodes, Polarity, Sentence
from precode.steps.loop.answers import audited
from precode.steps.loop.judging import judge
from precode.steps.opening import Study, open_study
from precode.steps.together.readings import DoubleRead, double_reading
from precode.steps.together.rounds import told


@dataclass(frozen=True, slots=True)
class Row:
    """One question and how well coders agree on it; ``id`` is that of the code or domain."""

    about: About
    id: str
    label: str
    polarity: Polarity
    figures: Reliability


@dataclass(frozen=True, slots=True)
class Agreement:
    """How well ``coders`` agree on the ``units`` that two or more of them have read.

    ``rows`` are codes, codes with polarity, domains, polarities, any code, and the polarity of codes
    that two gave. ``mean_of_codes`` is the mean over the ``averaged`` codes for which κ is estimable,
    the same in every figure: codes that hardly anybody gave would lift the share agreed and PABAK.
    ``sets`` compares whole sets of codes, ``sets_with_polarity`` those with their polarities.
    """

    coders: tuple[str, ...]
    units: int
    transcripts: int
    rows: tuple[Row, ...]
    mean_of_codes: Reliability
    sets: SetAgreement
    sets_with_polarity: SetAgreement
    averaged: int

    @property
    def intervals(self) -> bool:
        """Whether any figure has one: there are none over too few transcripts."""
        figures = (f for r in self.rows for f in (r.figures.observed, r.figures.kappa))
        return any(isinstance(f, Estimate) and f.low is not None for f in figures)


@dataclass(frozen=True, slots=True)
class Beside:
    """One code, which people gave to ``passages`` of the audit sample: people with one another, on all they have read twice and on the audit sample alone,
    beside the machine with people on the audit sample. ``machine``'s kappa and ``f1`` are those of
    ``status`` (they know how the sample was drawn); its other figures count sentences plainly.
    """

    code: str
    label: str
    passages: int
    people: Reliability
    people_on_audit: Figure
    machine: Reliability
    f1: Figure


@dataclass(frozen=True, slots=True)
class Machine:
    """``name`` says what is judged, on ``sentences`` of the audit sample that people answered."""

    name: str
    sentences: int
    transcripts: int
    codes: tuple[Beside, ...]


@dataclass(frozen=True, slots=True)
class Agreed:
    """All tables: ``overall`` of all coders, ``pairs`` of each two who share a unit. Intervals hold
    ``level`` of the cases, by ``draws`` of whole transcripts from ``seed``; below ``floor`` units a
    figure is not estimable. ``notes`` are sentences for the reader.
    """

    unit: Unit
    level: float
    draws: int
    seed: int
    floor: int
    overall: Agreement
    pairs: tuple[Agreement, ...]
    machine: Machine | None
    notes: tuple[str, ...]


def agree(path: Path, *, unit: Unit = "sentence", coders: Sequence[str] = ()) -> Agreed:
    """Agreement in the study at ``path``, of ``coders`` (default: all). Reads only.

    What a coder said before seeing a suggestion counts, also where it was revised after; what was
    said with one in view does not. Raises :class:`TooLittleError` where no two coders have read the
    same sentence so, :class:`UsageError` for a coder who has read nothing.
    """
    with open_study(path, verb="agree", write=False) as study:
        return agreement_of(study, double_reading(study, unit=unit, coders=coders))


def agreement_of(study: Study, read: DoubleRead, *, machine: bool = True) -> Agreed:
    """:func:`agree` of an open study, on what was ``read``; without ``machine``, of people alone."""
    unit, readings = read.unit, read.readings
    settings = study.settings.train
    sampling = Sampling(np.random.default_rng(settings.seed), settings.bootstrap, settings.floor)
    what = f"{'sentences' if unit == 'sentence' else 'passages'} read by two"
    overall = _agreement(readings, study.codebook, sampling, what)
    pairs = [readings.of(*two) for two in combinations(readings.coders, 2)]
    if len(readings.coders) == 2:
        tables = [overall]
    else:
        tables = [_agreement(r, study.codebook, sampling, what) for r in pairs if r.units]
    beside = _machine(study, read.sentences, read.events, overall, sampling) if machine else None
    return Agreed(
        unit, LEVEL, settings.bootstrap, settings.seed, settings.floor, overall, tuple(tables),
        beside, (*told(study), *_notes(readings, study.codebook, read.blind)),
    )  # fmt: skip


def _agreement(readings: Readings, codebook: Codebook, sampling: Sampling, what: str) -> Agreement:
    asked = variables(readings, codebook)
    tallies = [tally(v.values, v.q, v.transcripts) for v in asked]
    # one set of draws for all that stands on the same transcripts
    clusters = len(set(readings.transcripts))
    weights = cluster_weights(clusters, rng=sampling.rng, draws=sampling.draws)
    rows = tuple(
        Row(
            v.about, v.id, v.label, v.polarity,
            reliability(t, sampling=sampling, weights=None if v.about is About.DIRECTION else weights,
                        what="codes given by two" if v.about is About.DIRECTION else what),
        )
        for v, t in zip(asked, tallies, strict=True)
    )  # fmt: skip
    codes = [(t, r.figures) for t, r in zip(tallies, rows, strict=True) if r.about is About.CODE]
    told = [(t, f) for t, f in codes if isinstance(f.kappa, Estimate)]

    def sets(polarity: bool) -> SetAgreement:
        values, which = code_sets(readings, codebook, polarity=polarity)
        return set_agreement(values, which, readings.transcripts, sampling=sampling, what=what)

    return Agreement(
        readings.coders, len(readings.units), clusters, rows,
        mean_reliability([t for t, _ in told or codes], [r for _, r in told or codes], weights=weights),
        sets(polarity=False), sets(polarity=True), len(told),
    )  # fmt: skip


def _machine(
    study: Study,
    sentences: tuple[Sentence, ...],
    events: Sequence[Event],
    overall: Agreement,
    sampling: Sampling,
) -> Machine | None:
    """The machine beside the people; None where no audit sample or no model is."""
    judgement = judge(study, sentences, study.human_codes(sentences), events)
    sample = audited(study, sentences, events)
    if judgement is None or sample is None or not sample.machine:
        return None
    people = {row.id: row.figures for row in overall.rows if row.about is About.CODE}
    codes = []
    for j, said in enumerate(judgement.codes):
        values = np.column_stack([sample.truth[:, j], sample.given[:, j]]).astype(np.int64)
        found = reliability(
            tally(values, 2, sample.transcripts),
            sampling=sampling,
            what="sentences of the audit sample",
        )
        found = replace(found, kappa=_figure(said.kappa))
        codes.append(
            Beside(
                said.code,
                said.label,
                said.passages,
                people[said.code],
                said.human,
                found,
                _figure(said.f1),
            )
        )
    return Machine(
        sample.machine, len(sample.truth), len(set(sample.transcripts)), tuple(codes)
    )  # fmt: skip


def _figure(i: Interval) -> Figure:
    return NotEstimable(i.why) if i.value is None else Estimate(i.value, i.low, i.high)


def _notes(readings: Readings, codebook: Codebook, blind: HumanCodes) -> tuple[str, ...]:
    out = []
    if others := foreign(readings, codebook):
        out.append(f"codes that the codebook no longer holds are left out: {', '.join(others)}")
    read = Counter(coder for _, coder in blind.read)
    coded = Counter(coder for _, coder in {(c.sentence_id, c.coder) for c in blind.codings})
    if whole := [c for c in readings.coders if read[c] == coded[c]]:
        out.append(
            f"every sentence known to be read by {' and by '.join(whole)} holds a code: if whole "
            "transcripts were read, say so with precode codes … --complete NAME, or agreement on "
            "what nobody coded is missing"
        )
    few = len(set(readings.transcripts))
    if few < 12:
        out.append(
            f"two coders share {few} transcript{'s' * (few != 1)}: "
            + ("no intervals" if few < FEWEST_CLUSTERS else "intervals")
            + f" over so few{'' if few < FEWEST_CLUSTERS else ' are rough'}; precode agree --plan "
            "says how many would do"
        )
    return tuple(out)
