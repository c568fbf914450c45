"""``export``: every code as a row of a table, human and machine told apart in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from precode.report.view import StudyView
from precode.steps.exchange.filtered import narrowing
from precode.steps.exchange.outgoing import Choice, project_of
from precode.steps.exchange.projects import material, without_sentences, write_book, write_study
from precode.steps.exchange.word import SIGN, write_documents
from precode.steps.opening import Study, open_study
from precode.steps.reporting.view import view_of
from precode.steps.target import file_target, folder_target
from precode.steps.together.rounds import shown, told
from precode.steps.uncounted import uncounted

FORMATS = ("csv", "xlsx", "jsonl", "datasets", "docx", "qdpx", "qdc")


@dataclass(frozen=True, slots=True)
class Exported:
    """The file or folder written, and its rows (of a .qdc: its codes) by who gave the code.
    ``withheld`` counts sentences that are still to be answered without the machine (of the audit
    sample, or coded apart): what it gives them is left out, or whoever is to answer could read it.
    ``notes`` say what else is.
    """

    file: str
    rows: int
    human: int
    machine: int
    withheld: int
    notes: tuple[str, ...] = ()


def export(
    path: Path,
    *,
    form: str = "",
    out: Path | None = None,
    human: bool = True,
    machine: bool = True,
    codes: Sequence[str] = (),
    coders: Sequence[str] = (),
    where: Sequence[str] = (),
    min_confidence: float = 0.0,
) -> Exported:
    """Write the study's codes in ``form`` to ``out`` (default: ``exports/codes.<form>``). ``form``
    "" follows the suffix of ``out``, and is xlsx without one. ``where`` ("ATTRIBUTE=VALUE") chooses
    what a group of participants says; ``min_confidence`` is the least that a code by the machine
    must have.
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
        narrow = narrowing(view, where, min_confidence)
        if coders:  # who asks for a coder's codes by name gets them as that coder gave them
            view = replace(view, human=shown(study, study.human_codes(view.sentences)))
        every = export_rows(
            view, human=human, machine=machine, codes=codes or None, coders=coders or None
        )
        rows = [
            r for r in every
            if r["source_of_code"] == "human" or r["sentence_id"] not in view.withheld
        ]  # fmt: skip
        if not rows and form != "qdc":
            if idle := uncounted(study, view.sentences, study.store.events()):
                raise TooLittleError(idle.what, mend=idle.mend)
            raise TooLittleError(
                "there are no codes to export",
                mend="precode codes, precode review or precode predict first",
            )
        rows = narrow.rows(rows)
        if not rows and form != "qdc":
            raise TooLittleError("no code is left to export", mend="choose less narrowly")
        if form in ("qdpx", "qdc", "docx"):
            chosen = Choice(human, machine, codes or None, coders or None)
            return _project(study, narrow.view(view), target, chosen, narrow.others(view))
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
        return Exported(str(target), len(rows), people, len(rows) - people, withheld, told(study))


def _project(
    study: Study, view: StudyView, target: Path, choice: Choice, besides: frozenset[str]
) -> Exported:
    """The study as other programs of its kind open it, or its codebook alone. What was given the
    sentences ``besides`` is left out.
    """
    if target.suffix.lower() == ".qdc":
        count = write_book(study, target)
        study.store.log("export", file=str(target), rows=count)
        return Exported(str(target), count, 0, 0, 0)
    notes: tuple[str, ...] = ()
    if target.suffix.lower() == ".qdpx":
        people, machine = write_study(study, view, target, choice, besides=besides)
    else:
        m = without_sentences(material(study, view), besides)
        people, machine, notes = write_documents(project_of(m, choice), target)
        study.store.log("export", file=str(target), rows=people + machine)
    withheld = len(view.withheld) if machine else 0
    return Exported(
        str(target), people + machine, people, machine, withheld, (*told(study), *notes)
    )


def _target(out: Path | None, exports: Path, form: str) -> Path:
    if form == "datasets":
        return folder_target(out, exports / "codes-dataset", sign="dataset_info.json")
    if form == "docx" and (out is None or out.suffix.lower() != ".docx"):
        return folder_target(out, exports / "codes-word", sign=SIGN)
    return file_target(out, exports / f"codes.{form}", suffixes=(f".{form}",))
