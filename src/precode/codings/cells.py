"""What a code cell and a polarity cell say, in the many ways in which teams write them."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from precode.codebook import Codebook, find_polarity, plain
from precode.domain import CodePolarity, Polarity

# "Read, and nothing applies", as typed into a code cell.
NOTHING = frozenset(
    {"none", "no code", "no codes", "nothing", "nothing applies", "not applicable", "na", "n a"}
)
# An empty polarity, as typed into a polarity cell.
_NO_POLARITY = frozenset({"", "n/a", "na", "none", "not applicable", "not stated"})
_LIST = re.compile(r"[;|\n]")
# "Barriers\Physical opportunity", "physical opportunity: barrier", "physical_opportunity (barrier)"
_PATH = re.compile(r"\\+|/|>|::?|[()\[\]]|\s[-\u2013\u2014]\s")
_BOTH = re.compile(r"[/&+,]|\band\b")
_DEFINITE = (Polarity.BARRIER, Polarity.FACILITATOR, Polarity.BOTH)


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a cell, and the mend; the place is known to the caller."""

    what: str
    mend: str


MINUS = re.compile(r"^\s*[-\u2010-\u2015\u2212]\s*$")


def read_cells(
    code_cell: str, polarity_cell: str, codebook: Codebook
) -> tuple[list[CodePolarity], list[Fault]]:
    """The codes of one row with their polarities, and all that is wrong with the two cells.

    No codes and no faults means: read, and nothing applies. Several codes are separated by ``;``,
    ``|`` or a new line, and as many polarities belong to them one by one; one polarity belongs to
    all of them. A polarity written with a code goes before an empty polarity cell, and is a fault
    beside a different one. Codes without polarity get ``NONE``, codes without a word ``UNCLEAR``.
    """
    pieces = _pieces(code_cell, codebook)
    if not pieces:
        return [], [Fault("has no code", 'write one, or "none" if it was read and nothing applies')]
    if any(_is_nothing(p, codebook) for p in pieces):
        if all(_is_nothing(p, codebook) for p in pieces):
            return [], []
        mend = "keep the code or the word, not both"
        return [], [Fault(f"says both a code and none: {code_cell!r}", mend)]
    outer, faults = _polarities(polarity_cell, len(pieces))
    codes: list[CodePolarity] = []
    needless: list[Fault] = []
    for piece, beside in zip(pieces, outer, strict=True):
        read = _coded(piece, codebook)
        if isinstance(read, Fault):
            faults.append(read)
            continue
        code, inside = read
        if inside is not None and beside is not None and inside is not beside:
            what = f"{piece!r} says {inside}, but the polarity column says {beside}"
            faults.append(Fault(what, "leave one of the two"))
            continue
        given = inside or beside
        if codebook[code].polarity:
            codes.append(CodePolarity(code, given or Polarity.UNCLEAR))
            continue
        if given in _DEFINITE:
            what = f"code {code!r} has no polarity in the codebook, but the row says {given}"
            mend = f"empty the polarity, or set polarity = true for {code!r} in the codebook"
            (faults if inside else needless).append(Fault(what, mend))
        codes.append(CodePolarity(code))
    # A polarity meant for another code of the row may pass over codes that have none.
    if needless and not any(codebook[c.code].polarity for c in codes):
        faults += needless
    return codes, faults


def _pieces(cell: str, codebook: Codebook) -> list[str]:
    if codebook.find(cell):
        return [cell.strip()]
    pieces = [p.strip() for p in _LIST.split(cell) if p.strip()]
    # Commas stand inside labels too: they separate only where each part is a code.
    commas = [p.strip() for p in cell.split(",")]
    if len(pieces) == 1 and len(commas) > 1:
        read = [_coded(p, codebook) for p in commas]
        if not any(isinstance(r, Fault) for r in read):
            return commas
    return pieces


def _is_nothing(piece: str, codebook: Codebook) -> bool:
    return plain(piece) in NOTHING and not codebook.find(piece)


def _polarities(cell: str, codes: int) -> tuple[list[Polarity | None], list[Fault]]:
    """One polarity for each of ``codes`` codes; None where nothing is said."""
    whole = _polarity(cell)
    if not isinstance(whole, Fault):
        return [whole] * codes, []
    parts = [_polarity(p) for p in _LIST.split(cell) if p.strip()]
    faults = [p for p in parts if isinstance(p, Fault)]
    said = [p for p in parts if not isinstance(p, Fault)]
    if faults:
        return [None] * codes, faults
    if len(said) == codes:
        return said, []
    if codes == 1 and set(said) == {Polarity.BARRIER, Polarity.FACILITATOR}:
        return [Polarity.BOTH], []
    mend = "give one polarity for all codes, or one for each, separated by ;"
    return [None] * codes, [Fault(f"has {codes} codes but {len(said)} polarities", mend)]


def _polarity(word: str) -> Polarity | Fault | None:
    if word.strip().casefold() in _NO_POLARITY:
        return None
    found = find_polarity("-" if MINUS.match(word) else word)
    if found is not None:
        return found
    parts = {find_polarity(p) for p in _BOTH.split(word.casefold())}
    if parts == {Polarity.BARRIER, Polarity.FACILITATOR}:
        return Polarity.BOTH
    near = _nearest_polarity(word)
    mend = f"did you mean {near!r}?" if near else "write barrier, facilitator, both or unclear"
    return Fault(f"polarity {word.strip()!r} is unknown", mend)


def _nearest_polarity(word: str) -> str | None:
    near = difflib.get_close_matches(
        word.strip().casefold(), [p.value for p in Polarity if p], n=1, cutoff=0.6
    )
    return near[0] if near else None


def _coded(piece: str, codebook: Codebook) -> tuple[str, Polarity | None] | Fault:
    """The code that ``piece`` names, and the polarity written with it."""
    if code := codebook.find(piece):
        return code, None
    segments = [s.strip() for s in _PATH.split(piece) if s.strip()]
    rest = [s for s in segments if codebook.find(s) or find_polarity(s) is None]
    polarities = [p for s in segments if s not in rest and (p := find_polarity(s)) is not None]
    if not polarities and rest:
        # "physical_opportunity_barrier", "Barrier physical opportunity": whole words only.
        words = plain(rest[-1]).split() or [""]
        for edge, others in ((words[-1], words[:-1]), (words[0], words[1:])):
            polarity = find_polarity(edge) if len(edge) > 1 else None
            if polarity and (code := codebook.find(" ".join(others))):
                rest[-1], polarities = code, [polarity]
                break
    code = codebook.find(rest[-1]) if rest else None
    if code is None:
        return _unknown(rest[-1] if rest else piece, piece, codebook)
    if len(set(polarities)) > 1:
        both = set(polarities) == {Polarity.BARRIER, Polarity.FACILITATOR}
        return (code, Polarity.BOTH) if both else Fault(
            f"{piece!r} names several polarities", "leave one"
        )  # fmt: skip
    others_named = {c for s in rest[:-1] if (c := codebook.find(s)) and c != code}
    if others_named:
        return Fault(f"{piece!r} names two codes", "separate codes with ;")
    return code, polarities[0] if polarities else None


def _unknown(word: str, piece: str, codebook: Codebook) -> Fault:
    parents = {plain(w): c for c in codebook.codes for w in (c.id, c.label, *c.aliases)}
    parent = parents.get(plain(word))
    if parent is not None:
        below = [c.label for c in codebook.leaves if c.parent == parent.id]
        mend = f"choose one of {', '.join(below)}" if below else "choose one of its codes"
        return Fault(f"code {piece!r} is a heading, not a code", mend)
    near = codebook.nearest(word)
    mend = (
        f"did you mean {codebook[near].label!r}?"
        if near
        else "correct it, or add it to the codebook (as a code or an alias)"
    )
    return Fault(f"code {piece!r} is not in the codebook {codebook.name!r}", mend)
