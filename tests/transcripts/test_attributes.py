"""A table of participants finds its people, or says who is missing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from precode.domain import Kind, Participant, Transcript
from precode.errors import InputError, Problem
from precode.files.tables import write_csv
from precode.transcripts.attributes import read_attributes

ONE = Transcript.make("interview-public-01", "a", Kind.INTERVIEW)
TWO = Transcript.make("focus-group-2", "b", Kind.FOCUS_GROUP)
THREE = Transcript.make("focus-group-3", "c", Kind.FOCUS_GROUP)
KNOWN = [
    Participant(ONE.id, "Mrs K"),
    *(Participant(TWO.id, label) for label in ("P1", "P2")),
    *(Participant(THREE.id, label) for label in ("P1", "P9")),
]


def read(
    folder: Path, columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[list[Participant], list[Problem]]:
    write_csv(folder / "people.csv", columns, rows)
    return read_attributes(folder / "people.csv", [ONE, TWO, THREE], KNOWN)


def test_people_are_found_by_source_and_label_however_typed(tmp_path: Path) -> None:
    rows = [
        ["interview-public-01.docx", "mrs k", "woman", "66-75"],
        ["Focus Group 2", "P 1", "man", ""],
        ["data/focus-group-3.txt", "P1", "woman", "26-35"],
    ]
    people, problems = read(tmp_path, ["File", "Participant ID", "gender", "age band"], rows)
    assert problems == []
    assert people == [
        Participant(ONE.id, "Mrs K", {"gender": "woman", "age band": "66-75"}),
        Participant(TWO.id, "P1", {"gender": "man"}),
        Participant(THREE.id, "P1", {"gender": "woman", "age band": "26-35"}),
    ]


def test_an_empty_label_is_fine_where_there_is_one_participant(tmp_path: Path) -> None:
    people, problems = read(
        tmp_path,
        ["source", "label", "g"],
        [["interview-public-01", "", "w"], ["focus-group-2", "", "m"]],
    )
    assert people == [Participant(ONE.id, "Mrs K", {"g": "w"})]
    assert "2 participants" in problems[0].what
    assert "P1, P2" in problems[0].mend


def test_without_a_source_column_labels_must_be_unique(tmp_path: Path) -> None:
    people, problems = read(
        tmp_path, ["label", "g"], [["P9", "w"], ["P1", "m"], ["P10", "m"], ["", "m"]]
    )
    assert people == [Participant(THREE.id, "P9", {"g": "w"})]
    assert [p.where for p in problems] == [f"people.csv, row {n}" for n in (3, 4, 5)]
    assert "focus-group-2" in problems[0].what
    assert "source column" in problems[0].mend
    assert "did you mean" in problems[1].mend


def test_unknown_people_and_sources_are_listed_with_near_ones(tmp_path: Path) -> None:
    rows = [["interview-public-1", "Mrs K", "w"], ["focus-group-2", "P3", "w"], ["", "P1", "w"]]
    people, problems = read(tmp_path, ["source", "label", "g"], rows)
    assert people == []
    assert "'interview-public-01'" in problems[0].mend
    assert "'P1'" in problems[1].mend
    assert "has no source" in problems[2].what


def test_contradicting_rows_are_a_problem_and_repeated_ones_are_not(tmp_path: Path) -> None:
    rows = [
        ["focus-group-2", "P1", "w"],
        ["focus-group-2", "P1", "w"],
        ["focus-group-2", "p1", "m"],
    ]
    people, problems = read(tmp_path, ["source", "label", "g"], rows)
    assert people == [Participant(TWO.id, "P1", {"g": "w"})]
    assert [p.where for p in problems] == ["people.csv, row 4"]


def test_a_table_of_nobody_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="whose attributes") as caught:
        read(tmp_path, ["colour", "size"], [["red", "1"]])
    assert "colour, size" in caught.value.mend


@pytest.mark.parametrize(
    ("head", "cases"),
    [
        (["", "A : Gender", "B : Age band"], ["1 : Mrs K", "2 : P2", "3 : P9"]),
        (["", "Gender", "Age band"], ["Cases\\Mrs K", "Cases\\Women\\P2", "P9"]),
        (["Name", "Gender", "Age band"], ["mrs k", "P2", "P9"]),
        (["", "Gender", "Age band"], ["interview-public-01", "P2", "P9"]),
    ],
)
def test_classification_sheets_of_nvivo_are_read_as_exported(
    tmp_path: Path, head: list[str], cases: list[str]
) -> None:
    rows = [
        [cases[0], "Woman", "Unassigned"],
        [cases[1], "Not Applicable", "26-35"],
        [cases[2], "", "36-45"],
    ]
    for name, content in (
        ("people.csv", "\n".join(",".join(r) for r in [head, *rows])),
        ("people.xlsx", ""),
    ):
        path = tmp_path / name
        if content:
            path.write_text(content, encoding="utf-8")
        else:
            from openpyxl import Workbook

            book = Workbook()
            assert book.active is not None
            for row in [head, *rows]:
                book.active.append(row)
            book.save(path)
        people, problems = read_attributes(path, [ONE, TWO, THREE], KNOWN)
        assert problems == []
        assert people == [
            Participant(ONE.id, "Mrs K", {"Gender": "Woman"}),
            Participant(TWO.id, "P2", {"Age band": "26-35"}),
            Participant(THREE.id, "P9", {"Age band": "36-45"}),
        ]


def test_cases_that_are_nobody_are_listed_by_row(tmp_path: Path) -> None:
    path = tmp_path / "sheet.csv"
    path.write_text(",A : Age\n1 : Zed,3\n2 : P1,4\n", encoding="utf-8")
    people, problems = read_attributes(path, [ONE, TWO, THREE], KNOWN)
    assert people == []
    assert [p.where for p in problems] == ["sheet.csv, row 2", "sheet.csv, row 3"]
    assert "speaks in several" in problems[1].what
