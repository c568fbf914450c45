"""How good the machine is, as tables."""

from __future__ import annotations

from collections.abc import Callable

from precode.report.grid import Column, Form, Grid, Row, title
from precode.report.tables.index import Index, code_labels
from precode.report.tables.starter import told
from precode.report.view import ValidationRow

NOTHING_APPLIES = "Nothing applies"


def validation(index: Index) -> Grid | None:
    """Per code: n, positives, precision, recall, F1, κ, and two people’s κ beside it."""
    table = index.view.validation
    if table is None:
        return None
    labels = code_labels(index)
    rows = []
    for r in sorted(table.rows, key=_place(labels)):
        label, domain = labels.get(r.code, (r.code, ""))
        cells = (label, r.n, r.positives, r.precision, r.recall, r.f1, r.kappa, r.human_kappa)
        rows.append(Row(cells, domain))
    more = [(NOTHING_APPLIES, "No code", table.nothing)] if table.nothing else []
    more += [(title(r.code), "Polarity, where people gave a code", r) for r in table.polarity]
    for label, group, r in more:
        cells = (label, r.n, r.positives, r.precision, r.recall, r.f1, r.kappa, r.human_kappa)
        rows.append(Row(cells, group))
    rows.append(
        Row(("Mean F1 over codes", None, None, None, None, table.macro_f1, None, None), strong=True)
    )
    notes = [
        f"{table.folds}-fold cross-validation over {table.transcripts} transcripts: no transcript "
        "that is scored was learned from. In brackets, 95% intervals over transcripts.",
        "κ: agreement beyond chance, of the machine with the people’s codes, and of two people "
        "with each other on sentences that both read. A machine can hardly be expected to agree "
        "better with people than people do.",
        "Only codes given without sight of a suggestion were used.",
    ]
    if table.note:
        notes.append(table.note)
    notes += told(index)
    columns = (
        Column("Code"),
        Column("Sentences", Form.COUNT),
        Column("With the code", Form.COUNT),
        Column("Precision", Form.SCORE),
        Column("Recall", Form.SCORE),
        Column("F1", Form.SCORE),
        Column("κ machine–people", Form.SCORE),
        Column("κ person–person", Form.SCORE),
    )
    caption = "The machine on transcripts it had not seen"
    return Grid("validation", caption, columns, tuple(rows), tuple(notes), groups="Domain")


def _place(labels: dict[str, tuple[str, str]]) -> Callable[[ValidationRow], int]:
    """Where a code stands in the codebook: the codes of a domain come together."""
    order = {code: i for i, code in enumerate(labels)}
    return lambda row: order.get(row.code, len(order))
