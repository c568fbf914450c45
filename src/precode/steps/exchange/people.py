"""Whom the cases of a project describe among a study's participants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from precode.codebook import plain
from precode.domain import Participant, Transcript, Turn
from precode.exchange.project import Project
from precode.steps.exchange.incoming import find_sources


def people_of(
    project: Project,
    transcripts: Sequence[Transcript],
    turns: Mapping[str, Sequence[Turn]],
    known: Sequence[Participant],
) -> tuple[list[Participant], list[str]]:
    """The ``known`` participants whom the cases of ``project`` describe, with what they say added to
    what was known; and what could not be used, a sentence each.

    A case means whoever speaks most in its places; of a whole source its only participant, or the
    one of the case's name. A variable that is known with another value is left as it is, and said.
    """
    found = find_sources(project, transcripts)
    same = {s.id for s in project.sources if s.id in found and found[s.id].text == s.text}
    people = {(p.transcript_id, p.label): dict(p.attributes) for p in known}
    changed: set[tuple[str, str]] = set()
    notes: list[str] = []
    for case in project.cases:
        if not case.variables:
            continue
        meant: Counter[tuple[str, str]] = Counter()
        for source, start, end in case.places:
            if source in found and (end < 0 or source in same):
                meant.update(_speakers(found[source].id, start, end, turns, people, case.name))
        if not meant:
            notes.append(f"case {case.name!r} is nobody of the study: its variables were left out")
            continue
        transcripts_meant = {t for t, _ in meant}
        for t in transcripts_meant:
            key = max((k for k in meant if k[0] == t), key=lambda k: meant[k])
            for title, value in case.variables.items():
                if people[key].setdefault(title, value) != value:
                    notes.append(
                        f"case {case.name!r}: {title} is {people[key][title]!r} in the study and "
                        f"{value!r} in the project; the study's was kept"
                    )
            changed.add(key)
    described = {(p.transcript_id, p.label): dict(p.attributes) for p in known}
    return [
        Participant(*key, people[key])
        for key in people
        if key in changed and people[key] != described[key]
    ], notes


def _speakers(
    transcript: str,
    start: int,
    end: int,
    turns: Mapping[str, Sequence[Turn]],
    people: Iterable[tuple[str, str]],
    name: str,
) -> Counter[tuple[str, str]]:
    """Participants and how much they say in a place of a case."""
    here = [label for t, label in people if t == transcript]
    if end < 0:
        like = [label for label in here if plain(label) == plain(name)]
        only = like or (here if len(here) == 1 else [])
        return Counter({(transcript, label): 1 for label in only})
    said: Counter[tuple[str, str]] = Counter()
    for turn in turns.get(transcript, ()):
        common = min(end, turn.end) - max(start, turn.start)
        if common > 0 and turn.speaker in here:
            said[transcript, turn.speaker] += common
    return said


def joined(people: Sequence[Participant], listed: Sequence[Participant]) -> list[Participant]:
    """``people`` of projects and those ``listed`` in a table, each once: where both know something
    of a person, the table goes before.
    """
    every: dict[tuple[str, str], Participant] = {}
    for p in (*people, *listed):
        key = (p.transcript_id, p.label)
        known = every[key].attributes if key in every else {}
        every[key] = replace(p, attributes={**known, **p.attributes})
    return list(every.values())
