"""The command that ``status`` names next is one that would not be refused."""

from __future__ import annotations

from pathlib import Path

import pytest
import studies
from running import run

from precode.codebook import read_codebook
from precode.errors import TooLittleError
from precode.resources import codebooks
from precode.steps.add import add
from precode.steps.init import init
from precode.steps.learnt import shipped
from precode.steps.learnt.shipped import starter_for
from precode.steps.opening import silent
from precode.steps.status import status
from precode.steps.train import train


def test_training_is_named_only_once_there_is_enough_to_learn(
    tmp_path: Path, fake_encoder: None
) -> None:
    """A study in which two sentences are read is sent on to review, as train would refuse it."""
    study = tmp_path / "study"
    init(study, behaviour="quitting smoking")
    assert status(study).next == "precode add FILES"
    add(study, [studies.write_interviews(tmp_path / "in", count=3, replies=14)])
    first = status(study).next
    assert first.startswith("precode codes")
    assert first.endswith("precode predict --model comb-starter")
    ran = run(
        "review", "--plain", "--coder", "ANNA", "-n", "2", "--study", study, stdin="n\n\nn\n\nq\n"
    )
    assert ran.code == 0, ran
    now = status(study)
    assert [c.read for c in now.coders] == [2]
    assert now.next.startswith("precode review")
    with pytest.raises(TooLittleError):
        train(study, progress=silent)


def test_a_coded_study_is_told_to_train(coded_study: Path) -> None:
    """Three coded interviews are enough."""
    assert status(coded_study).next == "precode train"


def test_the_starter_is_named_only_where_it_has_the_codes(tmp_path: Path) -> None:
    """With a codebook of other codes it would be refused."""
    study = tmp_path / "study"
    init(study, behaviour="quitting smoking", codebook="tdf")
    add(study, [studies.write_interviews(tmp_path / "in", count=1, replies=4)])
    now = status(study).next
    assert now.startswith("precode codes")
    assert "--model" not in now
    assert run("predict", "--study", study, "--model", "comb-starter").code == 3


def test_a_damaged_shipped_codebook_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``status`` says where a study stands, whatever is wrong with what ships."""
    book = read_codebook(codebooks()["comb"])
    assert starter_for(book) == "comb-starter"
    (tmp_path / "codebook.json").write_text("{", encoding="utf-8")
    monkeypatch.setattr(shipped, "starters", lambda: {"a": tmp_path, "b": tmp_path / "none"})
    assert starter_for(book) == ""
