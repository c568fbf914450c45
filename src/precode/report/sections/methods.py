"""Where the codes come from, and how."""

from __future__ import annotations

from precode.report.document import Block, Section
from precode.report.sections.phrases import Numbers, strong, tables, words
from precode.report.tables.make import Tables


def provenance(number: Numbers, t: Tables) -> Section:
    found = words("Every coded row that was imported was found in its transcript.")
    return Section(
        "provenance",
        "What is human, what is machine",
        (
            *tables(number, [t.human_machine]),
            *(tables(number, [t.unplaced]) if t.unplaced else (found,)),
        ),
    )


def methods(number: Numbers, t: Tables) -> Section:
    """What a methods section needs: a paragraph to paste, then every fact behind it."""
    said: list[Block] = []
    if t.paragraph:
        said += [
            words(
                strong("A paragraph to paste."),
                " It says what the study’s log holds. What stands in [brackets] is yours to fill "
                "in, and the rest is yours to check.",
            ),
            words(t.paragraph),
        ]
    if t.suggestions:
        said.append(words(strong("Suggestions."), f" {t.suggestions}"))
    return Section("methods", "Methods", (*said, *tables(number, t.methods)))
