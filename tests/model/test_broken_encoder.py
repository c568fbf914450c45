"""An encoder whose files are damaged is refused in words, whatever its libraries say of it."""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from precode.errors import InputError
from precode.model.encoder import load_encoder
from precode.model.features import LAYERS
from precode.model.weights import MINILM_PACKAGE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the encoder, to be damaged."""
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    assert spec is not None
    assert spec.origin is not None
    return Path(shutil.copytree(Path(spec.origin).parent / "model", tmp_path / "encoder"))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])


def other_layers(path: Path) -> None:
    """A config of another encoder: its weights are not in the file."""
    config = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**config, "num_hidden_layers": 8}), encoding="utf-8")


def drop(path: Path) -> None:
    """One weight less."""
    from safetensors.numpy import load, save

    tensors = load(path.read_bytes())
    name = next(n for n in sorted(tensors) if "attention.self.query.weight" in n)
    path.write_bytes(save({k: v for k, v in tensors.items() if k != name}))


@pytest.mark.parametrize(
    ("file", "damage", "words"),
    [
        ("tokenizer.json", cut, "tokenizer"),
        ("tokenizer.json", lambda p: p.write_text("{}"), "tokenizer"),
        ("tokenizer.json", lambda p: p.write_text(""), "tokenizer"),
        ("config.json", cut, "config.json"),
        ("config.json", lambda p: p.write_text("{}"), "config.json"),
        ("config.json", other_layers, "lacks"),
        ("model.safetensors", cut, "no encoder that works"),
        ("model.safetensors", drop, "lacks 1 of"),
    ],
)
def test_a_damaged_encoder_is_refused(
    file: str, damage: Callable[[Path], object], words: str, folder: Path, tmp_path: Path
) -> None:
    """With the file or folder and what mends it; and nothing half converted is kept."""
    damage(folder / file)
    with pytest.raises(InputError, match=words) as refused:
        load_encoder(str(folder), LAYERS, cache=tmp_path / "cache")
    assert "minilm" in refused.value.mend
    assert not list((tmp_path / "cache").rglob("model.xml"))
