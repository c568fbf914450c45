"""``report --format``: which files come, where, and what they have in common."""

from __future__ import annotations

import json
import re
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from running import run
from studies import state


def test_one_study_in_three_formats(coded_study: Path) -> None:
    """The same tables, numbered alike, on the page, in the document and in the workbook."""
    ran = run(
        "report", "--study", coded_study, "--format", "html, docx", "--format", "xlsx", "--json"
    )
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    reports = coded_study / "reports"
    assert [Path(f).name for f in told["files"]] == ["report.html", "report.docx", "report.xlsx"]
    assert told["file"] == told["files"][0]
    assert sorted(p.name for p in reports.iterdir()) == sorted(Path(f).name for f in told["files"])
    page = (reports / "report.html").read_text(encoding="utf-8")
    book = docx.Document(str(reports / "report.docx"))
    workbook = openpyxl.load_workbook(reports / "report.xlsx")
    on_page = re.findall(r'<span class="no">Table (\d+)\.</span> (?:<bdi>)?([^<]*)', page)
    captions = ["".join(t.text or "" for t in p._p.iter(qn("w:t"))) for p in book.paragraphs
                if p.style.name == "Caption"]  # fmt: skip
    assert len(on_page) > 8
    whole = [re.sub(r" \(\d+/\d+\)$", "", c) for c in captions if not c.startswith("Figure ")]
    tables = list(dict.fromkeys(whole))  # a table too wide for a page stands in parts
    assert tables == [f"Table {number}. {text}" for number, text in on_page]
    figures = re.findall(r'<span class="no">Figure (\d+)\.</span> (?:<bdi>)?([^<]*)', page)
    assert figures
    drawn = [c for c in captions if c.startswith("Figure ")]
    assert drawn == [f"Figure {number}. {text}" for number, text in figures]
    sheets = [str(s["A1"].value) for s in workbook.worksheets[1:]]
    sheets = [s for s in sheets if not s.startswith("Figure ")]
    plain = [f"Table {number}. {text}" for number, text in on_page if "Quotes" not in text]
    assert [s for s in sheets if "Quotes" not in s] == plain


@pytest.mark.parametrize("form", ["docx", "xlsx"])
def test_out_says_the_format(form: str, coded_study: Path, tmp_path: Path) -> None:
    """By its ending, or as a folder that gets the file."""
    named = tmp_path / f"my report.{form}"
    assert run("report", "--study", coded_study, "--out", named).code == 0
    assert named.read_bytes().startswith(b"PK")
    assert run("report", "--study", coded_study, "--format", form, "--out", tmp_path).code == 0
    assert (tmp_path / f"report.{form}").is_file()


def test_formats_and_names_that_do_not_fit_are_refused(coded_study: Path, tmp_path: Path) -> None:
    """Before anything is written."""
    before = state(coded_study)
    report = ["report", "--study", coded_study]
    run(*report, "--format", "html,pdf").refused(2, "pdf", "html, docx, xlsx")
    run(*report, "--format", "docx,xlsx", "--out", tmp_path / "r.docx").refused(2, "one file")
    run(*report, "--format", "docx", "--out", tmp_path / "r.xlsx").refused(2, "end it in .docx")
    assert state(coded_study) == before
    assert not list(tmp_path.glob("r.*"))
