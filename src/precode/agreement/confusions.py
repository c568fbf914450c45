"""Which codes two coders take for one another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from precode.agreement.units import Given, Readings
from precode.codebook import Codebook
from precode.domain import Polarity

NOTHING = ""

Kind = Literal["codes swapped", "only one coded it", "polarity swapped"]


@dataclass(frozen=True, slots=True)
class Case:
    """One unit on which ``coder`` said the first of a pair and ``other`` the second.

    ``unit`` holds its sentences' ids, ``coder_gave`` and ``other_gave`` everything they gave it.
    """

    unit: tuple[str, ...]
    coder: str
    other: str
    coder_gave: tuple[tuple[str, Polarity], ...]
    other_gave: tuple[tuple[str, Polarity], ...]


@dataclass(frozen=True, slots=True)
class Confusion:
    """A pair that coders swap: two codes, a code and nothing (``second`` is then ""), or the two
    directions of one code (``first`` and ``second`` are then that code, with ``polarities``).

    ``either`` counts the readings of two coders in which at least one gave the first or the second
    (of two codes), or the code; of these ``cases`` went apart in this way.
    """

    kind: Kind
    first: str
    second: str
    polarities: tuple[Polarity, Polarity] | None
    either: int
    cases: tuple[Case, ...]

    @property
    def n(self) -> int:
        """How often."""
        return len(self.cases)


def confusions(readings: Readings, codebook: Codebook) -> tuple[Confusion, ...]:
    """Every pair that two coders have swapped, the most frequent first.

    - *codes swapped*: one gave the first code and not the second, the other the second and not the
      first. A unit with several such pairs counts in each.
    - *only one coded it*: one gave the code, the other read the unit and gave nothing at all.
    - *polarity swapped*: both gave the code, in different directions (barrier, facilitator, both;
      unclear is no direction).
    """
    leaves = codebook.leaf_ids
    cases: dict[tuple[Kind, str, str, tuple[Polarity, Polarity] | None], list[Case]] = {}
    gave: dict[frozenset[str], int] = {}
    for unit, row in zip(readings.units, readings.given, strict=True):
        for (coder, a), (other, b) in combinations(zip(readings.coders, row, strict=True), 2):
            if a is None or b is None:
                continue
            _count(gave, {c for c in leaves if c in a or c in b}, leaves)
            for kind, first, second, sides, turned in _apart(a, b, leaves):
                case = Case(unit, coder, other, _sorted(a), _sorted(b))
                if turned:
                    case = Case(unit, other, coder, _sorted(b), _sorted(a))
                cases.setdefault((kind, first, second, sides), []).append(case)
    out = [
        Confusion(
            kind, first, second, sides, gave[frozenset({first, second} - {NOTHING})], tuple(mine)
        )
        for (kind, first, second, sides), mine in cases.items()
    ]
    return tuple(sorted(out, key=lambda c: (-c.n, leaves.index(c.first), c.kind, c.second)))


def _apart(
    a: Given, b: Given, leaves: Sequence[str]
) -> list[tuple[Kind, str, str, tuple[Polarity, Polarity] | None, bool]]:
    """(kind, first, second, polarities, whether it was ``b`` who said the first) of two readings."""
    out: list[tuple[Kind, str, str, tuple[Polarity, Polarity] | None, bool]] = []
    for i, code in enumerate(leaves):
        if code in a and code in b:
            order = [Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH]
            x, y = a[code], b[code]
            if x != y and x in order and y in order:
                turned = order.index(x) > order.index(y)
                out.append(("polarity swapped", code, code, (y, x) if turned else (x, y), turned))
            continue
        if code not in a and code not in b:
            continue
        if not (b if code in a else a):
            out.append(("only one coded it", code, NOTHING, None, code in b))
        for later in leaves[i + 1 :]:
            if (later in a) != (later in b) and (later in a) != (code in a):
                out.append(("codes swapped", code, later, None, code in b))
    return out


def _count(gave: dict[frozenset[str], int], here: set[str], leaves: Sequence[str]) -> None:
    """Add a reading of two coders to every single code and pair of codes of which it holds one."""
    pairs = {frozenset({c, d}) for c in here for d in leaves}  # c with itself is the code alone
    for key in pairs:
        gave[key] = gave.get(key, 0) + 1


def _sorted(given: Given) -> tuple[tuple[str, Polarity], ...]:
    return tuple(sorted(given.items()))
