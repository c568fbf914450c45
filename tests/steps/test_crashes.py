"""Ctrl-C and ``kill -9`` in any step: the study is as before or as after, opens, and goes on.

Each verb is run in a fork that is struck at the k-th thing it does to the disk, for every k.
"""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from forking import Crash, forked
from running import finished, run, spawn
from studies import State, state, write_table

from precode.steps.opening import open_study

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "win32", reason="needs fork"),
    pytest.mark.usefixtures("fake_encoder"),
]
_TIME = re.compile(r"\d{8}T\d+|\d{4}-\d\d-\d\dT[\d:.+]+")
HEAD = ["source", "excerpt", "code", "polarity", "coder"]

# Verb → its arguments, given the study and a folder for its input.
VERBS: dict[str, Callable[[Path, Path], list[object]]] = {
    "add": lambda s, d: ["add", d / "new", "--attributes", d / "people.csv", "--study", s],
    "codes": lambda s, d: ["codes", d / "codes.csv", "--complete-all", "--study", s],
    "train": lambda s, d: ["train", "--study", s],
    "predict": lambda s, d: ["predict", "--study", s],
    "report": lambda s, d: ["report", "--study", s],
    "dataset": lambda s, d: ["export", "--format", "datasets", "--study", s],
}


@pytest.fixture
def material(tmp_path: Path) -> Path:
    """Two new interviews with attributes, and a table of codings of which one is nowhere."""
    folder = tmp_path / "material"
    (folder / "new").mkdir(parents=True)
    for name in ("new-1", "new-2"):
        talk = f"INT: How did it go, {name}?\nP1: I went by bus to {name}.\n"
        (folder / "new" / f"{name}.txt").write_text(talk)
    write_table(folder / "people.csv", ["source", "label", "ward"], ["new-1", "P1", "A"])
    write_table(
        folder / "codes.csv", HEAD,
        ["interview-4", "And then, visit 4-0?", "social opportunity", "barrier", "CERI"],
        ["interview-4", "Nobody ever said such a thing", "social opportunity", "barrier", "CERI"],
    )  # fmt: skip
    return folder


def essence(s: State) -> tuple[dict[str, object], list[object], frozenset[str]]:
    """(tables but the log, the log's verbs, names of files but backups), without times."""
    tables: dict[str, object] = {
        name: [_TIME.sub("T", repr(row)) for row in rows]
        for name, rows in s.tables.items()
        if name not in ("log", "sqlite_sequence")
    }
    verbs = [row[2] for row in s.tables["log"]]
    names = frozenset(_TIME.sub("T", n) for n in s.files if not n.startswith("backups/"))
    return tables, verbs, names


def whole(path: Path) -> bool:
    """A result that is there is complete."""
    text = path.read_bytes()
    if path.suffix == ".html":
        return text.rstrip().endswith(b"</html>")
    if path.suffix == ".json":
        return bool(json.loads(text))
    return text.endswith(b"\n") if path.suffix in (".csv", ".md") else bool(text)


def assert_stands(study: Path, before: State, after: State, where: str) -> None:
    """``study`` opens, its doctor is content, and once somebody writes it is as before or after."""
    ran = run("doctor", "--study", study)
    assert ran.code == 0, f"{where}: {ran.out}"
    known = json.loads(run("status", "--study", study, "--json").out)["models"]
    assert known in (["main"], []), where
    with open_study(study, verb="test", write=True):
        pass  # puts back what lay aside between two renames
    tables, verbs, names = essence(state(study))
    assert tables in (essence(before)[0], essence(after)[0]), where
    assert verbs in (essence(before)[1], essence(after)[1]), where
    assert names in (essence(before)[2], essence(after)[2]), where
    if verbs == essence(after)[1]:
        assert tables == essence(after)[0], f"{where}: logged, but not done"
    elif essence(before)[0] != essence(after)[0]:
        assert tables == essence(before)[0], f"{where}: done, but not logged"
    for name in state(study).files:
        assert whole(study / name), f"{where}: {name} is not whole"


def points(root: Path, arguments: list[object], log: Path) -> list[str]:
    """What the verb does to the disk below ``root``, in order; it is done."""
    ran = forked(*arguments, prepare=Crash(root, log=log))
    assert ran.code == 0, ran.err
    return log.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("verb", VERBS)
def test_kill_9_at_every_point(
    verb: str, trained_study: Path, material: Path, tmp_path: Path
) -> None:
    """Before or after, never between; the verb then runs to its end. Models, reports and exports
    replace an older one of the same name.
    """
    if verb in ("report", "dataset"):
        assert run(*VERBS[verb](trained_study, material)).code == 0
    before = state(trained_study)
    done = Path(shutil.copytree(trained_study, tmp_path / "done"))
    acts = points(done, VERBS[verb](done, material), tmp_path / "log")
    after = state(done)
    assert len(acts) > 5
    for k, act in enumerate(acts):
        study = Path(shutil.copytree(trained_study, tmp_path / str(k)))
        arguments = VERBS[verb](study, material)
        strike = Crash(study, k=k, log=tmp_path / "log")
        assert forked(*arguments, prepare=strike).code == -signal.SIGKILL, act
        assert_stands(study, before, after, f"{k}: {act}")
        if k % 4 == 0:
            again_too = run(*arguments)
            assert again_too.code == 0 or "in the study already" in again_too.err, act
            assert not [p for p in study.rglob("*") if ".part-" in p.name or ".old-" in p.name]


@pytest.mark.parametrize("verb", VERBS)
def test_ctrl_c_at_every_point(
    verb: str, trained_study: Path, material: Path, tmp_path: Path
) -> None:
    """One line, exit 130, and nothing half done is left lying about."""
    before = state(trained_study)
    done = Path(shutil.copytree(trained_study, tmp_path / "done"))
    acts = points(done, VERBS[verb](done, material), tmp_path / "log")
    after = state(done)
    for k, act in enumerate(acts):
        if act.split()[0].isupper():
            continue  # in a statement, Python defers Ctrl-C until it is done
        study = Path(shutil.copytree(trained_study, tmp_path / str(k)))
        strike = Crash(study, k=k, number=signal.SIGINT, log=tmp_path / "log")
        ran = forked(*VERBS[verb](study, material), prepare=strike)
        ran.refused(130, "interrupted")
        assert len(ran.err.splitlines()) <= 1 + ran.err.count(" …"), ran.err
        assert_stands(study, before, after, f"{k}: {act}")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_an_interrupted_init_makes_a_study_or_none(number: int, tmp_path: Path) -> None:
    """There is never half a study; and the same command then makes it."""

    def init(root: Path) -> list[object]:
        return ["init", root / "study", "--behaviour", "x"]

    (tmp_path / "done").mkdir()
    acts = points(tmp_path / "done", init(tmp_path / "done"), tmp_path / "log")
    assert len(acts) > 8
    for k, act in enumerate(acts):
        root = tmp_path / str(k)
        root.mkdir()
        strike = Crash(root, k=k, number=number, log=tmp_path / "log")
        forked(*init(root), prepare=strike)
        made = (root / "study").exists()
        assert run("status", "--study", root / "study").code == (0 if made else 4), act
        assert run(*init(root)).code == (4 if made else 0), act
        assert run("doctor", "--study", root / "study").code == 0, act


def test_kill_9_at_random_moments(trained_study: Path, material: Path, tmp_path: Path) -> None:
    """Real processes, struck whenever: what stands is before or after."""
    rng = random.Random(3)
    for verb in ("add", "predict"):
        before = state(trained_study)
        done = Path(shutil.copytree(trained_study, tmp_path / f"{verb}-done"))
        started = time.monotonic()
        assert finished(spawn(*VERBS[verb](done, material), faked=True)).code == 0
        lasted = time.monotonic() - started
        study = Path(shutil.copytree(trained_study, tmp_path / verb))
        process = spawn(*VERBS[verb](study, material), faked=True)
        time.sleep(rng.uniform(0.5, 1.0) * lasted)
        process.kill()
        finished(process)
        assert_stands(study, before, state(done), verb)
