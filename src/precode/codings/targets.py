"""Human codes as arrays, for fitting and scoring."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from precode.codebook import Codebook
from precode.codings.consensus import prevailing
from precode.codings.themes import with_sub_domains
from precode.domain import HumanCodes, Polarity, Sentence

_SHARES = {
    Polarity.BARRIER: (1.0, 0.0),
    Polarity.FACILITATOR: (0.0, 1.0),
    Polarity.BOTH: (1.0, 1.0),
}


@dataclass(frozen=True, slots=True)
class Targets:
    """``n`` sentences that someone has read by ``k`` codes, in codebook order.

    - ``sentence_ids``: the rows, in sentence order.
    - ``y`` float (n, k): share of the readers who gave the code, 0 to 1; NaN where not ``known``.
    - ``known`` bool (n,): at least one reader counts. Only where all of a sentence's readers were
      left out (other coders, assisted) is it False.
    - ``polarity`` float (n, k, 2): of those who gave the code with a direction, the shares
      that said barrier and facilitator ("both" is both); NaN where nobody did.
    - ``readers`` int (n,): how many readers count.
    - ``assisted`` bool (n,): one of them had seen the machine's suggestion.
    - ``foreign``: codes on these sentences that the codebook does not hold; they are in no column.
    """

    sentence_ids: tuple[str, ...]
    y: NDArray[np.float64]
    known: NDArray[np.bool_]
    polarity: NDArray[np.float64]
    readers: NDArray[np.int64]
    assisted: NDArray[np.bool_]
    foreign: tuple[str, ...] = ()


def targets(
    codes: HumanCodes,
    sentences: Sequence[Sentence],
    codebook: Codebook,
    *,
    include_assisted: bool = True,
    coders: Collection[str] | None = None,
) -> Targets:
    """Every sentence that at least one coder has read, with what the coders that count said of it.

    ``coders`` None counts all. ``include_assisted`` False leaves out readings that were made with
    the machine's suggestion in view. Where the consensus is among the readings that are left, it
    alone counts. A code counts its themes.
    """
    codes = with_sub_domains(codes, codebook)
    read_by_any = {sentence_id for sentence_id, _ in codes.read}
    ids = tuple(s.id for s in sentences if s.id in read_by_any)
    row = {sentence_id: i for i, sentence_id in enumerate(ids)}
    column = {code: j for j, code in enumerate(codebook.leaf_ids)}
    n, k = len(ids), len(column)

    counted = prevailing({
        reading
        for reading in codes.read
        if reading[0] in row
        and (coders is None or reading[1] in coders)
        and (include_assisted or reading not in codes.assisted)
    })  # fmt: skip
    readers = np.zeros(n, np.int64)
    assisted = np.zeros(n, np.bool_)
    for reading in counted:
        readers[row[reading[0]]] += 1
        assisted[row[reading[0]]] |= reading in codes.assisted

    given = np.zeros((n, k))
    directed = np.zeros((n, k))
    said = np.zeros((n, k, 2))
    foreign: set[str] = set()
    for coding in codes.codings:
        if (coding.sentence_id, coding.coder) not in counted:
            continue
        if coding.code not in column:
            foreign.add(coding.code)
            continue
        cell = row[coding.sentence_id], column[coding.code]
        given[cell] += 1
        if coding.polarity in _SHARES:
            directed[cell] += 1
            said[cell] += _SHARES[coding.polarity]

    known = readers > 0
    with np.errstate(invalid="ignore"):
        y = given / readers[:, None]
        polarity = said / directed[:, :, None]
    return Targets(ids, y, known, polarity, readers, assisted, tuple(sorted(foreign)))
