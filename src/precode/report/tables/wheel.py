"""What the Behaviour Change Wheel links with the barriers that people coded."""

from __future__ import annotations

from collections.abc import Mapping

from precode.domain import Polarity
from precode.report.grid import Cell, Column, Form, Grid, Mentions, Row
from precode.report.tables.excerpts import Excerpt, Key
from precode.report.tables.findings import people_of
from precode.report.tables.index import Index

_HINDERS = (Polarity.BARRIER, Polarity.BOTH)
NO_LINE = "no line in that table"


def functions_to_consider(index: Index, human: Mapping[Key, tuple[Excerpt, ...]]) -> Grid | None:
    """A row for each code that people gave as a barrier, with the functions each table links.

    None where the codebook's codes stand in none of the tables, or nothing was coded as a barrier.
    """
    wheel, book = index.view.wheel, index.view.codebook
    if wheel is None:
        return None
    known = {c.id for c in book.codes}
    tables = [t for t in wheel.tables if any(wheel.links(t, book, c) for c in book.leaf_ids)]
    rows: list[Row] = []
    for branch in index.branches:
        for code, label in branch.codes:
            hinder = [e for p in _HINDERS for e in human.get((code, p), ())]
            if not hinder or code not in known:
                continue
            linked: list[Cell] = []
            for t in tables:
                found = wheel.links(t, book, code)
                linked.append(", ".join(f.label for f in found) or NO_LINE)
            mentions = Mentions(len(hinder), len(people_of(hinder)))
            rows.append(Row((label, mentions, *linked), branch.domain))
    if not rows or not tables:
        return None
    notes = [
        "A barrier counts here whether it was coded as a barrier or as both. The tables say what "
        "may serve for this kind of barrier; what to do is a judgement on feasibility, effect, "
        "acceptability and equity that no table makes.",
        *(f"{t.label}: {t.source}." + (f" {t.check}" if t.check else "") for t in tables),
        "Functions by their id in the Behaviour Change Intervention Ontology: "
        + "; ".join(f"{f.label} {f.bcio}" for f in wheel.functions.values())
        + ".",
    ]
    return Grid(
        "wheel",
        "Intervention functions to consider, by code with barriers",
        (
            Column("Code"),
            Column("Barriers", Form.MENTIONS, "excerpts, people"),
            *(Column(f"Functions to consider: {t.label}") for t in tables),
        ),
        tuple(rows),
        tuple(notes),
        groups="Domain",
    )
