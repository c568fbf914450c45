"""What a report says, section by section: the words around the tables, and the tables' numbers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count as counting
from itertools import groupby

from precode.domain import Polarity
from precode.report.document import (
    BY_MACHINE,
    BY_PEOPLE,
    CODE,
    DISCORD,
    MENTIONED,
    QUOTES,
    Block,
    Document,
    Figures,
    Notes,
    Part,
    QuoteRow,
    QuoteTable,
    Section,
    Table,
    Words,
)
from precode.report.findings import BOTH_WAYS, HEADINGS, NOT_MODELLED, UNVERIFIED, Findings
from precode.report.grid import Cell, Column, Form, Grid, Row
from precode.report.quotes import QuoteCell
from precode.report.tables import Tables
from precode.report.writing import day

_SIDES = (Polarity.BARRIER, Polarity.FACILITATOR)


def document(t: Tables) -> Document:
    """The report on ``t``, in order; tables are numbered from 1 through all sections."""
    number = counting(1)
    return Document(
        title=t.title,
        kicker="Coding report",
        lead=_words("What helps and what hinders ", _strong(t.behaviour)),
        about=(
            ("Codebook", t.codebook),
            ("Coded by", ", ".join(t.coders) or "nobody yet"),
            ("Pre-coded by", f"model {t.model} (machine)" if t.model else "no machine"),
            ("Made", f"{day(t.made_at)}, precode {t.version}"),
        ),
        sections=(
            Section(
                "glance",
                "The study at a glance",
                (Figures(t.figures), *_tables(number, t.glance)),
            ),
            _findings(number, t),
            _quotes(number, t),
            _groups(number, t),
            _machine(number, t),
            _agreement(number, t),
            _suggestions(number, t),
            _provenance(number, t),
            _methods(number, t),
        ),
        footer=f"Made by precode {t.version} on the researcher’s own computer. "
        "This file loads nothing and sends nothing.",
    )


def _findings(number: Iterator[int], t: Tables) -> Section:
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
            _strong(UNVERIFIED),
            ": it is in no other count of this section.",
        )
        if f.has_machine
        else ("Nothing was pre-coded by machine.",)
    )
    caption = "Excerpts and people mentioning, by code" + (
        f" and polarity, relative to “{t.behaviour}”" if f.two_way else ""
    )
    notes = [
        _words(
            _strong("Excerpt:"),
            " a run of adjacent sentences of one turn to which one coder gave the same code"
            f"{' and polarity' if f.two_way else ''}; where coders’ excerpts share a sentence they "
            "count once. A passage with several codes counts under each; a domain counts it once. "
            "Field notes have no speakers: they add excerpts but no people.",
        )
    ]
    if f.two_way:
        notes.append(
            _words(
                _strong("Discord:"),
                " a barrier in some excerpts and a facilitator in others, or both in one.",
            )
        )
    if f.has_machine:
        notes.append(
            _words(
                _strong(f"{UNVERIFIED.capitalize()}:"),
                " “accepted” are those whose sentence the machine would accept at the study’s "
                "threshold, “to review” the rest. No person has checked either, so neither may be "
                "reported as a finding.",
            )
        )
    return Section(
        "findings",
        heading,
        (
            _words("Counts are of ", _strong("excerpts coded by people"), base, *apart),
            Table(next(number), heading, findings_grid(f, caption), findings=f),
            Notes(tuple(notes)),
        ),
    )


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


def _quotes(number: Iterator[int], t: Tables) -> Section:
    return Section(
        "quotes",
        "In their words",
        (
            _words(
                "Chosen for spread over people and sources: within a cell nobody is quoted twice "
                "while others who spoke are not quoted yet, and passages that several coders agree "
                "on come first. Wording is the source’s own; “[…]” marks sentences left out."
            ),
            Words(
                (
                    _strong("Before sharing:"),
                    Part(
                        " these are participants’ own words with details about them. Read every "
                        "quote for names, places and stories by which somebody could be known."
                    ),
                ),
                care=True,
            ),
            *_quote_tables(number, t.quotes, two_way=t.findings.two_way),
        ),
    )


def _quote_tables(
    number: Iterator[int], cells: tuple[QuoteCell, ...], *, two_way: bool
) -> Iterator[QuoteTable]:
    sides = tuple(HEADINGS[p] for p in _SIDES) if two_way else (QUOTES,)
    for domain, ours in groupby(cells, key=lambda c: c.domain):
        rows: list[QuoteRow] = []
        for _, group in groupby(ours, key=lambda c: c.code):
            mine = {c.polarity: c for c in group}
            label = next(iter(mine.values())).label
            if two_way:
                none = {p: QuoteCell(domain, "", label, p, (), 0, 0) for p in _SIDES}
                rows.append(QuoteRow(label, "", tuple(mine.get(p, none[p]) for p in _SIDES)))
            rows += [
                QuoteRow(label, HEADINGS[p].lower() if p or two_way else "", (cell,))
                for p, cell in mine.items()
                if not two_way or (p not in _SIDES and cell.excerpts)
            ]
        caption = f"{QUOTES}: {domain}" if domain else QUOTES
        yield QuoteTable(next(number), caption, domain, sides, tuple(rows))


def _groups(number: Iterator[int], t: Tables) -> Section:
    skipped = "; ".join(f"{names} ({why})" for names, why in t.skipped)
    return Section(
        "groups",
        "By participant group",
        (
            _words(
                "Each cell reads ", _strong("people mentioning / people of the group"),
                ", then in brackets the number of ", _strong("excerpts"),
                " they speak. People’s codes only, and only people in sources that coders have "
                "read, in whole or in part; “n = 8 of 12” says that four more were not read. "
                "Numbers this small say where to look; they do not show that groups differ.",
            ),
            *(Table(next(number), g.caption, g, "beside") for g in t.groups),
            *((_note(f"Without a table of their own: {skipped}."),) if skipped else ()),
        ),
    )  # fmt: skip


def _machine(number: Iterator[int], t: Tables) -> Section:
    blocks: tuple[Block, ...] = tuple(_tables(number, [t.validation] if t.validation else []))
    return Section(
        "machine",
        "How good is the machine?",
        blocks
        or (
            _words(
                "No model has been validated on this study yet: ", Part("precode train", "code"),
                " does it, once coders have read a few transcripts in full.",
            ),
        ),
    )  # fmt: skip


def _agreement(number: Iterator[int], t: Tables) -> Section:
    blocks: tuple[Block, ...] = tuple(_tables(number, [t.agreement] if t.agreement else []))
    return Section(
        "coders-agree",
        "Do the coders agree?",
        blocks
        or (
            _words(
                "No sentence was read by two coders independently, so agreement cannot be shown. "
                "Journals ask for it: give two coders the same few transcripts."
            ),
        ),
    )


def _suggestions(number: Iterator[int], t: Tables) -> Section:
    blocks: tuple[Block, ...] = (
        _words(
            "No suggestion of the machine’s has been shown to a coder, so none can have swayed one."
        ),
    )
    if t.assistance:
        blocks = (
            _words(
                "What coders decided before they saw the machine’s suggestion, and after. A "
                "suggestion can show coders what they missed, or carry them along; these figures "
                "alone cannot say which."
            ),
            *_tables(number, t.assistance),
        )
    return Section("suggestions", "Suggestions and the coders", blocks)


def _provenance(number: Iterator[int], t: Tables) -> Section:
    found = _words("Every coded row that was imported was found in its transcript.")
    return Section(
        "provenance",
        "What is human, what is machine",
        (
            *_tables(number, [t.human_machine]),
            *(_tables(number, [t.unplaced]) if t.unplaced else (found,)),
        ),
    )


def _methods(number: Iterator[int], t: Tables) -> Section:
    said = (_words(_strong("Suggestions."), f" {t.suggestions}"),) if t.suggestions else ()
    return Section("methods", "Methods", (*said, *_tables(number, t.methods)))


def _tables(number: Iterator[int], grids: tuple[Grid, ...] | list[Grid]) -> Iterator[Table]:
    for g in grids:
        yield Table(next(number), g.caption, g)


def _words(*parts: str | Part) -> Words:
    return Words(tuple(Part(p) if isinstance(p, str) else p for p in parts))


def _note(text: str) -> Notes:
    return Notes((_words(text),))


def _strong(text: str) -> Part:
    return Part(text, "strong")
