"""``report``: the findings, scores and methods, as a web page, a Word document or a workbook."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from precode.codebook import plain
from precode.errors import TooLittleError, UsageError
from precode.report.charts.drawing import keep_fonts_in
from precode.report.document import Document
from precode.report.identifiers.mask import mask, told_of_masks
from precode.report.identifiers.scan import Lexicon, scan
from precode.report.renderers.excel import write_excel
from precode.report.renderers.html import write_html
from precode.report.renderers.word import write_word
from precode.report.sections.compose import document
from precode.report.tables.make import make_tables
from precode.steps.learnt.embedding import machine_cache
from precode.steps.opening import open_study
from precode.steps.reporting.identifiers import masker_of, write_list
from precode.steps.reporting.view import view_of
from precode.steps.reporting.wanted import wanted_of
from precode.steps.target import file_target
from precode.steps.together.rounds import told

FORMATS: dict[str, Callable[[Document, Path], Path]] = {
    "html": write_html,
    "docx": write_word,
    "xlsx": write_excel,
}


@dataclass(frozen=True, slots=True)
class Reported:
    """The files that were written, ``file`` the first of them, and what they hold; ``notes`` say
    what is left out. ``masked`` lists the ``identifiers`` that were masked: to be kept apart.
    """

    file: str
    files: tuple[str, ...]
    transcripts: int
    coders: tuple[str, ...]
    machine: bool
    notes: tuple[str, ...] = ()
    masked: str = ""
    identifiers: int = 0


def report(
    path: Path,
    *,
    forms: Sequence[str] = (),
    out: Path | None = None,
    quotes: int = 3,
    attribution: tuple[str, ...] = (),
    matrix_by: str = "",
    sort: Sequence[str] = (),
    where: Sequence[str] = (),
    table_by: str = "",
    tests: bool = False,
    anonymise: bool = False,
    keep: Sequence[str] = (),
) -> Reported:
    """Write the report of the study at ``path`` in each of ``forms`` (default: as ``out`` ends,
    else html) to ``out``, a file or a folder (default: ``reports/report.<form>``).

    ``attribution`` names the attributes printed after a quote, in order. ``matrix_by``, ``sort`` and
    ``where`` shape the framework matrix, ``table_by`` the tables of people (:mod:`.wanted`);
    ``tests`` adds permutation tests between groups, drawn from the study's seed. With ``anonymise``,
    what looks like an identifier in participants' words is masked, but for the words ``keep``, and
    listed in a file of its own beside the report. Raises
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
        asked = wanted_of(view, matrix_by=matrix_by, sort=sort, where=where, table_by=table_by)
        rng = np.random.default_rng(study.settings.train.seed) if tests else None
        tables = make_tables(
            view, quotes_each=quotes, attribution=attribution or None, wanted=asked, rng=rng
        )
        keep_fonts_in(machine_cache())
        made, masked = document(tables), None
        notes: tuple[str, ...] = ()
        if anonymise:
            masker = masker_of(view, keep)
            made = told_of_masks(mask(made, masker), masker.counts)
            masked = targets[0].with_name(f"{targets[0].stem}-masked.csv")
            write_list(masker.found, masked)
            notes += _named_by_the_team(view.title, view.behaviour, lexicon=masker.lexicon)
        files = tuple(
            str(FORMATS[form](made, target)) for form, target in zip(wanted, targets, strict=True)
        )
        study.store.log("report", file=", ".join(files))
        return Reported(
            files[0], files, len(view.transcripts), view.coders, view.machine is not None,
            (*told(study), *notes), "" if masked is None else str(masked), len(masker.found) if anonymise else 0,
        )  # fmt: skip


def _named_by_the_team(*texts: str, lexicon: Lexicon) -> tuple[str, ...]:
    """A word on names in the study's title and behaviour, which stand as they were typed."""
    found = dict.fromkeys(f.text for text in texts for f in scan(text, lexicon))
    if not found:
        return ()
    return (
        "the title and the behaviour stand as you wrote them, and hold what looks like a name: "
        f"{', '.join(found)}; both are changed in precode.toml",
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
