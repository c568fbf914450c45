"""What is human and what is machine, and what an import could not place."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from precode.report.grid import Column, Form, Grid, Row, title
from precode.report.tables.findings import UNVERIFIED
from precode.report.tables.index import Index

PEOPLE, MACHINE, IMPORTS = "Read and coded by people", "Machine: unverified pre-codes", "Imports"


def human_and_machine(index: Index) -> Grid:
    """Numbers that tell the two apart; the machine's are counted on unread sentences."""
    view = index.view
    codable = {s.id for s in index.ordered if s.codable}
    coded = {c.sentence_id for c in view.human.codings}
    read = set(index.read) & codable
    readers = Counter(s for s, coder in view.each.read if coder in view.coders)
    blind = {s for s, c in view.human.read - view.human.assisted}
    blind |= {c.sentence_id for c in view.human.codings if not c.assisted}
    human = view.human.codings
    nobody = "Sentences that no person has read"
    if view.left_out:
        nobody += ", or that are being coded apart"
    lines: list[tuple[str, str, int]] = [
        (PEOPLE, "Codable sentences in the study", len(codable)),
        (PEOPLE, "Sentences read by at least one person", len(read)),
        (PEOPLE, "… of them with at least one code", len(read & coded)),
        (PEOPLE, "… of them read, and nothing applies", len(read - coded)),
        (PEOPLE, "… of them read by two people or more", sum(readers[s] > 1 for s in read)),
        (PEOPLE, "… of them decided only after seeing the machine’s suggestion", len(read - blind)),
        (PEOPLE, nobody, len(codable - read)),
        (PEOPLE, "Codes given by people", len(human)),
        (PEOPLE, "… of them after seeing a suggestion", sum(c.assisted for c in human)),
    ]
    if extra := len(set(index.read) - codable):
        lines.append((PEOPLE, "Sentences read that are not codable (an interviewer’s, say)", extra))
    if m := view.machine:
        n = len(m.sentence_ids)
        unread = [i for i, s in enumerate(m.sentence_ids) if s not in index.read]
        verdicts = Counter(str(m.verdict[i]) for i in unread)
        known = {"accept", "review", "none"}
        lines += [
            (MACHINE, "Sentences pre-coded", n),
            (MACHINE, "… of them read by a person, whose codes stand", n - len(unread)),
            (MACHINE, "… of them unread, verdict “accept”", verdicts["accept"]),
            (MACHINE, "… of them unread, verdict “review”", verdicts["review"]),
            (MACHINE, "… of them unread, verdict “none”", verdicts["none"]),
            *(
                (MACHINE, f"… of them unread, verdict “{v}”", times)
                for v, times in verdicts.items()
                if v not in known
            ),
            (MACHINE, f"{title(UNVERIFIED)} on unread sentences", int(m.decision[unread].sum())),
        ]
    if view.unplaced:
        lines.append((IMPORTS, "Coded rows not found in any transcript", len(view.unplaced)))
    return Grid(
        "human-machine",
        "Where the codes come from",
        (Column("What"), Column("Number", Form.COUNT)),
        tuple(Row((what, n), group) for group, what, n in lines),
        groups="Whose",
    )


# The usual keys of an unplaced row, with their headings; any others follow in one last column.
_UNPLACED = {
    "row": "Row", "source": "Source", "coder": "Coder", "code": "Code", "polarity": "Polarity",
    "text": "Excerpt",
}  # fmt: skip


def unplaced(index: Index) -> Grid | None:
    """Every coded row that no transcript held, with all that was noted about it."""
    if not index.view.unplaced:
        return None
    labels = {c.id: c.label for c in index.view.codebook.codes}
    rows = []
    for item in index.view.unplaced:
        rest = {k: v for k, v in item.items() if k not in _UNPLACED and v not in ("", None)}
        said = {k: words(item.get(k, "")) for k in _UNPLACED}
        said["code"] = labels.get(said["code"], said["code"])
        rows.append(Row((*said.values(), words(rest))))
    return Grid(
        "unplaced",
        "Coded rows that could not be placed",
        (*(Column(h) for h in _UNPLACED.values()), Column("Noted")),
        tuple(rows),
        ("These codes are in no count of this report.",),
        spoken=frozenset([list(_UNPLACED).index("text"), len(_UNPLACED)]),
    )


def words(value: object) -> str:
    """A stored value as people read it: no braces, no quotes."""
    if isinstance(value, Mapping):
        return "; ".join(f"{k}: {words(v)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(words(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
