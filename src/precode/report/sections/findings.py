"""Barriers and facilitators, by code."""

from __future__ import annotations

from collections.abc import Sequence

from precode.domain import Polarity
from precode.report.document import (
    BY_MACHINE,
    BY_PEOPLE,
    CODE,
    DISCORD,
    MENTIONED,
    Notes,
    Section,
    Table,
)
from precode.report.grid import Cell, Column, Form, Grid, Mentions, Row
from precode.report.plots import SideRow, Sides
from precode.report.sections.phrases import Numbers, drawing, strong, words
from precode.report.tables.findings import (
    BOTH_WAYS,
    HEADINGS,
    NOT_MODELLED,
    UNVERIFIED,
    FindingRow,
    Findings,
)
from precode.report.tables.make import Tables
from precode.report.writing import count, people

_DRAWN = 30  # bars: more make no chart
_SAID = 12  # bars that a description tells
_Bars = tuple[FindingRow, Mentions, Mentions]  # the code, and its counts to both sides


def findings(number: Numbers, t: Tables) -> Section:
    f = t.findings
    heading = "Barriers and facilitators" if f.two_way else "What was coded"
    base = (
        ", with the number of people who speak them, in the "
        f"{f.sources:,} source{'s' if f.sources != 1 else ''} ({f.people:,} people) that coders "
        "have read in whole or in part. "
    )
    apart = (
        (
            "What the machine gave to sentences that nobody has read stands apart, on the right, "
            "as ",
            strong(UNVERIFIED),
            ": it is in no other count of this section.",
        )
        if f.has_machine
        else ("Nothing was pre-coded by machine.",)
    )
    caption = "Excerpts and people mentioning, by code" + (
        f" and polarity, relative to “{t.behaviour}”" if f.two_way else ""
    )
    notes = [
        words(
            strong("Excerpt:"),
            " a run of adjacent sentences of one turn to which one coder gave the same code"
            f"{' and polarity' if f.two_way else ''}; where coders’ excerpts share a sentence they "
            "count once. A passage with several codes counts under each; a domain counts it once. "
            "Field notes have no speakers: they add excerpts but no people.",
        )
    ]
    if f.two_way:
        notes.append(
            words(
                strong("Discord:"),
                " a barrier in some excerpts and a facilitator in others, or both in one.",
            )
        )
    if f.has_machine:
        notes.append(
            words(
                strong(f"{UNVERIFIED.capitalize()}:"),
                " “accepted” are those whose sentence the machine would accept at the study’s "
                "threshold, “to review” the rest. No person has checked either, so neither may be "
                "reported as a finding.",
            )
        )
    return Section(
        "findings",
        heading,
        (
            words("Counts are of ", strong("excerpts coded by people"), base, *apart),
            Table(next(number.table), heading, findings_grid(f, caption), findings=f),
            Notes(tuple(notes)),
            *([drawing(number, plot)] if (plot := findings_sides(f, t.behaviour)) else []),
        ),
    )


def findings_sides(f: Findings, behaviour: str) -> Sides | None:
    """People's barriers and facilitators as bars; of many codes those with the most excerpts. None
    where the two are not told apart, or nothing was coded either way.
    """
    if not f.two_way:
        return None
    at = [f.polarities.index(p) for p in (Polarity.BARRIER, Polarity.FACILITATOR)]
    # a code without polarity is no code that neither hinders nor helps: it has no bar
    codes = [
        (r, r.human[at[0]], r.human[at[1]]) for r in f.rows if r.code and r.code not in f.undirected
    ]
    shown = _longest(codes, _DRAWN)
    if not any(left.excerpts or right.excerpts for _, left, right in shown):
        return None
    those = f", the {len(shown)} codes with the most" if len(shown) < len(codes) else ""
    said = _longest(shown, _SAID)
    those_said = f"The {len(said)} longest of {len(shown)}: " if len(said) < len(shown) else ""
    left_name, right_name = (HEADINGS[f.polarities[i]] for i in at)
    return Sides(
        f"{left_name} and {right_name.lower()}, excerpts coded by people{those}, relative to “{behaviour}”",
        f"Bars to the left count barriers, bars to the right facilitators. {those_said}"
        + "; ".join(
            f"{r.label}: {count(left.excerpts)} as barrier ({people(left.people)}), "
            f"{count(right.excerpts)} as facilitator ({people(right.people)})"
            for r, left, right in said
        )
        + ".",
        left_name,
        right_name,
        "excerpts, and in brackets people mentioning",
        tuple(
            SideRow(r.label, r.domain, left.excerpts, right.excerpts, _told(left), _told(right))
            for r, left, right in shown
        ),
        "findings",
    )


def _longest(rows: Sequence[_Bars], most: int) -> list[_Bars]:
    """As many of ``rows`` as have the longest bars, in their order."""
    by_length = sorted(range(len(rows)), key=lambda i: -sum(m.excerpts for m in rows[i][1:]))
    return [rows[i] for i in sorted(by_length[:most])]


def _told(m: Mentions) -> str:
    return f"{count(m.excerpts)} ({count(m.people)})" if m.excerpts else count(0)


def findings_grid(f: Findings, caption: str) -> Grid:
    """The findings as a plain table: one column a polarity, discord, then the machine's."""

    def name(p: Polarity) -> str:
        return HEADINGS[p] if p or f.two_way else MENTIONED

    columns = [Column(CODE), *(Column(name(p), Form.MENTIONS, "", BY_PEOPLE) for p in f.polarities)]
    if f.two_way:
        columns.append(Column(DISCORD))
    machine = f.machine_columns if f.has_machine else ()
    columns += [Column(name(f.polarities[i]), Form.PRE_CODES, "", BY_MACHINE) for i in machine]
    rows = []
    for r in f.rows:
        cells: list[Cell] = [r.label, *r.human]
        if f.two_way:
            both = "; ".join(w for w in (BOTH_WAYS, r.who_says_both) if w)
            cells.append((both if r.discord else None) if r.code else "")
        for i in machine:
            missing = NOT_MODELLED if r.code else None
            cells.append(missing if r.machine is None else r.machine[i])
        rows.append(Row(tuple(cells), r.domain, strong=not r.code))
    return Grid("findings-table", caption, tuple(columns), tuple(rows), groups="Domain")
