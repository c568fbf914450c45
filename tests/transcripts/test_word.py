"""Word documents as transcribers and services make them."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx
import docx.enum.style
import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from precode.domain import ReadTranscript
from precode.errors import InputError
from precode.settings import Transcripts
from precode.transcripts.read import read_transcript


def read(folder: Path, document: Document) -> ReadTranscript:
    document.save(str(folder / "a.docx"))
    return read_transcript(folder / "a.docx", settings=Transcripts())


def said(found: ReadTranscript) -> list[tuple[str, str]]:
    return [(t.speaker, found.transcript.text[t.start : t.end]) for t in found.turns]


def test_labels_with_colons_tabs_and_soft_breaks(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "HEADER"
    document.add_heading("Interview 3", 0)
    document.add_paragraph("I: How was it?")
    document.add_paragraph("P1:\tHard.")
    document.add_paragraph("Very.")
    document.add_paragraph("")
    document.add_paragraph("I\tAnd then?")
    document.add_paragraph("P1: One.\nI: Two?\nP1: Three.")
    found = read(tmp_path, document)
    assert said(found) == [
        ("", "Interview 3"),
        ("I", "How was it?"),
        ("P1", "Hard.\n\nVery."),
        ("I", "And then?"),
        ("P1", "One."),
        ("I", "Two?"),
        ("P1", "Three."),
    ]
    assert "HEADER" not in found.transcript.text


def test_bold_labels_alone_and_in_front(tmp_path: Path) -> None:
    """Names in bold, on their own line or before the speech, without any colon."""
    document = docx.Document()
    for _ in range(2):
        document.add_paragraph().add_run("Sian Jones").bold = True
        document.add_paragraph("How are you?")
        paragraph = document.add_paragraph()
        paragraph.add_run("Dewi ").bold = True
        paragraph.add_run("Not so bad.")
    assert (
        said(read(tmp_path, document))
        == [
            ("Sian Jones", "How are you?"),
            ("Dewi", "Not so bad."),
        ]
        * 2
    )


def test_headings_as_labels(tmp_path: Path) -> None:
    document = docx.Document()
    for _ in range(2):
        document.add_heading("Interviewer", 2)
        document.add_paragraph("Yes?")
        document.add_heading("P1", 2)
        document.add_paragraph("No.")
    assert said(read(tmp_path, document)) == [("Interviewer", "Yes?"), ("P1", "No.")] * 2


def test_teams_layout(tmp_path: Path) -> None:
    document = docx.Document()
    for name, time, speech in [("Jones, Sian", "0:03", "Hello?"), ("Dewi Rees", "1:05", "Hi.")] * 2:
        paragraph = document.add_paragraph()
        paragraph.add_run(name).bold = True
        paragraph.add_run(f"   {time}\n{speech}")
    found = read(tmp_path, document)
    assert said(found) == [("Jones, Sian", "Hello?"), ("Dewi Rees", "Hi.")] * 2
    assert [t.time for t in found.turns] == [3.0, 65.0, 3.0, 65.0]


@pytest.mark.parametrize("times", [True, False])
def test_tables_of_speakers_and_speech(tmp_path: Path, times: bool) -> None:
    """[time |] speaker | speech, with a header row; a row without a speaker goes on."""
    rows = [
        ("00:00:01", "I", "How was the appointment, in the end?"),
        ("00:00:09", "P1", "Long. I waited two hours for ten minutes."),
        ("00:00:15", "", "And the parking was full."),
        ("00:00:20", "I", "And what did you do then?"),
        ("00:00:25", "P1", "I went home: what else?"),
    ]
    document = docx.Document()
    document.add_paragraph("Interview with P1")
    table = document.add_table(rows=0, cols=2 + times)
    for row in [("Time", "Speaker", "Text"), *rows]:
        for cell, text in zip(table.add_row().cells, row if times else row[1:], strict=True):
            cell.text = text
    document.add_paragraph("I: After the table?")
    found = read(tmp_path, document)
    assert said(found)[1:] == [
        ("I", "How was the appointment, in the end?"),
        ("P1", "Long. I waited two hours for ten minutes.\n\nAnd the parking was full."),
        ("I", "And what did you do then?"),
        ("P1", "I went home: what else?"),
        ("I", "After the table?"),
    ]
    assert found.turns[2].time == (9.0 if times else None)
    assert "P1: Long." in found.transcript.text


def test_tracked_changes_comments_and_text_boxes(tmp_path: Path) -> None:
    """Insertions are kept, deletions are not; what is left out is counted in the notes."""
    document = docx.Document()
    document.add_paragraph("I: Yes?")
    paragraph = document.add_paragraph("P1: I ")
    for xml in (
        '<w:del {0} w:id="1" w:author="x"><w:r><w:delText>hated</w:delText></w:r></w:del>',
        '<w:ins {0} w:id="2" w:author="x"><w:r><w:t>loved</w:t></w:r></w:ins>',
        '<w:r {0}><w:t xml:space="preserve"> it.</w:t></w:r>',
        '<w:r {0}><w:commentReference w:id="0"/></w:r>',
        "<w:r {0}><w:txbxContent><w:p><w:r><w:t>BOX</w:t></w:r></w:p></w:txbxContent></w:r>",
    ):
        paragraph._p.append(parse_xml(xml.format(nsdecls("w"))))
    found = read(tmp_path, document)
    assert said(found)[-1] == ("P1", "I loved it.")
    notes = " / ".join(found.notes)
    assert "insertions were kept" in notes
    assert "1 comment left out" in notes
    assert "1 text box left out" in notes


def test_a_bold_style_makes_labels_whatever_its_name(tmp_path: Path) -> None:
    document = docx.Document()
    styles = document.styles
    base = styles.add_style("Sprecher", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH)
    base.font.bold = True
    styles.add_style("Person", docx.enum.style.WD_STYLE_TYPE.PARAGRAPH).base_style = base
    for name, speech in [("Sian", "How are you?"), ("Dewi", "Not so bad.")] * 2:
        document.add_paragraph(name, style="Person")
        document.add_paragraph(speech)
    assert said(read(tmp_path, document)) == [("Sian", "How are you?"), ("Dewi", "Not so bad.")] * 2


def test_headers_and_hidden_text_are_left_out_and_said(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Confidential"
    document.sections[0].footer.paragraphs[0].text = "Page 1"
    document.add_paragraph("I: Yes?")
    document.add_paragraph("P1: No.").add_run(" HIDDEN").font.hidden = True
    found = read(tmp_path, document)
    assert said(found) == [("I", "Yes?"), ("P1", "No.")]
    assert "headers and footers left out: 'Page 1', 'Confidential'" in found.notes
    assert "hidden text left out in 1 place" in found.notes


def test_deleted_paragraph_marks_and_rows_are_as_if_accepted(tmp_path: Path) -> None:
    """A paragraph whose end was deleted goes on in the next; a deleted row is gone."""
    document = docx.Document()
    document.add_paragraph("I: Yes?")
    joined = document.add_paragraph("P1: I went")
    mark = f'<w:pPr {nsdecls("w")}><w:rPr><w:del w:id="1" w:author="x"/></w:rPr></w:pPr>'
    joined._p.insert(0, parse_xml(mark))
    document.add_paragraph(" home.")
    table = document.add_table(rows=0, cols=2)
    for row in [("I", "And then, after that?"), ("P1", "GONE"), ("P1", "Tea."), ("I", "Good.")]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    gone = f'<w:trPr {nsdecls("w")}><w:del w:id="2" w:author="x"/></w:trPr>'
    table.rows[1]._tr.insert(0, parse_xml(gone))
    assert said(read(tmp_path, document)) == [
        ("I", "Yes?"), ("P1", "I went home."), ("I", "And then, after that?"), ("P1", "Tea."),
        ("I", "Good."),
    ]  # fmt: skip


def test_cells_beside_time_speaker_and_speech_are_counted(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=0, cols=3)
    for row in [
        ("1", "I", "How was it then?"),
        ("2", "P1", "Long, I had to wait."),
        ("3", "I", "And?"),
    ]:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
    found = read(tmp_path, document)
    assert [t[0] for t in said(found)] == ["I", "P1", "I"]
    assert "tables: 3 cells beside time, speaker and speech left out" in found.notes


def test_a_document_without_words_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no text"):
        read(tmp_path, docx.Document())


@pytest.mark.parametrize(
    ("part", "data"),
    [
        ("word/document.xml", b"<broken"),
        ("word/document.xml", b"<a>" * 5000 + b"</a>" * 5000),
        ("word/styles.xml", b"<broken"),
        ("word/document.xml", b"<a/>"),
    ],
    ids=["broken", "deep", "styles", "another root"],
)
def test_damaged_parts_are_refused(tmp_path: Path, part: str, data: bytes) -> None:
    docx.Document().save(str(tmp_path / "good.docx"))
    with (
        zipfile.ZipFile(tmp_path / "good.docx") as good,
        zipfile.ZipFile(tmp_path / "a.docx", "w") as bad,
    ):
        for name in good.namelist():
            bad.writestr(name, data if name == part else good.read(name))
    with pytest.raises(InputError, match="damaged"):
        read_transcript(tmp_path / "a.docx", settings=Transcripts())


def test_a_text_file_named_docx_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("I: Hi.\nP1: Hello.\n")
    with pytest.raises(InputError, match=r"not a \.docx"):
        read_transcript(tmp_path / "a.docx", settings=Transcripts())
