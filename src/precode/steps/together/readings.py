"""What coders have read without a suggestion: the units that agreement counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from precode.agreement.units import Readings, Unit, by_excerpt, by_sentence
from precode.codings.consensus import independent, is_consensus
from precode.codings.history import fold
from precode.domain import Event, HumanCodes, Sentence
from precode.errors import TooLittleError, UsageError, quoted
from precode.steps.opening import Study
from precode.steps.together.rounds import apart, told, without


def blind_readings(
    study: Study, sentences: tuple[Sentence, ...], events: Sequence[Event], coders: Sequence[str]
) -> HumanCodes:
    """What each of ``coders`` (default: of all) said without a suggestion in view, and before it was
    adjudicated; without what is being coded apart.
    """
    if any(is_consensus(c) for c in coders):
        raise UsageError(
            "the consensus is no independent reading: who agreed on it had seen the codes of all",
            mend="--coder takes those who code",
        )
    unaided = [e for e in independent(events) if not e.assisted]
    blind = fold(unaided, sentences, overlap=study.settings.codings.overlap)
    known = sorted({coder for _, coder in blind.read})
    if missing := [c for c in coders if c not in known]:
        raise UsageError(
            f"{', '.join(missing)}: has read nothing in this study without a suggestion",
            mend=f"--coder takes one of: {', '.join(known) or 'nobody yet'}",
        )
    mine = set(coders or known)
    blind = without(blind, apart(study))
    return HumanCodes(
        tuple(c for c in blind.codings if c.coder in mine),
        frozenset(r for r in blind.read if r[1] in mine),
        frozenset(r for r in blind.assisted if r[1] in mine),
    )


@dataclass(frozen=True, slots=True)
class DoubleRead:
    """``readings`` of the units that two coders have read blind, out of all they said ``blind``."""

    unit: Unit
    sentences: tuple[Sentence, ...]
    events: tuple[Event, ...]
    blind: HumanCodes
    readings: Readings


def double_reading(
    study: Study,
    *,
    unit: Unit,
    coders: Sequence[str] = (),
    sentences: tuple[Sentence, ...] = (),
    events: tuple[Event, ...] = (),
) -> DoubleRead:
    """What ``coders`` (default: all) of the study have read twice; all of its ``sentences`` and
    ``events``, where they are at hand already.

    Raises :class:`TooLittleError` where there is none, :class:`UsageError` for a coder who has read
    nothing.
    """
    sentences, events = sentences or study.store.sentences(), events or study.store.events()
    blind = blind_readings(study, sentences, events, coders)
    return DoubleRead(unit, sentences, events, blind, double_read(blind, sentences, unit, study))


def double_read(
    blind: HumanCodes, sentences: tuple[Sentence, ...], unit: Unit, study: Study
) -> Readings:
    """The units that two coders have read. Raises :class:`TooLittleError` where there are none."""
    readings = by_sentence(blind, sentences)
    if not readings.units:
        raise TooLittleError(
            "; ".join(
                ["no two coders have read the same sentence without a suggestion", *told(study)]
            ),
            mend=_mend(blind, sentences, study),
        )
    return readings if unit == "sentence" else by_excerpt(readings, sentences)


def _mend(blind: HumanCodes, sentences: tuple[Sentence, ...], study: Study) -> str:
    """The commands that make two coders read the same."""
    if not blind.read:
        return "precode codes CODINGS.csv --complete-all, with the codings of two coders"
    where = {s.id: s.transcript_id for s in sentences}
    most = Counter(where[i] for i, _ in blind.read).most_common(1)[0][0]
    name = next(t.name for t in study.store.transcripts() if t.id == most)
    return (
        f"precode codes OTHER.csv --coder OTHER --complete {quoted(name)}, or precode review "
        "--coder OTHER, which asks some of what others have decided"
    )
