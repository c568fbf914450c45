"""A coded project as any tool has it: what every reader here makes, and what every writer takes.

Offsets are half-open code points into ``Source.text``, whatever the file itself counts in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Source:
    """A text with newlines as ``\\n``. ``id`` is the file's own; ``text`` is empty where the project
    only names the source. ``skipped`` says in words why a source has no text (a picture, a film).
    """

    id: str
    name: str
    text: str
    note: str = ""
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class ProjectCode:
    """``parent`` is the id of the code above, or empty. ``names`` of a path are joined elsewhere."""

    id: str
    name: str
    parent: str = ""
    description: str = ""
    colour: str = ""
    codable: bool = True


@dataclass(frozen=True, slots=True)
class Coder:
    """A user of the project."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Selection:
    """A stretch of a source with a code. ``text`` is what the file says stands there, if it does.

    ``coder`` is a :class:`Coder` id, ``at`` ISO 8601 or empty. ``note`` is the coder's own. With
    ``whole`` the code was given to the source as a whole, not to a passage. ``confidence`` is a
    machine's, None where a person coded or it is not known.
    """

    source: str
    start: int
    end: int
    code: str
    coder: str
    at: str = ""
    note: str = ""
    text: str = ""
    whole: bool = False
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """A coded passage known by its words alone: it is yet to be found in a transcript.

    ``source`` is the name of the document as the file has it, or empty; ``where`` says where in the
    file it stands ("row 12", "comment 4"), for messages.
    """

    source: str
    text: str
    code: str
    coder: str
    where: str
    at: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """A person or group with its variables; ``sources`` and ``selections`` are (source id, start,
    end): end -1 where the whole source is meant.
    """

    name: str
    variables: Mapping[str, str]
    places: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in the file that does not fit, and what was done with it: never silence."""

    where: str
    what: str
    kind: Literal["left out", "noticed"] = "noticed"


@dataclass(frozen=True, slots=True)
class Project:
    """``tool`` is who wrote it, as the file says ("NVivo 12.6"). ``lost`` are (source id, coder id)
    of codings in the file whose passage or code could not be known: where the others lack something,
    it may be among these.
    """

    tool: str
    name: str
    sources: tuple[Source, ...]
    codes: tuple[ProjectCode, ...]
    coders: tuple[Coder, ...]
    selections: tuple[Selection, ...] = ()
    quotes: tuple[Quote, ...] = ()
    cases: tuple[Case, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    doubts: tuple[Doubt, ...] = field(default=())
    lost: frozenset[tuple[str, str]] = frozenset()

    def path(self, code: str) -> tuple[str, ...]:
        """The names from the top of the tree down to ``code``. Raises :class:`KeyError` for an id
        that is not there.
        """
        by_id = {c.id: c for c in self.codes}
        names, seen = [], set()
        at = by_id[code]
        while True:
            names.append(at.name)
            seen.add(at.id)
            if not at.parent or at.parent in seen or at.parent not in by_id:
                return tuple(reversed(names))
            at = by_id[at.parent]
