"""What can be asked of every unit: is the code there, the domain, a barrier, anything at all?

Each question is a variable that every reader of the unit answered, so that one set of statistics
serves all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from precode.agreement.observed import MISSING
from precode.agreement.units import Readings
from precode.codebook import Codebook
from precode.domain import Polarity

Ints = NDArray[np.int64]

DIRECTIONS = (Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH, Polarity.UNCLEAR)
_SIDES = (Polarity.BARRIER, Polarity.FACILITATOR)


class About(StrEnum):
    """What a variable asks.

    ``CODE``: was the code given? ``CODE_POLARITY``: was it given with this polarity (or both)?
    ``DOMAIN``: any code under this parent? ``POLARITY``: any code with this polarity?
    ``ANY``: any code at all? ``DIRECTION``: which polarity has a code that two coders gave?
    """

    CODE = "code"
    CODE_POLARITY = "code and polarity"
    DOMAIN = "domain"
    POLARITY = "polarity"
    ANY = "any code"
    DIRECTION = "polarity where both gave the code"


@dataclass(frozen=True, slots=True)
class Variable:
    """``values`` (n, coders): categories 0 … q - 1, -1 where not read. Of yes and no, 1 is yes.

    ``transcripts`` names each row's. ``id`` is that of the code or domain, "" where there is none.
    """

    about: About
    id: str
    label: str
    polarity: Polarity
    values: Ints
    q: int
    transcripts: tuple[str, ...]


def variables(readings: Readings, codebook: Codebook) -> tuple[Variable, ...]:
    """Every code, code with polarity, domain (of several codes), polarity, any code, and direction,
    in this order. Codes that the codebook does not hold are left out (see :func:`foreign`).
    """
    leaves = codebook.leaves
    directed = [leaf for leaf in leaves if leaf.polarity]
    every = range(len(leaves))
    at = {leaf.id: j for j, leaf in enumerate(leaves)}
    ask = _Answers(readings, codebook)
    out = [ask(About.CODE, leaf.id, leaf.label, [at[leaf.id]]) for leaf in leaves]
    out += [
        ask(About.CODE_POLARITY, leaf.id, f"{leaf.label}, {side.value}", [at[leaf.id]], side)
        for leaf in directed
        for side in _SIDES
    ]
    out += [
        ask(About.DOMAIN, parent.id, parent.label, [at[leaf.id] for leaf in mine])
        for parent, mine in codebook.parents()
        if parent is not None and len(mine) > 1
    ]
    if directed:
        out += [ask(About.POLARITY, "", f"any {side.value}", every, side) for side in _SIDES]
    out.append(ask(About.ANY, "", About.ANY.value, every))
    if directed:
        out.append(_direction(readings, codebook))
    return tuple(out)


def has(polarity: Polarity | None, side: Polarity) -> bool:
    """Whether a code given with ``polarity`` (None: not given) speaks for ``side``."""
    return polarity is not None and polarity in (side, Polarity.BOTH)


def foreign(readings: Readings, codebook: Codebook) -> tuple[str, ...]:
    """Codes among ``readings`` that the codebook does not hold."""
    given = {code for row in readings.given for g in row if g for code in g}
    return tuple(sorted(given - set(codebook.leaf_ids)))


def code_sets(
    readings: Readings, codebook: Codebook, *, polarity: bool
) -> tuple[Ints, tuple[frozenset[tuple[str, str]], ...]]:
    """(n, coders) indices (-1 where not read) into the distinct sets of codes, and these sets.

    With ``polarity`` an element is a code with a direction, and "both" is two of them.
    """
    number: dict[frozenset[tuple[str, str]], int] = {}
    values = np.full((len(readings.units), len(readings.coders)), MISSING, dtype=np.int64)
    known = set(codebook.leaf_ids)
    for i, row in enumerate(readings.given):
        for j, given in enumerate(row):
            if given is not None:
                mine = frozenset(
                    (code, side)
                    for code, direction in given.items()
                    if code in known
                    for side in (_elements(direction) if polarity else ("",))
                )
                values[i, j] = number.setdefault(mine, len(number))
    return values, tuple(number)


def _elements(direction: Polarity) -> tuple[str, ...]:
    return tuple(s.value for s in _SIDES) if direction is Polarity.BOTH else (direction.value,)


class _Answers:
    """What every coder gave every unit, as arrays, so that each question is a look into them.

    ``_read`` (n, coders); ``_gave`` (n, coders, k, 1 + sides): the code at all, with each side.
    """

    def __init__(self, readings: Readings, codebook: Codebook) -> None:
        column = {code: j for j, code in enumerate(codebook.leaf_ids)}
        shape = len(readings.units), len(readings.coders)
        self._transcripts = readings.transcripts
        self._read = np.zeros(shape, dtype=bool)
        self._gave = np.zeros((*shape, len(column), 1 + len(_SIDES)), dtype=bool)
        for i, row in enumerate(readings.given):
            for j, given in enumerate(row):
                self._read[i, j] = given is not None
                for code, polarity in (given or {}).items():
                    if code in column:
                        said = [True, *(has(polarity, side) for side in _SIDES)]
                        self._gave[i, j, column[code]] = said

    def __call__(
        self,
        about: About,
        id_: str,
        label: str,
        codes: Sequence[int],
        side: Polarity = Polarity.NONE,
    ) -> Variable:
        """Was any of ``codes`` (columns) given, with the polarity ``side`` if one is named?"""
        which = 1 + _SIDES.index(side) if side else 0
        answer = self._gave[:, :, codes, which].any(axis=2)
        values = np.where(self._read, answer.astype(np.int64), MISSING)
        return Variable(about, id_, label, side, values, 2, self._transcripts)


def _direction(readings: Readings, codebook: Codebook) -> Variable:
    """A row for each (unit, code) that two or more coders gave; who did not give it is missing."""
    codes = [leaf.id for leaf in codebook.leaves if leaf.polarity]
    rows: list[list[int]] = []
    transcripts: list[str] = []
    for given, transcript in zip(readings.given, readings.transcripts, strict=True):
        for code in codes:
            said = [g.get(code) if g else None for g in given]
            if sum(p is not None for p in said) > 1:
                rows.append([
                    MISSING if p is None else DIRECTIONS.index(p or Polarity.UNCLEAR) for p in said
                ])  # fmt: skip
                transcripts.append(transcript)
    values = np.array(rows, dtype=np.int64).reshape(len(rows), len(readings.coders))
    return Variable(
        About.DIRECTION, "", About.DIRECTION.value, Polarity.NONE, values, len(DIRECTIONS),
        tuple(transcripts),
    )  # fmt: skip
