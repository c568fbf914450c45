"""The Word report: whole, in real styles, and readable by Word whatever the study's text holds."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given, settings
from reports import documents, shown, tables_of, words_of

from precode.domain import Kind, Polarity, Role
from precode.report.document import Document, Drawing, Part, Section, Table, Words
from precode.report.grid import Column, Form, Grid, Row
from precode.report.plots import SideRow, Sides
from precode.report.renderers.word import make_word, write_word
from precode.report.sections.compose import document
from precode.report.tables.make import make_tables
from precode.report.view import StudyView, ValidationRow, ValidationTable
from precode.report.writing import text_of

MakeView = Callable[..., StudyView]
STAMP = "2026-03-04T05:06:07+00:00"
P = Role.PARTICIPANT
HEBREW = "אני לא יודע"


def opened(d: Document) -> Any:
    """``d`` written and read again."""
    file = io.BytesIO()
    make_word(replace(d, subject="the behaviour", made_at=STAMP)).save(file)
    file.seek(0)
    return docx.Document(file)


def everything(book: Any) -> str:
    """All text of the body in order; each paragraph, wherever it is, on a line."""
    lines = []
    for paragraph in book.element.body.iter(qn("w:p")):
        parts = []
        for e in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab")):
            parts.append(e.text or "" if e.tag == qn("w:t") else " ")
        lines.append(shown("".join(parts)))
    return "\n".join(lines)


def of(*blocks: Any) -> Document:
    section = Section("only", "Only section", blocks)
    return Document("A title", "Coding report", Words((Part("x"),)), (), (section,), "The end.")


def wide(columns: int) -> Table:
    heads = tuple(Column(f"Coder {i}", Form.COUNT) for i in range(columns))
    rows = tuple(Row((f"code {j}", *range(columns))) for j in range(3))
    return Table(1, "Wide", Grid("wide", "A wide table", (Column("Code"), *heads), rows))


@given(documents())
@settings(max_examples=40, deadline=None)
def test_every_text_and_number_is_in_the_document(d: Document) -> None:
    """Words, captions, headings, notes, quotes with attribution, and every cell's text."""
    text = everything(opened(d))
    for words in words_of(d):
        assert shown(words) in text
    found = Counter(line for line in text.split("\n"))
    for grid in tables_of(d):
        for row in grid.rows:
            first = shown(text_of(row.cells[0], grid.columns[0].form))
            assert found[first], first
            for cell, column in zip(row.cells, grid.columns, strict=True):
                assert found[shown(text_of(cell, column.form))], cell


@pytest.fixture
def coded(make_view: MakeView) -> StudyView:
    sources = [
        (
            "i",
            Kind.INTERVIEW,
            [("P", P, [w]) for w in ("I never knew how to ask.", HEBREW, "😀 \x07")],
        )
    ]
    codes = [(0, i, "Ana", "knowing", Polarity.BARRIER) for i in (0, 1, 2)]
    half = (0.5, -0.4, 0.6)
    words = "not estimable: fewer than 10 positives"
    rows = (ValidationRow("knowing", 9, 9, half, words, words, half, half),)
    validation = ValidationTable(rows, half, 5, 3)
    return make_view(sources, codes, attributes={(0, "P"): {"age": "20"}}, validation=validation)


def test_headings_captions_and_quotes_have_their_styles(coded: StudyView) -> None:
    """So that a contents list, a list of tables and a change of look are one click."""
    d = document(make_tables(coded))
    book = opened(d)
    by_style: dict[str, list[str]] = {}
    for p in book.element.body.iter(qn("w:p")):
        paragraph = docx.text.paragraph.Paragraph(p, book)
        by_style.setdefault(paragraph.style.name, []).append(paragraph.text)
    assert [h.split("  ")[1] for h in by_style["Heading 1"]] == [s.heading for s in d.sections]
    assert by_style["Title"] == ["A study"]
    captions = [c.split(".")[0] for c in by_style["Caption"]]
    figures = [c for c in captions if c.startswith("Figure")]
    assert [c for c in captions if c not in figures] == [
        f"Table {i}" for i in range(1, len(book.tables) + 1)
    ]
    assert figures == [f"Figure {i}" for i in range(1, len(book.inline_shapes) + 1)]
    assert figures
    assert HEBREW in by_style["Quote"]
    assert by_style["Quote Attribution"].count("(20, i)") == 3
    assert any(n.startswith("Excerpt: a run") for n in by_style["Table Note"])
    fields = [e.text for e in book.element.body.iter(qn("w:instrText"))]
    assert fields.count(r" SEQ Table \* ARABIC ") == len(book.tables)


def test_tables_repeat_their_heads_and_have_an_alternative_text(coded: StudyView) -> None:
    book = opened(document(make_tables(coded)))
    assert len(book.tables) > 8
    for table in book.tables:
        assert table.style.name == "Precode Table"
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
        told = table._tbl.tblPr.find(qn("w:tblCaption"))
        assert told is not None and told.get(qn("w:val"))
        grid = [int(c.get(qn("w:w"))) for c in table._tbl.tblGrid]
        section_width = 16_838 - 2 * 1_134
        assert 0 < sum(grid) <= section_width
        for row in table.rows:  # what Word mends, or refuses
            assert sum(c.grid_span for c in row._tr.tc_lst) == len(grid)
            assert all(c.xpath("./w:p") for c in row._tr.tc_lst)


def test_text_from_right_to_left_starts_at_the_right(coded: StudyView) -> None:
    book = opened(document(make_tables(coded)))
    mine = [p for p in book.element.body.iter(qn("w:p")) if HEBREW in "".join(p.itertext())]
    assert mine
    for p in mine:
        assert p.pPr.find(qn("w:bidi")) is not None
        assert p.xpath(".//w:rtl")


def test_a_wide_table_lies_and_a_wider_one_is_cut_into_parts() -> None:
    """Upright paper, then lying paper, then parts that repeat the first column."""
    assert [s.orientation for s in opened(of(wide(4))).sections] == [WD_ORIENT.PORTRAIT]
    lying = opened(of(wide(14)))
    assert lying.sections[-1].orientation == WD_ORIENT.LANDSCAPE
    assert len(lying.tables) == 1
    parts = opened(of(wide(60)))
    assert len(parts.tables) > 1
    assert all(t.cell(1, 0).text == "code 0" for t in parts.tables)
    heads = [c.text for t in parts.tables for c in t.rows[0].cells[1:]]
    assert heads == [f"Coder {i}" for i in range(60)]
    assert "A wide table (2/" in everything(parts)


def test_it_says_nothing_of_the_machine_that_made_it(coded: StudyView, tmp_path: Path) -> None:
    """Properties hold the title and the study's time, no person, program or computer."""
    file = write_word(document(make_tables(coded)), tmp_path / "reports" / "report.docx")
    about = docx.Document(str(file)).core_properties
    assert (about.title, about.author, about.last_modified_by) == ("A study: report", "", "")
    assert (about.comments, about.language) == ("", "en-GB")
    assert f"{about.created:%Y-%m-%d %H:%M:%S}" == "2026-03-04 05:06:07"
    with zipfile.ZipFile(file) as archive:
        names = archive.namelist()
        said = b"".join(archive.read(n) for n in names)
    assert "docProps/thumbnail.jpeg" not in names
    assert b"Macintosh" not in said and b"python-docx" not in said
    assert str(Path.home()).encode() not in said
    assert [p.name for p in file.parent.iterdir()] == ["report.docx"]


def test_a_study_without_anything_makes_a_document_too(make_view: MakeView) -> None:
    text = everything(opened(document(make_tables(make_view([])))))
    assert "No model has been validated on this study yet: precode train does it" in text


CHART = Sides(
    "Both ways", "Left 3,\nright 4 & \x07 more.", "Barriers", "Facilitators", "excerpts",
    (SideRow("Knowing", "Capability", 3, 4),),
)  # fmt: skip


@pytest.mark.parametrize("rows", [1, 60])
@pytest.mark.parametrize("beside", [(), (wide(30),)])
def test_a_chart_is_a_picture_with_words_on_its_page(rows: int, beside: tuple[Table, ...]) -> None:
    """As wide as the text and no higher than the page, below a caption that Word counts as a
    figure's, told to those who do not see it.
    """
    chart = replace(CHART, rows=CHART.rows * rows)
    book = opened(of(*beside, Drawing(7, "A caption", chart)))
    (shape,) = book.inline_shapes
    about = shape._inline.docPr
    assert (about.name, about.get("descr")) == ("Figure 7", "Left 3, right 4 & \ufffd more.")
    section = book.sections[-1]
    across = section.page_width - section.left_margin - section.right_margin
    down = section.page_height - section.top_margin - section.bottom_margin
    assert shape.width <= across
    assert shape.height <= 0.95 * down
    assert shape.width >= across - 635 or shape.height >= 0.8 * down
    paragraphs = book.paragraphs
    at = next(i for i, p in enumerate(paragraphs) if p.style.name == "Picture")
    caption = paragraphs[at - 1]
    assert caption.text == "Figure 7. A caption"
    assert caption.paragraph_format.keep_with_next
    codes = "".join(e.text for e in caption._p.iter(qn("w:instrText")))
    assert "SEQ Figure" in codes


def test_a_long_table_beside_its_groups_can_break_between_them() -> None:
    """Rows of a group stay together; no style keeps the whole table on one page."""
    grid = Grid(
        "by-x",
        "By x",
        (Column("As"), Column("n", Form.COUNT)),
        tuple(Row((f"{g}{i}", i), g) for g in "ABCDEFGH" for i in range(3)),
    )
    d = Document(
        "t", "k", Words(()), (), (Section("s", "S", (Table(1, "By x", grid, "beside"),)),), "f"
    )
    book = opened(d)
    loud = {s.style_id for s in book.styles if s.type == 1 and s.paragraph_format.keep_with_next}
    kept = []
    for row in book.tables[0].rows[1:]:
        said = row._tr.xml
        kept.append("<w:keepNext/>" in said or any(f'w:pStyle w:val="{s}"' in said for s in loud))
    assert kept[2::3] == [False] * 8
    assert all(kept[0::3]) and all(kept[1::3])
