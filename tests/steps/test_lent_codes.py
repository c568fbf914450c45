"""A code that the team has hardly given is what the starter says of it, until there are examples."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import starter
from running import run

from precode.model.bundle import MOST_SURE
from precode.model.bundle_files import load
from precode.steps.evidence.held_out import read_held_out
from precode.steps.learnt import starting
from precode.steps.learnt.learning import lesson
from precode.steps.loop.relearn import relearn
from precode.steps.opening import open_study, silent
from precode.study.runs import read_run, runs

pytestmark = pytest.mark.usefixtures("fake_encoder")


@pytest.fixture(scope="session")
def _coded4(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return starter.study(tmp_path_factory.mktemp("lent"), count=5, replies=9, folds=4)


@pytest.fixture
def study(_coded4: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_coded4, tmp_path / "study"))


@pytest.fixture
def model(_trained: Path) -> Path:
    """A model that learned from other interviews."""
    return _trained / "models" / "main"


def ship(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    monkeypatch.setattr(starting, "starters", lambda: {folder.name: folder})


def rarest(study: Path) -> tuple[str, int]:
    """The code with the fewest examples of those given, and how many; from now on they are too few."""
    with open_study(study, verb="test", write=False) as opened:
        learned = lesson(opened, starter=False, progress=silent)
        counts = (learned.rows.y >= 0.5).sum(0)
        given = {c: int(n) for c, n in zip(opened.codebook.leaf_ids, counts, strict=True) if n}
    code = min(given, key=given.__getitem__)
    assert given[code] < max(given.values())
    file = study / "precode.toml"
    text = file.read_text(encoding="utf-8")
    few = f"\nmin_positives = {given[code] + 1}\n"
    file.write_text(text.replace("\nmin_positives = 3\n", few), encoding="utf-8")
    return code, given[code]


def trained(study: Path) -> dict[str, Any]:
    ran = run("train", "--study", study, "--json")
    assert ran.code == 0, ran.err
    out: dict[str, Any] = json.loads(ran.out)
    return out


def given_by(study: Path, model: str, code: str) -> tuple[npt.NDArray[np.floating], list[bool]]:
    """Of a fresh run of ``model``: the probabilities of ``code``, and where it is given."""
    ran = run("predict", "--study", study, "--model", model)
    assert ran.code == 0, ran.err
    columns = read_run(runs(study / "runs")[-1]).columns
    return np.array(columns[f"{code}.p"], dtype=float), list(columns[f"{code}.decision"])


def test_what_the_starter_says_of_it_stands(
    study: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In its predictions, in what train says, in the figures, in the record beside the model."""
    folder = starter.plain(model, tmp_path / "starter")
    ship(monkeypatch, folder)
    code, count = rarest(study)
    out = trained(study)
    bundle = load(study / "models" / "main")
    at = bundle.codebook.leaf_ids.index(code)
    label = bundle.codebook[code].label
    assert bundle.prior is not None
    assert label not in out["left_out"]
    assert (
        f"{label}: {count} coded sentences (at least {count + 1} needed), so what is said of it, "
        "and how surely, is the starter model's word alone"
    ) in out["notes"]
    assert out["prior"]["share"][code] == 1.0
    assert bundle.modelled[at]
    assert bundle.least[at] == 0  # it stands, however little is expected of the others
    mine, gave = given_by(study, "main", code)
    theirs, they_gave = given_by(study, str(folder), code)
    assert np.isfinite(mine).all()
    sure = 1 / (1 + np.exp(MOST_SURE))  # as sure as it may be of what another starts from
    assert mine == pytest.approx(np.clip(theirs, sure, 1 - sure), abs=1e-6)
    assert gave == they_gave
    assert 0 < sum(gave) < len(gave)
    record = read_held_out(study / "models" / "main", bundle.codebook.leaf_ids)
    assert record is not None
    assert record.truth[:, at].sum() == count
    assert np.isfinite(record.p[:, at]).all()
    assert out["validation"]["codes"][code]["positives"] == count


def test_no_promise_is_made_of_it(
    study: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, starter.plain(model, tmp_path / "starter"))
    code, _ = rarest(study)
    trained(study)
    ran = run("predict", "--study", study, "--precision", "0.6", "--json")
    assert ran.code == 0, ran.err
    columns = read_run(runs(study / "runs")[-1]).columns
    given = [v for v, d in zip(columns["verdict"], columns[f"{code}.decision"], strict=True) if d]
    assert given
    assert set(given) == {"review"}
    (line,) = [x for x in json.loads(ran.out)["promised"]["lines"] if x["code"] == code]
    assert not line["promised"]


def test_a_starter_that_validation_does_without_lends_nothing(
    study: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, starter.noisy(model, tmp_path / "starter"))
    code, count = rarest(study)
    out = trained(study)
    assert out["prior"]["weight"] == 0
    bundle = load(study / "models" / "main")
    label = bundle.codebook[code].label
    assert label in out["left_out"]
    assert not bundle.modelled[bundle.codebook.leaf_ids.index(code)]
    assert any(n.startswith(f"{label}: left out, {count} coded") for n in out["notes"])


def test_a_code_that_the_starter_never_learned_is_not_lent(
    study: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = starter.plain(model, tmp_path / "starter")
    unlearned = [c for c, m in zip(load(folder).codebook.leaf_ids, load(folder).modelled, strict=True) if not m]  # fmt: skip
    assert unlearned
    ship(monkeypatch, folder)
    rarest(study)
    out = trained(study)
    bundle = load(study / "models" / "main")
    for code in unlearned:
        assert bundle.codebook[code].label in out["left_out"]


def test_a_review_suggests_it(
    study: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is learned in the background has it too."""
    ship(monkeypatch, starter.plain(model, tmp_path / "starter"))
    code, _ = rarest(study)
    found = relearn(study, coder="NEW")
    assert found.own
    assert code in found.gives
    bundle = load(study / "cache" / "loop" / "model")
    assert bundle.modelled[bundle.codebook.leaf_ids.index(code)]


def test_models_are_compared_as_they_would_code(
    study: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Validated anew, a model borrows what it borrowed when it was trained."""
    ship(monkeypatch, starter.plain(model, tmp_path / "starter"))
    rarest(study)
    trained(study)
    ran = run("train", "--study", study, "--name", "second", "--coder", "ANNA", "--json")
    assert ran.code == 0, ran.err
    ran = run("models", "compare", "main", "second", "--study", study, "--json")
    assert ran.code == 0, ran.err
    assert len(json.loads(ran.out)["models"]) == 2
