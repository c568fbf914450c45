"""``export``: every code as a row of a table, human and machine told apart in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.errors import TooLittleError, UsageError
from precode.report.export import (
    export_columns,
    export_rows,
    write_codes_csv,
    write_codes_dataset,
    write_codes_jsonl,
    write_codes_xlsx,
)
from precode.steps.opening import open_study
from precode.steps.target import file_target, folder_target
from precode.steps.view import view_of

FORMATS = ("csv", "xlsx", "jsonl", "datasets")


@dataclass(frozen=True, slots=True)
class Exported:
    """The file or folder written, and its rows by who gave the code. ``withheld`` counts sentences
    of the audit sample that nobody has answered yet: what the machine gives them is left out, or
    whoever is to answer could read it.
    """

    file: str
    rows: int
    human: int
    machine: int
    withheld: int


def export(
    path: Path,
    *,
    form: str = "",
    out: Path | None = None,
    human: bool = True,
    machine: bool = True,
    codes: Sequence[str] = (),
    coders: Sequence[str] = (),
) -> Exported:
    """Write the study's codes in ``form`` to ``out`` (default: ``exports/codes.<form>``). ``form``
    "" follows the suffix of ``out``, and is xlsx without one.
    """
    suffix = out.suffix.lower().removeprefix(".") if out else ""
    form = form or (suffix if suffix in FORMATS else "xlsx")
    if form not in FORMATS:
        raise UsageError(f"--format {form} is not known", mend=f"formats: {', '.join(FORMATS)}")
    if not (human or machine):
        raise UsageError(
            "nothing is left to export", mend="give --human-only or --machine-only, not both"
        )
    with open_study(path, verb="export", write=True) as study:
        target = _target(out, study.folder.exports, form)
        view = view_of(study)
        every = export_rows(
            view, human=human, machine=machine, codes=codes or None, coders=coders or None
        )
        rows = [
            r for r in every
            if r["source_of_code"] == "human" or r["sentence_id"] not in view.withheld
        ]  # fmt: skip
        if not rows:
            raise TooLittleError(
                "there are no codes to export",
                mend="precode codes, precode review or precode predict first",
            )
        columns = export_columns(view)
        if form == "csv":
            write_codes_csv(target, columns, rows)
        elif form == "xlsx":
            write_codes_xlsx(target, columns, rows)
        elif form == "jsonl":
            write_codes_jsonl(target, rows)
        else:
            write_codes_dataset(target, columns, rows)
        study.store.log("export", file=str(target), rows=len(rows))
        people = sum(r["source_of_code"] == "human" for r in rows)
        withheld = len(view.withheld) if machine and view.machine else 0
        return Exported(str(target), len(rows), people, len(rows) - people, withheld)


def _target(out: Path | None, exports: Path, form: str) -> Path:
    if form == "datasets":
        return folder_target(out, exports / "codes-dataset", sign="dataset_info.json")
    return file_target(out, exports / f"codes.{form}", suffixes=(f".{form}",))
