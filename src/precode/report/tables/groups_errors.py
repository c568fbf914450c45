"""Whether the machine errs more on some participants than on others, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from precode.report.evidence import GroupErrors
from precode.report.grid import Column, Form, Grid, Row, title
from precode.report.tables.glance import natural_order

ALPHA = 0.05
NO_DIFFERENCE = "no difference shown"
DIFFERENCE = "errors differ"


def group_errors(found: Sequence[GroupErrors]) -> Grid | None:
    """A row for each group, and one for each attribute with the test; None without any."""
    if not found:
        return None
    rows: list[Row] = []
    for g in found:
        name = title(g.attribute)
        each = {r.group: r for r in g.rows}
        for group in natural_order(dict.fromkeys(each)):
            r = each[group]
            size = (r.sources, r.people, r.sentences)
            rows.append(Row((r.group, *size, r.error, r.missed, r.wrong, None), name))
        said = f"All groups: {DIFFERENCE if g.corrected < ALPHA else NO_DIFFERENCE}"
        rows.append(Row((said, *[None] * 6, g.corrected), name))
    columns = (
        Column("Group"),
        Column("Sources", Form.COUNT),
        Column("People", Form.COUNT),
        Column("Sentences", Form.COUNT),
        Column("Any code wrong", Form.SCORE, "share of sentences"),
        Column("Missed", Form.SCORE, "share of people’s codes"),
        Column("Given wrongly", Form.SCORE, "share of the machine’s codes"),
        Column("p", Form.CHANCE, "corrected"),
    )
    notes = (
        "On transcripts the machine had not learned from. In brackets, 95% intervals over "
        "transcripts; none with fewer than five. Groups of one are left out. Sentences without a "
        "speaker, as in field notes, count among people as one.",
        "p: how often the shares of sentences with any code wrong would lie as far apart by chance, "
        "by a permutation test in which whole participants (whole sources, where all in a source "
        "are of one group) change groups, with Holm’s correction for the "
        f"{len(found)} tests. “{NO_DIFFERENCE.capitalize()}” is no proof that there is none: with "
        "so few people, only large differences show. Groups that say more that can be coded are "
        "also harder, so a difference need not lie in how they speak.",
    )
    caption = "Errors of the machine by participant group"
    return Grid("group-errors", caption, columns, tuple(rows), notes, groups="Attribute")
