"""What the machine says of sentences, and which of it can be accepted unread."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from precode.domain import Polarity

Floats = npt.NDArray[np.floating]

# On behaviours left out of the starter's corpus, of 223 codes called "both" from .5 on 32 were; from
# .55 on 19 of 45, and 1 % more polarities were right.
BOTH, UNCLEAR = 0.55, 0.35


class Verdict(StrEnum):
    """``ACCEPT``: all codes given are sure, and so are the rest not given. ``NONE``: surely no code.
    ``REVIEW``: a person should look.
    """

    ACCEPT = "accept"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Predictions:
    """Rows are sentences, columns the codebook's leaves.

    ``p (n, k)`` is calibrated (or, where ``calibrated`` is False, only a rank); ``decision (n, k)``
    the codes given; ``polarity (n, k)`` the value of a :class:`Polarity` for every code, were it given;
    ``polarity_p (n, k, 2)`` the probabilities of [barrier, facilitator]. ``margin (n, k)``: how far
    a code is from being given, in log-odds, 0 where the decision flips; None where the
    predictions were read from a file. ``accepted (n, k)``: codes given that a promise of precision
    covers (:mod:`precode.model.guarantee`), whatever else its sentence holds; None without one.
    """

    sentence_ids: tuple[str, ...]
    codes: tuple[str, ...]
    p: Floats
    decision: npt.NDArray[np.bool_]
    polarity: npt.NDArray[np.str_]
    polarity_p: Floats
    verdict: tuple[Verdict, ...]
    bundle_id: str
    calibrated: bool
    margin: Floats | None = None
    accepted: npt.NDArray[np.bool_] | None = None


def polarities(p: Floats, has_polarity: npt.NDArray[np.bool_]) -> npt.NDArray[np.str_]:
    """``(n, k)`` polarities from ``p (n, k, 2)``. Both likely: both; neither near likely: unclear."""
    barrier, facilitator = p[:, :, 0], p[:, :, 1]
    out = np.full(barrier.shape, Polarity.FACILITATOR.value, dtype="<U11")
    out[barrier >= facilitator] = Polarity.BARRIER.value
    out[(barrier >= BOTH) & (facilitator >= BOTH)] = Polarity.BOTH.value
    out[np.maximum(barrier, facilitator) < UNCLEAR] = Polarity.UNCLEAR.value
    out[:, ~has_polarity] = Polarity.NONE.value
    return out


def verdicts(
    p: Floats, decision: npt.NDArray[np.bool_], *, accept: float, calibrated: bool
) -> tuple[Verdict, ...]:
    """``accept`` is the calibrated probability from which a code counts as sure, and one minus it
    the one below which its absence does. Codes that are not modelled (NaN) have no say. Nothing is
    sure of what is only ranked.
    """
    if not calibrated:
        return (Verdict.REVIEW,) * len(p)
    return settled_verdicts((np.where(decision, p, 1 - p) >= accept) | np.isnan(p), decision)


def settled_verdicts(
    settled: npt.NDArray[np.bool_], decision: npt.NDArray[np.bool_]
) -> tuple[Verdict, ...]:
    """From ``settled (n, k)``: whether a code's being given, or not, needs no look by a person."""
    sure = np.asarray(settled.all(1))
    some = np.asarray(decision.any(1))
    return tuple(
        Verdict.REVIEW if not s else Verdict.ACCEPT if g else Verdict.NONE
        for s, g in zip(sure.tolist(), some.tolist(), strict=True)
    )
