"""What coders do when they see the machine's suggestion.

Taking a suggestion is no merit and keeping one's own decision no fault: who was right, these
figures cannot say. Only probes can, whose suggestion was wrong on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from precode.agreement.estimate import Estimate, Figure, NotEstimable
from precode.agreement.shares import Sampling, clopper_pearson, share
from precode.domain import CodePolarity, Encounter

BANDS = ((0.0, "below .50"), (0.5, ".50 to .79"), (0.8, ".80 and above"))
"""(lowest confidence, label), from low to high."""

NOTHING = "“nothing applies”"
UNSTORED = "confidence not stored"

Codes = Sequence[CodePolarity] | None


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What became of the suggestions revealed after a coder's own decision.

    ``shown`` were; on ``undecided`` nothing stands any more, and they are in no figure. ``agreed``
    is the share that said what the coder had said. Of the ``differed`` others: ``accepted``, the
    coder's decision became the machine's; ``partly``, it came nearer (fewer codes and polarities
    apart); ``otherwise``, it changed without coming nearer; ``kept``, it stayed. The four add up
    to one. Equal means the same codes with the same polarities.
    """

    shown: int
    undecided: int
    agreed: Figure
    differed: int
    accepted: Figure
    partly: Figure
    otherwise: Figure
    kept: Figure


@dataclass(frozen=True, slots=True)
class InView:
    """Suggestions in view before the coder decided: what they would have said alone is not known.

    ``same`` is the share of the decisions that equal the suggestion.
    """

    shown: int
    undecided: int
    same: Figure


@dataclass(frozen=True, slots=True)
class Band:
    """Suggested codes that the coder had not given, by the machine's confidence in the code.

    ``taken`` is the share of the ``offered`` that the final decision holds (with that polarity).
    """

    label: str
    offered: int
    taken: Figure


@dataclass(frozen=True, slots=True)
class Probes:
    """Suggestions that were wrong on purpose.

    Of the ``shown``, ``undecided`` were not answered, ``unknown`` lack an unaided answer of the
    coder's, and ``matched`` said the same as it. Of the ``differed`` others ``accepted`` were taken
    whole and ``partly`` in part; ``share`` is ``accepted`` of ``differed``, with the exact interval
    of Clopper and Pearson.
    """

    shown: int
    undecided: int
    unknown: int
    matched: int
    differed: int
    accepted: int
    partly: int
    share: Figure


def outcomes(encounters: Iterable[Encounter], *, sampling: Sampling) -> Outcomes:
    """Of those with a decision before the reveal; probes are left out."""
    shown = revealed(encounters)
    met = decided(shown)
    differed = [e for e in met if not equal(e.first, e.shown)]
    became = [_became(e) for e in differed]

    def of_differed(which: str) -> Figure:
        flags = [b == which for b in became]
        return _share(flags, differed, sampling, "suggestions that differed from the coder’s codes")

    agreed = [equal(e.first, e.shown) for e in met]
    return Outcomes(
        shown=len(shown),
        undecided=len(shown) - len(met),
        agreed=_share(agreed, met, sampling, "suggestions shown after a decision"),
        differed=len(differed),
        accepted=of_differed("accepted"),
        partly=of_differed("partly"),
        otherwise=of_differed("otherwise"),
        kept=of_differed("kept"),
    )


def in_view(encounters: Iterable[Encounter], *, sampling: Sampling) -> InView:
    """Of those whose suggestion was in view from the start; probes are left out."""
    shown = from_the_start(encounters)
    met = decided(shown)
    same = [equal(e.final, e.shown) for e in met]
    what = "decisions with a suggestion in view from the start"
    return InView(len(shown), len(shown) - len(met), _share(same, met, sampling, what))


def bands(encounters: Iterable[Encounter], *, sampling: Sampling) -> tuple[Band, ...]:
    """Acceptance by the machine's confidence, code by code; a last band holds suggestions that
    nothing applies to a sentence which the coder had coded.

    Of suggestions in view from the start every code counts as offered. Probes are left out, and
    so is what was never decided: mix no such kinds, but give one at a time.
    """
    offers: dict[str, list[tuple[Encounter, bool]]] = {label: [] for *_, label in BANDS}
    offers[NOTHING] = []
    for e in decided(e for e in encounters if not e.probe):
        final = set(e.final or ())
        if not e.shown and e.first != ():
            offers[NOTHING].append((e, not final))
        for i, code in enumerate(e.shown):
            if code not in (e.first or ()):
                label = _band(e.confidence[i]) if e.confidence else UNSTORED
                offers.setdefault(label, []).append((e, code in final))
    return tuple(
        Band(
            label,
            len(mine),
            _share([taken for _, taken in mine], [e for e, _ in mine], sampling, "such codes"),
        )
        for label, mine in offers.items()
    )


def probes(encounters: Iterable[Encounter]) -> Probes:
    """How often planted wrong suggestions were taken."""
    shown = [e for e in encounters if e.probe]
    answered = decided(shown)
    known = [e for e in answered if e.first is not None]
    differed = [e for e in known if not equal(e.first, e.shown)]
    became = [_became(e) for e in differed]
    accepted, n = became.count("accepted"), len(differed)
    rate: Figure = NotEstimable("no planted suggestion differed from the coder’s own answer")
    if n:
        rate = Estimate(accepted / n, *clopper_pearson(accepted, n))
    return Probes(
        shown=len(shown),
        undecided=len(shown) - len(answered),
        unknown=len(answered) - len(known),
        matched=len(known) - n,
        differed=n,
        accepted=accepted,
        partly=became.count("partly"),
        share=rate,
    )


def revealed(encounters: Iterable[Encounter]) -> list[Encounter]:
    """Those decided first and shown the suggestion then; no probes."""
    return [e for e in encounters if not e.probe and e.first is not None]


def from_the_start(encounters: Iterable[Encounter]) -> list[Encounter]:
    """Those with the suggestion in view before the decision; no probes."""
    return [e for e in encounters if not e.probe and e.first is None]


def decided(encounters: Iterable[Encounter]) -> list[Encounter]:
    """Those on which a decision stands."""
    return [e for e in encounters if e.final is not None]


def equal(a: Codes, b: Codes) -> bool:
    """The same codes with the same polarities, in any order."""
    return not apart(a, b)


def apart(a: Codes, b: Codes) -> int:
    """How many codes, with their polarities, only one of the two holds."""
    return len(set(a or ()) ^ set(b or ()))


def _became(e: Encounter) -> str:
    """What became of a suggestion that differed from the first decision."""
    if equal(e.final, e.shown):
        return "accepted"
    if equal(e.final, e.first):
        return "kept"
    return "partly" if apart(e.final, e.shown) < apart(e.first, e.shown) else "otherwise"


def _band(confidence: float) -> str:
    from_low = [label for low, label in BANDS if low <= confidence]
    return from_low[-1] if from_low else UNSTORED  # not a number


def _share(
    flags: Sequence[bool], units: Sequence[Encounter], sampling: Sampling, what: str
) -> Figure:
    return share(flags, [e.transcript_id for e in units], sampling=sampling, what=what)
