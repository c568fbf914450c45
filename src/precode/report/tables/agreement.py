"""How far the coders agree, as tables: every coefficient a journal asks for, and what is swapped."""

from __future__ import annotations

import math

from precode.report.agreement import CoderAgreement
from precode.report.grid import Column, Form, Grid, Row, title
from precode.report.tables.index import Index
from precode.report.writing import is_score, numbered

MOST_SWAPS = 15
MOST_ACROSS = 8  # codes side by side


def agreement(index: Index) -> tuple[Grid, ...]:
    """Reliability by question, then by pair of coders, then the pairs of codes they swap. Empty
    where no two coders have read the same units apart.
    """
    found = index.view.agreement
    if found is None:
        return ()
    record = index.view.record
    grids = [
        _reliability(found, imported=bool(record and record.imported)),
        _pairs(found),
        _swaps(found),
    ]
    return tuple(g for g in grids if g is not None)


def _reliability(a: CoderAgreement, *, imported: bool) -> Grid:
    rows = [
        Row(
            (r.label, r.n, r.positives, r.prevalence, r.observed, r.kappa, r.alpha, r.ac1, r.pabak),
            title(r.about),
        )
        for r in a.rows
    ]
    codes = [r for r in a.rows if r.about == "code"]
    with_kappa = sum(is_score(r.kappa) for r in codes)
    few = f" ({with_kappa} of {len(codes)})" if 0 < with_kappa < len(codes) else ""
    drawn = any(isinstance(r.observed, tuple) and math.isfinite(r.observed[1]) for r in a.rows)
    mean = (None, None, None, None, a.mean_kappa, None, None, None)
    rows.append(Row((f"Mean over codes{few}", *mean), "All codes", strong=True))
    for name, same, alpha in a.sets:
        rows.append(
            Row((name, a.units, None, None, same, None, alpha, None, None), "Sets of codes")
        )
    columns = (
        Column("Question"),
        Column(f"{title(a.unit)}s", Form.COUNT),
        Column("Given by any", Form.COUNT),
        Column("Prevalence", Form.SCORE),
        Column("Share agreed", Form.SCORE),
        Column("Cohen’s κ", Form.SCORE),
        Column("Krippendorff’s α", Form.SCORE),
        Column("Gwet’s AC1", Form.SCORE),
        Column("PABAK", Form.SCORE),
    )
    notes = (
        f"Units: {a.unit}s that two or more of {', '.join(a.coders)} read, each before seeing, in "
        f"precode, the machine’s suggestion or a colleague’s code: {a.units:,} in "
        f"{numbered(a.transcripts, 'transcript')}. "
        + (
            f"In brackets, 95% intervals from {a.draws:,} draws of whole transcripts (seed {a.seed})."
            if drawn
            else "They have no intervals: so few transcripts are too few to draw from."
        ),
        "κ: mean over pairs of coders, by what they share. α: nominal; for sets of codes, with MASI "
        "distance. The share agreed and PABAK are high for any rare code by themselves, because "
        "coders leave it out most of the time: look at κ, α and AC1.",
        f"“Not estimable” stands where fewer than {a.floor} {a.unit}s could tell, or where all "
        "answers are the same.",
        *(
            [
                "How codes were made that were read in from tables or other programs, precode cannot know."
            ]
            if imported
            else []
        ),
        *(f"{note[:1].upper()}{note[1:]}." for note in a.notes),
    )
    caption = "Agreement between coders, by question"
    return Grid("agreement", caption, columns, tuple(rows), notes, groups="About")


def _pairs(a: CoderAgreement) -> Grid | None:
    if len(a.pairs) < 2:
        return None
    if len(a.codes) > MOST_ACROSS and len(a.codes) > len(a.pairs):  # more than a page is wide
        pairs = (
            Column(p.coders, Form.SCORE, f"{numbered(p.n, a.unit)} both read") for p in a.pairs
        )
        rows = (Row((code, *(p.kappas[i] for p in a.pairs))) for i, code in enumerate(a.codes))
        columns = (Column("Code"), *pairs)
        return Grid("agreement-pairs", "Cohen’s κ by pair of coders", columns, tuple(rows))
    return Grid(
        "agreement-pairs",
        "Cohen’s κ by pair of coders",
        (
            Column("Coders"),
            Column(f"{title(a.unit)}s both read", Form.COUNT),
            *(Column(label, Form.SCORE) for label in a.codes),
        ),
        tuple(Row((p.coders, p.n, *p.kappas)) for p in a.pairs),
    )


def _swaps(a: CoderAgreement) -> Grid | None:
    if not a.swaps:
        return None
    kinds = list(dict.fromkeys(s.kind for s in a.swaps))
    shown = sorted(a.swaps[:MOST_SWAPS], key=lambda s: kinds.index(s.kind))  # each kind once
    left = len(a.swaps) - len(shown)
    notes = (
        [f"{left} rarer ones are left out: precode agree --confusions shows all."] if left else []
    )
    several = len(a.coders) > 2
    if several:
        notes.append(
            f"Counted between each two coders: a {a.unit} that three have read is up to three "
            "readings of two coders."
        )
    return Grid(
        "swaps",
        "What coders gave differently",
        (
            Column("One coder"),
            Column("The other"),
            Column("Readings of two coders" if several else f"{title(a.unit)}s", Form.COUNT),
            Column("Of those with either", Form.PERCENT),
        ),
        tuple(
            Row((s.first, s.second, s.n, s.n / s.either if s.either else 0.0), title(s.kind))
            for s in shown
        ),
        tuple(notes),
        groups="Kind",
    )
