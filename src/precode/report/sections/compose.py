"""The report as a document: its sections, in order."""

from __future__ import annotations

from precode.report.document import Document, Figures, Part, Section, Words
from precode.report.sections import (
    coders,
    findings,
    groups,
    machine,
    matrix,
    methods,
    quotes,
    themes,
    wheel,
)
from precode.report.sections.phrases import Numbers, strong, tables, words
from precode.report.tables.make import Tables
from precode.report.writing import day


def _left_out(t: Tables) -> tuple[Words, ...]:
    """What is in no table of the report although people have coded it."""
    if not t.left_out:
        return ()
    why = f" {'; '.join(t.left_out)}. No table or figure of this report counts them as read."
    return (Words((strong("Not the whole:"), Part(why)), care=True),)


def document(t: Tables) -> Document:
    """The report on ``t``, in order; tables and figures are numbered from 1 through all sections."""
    number = Numbers()
    return Document(
        title=t.title,
        kicker="Coding report",
        lead=words("What helps and what hinders ", strong(t.behaviour)),
        about=(
            ("Codebook", t.codebook),
            ("Coded by", ", ".join(t.coders) or "nobody yet"),
            ("Pre-coded by", f"model {t.model} (machine)" if t.model else "no machine"),
            ("Made", f"{day(t.made_at)}, precode {t.version}"),
        ),
        sections=(
            Section(
                "glance",
                "The study at a glance",
                (Figures(t.figures), *_left_out(t), *tables(number, t.glance)),
            ),
            findings.findings(number, t),
            *themes.themes(number, t),
            quotes.quotes(number, t),
            matrix.matrix(number, t),
            groups.groups(number, t),
            *machine.corrected(number, t),
            machine.machine(number, t),
            coders.agreement(number, t),
            coders.suggestions(number, t),
            *wheel.wheel(number, t),
            methods.provenance(number, t),
            methods.methods(number, t),
        ),
        footer=f"Made by precode {t.version} on the researcher’s own computer. "
        "This file loads nothing and sends nothing.",
        subject=t.behaviour,
        made_at=t.made_at,
        version=t.version,
    )
