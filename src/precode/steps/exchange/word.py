"""``export --format docx``: transcripts as Word documents with coded passages as comments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from precode.errors import TooLittleError
from precode.exchange.project import Project
from precode.exchange.word_write import Commented, write_word
from precode.files.atomic import replacing_folder
from precode.steps.exchange.outgoing import MACHINE

SIGN = "about these files.txt"
_ABOUT = """Written by {tool}. Each file is a transcript of the study {title!r}; its comments are codes.
The author of a comment is the coder; "{machine}" is the machine, with its confidence in brackets.
Comments may be added, changed and deleted in Word: precode codes FILE.docx reads them again, by
coder, without the machine's. What was read without being given a code is not in these files.
"""
_UNSAFE = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_SUFFIX = re.compile(r"\.(?:docx?|txt|odt|rtf|pdf|md)$", re.IGNORECASE)


def write_documents(project: Project, target: Path) -> tuple[int, int, tuple[str, ...]]:
    """Write the sources of ``project`` that anything was coded in: one document if ``target`` ends in
    .docx, else a folder of them. Returns how many comments of people and of the machine there are,
    and what to know of it.
    """
    coded = {s.source for s in project.selections}
    words = {c.id: _words(project, c.id) for c in project.codes}
    names = {c.id: c.name for c in project.coders}
    documents = [
        Commented(
            s, [x for x in project.selections if x.source == s.id], names, words, MACHINE
        )
        for s in project.sources
        if s.id in coded
    ]  # fmt: skip
    if not documents:
        raise TooLittleError("no passage is left to export", mend="choose less narrowly")
    notes = []
    if left := len(project.sources) - len(documents):
        notes.append(f"{left} transcripts without such a passage have no document")
    if target.suffix.lower() == ".docx":
        write_word(target, documents)
        if len(documents) > 1:
            notes.append(
                "one document of several transcripts is to be read; for comments that come back to "
                "the study, export a folder: --format docx without --out"
            )
    else:
        with replacing_folder(target) as folder:
            for one, name in zip(documents, _names(documents), strict=True):
                write_word(folder / name, [one])
            about = _ABOUT.format(tool=project.tool, title=project.name, machine=MACHINE)
            (folder / SIGN).write_text(about, encoding="utf-8")
    machine = sum(s.coder == MACHINE for s in project.selections)
    return len(project.selections) - machine, machine, tuple(notes)


def _words(project: Project, code: str) -> str:
    """A code and polarity as a comment says them: "Physical opportunity: barrier"."""
    bare, _, polarity = code.partition("/")
    label = project.path(bare)[-1]
    return f"{label}: {polarity}" if polarity else label


def _names(documents: Sequence[Commented]) -> list[str]:
    """File names, none of them twice on any disk."""
    met: Counter[str] = Counter()
    out = []
    for one in documents:
        stem = _UNSAFE.sub("_", _SUFFIX.sub("", one.source.name)).strip(" .")[:120] or "transcript"
        met[stem.casefold()] += 1
        more = met[stem.casefold()]
        while more > 1 and f"{stem} {more}".casefold() in met:
            more += 1
        name = stem if more == 1 else f"{stem} {more}"
        met[name.casefold()] += name != stem
        out.append(f"{name}.docx")
    return out
