"""Summaries of the framework matrix: out to Excel, typed, and back, with nothing lost."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from running import run
from studies import state

from precode.files.workbooks import safe_text
from precode.report.summary_sheet import BEFORE, CODE, ROW, SUMMARY
from precode.study.store import Store
from precode.study.summaries import StoredSummary


def sheet_out(study: Path, file: Path, *more: str) -> Path:
    ran = run("report", "--study", study, "--summaries-out", file, *more)
    assert ran.code == 0, ran.err
    return file


def typed(
    file: Path, texts: dict[int, str], *, to: Path | None = None, column: str = SUMMARY
) -> Path:
    """``texts`` by line (from 0) into the summary column, as a person types them."""
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    at = [c.value for c in sheet[1]].index(column) + 1
    for line, text in texts.items():
        sheet.cell(line + 2, at).value = safe_text(text) or None  # as Excel stores "_x0041_"
        if text:
            sheet.cell(line + 2, at).data_type = "s"
    book.save(to or file)
    return to or file


def lines(file: Path) -> list[dict[str, Any]]:
    rows = list(openpyxl.load_workbook(file).worksheets[0].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def back(study: Path, file: Path) -> dict[str, Any]:
    ran = run("report", "--study", study, "--summaries-in", file, "--json")
    assert ran.code == 0, ran.err
    told: dict[str, Any] = json.loads(ran.out)
    return told


def standing(study: Path) -> dict[tuple[str, str], str]:
    with Store(study / "study.db") as store:
        return {(s.row, s.code): s.text for s in store.summaries()}


AWKWARD = "=1+1 is what she said – “so”\nעברית 😀 _x0041_"


def test_what_is_typed_comes_back_and_stands_in_every_format(
    coded_study: Path, tmp_path: Path
) -> None:
    """A line for each person and code; locked but for the summaries; read twice, stored once."""
    file = sheet_out(coded_study, tmp_path / "sheet.xlsx")
    found = lines(file)
    people, codes = {r[ROW] for r in found}, {r[CODE] for r in found}
    assert len(found) == len(people) * len(codes) == 3 * 6
    sheet = openpyxl.load_workbook(file).worksheets[0]
    heads = [c.value for c in sheet[1]]
    assert sheet.protection.sheet
    assert [bool(c.protection.locked) for c in sheet[2]] == [h != SUMMARY for h in heads]
    assert any(isinstance(r["Barriers"], int) and r["Barriers"] for r in found)
    assert any(r["Quotes"] for r in found)
    typed(file, {0: AWKWARD, 7: "Seventh."})
    told = back(coded_study, file)
    assert (told["stored"], told["taken_back"], told["unchanged"]) == (2, 0, 16)
    assert back(coded_study, file)["stored"] == 0
    assert standing(coded_study) == {
        (found[0][ROW], found[0][CODE]): AWKWARD,
        (found[7][ROW], found[7][CODE]): "Seventh.",
    }
    ran = run("report", "--study", coded_study, "--format", "html,docx,xlsx")
    assert ran.code == 0, ran.err
    page = (coded_study / "reports" / "report.html").read_text(encoding="utf-8")
    assert "=1+1 is what she said" in page
    book = openpyxl.load_workbook(coded_study / "reports" / "report.xlsx")
    matrix = next(s for s in book.worksheets if "Framework matrix" in s.title)
    cells = [c for row in matrix.iter_rows() for c in row if c.value is not None]
    assert not any(c.data_type == "f" for c in cells)
    assert any(str(c.value).startswith("=1+1 is") for c in cells)
    again = lines(sheet_out(coded_study, tmp_path / "again.xlsx"))
    assert again[7][SUMMARY] == "Seventh."


def test_two_people_who_type_at_once_lose_nothing(coded_study: Path, tmp_path: Path) -> None:
    """A sheet speaks only for the cells changed in it; where both changed one, the later stands, is
    named, and the earlier stays in the history. An emptied cell takes its summary back.
    """
    first = sheet_out(coded_study, tmp_path / "first.xlsx")
    second = typed(first, {0: "Ben’s.", 2: "Ben’s alone."}, to=tmp_path / "second.xlsx")
    typed(first, {0: "Anna’s.", 1: "Anna’s alone."})
    assert back(coded_study, first)["replaced"] == []
    told = back(coded_study, second)
    assert (told["stored"], len(told["replaced"])) == (2, 1)
    assert (told["replaced"][0]["before"], told["replaced"][0]["text"]) == ("Anna’s.", "Ben’s.")
    assert set(standing(coded_study).values()) == {"Ben’s.", "Anna’s alone.", "Ben’s alone."}
    last = sheet_out(coded_study, tmp_path / "last.xlsx")
    typed(last, {0: ""})
    told = back(coded_study, last)
    assert (told["stored"], told["taken_back"]) == (1, 1)
    assert set(standing(coded_study).values()) == {"Anna’s alone.", "Ben’s alone."}
    with Store(coded_study / "study.db") as store:
        history = store.summary_history()
    assert [s.text for s in history].count("Anna’s.") == 1
    assert [s.file for s in history] == ["first.xlsx"] * 2 + ["second.xlsx"] * 2 + ["last.xlsx"]


def test_lines_that_do_not_fit_are_all_named_and_nothing_is_stored(
    coded_study: Path, tmp_path: Path
) -> None:
    """A damaged key, a participant of another study, a code of none, a line doubled with other words,
    a formula: each with its cell.
    """
    file = sheet_out(coded_study, tmp_path / "sheet.xlsx")
    typed(file, {n: f"text {n}" for n in range(6)})
    typed(file, {0: "oops", 1: '["participant", "0123456789abcdef", "P1"]', 2: ""}, column=ROW)
    typed(file, {3: "no_such_code", 5: lines(file)[4][CODE]}, column=CODE)
    book = openpyxl.load_workbook(file)
    at = [c.value for c in book.worksheets[0][1]].index(SUMMARY) + 1
    book.worksheets[0].cell(9, at).value = "=A1"
    book.save(file)
    before = state(coded_study)
    ran = run("report", "--study", coded_study, "--summaries-in", file)
    ran.refused(
        3, "nothing of it is stored", "key of its row is damaged", "no such participant as 'P1'",
        "a grey cell of this line is empty", "'no_such_code'", "says otherwise than",
        "formula without a result", "cell H2",
    )  # fmt: skip
    assert state(coded_study) == before


def test_other_files_are_refused(coded_study: Path, tmp_path: Path) -> None:
    """A table of another kind; a sheet that is there already; both ways at once."""
    other = tmp_path / "other.xlsx"
    openpyxl.Workbook().save(other)
    report = ["report", "--study", coded_study]
    run(*report, "--summaries-in", other).refused(3, "no sheet of summaries", SUMMARY, BEFORE)
    run(*report, "--summaries-out", other).refused(2, "is there already")
    run(*report, "--summaries-out", tmp_path / "x.docx").refused(2, ".xlsx")
    assert run(*report, "--summaries-out", "a.xlsx", "--summaries-in", other).code == 2


def test_rows_are_people_sources_or_groups(coded_study: Path, tmp_path: Path) -> None:
    """What is typed for one kind of row stays when another is shown."""
    by_source = sheet_out(coded_study, tmp_path / "s.xlsx", "--matrix-by", "source")
    typed(by_source, {0: "Of the source."})
    back(coded_study, by_source)
    ran = run("report", "--study", coded_study, "--summaries-out", tmp_path / "p.xlsx")
    assert "1 summaries of other rows" in ran.out + ran.err
    again = lines(sheet_out(coded_study, tmp_path / "s2.xlsx", "--matrix-by", "source"))
    assert again[0][SUMMARY] == "Of the source."


def test_attributes_that_nobody_has_are_refused_with_those_there_are(coded_study: Path) -> None:
    """By name and by value, before anything is written."""
    report = ["report", "--study", coded_study]
    before = state(coded_study)
    run(*report, "--matrix-by", "proffesion").refused(2, "'proffesion'", "attributes")
    run(*report, "--sort", "age").refused(2, "'age'")
    run(*report, "--where", "profession").refused(2, "has no =")
    run(*report, "--table-by", "sample").refused(2, "'sample'")
    assert state(coded_study) == before


def test_history_is_never_changed(coded_study: Path) -> None:
    """Whoever asks: triggers refuse."""
    with Store(coded_study / "study.db") as store:
        store.keep_summaries([StoredSummary('["source", "x"]', "c", "text", "f.xlsx")])
    db = sqlite3.connect(coded_study / "study.db")
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        db.execute("UPDATE summary SET text = 'x'")
    with pytest.raises(sqlite3.IntegrityError, match="never deleted"):
        db.execute("DELETE FROM summary")
    db.close()


def test_what_is_for_a_report_is_refused_beside_a_sheet(coded_study: Path, tmp_path: Path) -> None:
    """Above all --anonymise: the sheet holds quotes as they were said, and nobody is to think not."""
    sheet = tmp_path / "sheet.xlsx"
    ran = run("report", "--study", coded_study, "--summaries-out", sheet, "--anonymise")
    ran.refused(2, "--anonymise is for a report", "as they were said")
    assert not sheet.exists()
