"""``report``: the findings, the scores and the methods, as one self-contained page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from precode.codebook import plain
from precode.errors import TooLittleError, UsageError
from precode.report.html import write_html
from precode.report.tables import make_tables
from precode.steps.opening import open_study
from precode.steps.target import file_target
from precode.steps.view import view_of


@dataclass(frozen=True, slots=True)
class Reported:
    """The file that was written, and what it holds."""

    file: str
    transcripts: int
    coders: tuple[str, ...]
    machine: bool


def report(
    path: Path, *, out: Path | None = None, quotes: int = 3, attribution: tuple[str, ...] = ()
) -> Reported:
    """Write the report of the study at ``path`` to ``out`` (default: ``reports/report.html``).

    ``attribution`` names the attributes printed after a quote, in order.
    """
    with open_study(path, verb="report", write=True) as study:
        target = file_target(out, study.folder.reports / "report.html", suffixes=(".html", ".htm"))
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
        file = write_html(tables, target)
        study.store.log("report", file=str(file))
        return Reported(str(file), len(view.transcripts), view.coders, view.machine is not None)
