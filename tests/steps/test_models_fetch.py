"""A shipped model that reads with an encoder that precode does not bring: named, offered, fetched once."""

from __future__ import annotations

import json
import shutil
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import starter
import tiny
from running import run

from precode import resources
from precode.model import weights
from precode.model.bundle_files import load
from precode.model.finetune import tuned
from precode.steps import doctor, models, train
from precode.steps.learnt import comparing, downloading, shelving, shipped, starting
from precode.steps.opening import Study, open_study, silent

pytestmark = pytest.mark.usefixtures("fake_encoder")
ENCODER, WIDTH = "someone/tiny", 16


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The encoder, somewhere on this computer."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its libraries' future
        return tiny.encoder(tmp_path_factory.mktemp("found") / "tiny", width=WIDTH)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where fetched encoders go."""
    folder = tmp_path / "hub" / "someone--tiny"
    for module in (weights, downloading):
        monkeypatch.setattr(module, "downloaded", lambda model: folder)
    weights.find_weights.cache_clear()
    yield folder
    weights.find_weights.cache_clear()


@pytest.fixture
def larger(
    _trained: Path, files: Path, place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """It ships, beside one that needs nothing; its encoder is not here."""
    shutil.copytree(files, place)
    model = _trained / "models" / "main"
    known = {
        "comb-starter": starter.plain(model, tmp_path / "shipped" / "comb-starter"),
        "larger": starter.over(model, tmp_path / "shipped" / "larger", ENCODER, width=WIDTH),
    }
    shutil.rmtree(place)
    weights.find_weights.cache_clear()
    for module in (
        resources,
        models,
        doctor,
        comparing,
        downloading,
        shelving,
        shipped,
        starting,
        train,
    ):
        monkeypatch.setattr(module, "starters", lambda: known)
    return known["larger"]


def names_it(study: Path) -> None:
    settings = study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    assert text.count("\nstarter = true\n") == 1
    settings.write_text(
        text.replace("\nstarter = true\n", '\nstarter = "larger"\n'), encoding="utf-8"
    )


@pytest.mark.usefixtures("larger")
def test_without_its_encoder_it_is_an_offer_and_no_fault(trained_study: Path) -> None:
    """In the list, and to the doctor; a study that does not name it goes on without."""
    listed = run("models", "--study", trained_study)
    assert "its encoder is not here" in listed.out
    assert "to use larger: precode models fetch larger" in listed.err
    assert "damaged" not in listed.out
    told = json.loads(run("models", "--study", trained_study, "--json").out)
    assert {m["name"]: m["absent"] for m in told} == {
        "main": False, "comb-starter": False, "larger": True,
    }  # fmt: skip
    assert "not in use: its encoder is not here" in run("doctor").out
    assert run("train", "--study", trained_study).code == 0


@pytest.mark.usefixtures("larger")
def test_what_asks_for_it_says_how_to_get_it(trained_study: Path) -> None:
    """And nothing is fetched, nor is another starter put in its place."""
    mend = "precode models fetch larger --allow-download, or --from FOLDER"
    run("predict", "--study", trained_study, "--model", "larger").refused(3, "larger", mend)
    names_it(trained_study)
    run("train", "--study", trained_study).refused(3, "larger", mend)
    run("models", "fetch", "larger").refused(2, ENCODER, "fetches nothing unasked", "--from")


@pytest.mark.usefixtures("larger")
def test_from_a_folder_it_is_copied_once(
    trained_study: Path, files: Path, place: Path, tmp_path: Path
) -> None:
    """Then a study can start from it, and pre-code with it."""
    done = run("models", "fetch", "larger", "--from", files)
    assert done.code == 0, done.err
    assert done.out.startswith(f"Now here: {ENCODER}, in ")
    assert sorted(p.name for p in place.iterdir()) == sorted(downloading.FILES)
    again = json.loads(run("models", "fetch", "larger", "--json").out)
    assert (again["already"], again["encoder"]) == (True, ENCODER)
    assert "not in use" not in run("doctor").out
    names_it(trained_study)
    trained = run("train", "--study", trained_study)
    assert trained.code == 0, trained.err
    prior = json.loads(
        (trained_study / "models" / "main" / "prior" / "bundle.json").read_text(encoding="utf-8")
    )
    assert prior["tuned"]["base"] == ENCODER
    answers = tmp_path / "answers.csv"
    answers.write_text("said\nthere is no money for a taxi\n", encoding="utf-8")
    out = tmp_path / "coded.csv"
    coded = run("predict", "--model", "larger", answers, "--text-column", "said", "--out", out)
    assert coded.code == 0, coded.err
    assert "there is no money for a taxi" in out.read_text(encoding="utf-8")


@pytest.mark.usefixtures("larger")
def test_another_encoder_than_it_learned_with_is_not_kept(place: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        other = tiny.encoder(tmp_path / "other", width=2 * WIDTH)
    run("models", "fetch", "larger", "--from", other).refused(3, "is not the encoder", ENCODER)
    assert not place.exists()
    run("models", "fetch", "larger", "--from", tmp_path / "none").refused(3, "is not an encoder")
    assert not place.exists()


@pytest.mark.usefixtures("larger")
def test_it_is_downloaded_only_on_the_word(
    files: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a process of its own, as for `train --allow-download`."""

    def fake(command: list[str]) -> subprocess.CompletedProcess[str]:
        assert ENCODER in command
        for name in downloading.FILES:
            shutil.copy(files / name, Path(command[-4]) / name)
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(downloading, "_run", fake)
    assert run("models", "fetch", "larger", "--allow-download").code == 0
    assert place.is_dir()


@pytest.mark.usefixtures("larger", "place")
def test_training_with_the_word_fetches_the_starter_that_the_study_names(
    trained_study: Path, files: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(downloading, "fetch", lambda model, progress: shutil.copytree(files, place))
    names_it(trained_study)
    done = run("train", "--study", trained_study, "--allow-download")
    assert done.code == 0, done.err


@pytest.mark.usefixtures("larger")
def test_a_model_is_validated_anew_with_the_starter_that_it_was_made_with(
    trained_study: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the study's settings name by now."""
    asked: list[object] = []

    class Asked(Exception):
        pass

    def lesson(study: Study, **_: object) -> None:
        asked.append(study.settings.train.starter)
        raise Asked

    assert run("models", "fetch", "larger", "--from", files).code == 0
    names_it(trained_study)
    assert run("train", "--study", trained_study, "--name", "big").code == 0
    settings = trained_study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('starter = "larger"', "starter = false"), encoding="utf-8")
    monkeypatch.setattr(comparing, "lesson", lesson)
    with open_study(trained_study, verb="models", write=False) as study:
        for name in ("big", "main"):
            bundle = load(trained_study / "models" / name)
            with pytest.raises(Asked):
                comparing._anew(study, name, bundle, silent)
    assert asked == ["larger", False]


def test_one_that_needs_nothing_and_one_that_is_none(larger: Path) -> None:
    assert run("models", "fetch", "comb-starter").out.startswith("Here already: minilm, in ")
    run("models", "fetch", "largest").refused(2, "largest", "comb-starter, larger")
    (larger / "bundle.json").write_text("{}", encoding="utf-8")
    run("models", "fetch", "larger").refused(3, "larger", "damaged", "reinstall precode")


@pytest.mark.usefixtures("larger")
def test_a_name_that_no_starter_has_is_refused(trained_study: Path) -> None:
    settings = trained_study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("starter = true", 'starter = "lager"'), encoding="utf-8")
    run("train", "--study", trained_study).refused(
        3, "lager", "precode.toml", "'comb-starter', 'larger', true or false"
    )


def test_an_adapter_is_told_from_another(larger: Path) -> None:
    """What the fetched encoder is checked by."""
    head = json.loads((larger / "bundle.json").read_text(encoding="utf-8"))
    assert head["tuned"]["key"].startswith(tuned.digest(larger / "encoder" / tuned.ADAPTER))
