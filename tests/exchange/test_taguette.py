"""Taguette: its database, and highlights and codebooks that it exports."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from pathlib import Path

import docx
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.codings.align import place
from precode.domain import CodedExcerpt, Kind, Polarity, Transcript
from precode.errors import InputError
from precode.exchange.marked_text import MarkedText, plain_text
from precode.exchange.project import Project
from precode.exchange.taguette import read_taguette

SCHEMA = (
    "CREATE TABLE projects (id INTEGER, name TEXT, description TEXT)",
    "CREATE TABLE documents (id INTEGER, name TEXT, contents TEXT)",
    "CREATE TABLE tags (id INTEGER, path TEXT, description TEXT)",
    "CREATE TABLE highlights (id INTEGER, document_id INTEGER, start_offset INTEGER, "
    "end_offset INTEGER, snippet TEXT)",
    "CREATE TABLE highlight_tags (highlight_id INTEGER, tag_id INTEGER)",
    "CREATE TABLE commands (id INTEGER, user_login TEXT, date TEXT, payload TEXT)",
)
HTML = "<p>Grüße &amp; 😀 Küsse</p>\n<p>The <b>bus</b> is late.</p><p>Always.</p>"
SAYS = "Grüße & 😀 Küsse\nThe bus is late.\nAlways."


def made(
    path: Path, highlights: list[tuple[int, int, str]], *, users: tuple[str, ...] = ("zoe",)
) -> Path:
    """A project of one document; each highlight (start, end in bytes, snippet) has the tag 1."""
    with sqlite3.connect(path) as db:
        for s in SCHEMA:
            db.execute(s)
        db.execute("INSERT INTO projects VALUES (1, 'Buses', 'About buses')")
        db.execute("INSERT INTO documents VALUES (7, 'talk.odt', ?)", [HTML])
        db.execute(
            "INSERT INTO tags VALUES (1, 'Access.late', 'what comes late'), (2, 'Other', '')"
        )
        for i, (start, end, snippet) in enumerate(highlights, 1):
            db.execute("INSERT INTO highlights VALUES (?, 7, ?, ?, ?)", [i, start, end, snippet])
            db.execute("INSERT INTO highlight_tags VALUES (?, 1)", [i])
            said = json.dumps({"type": "highlight_add", "highlight_id": i})
            who = users[(i - 1) % len(users)]
            row = [i, who, f"2024-01-0{i} 10:00:00.5", said]
            db.execute("INSERT INTO commands VALUES (?, ?, ?, ?)", row)
    db.close()
    return path


def span(words: str) -> tuple[int, int]:
    """The bytes of ``words`` as Taguette counts them: without the line end that only tags make."""
    at = len(SAYS[: SAYS.index(words)].encode())
    return at, at + len(words.encode())


def coded(p: Project) -> Counter[tuple[str, str, str]]:
    """(document, tag, words without white space) of each coding."""
    names, texts = {s.id: s.name for s in p.sources}, {s.id: s.text for s in p.sources}
    tags = {c.id: c.name for c in p.codes}
    given_ = [(names[s.source], s.code, texts[s.source][s.start : s.end]) for s in p.selections]
    given_ += [(q.source, q.code, q.text) for q in p.quotes]
    return Counter((source, tags[code], "".join(text.split())) for source, code, text in given_)


# -- the database ----------------------------------------------------------------------------------


def test_offsets_are_bytes_of_what_the_html_says(tmp_path: Path) -> None:
    """After letters of two bytes, an emoji of four and an entity, the words are still the same."""
    places = [(*span(w), f"<p>{w}</p>") for w in ("Küsse", "bus is")]
    p = read_taguette(made(tmp_path / "a.sqlite3", places))
    assert p.sources[0].text == SAYS
    assert [SAYS[s.start : s.end] for s in p.selections] == ["Küsse", "bus is"]
    assert [s.text for s in p.selections] == ["Küsse", "bus is"]


def test_a_highlight_over_several_paragraphs(tmp_path: Path) -> None:
    start, end = span("bus is late.")[0], span("bus is late.")[1] + len("Always.")
    p = read_taguette(made(tmp_path / "a.db", [(start, end, "<p>bus is late.</p><p>Always.</p>")]))
    assert SAYS[p.selections[0].start : p.selections[0].end] == "bus is late.\nAlways."


def test_tags_users_and_what_the_project_says_of_itself(tmp_path: Path) -> None:
    places = [(*span("Küsse"), "Küsse"), (*span("bus"), "bus")]
    p = read_taguette(made(tmp_path / "a.db", places, users=("zoe", "max")))
    assert (p.tool, p.name, p.notes) == ("Taguette", "Buses", (("project", "About buses"),))
    assert [(c.name, c.description) for c in p.codes] == [
        ("Access.late", "what comes late"), ("Other", ""),
    ]  # fmt: skip
    assert [c.name for c in p.coders] == ["zoe", "max"]
    assert [(s.coder, s.at) for s in p.selections] == [
        ("zoe", "2024-01-01T10:00:00"), ("max", "2024-01-02T10:00:00"),
    ]  # fmt: skip


def test_admin_is_nobodys_name(tmp_path: Path) -> None:
    """The only user of a Taguette on one's own computer: who coded is to be asked for."""
    p = read_taguette(made(tmp_path / "a.db", [(*span("bus"), "bus")], users=("admin",)))
    assert (p.coders, p.selections[0].coder) == ((), "")
    assert "'admin'" in p.doubts[0].what


def test_a_highlight_whose_words_are_others_is_looked_for_by_its_words(tmp_path: Path) -> None:
    """The document was changed behind Taguette's back: positions are not trusted."""
    places = [(0, 4, "is late."), (5, 10_000, "Always."), (3, 3, "")]
    p = read_taguette(made(tmp_path / "a.db", places))
    assert p.selections == ()
    assert [(q.source, q.text) for q in p.quotes] == [
        ("talk.odt", "is late."),
        ("talk.odt", "Always."),
    ]
    assert {d.what for d in p.doubts} == {
        "a highlight of no words", "2 highlights are not at their offsets: looked for by their words",
    }  # fmt: skip


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", [(*span("bus"), "bus"), (*span("late"), "late")])
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM highlight_tags WHERE highlight_id = 2")
        db.execute("INSERT INTO highlight_tags VALUES (1, 99)")
    db.close()
    p = read_taguette(path)
    assert len(p.selections) == 1
    assert [(d.what, d.kind) for d in p.doubts] == [
        ("a use of a tag that is gone", "left out"), ("a highlight without a tag", "left out"),
    ]  # fmt: skip


def test_another_database_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "a.db") as db:
        db.execute("CREATE TABLE documents (id INTEGER)")
    db.close()
    with pytest.raises(InputError, match="no Taguette project"):
        read_taguette(tmp_path / "a.db")


# -- HTML ------------------------------------------------------------------------------------------


@given(st.lists(st.text(min_size=1).filter(lambda t: t.strip()), min_size=1, max_size=5), st.data())
def test_every_span_of_bytes_gives_the_same_words(lines: list[str], data: st.DataObject) -> None:
    """Paragraphs of any letters: a span that begins and ends between letters is those letters."""
    import html

    clean = ["".join(c for c in line if c not in "\r\0" and ord(c) >= 32) or "x" for line in lines]
    clean = [c if c.strip() else "x" for c in clean]
    marked = MarkedText("\n".join(f"<p>{html.escape(c)}</p>" for c in clean))
    text = "\n".join(clean)
    assert marked.text == html.unescape(html.escape(text))
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    places = (
        len(text[:start].encode("utf-8", "replace")),
        len(text[:end].encode("utf-8", "replace")),
    )
    assert marked.span(*places) == (start, end)


@pytest.mark.parametrize(
    ("html", "says"),
    [
        ("<p>a</p><p>b</p>", "a\nb"),
        ("<p>a</p>\n<p>b</p>", "a\nb"),
        ("a<br>b", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a\tb\nc"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("x <em>y</em>&nbsp;z &lt;q&gt;", "x y\xa0z <q>"),
        ("<p>open <b>ends", "open ends"),
        ("<" * 50, "<" * 50),
    ],
)
def test_what_html_says(html: str, says: str) -> None:
    assert plain_text(html) == says


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (0, 99)])
def test_places_outside_the_text_are_none(start: int, end: int) -> None:
    assert MarkedText("<p>words</p>").span(start, end) is None


# -- exports ---------------------------------------------------------------------------------------

ROWS = [
    ["id", "document", "tag", "content"],
    ["1", "talk.odt", "Late", "The bus is late."],
    ["1", "talk.odt", "Other", "The bus is late."],
    ["2", "talk.odt", "", "Always."],
]


def test_highlights_as_csv_and_as_a_workbook_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n".join(",".join(r) for r in ROWS), encoding="utf-8")
    book = openpyxl.Workbook()
    for row in ROWS:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "a.xlsx")
    csv, xlsx = (read_taguette(tmp_path / n) for n in ("a.csv", "a.xlsx"))
    assert coded(csv) == coded(xlsx)
    assert [(q.code, q.text, q.where) for q in csv.quotes] == [
        ("Late", "The bus is late.", "row 2"), ("Other", "The bus is late.", "row 3"),
    ]  # fmt: skip
    assert csv.doubts[0].what == "1 highlight without a tag"


def word(path: Path, *paragraphs: str) -> Path:
    document = docx.Document()
    document.add_heading("Taguette highlights", 1)
    for p in paragraphs:
        document.add_paragraph(p)
    document.save(str(path))
    return path


def test_highlights_as_a_word_document(tmp_path: Path) -> None:
    """Words of several paragraphs; several tags; a tag that holds ", " and is told by standing alone."""
    path = word(
        tmp_path / "a.docx",
        "The bus is late.", "Always.", "Document: my talk.odt Tags: Late, Other",
        "One.", "Document: b.odt Tags: Time, money",
        "Two.", "Document: b.odt Tags: Time, money",
    )  # fmt: skip
    assert coded(read_taguette(path)) == {
        ("my talk.odt", "Late", "Thebusislate.Always."): 1,
        ("my talk.odt", "Other", "Thebusislate.Always."): 1,
        ("b.odt", "Time, money", "One."): 1,
        ("b.odt", "Time, money", "Two."): 1,
    }


def test_a_word_document_of_something_else_is_refused(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Taguette is what we use.")
    document.save(str(tmp_path / "a.docx"))
    with pytest.raises(InputError, match="no export of Taguette"):
        read_taguette(tmp_path / "a.docx")


def test_codebooks(tmp_path: Path) -> None:
    (tmp_path / "c.csv").write_text(
        'tag,description,number of highlights\nLate,"comes late, often",5\nOther,,1\n'
    )
    document = docx.Document()
    document.add_heading("Taguette Codebook", 1)
    for tag, about in (("Late", "comes late, often"), ("Other", "")):
        document.add_heading(tag, 2)
        document.add_paragraph("Number of highlights: 5")
        document.add_paragraph(about)
    document.save(str(tmp_path / "c.docx"))
    for name in ("c.csv", "c.docx"):
        p = read_taguette(tmp_path / name)
        assert [(c.name, c.description) for c in p.codes] == [
            ("Late", "comes late, often"),
            ("Other", ""),
        ]
        assert (p.selections, p.quotes) == ((), ())


# -- a real project --------------------------------------------------------------------------------


def test_bar_1930_tag_uses_on_1793_highlights_the_same_from_each_file(shared: Path) -> None:
    folder = shared / "taguette"
    csv, word_, base = (
        read_taguette(folder / n)
        for n in (
            "all_tags_20220303.csv", "all_tags_20220303.docx", "SERDIF_P2_ThematicAnalysis.sqlite3",
        )
    )  # fmt: skip
    assert coded(csv).total() == 1930
    assert coded(csv) == coded(word_) == coded(base)
    assert len(base.selections) == 1930, "all of them stand at their offsets"
    places = {(s.source, s.start, s.end, s.at) for s in base.selections}
    assert len(places) <= 1793 <= len({q.where for q in word_.quotes}) == 1793
    assert [len(p.codes) for p in (csv, word_, base)] == [22, 22, 22]
    assert [d.what for d in base.doubts if d.kind == "left out"] == ["a highlight without a tag"]
    book = read_taguette(folder / "codebook_20220303_8.csv")
    assert {c.name for c in book.codes} == {c.name for c in base.codes}


def test_the_words_of_the_csv_are_found_where_the_database_has_them(shared: Path) -> None:
    """By words and their order alone, each highlight lies where its offsets say."""
    folder = shared / "taguette"
    base = read_taguette(folder / "SERDIF_P2_ThematicAnalysis.sqlite3")
    transcripts = [Transcript.make(s.name, s.text, Kind.FIELD_NOTES) for s in base.sources]
    ids = {t.name: t.id for t in transcripts}
    names = {s.id: s.name for s in base.sources}
    tags = {c.id: c.name for c in base.codes}
    there = {(ids[names[s.source]], tags[s.code], s.start, s.end) for s in base.selections}
    csv = read_taguette(folder / "all_tags_20220303.csv")
    rows = [CodedExcerpt(q.where, q.source, q.text, q.code, Polarity.NONE, "A") for q in csv.quotes]
    placed = [p for p in place(rows, transcripts, fuzzy_score=90) if p.placed]
    assert len(placed) >= 0.99 * 1930
    wrong = [
        p
        for p in placed
        if not any(
            (t, c) == (p.transcript_id, p.excerpt.code) and min(b, p.end) - max(a, p.start) > 0
            for t, c, a, b in there
        )
    ]
    assert not wrong
