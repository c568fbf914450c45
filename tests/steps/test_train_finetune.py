"""``train --finetune`` on an invented study, with a tiny encoder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
import studies
import tiny
from running import run

from precode.model.bundle_files import load
from precode.model.finetune import learn
from precode.model.weights import find_weights
from precode.steps.learnt import downloading

CUT = 3  # passes: enough to have learned something


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Five coded interviews and one that is not, read with a tiny encoder."""
    root = tmp_path_factory.mktemp("finetune")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its libraries' future
        tiny.encoder(root / "tiny")
    study = root / "study"
    studies.write_interviews(root / "interviews", count=6, replies=10)
    assert run("init", study, "--behaviour", studies.BEHAVIOUR).code == 0
    settings = study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    for old, new in (
        ("bootstrap = 1000", "bootstrap = 100"), ("folds = 5", "folds = 2"),
        ("floor = 10", "floor = 2"), ("min_positives = 5", "min_positives = 2"),
        ('model = "minilm"', f'model = "{root / "tiny"}"'), ("starter = true", "starter = false"),
    ):  # fmt: skip
        assert text.count(f"\n{old}\n") == 1
        text = text.replace(f"\n{old}\n", f"\n{new}\n")
    settings.write_text(text, encoding="utf-8")
    assert run("add", "--study", study, root / "interviews").code == 0
    done = run("codes", "--study", study, root / "codings.csv", "--complete-all")
    assert done.code == 0, done.err
    return study


@pytest.fixture
def study(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, whose converted encoder is kept apart from the machine's."""
    import torch

    torch.set_num_threads(1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(made.parent / "cache"))
    return Path(shutil.copytree(made, tmp_path / "my stüdy"))


def tuned(study: Path, *more: str) -> dict[str, object]:
    done = run("train", "--study", study, "--finetune", "--json", *more)
    assert done.code == 0, done.err
    found: dict[str, object] = json.loads(done.out)
    return found


def test_a_fine_tuned_model_is_compared_saved_and_used_without_torch(study: Path) -> None:
    """It pre-codes a file and the study alike, and a changed encoder is refused."""
    found = tuned(study, "--keep", "finetuned")
    told = found["finetuned"]
    assert isinstance(told, dict)
    assert told["kept"] == "finetuned"
    assert told["difference"][0] == pytest.approx(told["finetuned"] - told["default"])
    folder = study / "models" / "main"
    bundle = load(folder)
    assert bundle.tuned is not None
    assert bundle.about["finetuned"]["kept"] == "finetuned"
    assert [p.name for p in (folder / "encoder").glob("*.*s")] == ["adapter.safetensors"]
    assert not (study / "cache" / "finetune").exists()
    alone = bundle.tuned.heads.codes_weights
    assert np.abs(alone[:, bundle.modelled]).max() > 0
    assert np.abs(alone[:, ~bundle.modelled]).max(initial=0) == 0
    program = (
        "import sys; from precode.cli.main import main\n"
        "try: main()\n"
        "finally: assert 'openvino' in sys.modules and 'torch' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "predict", "--study", str(study), "--json"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["sentences"] > 0
    assert run("models", "export", "--study", study, "main").code == 0
    archive = study / "exports" / "model-main.zip"
    took = run("models", "import", "--study", study, archive, "--name", "taken")
    assert took.code == 0, took.err
    assert load(study / "models" / "taken").id == bundle.id
    weights = folder / "encoder" / "adapter.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    run("predict", "--study", study, "--model", "main").refused(
        3, "not the file the model was saved with", "precode train"
    )


def test_the_better_one_is_kept_and_the_default_is_the_default_still(study: Path) -> None:
    """A tiny encoder drawn by chance learns little: whichever is kept, what is said fits."""
    plain = run("train", "--study", study, "--json")
    before = json.loads(plain.out)["validation"]["macro_f1"]
    found = tuned(study)
    told = found["finetuned"]
    assert isinstance(told, dict)
    better = "finetuned" if told["difference"][0] > 0 else "default"
    assert told["kept"] == better
    said = [n for n in found["notes"] if n.startswith("fine-tuned encoder")]  # type: ignore[attr-defined]
    assert len(said) == 1
    assert "on the same folds" in said[0]
    by_order = tuned(study, "--keep", "default")
    assert by_order["validation"]["macro_f1"] == before  # type: ignore[index]
    assert not (study / "models" / "main" / "encoder").exists()
    assert load(study / "models" / "main").tuned is None


def test_an_interrupted_fine_tuning_is_gone_on_with(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Folds that are done are not learned again, and the model is the one of a call in one go."""
    whole = tuned(study, "--name", "whole", "--keep", "finetuned")
    calls: list[bool] = []
    learned = learn.Learner.learn

    def cut(self: learn.Learner, *given: object, **named: object) -> object:
        calls.append(True)
        if len(calls) == 2:

            def stop(done: int, total: int) -> None:
                if done == CUT:
                    raise KeyboardInterrupt

            named["tick"] = stop
        return learned(self, *given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(learn.Learner, "learn", cut)
    stopped = run("train", "--study", study, "--finetune", "--keep", "finetuned")
    assert stopped.code == 130
    assert not (study / "models" / "main").exists()
    kept = {p.name for p in (study / "cache" / "finetune").glob("*/*")}
    assert kept == {"fold-0.safetensors", "fold-1"}
    calls.clear()
    calls.extend([True] * 2)  # nothing is cut any more
    again = tuned(study, "--keep", "finetuned")
    assert len(calls) == 2 + 2  # the second fold and the final model
    assert again["finetuned"] == whole["finetuned"]
    one, other = (
        (study / "models" / n / "encoder" / "adapter.safetensors").read_bytes()
        for n in ("whole", "main")
    )
    assert one == other


def test_too_few_transcripts_are_refused_before_anything_is_learned(
    coded_study: Path, fake_encoder: None
) -> None:
    done = run("train", "--study", coded_study, "--finetune")
    done.refused(5, "4 coded transcripts", "there are 3", "train without --finetune")


def test_keep_without_finetune_is_refused(coded_study: Path) -> None:
    run("train", "--study", coded_study, "--keep", "default").refused(2, "--finetune")


def test_an_encoder_by_name_is_fetched_only_when_allowed(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the word nothing is even tried; with it a process of its own does it."""
    settings = study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    tiny_folder = next(line for line in text.splitlines() if line.startswith("model = "))
    settings.write_text(text.replace(tiny_folder, 'model = "someone/tiny"'), encoding="utf-8")
    place = tmp_path / "hub" / "someone--tiny"
    for module in (downloading, downloading.find_weights.__wrapped__.__globals__):  # type: ignore[attr-defined]
        if isinstance(module, dict):
            monkeypatch.setitem(module, "downloaded", lambda model: place)
        else:
            monkeypatch.setattr(module, "downloaded", lambda model: place)
    asked: list[list[str]] = []

    def fake(command: list[str]) -> object:
        asked.append(command)
        source = Path(tiny_folder.split('"')[1])
        for name in downloading.FILES:
            shutil.copy(source / name, Path(command[-4]) / name)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(downloading, "_run", fake)
    run("train", "--study", study).refused(
        3, "someone/tiny", "fetches nothing unasked", "--allow-download"
    )
    assert not asked
    done = run("train", "--study", study, "--allow-download")
    assert done.code == 0, done.err
    assert len(asked) == 1
    assert "someone/tiny" in asked[0]
    assert find_weights("someone/tiny").folder == place
    find_weights.cache_clear()
    assert run("train", "--study", study).code == 0
    assert len(asked) == 1
