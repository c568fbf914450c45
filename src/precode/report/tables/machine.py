"""How good the machine is, beyond cross-validation: on the audit sample, by its confidence, and as
it learned.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from precode.report.evidence import CheckedRow, Evidence, Learnt, Reliable, Risk
from precode.report.grid import Cell, Column, Form, Grid, Row
from precode.report.plots import Curves, DotRow, Dots, Plot, Reliability
from precode.report.score import Score
from precode.report.tables.corrected import corrected_counts
from precode.report.tables.groups_errors import group_errors
from precode.report.tables.index import Index, code_labels
from precode.report.tables.scores import NOTHING_APPLIES
from precode.report.writing import count, decimal, numbered, percent, text_of


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart with its caption, and how to read it."""

    plot: Plot
    caption: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class MachineTables:
    """What the machine's sections hold beside validation; ``untold`` says what they do not."""

    counts: Grid | None
    checked: Grid | None
    scores: Picture | None
    reliability: tuple[Picture, ...]
    risk: Picture | None
    learning: Picture | None
    groups: Grid | None
    untold: tuple[str, ...]


def machine_tables(index: Index) -> MachineTables | None:
    """None for a view without evidence."""
    e = index.view.evidence
    if e is None:
        return None
    untold = list(e.untold)
    reliability = []
    for number, found in enumerate(r for r in (e.held_out, e.audited) if r is not None):
        if found.bins:
            reliability.append(_reliability(found, number))
        else:
            untold.append(f"Reliability in {found.where}: {found.why_not}.")
    return MachineTables(
        corrected_counts(index),
        _checked(index, e),
        _scores(index, e),
        tuple(reliability),
        _risk(e.risk) if e.risk else None,
        _learning(e.learnt) if e.learnt else None,
        group_errors(e.groups),
        tuple(untold),
    )


# -- on the audit sample ---------------------------------------------------------------------------


def _checked(index: Index, e: Evidence) -> Grid | None:
    """Scores by code on the audit sample, cross-validation's and people's κ beside them."""
    c = e.checked
    if c is None:
        return None
    labels = code_labels(index)
    order = {code: i for i, code in enumerate(labels)}
    table = index.view.validation
    validated = {r.code: r for r in table.rows} if table else {}
    rows = []
    for r in sorted(c.rows, key=lambda r: order.get(r.code, len(order))):
        label, domain = labels.get(r.code, (r.code, ""))
        v = validated.get(r.code)
        rows.append(
            Row((label, *_figures(r), v.f1 if v else None, v.human_kappa if v else None), domain)
        )
    nothing = table.nothing.f1 if table and table.nothing else None
    rows.append(Row((NOTHING_APPLIES, *_figures(c.nothing), nothing, None), "No code"))
    mean: tuple[Cell, ...] = (None, None, None, c.macro_f1, None, table.macro_f1 if table else None)
    rows.append(Row(("Mean F1 over codes", *mean, None), strong=True))
    notes = (
        f"Run {c.run} on the {numbered(c.answered, 'sentence')} of the audit sample that people "
        "answered without a suggestion: drawn at random and never learned from, so these figures "
        "are those of the study’s own unread sentences. 95% intervals by the sample’s design.",
        f"Polarity, where people gave a code with a direction ({c.polarities} times): right in a "
        f"share of {_told(c.polarity)}.",
    )
    columns = (
        Column("Code"),
        Column("With the code", Form.COUNT),
        Column("Precision", Form.SCORE),
        Column("Recall", Form.SCORE),
        Column("F1", Form.SCORE),
        Column("κ machine–people", Form.SCORE),
        Column("F1 in cross-validation", Form.SCORE),
        Column("κ person–person", Form.SCORE),
    )
    caption = "The machine on the audit sample"
    return Grid("checked", caption, columns, tuple(rows), notes, groups="Domain")


def _figures(r: CheckedRow) -> tuple[Cell, ...]:
    if isinstance(r.f1, str):  # the same reason for all four is said once
        return r.positives, r.f1, r.f1, r.f1, r.f1
    return r.positives, r.precision, r.recall, r.f1, r.kappa


def _scores(index: Index, e: Evidence) -> Picture | None:
    """F1 by code: cross-validation, audit sample and two people, as far as there are figures."""
    table = index.view.validation
    checked = {r.code: r.f1 for r in e.checked.rows} if e.checked else {}
    rows = {r.code: r for r in table.rows} if table else {}
    labels = code_labels(index)
    people: dict[str, Score] = {code: r.human_f1 for code, r in rows.items()}
    every: dict[str, dict[str, Score]] = {
        "cross-validation": {code: r.f1 for code, r in rows.items()},
        "audit sample": checked,
        "person with person": people,
    }
    series = {
        name: found for name, found in every.items()
        if any(isinstance(s, tuple) for s in found.values())
    }  # fmt: skip
    if not series:
        return None
    codes = [code for code in labels if code in rows or code in checked]
    dots = tuple(
        DotRow(
            labels[code][0],
            labels[code][1],
            tuple(_short(found.get(code)) for found in series.values()),
        )
        for code in codes
    )
    told = [
        f"{labels[code][0]}: "
        + ", ".join(f"{name} {_told(found.get(code))}" for name, found in series.items())
        for code in codes
    ]
    plot = Dots(
        "F1 of each code",
        f"F1 by code, with 95% intervals. {'; '.join(told)}.",
        "F1",
        tuple(series),
        dots,
        ends=(0.0, 1.0),
        name="f1-by-code",
    )
    return Picture(plot, "F1 of each code, with 95% intervals: the machine, and people beside it")


def _short(score: Score) -> Score:
    return "not estimable" if isinstance(score, str) else score


def _told(score: Score) -> str:
    return "not estimable" if isinstance(score, str) else text_of(score, Form.SCORE)


# -- confidence ------------------------------------------------------------------------------------


def _reliability(found: Reliable, number: int) -> Picture:
    bins = "; ".join(
        f"said {decimal(b.said)}, right {decimal(b.right)}"
        + (f" ({decimal(b.low)} to {decimal(b.high)})" if math.isfinite(b.low) else "")
        + f", {count(b.n)} times"
        for b in found.bins
    )
    error = "" if found.ece is None else (
        f" Expected calibration error {_told(found.ece)}; of confidences of 5% and more "
        f"{_told(found.ece_likely)}."
    )  # fmt: skip
    plot = Reliability(
        f"Confidence and truth in {found.where}",
        f"Mean confidence of each bin against the share that people gave. {bins}.{error}",
        "confidence the machine gave a code",
        "share of them that people gave",
        found.bins,
        name=f"reliability-{number + 1}",
    )
    note = (
        f"{numbered(found.n, 'confidence')} for codes of {numbered(found.sentences, 'sentence')}. On "
        "the diagonal, of the codes that the machine is 80% sure of, people gave 80%; above it, it "
        "is too modest, below it too sure. Confidences below 5% are one bin, the others bins of "
        f"equal size; 95% intervals over {found.clusters}.{error}"
        + (f" {found.why_not[:1].upper()}{found.why_not[1:]}." if found.why_not else "")
    )
    caption = f"How far the machine’s confidence can be believed, in {found.where}"
    return Picture(plot, caption, note)


def _risk(r: Risk) -> Picture:
    some = [
        f"{percent(x)}% accepted, error {decimal(y)}"
        for at in (0.1, 0.25, 0.5, 0.75, 1.0)
        for x, y in [min(zip(r.line.x, r.line.mean, strict=True), key=lambda p: abs(p[0] - at))]
    ]
    marks = () if r.ranks or not r.accepted else (("a", r.accepted),)
    plot = Curves(
        "Error among sentences accepted unread",
        f"Share of sentences accepted, the surest first, against the share of them with any code "
        f"wrong. {'; '.join(some)}.",
        "share of sentences accepted, the surest first",
        "share of them with any code wrong",
        (r.line,),
        r.all[0] if isinstance(r.all, tuple) else None,
        f"all accepted: {_told(r.all)}",
        marks,
        name="risk-coverage",
    )
    note = (
        f"Of {numbered(r.sentences, 'sentence')} held out, the surest are accepted first; band: 95% "
        "over transcripts. A sentence is as sure as its least sure code, and wrong where any code "
        f"is. Mean error under the line (AURC) {_told(r.area)}; accepting all {_told(r.all)}."
    )
    if r.ranks:
        note += " The machine’s confidences only rank here; the order is what the line rests on."
    elif r.accepted:
        note += (
            f" a: as sure as this study asks ({decimal(r.bar)}): {percent(r.accepted)}% of the "
            f"sentences, error {_told(r.accepted_error)}."
        )
    else:
        note += f" No sentence is as sure as this study asks ({decimal(r.bar)})."
    return Picture(plot, "What it costs to accept the machine’s answers unread", note)


# -- learning --------------------------------------------------------------------------------------


def _learning(found: Learnt) -> Picture:
    told = [
        f"{line.name} from {decimal(line.mean[0])} after {count(round(line.x[0]))} sentences to "
        f"{decimal(line.mean[-1])} after {count(round(line.x[-1]))}"
        for line in found.lines
    ]
    full = "" if found.full is None else f" With every sentence read it is {decimal(found.full)}."
    plot = Curves(
        "Learning curve",
        f"Macro-F1 by number of sentences read. {'; '.join(told)}.{full}",
        "sentences read" if found.replays else "sentences a model learned from",
        "macro-F1 on transcripts held out",
        found.lines,
        found.full,
        "" if found.full is None else f"every sentence read: {decimal(found.full)}",
        name="learning",
    )
    note = (
        "What the machine would have learned, and when, had the study been coded in this order: "
        f"means of {numbered(found.replays, 'replay')} by precode simulate, kept in the study’s "
        "cache; bands hold the middle 80% of them. Codes given since are not in it, and another "
        "study can differ."
        if found.replays
        else "Macro-F1 in cross-validation of each model trained in this study, with 95% intervals, "
        "by the sentences it learned from. Each was scored on what was coded then, so a change is "
        "not only the machine’s: precode simulate compares like with like."
    )
    return Picture(plot, "Learning curve", note)
