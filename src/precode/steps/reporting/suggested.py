"""What coders did when they saw the machine's suggestions, as the report shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from precode.agreement import assistance as of
from precode.agreement import pace, reveal
from precode.agreement.estimate import Estimate, Figure
from precode.agreement.shares import Sampling
from precode.codebook import Codebook
from precode.codings.consensus import independent
from precode.codings.encounters import encounters, unshown
from precode.domain import Encounter, Event, EventKind, HumanCodes, Reason, Sentence
from precode.report.score import Score, alone
from precode.report.shown import (
    Assistance,
    BandRow,
    CodeShiftRow,
    InViewRow,
    PaceRow,
    ProbeRow,
    ShiftRow,
    ShownRow,
)
from precode.steps.opening import Study

Timed = Sequence[tuple[str, str, float]]
"""(coder, transcript id, seconds) of decisions without a suggestion."""


def assistance_of(study: Study, events: Sequence[Event], human: HumanCodes) -> Assistance:
    """Read from the whole history ``events`` and its fold ``human``."""
    settings = study.settings
    rng = np.random.default_rng(settings.train.seed)
    sampling = Sampling(rng, settings.train.bootstrap, settings.train.floor)
    audit = set(study.store.audit_sample())
    shown = {
        Sentence.make_id(e.transcript_id, e.start, e.end)
        for e in events
        if e.kind is EventKind.SHOWN and e.reason != Reason.PROBE
    }
    bare = Assistance(
        policy=settings.review.suggestion,
        readings=len(human.read),
        assisted=len(human.assisted),
        audit=len(audit),
        audit_shown=len(audit & shown),
    )
    met = encounters(events)
    if not met:
        return bare
    alone = study.independent_codes(study.store.sentences())
    timed = unshown(independent(events))
    return _with_rows(bare, met, timed, alone, study.codebook, sampling)


def _with_rows(
    bare: Assistance,
    met: Sequence[Encounter],
    timed: Timed,
    human: HumanCodes,
    codebook: Codebook,
    sampling: Sampling,
) -> Assistance:
    shifts = [
        _shift(coder, pairs, codebook, sampling, colleagues=colleagues)
        for colleagues in (False, True)
        for coder, mine in _by_coder(of.revealed(met))
        if (pairs := _pairs(mine, met, human, colleagues=colleagues))
    ]
    per_code = reveal.code_shifts(reveal.with_machine(met), codebook, sampling=sampling)
    return Assistance(
        policy=bare.policy,
        readings=bare.readings,
        assisted=bare.assisted,
        audit=bare.audit,
        audit_shown=bare.audit_shown,
        shown=tuple(_shown(c, mine, sampling) for c, mine in _by_coder(of.revealed(met))),
        in_view=tuple(_in_view(c, mine, sampling) for c, mine in _by_coder(of.from_the_start(met))),
        bands=tuple(
            BandRow(coder, b.label, in_view, b.offered, _score(b.taken))
            for in_view, kind in ((False, of.revealed(met)), (True, of.from_the_start(met)))
            for coder, mine in _by_coder(kind)
            for b in of.bands(mine, sampling=sampling)
        ),
        codes=tuple(
            CodeShiftRow(
                code, s.n, s.positives, _score(s.before), _score(s.after), _score(s.change)
            )
            for code, s in per_code.items()
            if s.n
        ),
        shifts=tuple(shifts),
        pace=tuple(p for c, mine in _by_coder(met) for p in _pace(c, mine, timed)),
        probes=tuple(_probes(c, mine) for c, mine in _by_coder([e for e in met if e.probe])),
    )


def _by_coder(met: Sequence[Encounter]) -> list[tuple[str, list[Encounter]]]:
    """Everyone's under "", then each coder's; one coder alone is everyone, and said once."""
    coders = sorted({e.coder for e in met})
    mine = [(coder, [e for e in met if e.coder == coder]) for coder in coders]
    return [("", list(met)), *mine] if len(coders) > 1 else mine


def _shown(coder: str, mine: Iterable[Encounter], sampling: Sampling) -> ShownRow:
    o = of.outcomes(mine, sampling=sampling)
    return ShownRow(
        coder, o.shown, o.undecided, _score(o.agreed), o.differed, _score(o.accepted),
        _score(o.partly), _score(o.otherwise), _score(o.kept),
    )  # fmt: skip


def _in_view(coder: str, mine: Iterable[Encounter], sampling: Sampling) -> InViewRow:
    v = of.in_view(mine, sampling=sampling)
    return InViewRow(coder, v.shown, v.undecided, _score(v.same))


def _pairs(
    mine: Sequence[Encounter], met: Sequence[Encounter], human: HumanCodes, *, colleagues: bool
) -> list[reveal.Pair]:
    return reveal.with_colleagues(mine, met, human) if colleagues else reveal.with_machine(mine)


def _shift(
    coder: str,
    pairs: Sequence[reveal.Pair],
    codebook: Codebook,
    sampling: Sampling,
    *,
    colleagues: bool,
) -> ShiftRow:
    what = "decisions that a colleague made unaided too" if colleagues else "decisions"
    s = reveal.shift(pairs, codebook, sampling=sampling, what=what)
    return ShiftRow(
        coder, colleagues, s.n, s.towards, s.away, _score(s.same_before), _score(s.same_after),
        _score(s.same_change), _score(s.f1_before), _score(s.f1_after), _score(s.f1_change),
    )  # fmt: skip


def _pace(coder: str, mine: Sequence[Encounter], timed: Timed) -> list[PaceRow]:
    kinds = (
        ("No suggestion shown", pace.pace((s,) for c, _, s in timed if coder in ("", c))),
        ("Suggestion revealed afterwards, decision unchanged", pace.pace_kept(mine)),
        ("Suggestion revealed afterwards, decision revised", pace.pace_revised(mine)),
        ("Suggestion in view from the start", pace.pace_in_view(mine)),
    )
    return [
        PaceRow(coder, what, p.n, p.breaks, p.untimed, p.median, p.lower, p.upper)
        for what, p in kinds
        if p.n + p.breaks + p.untimed
    ]


def _probes(coder: str, mine: Iterable[Encounter]) -> ProbeRow:
    p = of.probes(mine)
    return ProbeRow(
        coder, p.shown, p.undecided, p.unknown, p.matched, p.differed, p.accepted, p.partly,
        _score(p.share),
    )  # fmt: skip


def _score(figure: Figure) -> Score:
    if isinstance(figure, Estimate) and figure.low is not None and figure.high is not None:
        return figure.value, figure.low, figure.high
    if isinstance(figure, Estimate):
        return alone(figure.value)
    return str(figure)
