"""Rows of another copy of a study into this one, as they stand there. What may come, and under
which names, is decided by the caller, who also makes it one transaction.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence

from precode.study.store import Store

_OF_TRANSCRIPTS = ("turn", "sentence", "participant")


def bring_transcripts(into: Store, other: Store, names: Mapping[str, str]) -> None:
    """The transcripts ``names`` (id → name here) with turns, sentences, people and sources."""
    for i, name in names.items():
        for row in other._db.execute("SELECT * FROM transcript WHERE id = ?", (i,)):
            _insert(into, "transcript", [(row[0], name, *row[2:])])
        for table in _OF_TRANSCRIPTS:
            rows = other._db.execute(f"SELECT * FROM {table} WHERE transcript_id = ?", (i,))
            _insert(into, table, rows.fetchall())


def bring_codebooks(into: Store, other: Store) -> int:
    """Every version ever used there; returns how many are new."""
    return _insert(into, "codebook", other._db.execute("SELECT * FROM codebook").fetchall())


def bring_audit(into: Store, other: Store) -> int:
    """The audit sample's rows that are not here; returns how many."""
    return _insert(into, "audit", other._db.execute("SELECT * FROM audit").fetchall())


def bring_aside(into: Store, other: Store) -> int:
    """Answers of spreadsheets that were set aside there; returns how many are new."""
    return _insert(into, "aside", other._db.execute("SELECT * FROM aside").fetchall())


def bring_unplaced(into: Store, other: Store) -> int:
    """Rows of coded tables that no transcript held; returns how many are new."""
    rows = other._db.execute("SELECT DISTINCT * FROM unplaced").fetchall()
    known = set(into._db.execute("SELECT * FROM unplaced"))
    return _insert(into, "unplaced", [r for r in rows if r not in known])


def bring_summaries(into: Store, other: Store) -> int:
    """Summaries typed there that are not here; returns how many."""
    of = "at, file, row, code, text"
    known = set(into._db.execute(f"SELECT {of} FROM summary"))
    rows = [
        r for r in other._db.execute(f"SELECT {of} FROM summary ORDER BY seq") if r not in known
    ]
    into._db.executemany(f"INSERT INTO summary ({of}) VALUES (?,?,?,?,?)", rows)
    return len(rows)


def bring_packets(into: Store, other: Store, after: Mapping[str, int]) -> int:
    """Spreadsheets that were sent out there; ``after``: packet → number of the last event before
    it went out, here. Returns how many are new.
    """
    rows = []
    for i, coder, at, text in other._db.execute("SELECT id, coder, at, json FROM packet"):
        content = json.loads(text) | {"after": after[i]}
        rows.append((i, coder, at, json.dumps(content)))
    return _insert(into, "packet", rows)


def bring_log(into: Store, other: Store, verbs: Collection[str]) -> int:
    """The log's entries on ``verbs`` that are not here; returns how many."""
    known = set(into._db.execute("SELECT at, verb, detail FROM log"))
    rows = [
        row
        for row in other._db.execute("SELECT at, verb, version, detail FROM log ORDER BY seq")
        if row[1] in verbs and (row[0], row[1], row[3]) not in known
    ]
    into._db.executemany("INSERT INTO log (at, verb, version, detail) VALUES (?,?,?,?)", rows)
    return len(rows)


def _insert(into: Store, table: str, rows: Sequence[Sequence[object]]) -> int:
    """Those of ``rows`` whose key is not there yet."""
    before = into._db.total_changes
    if rows:
        marks = ",".join("?" * len(rows[0]))
        into._db.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)
    return into._db.total_changes - before
