"""What the scan for identifiers goes by in a study, and the list of what it masked."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from precode.codebook import plain
from precode.domain import Role
from precode.files.tables import write_csv
from precode.report.identifiers.mask import Masked, Masker
from precode.report.identifiers.scan import Lexicon, names_of, words_of
from precode.report.view import StudyView
from precode.resources import shipped

# Columns of a table of participants that say who somebody is
TELLING = frozenset([
    "name", "real name", "full name", "first name", "forename", "given name", "surname",
    "last name", "family name", "email", "e mail", "mail", "phone", "telephone", "mobile",
    "phone number", "postcode", "address", "date of birth", "dob", "nhs number", "nhs no",
    "hospital number", "initials", "signature",
])  # fmt: skip
COLUMNS = ("where", "looks_like", "masked", "before", "after")


def lexicon_of(view: StudyView, keep: Iterable[str]) -> Lexicon:
    """Common words from the study's own talk, its codebook and the invented corpus; names from the
    labels of its speakers and coders. A label that is a common word ("Midwife") is no name.
    """
    corpus = shipped("models") / "comb-starter" / "corpus.jsonl"
    lines = corpus.read_text(encoding="utf-8").splitlines()
    invented = (str(json.loads(line)["text"]) for line in lines)
    coded = (f"{c.label} {c.definition}".lower() for c in view.codebook.codes)
    common = words_of(s.text for s in view.sentences) | words_of(invented) | words_of(coded)
    labels = {
        turn.speaker
        for turns in view.turns.values()
        for turn in turns
        if turn.speaker and turn.role in (Role.PARTICIPANT, Role.OTHER, Role.INTERVIEWER)
    }
    names = names_of(labels, common)
    return Lexicon(common, names, frozenset(k.strip().casefold() for k in keep if k.strip()))


def masker_of(view: StudyView, keep: Iterable[str]) -> Masker:
    """What masks the report on ``view``: words ``keep`` stay."""
    lexicon = lexicon_of(view, keep)
    named = (t.name for t in view.transcripts)
    files = (file for file, _ in view.sources.values() if file)
    telling = {
        str(value).strip()
        for person in view.participants
        for name, value in person.attributes.items()
        if plain(name) in TELLING and value
    }
    kept = lexicon.keep
    return Masker(
        lexicon,
        files=[*named, *files],
        telling=sorted(t for t in telling if t.casefold() not in kept),
    )


def write_list(masked: Iterable[Masked], path: Path) -> None:
    """The identifiers that were masked, and where: to be kept apart from the report."""
    rows = ((m.where, m.kind, m.text, m.before, m.after) for m in masked)
    write_csv(path, COLUMNS, rows)
