"""``precode doctor`` on the starter models: a study passes over a damaged one, doctor says so."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from running import run

from precode.errors import InputError
from precode.model.bundle import Bundle
from precode.model.weights import EncoderAbsentError
from precode.resources import starters
from precode.steps import doctor


@pytest.fixture
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the shipped starter, in its place."""
    folder = Path(shutil.copytree(starters()["comb-starter"], tmp_path / "comb-starter"))
    monkeypatch.setattr(doctor, "starters", lambda: {folder.name: folder})
    return folder


def line() -> str:
    """The one line on the starter."""
    (found,) = [c for c in run("doctor").out.splitlines() if "starter" in c]
    return found


def test_a_whole_starter_is_well(shipped: Path) -> None:
    assert line().startswith("ok   starter comb-starter: whole (")


@pytest.mark.parametrize("part", ["terms.json", "encoder/adapter.safetensors"])
def test_a_damaged_starter_is_named_in_one_line(shipped: Path, part: str) -> None:
    """The file and the mend, and exit 4."""
    (shipped / part).write_bytes(b"[]")
    found = line()
    assert found.startswith("BAD  starter comb-starter: ")
    assert Path(part).name in found
    assert found.endswith("reinstall precode")
    assert run("doctor").code == 4


def test_a_starter_without_its_encoder_is_named(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Gone, or another one than it learned with."""

    def gone(model: str, precision: str) -> str:
        raise InputError("not installed")

    monkeypatch.setattr(doctor, "key_of", gone)
    assert "its encoder is missing: not installed — reinstall precode" in line()
    monkeypatch.setattr(doctor, "key_of", lambda model, precision: "other-f32")
    key = json.loads((shipped / "bundle.json").read_text(encoding="utf-8"))["encoder"]["key"]
    assert f"its encoder ({key}) is another one here (other-f32) — reinstall precode" in line()


def test_a_starter_whose_encoder_was_never_fetched_is_no_fault(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is an offer, with the command that takes it up."""

    def absent(folder: Path) -> Bundle:
        raise EncoderAbsentError("not here", mend="precode models fetch comb-starter")

    monkeypatch.setattr(doctor, "load_starter", absent)
    assert line() == (
        "ok   starter comb-starter: not in use: its encoder is not here "
        "(precode models fetch comb-starter)"
    )
    assert run("doctor").code == 0


def test_none_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "starters", dict)
    assert line() == "BAD  starter models: none is here — reinstall precode"
