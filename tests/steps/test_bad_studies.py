"""A study that cannot be opened: every verb says why and what to do, and changes nothing."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from running import run
from studies import state

VERBS = [
    ["add", "talk.txt"],
    ["codes", "codings.csv"],
    ["train"],
    ["predict"],
    ["review", "--coder", "ANNA"],
    ["status"],
    ["report"],
    ["export"],
]
verbs = pytest.mark.parametrize("arguments", VERBS, ids=lambda a: a[0])


def tree(folder: Path) -> dict[str, bytes | None]:
    """Every file and folder, with its bytes."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None
        for p in sorted(folder.rglob("*"))
    }


@verbs
def test_a_folder_that_is_no_study(arguments: list[str], tmp_path: Path) -> None:
    """Exit 4, with the command that makes one; nothing is created in the folder."""
    (tmp_path / "notes.txt").write_text("mine")
    before = tree(tmp_path)
    run(*arguments, "--study", tmp_path).refused(4, "is not a study", "precode init")
    assert tree(tmp_path) == before


@verbs
def test_a_folder_that_is_not_there(arguments: list[str], tmp_path: Path) -> None:
    ran = run(*arguments, "--study", tmp_path / "no where")
    ran.refused(4, "is not a folder", f'precode init "{tmp_path}/no where" --behaviour')
    assert not tree(tmp_path)


def test_a_file_is_no_study(tmp_path: Path) -> None:
    (tmp_path / "talk.txt").write_text("INT: So?\n")
    run("status", "--study", tmp_path / "talk.txt").refused(4, "is a file", "--study FOLDER")


def test_the_folder_above_a_study_points_into_it(coded_study: Path) -> None:
    """The likeliest slip: being one folder too high."""
    ran = run("status", "--study", coded_study.parent)
    ran.refused(4, "is not a study", f'--study "{coded_study}"?')


def remove(study: Path) -> None:
    (study / "study.db").unlink()


def empty(study: Path) -> None:
    (study / "study.db").write_bytes(b"")


def garbage(study: Path) -> None:
    (study / "study.db").write_bytes(b"no database at all " * 500)


def scribble(study: Path) -> None:
    """A bad sector: all pages but the first are overwritten."""
    data = bytearray((study / "study.db").read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    (study / "study.db").write_bytes(data)


def cut(study: Path) -> None:
    """An interrupted copy: the second half is missing."""
    data = (study / "study.db").read_bytes()
    (study / "study.db").write_bytes(data[: len(data) // 8192 * 4096])


def foreign(study: Path) -> None:
    remove(study)
    with sqlite3.connect(study / "study.db") as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
    db.close()


def newer(study: Path) -> None:
    with sqlite3.connect(study / "study.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()


def folder(study: Path) -> None:
    remove(study)
    (study / "study.db").mkdir()


DAMAGE: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "missing": (remove, ["damaged study", "study.db missing", "restore"]),
    "empty": (empty, ["study.db", "is empty", "restore"]),
    "garbage": (garbage, ["study.db", "no database", "restore"]),
    "scribbled over": (scribble, ["study.db", "damaged", "restore"]),
    "cut in half": (cut, ["study.db", "damaged", "restore"]),
    "of another program": (foreign, ["database of another program"]),
    "of a newer precode": (newer, ["newer precode", "pip install --upgrade precode"]),
    "a folder": (folder, ["study.db", "cannot be opened"]),
}


@verbs
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_database(
    damage: str, arguments: list[str], trained_study: Path, interviews: Path, tmp_path: Path
) -> None:
    """Exit 4 with what to restore. Above all, no fresh database takes the lost one's place."""
    spoil, words = DAMAGE[damage]
    spoil(trained_study)
    shutil.copy(interviews.parent / "codings.csv", tmp_path)
    (tmp_path / "talk.txt").write_text("INT: So?\nP1: I went there.\n")
    known = [str(tmp_path / a) if "." in a else a for a in arguments]
    before = tree(trained_study)
    run(*known, "--study", trained_study).refused(4, *words)
    after = tree(trained_study)
    left = set(after) - set(before)
    assert left <= {".lock", "study.db-wal", "study.db-shm", "reports", "exports"}
    assert {k: v for k, v in after.items() if k not in left} == before


@pytest.mark.parametrize("damage", DAMAGE)
def test_doctor_finds_the_damage(damage: str, coded_study: Path) -> None:
    """It lists what is bad with a mend, and exits 4; it never stops in the middle."""
    DAMAGE[damage][0](coded_study)
    ran = run("doctor", "--study", coded_study)
    assert ran.code == 4
    bad = [line for line in ran.out.splitlines() if line.startswith("BAD")]
    assert bad
    assert all(" — " in line for line in bad)


def test_damage_names_the_newest_backup(coded_study: Path) -> None:
    """The copy made before the last import is the one to go back to."""
    copies = sorted((coded_study / "backups").glob("study-*.db"))
    assert copies
    garbage(coded_study)
    run("status", "--study", coded_study).refused(4, copies[-1].name)


# -- settings and codebook -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("precode.toml", "folds = 2", "folds = 200", ["field train.folds", "20 or less", "200"]),
        ("precode.toml", "folds = 2", "fold = 2", ["train.fold", 'did you mean "folds"?']),
        ("precode.toml", "folds = 2", 'folds = "two"', ["train.folds", "whole number"]),
        ("precode.toml", "folds = 2", "folds = ", ["line "]),
        ("precode.toml", "behaviour = ", "behavior = ", ["study.behavior", "behaviour"]),
        ("codebook.toml", 'parent = "capability"', 'parent = "capabilty"',
         ["code.2.parent", 'did you mean "capability"?']),
        ("codebook.toml", 'label = "Physical capability"', 'lable = "Physical capability"',
         ["code.2.lable", 'did you mean "label"?']),
        ("codebook.toml", 'name = "COM-B"', "name = COM-B", ["line "]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("verb", [["status"], ["train"], ["export"]], ids=lambda v: v[0])
def test_a_mistake_in_a_file_is_named_with_field_and_line(
    verb: list[str], file: str, old: str, new: str, words: list[str], coded_study: Path
) -> None:
    """Exit 3: the file, the line, the field, what is wrong with it and what would be right."""
    path = coded_study / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    line = text[: text.index(old)].count("\n") + 1
    before = state(coded_study)
    run(*verb, "--study", coded_study).refused(3, str(path), f"line {line}", *words)
    assert state(coded_study) == before


def test_a_codebook_with_a_mistake_makes_no_study(tmp_path: Path) -> None:
    book = tmp_path / "mine.toml"
    book.write_text('name = "Mine"\nversion = "1"\n[[code]]\nid = "a"\nlabel = "A"\n')
    before = tree(tmp_path)
    ran = run("init", tmp_path / "new", "--behaviour", "x", "--codebook", book)
    ran.refused(3, "mine.toml, line 3", "definition", "is missing")
    assert tree(tmp_path) == before


@pytest.mark.parametrize("made", ["a study", "other files", "a file"])
def test_init_never_touches_what_is_there(made: str, coded_study: Path, tmp_path: Path) -> None:
    """A study, a folder with anything in it, or a file is left alone."""
    place = coded_study
    if made == "other files":
        place = tmp_path / "mine"
        place.mkdir()
        (place / "thesis.docx").write_text("years of work")
    if made == "a file":
        place = tmp_path / "thesis"
        place.write_text("years of work")
    before = tree(tmp_path)
    run("init", place, "--behaviour", "x").refused(4, str(place), "name a new folder")
    assert tree(tmp_path) == before


def test_init_in_the_empty_folder_one_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``mkdir my-study; cd my-study; precode init .`` fills that very folder."""
    monkeypatch.chdir(tmp_path)
    inode = tmp_path.stat().st_ino
    assert run("init", ".", "--behaviour", "x").code == 0
    assert sorted(p.name for p in Path().iterdir()) == ["codebook.toml", "precode.toml", "study.db"]
    assert tmp_path.stat().st_ino == inode
    assert run("status").code == 0


def test_a_code_added_during_coding_breaks_nothing(trained_study: Path) -> None:
    """Teams find codes as they read: all verbs go on, and the machine says nothing of the new one."""
    with (trained_study / "codebook.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[code]]\nid = "luck"\nlabel = "Luck"\ndefinition = "Chance."\n')
    for verb in (["status"], ["doctor"], ["report"], ["export"]):
        ran = run(*verb, "--study", trained_study)
        assert ran.code == 0, ran.err
    ran = run(
        "review", "--study", trained_study, "--coder", "CERI", "-n", "1", stdin="7b\n\n\nq\nq\n"
    )
    assert ran.code == 0, ran.err
    told = json.loads(run("status", "--study", trained_study, "--json").out)
    assert [c["codes"] for c in told["coders"] if c["name"] == "CERI"] == [{"luck": 1}]
