"""The study at a glance: sources, people by attribute, and who coded how much."""

from __future__ import annotations

import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from precode.codebook import plain
from precode.domain import Kind, Role, Sentence
from precode.report.grid import Column, Form, Grid, Row, plain_name, title
from precode.report.tables.index import Index

# Longer lists of values (job titles, free text) say little and can point at a person.
_MOST_VALUES = 20
_MOST_NUMBERS = 5

MISSING = "Missing"


def figures(index: Index) -> tuple[tuple[str, int], ...]:
    """The numbers that head the report, each with its name."""
    codable = sum(s.codable for s in index.ordered)
    return (
        ("sources", len(index.view.transcripts)),
        ("people", len(index.people)),
        ("words", sum(index.words)),
        ("codable sentences", codable),
        ("read by people", sum(s.codable and s.id in index.read for s in index.ordered)),
        ("codes given by people", len(index.view.human.codings)),
    )


def sources_by_kind(index: Index) -> Grid:
    """One row a kind of source, and their sum. Words spoken by participants stand apart."""
    sentences: dict[Kind, list[Sentence]] = {}
    for s in index.ordered:
        sentences.setdefault(index.kind(s.transcript_id), []).append(s)
    kinds = [k for k in Kind if any(t.kind is k for t in index.view.transcripts)]

    def row(name: str, wanted: Sequence[Kind], strong: bool = False) -> Row:
        mine = [s for k in wanted for s in sentences.get(k, ())]
        spoken = [s for s in mine if index.turn(s).role is Role.PARTICIPANT]
        cells = (
            name,
            sum(t.kind in wanted for t in index.view.transcripts),
            sum(index.kind(p[0]) in wanted for p in index.people),
            sum(index.length(s.id) for s in mine),
            sum(index.length(s.id) for s in spoken),
            len(mine),
            sum(s.codable for s in mine),
        )
        return Row(cells, strong=strong)

    rows = [row(title(k), (k,)) for k in kinds]
    if len(kinds) > 1:
        rows.append(row("All", kinds, strong=True))
    labels = ("Sources", "People", "Words", "Participants’ words", "Sentences", "Codable sentences")
    return Grid(
        "sources",
        "Sources by kind",
        (Column("Kind"), *(Column(label, Form.COUNT) for label in labels)),
        tuple(rows),
        ("Codable sentences are those of participants and field notes that hold words.",),
    )


def people_by_attribute(index: Index, table_by: str = "") -> tuple[Grid, ...]:
    """n and share of people by each value of each attribute, as a paper's first tables have them:
    of all people, or a table for each value of the attribute ``table_by`` (clinicians, public).
    """
    if not index.people or not index.attributes:
        return ()
    name = attribute_called(index, table_by)
    if not name:
        caption = f"People by attribute (N = {len(index.people)})"
        return (_described("people", caption, list(index.people.values()), index.attributes),)
    samples: dict[str, list[Mapping[str, str]]] = {}
    for said in index.people.values():
        samples.setdefault(said.get(name, ""), []).append(said)
    grids = []
    for number, value in enumerate([*natural_order(v for v in samples if v), ""], 1):
        if value not in samples:
            continue
        mine = samples[value]
        shown = value or f"{plain_name(name)} missing"
        caption = f"People by attribute: {shown} (N = {len(mine)})"
        # what is asked of clinicians only is no gap in what is known of the public
        asked = [n for n in index.attributes if n != name and any(s.get(n) for s in mine)]
        never = [n for n in index.attributes if n != name and n not in asked]
        grid = _described(f"people-{number}", caption, mine, asked)
        if never:
            told = ", ".join(plain_name(n) for n in never)
            grid = replace(grid, notes=(*grid.notes, f"Known of nobody here: {told}."))
        grids.append(grid)
    return tuple(grids)


def attribute_called(index: Index, word: str) -> str:
    """The attribute called ``word``, whatever the case and punctuation; "" for none."""
    wanted = plain(word)
    return next((n for n in index.attributes if wanted and plain(n) == wanted), "")


def _described(
    anchor: str, caption: str, people: Sequence[Mapping[str, str]], attributes: Iterable[str]
) -> Grid:
    rows: list[Row] = []
    for name in attributes:
        values = Counter(said.get(name, "") for said in people)
        missing = values.pop("", 0)
        group = title(name)
        for label, n in _summary(values):
            rows.append(Row((label, n, n / len(people)), group))
        if missing:
            rows.append(Row((MISSING, missing, missing / len(people)), group))
    return Grid(
        anchor,
        caption,
        (Column("Value"), Column("n", Form.COUNT), Column("%", Form.PERCENT)),
        tuple(rows),
        (
            "Shares are of all people of the table, those with a missing value included.",
            "A person is a speaker of one source: somebody heard in two sources counts twice.",
        ),
        groups="Attribute",
    )


def _summary(values: Counter[str]) -> list[tuple[str, int]]:
    """(value, n) in natural order; long lists of numbers or words in one line each."""
    total = sum(values.values())
    if len(values) > _MOST_NUMBERS and all(re.fullmatch(r"\d+(\.\d+)?", v) for v in values):
        numbers = sorted(float(v) for v in values.elements())
        middle, low, high = statistics.median(numbers), numbers[0], numbers[-1]
        return [(f"median {middle:g} (range {low:g} to {high:g})", total)]
    if len(values) > _MOST_VALUES:
        return [(f"{len(values)} different values", total)]
    return [(v, values[v]) for v in natural_order(values)]


_BELOW = re.compile(r"^(?:<|≤|under|below|up to|less than|younger than)\s*(?=\d)")
_ABOVE = re.compile(r"^(?:>|≥|over|above|more than|older than|at least)\s*(?=\d)")
# What is no level of the others stands after them.
_LAST = re.compile(
    r"(?:other|others|unknown|not (?:said|stated|given|known|applicable)|n/?a|missing|"
    r"prefer(?:red)? not to (?:say|answer)|don[’']?t know|undisclosed)\b"
)


def natural_order(values: Iterable[str]) -> list[str]:
    """Alphabetical, with numbers by size: "under 18" stands before "18–25", "75+" after "65–74";
    "yes" before "no", and "other" and "prefer not to say" last.
    """

    return sorted(values, key=lambda v: (_level(v), v))


def _level(value: str) -> tuple[object, ...]:
    """What stands last; yes, then no; the number it begins with; below it, it, above it; the rest."""
    text = value.casefold().strip()
    side = -1 if _BELOW.match(text) else 1 if _ABOVE.match(text) else 0
    parts = re.findall(r"\d{1,15}|\D+|\d+", _ABOVE.sub("", _BELOW.sub("", text)))
    split = [(0, float(p), "") if p[0].isdecimal() else (1, 0.0, p) for p in parts]
    first = split[0][1] if split and not split[0][0] else float("inf")
    answer = {"yes": -2, "no": -1}.get(text, 0)
    return bool(_LAST.match(text)), answer, first, side, split


def coders(index: Index) -> Grid:
    """What each coder read and gave; the consensus is the last of them."""
    human = index.view.each
    readers = sorted({coder for _, coder in human.read} - set(index.view.coders))
    names = (*index.view.coders, *readers)
    coded: dict[str, set[str]] = {}
    for coding in human.codings:
        coded.setdefault(coding.coder, set()).add(coding.sentence_id)
    given = Counter(c.coder for c in human.codings)
    assisted = Counter(c.coder for c in human.codings if c.assisted)
    mine: dict[str, list[str]] = {}
    for sentence_id, coder in human.read:
        mine.setdefault(coder, []).append(sentence_id)
    rows = []
    for name in names:
        read = mine.get(name, [])
        with_code = len(coded.get(name, ()))
        cells = (
            name,
            len({index.sentence(s).transcript_id for s in read}),
            len(read),
            with_code,
            len(read) - with_code,
            given[name],
            assisted[name],
        )
        rows.append(Row(cells))
    labels = (
        "Sources",
        "Sentences read",
        "With a code",
        "Nothing applies",
        "Codes given",
        "Of them after seeing a suggestion",
    )
    return Grid(
        "coders",
        "Coding by person",
        (Column("Coder"), *(Column(label, Form.COUNT) for label in labels)),
        tuple(rows),
        (
            "A sentence with two codes counts as two codes given. Sentences are known to be read "
            "where a code was given, “nothing applies” was decided, or the coder declared the "
            "source read in full.",
            *(
                (
                    "The consensus decided where coders had differed: what each of them gave stands "
                    "here as it was, and every other count of codes has the consensus in its place.",
                )
                if readers
                else ()
            ),
        ),
    )


def codes_by_coder(index: Index) -> Grid | None:
    """Codes given by each coder; None with one coder or fewer, where it would say nothing new."""
    given = Counter((c.code, c.coder) for c in index.view.each.codings)
    names = [n for n in dict.fromkeys((*index.view.coders, *sorted({c for _, c in given})))
             if any(coder == n for _, coder in given)]  # fmt: skip
    if len(names) < 2:
        return None
    rows = [
        Row((label, *(given[code, n] for n in names)), branch.domain)
        for branch in index.branches
        for code, label in branch.codes
    ]
    return Grid(
        "codes-by-coder",
        "Codes given, by code and coder (sentences)",
        (Column("Code"), *(Column(n, Form.COUNT) for n in names)),
        tuple(rows),
        groups="Domain",
    )
