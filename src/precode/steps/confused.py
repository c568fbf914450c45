"""``agree --confusions``: which codes coders swap, with the sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.agreement.confusions import Kind, confusions
from precode.agreement.units import Unit
from precode.domain import CodePolarity, Polarity
from precode.steps.opening import Study, open_study
from precode.steps.together.readings import DoubleRead, double_reading
from precode.steps.together.rounds import told


@dataclass(frozen=True, slots=True)
class Disagreed:
    """One passage: what ``coder`` and ``other`` gave it. ``text`` is its sentences'."""

    sentences: tuple[str, ...]
    transcript: str
    text: str
    coder: str
    coder_gave: tuple[CodePolarity, ...]
    other: str
    other_gave: tuple[CodePolarity, ...]


@dataclass(frozen=True, slots=True)
class Swap:
    """A pair that coders swap: see :class:`precode.agreement.confusions.Confusion`. ``first`` and
    ``second`` are labels, ``codes`` the ids.
    """

    kind: Kind
    first: str
    second: str
    codes: tuple[str, ...]
    n: int
    either: int
    cases: tuple[Disagreed, ...]


@dataclass(frozen=True, slots=True)
class Swaps:
    """All pairs that coders swap, the most frequent first. ``labels`` are the codes', by id;
    ``notes`` say what is left out.
    """

    unit: Unit
    coders: tuple[str, ...]
    units: int
    labels: Mapping[str, str]
    swaps: tuple[Swap, ...]
    notes: tuple[str, ...] = ()


def confused(path: Path, *, unit: Unit = "sentence", coders: Sequence[str] = ()) -> Swaps:
    """Which codes the coders of the study at ``path`` swap, with the sentences; otherwise as
    :func:`precode.steps.agree.agree`.
    """
    with open_study(path, verb="agree", write=False) as study:
        return swaps_of(study, double_reading(study, unit=unit, coders=coders))


def swaps_of(study: Study, read: DoubleRead) -> Swaps:
    """:func:`confused` of an open study, on what was ``read``."""
    unit, readings, sentences = read.unit, read.readings, read.sentences
    label = {leaf.id: leaf.label for leaf in study.codebook.leaves} | {"": "nothing applies"}
    names = {t.id: t.name for t in study.store.transcripts()}
    by_id = {s.id: s for s in sentences}

    def gave(codes: Sequence[tuple[str, Polarity]]) -> tuple[CodePolarity, ...]:
        return tuple(CodePolarity(code, polarity) for code, polarity in codes)

    swaps = [
        Swap(
            c.kind,
            label[c.first] + (f", {c.polarities[0].value}" if c.polarities else ""),
            label[c.second] + (f", {c.polarities[1].value}" if c.polarities else ""),
            tuple(dict.fromkeys(code for code in (c.first, c.second) if code)),
            c.n,
            c.either,
            tuple(
                Disagreed(
                    case.unit,
                    names[by_id[case.unit[0]].transcript_id],
                    " ".join(by_id[i].text for i in case.unit),
                    case.coder,
                    gave(case.coder_gave),
                    case.other,
                    gave(case.other_gave),
                )
                for case in c.cases
            ),
        )
        for c in confusions(readings, study.codebook)
    ]
    return Swaps(unit, readings.coders, len(readings.units), label, tuple(swaps), told(study))
