"""Which files a command line means."""

from __future__ import annotations

from pathlib import Path

import pytest

from precode.errors import InputError
from precode.transcripts.gather import read_folder_or_files


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")


def test_folders_are_walked_in_natural_order_without_litter(tmp_path: Path) -> None:
    make(tmp_path, "P10.txt", "P9.txt", "sub/a.docx", ".hidden.txt", "~$a.docx", ".git/b.txt",
         "Thumbs.db", "sub/page.html", "sub/page_files/x.js")  # fmt: skip
    found = read_folder_or_files([tmp_path, tmp_path / "P9.txt"])
    assert [p.relative_to(tmp_path).as_posix() for p in found] == [
        "P9.txt",
        "P10.txt",
        "sub/a.docx",
        "sub/page.html",
    ]


def test_every_path_that_cannot_be_read_is_listed(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.doc", "c.mp3")
    (tmp_path / "none").mkdir()
    with pytest.raises(InputError) as caught:
        read_folder_or_files([tmp_path, tmp_path / "absent.txt", tmp_path / "none"])
    assert [Path(p.where).name for p in caught.value.problems] == [
        "b.doc",
        "c.mp3",
        "absent.txt",
        "none",
    ]
    assert ".docx" in caught.value.problems[0].mend


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("team.sqlite3", "team.sqlite3"),
        ("team.qdpx", "team.qdpx"),
        ("team.QDA", "team.QDA"),
        ("team.qda/data.qda", "team.qda"),
    ],
)
def test_a_project_in_a_folder_names_the_command_that_reads_it(
    name: str, named: str, tmp_path: Path
) -> None:
    """By its own name ``add`` and ``codes`` read it (of QualCoder the folder), so nobody is told that
    such files are not read.
    """
    make(tmp_path, "a.txt", name)
    with pytest.raises(InputError) as caught:
        read_folder_or_files([tmp_path])
    (problem,) = caught.value.problems
    assert problem.where == str(tmp_path / name) and "not read" not in problem.what
    for verb in ("add", "codes"):
        assert f"precode {verb} {tmp_path / named} " in problem.mend
