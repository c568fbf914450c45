"""Word documents whose comments are codes."""

from __future__ import annotations

import zipfile
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.errors import InputError
from precode.exchange.word_comments import read_word_comments
from precode.exchange.word_text import read_word_parts, word_text

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
W14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
W15 = 'xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"'


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def start(n: int) -> str:
    return f'<w:commentRangeStart w:id="{n}"/>'


def end(n: int) -> str:
    return f'<w:commentRangeEnd w:id="{n}"/><w:r><w:commentReference w:id="{n}"/></w:r>'


def comment(n: int, *lines: str, author: str = "Anna", date: str = "2024-05-06T07:08:09Z") -> str:
    paragraphs = "".join(
        f'<w:p w14:paraId="P{n}"><w:r><w:annotationRef/></w:r>{run(line)}</w:p>' for line in lines
    )
    return f'<w:comment w:id="{n}" w:author="{author}" w:date="{date}">{paragraphs}</w:comment>'


def made(path: Path, body: str, *comments: str, extended: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as z:
        z.writestr("word/document.xml", f"<w:document {W}><w:body>{body}</w:body></w:document>")
        if comments:
            z.writestr(
                "word/comments.xml", f"<w:comments {W} {W14}>{''.join(comments)}</w:comments>"
            )
        if extended:
            z.writestr(
                "word/commentsExtended.xml", f"<w15:commentsEx {W15}>{extended}</w15:commentsEx>"
            )
    return path


def para(*parts: str) -> str:
    return f"<w:p>{''.join(parts)}</w:p>"


def test_a_comment_is_a_code_its_author_the_coder(tmp_path: Path) -> None:
    body = para(run("I like it. "), start(0), run("The bus "), run("is late."), end(0), run(" So."))
    p = read_word_comments(made(tmp_path / "talk.docx", body, comment(0, "Physical opportunity")))
    (s,) = p.selections
    assert (s.text, s.coder, s.at) == ("The bus is late.", "Anna", "2024-05-06T07:08:09Z")
    assert p.sources[0].text == "I like it. The bus is late. So."
    assert p.sources[0].text[s.start : s.end] == s.text
    assert (p.sources[0].name, [c.name for c in p.codes]) == ("talk.docx", ["Physical opportunity"])


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        (
            ["immersion; interaction; comparison to art"],
            ["immersion", "interaction", "comparison to art"],
        ),
        (["time", "money"], ["time", "money"]),
        (["time, money"], ["time", "money"]),
        (["Memory, attention and decisions"], ["Memory, attention and decisions"]),
        (["Time.", " time "], ["Time", "time"]),
        (["time;; ; "], ["time"]),
    ],
)
def test_a_comment_may_say_several_codes(
    lines: list[str], codes: list[str], tmp_path: Path
) -> None:
    """By ; or line end; by comma, unless the codebook knows the whole as one name."""
    body = para(start(0), run("words"), end(0))
    known = ["memory, attention and decisions"]
    p = read_word_comments(made(tmp_path / "a.docx", body, comment(0, *lines)), known=known)
    names = {c.id: c.name for c in p.codes}
    assert [names[s.code].casefold() for s in p.selections] == [c.casefold() for c in codes]


def test_a_range_over_paragraphs_and_table_cells(tmp_path: Path) -> None:
    body = (
        para(run("A: "), start(0), run("first"))
        + f"<w:tbl><w:tr><w:tc>{para(run('cell'))}</w:tc></w:tr></w:tbl>"
        + para(run("last"), end(0), run(" not this"))
    )
    p = read_word_comments(made(tmp_path / "a.docx", body, comment(0, "x")))
    assert p.selections[0].text == "first\ncell\nlast"


def test_ranges_may_cross_and_nest_and_stand_between_paragraphs(tmp_path: Path) -> None:
    body = (
        start(0)
        + para(run("one "), start(1), run("two"))
        + para(run("three"), end(0), run(" four"), end(1))
    )
    p = read_word_comments(
        made(tmp_path / "a.docx", body, comment(0, "x"), comment(1, "y", author="Ben"))
    )
    assert [(s.code, s.coder, s.text) for s in p.selections] == [
        ("x", "Anna", "one two\nthree"), ("y", "Ben", "two\nthree four"),
    ]  # fmt: skip


def test_replies_and_resolved_comments_become_notes(tmp_path: Path) -> None:
    extended = (
        '<w15:commentEx w15:paraId="P0" w15:done="1"/>'
        '<w15:commentEx w15:paraId="P1" w15:paraIdParent="P0" w15:done="1"/>'
    )
    body = para(start(0), start(1), run("words"), end(0), end(1))
    comments = (comment(0, "time"), comment(1, "rather money, I think", author="Ben"))
    p = read_word_comments(made(tmp_path / "a.docx", body, *comments, extended=extended))
    assert [(s.code, s.coder, s.note) for s in p.selections] == [
        ("time", "Anna", "reply by Ben: rather money, I think\nresolved")
    ]
    assert "1 replies" in p.doubts[0].what


def test_what_is_no_code_is_left_out_and_said(tmp_path: Path) -> None:
    """A question, a long remark, a comment on nothing, one that says nothing."""
    long = "I am not at all sure what this person is trying to tell us about it here"
    body = para(
        start(0),
        run("a"),
        end(0),
        start(1),
        run("b"),
        end(1),
        start(2),
        end(2),
        start(3),
        run("c"),
        end(3),
    )
    comments = (comment(0, "time?"), comment(1, long), comment(2, "time"), comment(3, ""))
    p = read_word_comments(made(tmp_path / "a.docx", body, *comments))
    assert p.selections == ()
    assert [(d.where, d.kind) for d in p.doubts] == [
        (f"comment {n} by Anna", "left out") for n in (1, 2, 3, 4)
    ]
    assert [d.what.split(":")[0] for d in p.doubts] == [
        "reads like a remark, not a code", "reads like a remark, not a code", "is on no words", "says nothing",
    ]  # fmt: skip


def test_an_author_whom_word_took_away_is_nobody(tmp_path: Path) -> None:
    body = para(start(0), run("words"), end(0))
    p = read_word_comments(made(tmp_path / "a.docx", body, comment(0, "x", author="Author")))
    assert (p.selections[0].coder, p.coders) == ("", ())
    assert "1 comments have no author's name" in p.doubts[-1].what


def test_tracked_changes_stand_as_accepted(tmp_path: Path) -> None:
    body = para(
        start(0), run("kept "), f"<w:del>{run('gone').replace('w:t', 'w:delText')}</w:del>",
        f"<w:ins>{run('new')}</w:ins>", end(0),
    )  # fmt: skip
    assert (
        read_word_comments(made(tmp_path / "a.docx", body, comment(0, "x"))).selections[0].text
        == "kept new"
    )


def test_a_document_without_comments_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="has no comments"):
        read_word_comments(made(tmp_path / "a.docx", para(run("words"))))


pieces = st.lists(
    st.lists(
        st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="￾￿"),
                min_size=1, max_size=8),
        min_size=1, max_size=4,
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@given(pieces)
def test_runs_tile_the_text_and_say_what_stands_there(paragraphs: list[list[str]]) -> None:
    """Each run's span is its words, and the runs of a span are those that share a letter with it."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        body = "".join(para(*map(run, p)) for p in paragraphs)
        parts = read_word_parts(made(Path(folder) / "a.docx", body), max_megabytes=1)
    found = word_text(parts)
    assert found.text == "\n".join("".join(p) for p in paragraphs)
    words = [w for p in paragraphs for w in p]
    assert [found.text[r.start : r.end] for r in found.runs] == words
    middle = found.runs[len(found.runs) // 2]
    assert middle in found.runs_of(middle.start, middle.end)
    assert found.runs_of(middle.start, middle.end) == (middle,)


def test_a_real_document(shared: Path) -> None:
    """18 comments of one or several codes, whose author's name Word has taken away."""
    p = read_word_comments(shared / "word-comments" / "bopp_test_examples.docx")
    text = p.sources[0].text
    assert (len(p.selections), len(p.codes)) == (34, 15)
    assert all(text[s.start : s.end] == s.text for s in p.selections)
    assert [c.what.split(" have")[0] for c in p.doubts] == ["18 comments"]
