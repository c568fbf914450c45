"""What a report is asked to show, checked against the study."""

from __future__ import annotations

from collections.abc import Sequence

from precode.codebook import plain
from precode.errors import UsageError
from precode.report.view import StudyView
from precode.report.wanted import PARTICIPANT, SOURCE, Wanted


def wanted_of(
    view: StudyView,
    *,
    matrix_by: str = "",
    sort: Sequence[str] = (),
    where: Sequence[str] = (),
    table_by: str = "",
) -> Wanted:
    """``where`` are texts such as "profession=midwife". Raises :class:`UsageError` for an attribute
    or a value that nobody has, and for an order of what has its own.
    """
    values: dict[str, dict[str, str]] = {}  # by plain name, then by plain value
    for person in view.participants:
        for name, value in person.attributes.items():
            values.setdefault(plain(name), {}).setdefault(plain(str(value or "")), str(value))
    by = plain(matrix_by)
    rows = by if by in (PARTICIPANT, SOURCE) else matrix_by
    asked = [*([matrix_by] if matrix_by and by not in (PARTICIPANT, SOURCE) else []), *sort]
    asked += [table_by] if table_by else []
    for name in asked:
        _known(view, name, values)
    if sort and matrix_by and by not in (PARTICIPANT, SOURCE):
        raise UsageError(
            f"--sort orders participants or sources; groups by {matrix_by} have an order of "
            "their own",
            mend="leave out --sort or --matrix-by",
        )
    pairs = []
    for text in where:
        name, sign, value = text.partition("=")
        if not sign:
            raise UsageError(f"--where {text} has no =", mend="--where profession=midwife")
        _known(view, name, values)
        found = values[plain(name)]
        if plain(value) not in found:
            there = ", ".join(sorted(v for k, v in found.items() if k)) or "none"
            raise UsageError(f"nobody has {name.strip()}={value.strip()}", mend=f"values: {there}")
        pairs.append((name.strip(), found[plain(value)]))
    return Wanted(rows, tuple(sort), tuple(pairs), table_by)


def _known(view: StudyView, name: str, values: dict[str, dict[str, str]]) -> None:
    if plain(name) in values:
        return
    known = sorted({n for p in view.participants for n in p.attributes})
    raise UsageError(
        f"no participant has the attribute {name.strip()!r}",
        mend=f"attributes: {', '.join(known) or 'none yet: precode add --attributes TABLE'}",
    )
