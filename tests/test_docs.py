"""The README's commands do what it says, as they stand there."""

from __future__ import annotations

import csv
import io
import re
import shlex
import shutil
from pathlib import Path

import pytest

from precode.cli.main import VERBS, main
from precode.files.tables import read_table, write_csv
from precode.resources import demo

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# a third of the demo study: enough to train on, quick enough for every run of the tests
SOURCES = (
    "interview-clinician-01.docx", "interview-clinician-02.txt", "interview-public-05.csv",
    "interview-clinician-04.docx", "interview-public-02.txt",
)  # fmt: skip


def commands() -> list[list[str]]:
    """Every `$ precode …` line of the README's console blocks, in order."""
    blocks = re.findall(r"```console\n(.*?)```", README, flags=re.DOTALL)
    lines = [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]
    return [shlex.split(line)[1:] for line in lines if line.startswith("precode ")]


def own_data(folder: Path) -> None:
    """What a team has before it starts: interviews, people, codings, answers to pre-code."""
    (folder / "interviews").mkdir()
    for name in SOURCES:
        shutil.copy(demo() / "transcripts" / name, folder / "interviews" / name)
    names = {Path(s).stem for s in SOURCES}
    for table, made in (("participants.csv", "people.csv"), ("codings-anna.csv", "codings.csv")):
        read = read_table(demo() / table)
        rows = [[r[c] for c in read.columns] for r in read.rows if r["source"] in names]
        write_csv(folder / made, read.columns, rows)
    answers = [["1", "There was never any time to ask."], ["2", "My daughter came with me."]]
    write_csv(folder / "answers.csv", ["id", "sentence"], answers)


def test_the_first_hour_runs_as_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own_data(tmp_path)
    monkeypatch.chdir(tmp_path)
    ran = commands()
    assert {c[0] for c in ran} >= set(VERBS) - {"demo"}
    for arguments in ran:
        if arguments[0] == "merge":  # the line before makes the copy
            shutil.copytree("my-study", "my-study-of-ben")
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n\n3b\n\n\nq\nq\n"))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        told = capsys.readouterr()
        assert ended.value.code == 0, (arguments, told.err)
    with (tmp_path / "answers-coded.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [r["id"] for r in rows] == ["1", "2"]
    assert 0 <= float(rows[0]["physical_opportunity.p"]) <= 1
    assert rows[0]["physical_opportunity.decision"] in ("0", "1")
    assert rows[0]["verdict"] in ("accept", "review", "none")
    assert (tmp_path / "my-study" / "reports" / "report.html").stat().st_size > 10_000


def test_every_verb_is_explained_in_the_readme() -> None:
    for verb in VERBS:
        assert f"| `precode {verb}` |" in README


def test_the_pictures_the_readme_shows_are_there() -> None:
    for picture in re.findall(r"!\[[^\]]*\]\(([^)]+)\)", README):
        assert (ROOT / picture).is_file(), picture
