"""What ``predict --precision`` and ``--recall`` promise of a model, in numbers and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from precode.codebook import Codebook
from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.guarantee import Guarantee, Promise, guarantee
from precode.model.predictions import Predictions, Verdict

Kind = Literal["precision", "recall"]

CONFIDENCE = 0.95
TERMS = (
    "Each promise is for one code, in the long run, on transcripts like those the model was trained "
    "on, and rests on scores of models that had not seen the transcript."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The targets of a run; both None: nothing is promised."""

    precision: float | None = None
    recall: float | None = None
    confidence: float = CONFIDENCE


@dataclass(frozen=True, slots=True)
class Line:
    """A promise of one code, for a table. ``from_p`` is the calibrated probability it acts from;
    ``now`` the sentences of this run, among those nobody has coded, that it accepts the code for
    (precision) or keeps to be read (recall); ``share`` was observed in ``passages`` of
    ``transcripts``, ``bound`` is its lower bound. ``words`` say it all.
    """

    kind: Kind
    code: str
    label: str
    promised: bool
    from_p: float | None
    now: int
    share: float | None
    bound: float | None
    passages: int
    transcripts: int
    positives: int
    more: int | None
    words: str


@dataclass(frozen=True, slots=True)
class Promised:
    """A run's promises. ``skipped``: sentences nobody has coded that need not be read, by verdict
    "none", of ``unread`` in all.
    """

    precision: float | None
    recall: float | None
    confidence: float
    lines: tuple[Line, ...]
    accepted: int
    skipped: int
    unread: int


def promises(bundle: Bundle, asked: Asked | None) -> Guarantee | None:
    """What ``bundle`` can promise; None if nothing was asked.

    Raises :class:`InputError` for a model that keeps no held-out scores.
    """
    if asked is None or (asked.precision is None and asked.recall is None):
        return None
    if bundle.held_out is None:
        raise InputError(
            "nothing can be promised of this model: it keeps no scores of transcripts held out "
            "(it is older than promises, or only one transcript was coded, or it came with precode)",
            mend="train again, on two transcripts or more: precode train",
        )
    return guarantee(
        bundle.held_out, bundle.codebook.leaf_ids,
        confidence=asked.confidence, precision=asked.precision, recall=asked.recall,
    )  # fmt: skip


def promised(
    made: Guarantee | None, found: Predictions, book: Codebook, unread: npt.NDArray[np.bool_]
) -> Promised | None:
    """``made`` beside what it comes to in ``found``; ``unread (n,)``: nobody has coded the row."""
    if made is None:
        return None
    verdict = np.array([v.value for v in found.verdict])
    kept = found.accepted if found.accepted is not None else np.zeros_like(found.decision)
    lines = [
        _line("precision", p, book, int((kept[:, j] & unread).sum()))
        for j, p in enumerate(made.precise)
    ]
    lines += [
        _line("recall", c, book, int(((found.p[:, j] >= expit(c.cut)) & unread).sum()))
        for j, c in enumerate(made.complete)
    ]
    return Promised(
        made.precision,
        made.recall,
        made.confidence,
        tuple(lines),
        int(((verdict == Verdict.ACCEPT.value) & unread).sum()),
        int(((verdict == Verdict.NONE.value) & unread).sum()),
        int(unread.sum()),
    )


def _line(kind: Kind, p: Promise, book: Codebook, now: int) -> Line:
    return Line(
        kind,
        p.code,
        book[p.code].label,
        p.promised,
        float(expit(p.cut)) if p.promised else None,
        now,
        p.observed if p.passages else None,
        p.bound if p.promised else None,
        p.passages,
        p.transcripts,
        p.positives,
        p.more,
        words(kind, p),
    )


def words(kind: Kind, p: Promise) -> str:
    """The promise in a sentence: its evidence, or why there is none and what it would take."""
    if p.promised:
        seen = f"{p.bound:.2f} or more; seen {p.observed:.2f}"
        what = "passages accepted" if kind == "precision" else "passages of it"
        return f"{seen} of {p.passages:,} {what}, in {p.transcripts:,} transcripts"
    if not p.positives:
        return "abstains: too few sentences carry it, or none coded without a suggestion in view"
    if p.more is not None:
        return f"abstains: about {p.more:,} more coded sentences with this code are needed"
    if kind == "recall":
        return "abstains: too few coded sentences with this code to train on"
    return (
        f"abstains: right too seldom even where it is surest ({p.observed:.2f} of {p.passages:,})"
    )


def record(made: Guarantee) -> dict[str, object]:
    """What a run keeps of its promises: targets, confidence, thresholds and their evidence."""

    def of(p: Promise) -> dict[str, object]:
        finite = np.isfinite(p.cut)
        return {
            "promised": p.promised,
            "threshold_log_odds": p.cut if finite else None,
            "threshold_p": float(expit(p.cut)) if finite else None,
            "bound": p.bound,
            "observed": p.observed,
            "passages": p.passages,
            "transcripts": p.transcripts,
            "positives": p.positives,
            "more_needed": p.more,
        }

    return {
        "confidence": made.confidence,
        "precision": made.precision,
        "recall": made.recall,
        "precision_codes": {p.code: of(p) for p in made.precise},
        "recall_codes": {p.code: of(p) for p in made.complete},
    }


def facts(about: Mapping[str, object], book: Codebook) -> tuple[tuple[str, str], ...]:
    """(fact, value) lines for a methods section, from a run's ``about``; () without promises."""
    kept: Any = about.get("guarantee")
    if not kept:
        return ()
    labels = {leaf.id: leaf.label for leaf in book.leaves}
    says = {
        "precision": "of what is accepted unread is right",
        "recall": "of the code’s passages are left to be read",
    }
    out: list[tuple[str, str]] = []
    for kind, text in says.items():
        if kept[kind] is None:
            continue
        codes: dict[str, dict[str, Any]] = kept[f"{kind}_codes"]
        made = "; ".join(
            f"{labels.get(c, c)} (from {p['threshold_p']:.2f}, bound {p['bound']:.2f}, "
            f"{p['passages']:,} passages in {p['transcripts']:,} transcripts)"
            for c, p in codes.items()
            if p["promised"] and p["threshold_p"] is not None
        )
        abstained = "; ".join(labels.get(c, c) for c, p in codes.items() if not p["promised"])
        out += [
            (
                f"Promise of {kind}",
                f"at least {kept[kind]:.0%} {text}, by code, {kept['confidence']:.0%} sure, "
                "on transcripts like those coded",
            ),
            ("Made for", made or "no code"),
            ("Abstained from", abstained or "no code"),
        ]
    if out:
        out.append((
            "How promises are made",
            "thresholds on held-out scores, tested in a fixed order (learn then test) by exact "
            "bounds for clustered samples (Korn and Graubard), transcripts as clusters",
        ))  # fmt: skip
    return tuple(out)
