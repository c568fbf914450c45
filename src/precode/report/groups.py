"""Who says what: counts by participant group, and by kind of source. People's codes only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from precode.domain import Kind, Polarity
from precode.report.excerpts import Excerpt, Key
from precode.report.findings import people_of
from precode.report.glance import MISSING, natural_order
from precode.report.grid import Column, Form, Grid, Row, Tally, plain_name, title
from precode.report.index import Index, Person

_SINGULAR = {
    Polarity.BARRIER: "Barrier",
    Polarity.FACILITATOR: "Facilitator",
    Polarity.BOTH: "Both",
    Polarity.UNCLEAR: "Unclear",
    Polarity.NONE: "Mentioned",
}
_SAID = Column("As")
_TWO_WAYS = (Polarity.BARRIER, Polarity.FACILITATOR)


def by_group(
    index: Index,
    human: Mapping[Key, tuple[Excerpt, ...]],
    shown: Sequence[Polarity],
    *,
    most_values: int = 8,
) -> tuple[Grid, ...]:
    """A table for the kind of source, then one for each attribute with 2 to ``most_values`` values
    most of which more than one person has: a group of one is a person, not a group.

    Cells are people mentioning / people of the group in sources that coders have read, and
    excerpts they speak.
    """
    grids = [_by_kind(index, human, shown)]
    base = index.read_people
    for number, name in enumerate(index.attributes, 1):
        values = _groups(index, name)
        if _why_not(values, most_values):
            continue
        everyone = Counter(said.get(name, "") for said in index.people.values())
        members: dict[str, set[Person]] = {v: set() for v in natural_order(values)}
        for person in base:  # a missing value is "", and stands last
            members.setdefault(index.people[person].get(name, ""), set()).add(person)
        columns = [
            Column(v or MISSING, Form.TALLY, _detail(len(m), everyone[v]))
            for v, m in members.items()
        ]
        rows = [
            Row((_SINGULAR[p], *(_tally(excerpts, m) for m in members.values())), label)
            for label, p, excerpts in _lines(index, human, shown)
        ]
        grids.append(
            Grid(
                f"by-{number}",
                f"By {plain_name(name)}",
                (_SAID, *columns),
                tuple(rows),
                groups="Code",
            )
        )
    return tuple(grids)


def skipped_attributes(index: Index, *, most_values: int = 8) -> tuple[tuple[str, str], ...]:
    """Attributes that get no table of their own, as (names, reason)."""
    reasons: dict[str, list[str]] = {}
    for name in index.attributes:
        if why := _why_not(_groups(index, name), most_values):
            reasons.setdefault(why, []).append(plain_name(name))
    return tuple((", ".join(names), why) for why, names in reasons.items())


def _groups(index: Index, name: str) -> Counter[str]:
    """People in sources that coders have read, by their value of the attribute ``name``."""
    values = Counter(index.people[p].get(name, "") for p in index.read_people)
    del values[""]
    return values


def _why_not(values: Counter[str], most_values: int) -> str:
    """Why no table is made of these groups; empty if one is."""
    if len(values) <= 1:
        return "only one value" if values else "no values"
    if len(values) > most_values:
        return f"more than {most_values} values"
    if 2 * sum(n == 1 for n in values.values()) > len(values):
        return "mostly groups of one person"
    return ""


def _lines(
    index: Index, human: Mapping[Key, tuple[Excerpt, ...]], shown: Sequence[Polarity]
) -> list[tuple[str, Polarity, tuple[Excerpt, ...]]]:
    """(label, polarity, excerpts) for every code; unusual polarities only where they occur."""
    leaves = {leaf.id: leaf for leaf in index.view.codebook.leaves}
    lines = []
    for branch in index.branches:
        for code, label in branch.codes:
            usual: tuple[Polarity, ...] = ()
            if code in leaves:
                usual = _TWO_WAYS if leaves[code].polarity else (Polarity.NONE,)
            for p in shown:
                excerpts = human.get((code, p), ())
                if excerpts or p in usual:
                    lines.append((label, p, excerpts))
    return lines


def _tally(excerpts: tuple[Excerpt, ...], members: set[Person]) -> Tally:
    mine = [e for e in excerpts if e.person in members]
    return Tally(len(people_of(mine)), len(members), len(mine))


def _by_kind(
    index: Index, human: Mapping[Key, tuple[Excerpt, ...]], shown: Sequence[Polarity]
) -> Grid:
    kinds = [k for k in Kind if any(index.kind(t) is k for t in index.coded_in)]
    base = {k: sum(index.kind(p[0]) is k for p in index.read_people) for k in kinds}
    everyone = {k: sum(index.kind(p[0]) is k for p in index.people) for k in kinds}
    rows = []
    for label, p, excerpts in _lines(index, human, shown):
        cells = []
        for k in kinds:
            mine = [e for e in excerpts if index.kind(e.transcript_id) is k]
            of = None if k is Kind.FIELD_NOTES else base[k]
            cells.append(Tally(len(people_of(mine)), of, len(mine)))
        rows.append(Row((_SINGULAR[p], *cells), label))
    columns = [
        Column(
            title(k),
            Form.TALLY,
            "excerpts only" if k is Kind.FIELD_NOTES else _detail(base[k], everyone[k]),
        )
        for k in kinds
    ]
    return Grid("by-kind", "By kind of source", (_SAID, *columns), tuple(rows), groups="Code")


def _detail(read: int, everyone: int) -> str:
    return f"n = {read}" if read == everyone else f"n = {read} of {everyone}"
