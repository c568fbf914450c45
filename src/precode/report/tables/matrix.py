"""The framework matrix (Gale et al. 2013, doi 10.1186/1471-2288-13-117): cases × codes, in each cell
the team's own summary, excerpts by polarity, and quotes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from precode.codebook import plain
from precode.domain import Kind, Polarity
from precode.report.grid import plain_name, title
from precode.report.summaries import (
    Summary,
    group_key,
    nobody_key,
    person_key,
    source_key,
)
from precode.report.tables.excerpts import Excerpt, Key
from precode.report.tables.findings import HEADINGS
from precode.report.tables.glance import MISSING, attribute_called, natural_order
from precode.report.tables.index import Index, Person
from precode.report.tables.quotes import Quote, Quoting, described
from precode.report.wanted import PARTICIPANT, SOURCE, Wanted

NOBODY = "No participant"
# A page shows no more rows: what is there is read, not looked up. The workbook has all.
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class MatrixCell:
    """``counts`` has one number for each of the matrix's polarities; ``people`` speak them."""

    counts: tuple[int, ...]
    people: int
    quotes: tuple[Quote, ...]
    summary: Summary | None


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """A case. ``key`` names it for good; ``detail`` are its values of the attributes shown;
    ``values`` those of all the matrix's attributes, "" where unknown or several.
    """

    key: str
    label: str
    detail: str
    values: tuple[str, ...]
    people: int
    cells: tuple[MatrixCell, ...]


@dataclass(frozen=True, slots=True)
class Matrix:
    """``by`` is participant, source, or an attribute; ``codes`` are (code, label, domain).

    ``where`` says in words which people there are; ``unread`` how many more are in sources that
    nobody has read. ``elsewhere`` are summaries that stand in no cell of it, latest ones only.
    """

    by: str
    codes: tuple[tuple[str, str, str], ...]
    polarities: tuple[Polarity, ...]
    attributes: tuple[str, ...]
    rows: tuple[MatrixRow, ...]
    where: str
    unread: int
    elsewhere: tuple[Summary, ...]

    @property
    def cases(self) -> str:
        """What a row is: "participants", "sources", "profession"."""
        return f"{self.by}s" if self.by in (PARTICIPANT, SOURCE) else plain_name(self.by)


@dataclass(frozen=True, slots=True)
class _Case:
    key: str
    label: str
    people: tuple[Person, ...]
    sources: frozenset[str]  # whose excerpts of nobody belong to it


def framework_matrix(
    index: Index,
    human: Mapping[Key, tuple[Excerpt, ...]],
    shown: Sequence[Polarity],
    summaries: Iterable[Summary],
    *,
    by: str = PARTICIPANT,
    wanted: Wanted | None = None,
    quotes_each: int = 1,
    quoting: Quoting | None = None,
) -> Matrix:
    """The matrix of people's codes, with ``quotes_each`` quotes in a cell.

    Rows are people in sources that coders have read, in whole or in part, and what no participant
    speaks; they are ordered by ``wanted.matrix_sort``, then by source and label, groups in natural
    order. Names of attributes must be known to the study (:func:`attribute_called`).
    """
    wanted = wanted or Wanted()
    quoting = quoting or Quoting(index)
    kept = [p for p in index.read_people if _fits(index, p, wanted.matrix_where)]
    cases = _cases(index, by, kept, wanted)
    codes = tuple((c, label, b.domain) for b in index.branches for c, label in b.codes)
    found: dict[tuple[str, Polarity], dict[object, list[Excerpt]]] = {}
    for key, every in human.items():
        mine = found.setdefault(key, {})
        for e in every:
            mine.setdefault(e.person or e.transcript_id, []).append(e)
    standing = {(s.row, s.code): s for s in summaries}
    sort = [attribute_called(index, n) for n in wanted.matrix_sort]
    quoted: Counter[tuple[str, str]] = Counter()
    rows = []
    for case in cases:
        cells = []
        for code, _, _ in codes:
            by_polarity = [
                [
                    e
                    for who in (*case.people, *sorted(case.sources))
                    for e in found.get((code, p), {}).get(who, ())
                ]
                for p in shown
            ]
            excerpts = [e for es in by_polarity for e in es]
            cells.append(
                MatrixCell(
                    tuple(map(len, by_polarity)),
                    len({e.person for e in excerpts if e.person}),
                    quoting.pick(excerpts, quotes_each, quoted) if excerpts else (),
                    standing.pop((case.key, code), None),
                )
            )
        values = tuple(_one(index, case.people, n) for n in index.attributes)
        rows.append(
            MatrixRow(
                case.key, case.label, _detail(index, by, case, sort), values, len(case.people),
                tuple(cells),
            )
        )  # fmt: skip
    return Matrix(
        by=by,
        codes=codes,
        polarities=tuple(shown),
        attributes=index.attributes,
        rows=tuple(rows),
        where=", ".join(f"{plain_name(n)}: {v}" for n, v in wanted.matrix_where),
        unread=len(index.people) - len(index.read_people),
        elsewhere=tuple(standing.values()),
    )


def polarity_name(polarity: Polarity, n: int) -> str:
    """ "barrier" or "barriers", as ``n`` has it."""
    if polarity in (Polarity.BOTH, Polarity.UNCLEAR):
        return "both ways" if polarity is Polarity.BOTH else "unclear"
    return f"{polarity or 'mention'}{'' if n == 1 else 's'}"


def polarity_heading(polarity: Polarity) -> str:
    """ "Barriers", "Mentions"."""
    return HEADINGS[polarity] if polarity else "Mentions"


def _fits(index: Index, person: Person, where: Iterable[tuple[str, str]]) -> bool:
    """Several values of one attribute are alternatives; several attributes must all fit."""
    allowed: dict[str, set[str]] = {}
    for name, value in where:
        allowed.setdefault(attribute_called(index, name), set()).add(plain(value))
    said = index.people[person]
    return all(plain(said.get(name, "")) in values for name, values in allowed.items())


def _cases(index: Index, by: str, kept: Sequence[Person], wanted: Wanted) -> list[_Case]:
    whole = not wanted.matrix_where  # what nobody speaks fits no value of an attribute
    silent = _silent(index) if whole else {}
    rank = {t.id: i for i, t in enumerate(index.view.transcripts)}

    if by == PARTICIPANT:
        ordered = sorted(kept, key=lambda p: (rank[p[0]], natural_order_key(p[1])))
        cases = [
            _Case(person_key(*p), index.cited[p], (p,), frozenset())
            for p in _sorted(index, ordered, wanted.matrix_sort)
        ]
        return cases + [
            _Case(source_key(t), f"{index.names[t]}, {what}", (), frozenset([t]))
            for t, what in silent.items()
        ]
    if by == SOURCE:
        members: dict[str, list[Person]] = {}
        for p in _sorted(index, sorted(kept, key=lambda p: rank[p[0]]), wanted.matrix_sort):
            members.setdefault(p[0], []).append(p)
        for t in silent:
            members.setdefault(t, [])
        return [
            _Case(source_key(t), index.names[t], tuple(ps), frozenset([t] if whole else []))
            for t, ps in members.items()
        ]
    name = attribute_called(index, by)
    groups: dict[str, list[Person]] = {}
    for p in kept:
        groups.setdefault(index.people[p].get(name, ""), []).append(p)
    cases = [
        _Case(group_key(name, v), v or MISSING, tuple(groups[v]), frozenset())
        for v in [*natural_order(v for v in groups if v), *([""] if "" in groups else [])]
    ]
    if silent:
        cases.append(_Case(nobody_key(name), NOBODY, (), frozenset(silent)))
    return cases


def _silent(index: Index) -> dict[str, str]:
    """Transcripts with codes on what no participant speaks, and what that is."""
    found: dict[str, str] = {}
    for c in index.view.human.codings:
        s = index.sentence(c.sentence_id)
        if index.person(s) is None:
            notes = index.kind(s.transcript_id) is Kind.FIELD_NOTES
            found[s.transcript_id] = str(Kind.FIELD_NOTES) if notes else "not a participant"
    return {t.id: found[t.id] for t in index.view.transcripts if t.id in found}


def _sorted(index: Index, people: Sequence[Person], names: Sequence[str]) -> list[Person]:
    """By each attribute in turn, missing values last; otherwise as they come."""
    out = list(people)
    for name in reversed([attribute_called(index, n) for n in names]):
        values = {index.people[p].get(name, "") for p in out}
        place = {v: i for i, v in enumerate([*natural_order(v for v in values if v), ""])}
        out.sort(key=lambda p, n=name, at=place: at[index.people[p].get(n, "")])  # type: ignore[misc]
    return out


def natural_order_key(label: str) -> tuple[int, str]:
    """ "P2" before "P10"."""
    digits = "".join(c for c in label if c.isdecimal())
    return int(digits[:15] or 0), label


def _one(index: Index, people: Sequence[Person], name: str) -> str:
    """The value that all of ``people`` share; "" where they do not."""
    values = {index.people[p].get(name, "") for p in people}
    return values.pop() if len(values) == 1 else ""


def _detail(index: Index, by: str, case: _Case, sort: Sequence[str]) -> str:
    n = len(case.people)
    if by == PARTICIPANT:
        if not case.people:
            return ""
        (person,) = case.people
        if not sort:
            return ", ".join(described(index, person))
        said = index.people[person]
        return ", ".join(said.get(name, "") or f"{plain_name(name)} missing" for name in sort)
    return f"{n} {'person' if n == 1 else 'people'}" if n else ""


def heading_of(matrix: Matrix) -> str:
    """What the first column holds: "Participant", "Source", "Profession"."""
    return title(matrix.by)
