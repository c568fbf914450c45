"""Quotes, by domain."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from precode.domain import Polarity
from precode.report.document import QUOTES, Part, QuoteRow, QuoteTable, Section, Words
from precode.report.sections.phrases import Numbers, note, strong, words
from precode.report.tables.findings import HEADINGS
from precode.report.tables.make import Tables
from precode.report.tables.quotes import QuoteCell

_SIDES = (Polarity.BARRIER, Polarity.FACILITATOR)


def quotes(number: Numbers, t: Tables) -> Section:
    short = "; ".join(f"{a} is {b}" for a, b in sorted(t.short_names, key=lambda n: len(n[0])))
    return Section(
        "quotes",
        "In their words",
        (
            words(
                "Chosen for spread over people and sources: within a cell nobody is quoted twice "
                "while others who spoke are not quoted yet, and passages that several coders agree "
                "on come first. Wording is the source’s own; “[…]” marks sentences left out."
            ),
            Words(
                (
                    strong("Before sharing:"),
                    Part(
                        " these are participants’ own words with details about them. Read every "
                        "quote for names, places and stories by which somebody could be known."
                    ),
                ),
                care=True,
            ),
            *_quote_tables(number, t.quotes, two_way=t.findings.two_way),
            *([note(f"Named short: {short}.")] if short else ()),
        ),
    )


def _quote_tables(
    number: Numbers, cells: tuple[QuoteCell, ...], *, two_way: bool
) -> Iterator[QuoteTable]:
    sides = tuple(HEADINGS[p] for p in _SIDES) if two_way else (QUOTES,)
    for domain, ours in groupby(cells, key=lambda c: c.domain):
        rows: list[QuoteRow] = []
        for _, group in groupby(ours, key=lambda c: c.code):
            mine = {c.polarity: c for c in group}
            label = next(iter(mine.values())).label
            sided = any(mine[p].excerpts or mine[p].quotes for p in _SIDES if p in mine)
            undirected = Polarity.NONE in mine and mine[Polarity.NONE].excerpts
            if two_way and (sided or not undirected):
                none = {p: QuoteCell(domain, "", label, p, (), 0, 0) for p in _SIDES}
                rows.append(QuoteRow(label, "", tuple(mine.get(p, none[p]) for p in _SIDES)))
            rows += [
                QuoteRow(label, HEADINGS[p].lower() if p or two_way else "", (cell,))
                for p, cell in mine.items()
                if not two_way or (p not in _SIDES and cell.excerpts)
            ]
        caption = f"{QUOTES}: {domain}" if domain else QUOTES
        yield QuoteTable(next(number.table), caption, domain, sides, tuple(rows))
