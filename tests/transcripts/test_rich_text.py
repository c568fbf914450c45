"""Rich Text as Word and LibreOffice write it."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from precode.domain import ReadTranscript
from precode.errors import InputError
from precode.settings import Transcripts
from precode.transcripts.read import read_transcript


def read(folder: Path, body: str | bytes, head: str = r"\ansi\ansicpg1252\deff0") -> ReadTranscript:
    data = body if isinstance(body, bytes) else body.encode("latin-1")
    fonts = (
        rb"{\fonttbl{\f0\fcharset0 Times;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Mincho;}}"
    )
    (folder / "a.rtf").write_bytes(rb"{\rtf1" + head.encode() + fonts + data + b"}")
    return read_transcript(folder / "a.rtf", settings=Transcripts())


def said(found: ReadTranscript) -> list[tuple[str, str]]:
    return [(t.speaker, found.transcript.text[t.start : t.end]) for t in found.turns]


def test_paragraphs_tabs_breaks_and_signs(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "\\pard\\plain INT:\\tab How was it?\\par\r\nP1: Hard\\emdash very\\ldblquote so\\rdblquote ."
        "\\line and a \\{long\\} road, sister\\_in\\-law\\~too\\par INT: So?\\par",
    )
    assert said(found) == [
        ("INT", "How was it?"),
        ("P1", "Hard—very“so”.\nand a {long} road, sister-inlaw\u00a0too"),
        ("INT", "So?"),
    ]


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (r"caf\'e9", "café"),
        (r"caf\u233 ?", "café"),
        (r"\uc2\u233 ??t\'e9", "été"),
        (r"caf\u233\'e9!", "café!"),
        (r"{\uc0\u233}t\u233?", "été"),
        (r"\u-10179?\u-8704?", "😀"),
        (r"{\f1 \'c4\'e0}", "Да"),
        (r"{\f2 \'82\'cd}", "は"),
        ("caf\xe9", "café"),
    ],
)
def test_letters_beyond_ascii(tmp_path: Path, written: str, read_as: str) -> None:
    """Code pages by font, Unicode with its stand-ins of any length, halves of one character."""
    found = read(tmp_path, f"INT: Yes?\\par P1: so {written} then\\par")
    assert said(found)[1] == ("P1", f"so {read_as} then")


def test_bold_names_and_tables(tmp_path: Path) -> None:
    names = r"{\b Sian}\par How?\par \b Dewi\b0\par Well.\par " * 2
    assert said(read(tmp_path, names)) == [("Sian", "How?"), ("Dewi", "Well.")] * 2
    rows = [("Time", "Speaker", "Text"), ("00:01", "I", "How was it then?"), ("00:05", "P1", "Long."),
            ("00:09", "I", "And after that, at home?")]  # fmt: skip
    table = "".join(
        r"\trowd " + "".join(rf"\pard\intbl {cell}\cell " for cell in row) + r"\row "
        for row in rows
    )
    found = read(tmp_path, table + r"\pard I: After the table?\par")
    assert said(found)[1:] == [
        ("I", "How was it then?"), ("P1", "Long."), ("I", "And after that, at home?"),
        ("I", "After the table?"),
    ]  # fmt: skip


def test_what_is_not_speech_is_left_out_and_said(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        r"{\header HEADER}{\info{\title TITLE}}{\*\generator GEN}INT: Yes?\par "
        r"P1: I {\deleted hated}{\revised loved} it{\footnote FOOT}.{\v HIDDEN}"
        r"{\*\annotation REMARK}{\pict\wmetafile8 abcdef}"
        r"{\field{\*\fldinst HYPERLINK x}{\fldrslt  Link.}}\par",
    )
    assert said(found) == [("INT", "Yes?"), ("P1", "I loved it. Link.")]
    assert set(found.notes) >= {
        "headers and footers left out: 'HEADER'",
        "tracked changes: insertions were kept, deletions left out",
        "1 footnote left out",
        "1 comment left out",
        "hidden text left out in 1 place",
    }


def test_binary_data_is_skipped_by_its_length(tmp_path: Path) -> None:
    found = read(tmp_path, b"INT: Yes?\\par P1: No{\\pict\\bin5 }{\\\\}}.\\par")
    assert said(found)[1] == ("P1", "No.")


@pytest.mark.parametrize(
    ("body", "words"),
    [("{" * 5000, "nested deeper"), ("", "holds no text"), (r"{\info only}", "holds no text")],
)
def test_what_holds_no_speech_is_refused(tmp_path: Path, body: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path, body)
    assert caught.value.mend


def test_a_text_file_named_rtf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.rtf").write_text("I: Hi.\nP1: Hello.\n")
    with pytest.raises(InputError, match=r"not an \.rtf file"):
        read_transcript(tmp_path / "a.rtf", settings=Transcripts())


@pytest.mark.parametrize(
    "body", [r"\u8364?" * 200_000, r"{\field{\*\fldinst{HYPERLINK " * 1000, "\\'e9" * 300_000]
)
def test_odd_files_take_no_longer_than_their_length(tmp_path: Path, body: str) -> None:
    start = time.perf_counter()
    with suppress(InputError):
        read(tmp_path, r"INT: Yes?\par P1: " + body)
    assert time.perf_counter() - start < 5
