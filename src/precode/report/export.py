"""The long table of codes: one row for each sentence, coder (or machine) and code.

The files open in spreadsheets, statistics packages and machine-learning tools; every row says
whether a person or the machine gave the code.
"""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

import numpy as np

from precode.errors import Problem, UsageError
from precode.files.atomic import replacing, replacing_folder
from precode.files.cells import Cell
from precode.files.offline import offline
from precode.files.tables import write_csv, write_xlsx
from precode.report.tables.index import OTHER_CODES, Index, make_index
from precode.report.view import StudyView

NOTHING = "nothing applies"

# Name → type of every fixed column; one "attr.<name>" text column follows for each attribute.
COLUMNS: dict[str, type] = {
    "transcript": str, "speaker": str, "role": str, "kind": str, "turn": int, "sentence_id": str,
    "start": int, "end": int, "text": str, "source_of_code": str, "coder": str, "assisted": bool,
    "code": str, "label": str, "domain": str, "polarity": str, "p": float, "verdict": str,
    "model": str, "codebook": str,
}  # fmt: skip

ExportRow = dict[str, Cell]


def export_columns(view: StudyView) -> tuple[str, ...]:
    """The columns of :func:`export_rows`, in order."""
    return _columns(make_index(view))


def _columns(index: Index) -> tuple[str, ...]:
    return (*COLUMNS, *(f"attr.{name}" for name in index.attributes))


def export_rows(
    view: StudyView,
    *,
    human: bool = True,
    machine: bool = True,
    codes: Collection[str] | None = None,
    coders: Collection[str] | None = None,
) -> Iterator[ExportRow]:
    """Rows in text order; of a sentence, people's codes (by coder) before the machine's.

    "Read, and nothing applies" is a row with an empty code and the label "nothing applies", for a
    coder as for the machine; it is left out when ``codes`` asks for some codes only. ``coders``
    chooses among people and leaves the machine alone. A code's ``p`` is None where a person gave
    it, or where the code was not modelled. Every row has every column. Raises
    :class:`UsageError` at once for a code or coder that the study does not know.
    """
    index = make_index(view)
    known = {code: label for b in index.branches for code, label in b.codes}
    people = {*view.coders, *(c for readers in index.read.values() for c in readers)}
    _refuse_unknown("code", codes, known)
    _refuse_unknown("coder", coders, people)
    return _rows(index, human, machine, codes, coders)


def _refuse_unknown(what: str, asked: Collection[str] | None, known: Collection[str]) -> None:
    unknown = [a for a in asked or () if a not in known]
    if unknown:
        names = ", ".join(sorted(known)) or "none"
        raise UsageError(
            f"there is no such {what} to export",
            problems=[Problem(repr(a), f"is no {what} of this study") for a in unknown],
            mend=f"choose from: {names}",
        )


def _rows(
    index: Index,
    human: bool,
    machine: bool,
    codes: Collection[str] | None,
    coders: Collection[str] | None,
) -> Iterator[ExportRow]:
    names = {
        code: (label, "" if b.domain == OTHER_CODES else b.domain)
        for b in index.branches
        for code, label in b.codes
    }
    given = _human(index, coders) if human else {}
    run = _machine(index) if machine else {}
    empty: ExportRow = dict.fromkeys(_columns(index))
    for sentence in index.ordered:
        facts = [*given.get(sentence.id, ()), *run.get(sentence.id, ())]
        if not facts:
            continue
        shared = {**empty, **_place(index, sentence.id)}
        for fact in facts:
            code = str(fact["code"])
            if codes is not None and code not in codes:
                continue
            label, domain = names[code] if code else (NOTHING, "")
            yield {**shared, **fact, "label": label, "domain": domain}


def _place(index: Index, sentence_id: str) -> ExportRow:
    """What is true of the sentence, whoever coded it."""
    s = index.sentence(sentence_id)
    turn = index.turn(s)
    source = index.transcripts[s.transcript_id]
    person = index.person(s)
    said: Mapping[str, str] = index.people[person] if person else {}
    return {
        "transcript": source.name,
        "speaker": turn.speaker,
        "role": str(turn.role),
        "kind": str(source.kind),
        "turn": turn.index,
        "sentence_id": s.id,
        "start": s.start,
        "end": s.end,
        "text": s.text,
        **{f"attr.{name}": said.get(name, "") for name in index.attributes},
    }


def _human(index: Index, coders: Collection[str] | None) -> dict[str, list[ExportRow]]:
    """Sentence id → one fact for each coding, or for "nothing applies", of each coder."""
    human = index.view.human
    found: dict[str, list[ExportRow]] = {}
    coded: set[tuple[str, str]] = set()
    for c in human.codings:
        coded.add((c.sentence_id, c.coder))
        if coders is None or c.coder in coders:
            found.setdefault(c.sentence_id, []).append(
                _fact("human", c.coder, c.code, str(c.polarity), c.assisted, codebook=c.codebook)
            )
    for sentence_id, coder in sorted(human.read - coded):
        if coders is None or coder in coders:
            seen = (sentence_id, coder) in human.assisted
            found.setdefault(sentence_id, []).append(_fact("human", coder, "", "", seen))
    for facts in found.values():  # stable: a coder's codes keep the order they were given in
        facts.sort(key=lambda f: str(f["coder"]))
    return found


def _machine(index: Index) -> dict[str, list[ExportRow]]:
    """Sentence id → one fact for each code the machine gave, or for "nothing applies"."""
    m = index.view.machine
    if m is None:
        return {}
    book = index.view.codebook
    found: dict[str, list[ExportRow]] = {}
    for i, sentence_id in enumerate(m.sentence_ids):
        facts: list[ExportRow] = []
        for j in np.flatnonzero(m.decision[i]):
            p = float(m.p[i, j])
            facts.append(
                _fact(
                    "machine", "", book.leaf_ids[j], str(m.polarity[i, j]), False,
                    p=None if math.isnan(p) else p,
                )
            )  # fmt: skip
        for fact in facts or [_fact("machine", "", "", "", False)]:
            fact["verdict"] = str(m.verdict[i])
            fact["model"] = m.model
            fact["codebook"] = book.hash
            found.setdefault(sentence_id, []).append(fact)
    return found


def _fact(
    source: str,
    coder: str,
    code: str,
    polarity: str,
    assisted: bool,
    *,
    p: float | None = None,
    codebook: str = "",
) -> ExportRow:
    return {
        "source_of_code": source, "coder": coder, "assisted": assisted, "code": code,
        "polarity": polarity, "p": p, "verdict": "", "model": "", "codebook": codebook,
    }  # fmt: skip


# -- writers: each writes all of its file or folder, or nothing ------------------------------------


def write_codes_csv(path: Path, columns: Iterable[str], rows: Iterable[ExportRow]) -> None:
    """For spreadsheets: text that looks like a formula is defused, so bytes may differ from it."""
    names = tuple(columns)
    write_csv(path, names, ([row[c] for c in names] for row in rows))


def write_codes_xlsx(path: Path, columns: Iterable[str], rows: Iterable[ExportRow]) -> None:
    """One sheet, "codes". Raises :class:`InputError` for more rows or text than a sheet holds."""
    names = tuple(columns)
    write_xlsx(path, {"codes": (names, ([row[c] for c in names] for row in rows))})


def write_codes_jsonl(path: Path, rows: Iterable[ExportRow]) -> None:
    """One JSON object a line, UTF-8, text exactly as in the source."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n")


def write_codes_dataset(path: Path, columns: Iterable[str], rows: Iterable[ExportRow]) -> None:
    """A Hugging Face ``datasets`` folder: ``datasets.load_from_disk(path)`` reads it, offline."""
    offline()
    from datasets import Dataset, Features, Value

    kinds = {str: "string", int: "int64", float: "float64", bool: "bool"}
    names = tuple(columns)
    features = Features({c: Value(kinds[COLUMNS.get(c, str)]) for c in names})
    columnar: dict[str, list[Cell]] = {c: [] for c in names}  # from_list loses them if empty
    for row in rows:
        for c in names:
            columnar[c].append(row[c])
    dataset = Dataset.from_dict(columnar, features=features)
    with replacing_folder(path) as temporary:
        dataset.save_to_disk(temporary, num_shards=None if len(dataset) else 1)
