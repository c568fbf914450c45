"""Limits of files are settings, and were once elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from precode.errors import InputError
from precode.settings import read_settings


def write(folder: Path, text: str) -> Path:
    (folder / "precode.toml").write_text(f'[study]\nbehaviour = "walking"\n{text}')
    return folder / "precode.toml"


def test_the_limit_of_older_studies_is_still_read(tmp_path: Path) -> None:
    """Studies made before [limits] hold max_megabytes under [transcripts]."""
    path = write(tmp_path, "[transcripts]\nmax_megabytes = 7\n")
    assert read_settings(path).limits.megabytes == 7
    path = write(tmp_path, "[transcripts]\nmax_megabytes = 7\n[limits]\nmegabytes = 9\n")
    assert read_settings(path).limits.megabytes == 9


@pytest.mark.parametrize("text", ["pages = 0", "megabyte = 3", "seconds = 'x'"])
def test_a_mistake_in_a_limit_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError, match="1 mistake") as caught:
        read_settings(write(tmp_path, f"[limits]\n{text}\n"))
    assert "line 4" in caught.value.problems[0].where
