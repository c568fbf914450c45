"""Embeddings are made once, kept by encoder and text, and thrown away when damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from precode.study.cache import EmbeddingCache


class Maker:
    """Counts what it is asked for; a text's vector is its length and its first character."""

    def __init__(self, extra: float = 0.0) -> None:
        self.asked: list[list[str]] = []
        self._extra = extra

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked.append(list(texts))
        return np.array([[len(t), ord(t[:1] or " ") + self._extra] for t in texts], np.float32)


def get(path: Path, texts: list[str], make: Maker, key: str = "minilm") -> list[list[float]]:
    cache = EmbeddingCache(path, key)
    try:
        found: list[list[float]] = cache.get(texts, make).tolist()
        return found
    finally:
        cache.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "embeddings.db"


def test_each_text_is_made_once(path: Path) -> None:
    """Rows come in the order asked for, whether made or kept."""
    make = Maker()
    assert get(path, ["bb", "a"], make) == [[2, 98], [1, 97]]
    assert get(path, ["a", "ccc", "bb", "a"], make) == [[1, 97], [3, 99], [2, 98], [1, 97]]
    assert get(path, ["ccc"], make) == [[3, 99]]
    assert make.asked == [["bb", "a"], ["ccc"]]


def test_encoders_do_not_share(path: Path) -> None:
    """Not even of the same text."""
    one, other = Maker(), Maker(extra=1)
    assert get(path, ["a"], one, "minilm") == [[1, 97]]
    assert get(path, ["a"], other, "mpnet") == [[1, 98]]
    assert get(path, ["a"], one, "minilm") == [[1, 97]]
    assert len(one.asked) == len(other.asked) == 1


def test_odd_and_many_texts(path: Path) -> None:
    """Empty, emoji, and more than one statement holds."""
    texts = ["", "🙂", "é", "é", *[f"text {i}" for i in range(1700)]]
    make = Maker()
    assert get(path, texts, make) == get(path, texts, make)
    assert len(make.asked) == 1


def test_nothing_asked_nothing_made(path: Path) -> None:
    make = Maker()
    assert get(path, [], make) == []
    assert make.asked == []


@pytest.mark.parametrize("content", [b"not a database" * 100, b"\0" * 5000, b"x"])
def test_a_file_that_is_no_database_is_begun_anew(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    make = Maker()
    assert get(path, ["a"], make) == [[1, 97]]
    assert get(path, ["a"], make) == [[1, 97]]
    assert len(make.asked) == 1


@pytest.mark.parametrize("begin", [100, 4096, 6000])
def test_a_damaged_database_is_begun_anew(path: Path, begin: int) -> None:
    """From somewhere on it holds rubbish, which SQLite sees only when it reads there."""
    texts = [f"text {i}" for i in range(800)]
    get(path, texts, Maker())
    data = path.read_bytes()
    assert len(data) > 3 * begin
    path.write_bytes(data[:begin] + b"\xa5" * (len(data) - begin))
    make = Maker()
    assert get(path, texts, make) == get(path, texts, make)
    assert len(make.asked) == 1


def test_an_old_log_is_not_replayed_into_a_new_file(path: Path) -> None:
    """The last writes of a killed process, to a file that is damaged by now, go with it."""
    get(path, ["a"], Maker(extra=5))
    killed = EmbeddingCache(path, "minilm")
    killed.get(["b"], Maker(extra=5))
    logs = {end: Path(f"{path}{end}").read_bytes() for end in ("-wal", "-shm")}
    killed.close()
    path.write_bytes(b"not a database" * 500)
    for end, log in logs.items():
        Path(f"{path}{end}").write_bytes(log)
    assert get(path, ["a", "b"], Maker()) == [[1, 97], [1, 98]]


def test_a_cache_in_use_is_not_thrown_away(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Locked is not damaged."""
    get(path, ["a"], Maker())
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda name, timeout: real(name, timeout=0))
    with real(path, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            get(path, ["b"], Maker())
        other.execute("ROLLBACK")
    other.close()
    make = Maker()
    assert get(path, ["a"], make) == [[1, 97]]
    assert make.asked == []
