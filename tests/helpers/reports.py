"""Reports of any text: for the tests of what renderers keep."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count

from hypothesis import strategies as st

from precode.domain import Polarity
from precode.report.document import (
    Block,
    Document,
    Notes,
    Part,
    QuoteRow,
    QuoteTable,
    Section,
    Table,
    Words,
)
from precode.report.grid import Charted, Column, Form, Grid, Mentions, PreCodes, Row, Tally
from precode.report.tables.quotes import Quote, QuoteCell
from precode.report.writing import clean

# Halves of pairs, control characters, formulas, other scripts: what transcripts and tables hold.
AWKWARD = ("=1+1", "+44 1", "-", "@me", "a\x00b\x0bc", "\ud800", "אני לא יודע", "😀 🏴", "_x0041_",
           "<b>&amp;", "]]>", "a\r\nb\tc", "  two  ", "\u202eabc", "\ufffe", "'=1", "x" * 300)  # fmt: skip
texts = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=20)).filter(lambda t: t.strip())
numbers = st.integers(0, 10**6)
scores = st.tuples(*[st.one_of(st.floats(-1, 1), st.just(float("nan")))] * 3)
mentions = st.builds(Mentions, numbers, numbers)
CELLS: dict[Form, st.SearchStrategy[object]] = {
    Form.TEXT: texts,
    Form.HASH: texts,
    Form.COUNT: st.one_of(numbers, st.none()),
    Form.PERCENT: st.floats(0, 1),
    Form.SCORE: st.one_of(scores, texts, st.none()),
    Form.TALLY: st.builds(Tally, numbers, st.one_of(numbers, st.none()), numbers),
    Form.MENTIONS: mentions,
    Form.PRE_CODES: st.one_of(st.builds(PreCodes, mentions, mentions), st.none()),
    Form.POINTS: st.one_of(scores, texts),
    Form.ESTIMATE: st.one_of(st.tuples(*[st.floats(0, 1e6)] * 3), texts),
    Form.CHANCE: st.one_of(st.floats(0, 1), texts),
    Form.CHARTED: st.builds(
        Charted, texts, st.tuples(st.tuples(st.just("barrier"), numbers)), st.tuples(texts)
    ),
}


@st.composite
def grids(draw: st.DrawFn) -> Grid:
    forms = [Form.TEXT, *draw(st.lists(st.sampled_from(Form), max_size=9))]
    columns = tuple(Column(draw(texts), f, draw(st.sampled_from(["", "n = 2"]))) for f in forms)
    group = st.sampled_from(["", "A group", draw(texts)])
    rows = draw(
        st.lists(
            st.builds(Row, st.tuples(*[CELLS[f] for f in forms]), group, st.booleans()), max_size=5
        )
    )
    notes = tuple(draw(st.lists(texts, max_size=2)))
    return Grid("a-table", draw(texts), columns, tuple(rows), notes, draw(texts))  # type: ignore[arg-type]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Two sections of tables, quotes, words and notes."""
    number = count(1)

    def quote() -> Quote:
        return Quote(
            draw(texts), draw(texts), "t", "P", (draw(texts),), draw(st.booleans()), ("s",)
        )

    def cell() -> QuoteCell:
        quotes = tuple(quote() for _ in range(draw(st.integers(0, 2))))
        return QuoteCell("d", "c", "l", Polarity.BARRIER, quotes, len(quotes) + 1, 0)

    def blocks() -> Iterator[Block]:
        yield Words((Part(draw(texts)), Part(draw(texts), "strong")), draw(st.booleans()))
        for grid in draw(st.lists(grids(), max_size=2)):
            layout = draw(st.sampled_from(["groups", "beside"]))
            yield Table(next(number), grid.caption, grid, layout)
        rows = (QuoteRow(draw(texts), "", (cell(), cell())), QuoteRow("l", "both", (cell(),)))
        domain = draw(texts)
        yield QuoteTable(next(number), f"Quotes: {domain}", domain, ("Barriers", "Help"), rows)
        yield Notes((Words((Part(draw(texts)),)),))

    sections = tuple(
        Section(anchor, draw(texts), tuple(blocks())) for anchor in ("first", "second")
    )
    return Document(
        draw(texts), "Coding report", Words((Part(draw(texts)),)), (("Codebook", draw(texts)),),
        sections, "The end.",
    )  # fmt: skip


def shown(text: str) -> str:
    """``text`` as a document can hold it, with all white space alike."""
    return re.sub(r"\s+", " ", clean(text)).strip()


def words_of(d: Document) -> Iterator[str]:
    """Every text of ``d`` but those of its tables' cells."""
    yield from (d.title, d.kicker, d.lead.text, d.footer)
    for name, value in d.about:
        yield from (name, value)
    for section in d.sections:
        yield section.heading
        for block in section.blocks:
            if isinstance(block, Words):
                yield block.text
            elif isinstance(block, Notes):
                yield from (line.text for line in block.lines)
            elif isinstance(block, Table):
                yield from (block.grid.caption, *block.grid.notes)
                yield from (c.label for c in block.grid.columns)
                yield from (r.group for r in block.grid.rows)
            elif isinstance(block, QuoteTable):
                for row in block.rows:
                    yield from (row.label, *(c.remark for c in row.cells))
                    for q in (q for c in row.cells for q in c.quotes):
                        yield from (q.text, q.attribution)


def tables_of(d: Document) -> list[Grid]:
    return [b.grid for s in d.sections for b in s.blocks if isinstance(b, Table)]
