"""How much of the machine's answers rests on the starter model that ships with precode, in words."""

from __future__ import annotations

from collections.abc import Iterator

from precode.report.record import Started
from precode.report.tables.index import Index
from precode.report.writing import percent

_APART = "of what tells sentences apart"


def starts(start: Started | None) -> Iterator[str]:
    """The fact for a table: what the model started from; nothing where no shipped one was asked."""
    if start is None:
        return
    if not start.weight:
        yield (
            f"the team’s codes alone: the starter model {start.name} was tried as a start and "
            "helped nothing on transcripts held out"
            + (", but the fine-tuned encoder learned on from that model’s" if start.began else "")
        )
        return
    how = (
        "chosen by validation"
        if start.chosen
        else "not chosen by validation: too few transcripts or folds"
    )
    if not start.shares:
        yield (
            f"{start.name} (bundle {start.bundle}), which ships with precode: it knows none of the codes, "
            f"but reads each sentence in its talk, which they learn from; {how}"
        )
        return
    yield (
        f"{start.name} (bundle {start.bundle}), which ships with precode; weight {start.weight:g}, "
        f"{how}; {percent(start.mean)}% {_APART} rests on it, on average over codes"
    )


def rests(start: Started) -> str:
    """What the share means, below the column that has it."""
    beside = ""
    if start.beside:
        beside = " A fine-tuned encoder has its say beside it" + (
            ", which learned on from that model’s own; that is not counted here."
            if start.began
            else ", which does not rest on the starter."
        )
    return (
        f"The last column: how much of the variance of the score, over the sentences learned from, is "
        f"what {start.name} said of them. That model ships with precode and was trained on invented "
        f"talk. The rest was learned from this study’s codes, from how that model’s encoder reads the "
        f"sentences among other things.{beside}"
    )


def sentence(start: Started | None) -> Iterator[str]:
    """For the methods paragraph."""
    if start is None:
        return
    if not start.weight:
        yield (
            f"Starting from the classifier that ships with precode ({start.name}) helped nothing on "
            "transcripts held out, so it rests on the codes of this study alone"
            + (", but for its fine-tuned encoder, which learned on from that classifier’s." if start.began
               else ".")
        )  # fmt: skip
        return
    if not start.shares:
        yield (
            f"Among its features is how a classifier that ships with precode and was trained on invented "
            f"talk ({start.name}) reads each sentence; of these codes that one knows none."
        )
        return
    low, high = (f(s for _, s in start.shares) for f in (min, max))
    yield (
        f"It started from a classifier that ships with precode and was trained on invented talk "
        f"({start.name}, weight {start.weight:g}{', chosen by nested validation' if start.chosen else ''}): "
        f"on average {percent(start.mean)}% of the variance of its scores rests on that "
        f"({percent(low)}% to {percent(high)}% by code)"
        + (", beside a fine-tuned encoder" if start.beside else "")
        + (", which learned on from that classifier’s" if start.began else "")
        + ". Polarities, where it tells them apart, start from it too."
    )


def told(index: Index) -> list[str]:
    """A note beside the machine's scores; none where no code rests on a starter's word."""
    record = index.view.record
    start = record.learned.started if record and record.learned else None
    if start is None or not start.weight or not start.shares:
        return []
    labels = {c.id: c.label for c in index.view.codebook.codes}
    most = sorted(start.shares, key=lambda s: -s[1])
    named = ", ".join(f"{labels.get(code, code)} {percent(share)}%" for code, share in most)
    return [
        f"The machine did not start from nothing: on average {percent(start.mean)}% {_APART} is what "
        f"the starter model {start.name} says, which ships with precode and was trained on invented "
        f"talk ({named}). These scores are those of both together, on transcripts that neither saw."
    ]
