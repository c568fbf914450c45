"""A study opened twice for writing: the second is told who has it; readers are never kept out."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from running import run, spawn
from studies import state

pytestmark = pytest.mark.usefixtures("fake_encoder")


@pytest.fixture
def held(trained_study: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    """A study that another process is reviewing, up to its first prompt."""
    process = spawn("review", "--study", trained_study, "--coder", "CERI", stdin=subprocess.PIPE)
    assert process.stdout is not None
    shown = ""
    while not shown.endswith("> "):
        got = process.stdout.read(1)
        assert got, process.communicate()[1]
        shown += got
    yield trained_study, process
    process.kill()
    process.communicate(timeout=30)


def test_the_second_writer_is_refused_and_readers_are_not(
    held: tuple[Path, subprocess.Popen[str]], interviews: Path, tmp_path: Path
) -> None:
    """Every verb that writes: exit 4, naming the verb and process that hold the study."""
    study, process = held
    (tmp_path / "new.txt").write_text("INT: So?\nP1: I went there.\n")
    before = state(study)
    for verb in (
        ["add", tmp_path / "new.txt"],
        ["codes", interviews.parent / "codings.csv"],
        ["train"],
        ["predict"],
        ["review", "--coder", "DAVE"],
        ["report"],
        ["export"],
    ):
        ran = run(*verb, "--study", study)
        ran.refused(4, "open for writing already", "`precode review`", f"process {process.pid}")
    assert state(study) == before
    assert run("status", "--study", study).code == 0
    assert run("doctor", "--study", study).code == 0
    assert run("add", "--study", study, "--dry-run", tmp_path / "new.txt").code == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs POSIX signals")
def test_a_killed_writer_leaves_no_lock(held: tuple[Path, subprocess.Popen[str]]) -> None:
    """The lock dies with its process: nobody has to delete a file by hand."""
    study, process = held
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    assert run("predict", "--study", study).code == 0


def test_a_review_that_ends_lets_the_next_one_in(
    held: tuple[Path, subprocess.Popen[str]],
) -> None:
    study, process = held
    out, _ = process.communicate("n\nq\nq\n", timeout=30)
    assert "1 sentence decided" in out
    assert run("review", "--study", study, "--coder", "CERI", stdin="q\n").code == 0
