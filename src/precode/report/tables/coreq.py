"""Which items of COREQ the report helps to answer, and with what.

Items by number and in our words, after Tong, Sainsbury & Craig 2007 (International Journal for
Quality in Health Care 19:349–357, doi 10.1093/intqhc/mzm042); the checklist has 32.
"""

from __future__ import annotations

from precode.domain import Kind
from precode.report.grid import Column, Form, Grid, Row
from precode.report.tables.index import Index, count_words, sources_counted
from precode.report.writing import count

ALL = 32


def coreq(index: Index) -> Grid:
    """A row for each item about which the study's data say something."""
    view, record = index.view, index.view.record
    book = view.codebook
    kinds = [(k, sum(t.kind is k for t in view.transcripts)) for k in Kind]
    words = sum(count_words(s.text) for s in index.ordered)
    quoted = sum(c.origin != "" for c in view.human.codings)
    sizes = sources_counted(index)
    rows: list[tuple[int, str, str]] = [
        (9, "Theory behind the analysis", f"Codebook {book.name}, version {book.version}: {book.source}" if book.source else f"Codebook {book.name}, version {book.version}"),
        (12, "Size of the sample", f"{len(index.people)} people in {sizes} ({count(words)} words)"),
    ]  # fmt: skip
    if index.attributes:
        rows.append((16, "Who took part", "People by attribute, with missing values"))
    if any(k is Kind.FIELD_NOTES and n for k, n in kinds):
        rows.append((20, "Field notes", f"{dict(kinds)[Kind.FIELD_NOTES]} among the sources"))
    coders = f"{len(view.coders)}: {', '.join(view.coders)}" if view.coders else "nobody yet"
    if record and record.double:
        coders += f"; {count(record.double.sentences)} sentences read by two or more, apart"
    rows += [
        (24, "How many coded the data", coders),
        (25, "The coding tree", f"{len(book.leaf_ids)} codes with definitions and rules"),
        (
            26,
            "Where themes come from",
            "Codes were given beforehand"
            + ("; the team’s own codes are told apart" if _own(index) else "")
            + ". How themes were derived is for you to say",
        ),
        (27, "Software", f"precode {view.version}" + ("; see the model’s facts" if view.machine else "")),
    ]  # fmt: skip
    if quoted:
        rows.append((29, "Quotations, and who speaks", "Quotes with attribution, by code"))
    rows += [
        (30, "Data and findings agree", "Every count leads back to coded sentences: precode export"),
        (31, "Major themes", "Codes by barrier and facilitator, with excerpts and people"),
        (32, "Diverse cases, minor themes", "Discord within codes; counts by group; rare codes are in the table too"),
    ]  # fmt: skip
    others = sorted(set(range(1, ALL + 1)) - {n for n, _, _ in rows})
    return Grid(
        "coreq",
        "Items of COREQ that this report helps to answer",
        (Column("Item", Form.COUNT), Column("About"), Column("What there is")),
        tuple(Row(r) for r in rows),
        (
            f"The other {len(others)} of the {ALL} items are for the team to answer: "
            f"{_ranges(others)}. An item named here is not thereby met.",
            "Numbers after Tong, Sainsbury & Craig 2007, doi 10.1093/intqhc/mzm042; wording ours.",
        ),
    )


def _own(index: Index) -> bool:
    """Whether codes are in use that the codebook does not hold."""
    known = set(index.view.codebook.leaf_ids)
    return any(c.code not in known for c in index.view.human.codings)


def _ranges(numbers: list[int]) -> str:
    """ "1–8, 10, 13–15"."""
    out: list[list[int]] = []
    for n in numbers:
        if out and out[-1][-1] == n - 1:
            out[-1].append(n)
        else:
            out.append([n])
    return ", ".join(str(r[0]) if len(r) == 1 else f"{r[0]}–{r[-1]}" for r in out)
