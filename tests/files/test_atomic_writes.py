"""Files and folders come whole or not at all, and what a crash leaves is tidied."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from precode.files.atomic import replacing, replacing_folder, tidy, write_text


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


def test_a_file_is_replaced_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.txt"
    write_text(path, "old\n")
    with replacing(path) as temporary:
        temporary.write_text("new\n")
        assert path.read_text() == "old\n"
    assert path.read_text() == "new\n"
    assert names(path.parent) == ["a.txt"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    write_text(path, "old\n")
    with pytest.raises(UnicodeEncodeError), replacing(path) as temporary:
        temporary.write_text("half, and then \udcff", encoding="utf-8")
    assert (path.read_text(), names(tmp_path)) == ("old\n", ["a.txt"])


def test_a_folder_is_replaced_whole(tmp_path: Path) -> None:
    for content in ("old", "new"):
        with replacing_folder(tmp_path / "d") as temporary:
            (temporary / f"{content}.txt").write_text(content)
    assert names(tmp_path) == ["d"]
    assert names(tmp_path / "d") == ["new.txt"]


@pytest.mark.parametrize("failing", [0, 1])
def test_a_folder_whose_replacement_fails_stays(
    failing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whichever of the two renames fails (or is interrupted): the old folder is there."""
    with replacing_folder(tmp_path / "d") as temporary:
        (temporary / "old.txt").write_text("old")
    rename, calls = os.replace, 0

    def fail(a: Path, b: Path) -> None:
        nonlocal calls
        calls += 1
        if calls == failing + 1:
            raise KeyboardInterrupt
        rename(a, b)

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt), replacing_folder(tmp_path / "d") as temporary:
        (temporary / "new.txt").write_text("new")
    assert names(tmp_path) == ["d"]
    assert names(tmp_path / "d") == ["old.txt"]


def test_tidy_undoes_what_a_killed_process_left(tmp_path: Path) -> None:
    """Unfinished work goes, a folder moved aside goes back, everything else stays."""
    for folder in (".main.part-abcd_123", ".main.old-77", ".gone.old-78", "main", ".mine.d"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x").write_text(folder)
    for file in (".r.html.part-abcd_123.html", ".r.html.part-abcd_12", ".hidden", "r.html",
                 "part-abcd_123", ".gitkeep"):  # fmt: skip
        (tmp_path / file).write_text(file)
    tidy(tmp_path)
    assert names(tmp_path) == [
        ".gitkeep", ".hidden", ".mine.d", ".r.html.part-abcd_12", "gone", "main", "part-abcd_123",
        "r.html",
    ]  # fmt: skip
    assert (tmp_path / "gone" / "x").read_text() == ".gone.old-78"
    assert (tmp_path / "main" / "x").read_text() == "main"


def test_tidy_of_no_folder_does_nothing(tmp_path: Path) -> None:
    tidy(tmp_path / "none")
    assert names(tmp_path) == []
