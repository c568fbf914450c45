"""Sub-domains × barriers | facilitators with a team's own themes in the cells, as papers print it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from precode.codebook import Codebook
from precode.domain import Polarity
from precode.report.grid import Column, Grid, Row
from precode.report.tables.excerpts import Excerpt, Key, find_excerpts
from precode.report.tables.findings import people_of
from precode.report.tables.index import AS_SUCH, Index
from precode.report.writing import NOTHING, count, people

_SIDES = {Polarity.BARRIER: "Barriers", Polarity.FACILITATOR: "Facilitators"}
_OTHERS = (Polarity.UNCLEAR, Polarity.NONE)
DISCORD_SIGN = "⇄"
NO_THEME = "No theme"


def has_themes(codebook: Codebook) -> bool:
    """Whether any code stands below a sub-domain: a parent that has a parent itself."""
    parents = {c.id: c.parent for c in codebook.codes}
    return any(parents.get(c.parent) for c in codebook.leaves)


def themes(index: Index, human: Mapping[Key, tuple[Excerpt, ...]]) -> Grid | None:
    """One row a sub-domain, under its domain; in a cell its themes, those with most excerpts first.

    A sub-domain's own line counts all excerpts of its themes and those given to it as such, a
    passage with two of them once. None for a codebook without themes.
    """
    if not has_themes(index.view.codebook):
        return None
    shown = [b for b in index.branches if b.codes]
    others = any(human.get((c, p)) for b in shown for c, _ in b.codes for p in _OTHERS)
    rows = []
    for branch in shown:
        domain, _, name = branch.domain.rpartition(" › ")
        if domain:
            rows.append(Row((name, *_cells(index, human, branch.codes, others)), domain))
        else:  # codes right below a domain, or of none, are sub-domains without themes
            rows += [
                Row((label, *_cells(index, human, ((code, label),), others)), name)
                for code, label in branch.codes
            ]
    groups = dict.fromkeys(r.group for r in rows)
    columns = [Column("Sub-domain"), *(Column(s) for s in _SIDES.values())]
    if others:
        columns.append(Column("Unclear, or without polarity"))
    return Grid(
        "themes",
        f"Themes by sub-domain, as barriers and facilitators of “{index.view.behaviour}”",
        tuple(columns),
        tuple(r for group in groups for r in rows if r.group == group),
        (
            "Excerpts coded by people, and in brackets the people who speak them; themes with most "
            "excerpts come first, those without any on a side are left out there. “All” counts a "
            "passage with two themes of the sub-domain once, and holds what was given to the "
            "sub-domain as such.",
            f"{DISCORD_SIGN} discord: a barrier in some excerpts and a facilitator in others, or "
            "both in one.",
        ),
        groups="Domain",
    )


def _cells(
    index: Index,
    human: Mapping[Key, tuple[Excerpt, ...]],
    codes: Sequence[tuple[str, str]],
    others: bool,
) -> list[str]:
    alone = len(codes) == 1
    cells = []
    for side in _SIDES:
        lines = _lines(human, codes, side, alone=alone)
        if lines and not alone:
            told = _told(_together(index, [c for c, _ in codes], side))
            lines.insert(0, f"All: {told or 0}")
        cells.append("\n".join(lines) or NOTHING)
    if others:
        found = [
            f"{_name(label, alone=alone)}{_told(human[code, p])}{f', {p}' if p else ''}"
            for code, label in codes
            for p in _OTHERS
            if human.get((code, p))
        ]
        cells.append("\n".join(found) or NOTHING)
    return cells


def _name(label: str, *, alone: bool) -> str:
    """What a line begins with; nothing in the row of a sub-domain without themes."""
    if alone:
        return ""
    return f"{NO_THEME if label.endswith(AS_SUCH) else label}: "


def _lines(
    human: Mapping[Key, tuple[Excerpt, ...]],
    codes: Sequence[tuple[str, str]],
    side: Polarity,
    *,
    alone: bool,
) -> list[str]:
    """A line for every code with excerpts on this side or on both at once."""
    found: list[tuple[tuple[bool, int], str]] = []
    for code, label in codes:
        here, both = human.get((code, side), ()), human.get((code, Polarity.BOTH), ())
        if not here and not both:
            continue
        there = all(human.get((code, s)) for s in _SIDES)
        told = [_told(here)] if here else []
        told += [f"{count(len(both))} both at once"] if both else []
        sign = f"\N{NO-BREAK SPACE}{DISCORD_SIGN}" if there or both else ""
        place = (label.endswith(AS_SUCH), -len(here) - len(both))
        found.append((place, f"{_name(label, alone=alone)}{', '.join(told)}{sign}"))
    return [line for _, line in sorted(found, key=lambda f: f[0])]


def _told(excerpts: Sequence[Excerpt]) -> str:
    """ "12 (7 people)"; nothing for none."""
    return f"{count(len(excerpts))} ({people(len(people_of(excerpts)))})" if excerpts else ""


def _together(index: Index, codes: Sequence[str], side: Polarity) -> tuple[Excerpt, ...]:
    wanted = {(code, side) for code in codes}
    return find_excerpts(
        index,
        [
            (c.sentence_id, c.coder)
            for c in index.view.human.codings
            if (c.code, c.polarity) in wanted
        ],
    )
