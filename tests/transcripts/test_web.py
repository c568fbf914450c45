"""Saved web pages: what a browser shows, and nothing that it runs or fetches."""

from __future__ import annotations

import html
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.domain import ReadTranscript
from precode.errors import InputError
from precode.settings import Transcripts
from precode.transcripts.read import read_transcript


def read(folder: Path, page: str | bytes) -> ReadTranscript:
    (folder / "a.html").write_bytes(page if isinstance(page, bytes) else page.encode())
    return read_transcript(folder / "a.html", settings=Transcripts())


def said(found: ReadTranscript) -> list[tuple[str, str]]:
    return [(t.speaker, found.transcript.text[t.start : t.end]) for t in found.turns]


EXPECTED = [("Sian Jones", "How are you?"), ("Dewi Rees", "Not so bad, thanks.")] * 2
LAYOUTS = {
    "colons": "<p><b>{0}:</b> {2}</p>",
    "names in bold": "<div><strong>{0}</strong><br>{2}</div>",
    "headings": "<h3>{0}</h3><p>{2}</p>",
    "a name, a time, the talk": "<div><div class=n>{0}</div><div>{1}</div><p>{2}</p></div>",
    "a time, a name, the talk": "<li><span>{1}</span><div>{0}</div><div>{2}</div>",
    "name and time on a line": "<div><span>{0}</span> <span>{1}</span></div><div>{2}</div>",
    "definitions": "<dt>{0}<dd>{2}",
    "preformatted": "<pre>{0}: {2}\n</pre>",
    "styled": "<p style='font-weight: 700'>{0}</p><p>{2}</p>",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_of_meetings_and_transcription_services(tmp_path: Path, layout: str) -> None:
    rows = [
        LAYOUTS[layout].format(name, f"0:{5 + 10 * i:02}", speech)
        for i, (name, speech) in enumerate(EXPECTED)
    ]
    assert said(read(tmp_path, f"<html><body>{''.join(rows)}</body></html>")) == EXPECTED


def test_tables_of_time_speaker_and_speech(tmp_path: Path) -> None:
    rows = "".join(
        f"<tr><td>0:{i + 1:02}<td>{name}<td>{speech}" for i, (name, speech) in enumerate(EXPECTED)
    )
    found = read(tmp_path, f"<table><tr><th>Time<th>Speaker<th>Text{rows}</table>")
    assert said(found)[1:] == EXPECTED
    assert [t.time for t in found.turns][1:] == [1.0, 2.0, 3.0, 4.0]


def test_what_stands_behind_the_end_of_the_page_is_read(tmp_path: Path) -> None:
    """Browsers show it, and parsers are fond of losing it."""
    page = "<p>I: Yes?</body></html><p>P1: No.</p></html>And <b>more</b>.<body>And on."
    assert said(read(tmp_path, page)) == [("I", "Yes?"), ("P1", "No.\n\nAnd more.\n\nAnd on.")]


WORDS = st.lists(st.text("abcdefgé&<>\"' ", min_size=1, max_size=12), min_size=1, max_size=12)
NESTED = (
    "<p> </p> <div> </div> <b> </b> <br> <ul> <li> </ul> <table> <tr> <td> </td> </table> <h2> </h2> "
    "</body> </html> <pre> </pre> <span> </span> <dl> <dt> <dd> <caption> <tbody> <th>"
)
TAGS = st.lists(st.sampled_from(NESTED.split(" ")), min_size=12, max_size=12)


@given(WORDS, TAGS)
def test_no_letter_is_lost_however_tags_are_nested(words: list[str], tags: list[str]) -> None:
    """Pages in the wild nest tags anyhow: every letter outside tags is in the text, in its order
    but for what HTML itself moves out of tables.
    """
    page = "".join(f"{tag}{html.escape(word)}" for tag, word in zip(tags, words, strict=False))
    with tempfile.TemporaryDirectory() as folder:
        found = read(Path(folder), f"<p>I: Yes?<p>P1: No. {page}")
    letters = sorted("".join(words).replace(" ", ""))
    assert sorted("".join(found.transcript.text.split())) == sorted(
        "I:Yes?P1:No." + "".join(letters)
    )


def test_scripts_menus_and_hidden_text_are_no_speech(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "<html><head><title>T</title><style>p{}</style></head><body><nav>Home About</nav>"
        "<header>BANNER</header><script>alert('I: x')</script><!-- P1: no -->"
        "<p>I: Yes?</p><p>P1: No.<span style='display:none'> HIDDEN</span><button>Copy</button></p>"
        "<p hidden>ALSO</p><noscript>OFF</noscript><template>T</template></body></html>",
    )
    assert said(found) == [("I", "Yes?"), ("P1", "No.")]
    assert "menus, headers and footers left out: 'Home About', 'BANNER'" in found.notes
    assert "hidden text left out in 2 places" in found.notes


@pytest.mark.parametrize(
    ("page", "note"),
    [
        ("<meta charset=utf-8><p>I: Ça?<p>P1: Été.".encode(), None),
        ("<meta charset=iso-8859-1><p>I: Ça?<p>P1: Été.".encode("cp1252"), "cp1252"),
        ("<p>I: Ça?<p>P1: Été.".encode("cp1252"), "Windows-1252"),
        ("<p>I: Ça?<p>P1: Été.".encode("utf-16"), "UTF-16"),
        ("<meta charset=utf-8><p>I: Ça?<p>P1: Été.".encode("cp1252"), "Windows-1252"),
        (b"<?xml version='1.0' encoding='utf-8'?><p>I: &Ccedil;a?<p>P1: &#201;t&eacute;.", None),
    ],
)
def test_encodings_by_mark_by_the_page_s_word_and_by_guess(
    tmp_path: Path, page: bytes, note: str | None
) -> None:
    found = read(tmp_path, page)
    assert said(found) == [("I", "Ça?"), ("P1", "Été.")]
    assert (note is None) == (found.notes == ())
    assert note is None or any(note in n for n in found.notes)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("I: Hi.\nP1: Hello.\n", "no web page"),
        ("<html><body></body></html>", "no text"),
        ("<div>" * 100_000 + "I: x", "nested deeper"),
    ],
)
def test_what_is_no_page_of_talk_is_refused(tmp_path: Path, page: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, page)
    assert caught.value.mend


def test_entities_and_addresses_are_not_followed(tmp_path: Path) -> None:
    """Neither entities of its own nor a file or address named in the page bring anything in."""
    (tmp_path / "secret.txt").write_text("SECRET")
    page = (
        f"<!DOCTYPE html [<!ENTITY x SYSTEM 'file://{tmp_path}/secret.txt'>]><base href='file:///'>"
        f"<p>I: Yes?</p><p>P1: No &x;.</p><iframe src='file://{tmp_path}/secret.txt'></iframe>"
    )
    assert "SECRET" not in read(tmp_path, page).transcript.text


@pytest.mark.parametrize(
    "page", ["<!" * 300_000, "<p " * 300_000, "&" * 500_000, "<a b='" * 200_000]
)
def test_odd_pages_take_no_longer_than_their_length(tmp_path: Path, page: str) -> None:
    start = time.perf_counter()
    with suppress(InputError):
        read(tmp_path, f"<p>I: Yes?<p>P1: No. {page}")
    assert time.perf_counter() - start < 5
