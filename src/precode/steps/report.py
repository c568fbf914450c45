"""``report``: the findings, scores and methods, as a web page, a Word document or a workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from precode.codebook import plain
from precode.errors import TooLittleError, UsageError
from precode.report.excel import write_excel
from precode.report.html import write_html
from precode.report.tables import Tables, make_tables
from precode.report.word import write_word
from precode.steps.opening import open_study
from precode.steps.target import file_target
from precode.steps.view import view_of

FORMATS: dict[str, Callable[[Tables, Path], Path]] = {
    "html": write_html,
    "docx": write_word,
    "xlsx": write_excel,
}


@dataclass(frozen=True, slots=True)
class Reported:
    """The files that were written, ``file`` the first of them, and what they hold."""

    file: str
    files: tuple[str, ...]
    transcripts: int
    coders: tuple[str, ...]
    machine: bool


def report(
    path: Path,
    *,
    forms: Sequence[str] = (),
    out: Path | None = None,
    quotes: int = 3,
    attribution: tuple[str, ...] = (),
) -> Reported:
    """Write the report of the study at ``path`` in each of ``forms`` (default: as ``out`` ends,
    else html) to ``out``, a file or a folder (default: ``reports/report.<form>``).

    ``attribution`` names the attributes printed after a quote, in order. Raises
    :class:`UsageError` for a form, name or attribute that is not known, and
    :class:`TooLittleError` for a study without transcripts.
    """
    wanted = _forms(forms, out)
    with open_study(path, verb="report", write=True) as study:
        targets = _targets(wanted, out, study.folder.reports, chosen=bool(forms))
        view = view_of(study)
        if not view.transcripts:
            raise TooLittleError(
                "the study is empty: there is nothing to report", mend="precode add FILES"
            )
        known = sorted({name for p in view.participants for name in p.attributes})
        unknown = [a for a in attribution if plain(a) not in {plain(name) for name in known}]
        if unknown:
            raise UsageError(
                f"no participant has the attribute {', '.join(map(repr, unknown))}",
                mend=f"attributes: {', '.join(known) or 'none yet: precode add --attributes TABLE'}",
            )
        tables = make_tables(view, quotes_each=quotes, attribution=attribution or None)
        files = tuple(
            str(FORMATS[form](tables, target)) for form, target in zip(wanted, targets, strict=True)
        )
        study.store.log("report", file=", ".join(files))
        return Reported(
            files[0], files, len(view.transcripts), view.coders, view.machine is not None
        )


def _forms(forms: Sequence[str], out: Path | None) -> tuple[str, ...]:
    """Each once, in the order asked for."""
    wanted = tuple(dict.fromkeys(form.strip().lower() for form in forms if form.strip()))
    for form in wanted:
        if form not in FORMATS:
            raise UsageError(f"--format {form} is not known", mend=f"formats: {', '.join(FORMATS)}")
    if len(wanted) > 1 and out is not None and not out.is_dir():
        raise UsageError(
            f"--out {out} is one file, and the formats are {len(wanted)}",
            mend="name a folder that is there, or leave --out away",
        )
    suffix = out.suffix.lower().removeprefix(".") if out else ""
    return wanted or (suffix if suffix in FORMATS else "html",)


def _targets(
    forms: Sequence[str], out: Path | None, reports: Path, *, chosen: bool
) -> tuple[Path, ...]:
    def endings(form: str) -> tuple[str, ...]:
        mine = (".html", ".htm") if form == "html" else (f".{form}",)
        return mine if chosen else (*mine, *(f".{f}" for f in FORMATS if f != form))

    return tuple(file_target(out, reports / f"report.{f}", suffixes=endings(f)) for f in forms)
