"""What a model rests on beside its team's codes: the shipped starter that it started from, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from precode.model.bundle import Bundle


@dataclass(frozen=True, slots=True)
class Start:
    """What a model says of the shipped one that was its start, or was tried as one.

    ``weight``: of the starter's score, what each code starts from; 0 where it helped nothing.
    ``chosen``: on held-out transcripts, else it is the default. ``shares``: of each modelled code,
    how much of what tells sentences apart is the starter's word, 0 to 1; empty where it knows none of
    the codes, and only reads the sentences. ``beside``: an adapted encoder's score is added, in which
    its word has no part; ``began``: that encoder learned on from the starter's own.
    """

    name: str
    id: str
    weight: float
    chosen: bool
    shares: Mapping[str, float]
    beside: bool
    began: bool = False

    @property
    def mean(self) -> float:
        """Over the codes; 0 without any."""
        return sum(self.shares.values()) / max(len(self.shares), 1)


def start_of(bundle: Bundle) -> Start | None:
    """The start of ``bundle``; None where no shipped model was at hand, none was wanted, or what is
    said of it cannot be read.
    """
    about: Mapping[str, Any] = bundle.about
    told = about.get("prior")
    if not isinstance(told, dict):
        return None
    validation = about.get("validation")
    try:
        share: dict[str, Any] = told["share"]
        return Start(
            str(told["name"]),
            str(told["id"]),
            float(told["weight"]),
            isinstance(validation, dict) and validation.get("nested") is True,
            {
                code: float(share[code])
                for code, modelled in zip(bundle.codebook.leaf_ids, bundle.modelled, strict=True)
                if modelled and told["known"]
            },
            bundle.tuned is not None,
            bundle.tuned is not None and _began(about),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def said(bundle: Bundle) -> str:
    """The start of ``bundle`` in one sentence without a full stop; "" where it had none."""
    start = start_of(bundle)
    if start is None:
        return ""
    if not start.weight:
        return (
            f"the starter model {start.name} was tried as a start and helped nothing on held-out "
            "transcripts: the model is the team's codes alone"
            + (
                ", but for its fine-tuned encoder, which learned on from the starter's"
                * start.began
            )
        )
    how = "chosen on held-out transcripts" if start.chosen else (
        "not chosen by validation, which takes four transcripts or more in as many folds"
    )  # fmt: skip
    on = ", which learned on from the starter's" if start.began else ""
    of = f", beside the fine-tuned encoder{on}," if start.beside else ""
    if not start.shares:
        return (
            f"the starter model {start.name} knows none of the codes, but reads each sentence in its "
            f"talk, which the team's codes learn from ({how})"
            + ("; polarities start from how it leans" if _leans(bundle) else "")
        )
    most = max(start.shares, key=lambda code: start.shares[code], default="")
    return (
        f"the model starts from {start.name} (weight {start.weight:g}, {how}): on average "
        f"{_percent(start.mean)} of what tells sentences apart{of} rests on it"
        + (
            f", most for {bundle.codebook[most].label} ({_percent(start.shares[most])})"
            if len(start.shares) > 1
            else ""
        )
        + ("; polarities start from it too" if _leans(bundle) else "")
    )


def by_code(bundle: Bundle) -> str:
    """The share of each code: "Physical capability 61 %, …"; "" where nothing rests on a start."""
    start = start_of(bundle)
    if start is None or not start.weight:
        return ""
    return ", ".join(f"{bundle.codebook[c].label} {_percent(s)}" for c, s in start.shares.items())


def _began(about: Mapping[str, Any]) -> bool:
    told = about.get("finetuned")
    return isinstance(told, dict) and bool(told.get("began_with"))


def _leans(bundle: Bundle) -> bool:
    """Whether the start has a say in polarities, where the codebook has any."""
    applies = any(leaf.polarity for leaf in bundle.codebook.leaves)
    return applies and bundle.polarity is not None and bool(bundle.polarity.lean.any())


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
