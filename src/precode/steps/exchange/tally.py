"""How the excerpts of an import were found: the table that ``codes`` ends in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from precode.domain import Match, Placement


@dataclass(frozen=True, slots=True)
class Tally:
    """How one coder's excerpts were found. ``excerpts`` counts rows times codes. ``code`` is empty
    where all codes are meant.
    """

    coder: str
    excerpts: int
    exact: int
    normalised: int
    fuzzy: int
    ambiguous: int
    not_found: int
    code: str = ""


def by_coder(placements: Sequence[Placement]) -> tuple[Tally, ...]:
    """One for each coder, by name."""
    return _tallies(placements, lambda p: (p.excerpt.coder, ""))


def by_code(placements: Sequence[Placement], codes: Sequence[str]) -> tuple[Tally, ...]:
    """One for each coder and code; codes in the order of ``codes``."""
    order = {code: i for i, code in enumerate(codes)}
    found = _tallies(placements, lambda p: (p.excerpt.coder, p.excerpt.code))
    return tuple(sorted(found, key=lambda t: (t.coder, order.get(t.code, len(order)))))


def _tallies(
    placements: Sequence[Placement], key: Callable[[Placement], tuple[str, str]]
) -> tuple[Tally, ...]:
    counts: dict[tuple[str, str], Counter[Match]] = {}
    for p in placements:
        counts.setdefault(key(p), Counter())[p.match] += 1
    return tuple(
        Tally(
            coder,
            n.total(),
            n[Match.EXACT],
            n[Match.NORMALISED],
            n[Match.FUZZY],
            n[Match.AMBIGUOUS],
            n[Match.NOT_FOUND] + n[Match.UNCONFIRMED],
            code,
        )
        for (coder, code), n in sorted(counts.items())
    )
