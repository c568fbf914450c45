"""Fixtures that every room's tests may use."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def shared() -> Path:
    """The folder of real data beside the repository, which never enters it."""
    path = ROOT.parent / "shared" / "data"
    if not path.is_dir():
        pytest.skip(f"no real data at {path}: these tests need it")
    return path
