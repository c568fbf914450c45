"""What an export leaves out: everyone but some group of participants, and what the machine doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from precode.errors import Problem, UsageError
from precode.report.export import ExportRow
from precode.report.tables.index import Index, make_index
from precode.report.view import StudyView


@dataclass(frozen=True, slots=True)
class Narrowing:
    """``groups``: attribute → values (in any case), all of which a participant must have one of.
    ``least``: what the machine gives with less confidence, or with one that is not known, is left out;
    people's codes have none, and stay.
    """

    groups: Mapping[str, frozenset[str]] = field(default_factory=dict)
    least: float = 0.0

    def __bool__(self) -> bool:
        return bool(self.groups) or self.least > 0

    def rows(self, rows: Sequence[ExportRow]) -> list[ExportRow]:
        """Those of a table's ``rows`` that are left."""
        return [r for r in rows if self._speaks(r) and self._sure(r)]

    def _speaks(self, row: ExportRow) -> bool:
        return all(
            str(row[f"attr.{a}"] or "").casefold() in values for a, values in self.groups.items()
        )

    def _sure(self, row: ExportRow) -> bool:
        p = row["p"]
        unsure = not isinstance(p, float) or p < self.least
        return not (self.least and row["source_of_code"] == "machine" and unsure)

    def others(self, view: StudyView) -> frozenset[str]:
        """Ids of the sentences that nobody of the groups says."""
        if not self.groups:
            return frozenset()
        index = make_index(view)
        return frozenset(s.id for s in view.sentences if not self._said(index, s.id))

    def _said(self, index: Index, sentence_id: str) -> bool:
        person = index.person(index.sentence(sentence_id))
        said = index.people[person] if person else {}
        return all(said.get(a, "").casefold() in values for a, values in self.groups.items())

    def view(self, view: StudyView) -> StudyView:
        """``view`` without what the machine doubts."""
        if not self.least or (m := view.machine) is None:
            return view
        with np.errstate(invalid="ignore"):
            sure = m.p >= self.least  # NaN is not
        return replace(view, machine=replace(m, decision=m.decision & sure))


def narrowing(view: StudyView, where: Sequence[str], least: float) -> Narrowing:
    """``where`` are "ATTRIBUTE=VALUE", any of several values of one attribute. Raises
    :class:`UsageError` with everything that names no attribute or value of the study.
    """
    if not 0 <= least <= 1:
        raise UsageError("--min-confidence is a number from 0 to 1", mend="--min-confidence 0.8")
    known: dict[str, dict[str, str]] = {}
    for p in view.participants:
        for a, v in p.attributes.items():
            known.setdefault(a, {})[v.casefold()] = v
    names = {a.casefold(): a for a in known}
    groups: dict[str, set[str]] = {}
    problems = []
    for text in where:
        name, equals, value = (x.strip() for x in text.partition("="))
        attribute = names.get(name.casefold())
        if not equals or not name:
            problems.append(Problem(repr(text), "is not ATTRIBUTE=VALUE", "--where gender=woman"))
        elif attribute is None:
            there = ", ".join(sorted(known)) or "none yet: precode add --attributes TABLE"
            problems.append(Problem(repr(text), "no participant has it", f"attributes: {there}"))
        elif value.casefold() not in known[attribute]:
            there = ", ".join(sorted(known[attribute].values()))
            problems.append(Problem(repr(text), "nobody has this value", f"there are: {there}"))
        else:
            groups.setdefault(attribute, set()).add(value.casefold())
    if problems:
        raise UsageError("there is no such group of participants", problems=problems)
    return Narrowing({a: frozenset(v) for a, v in groups.items()}, least)
