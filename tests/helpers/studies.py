"""Small invented studies, and how a study stands: what tests compare before and after."""

from __future__ import annotations

import csv
import hashlib
import random
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BEHAVIOUR = "coming to the clinic"
CODERS = ("ANNA", "BEN")
SAID = {
    ("physical_opportunity", "barrier"): "The bus is late and there is no money for a taxi",
    ("physical_opportunity", "facilitator"): "The clinic car picks me up so there is time",
    ("social_opportunity", "barrier"): "My brother laughs and the neighbours talk about it",
    ("social_opportunity", "facilitator"): "My sister comes along and the nurse cheers me on",
    ("reflective_motivation", "barrier"): "I believe it does no good and I plan to stop",
    ("reflective_motivation", "facilitator"): "I decided that it helps and I intend to go on",
}
NOTHING = ("We had tea in the kitchen", "It was raining that day", "The dog was asleep upstairs")
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def write_interviews(folder: Path, *, count: int = 4, replies: int = 14) -> Path:
    """``interview-1.txt`` … in ``folder``, and ``codings.csv`` of two coders, who have read them all
    but the last. Every sentence is its own: none is ambiguous.
    """
    rng = random.Random(7)
    folder.mkdir(parents=True)
    rows: list[tuple[str, ...]] = []
    for number in range(1, count + 1):
        name, lines = f"interview-{number}", []
        for i in range(replies):
            code = rng.choice([*SAID, ("", ""), ("", ""), ("", "")])
            what = SAID.get(code) or rng.choice(NOTHING)
            sentence = f"{what}, week {number * 20 + i} on {rng.choice(DAYS)}."
            lines += [f"INT: And then, visit {number}-{i}?", f"P{number}: {sentence}"]
            for coder in CODERS if number < count and code[0] else ():
                if coder == "ANNA" or rng.random() < 0.8:
                    rows.append((name, sentence, *code, coder))
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    write_table(
        folder.parent / "codings.csv", ["source", "excerpt", "code", "polarity", "coder"], *rows
    )
    return folder


def write_table(path: Path, *rows: object) -> Path:
    """``rows`` as CSV, the first as header."""
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)  # type: ignore[arg-type]
    return path


@dataclass(frozen=True)
class State:
    """All tables of a study's database, and its files by hash. Caches, locks and hidden leftovers
    are not part of how a study stands.
    """

    tables: dict[str, list[tuple[object, ...]]]
    files: dict[str, str]


def state(study: Path) -> State:
    """How the study at ``study`` stands now."""
    return State(dict(_tables(study / "study.db")), dict(_files(study)))


def _tables(path: Path) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    if not path.is_file():
        return
    db = sqlite3.connect(path)
    try:
        names = [n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            yield name, db.execute(f"SELECT * FROM {name} ORDER BY rowid").fetchall()
    except sqlite3.DatabaseError:
        yield "damaged", [(hashlib.sha256(path.read_bytes()).hexdigest(),)]
    finally:
        db.close()


def _files(study: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(study.rglob("*")):
        name = path.relative_to(study).as_posix()
        hidden = any(part.startswith(".") for part in name.split("/"))
        if path.is_file() and not hidden and not re.match(r"study\.db|cache/", name):
            yield name, hashlib.sha256(path.read_bytes()).hexdigest()
