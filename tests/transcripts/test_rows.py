"""Tables as transcripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from precode.domain import Kind, ReadTranscript, Role
from precode.errors import InputError
from precode.files.tables import write_csv, write_xlsx
from precode.settings import Transcripts
from precode.transcripts.read import read_transcript


def read(
    folder: Path, columns: list[str], rows: list[list[str]], **options: object
) -> ReadTranscript:
    write_csv(folder / "a.csv", columns, rows)
    return read_transcript(folder / "a.csv", settings=Transcripts(), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("speaker", "text"),
    [("speaker", "text"), ("Speaker Name", "Utterance"), ("interlocutor", "utterance_text"),
     ("ROLE", "Content"), ("Who", "Transcript"), ("label", "speech")],
)  # fmt: skip
def test_common_column_names_are_known(tmp_path: Path, speaker: str, text: str) -> None:
    found = read(
        tmp_path, ["n", speaker, text], [["1", "therapist", "Why?"], ["2", "client", "So."]]
    )
    assert [(t.speaker, t.role) for t in found.turns] == [
        ("therapist", Role.INTERVIEWER),
        ("client", Role.PARTICIPANT),
    ]
    assert found.transcript.text == "therapist: Why?\n\nclient: So.\n\n"
    assert [s.text for s in found.sentences if s.codable] == ["So."]


def test_a_workbook_with_times_and_gaps(tmp_path: Path) -> None:
    rows = [["I", "Why?", "00:00:05"], ["P1", "So.", "12.5"], ["", "Then.", ""], ["P1", "", ""]]
    write_xlsx(tmp_path / "a.xlsx", {"S": (["Speaker", "Text", "Timestamp"], rows)})
    found = read_transcript(tmp_path / "a.xlsx", settings=Transcripts())
    assert [(t.speaker, t.time) for t in found.turns] == [("I", 5.0), ("P1", 12.5), ("P1", None)]
    notes = " / ".join(found.notes)
    assert "1 rows without a speaker" in notes
    assert "1 row without text" in notes


def test_options_name_the_columns(tmp_path: Path) -> None:
    columns, rows = ["a", "b", "text"], [["I", "Why?", "x"], ["P1", "So.", "y"]]
    found = read(tmp_path, columns, rows, speaker_column="A", text_column="b")
    assert [s.text for s in found.sentences] == ["Why?", "So."]


def test_unknown_columns_are_listed_with_the_option(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, ["a", "b"], [["I", "Why?"]])
    assert "--text-column" in caught.value.mend
    assert "a, b" in caught.value.mend
    with pytest.raises(InputError, match="no column 'c'"):
        read(tmp_path, ["a", "text"], [["I", "Why?"]], speaker_column="c")


def test_one_text_column_holds_open_answers(tmp_path: Path) -> None:
    """Answers of a survey: every row is a turn of its own, and all of it can be coded."""
    found = read(tmp_path, ["id", "answer"], [["1", "No time. No car."], ["2", "I: like it."]])
    assert found.transcript.kind is Kind.FIELD_NOTES
    assert [s.text for s in found.sentences if s.codable] == ["No time.", "No car.", "I: like it."]
    assert [s.turn for s in found.sentences] == [0, 0, 1]
    assert any("open answer" in n for n in found.notes)


def test_several_sources_in_one_table_are_pointed_out(tmp_path: Path) -> None:
    rows = [["a", "I", "Why?"], ["b", "P1", "So."]]
    notes = read(tmp_path, ["source", "speaker", "text"], rows).notes
    assert any("'source' has several values" in n for n in notes)
