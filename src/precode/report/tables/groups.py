"""Who says what: counts and shares by participant group, and by kind of source. People's codes only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from precode.domain import Kind, Polarity
from precode.report.grid import Cell, Column, Form, Grid, Row, Tally, plain_name, title
from precode.report.score import Score
from precode.report.tables.excerpts import Excerpt, Key
from precode.report.tables.findings import people_of
from precode.report.tables.glance import MISSING, natural_order
from precode.report.tables.index import Index, Person
from precode.report.tables.proportions import (
    FEWEST_CLUSTERS,
    UTMOST,
    Floats,
    Ints,
    difference,
    effective,
    holm,
    intraclass,
    permutation,
    wilson,
)

SINGULAR = {
    Polarity.BARRIER: "Barrier",
    Polarity.FACILITATOR: "Facilitator",
    Polarity.BOTH: "Both",
    Polarity.UNCLEAR: "Unclear",
    Polarity.NONE: "Mentioned",
}
_SAID = Column("As")
_TWO_WAYS = (Polarity.BARRIER, Polarity.FACILITATOR)
# Of fewer people a share says nothing: its interval takes up most of what there is.
FEWEST = 5
DRAWS = 9_999
NOT_TESTABLE = "no test"

Lines = list[tuple[str, Polarity, tuple[Excerpt, ...]]]  # label, polarity, excerpts


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """The people of sources that coders have read, as arrays in one order.

    ``said`` (people, lines) is 1.0 where the person speaks an excerpt of the line; ``clusters``
    (people,) numbers their transcripts. ``rho`` is the intraclass correlation of mentioning within
    focus groups, None where there are too few of them to tell.
    """

    order: Mapping[Person, int]
    said: Floats
    clusters: Ints
    rho: float | None

    @property
    def clustered(self) -> bool:
        """Whether any two of them were interviewed together."""
        return bool((np.bincount(self.clusters) > 1).any())


def read_people(index: Index, lines: Lines) -> People:
    """What each person says of each of ``lines``."""
    order = {person: i for i, person in enumerate(index.read_people)}
    numbers: dict[str, int] = {}
    clusters = np.array([numbers.setdefault(p[0], len(numbers)) for p in order], dtype=np.int64)
    said = np.zeros((len(order), len(lines)))
    for column, (_, _, excerpts) in enumerate(lines):
        said[[order[p] for p in people_of(excerpts) if p in order], column] = 1.0
    return People(order, said, clusters, intraclass(said, clusters) if order else None)


def by_group(
    index: Index,
    human: Mapping[Key, tuple[Excerpt, ...]],
    shown: Sequence[Polarity],
    *,
    most_values: int = 8,
    rng: np.random.Generator | None = None,
) -> tuple[Grid, ...]:
    """A table for the kind of source, then one for each attribute with 2 to ``most_values`` values
    most of which more than one person has: a group of one is a person, not a group.

    Cells are people mentioning / people of the group in sources that coders have read, excerpts
    they speak, and their share with its interval. Two groups get their difference; with ``rng``
    all get a permutation test, corrected over every line of every table.
    """
    lines = lines_of(index, human, shown)
    people = read_people(index, lines)
    grids = [_by_kind(index, lines, people)]
    names = grouping(index, most_values=most_values)
    chances = _chances(index, names, people, rng) if rng is not None else {}
    for number, name in enumerate(index.attributes, 1):
        if name not in names:
            continue
        values = _groups(index, name)
        everyone = Counter(said.get(name, "") for said in index.people.values())
        members: dict[str, list[Person]] = {v: [] for v in natural_order(values)}
        for person in people.order:  # a missing value is "", and stands last
            members.setdefault(index.people[person].get(name, ""), []).append(person)
        columns = [
            Column(v or MISSING, Form.TALLY, _detail(len(m), everyone[v]))
            for v, m in members.items()
        ]
        told = [_tallies(people, lines, m) for m in members.values()]
        cells: list[list[Cell]] = [list(line) for line in zip(*told, strict=True)]
        known = [t for t, v in zip(told, members, strict=True) if v]
        if len(known) == 2:
            first, second = natural_order(values)
            columns.append(Column("Difference", Form.POINTS, f"{first} less {second}, points"))
            for cell, one, other in zip(cells, *known, strict=True):
                cell.append(_difference(one, other))
        if rng is not None:
            columns.append(Column("p", Form.CHANCE, "Holm"))
            for cell, chance in zip(cells, chances[name], strict=True):
                cell.append(chance)
        rows = tuple(
            Row((SINGULAR[p], *cell), label)
            for (label, p, _), cell in zip(lines, cells, strict=True)
        )
        caption = f"By {plain_name(name)}"
        grids.append(Grid(f"by-{number}", caption, (_SAID, *columns), rows, groups="Code"))
    return tuple(grids)


def _tallies(people: People, lines: Lines, members: Sequence[Person]) -> list[Tally]:
    """The cells of one group, line by line."""
    mine = [people.order[p] for p in members]
    group = set(members)
    n = len(mine)
    worth = effective(_renumbered(people.clusters[mine]), _rho(people)) if n else 0.0
    said = people.said[mine].sum(axis=0) if n else np.zeros(len(lines))
    out = []
    for (_, _, excerpts), count in zip(lines, said, strict=True):
        share = wilson(float(count) / n, worth) if n >= FEWEST else None
        out.append(Tally(int(count), n, sum(e.person in group for e in excerpts), share))
    return out


def _rho(people: People) -> float:
    return UTMOST if people.rho is None else people.rho


def _renumbered(clusters: Ints) -> Ints:
    return np.unique(clusters, return_inverse=True)[1]


def _difference(one: Tally, other: Tally) -> Score:
    if isinstance(one.share, tuple) and isinstance(other.share, tuple):
        return difference(one.share, other.share)
    return None


def _chances(
    index: Index, names: Sequence[str], people: People, rng: np.random.Generator
) -> dict[str, list[float | str]]:
    """p of every line by attribute, corrected over all lines that anybody mentions, of all tables."""
    raw: dict[str, list[float | None]] = {}
    sizes = np.bincount(people.clusters)
    alone = sizes[people.clusters] == 1
    blocks = np.where(alone, len(sizes), people.clusters)  # interviews are one block
    for name in names:
        values = [index.people[p].get(name, "") for p in people.order]
        kept = np.array([bool(v) for v in values])
        numbers: dict[str, int] = {}
        groups = np.array([numbers.setdefault(v, len(numbers)) for v in values if v])
        said = people.said[kept]
        p = permutation(said, groups, blocks[kept], rng=rng, draws=DRAWS)
        some = (said.min(axis=0) < said.max(axis=0)) if len(said) else np.zeros(said.shape[1])
        raw[name] = [
            float(p[i]) if p is not None and some[i] else None for i in range(said.shape[1])
        ]
    corrected = iter(holm([p for ps in raw.values() for p in ps if p is not None]))
    return {
        name: [NOT_TESTABLE if p is None else next(corrected) for p in ps]
        for name, ps in raw.items()
    }


def grouping(index: Index, *, most_values: int = 8) -> list[str]:
    """The attributes that make groups."""
    return [n for n in index.attributes if not _why_not(_groups(index, n), most_values)]


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


def lines_of(
    index: Index, human: Mapping[Key, tuple[Excerpt, ...]], shown: Sequence[Polarity]
) -> Lines:
    """(label, polarity, excerpts) for every code; unusual polarities only where they occur."""
    leaves = {leaf.id: leaf for leaf in index.view.codebook.leaves}
    lines: Lines = []
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


def _by_kind(index: Index, lines: Lines, people: People) -> Grid:
    kinds = [k for k in Kind if any(index.kind(t) is k for t in index.coded_in)]
    everyone = Counter(index.kind(p[0]) for p in index.people)
    told: list[list[Tally]] = []
    columns: list[Column] = []
    for k in kinds:
        members = [p for p in people.order if index.kind(p[0]) is k]
        if k is Kind.FIELD_NOTES:
            columns.append(Column(title(k), Form.TALLY, "excerpts only"))
            told.append([Tally(0, None, _of_kind(index, es, k)) for _, _, es in lines])
        else:
            columns.append(Column(title(k), Form.TALLY, _detail(len(members), everyone[k])))
            told.append(
                [
                    # excerpts that no participant speaks are of the kind of source all the same
                    replace(tally, excerpts=_of_kind(index, es, k))
                    for tally, (_, _, es) in zip(
                        _tallies(people, lines, members), lines, strict=True
                    )
                ]
            )
    rows = tuple(
        Row((SINGULAR[p], *cells), label)
        for (label, p, _), *cells in zip(lines, *told, strict=True)
    )
    notes: tuple[str, ...] = ()
    if people.clustered and people.rho is not None:
        notes = (
            "How much the members of one focus group resemble each other in what they mention "
            f"(intraclass correlation, over all codes): {people.rho:.2f}.",
        )
    elif people.clustered:
        notes = (
            f"Fewer than {FEWEST_CLUSTERS} focus groups: how much members of one resemble each other "
            "cannot be told, so for the intervals those of one count as one person.",
        )
    return Grid("by-kind", "By kind of source", (_SAID, *columns), rows, notes, "Code")


def _of_kind(index: Index, excerpts: tuple[Excerpt, ...], kind: Kind) -> int:
    return sum(index.kind(e.transcript_id) is kind for e in excerpts)


def _detail(read: int, everyone: int) -> str:
    return f"n = {read}" if read == everyone else f"n = {read} of {everyone}"
