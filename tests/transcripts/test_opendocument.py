"""OpenDocument texts, made by hand as LibreOffice writes them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from precode.domain import ReadTranscript
from precode.errors import InputError
from precode.settings import Limits, Transcripts
from precode.transcripts.read import read_transcript

NAMES = (
    " ".join(
        f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for n in ("office", "text", "table", "style", "draw", "manifest")
    )
    + ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
)
STYLES = (
    '<style:style style:name="B"><style:text-properties fo:font-weight="bold"/></style:style>'
    '<style:style style:name="B2" style:parent-style-name="B"/>'
    '<style:style style:name="H"><style:text-properties text:display="none"/></style:style>'
)


def write_odt(path: Path, body: str, *, styles: str = "", manifest: str = "") -> Path:
    content = (
        f"<office:document-content {NAMES}><office:automatic-styles>{STYLES}"
        f"</office:automatic-styles><office:body><office:text>{body}"
        "</office:text></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", content)
        archive.writestr(
            "styles.xml", f"<office:document-styles {NAMES}>{styles}</office:document-styles>"
        )
        archive.writestr(
            "META-INF/manifest.xml", f"<manifest:manifest {NAMES}>{manifest}</manifest:manifest>"
        )
    return path


def p(content: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{content}</text:p>'


def read(path: Path, **options: object) -> ReadTranscript:
    return read_transcript(path, settings=Transcripts(), **options)  # type: ignore[arg-type]


def said(found: ReadTranscript) -> list[tuple[str, str]]:
    return [(t.speaker, found.transcript.text[t.start : t.end]) for t in found.turns]


def test_spaces_tabs_breaks_lists_and_sections(tmp_path: Path) -> None:
    body = (
        "<text:h>Interview 3</text:h>"
        + p("INT:<text:tab/>How   was\n it?")
        + f"<text:section><text:list><text:list-item>{p('P1: I <text:span>went</text:span> home')}"
        + p("and<text:s text:c='3'/>slept.<text:line-break/>INT: So?")
        + "</text:list-item></text:list></text:section>"
    )
    found = read(write_odt(tmp_path / "a.odt", body))
    assert said(found) == [
        ("", "Interview 3"),
        ("INT", "How was it?"),
        ("P1", "I went home\n\nand   slept."),
        ("INT", "So?"),
    ]


@pytest.mark.parametrize("style", ["B", "B2"])
def test_bold_names_alone_are_speakers(tmp_path: Path, style: str) -> None:
    """Bold by the paragraph's style or its parent's, or by a span's."""
    turns = [
        (p("Sian", style), "How are you?"),
        (p(f'<text:span text:style-name="{style}">Dewi</text:span>'), "Not so bad."),
    ] * 2
    found = read(write_odt(tmp_path / "a.odt", "".join(name + p(said) for name, said in turns)))
    assert said(found) == [("Sian", "How are you?"), ("Dewi", "Not so bad.")] * 2


def test_tables_of_time_speaker_and_speech(tmp_path: Path) -> None:
    rows = [("Time", "Speaker", "Text"), ("00:01", "I", "How was it then?"), ("00:05", "P1", "Long."),
            ("00:09", "I", "And after that, at home?")]  # fmt: skip
    cells = "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell>{p(c)}</table:table-cell>" for c in row)
        + "</table:table-row>"
        for row in rows
    )
    found = read(write_odt(tmp_path / "a.odt", f"<table:table>{cells}</table:table>"))
    assert said(found)[1:] == [
        ("I", "How was it then?"), ("P1", "Long."), ("I", "And after that, at home?"),
    ]  # fmt: skip
    assert [t.time for t in found.turns][1:] == [1.0, 5.0, 9.0]


def test_what_stands_is_what_the_document_shows_and_the_notes_tell_the_rest(
    tmp_path: Path,
) -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion>"
        + p("hated")
        + "</text:deletion></text:changed-region></text:tracked-changes>"
        + p("I: Yes?")
        + p(
            "P1: I <text:change/>loved<office:annotation>"
            + p("REMARK")
            + "</office:annotation> it<text:note>"
            + p("FOOT")
            + '</text:note>.<text:span text:style-name="H">HIDDEN</text:span>'
            + f"<draw:frame><draw:text-box>{p('BOX')}</draw:text-box></draw:frame>"
        )
    )
    heads = f"<style:header>{p('HEADER')}</style:header>"
    found = read(write_odt(tmp_path / "a.odt", body, styles=heads))
    assert said(found) == [("I", "Yes?"), ("P1", "I loved it.")]
    assert set(found.notes) >= {
        "headers and footers left out: 'HEADER'",
        "tracked changes: insertions were kept, deletions left out",
        "1 comment left out",
        "1 footnote left out",
        "1 text box left out",
        "hidden text left out in 1 place",
    }


def test_a_password_a_deep_nest_and_other_parts_are_refused(tmp_path: Path) -> None:
    secret = write_odt(tmp_path / "a.odt", p("I: Yes?"), manifest="<manifest:encryption-data/>")
    deep = write_odt(tmp_path / "b.odt", "<text:section>" * 5000 + "</text:section>" * 5000)
    empty = write_odt(tmp_path / "c.odt", "")
    for path, words in ((secret, "password"), (deep, "nested deeper"), (empty, "no text")):
        with pytest.raises(InputError, match=words) as caught:
            read(path)
        assert caught.value.mend


def test_markup_and_text_are_limited_by_the_settings(tmp_path: Path) -> None:
    path = write_odt(tmp_path / "b.odt", p("I: Yes?") + "<!-- x -->" * 150_000)
    with pytest.raises(InputError, match="unpacks to"):
        read(path, limits=Limits(xml_megabytes=1))
    path = write_odt(tmp_path / "a.odt", p("I: Yes?") + p("P1: No. " * 300))
    with pytest.raises(InputError, match="characters of text") as caught:
        read(path, limits=Limits(characters=1000))
    assert "characters under [limits]" in caught.value.mend
    with pytest.raises(InputError, match="a line of"):
        read(path, limits=Limits(line_characters=1000))
