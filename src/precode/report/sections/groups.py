"""Who says what, by participant group."""

from __future__ import annotations

from collections.abc import Iterator

from precode.report.document import Block, Section, Table
from precode.report.grid import Form
from precode.report.sections.phrases import Numbers, note, strong, words
from precode.report.tables.groups import DRAWS, FEWEST
from precode.report.tables.make import Tables
from precode.report.writing import count


def groups(number: Numbers, t: Tables) -> Section:
    return Section("groups", "By participant group", tuple(_blocks(number, t)))


def _blocks(number: Numbers, t: Tables) -> Iterator[Block]:
    yield words(
        "Each cell reads ", strong("people mentioning / people of the group"),
        ", then in brackets the number of ", strong("excerpts"),
        " they speak, and below it the share of people with its 95 % interval. People’s codes only, "
        "and only people in sources that coders have read, in whole or in part; “n = 8 of 12” says "
        "that four more were not read.",
    )  # fmt: skip
    yield words(
        strong("Where to look, not what is so."),
        " Participants were not drawn at random, and with many codes and groups some differences "
        f"stand out by chance alone. Groups of fewer than {FEWEST} people get no share: so few say "
        "nothing of others. A group in which nobody mentions a code may not have been asked.",
    )
    for grid in t.groups:
        yield Table(next(number.table), grid.caption, grid, "beside")
    if t.rates:
        yield Table(next(number.table), "Excerpts by words spoken", t.rates, "beside")
    yield note(
        "Intervals of shares: Wilson’s, on the number of people divided by the design effect where "
        "people were interviewed together (Rao & Scott 1992, doi 10.2307/2532311; Dean & Pagano "
        "2015, doi 10.1093/jssam/smv024)."
    )
    forms = {c.form for g in t.groups for c in g.columns}
    if Form.POINTS in forms:
        yield note(
            "Differences are in percentage points, with Newcombe’s interval (1998, method 10); where "
            "both groups sat in the same focus groups it is too wide rather than too narrow."
        )
    if Form.CHANCE in forms:
        yield note(
            "p: how often groups dealt by lot differ as much (permutation test, "
            f"{count(DRAWS)} draws; people change places within their focus group, and interviewees "
            "among themselves), corrected by Holm’s method over every line of all tables of this "
            "section. A large p does not show that groups are alike. “No test”: all of one group "
            "say the same, or no two people of different groups may change places."
        )
    if t.skipped:
        skipped = "; ".join(f"{names} ({why})" for names, why in t.skipped)
        yield note(f"Without a table of their own: {skipped}.")
