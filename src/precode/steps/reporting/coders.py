"""How far the coders of a study agree, for its report."""

from __future__ import annotations

from precode.agreement.estimate import Estimate, Figure
from precode.agreement.labels import About
from precode.domain import Event, Sentence
from precode.errors import TooLittleError
from precode.report.agreement import CoderAgreement, PairRow, ReliabilityRow, SwapRow
from precode.report.score import Score, alone
from precode.steps.agree import Agreement, Row, agreement_of
from precode.steps.confused import swaps_of
from precode.steps.opening import Study
from precode.steps.together.readings import double_reading


def coders_agreement(
    study: Study, sentences: tuple[Sentence, ...], events: tuple[Event, ...]
) -> CoderAgreement | None:
    """What ``precode agree`` says of sentences; None where no two coders have read the same one."""
    try:
        read = double_reading(study, unit="sentence", sentences=sentences, events=events)
    except TooLittleError:
        return None
    found = agreement_of(study, read, machine=False)
    swaps = swaps_of(study, read).swaps
    all_coders = found.overall
    codes = [r.label for r in all_coders.rows if r.about is About.CODE]
    return CoderAgreement(
        unit=found.unit,
        coders=all_coders.coders,
        units=all_coders.units,
        transcripts=all_coders.transcripts,
        rows=tuple(_row(r) for r in all_coders.rows),
        mean_kappa=_score(all_coders.mean_of_codes.kappa),
        sets=(
            ("All codes of a unit", _score(all_coders.sets.same), _score(all_coders.sets.alpha)),
            (
                "All codes with polarity",
                _score(all_coders.sets_with_polarity.same),
                _score(all_coders.sets_with_polarity.alpha),
            ),
        ),
        codes=tuple(codes),
        pairs=tuple(_pair(p) for p in found.pairs),
        swaps=tuple(SwapRow(s.kind, s.first, s.second, s.n, s.either) for s in swaps),
        floor=found.floor,
        draws=found.draws,
        seed=found.seed,
        notes=found.notes,
    )


def _row(r: Row) -> ReliabilityRow:
    f = r.figures
    label = f"{r.label}, {r.polarity}" if r.polarity and r.label else r.label or str(r.polarity)
    return ReliabilityRow(
        r.about, r.id, label or str(r.about), f.units, f.positives, _score(f.prevalence),
        _score(f.observed), _score(f.kappa), _score(f.alpha), _score(f.ac1), _score(f.pabak),
    )  # fmt: skip


def _pair(p: Agreement) -> PairRow:
    kappas = tuple(_score(r.figures.kappa) for r in p.rows if r.about is About.CODE)
    return PairRow(" and ".join(p.coders), p.units, kappas)


def _score(figure: Figure | None) -> Score:
    if figure is None:
        return None
    if not isinstance(figure, Estimate):
        return str(figure)
    if figure.low is None or figure.high is None:
        return alone(figure.value)
    return (figure.value, figure.low, figure.high)
