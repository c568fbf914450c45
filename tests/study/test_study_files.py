"""The study's folder, lock, cache and runs."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from precode.errors import StudyError
from precode.study.cache import EmbeddingCache
from precode.study.folder import find
from precode.study.lock import writing
from precode.study.runs import read_run, runs, write_run

# -- folder ----------------------------------------------------------------------------------------


def test_find_names_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "precode.toml").touch()
    with pytest.raises(StudyError, match=r"damaged study: codebook\.toml, study\.db missing"):
        find(tmp_path)
    (tmp_path / "codebook.toml").touch()
    (tmp_path / "study.db").touch()
    assert find(tmp_path).runs == tmp_path / "runs"


# -- lock ------------------------------------------------------------------------------------------


def test_one_writer_at_a_time_by_name(tmp_path: Path) -> None:
    """The second is told the first one's verb; after the first, anybody may write."""
    caught: list[str] = []

    def second() -> None:
        try:
            with writing(tmp_path, "train"):
                caught.append("got in")
        except StudyError as error:
            caught.append(str(error))

    with writing(tmp_path, "review"):
        other = threading.Thread(target=second)
        other.start()
        other.join()
    assert "open for writing already by `precode review`" in caught[0]
    second()
    assert caught[1] == "got in"


def test_a_stale_note_of_a_holder_harms_nobody(tmp_path: Path) -> None:
    """A killed process leaves its note, and perhaps half of it; the lock itself is gone."""
    (tmp_path / ".lock-holder.json").write_text('{"pid": 1')
    with writing(tmp_path, "train"):
        pass
    assert not (tmp_path / ".lock-holder.json").exists()


# -- cache -----------------------------------------------------------------------------------------


class Counting:
    """Makes vectors, and counts for which texts it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        self.asked += texts
        return np.array([[len(t), hash(t) % 997] for t in texts], dtype=np.float32)


def test_only_what_is_missing_is_made(tmp_path: Path) -> None:
    """In the order asked for, twins included; by encoder; across openings; in any number."""
    make = Counting()
    many = [f"text {i}" for i in range(1200)]
    cache = EmbeddingCache(tmp_path / "c" / "e.db", "one")
    first = cache.get(many, make)
    assert sorted(make.asked) == sorted(many)
    cache.close()
    cache = EmbeddingCache(tmp_path / "c" / "e.db", "one")
    again = cache.get([*reversed(many), "new", "text 0"], make)
    assert len(make.asked) == 1201
    assert (again[:1200][::-1] == first).all()
    assert (again[-1] == first[0]).all()
    assert cache.get([], make).shape == (0, 0)
    cache.close()
    cache = EmbeddingCache(tmp_path / "c" / "e.db", "two")
    cache.get(["new"], make)
    assert make.asked.count("new") == 2
    cache.close()


@pytest.mark.parametrize("damage", ["garbage", "bad page"])
def test_a_damaged_cache_is_begun_anew(damage: str, tmp_path: Path) -> None:
    """It holds nothing that cannot be made again, so it is never a reason to stop."""
    path, make = tmp_path / "e.db", Counting()
    texts = [f"text {i}" for i in range(900)]
    cache = EmbeddingCache(path, "one")
    first = cache.get(texts, make)
    cache.close()
    data = bytearray(path.read_bytes())
    start = 0 if damage == "garbage" else 8192
    data[start:] = b"\xa5" * (len(data) - start)
    path.write_bytes(data)
    cache = EmbeddingCache(path, "one")
    assert (cache.get(texts, make) == first).all()
    cache.close()
    cache = EmbeddingCache(path, "one")
    assert (cache.get(texts, make) == first).all()
    cache.close()
    assert len(make.asked) == 2 * len(texts)


# -- runs ------------------------------------------------------------------------------------------


def test_a_run_comes_back_as_it_was(tmp_path: Path) -> None:
    columns = {"sentence_id": ["a", "b"], "hot.p": [0.25, 1.0], "verdict": ["none", "accept"]}
    path = write_run(tmp_path / "runs", "20260101T000000000-main", columns, {"model": "main"})
    run = read_run(path)
    assert (run.id, dict(run.about)) == ("20260101T000000000-main", {"model": "main"})
    assert {k: list(v) for k, v in run.columns.items()} == columns
    assert runs(tmp_path / "runs") == [path]


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    path = write_run(tmp_path, "r", {"sentence_id": ["a"]}, {})
    before = path.read_bytes()
    with pytest.raises(StudyError, match="never overwritten"):
        write_run(tmp_path, "r", {"sentence_id": ["b"]}, {})
    assert path.read_bytes() == before


def test_unfinished_runs_are_no_runs(tmp_path: Path) -> None:
    """What a killed process left is not taken for a run."""
    write_run(tmp_path, "r1", {"sentence_id": ["a"]}, {})
    (tmp_path / ".r2.parquet.part-abcdefgh.parquet").write_bytes(b"PAR1")
    assert [p.name for p in runs(tmp_path)] == ["r1.parquet"]


@pytest.mark.parametrize("content", [b"", b"PAR1", json.dumps({"a": 1}).encode() * 99])
def test_a_file_that_is_no_run_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "r.parquet").write_bytes(content)
    with pytest.raises(StudyError, match="not a readable run"):
        read_run(tmp_path / "r.parquet")


def test_a_parquet_file_of_others_is_refused(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table({"a": [1]}), tmp_path / "r.parquet")
    with pytest.raises(StudyError, match="not a readable run"):
        read_run(tmp_path / "r.parquet")
