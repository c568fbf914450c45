"""Who the participants are: a table with one row a person."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from precode.domain import Participant, Transcript
from precode.errors import InputError, Problem
from precode.files.tables import Table, read_table
from precode.transcripts.classification import read_classification

SOURCE = ("source", "file", "filename", "file name", "transcript", "transcript name", "document",
          "interview", "source name", "source file")  # fmt: skip
MISSING = frozenset(("unassigned", "not applicable"))  # as NVivo's classification sheets have it
LABEL = ("label", "participant", "speaker", "participant id", "participant label", "speaker label",
         "pid", "id", "who", "name", "pseudonym", "case", "cases", "case name", "person", "node")  # fmt: skip


def read_attributes(
    path: Path,
    transcripts: Sequence[Transcript],
    participants_known: Sequence[Participant],
) -> tuple[list[Participant], list[Problem]]:
    """The people that the rows of ``path`` describe, and a problem for each row that fits nobody.

    Columns: a source (a transcript's name or file), a label, and whatever else the team noted, kept
    as attributes under its column's name. Without a source column every label must be unique in the
    study; an empty label is fine where the source has one participant. Empty cells are no
    attributes, nor are "Unassigned" and "Not Applicable". An NVivo classification sheet is read as it
    is exported (:mod:`precode.transcripts.classification`): its cases are labels, or names of
    transcripts with one participant.

    Raises :class:`InputError` if the table cannot be read or has neither column.
    """
    table = read_classification(path) or read_table(path)
    source_column, label_column = _column(table, SOURCE), _column(table, LABEL)
    if label_column == source_column:
        label_column = None
    if source_column is None and label_column is None:
        raise InputError(
            f"{path.name} has no column that says whose attributes these are",
            mend=f"add the columns source and label; its columns: {', '.join(table.columns)}",
        )
    people = _People(transcripts, participants_known)
    found: dict[tuple[str, str], Participant] = {}
    first: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    for row, where in zip(table.rows, table.where, strict=True):
        person = people.find(
            row[source_column].strip() if source_column else None,
            row[label_column].strip() if label_column else "",
            where,
        )
        if isinstance(person, Problem):
            problems.append(person)
            continue
        key = (person.transcript_id, person.label)
        attributes = {
            column: re.sub(r"\s+", " ", cell).strip()
            for column, cell in row.items()
            if column not in (source_column, label_column)
            and cell.strip()
            and cell.strip().casefold() not in MISSING
        }
        if key in found and found[key].attributes != attributes:
            what = f"{person.label} of this source is described in {first[key]} too, differently"
            problems.append(Problem(where, what, "keep one of the rows"))
            continue
        first.setdefault(key, where)
        found[key] = Participant(*key, attributes)
    return list(found.values()), problems


def _plain(name: str) -> str:
    return re.sub(r"[\s._-]+", "", name).casefold()


def _column(table: Table, names: tuple[str, ...]) -> str | None:
    plain = {re.sub(r"[\W_]+", " ", c).strip().casefold(): c for c in table.columns}
    return next((plain[n] for n in names if n in plain), None)


class _People:
    """Participants by source and label, however people type them."""

    def __init__(self, transcripts: Sequence[Transcript], known: Sequence[Participant]) -> None:
        self.names: Mapping[str, str] = {t.id: t.name for t in transcripts}
        self.sources = {_plain(t.name): t.id for t in transcripts}
        self.labels: dict[str, dict[str, str]] = {t.id: {} for t in transcripts}
        for person in known:
            self.labels.setdefault(person.transcript_id, {})[_plain(person.label)] = person.label

    def find(self, source: str | None, label: str, where: str) -> Participant | Problem:
        if source is None:
            return self._by_label(label, where)
        name = re.split(r"[/\\]", source)[-1]
        identity = self.sources.get(_plain(name)) or self.sources.get(_plain(Path(name).stem))
        if identity is None:
            near = difflib.get_close_matches(name, list(self.names.values()), n=3, cutoff=0.5)
            return Problem(
                where,
                f"no transcript is called {source!r}" if source else "has no source",
                f"did you mean {', '.join(map(repr, near))}?" if near else self._list_sources(),
            )
        labels = self.labels.get(identity, {})
        here = repr(self.names[identity])
        if not label and len(labels) == 1:
            return Participant(identity, next(iter(labels.values())))
        if not label:
            what = f"has no label, and {here} has {len(labels)} participants"
            return Problem(where, what, f"its labels: {', '.join(labels.values()) or 'none'}")
        if _plain(label) not in labels:
            what = f"nobody in {here} is called {label!r}"
            return Problem(where, what, self._near(label, list(labels.values())))
        return Participant(identity, labels[_plain(label)])

    def _by_label(self, label: str, where: str) -> Participant | Problem:
        homes = [i for i, labels in self.labels.items() if _plain(label) in labels]
        if not label:
            return Problem(where, "has no label", "say who this is, or delete the row")
        if len(homes) > 1:
            names = ", ".join(repr(self.names.get(i, i)) for i in homes[:5])
            return Problem(where, f"{label!r} speaks in several: {names}", "add a source column")
        if not homes and (
            _plain(label) in self.sources or _plain(Path(label).stem) in self.sources
        ):
            return self.find(label, "", where)  # a case named as its transcript
        if not homes:
            everyone = [x for labels in self.labels.values() for x in labels.values()]
            return Problem(where, f"nobody is called {label!r}", self._near(label, everyone))
        return Participant(homes[0], self.labels[homes[0]][_plain(label)])

    def _near(self, label: str, labels: Sequence[str]) -> str:
        near = difflib.get_close_matches(label, labels, n=3, cutoff=0.5)
        if near:
            return f"did you mean {', '.join(map(repr, near))}?"
        return f"the labels are: {', '.join(sorted(set(labels))[:20]) or 'none'}"

    def _list_sources(self) -> str:
        names = sorted(self.names.values())
        return f"transcripts: {', '.join(names[:20])}{' …' if len(names) > 20 else ''}"
