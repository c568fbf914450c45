"""The HTML report: safe with any text, complete in one file, and sound as a document."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from precode.codebook import Codebook
from precode.domain import Kind, Polarity, Role
from precode.report.agreement import CoderAgreement, ReliabilityRow, SwapRow
from precode.report.document import Table
from precode.report.grid import Charted, Column, Form, Grid, Mentions, PreCodes, Row, Tally
from precode.report.renderers.html import render_html, write_html
from precode.report.sections.compose import document
from precode.report.tables.make import make_tables
from precode.report.view import StudyView, ValidationRow, ValidationTable

MakeView = Callable[..., StudyView]
P = Role.PARTICIPANT

EVIL = '<script src="https://evil.example/x.js">alert(1)</script>"\'><img src=x onerror=alert(1)>'
RTL = "\u202eאני לא יודע איך לשאול את הרופא על זה\u202c"
VOID = {"meta", "link", "br", "hr", "img", "input", "col", "wbr"}


class Page(HTMLParser):
    """Collects tags and attributes, and fails on tags that do not nest."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture
def hostile(make_view: MakeView) -> StudyView:
    """A study in which every text field tries to break out."""
    sources = [
        (
            EVIL,
            Kind.INTERVIEW,
            [(EVIL, P, [EVIL, RTL, "😀 🏴 fine by me, I never asked why that was"])],
        ),
        ("fg", Kind.FOCUS_GROUP, [("P1", P, ["=cmd|' /C calc'!A0", "x" * 400, "a\x0bb\x07c"])]),
        ("long", Kind.FIELD_NOTES, [("", Role.OTHER, ["word " * 5000 + "."])]),
    ]
    codes = [
        (i, j, coder, "knowing", polarity)
        for i, j in ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (2, 0))
        for coder, polarity in ((EVIL, Polarity.BARRIER), ("Rhys", Polarity.BOTH))
    ]
    half = (0.5, -0.4, float("nan"))
    words = "not estimable: fewer than 10 positives"
    return make_view(
        sources,
        codes,
        attributes={(0, EVIL): {EVIL: EVIL, "none": None}, (1, "P1"): {EVIL: RTL}},
        machine={(0, 0): [(0.9, True, "barrier"), (0.9, True, "unclear"), (0.9, False, "")]},
        title=EVIL,
        behaviour=EVIL,
        unplaced=({"text": EVIL, EVIL: EVIL},),
        log=({"at": EVIL, "verb": "add", "version": "1", "detail": {EVIL: [EVIL]}},),
        validation=ValidationTable(
            (ValidationRow("knowing", 9, 9, half, words, words, words, EVIL),), half, 5, 3, EVIL
        ),
        agreement=CoderAgreement(
            "sentence",
            (EVIL, RTL),
            9,
            3,
            (ReliabilityRow("code", EVIL, EVIL, 9, 9, half, half, EVIL, words, half, half),),
            half,
            ((EVIL, half, words),),
            (EVIL,),
            (),
            (SwapRow(EVIL, EVIL, EVIL, 3, 9),),
            10,
            100,
            1,
            (EVIL,),
        ),
    )


def read(html: str) -> Page:
    page = Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


def test_hostile_text_is_shown_and_never_run(hostile: StudyView) -> None:
    """The document has no element or attribute that the template did not write, and the hostile
    text is there to be read.
    """
    html = render_html(document(make_tables(hostile)))
    page = read(html)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "iframe", "object", "embed", "link", "form", "a:href"}
    assert not [a for _, attrs in page.tags for a in attrs if a.startswith("on")]
    assert EVIL in "".join(page.text)
    assert "\x07" not in html and "\x0b" not in html
    assert "\ufffd" in html
    assert page.text.count(RTL) >= 1


def test_nothing_outside_the_file_is_referenced(hostile: StudyView) -> None:
    """Links go to anchors that exist, styles load nothing, and the policy forbids the rest."""
    html = render_html(document(make_tables(hostile)))
    page = read(html)
    ids = Counter(attrs["id"] for _, attrs in page.tags if "id" in attrs)
    assert set(ids.values()) == {1}
    for tag, attrs in page.tags:
        assert not {"src", "srcset", "data", "action", "background"} & set(attrs), tag
        if "href" in attrs:
            assert str(attrs["href"])[0] == "#" and str(attrs["href"])[1:] in ids
        for name, text in attrs.items():
            for target in re.findall(r"url\(([^)]*)\)", text or ""):
                assert target[0] == "#" and target[1:] in ids, name
        if tag == "svg" or "aria-labelledby" in attrs:
            labelled = str(attrs.get("aria-labelledby", "")).split()
            assert attrs.get("aria-hidden") == "true" or {*labelled} & ids.keys() == {*labelled}
    style = html[html.index("<style>") + 7 : html.index("</style>")]
    assert not re.search(r"url\(|@import|expression|<", style)
    policy = next(a for _, a in page.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def test_tables_can_be_read_aloud(hostile: StudyView) -> None:
    """Every table has a caption, every heading cell a scope, and headings go down one step."""
    page = read(render_html(document(make_tables(hostile))))
    tags = [tag for tag, _ in page.tags]
    named = sum(tag == "table" and "aria-labelledby" in attrs for tag, attrs in page.tags)
    assert tags.count("table") - named == tags.count("caption") > 8
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")
    sections = tags.count("section")
    assert [t for t in tags if re.match(r"h\d", t)] == ["h1", *["h2"] * sections]
    assert tags.count("main") == tags.count("nav") == 1
    first_link = next(attrs for tag, attrs in page.tags if tag == "a")
    assert first_link["href"] == "#main"


def test_a_chart_is_a_figure_with_its_numbers(make_view: MakeView) -> None:
    """Numbered apart from tables; drawn in place; its numbers in a table that can be opened."""
    sources = [("i", Kind.INTERVIEW, [("P", P, ["I never knew.", "Now I do."])])]
    codes = [
        (0, 0, "Ana", "knowing", Polarity.BARRIER),
        (0, 1, "Ana", "body", Polarity.FACILITATOR),
    ]
    html = render_html(document(make_tables(make_view(sources, codes))))
    figure = html[html.index('<figure class="chart" id="figure-1">') :]
    figure = figure[: figure.index("</figure>") + len("</figure>")]
    page = read(figure)
    assert "Figure 1." in figure and "Figure 2." not in html
    svg = next(attrs for tag, attrs in page.tags if tag == "svg")
    assert svg["role"] == "img"
    assert svg["aria-labelledby"] == "figure-1-title figure-1-desc"
    told = " ".join(" ".join(page.text).split())
    assert "Knowing: 1 as barrier (1 person), 0 as facilitator (0 people)" in told
    numbers = figure[figure.index("<table") :]
    drawn = re.findall(r'<td class="count"><span[^>]*>(\d+)</span>', numbers)
    assert drawn == ["1", "0", "0", "1"]  # of two codes: the third has no polarity
    assert "<figure class" not in render_html(document(make_tables(make_view(sources))))


def test_machine_numbers_are_named_unverified(make_view: MakeView) -> None:
    """With a run, the words stand in the table; without one, no column of the machine is there."""
    sources = [("i", Kind.INTERVIEW, [("P", P, ["I never knew."])])]
    machine = {(0, 0): [(0.9, True, "barrier"), (0.1, False, ""), (0.1, False, "")]}
    with_run = render_html(document(make_tables(make_view(sources, machine=machine))))
    assert "Machine: unverified pre-codes" in with_run
    assert '<span class="badge">unverified pre-code</span>' in with_run
    without = render_html(document(make_tables(make_view(sources))))
    assert "Machine: unverified pre-codes" not in without
    assert "Nothing was pre-coded by machine" in without


def test_intervals_and_words_are_printed(make_view: MakeView) -> None:
    """A score reads "0.62 (-0.10 to 0.70)" with a true minus; repeated words are said once."""
    words = "not estimable: fewer than 10 positives"
    validation = ValidationTable(
        (ValidationRow("body", 90, 3, words, words, words, words, None),), (0.624, -0.1, 0.7), 5, 7
    )
    html = render_html(document(make_tables(make_view([], validation=validation))))
    assert '0.62 <span class="ci">(\u22120.10 to 0.70)</span>' in html
    assert html.count(words) == 1
    assert 'class="score" colspan="4"' in html


def test_a_codebook_without_polarity_gets_one_column(make_view: MakeView) -> None:
    """Where no code has a direction the report speaks of mentions, not of barriers."""
    view = make_view([("i", Kind.INTERVIEW, [("P", P, ["Hm."])])], [(0, 0, "Ana", "topic", "")])
    plain = view.codebook.model_copy(update={"codes": view.codebook.codes[-1:]})
    book = Codebook.model_validate(plain.model_dump(by_alias=True))  # without cached properties
    html = render_html(document(make_tables(replace(view, codebook=book))))
    read(html)
    assert "What was coded" in html and "Mentions" in html
    findings = html[html.index('<section id="findings"') : html.index('<section id="quotes"')]
    assert "Barriers" not in findings and "Discord" not in findings
    assert "<figure" not in findings


def test_the_file_is_written_whole(make_view: MakeView, tmp_path: Path) -> None:
    """The file holds the rendered page as UTF-8, and nothing else is left beside it."""
    tables = make_tables(make_view([]))
    path = write_html(document(tables), tmp_path / "reports" / "report.html")
    assert path.read_text(encoding="utf-8") == render_html(document(tables))
    assert [p.name for p in path.parent.iterdir()] == ["report.html"]


def test_importing_the_report_loads_no_heavy_library() -> None:
    """Jinja, openpyxl, datasets and pandas wait until they are needed."""
    code = (
        "import sys, precode.report.renderers.html, precode.report.export\n"
        "print([m for m in ('jinja2', 'openpyxl', 'datasets', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_kind_of_cell_is_written_in_words(make_view: MakeView) -> None:
    """Whatever stands in a plain table: never as a program would print it."""
    cells = {
        Form.TEXT: "words", Form.COUNT: 1204, Form.PERCENT: 0.5, Form.SCORE: (0.5, 0.4, 0.6),
        Form.TALLY: Tally(1, 3, 2), Form.HASH: "abc", Form.MENTIONS: Mentions(27, 9),
        Form.PRE_CODES: PreCodes(Mentions(2, 1), Mentions(3, 1)), Form.POINTS: (0.1, 0.0, 0.2),
        Form.CHANCE: 0.04, Form.CHARTED: Charted("told", (("barrier", 2),), ("“so”",)),
        Form.ESTIMATE: (5.0, 4.0, 6.0),
    }  # fmt: skip
    assert set(cells) == set(Form)
    columns = (Column("Row"), *(Column(form.value, form) for form in cells))
    grid = Grid("all", "Every form", columns, (Row(("one", *cells.values())),))
    whole = document(make_tables(make_view([])))
    section = replace(whole.sections[0], blocks=(Table(1, "t", grid),))
    html = render_html(replace(whole, sections=(section,)))
    assert not re.search(r"(Mentions|PreCodes|Tally|Charted)\(", html)
    told = " ".join(" ".join(read(html).text).split())
    assert "27 9 people" in told and "2 accepted" in told and "2 barrier" in told
