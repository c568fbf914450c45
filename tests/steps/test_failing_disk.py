"""A full disk, a folder that may not be written: one line, and the study as it was."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from forking import forked, powerless
from running import run
from studies import state

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs limits that Linux has")

VERBS = ["add", "codes", "train", "predict", "report", "export", "review"]


def arguments(verb: str, study: Path, interviews: Path, folder: Path) -> list[object]:
    if verb == "add":
        file = folder / "new.txt"
        file.write_text("INT: So?\n" + "".join(f"P1: I went, visit {i}.\n" for i in range(2000)))
        return [verb, "--study", study, file]
    if verb == "codes":
        every = [f"--complete=interview-{i}" for i in range(1, 5)]
        return [verb, "--study", study, *every, "--coder", "C" * 9000]
    if verb == "review":
        return [verb, "--study", study, "--coder", "CERI"]
    return [verb, "--study", study]


@pytest.mark.parametrize("verb", VERBS)
def test_a_full_disk(verb: str, trained_study: Path, interviews: Path, tmp_path: Path) -> None:
    """No file may grow past 4 kB, as if the disk were full: one line, exit 3 or 4, nothing lost."""
    import resource

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    before = state(trained_study)
    (trained_study / "cache" / "embeddings.db").unlink()
    given = arguments(verb, trained_study, interviews, tmp_path)
    ran = forked(*given, prepare=fill, stdin="n\n")
    assert ran.code in (3, 4), ran
    ran.refused(ran.code, "→")
    assert state(trained_study) == before
    assert run("doctor", "--study", trained_study).code == 0
    ran = run(*given, stdin="n\nq\n")
    assert ran.code == 0, ran.err


@pytest.fixture
def read_only(trained_study: Path) -> Iterator[Path]:
    """A study in folders that may not be written, for a process without root's privileges."""
    places = [trained_study, *(p for p in trained_study.rglob("*") if p.is_dir())]
    modes = {p: p.stat().st_mode for p in places}
    for place in places:
        place.chmod(0o555)
    yield trained_study
    for place, mode in modes.items():
        place.chmod(mode)


@pytest.mark.parametrize("verb", [*VERBS, "status"])
def test_a_read_only_study(verb: str, read_only: Path, interviews: Path, tmp_path: Path) -> None:
    """On a shared drive or a memory stick: what to do is to copy it, not to restore a backup."""
    before = state(read_only)
    given = arguments(verb, read_only, interviews, tmp_path)
    ran = forked(*given, prepare=powerless)
    ran.refused(4, "cannot be", "copy the study to")
    assert state(read_only) == before


def test_an_out_folder_that_may_not_be_written(trained_study: Path, tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    before = state(trained_study)
    for verb, name in (("report", "r.html"), ("export", "c.csv"), ("export", "c.jsonl")):
        ran = forked(verb, "--study", trained_study, "--out", locked / name, prepare=powerless)
        ran.refused(3, "locked")
    assert state(trained_study) == before


def test_init_where_nothing_may_be_made(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        ran = forked("init", tmp_path / "s", "--behaviour", "x", prepare=powerless)
    finally:
        tmp_path.chmod(0o755)
    ran.refused(3, "Permission denied", "permissions")


def test_a_transcript_that_may_not_be_read(trained_study: Path, tmp_path: Path) -> None:
    file = tmp_path / "secret.txt"
    file.write_text("INT: So?\nP1: I went.\n")
    file.chmod(0)
    ran = forked("add", "--study", trained_study, file, prepare=powerless)
    ran.refused(3, "secret.txt", "cannot be read", "permissions")
