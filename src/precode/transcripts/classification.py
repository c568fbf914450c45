"""NVivo's classification sheets, as it exports them (.xlsx, .csv): a row a case, an attribute a column.

The corner is empty or says "Name"; columns may be numbered ("A : Age"), and so may cases ("1 : Anna"),
which may stand with their folder ("Cases\\Anna"). Built from the documented layout.
"""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from precode.errors import InputError
from precode.files.tables import SUFFIXES, Table, read_grids

_COLUMN = re.compile(r"^[A-Z]{1,2} : (?=\S)")
_ROW = re.compile(r"^\d+ : (?=\S)")
_FOLDER = re.compile(r"^(?:.*\\)(?=[^\\])", re.DOTALL)
CASE = "case"


def read_classification(path: Path) -> Table | None:
    """The sheet in ``path``, its first column called :data:`CASE`; None if it is another table.

    Raises :class:`InputError` for columns of the same name or without one, and for cells beyond them.
    """
    if path.suffix.lower() not in SUFFIXES:
        return None
    grids = read_grids(path)
    if not grids or not grids[0].rows:
        return None
    (_, head), *rows = grids[0].rows
    names = [str(c or "").strip() for c in head]
    while names and not names[-1]:
        names.pop()
    numbered = len(names) > 1 and all(_COLUMN.match(n) for n in names[1:])
    if len(names) < 2 or (names[0] and not numbered):
        return None
    names = [CASE, *(_COLUMN.sub("", n).strip() for n in names[1:])]
    wrong = [n or "(none)" for n, times in Counter(names).items() if times > 1 or not n]
    if wrong:
        raise InputError(
            f"{path.name} has columns of the same name or without one: {', '.join(wrong)}",
            mend="give every attribute a name of its own",
        )
    records, where = [], []
    for number, cells in rows:
        texts = [str(c if c is not None else "").strip() for c in cells]
        place = f"{path.name}, row {number}"
        if any(texts[len(names) :]):
            raise InputError(f"{place} has more cells than the header", mend="mend the row")
        texts += [""] * (len(names) - len(texts))
        texts[0] = _FOLDER.sub("", _ROW.sub("", texts[0]))
        records.append(dict(zip(names, texts, strict=False)))
        where.append(place)
    return Table(tuple(names), tuple(records), tuple(where), grids[0].notes)
