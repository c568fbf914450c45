"""Other programs' databases: read as they lie on the disk, and nothing in them is run."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from precode.errors import InputError
from precode.exchange.foreign_sqlite import is_sqlite, number, opened, text


def made(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as db:
        for s in statements:
            db.execute(s)
    db.close()
    return path


def test_rows_come_in_order_with_none_for_columns_of_later_versions(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.db", "CREATE TABLE t (id INTEGER, name TEXT)",
        "INSERT INTO t VALUES (2, 'two'), (1, 'one')",
    )  # fmt: skip
    with opened(path) as db:
        rows = list(db.rows("t", "id", "name", "since", order="id"))
    assert rows == [
        {"id": 1, "name": "one", "since": None},
        {"id": 2, "name": "two", "since": None},
    ]


def test_nothing_is_written_and_no_file_is_left_beside(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", "CREATE TABLE t (id INTEGER)")
    before = path.read_bytes()
    with opened(path) as db:
        assert list(db.rows("t", "id")) == []
        with pytest.raises(sqlite3.DatabaseError):
            db._db.execute("INSERT INTO t VALUES (1)")
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.db"]


@pytest.mark.parametrize(
    "sql",
    [
        "PRAGMA query_only = OFF",
        "ATTACH 'other.db' AS other",
        "SELECT load_extension('x')",
        "SELECT count(*) FROM t",
        "CREATE TABLE u (id INTEGER)",
    ],
)
def test_only_columns_of_tables_can_be_read(sql: str, tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", "CREATE TABLE t (id INTEGER)")
    with (
        pytest.raises(InputError, match=r"damaged: (not authorized|.*prohibited)"),
        opened(path) as db,
    ):
        db._db.execute(sql)


def test_a_view_is_no_table(tmp_path: Path) -> None:
    """A view may run for ever: it is never looked at."""
    endless = "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n) SELECT id FROM n"
    path = made(tmp_path / "a.db", f"CREATE VIEW documents AS {endless}")
    with pytest.raises(InputError, match="no table 'documents'"), opened(path) as db:
        list(db.rows("documents", "id"))


def test_a_column_that_would_be_computed_is_none(tmp_path: Path) -> None:
    """Its formula may call any function: it is not evaluated."""
    path = made(
        tmp_path / "a.db",
        "CREATE TABLE t (id INTEGER, big TEXT GENERATED ALWAYS AS (hex(zeroblob(99000000))))",
        "INSERT INTO t (id) VALUES (1)",
    )
    with opened(path) as db:
        assert list(db.rows("t", "id", "big")) == [{"id": 1, "big": None}]


def test_more_text_than_the_limit_is_refused(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.db", "CREATE TABLE t (id INTEGER, x TEXT)",
        *(f"INSERT INTO t VALUES ({i}, '{'x' * 1000}')" for i in range(60)),
    )  # fmt: skip
    with pytest.raises(InputError, match="MB; above"), opened(path, max_megabytes=0.05) as db:
        list(db.rows("t", "x"))
    with pytest.raises(InputError, match="holds more than"), opened(path, max_megabytes=0.1) as db:
        _ = [*db.rows("t", "x"), *db.rows("t", "x"), *db.rows("t", "x")]


def test_what_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = made(
        tmp_path / "a.db", "CREATE TABLE t (id INTEGER)",
        "WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 20000) "
        "INSERT INTO t SELECT id FROM n",
    )  # fmt: skip
    with pytest.raises(InputError, match="longer than 0 seconds"), opened(path, seconds=0) as db:
        list(db.rows("t", "id", order="id"))


def test_changes_that_another_program_has_not_saved_are_not_passed_over(tmp_path: Path) -> None:
    path = made(tmp_path / "a.db", "CREATE TABLE t (id INTEGER)")
    (tmp_path / "a.db-wal").write_bytes(b"frames")
    with pytest.raises(InputError, match="not saved yet") as refused, opened(path):
        pass
    assert refused.value.mend == "close it in the other program first"


@pytest.mark.parametrize(
    "content", [b"", b"SQLite format 3\x00", b"SQLite format 3\x00" * 90, b"x"]
)
def test_what_is_no_database_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    path.write_bytes(content)
    with pytest.raises(InputError), opened(path) as db:
        list(db.rows("t", "id"))


def test_every_cut_and_many_flips_are_read_or_refused(tmp_path: Path) -> None:
    """Never another error than our own, whatever is broken."""
    good = made(
        tmp_path / "good.db", "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT)",
        *(f"INSERT INTO t VALUES ({i}, 'row {i} ünï')" for i in range(200)),
    ).read_bytes()  # fmt: skip
    path = tmp_path / "bad.db"
    refused = 0
    for i in range(300):
        cut = good[: len(good) * i // 300] if i % 2 else bytearray(good)
        if isinstance(cut, bytearray):
            cut[(i * 97) % len(cut)] ^= 1 << (i % 8)
        path.write_bytes(bytes(cut))
        try:
            with opened(path) as db:
                list(db.rows("t", "id", "x", order="id"))
        except InputError:
            refused += 1
    assert 100 < refused < 300


def test_a_folder_and_a_missing_file_are_no_database(tmp_path: Path) -> None:
    assert not is_sqlite(tmp_path)
    assert not is_sqlite(tmp_path / "gone.db")
    with pytest.raises(InputError), opened(tmp_path / "gone.db"):
        pass


@pytest.mark.parametrize(
    ("value", "said", "counted"),
    [
        (3, "3", 3),
        ("3", "3", 3),
        (3.0, "3.0", 3),
        (None, "", None),
        ("x", "x", None),
        (2.5, "2.5", None),
    ],
)
def test_cells_as_text_and_as_numbers(value: object, said: str, counted: int | None) -> None:
    assert text(value) == said  # type: ignore[arg-type]
    assert number(value) == counted  # type: ignore[arg-type]
