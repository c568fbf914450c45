"""Where results are written: whole, of the kind their name says, and never over something else."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest
from running import run
from studies import state, write_table


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "jsonl"])
def test_the_suffix_of_out_says_the_format(suffix: str, coded_study: Path, tmp_path: Path) -> None:
    """``export --out codes.csv`` is a CSV without saying so twice."""
    out = tmp_path / "new folder" / f"codes.{suffix}"
    ran = run("export", "--study", coded_study, "--out", out, "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["file"] == str(out)
    data = out.read_bytes()
    if suffix == "csv":
        assert len(list(csv.reader(data.decode("utf-8-sig").splitlines()))) == told["rows"] + 1
    elif suffix == "jsonl":
        assert len([json.loads(line) for line in data.decode().splitlines()]) == told["rows"]
    else:
        assert data.startswith(b"PK")


@pytest.mark.parametrize(
    ("verb", "out"),
    [
        (["export", "--format", "csv"], "codes.xlsx"),
        (["export"], "codes.sav"),
        (["export"], "codes"),
        (["export"], "my stüdy/precode.toml"),
        (["export", "--format", "jsonl"], "my stüdy/study.db"),
        (["report"], "report.pdf"),
        (["report"], "my stüdy/codebook.toml"),
    ],
)
def test_a_name_of_another_kind_is_refused(
    verb: list[str], out: str, coded_study: Path, tmp_path: Path
) -> None:
    """A web page called .pdf opens nowhere, and the study's own files are not written over."""
    before = state(coded_study)
    run(*verb, "--study", coded_study, "--out", tmp_path / out).refused(2, "--out", "end it in")
    assert state(coded_study) == before
    assert not (tmp_path / out).exists() or "my stüdy" in out


@pytest.mark.parametrize(
    ("verb", "name"),
    [("report", "report.html"), ("export", "codes.xlsx")],
)
def test_a_folder_as_out_gets_the_file_in_it(
    verb: str, name: str, coded_study: Path, tmp_path: Path
) -> None:
    assert run(verb, "--study", coded_study, "--out", tmp_path).code == 0
    assert (tmp_path / name).is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize(
    ("verb", "name"),
    [(["report"], "r.html"), (["export"], "c.csv"), (["predict", "--model", "x", "-"], "c.csv")],
)
def test_what_is_no_ordinary_file_is_not_replaced(
    verb: list[str], name: str, coded_study: Path, tmp_path: Path
) -> None:
    """Writing is by renaming, which would put a file in the place of a pipe or device."""
    os.mkfifo(tmp_path / name)
    run(*verb, "--study", coded_study, "--out", tmp_path / name).refused(2, "no ordinary file")
    assert not (tmp_path / name).is_file()


def test_a_dataset_never_takes_the_place_of_other_files(
    coded_study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``--format datasets --out ~/Documents`` must not cost the documents; nor ``--out .``."""
    thesis = tmp_path / "mine" / "thesis.docx"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    before = state(coded_study)
    export = ["export", "--format", "datasets", "--study", coded_study, "--out"]
    run(*export, thesis.parent).refused(2, "holds other files", "name a new folder")
    run(*export, thesis).refused(2, "is a file", "name a new folder")
    monkeypatch.chdir(coded_study)
    run(*export, ".").refused(2, "holds other files", "name a new folder")
    assert thesis.read_text() == "years of work"
    assert state(coded_study) == before


def test_a_dataset_replaces_an_older_one(coded_study: Path, tmp_path: Path) -> None:
    """The second export of the same name holds the second state."""
    from datasets import load_from_disk

    out = tmp_path / "d"
    export = ["export", "--format", "datasets", "--study", coded_study, "--out", out, "--json"]
    first = json.loads(run(*export).out)["rows"]
    done = run("codes", "--study", coded_study, "--complete", "interview-4", "--coder", "CERI")
    assert done.code == 0
    second = json.loads(run(*export).out)["rows"]
    assert second > first
    assert len(load_from_disk(str(out))) == second
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_an_old_report_stays_if_the_new_one_fails(
    coded_study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rename is the last thing that happens."""
    assert run("report", "--study", coded_study).code == 0
    before = state(coded_study)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device", "report.html")

    monkeypatch.setattr(os, "replace", fail)
    run("report", "--study", coded_study).refused(3, "No space left on device")
    assert state(coded_study) == before
    assert [p.name for p in (coded_study / "reports").iterdir()] == ["report.html"]


def test_exports_are_safe_to_open(empty_study: Path, tmp_path: Path) -> None:
    """What a participant said never becomes a formula of the spreadsheet that shows it."""
    (tmp_path / "a.txt").write_text("INT: So?\nP1: =HYPERLINK(1) I said.\n")
    assert run("add", "--study", empty_study, tmp_path / "a.txt").code == 0
    table = write_table(
        tmp_path / "c.csv",
        ["source", "excerpt", "code", "polarity", "coder"],
        ["a", "=HYPERLINK(1) I said.", "social opportunity", "barrier", "ANNA"],
    )
    assert run("codes", "--study", empty_study, table).code == 0
    assert run("export", "--study", empty_study, "--format", "csv").code == 0
    cells = (empty_study / "exports" / "codes.csv").read_text("utf-8-sig")
    assert "'=HYPERLINK(1) I said." in cells
