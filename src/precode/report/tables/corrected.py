"""How much there is in all: the machine's counts, corrected by the audit sample."""

from __future__ import annotations

from precode.domain import Polarity
from precode.report.evidence import CountRow, Counts
from precode.report.grid import Cell, Column, Form, Grid, Row
from precode.report.tables.findings import UNVERIFIED
from precode.report.tables.index import Index, code_labels
from precode.report.writing import count, numbered

_AS = {
    Polarity.BARRIER: "As a barrier",
    Polarity.FACILITATOR: "As a facilitator",
    Polarity.BOTH: "As both",
    Polarity.UNCLEAR: "Direction unclear",
}
IN_ALL = "In all"
NO_ESTIMATE = "not estimable"


def corrected_counts(index: Index) -> Grid | None:
    """Sentences by code and polarity: by people, by the machine, and in all with an interval; None
    where the machine has said nothing and no audit sample was drawn.
    """
    evidence = index.view.evidence
    counts = evidence.counts if evidence else None
    if counts is None or not counts.rows or (index.view.machine is None and not counts.drawn):
        return None
    labels = code_labels(index)
    order = {code: i for i, code in enumerate(labels)}
    rows = tuple(
        Row(
            (
                IN_ALL if r.polarity is None else _AS[r.polarity],
                r.people,
                r.mentioning,
                r.machine,
                r.passages,
                _total(r, machine=index.view.machine is not None),
            ),
            labels.get(r.code, (r.code, ""))[0],
            strong=r.polarity is None,
        )
        for r in sorted(counts.rows, key=lambda r: order.get(r.code, len(order)))
    )
    columns = (
        Column("Sentences"),
        Column("Coded by people", Form.COUNT, "so far"),
        Column("People mentioning", Form.COUNT, "in those, at least"),
        Column("Given by the machine", Form.COUNT, f"unread: {UNVERIFIED}"),
        Column("In the audit sample", Form.COUNT, f"of {count(counts.answered)}"),
        Column("In the whole study", Form.ESTIMATE, "corrected, 95% interval"),
    )
    caption = "Sentences with each code in the whole study, corrected by the audit sample"
    return Grid("corrected", caption, columns, rows, _notes(counts), groups="Code")


def _total(row: CountRow, *, machine: bool) -> Cell:
    """The estimate; in its place the words that no count of the machine's may go without."""
    if not isinstance(row.total, str):
        return row.total
    return UNVERIFIED if machine and row.machine is not None else NO_ESTIMATE


def _answered(c: Counts) -> str:
    """ "60 of 125"; "125" where all are answered."""
    some = f"{count(c.answered)} of "
    return f"{some if c.answered < c.drawn else ''}{count(c.drawn)}"


def _notes(c: Counts) -> tuple[str, ...]:
    notes = []
    if any(not isinstance(r.total, str) for r in c.rows):
        notes.append(
            f"In the whole study: of {numbered(c.sentences - c.unframed, 'sentence')} that can be "
            f"coded. What people have found stands; for the {count(c.frame)} that were unread when "
            f"the audit sample was drawn, it is estimated from the {_answered(c)} "
            "sentences that people answered without a suggestion."
            + (
                " What the machine expects of every sentence is summed, and corrected by what it "
                "is off by in the sample: the difference estimator (Särndal, Swensson and Wretman "
                "1992), also known as prediction-powered inference (Angelopoulos and others 2023, "
                "doi 10.1126/science.adi6000). It does not rest on the machine being right."
                if c.sharpened
                else ""
            )
        )
        if c.why_not:
            notes.append(f"{c.why_not[:1].upper()}{c.why_not[1:]}.")
        notes.append(
            f"“{UNVERIFIED.capitalize()}”: fewer than three such sentences are in the audit sample, "
            "too few to correct the machine’s count by, which may not be reported as a finding."
        )
    else:
        why = c.why_not or "too few sentences of the audit sample carry a code"
        notes.append(
            f"No count of the machine’s can be corrected yet ({why}). All of them are {UNVERIFIED} "
            "and may not be reported as findings."
        )
    if c.unframed:
        notes.append(
            f"{numbered(c.unframed, 'unread sentence')} came in after the audit sample was drawn: "
            "the estimates leave them out until the next review draws from them too."
        )
    notes.append(
        "These are sentences, not excerpts. A sentence counts where at least half of its readers "
        "gave the code, and as both where they gave it both ways."
    )
    notes.append(
        "People mentioning is by people’s codes alone, and the least it can be. How many more would "
        "mention a code in what is unread cannot be told from the audit: a sample of sentences "
        "says how often a code occurs, not in whose talk it occurs at least once."
    )
    return tuple(notes)
