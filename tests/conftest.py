"""Fixtures that every room's tests may use."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# Before NumPy is imported: over matrices as small as these, threads only wait for each other.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# The same examples in every run: a check that fails one time in fifty lands on someone else.
# To look further: HYPOTHESIS_PROFILE=explore.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# A shell's background job ignores Ctrl-C, and so would every program that these tests interrupt.
signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).parent.parent
HELPERS = Path(__file__).parent / "helpers"
sys.path.insert(0, str(HELPERS))

import studies  # noqa: E402
from running import Ran, run  # noqa: E402


@pytest.fixture
def shared() -> Path:
    """The folder of real data beside the repository, which never enters it."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"no real data at {path}: these tests need it")
    return path


# -- studies ---------------------------------------------------------------------------------------


@pytest.fixture
def fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashed words instead of the real encoder, for one test."""
    import fakes

    fakes.install(monkeypatch.setattr)


@pytest.fixture(scope="session")
def interviews(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four invented interviews; ``../codings.csv`` codes three of them."""
    return studies.write_interviews(tmp_path_factory.mktemp("walk") / "interviews")


def _done(ran: Ran) -> Ran:
    assert ran.code == 0, ran.err
    return ran


@pytest.fixture(scope="session")
def _coded(interviews: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = tmp_path_factory.mktemp("made") / "study"
    _done(run("init", study, "--behaviour", studies.BEHAVIOUR))
    settings = study / "precode.toml"
    text = settings.read_text(encoding="utf-8")
    for name, slow, quick in (("bootstrap", 1000, 100), ("folds", 5, 2), ("floor", 10, 2)):
        assert f"\n{name} = {slow}\n" in text
        text = text.replace(f"\n{name} = {slow}\n", f"\n{name} = {quick}\n")
    settings.write_text(text, encoding="utf-8")
    _done(run("add", "--study", study, interviews))
    _done(run("codes", "--study", study, interviews.parent / "codings.csv", "--complete-all"))
    return study


@pytest.fixture(scope="session")
def _trained(_coded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    import fakes

    study = tmp_path_factory.mktemp("trained") / "study"
    shutil.copytree(_coded, study)
    with pytest.MonkeyPatch.context() as patch:
        fakes.install(patch.setattr)
        _done(run("train", "--study", study))
        _done(run("predict", "--study", study))
    return study


@pytest.fixture
def empty_study(tmp_path: Path) -> Path:
    """A study without any transcript, in a folder with a space and an umlaut."""
    study = tmp_path / "my stüdy"
    _done(run("init", study, "--behaviour", studies.BEHAVIOUR))
    return study


@pytest.fixture
def coded_study(_coded: Path, tmp_path: Path) -> Path:
    """Four interviews, three of them coded by ANNA and BEN."""
    return Path(shutil.copytree(_coded, tmp_path / "my stüdy"))


@pytest.fixture
def trained_study(_trained: Path, tmp_path: Path, fake_encoder: None) -> Path:
    """The coded study with a model and a run, both by the fake encoder."""
    return Path(shutil.copytree(_trained, tmp_path / "my stüdy"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that fork come first: a child of a process in which a model's runtime has threads of its
    own does not survive a Ctrl-C.
    """
    items.sort(key=lambda item: not hasattr(getattr(item, "module", None), "forked"))
