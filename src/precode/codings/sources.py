"""Which transcript a coded table means: names as people retype them."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence

from precode.codebook import plain
from precode.domain import CodedExcerpt, Transcript
from precode.errors import Problem

_SUFFIX = re.compile(r"\.(txt|md|docx?|odt|rtf|pdf|vtt|srt|csv|tsv|xlsx?|html?)$", re.IGNORECASE)


def _base(name: str) -> str:
    return re.split(r"[\\/]", name.strip())[-1]


def _stem(name: str) -> str:
    return _SUFFIX.sub("", name.strip())


# From strict to loose; the first way in which any name agrees decides.
_WAYS: tuple[Callable[[str], str], ...] = (
    str,
    lambda name: name.strip().casefold(),
    lambda name: plain(_stem(name)),
    lambda name: plain(_stem(_base(name))),
    lambda name: plain(_stem(_base(name))).replace(" ", ""),
)


class Sources:
    """Transcripts by name: case, extension, folder, spaces and underscores do not matter."""

    def __init__(self, transcripts: Sequence[Transcript]) -> None:
        self._names = [t.name for t in transcripts]
        self._by_way: list[dict[str, list[Transcript]]] = []
        for way in _WAYS:
            shelf: dict[str, list[Transcript]] = {}
            for t in transcripts:
                shelf.setdefault(way(t.name), []).append(t)
            self._by_way.append(shelf)

    def find(self, source: str) -> Transcript | None:
        """The one transcript that ``source`` means, None if there is none or more than one."""
        candidates = self.candidates(source)
        return candidates[0] if len(candidates) == 1 else None

    def candidates(self, source: str) -> list[Transcript]:
        """All transcripts that ``source`` may mean equally well."""
        for way, shelf in zip(_WAYS, self._by_way, strict=True):
            if (key := way(source)) and key in shelf:
                return shelf[key]
        return []

    def nearest(self, source: str) -> list[str]:
        """Up to three names that look like ``source``, for messages."""
        folded = {plain(_stem(name)): name for name in self._names}
        near = difflib.get_close_matches(plain(_stem(_base(source))), list(folded), n=3, cutoff=0.6)
        return [folded[n] for n in near]


def unknown_sources(
    excerpts: Iterable[CodedExcerpt], transcripts: Sequence[Transcript]
) -> list[Problem]:
    """One problem for each source that is no transcript of the study, or may be several."""
    sources = Sources(transcripts)
    rows: dict[str, list[str]] = {}
    for e in excerpts:
        rows.setdefault(e.source, []).append(e.row)
    problems = []
    for source, where in rows.items():
        candidates = sources.candidates(source)
        if len(candidates) == 1:
            continue
        distinct = len(dict.fromkeys(where))
        place = where[0] + (f" and {distinct - 1} more" if distinct > 1 else "")
        if candidates:
            names = ", ".join(repr(t.name) for t in candidates)
            problem = Problem(
                place, f"source {source!r} may be any of {names}", "write the full name"
            )
        else:
            near = sources.nearest(source)
            mend = f"did you mean {' or '.join(map(repr, near))}? " if near else ""
            mend += "Correct the table, or add the transcript first: precode add FILE"
            problem = Problem(place, f"there is no transcript {source!r} in the study", mend)
        problems.append(problem)
    return problems
