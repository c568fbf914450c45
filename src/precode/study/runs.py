"""Runs: what a model said of the study's sentences. Immutable Parquet files, apart from the
database, so that machine output cannot land among human decisions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.errors import StudyError
from precode.files.atomic import replacing

_ABOUT = b"precode"


@dataclass(frozen=True, slots=True)
class Run:
    """A run read back: ``about`` says which model made it and when; ``columns`` by name."""

    id: str
    about: Mapping[str, object]
    columns: Mapping[str, Sequence[object]]


def write_run(
    folder: Path, run_id: str, columns: Mapping[str, Sequence[object]], about: Mapping[str, object]
) -> Path:
    """``columns`` of equal length as ``<run_id>.parquet``. Raises :class:`StudyError` if it exists:
    runs are never overwritten.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"{run_id}.parquet"
    if path.exists():
        raise StudyError(f"{path} exists; runs are never overwritten", mend="run it again")
    table = pa.table({name: list(values) for name, values in columns.items()})
    table = table.replace_schema_metadata({_ABOUT: json.dumps(dict(about)).encode()})
    with replacing(path) as temporary:
        pq.write_table(table, temporary)
    return path


def runs(folder: Path) -> list[Path]:
    """Run files, oldest first (their names begin with the time)."""
    return sorted(p for p in folder.glob("*.parquet") if not p.name.startswith("."))


def read_run(path: Path) -> Run:
    """Raises :class:`StudyError` if the file is damaged or no run."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        about = json.loads((table.schema.metadata or {})[_ABOUT])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise StudyError(
            f"{path} is not a readable run", mend="delete it and run: precode predict"
        ) from error
    return Run(path.stem, about, {n: table.column(n).to_pylist() for n in table.column_names})
