"""The table a COM-B paper needs: domains and codes × barriers | facilitators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from precode.domain import Polarity
from precode.report.grid import Mentions, PreCodes
from precode.report.tables.excerpts import Excerpt, Key, PreCoded, find_excerpts
from precode.report.tables.index import Index, Person

UNVERIFIED = "unverified pre-codes"
NOT_MODELLED = "not modelled: too few examples"
BOTH_WAYS = "both ways"

HEADINGS: dict[Polarity, str] = {
    Polarity.BARRIER: "Barriers",
    Polarity.FACILITATOR: "Facilitators",
    Polarity.BOTH: "Both",
    Polarity.UNCLEAR: "Unclear",
    Polarity.NONE: "Without polarity",
}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One code, a domain (``code`` is empty), or all codes together (``domain`` empty too).

    ``human`` and ``machine`` have one entry for each of the table's polarities; ``machine`` is None
    for a code that was not modelled, and where nothing was pre-coded. ``discord`` is True where
    the code is a barrier to some and a facilitator to others (or both at once);
    ``discordant_people`` say both themselves.
    """

    domain: str
    code: str
    label: str
    human: tuple[Mentions, ...]
    machine: tuple[PreCodes, ...] | None
    discord: bool
    discordant_people: int

    @property
    def kind(self) -> str:
        """code, domain or total."""
        return "code" if self.code else "domain" if self.domain else "total"

    @property
    def who_says_both(self) -> str:
        """ "2 people say both", or nothing."""
        n = self.discordant_people
        return f"{n} {'person says' if n == 1 else 'people say'} both" if n else ""


@dataclass(frozen=True, slots=True)
class Findings:
    """``most`` is the largest number of human excerpts of any single code and polarity.

    ``people`` and ``sources`` were read by coders, in whole or in part: the base of every count.
    ``undirected`` are codes that are neither barriers nor facilitators, whatever they count.
    """

    polarities: tuple[Polarity, ...]
    rows: tuple[FindingRow, ...]
    people: int
    sources: int
    most: int
    has_machine: bool
    undirected: frozenset[str] = frozenset()

    @property
    def two_way(self) -> bool:
        """Whether barriers and facilitators are told apart at all."""
        return Polarity.BARRIER in self.polarities

    @property
    def machine_columns(self) -> tuple[int, ...]:
        """Which polarities the machine's columns show: the usual two, and any it gave."""
        usual = (Polarity.BARRIER, Polarity.FACILITATOR)
        used = {
            i
            for row in self.rows
            for i, pre in enumerate(row.machine or ())
            if pre.accepted.excerpts or pre.to_review.excerpts
        }
        return tuple(i for i, p in enumerate(self.polarities) if p in usual or i in used) or (0,)

    @property
    def bundles(self) -> tuple[tuple[str, tuple[FindingRow, ...]], ...]:
        """Rows by domain, in order."""
        return tuple((d, tuple(rows)) for d, rows in groupby(self.rows, key=lambda r: r.domain))


def shown_polarities(
    index: Index, human: Iterable[Key], pre: PreCoded | None
) -> tuple[Polarity, ...]:
    """The columns: those the codebook's codes call for, and any others that occur."""
    present = {polarity for _, polarity in human}
    if pre:
        present |= {polarity for _, polarity in (*pre.accepted, *pre.to_review)}
    for leaf in index.view.codebook.leaves:
        present |= {Polarity.BARRIER, Polarity.FACILITATOR} if leaf.polarity else {Polarity.NONE}
    return tuple(p for p in HEADINGS if p in present)


def findings(
    index: Index, human: Mapping[Key, tuple[Excerpt, ...]], pre: PreCoded | None
) -> Findings:
    """Counts for every code; for every domain or sub-domain of two codes or more; and for all codes
    together.

    A domain's excerpts are found anew from its codes' sentences, so they may be fewer than the sum
    of its codes' excerpts: a passage with two of its codes counts once.
    """
    shown = shown_polarities(index, human, pre)
    given = _given(index)

    def row(domain: str, code: str, label: str, codes: tuple[str, ...]) -> FindingRow:
        found = {
            p: human.get((code, p), ())
            if code
            else find_excerpts(index, [pair for c in codes for pair in given.get((c, p), ())])
            for p in shown
        }
        modelled = pre is not None and any(c in pre.modelled for c in codes)
        return FindingRow(
            domain=domain,
            code=code,
            label=label,
            human=tuple(_mentions(found[p]) for p in shown),
            machine=tuple(_pre_codes(index, pre, codes, p) for p in shown)
            if pre and modelled
            else None,
            discord=_discord(found),
            discordant_people=len(_say_both(found)),
        )

    rows: list[FindingRow] = []
    for branch in index.branches:
        if branch.domain and len(branch.beneath) > 1:
            rows.append(row(branch.domain, "", branch.domain, branch.beneath))
        for code, label in branch.codes:
            rows.append(row(branch.domain, code, label, (code,)))
    most = max((m.excerpts for r in rows if r.code for m in r.human), default=0)
    every = tuple(code for branch in index.branches for code, _ in branch.codes)
    if len(every) > 1:
        rows.append(row("", "", "Any code", every))
    return Findings(
        shown, tuple(rows), len(index.read_people), len(index.coded_in), most, pre is not None,
        frozenset(c.id for c in index.view.codebook.codes if not c.polarity),
    )  # fmt: skip


def _given(index: Index) -> dict[Key, list[tuple[str, str]]]:
    given: dict[Key, list[tuple[str, str]]] = {}
    for c in index.view.human.codings:
        given.setdefault((c.code, c.polarity), []).append((c.sentence_id, c.coder))
    return given


def people_of(excerpts: Iterable[Excerpt]) -> set[Person]:
    """The participants who speak ``excerpts``."""
    return {e.person for e in excerpts if e.person is not None}


def _mentions(excerpts: tuple[Excerpt, ...]) -> Mentions:
    return Mentions(len(excerpts), len(people_of(excerpts)))


def _pre_codes(index: Index, pre: PreCoded, codes: tuple[str, ...], p: Polarity) -> PreCodes:
    def together(side: Mapping[Key, tuple[Excerpt, ...]]) -> Mentions:
        if len(codes) == 1:
            return _mentions(side.get((codes[0], p), ()))
        ids = {s for c in codes for e in side.get((c, p), ()) for s in e.sentence_ids}
        return _mentions(find_excerpts(index, [(s, "machine") for s in ids]))

    return PreCodes(together(pre.accepted), together(pre.to_review))


def _say_both(found: Mapping[Polarity, tuple[Excerpt, ...]]) -> set[Person]:
    hinders = people_of(found.get(Polarity.BARRIER, ()))
    helps = people_of(found.get(Polarity.FACILITATOR, ()))
    return (hinders & helps) | people_of(found.get(Polarity.BOTH, ()))


def _discord(found: Mapping[Polarity, tuple[Excerpt, ...]]) -> bool:
    one_way = bool(found.get(Polarity.BARRIER)) and bool(found.get(Polarity.FACILITATOR))
    return one_way or bool(found.get(Polarity.BOTH))
