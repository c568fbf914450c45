"""The table that a paper prints: themes under sub-domains, as barriers and facilitators."""

from __future__ import annotations

from collections.abc import Iterator

from precode.report.document import Section, Table
from precode.report.sections.phrases import Numbers, words
from precode.report.tables.make import Tables


def themes(number: Numbers, t: Tables) -> Iterator[Section]:
    """No section for a codebook without themes."""
    if t.themes:
        lead = words(
            "The codebook’s themes under the sub-domains they belong to; the same numbers, code by "
            "code, stand in the section before."
        )
        table = Table(next(number.table), "Themes by sub-domain", t.themes)
        yield Section("themes", "Themes", (lead, table))
