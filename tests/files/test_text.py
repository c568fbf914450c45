"""Text of any encoding, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from precode.errors import InputError
from precode.files.text import decode, read_text

WELSH = "I: Sut mae?\nP1: “Iawn” – ŵyl, café £5\n"


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [
        ("utf-8", b""),
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-16-le", b"\xff\xfe"),
        ("utf-16-be", b"\xfe\xff"),
        ("utf-16-le", b""),
        ("utf-16-be", b""),
        ("utf-32-le", b"\xff\xfe\x00\x00"),
    ],
)
def test_unicode_of_every_kind_reads_the_same(encoding: str, bom: bytes) -> None:
    assert decode(bom + WELSH.encode(encoding), "a.txt").text == WELSH


def test_windows_1252_is_read_and_said() -> None:
    """A file saved by an old Windows program: curly quotes, dashes and accents survive."""
    text = "P1: “No” – I don’t, café £5\n"
    decoded = decode(text.encode("cp1252"), "a.txt")
    assert decoded.text == text
    assert "Windows-1252" in decoded.notes[0]
    assert "line 1" in decoded.notes[0]


def test_mac_roman_quotes_are_recognised() -> None:
    text = "P1: I don’t know, he said “no”.\n"
    decoded = decode(text.encode("mac_roman"), "a.txt")
    assert decoded.text == text
    assert decoded.encoding == "Mac Roman"


def test_cyrillic_is_not_read_as_western() -> None:
    text = "И: Расскажите, пожалуйста, о себе.\nР: Я работаю учителем уже двадцать лет.\n" * 5
    assert decode(text.encode("cp1251"), "a.txt").text == text


def test_line_ends_become_one_kind_and_a_mixture_is_noted() -> None:
    decoded = decode(b"a\r\nb\rc\nd", "a.txt")
    assert decoded.text == "a\nb\nc\nd"
    assert "mixed" in decoded.notes[0]
    assert decode(b"a\r\nb\r\n", "a.txt").notes == ()


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"PK\x03\x04rest", "zipped"),
        (b"%PDF-1.7 rest", "PDF"),
        (b"{\\rtf1\\ansi rest}", "RTF"),
        (b"text\x00\x01\x02with zeros", "binary"),
        (bytes(range(1, 32)) * 20, "binary"),
        (b"  \n\n ", "empty"),
        (b"\xef\xbb\xbf", "empty"),
    ],
)
def test_what_is_not_text_is_refused_with_its_kind(data: bytes, word: str) -> None:
    with pytest.raises(InputError, match=word) as caught:
        decode(data, "a.txt")
    assert caught.value.mend


def test_a_truncated_utf16_file_names_the_place() -> None:
    with pytest.raises(InputError, match="does not fit"):
        decode(b"\xff\xfea\x00b", "a.txt")


def test_files_absent_empty_folders_and_too_large_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "large.txt").write_bytes(b"a" * 2_000_000)
    for name, word in [
        ("absent.txt", "does not exist"),
        ("empty.txt", "is empty"),
        ("large.txt", "above 1 MB"),
        (".", "folder"),
    ]:
        with pytest.raises(InputError, match=word):
            read_text(tmp_path / name, max_megabytes=1)
