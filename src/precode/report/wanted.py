"""What a report is asked to show, beyond what every report shows."""

from __future__ import annotations

from dataclasses import dataclass

PARTICIPANT, SOURCE = "participant", "source"


@dataclass(frozen=True, slots=True)
class Wanted:
    """``matrix_by``: the rows of the framework matrix: "participant", "source", the name of an
    attribute, or "" to leave the choice to its size. ``matrix_sort`` are attributes that order
    them, ``matrix_where`` (attribute, value) that people must have. ``table_by`` is an attribute
    each of whose values gets a table of people of its own.
    """

    matrix_by: str = ""
    matrix_sort: tuple[str, ...] = ()
    matrix_where: tuple[tuple[str, str], ...] = ()
    table_by: str = ""
