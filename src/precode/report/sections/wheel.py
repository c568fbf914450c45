"""From barriers to intervention functions: what the Behaviour Change Wheel links."""

from __future__ import annotations

from precode.report.document import Section
from precode.report.sections.phrases import Numbers, strong, tables, words
from precode.report.tables.make import Tables


def wheel(number: Numbers, t: Tables) -> tuple[Section, ...]:
    """The section, where there is something to say in it."""
    if t.wheel is None:
        return ()
    return (
        Section(
            "wheel",
            "From barriers to interventions",
            (
                words(
                    "For each code that people gave as a barrier, the intervention functions that "
                    "published tables of the Behaviour Change Wheel link with it: ",
                    strong("functions to consider"),
                    ", not advice. Machine pre-codes are in none of these counts.",
                ),
                *tables(number, [t.wheel]),
            ),
        ),
    )
