"""The starter whose encoder precode does not bring: what can be said of it without that encoder."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from precode.model import weights
from precode.model.bundle_files import load
from precode.model.finetune.tuned import ADAPTER, FOLDER, digest
from precode.resources import starters

LARGER = starters()["comb-starter-mpnet"]


def test_its_files_are_those_it_names() -> None:
    """And its codes those of the starter that needs nothing."""
    head = json.loads((LARGER / "bundle.json").read_text(encoding="utf-8"))
    for name, found in head["files"].items():
        assert hashlib.sha256((LARGER / name).read_bytes()).hexdigest() == found
    assert f"{FOLDER}/{ADAPTER}" in head["files"]
    assert head["tuned"]["key"].startswith(digest(LARGER / FOLDER / ADAPTER))
    assert head["about"]["name"] == LARGER.name
    codes = [
        (folder / "codebook.json").read_bytes() for folder in (LARGER, starters()["comb-starter"])
    ]
    assert codes[0] == codes[1]


def test_without_its_encoder_it_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is missing is named."""
    weights.find_weights.cache_clear()
    monkeypatch.setattr(weights, "downloaded", lambda model: tmp_path / "none")
    with pytest.raises(weights.EncoderAbsentError, match="sentence-transformers/all-mpnet-base-v2"):
        load(LARGER)
    weights.find_weights.cache_clear()
