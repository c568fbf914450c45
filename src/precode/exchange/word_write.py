"""Transcripts as Word documents with coded passages as comments, to read and to come back.

Each line of the text is a paragraph, so that :mod:`precode.exchange.word_comments` reads the same
text; a comment says one code, its author is the coder.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from precode.exchange.project import Selection, Source
from precode.files.atomic import replacing
from precode.files.text import ILLEGAL

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.run import Run

MEMO = "Memo: "


@dataclass(frozen=True, slots=True)
class Commented:
    """A source with the codings on it; ``coders`` names the users, ``words`` the codes, by
    id; what the user ``machine`` gave has no memo."""

    source: Source
    selections: Sequence[Selection]
    coders: Mapping[str, str]
    words: Mapping[str, str]
    machine: str


def write_word(path: Path, sources: Sequence[Commented]) -> int:
    """Write ``sources`` as one document, at once or not at all; returns how many comments it holds.
    One alone is nothing but its text; several have their names as headings.
    """
    import docx
    from docx.shared import Pt

    document = docx.Document()
    document.styles["Normal"].paragraph_format.space_after = Pt(4)
    count = 0
    for n, one in enumerate(sources):
        if len(sources) > 1:
            if n:
                document.add_page_break()
            document.add_heading(one.source.name, level=1)
        count += _put(document, one)
    document.core_properties.title = sources[0].source.name if len(sources) == 1 else "Transcripts"
    document.core_properties.author = "precode"
    document.core_properties.comments = ""
    with replacing(path) as temporary:
        document.save(str(temporary))
    return count


def _put(document: Document, one: Commented) -> int:
    """The text of ``one``, in runs that are cut where a comment starts or ends, and its comments."""
    text = one.source.text
    spans = [(s, *_trimmed(text, s.start, s.end)) for s in one.selections]
    spans = [x for x in spans if x[1] < x[2]]
    cuts = sorted({at for _, *ends in spans for at in ends})
    starts: dict[int, Run] = {}
    ends: dict[int, Run] = {}
    line_start = 0
    for line in text.split("\n"):
        line_end = line_start + len(line)
        paragraph = document.add_paragraph()
        inside = cuts[bisect_right(cuts, line_start) : bisect_left(cuts, line_end)]
        for at, to in pairwise((line_start, *inside, line_end)):
            if at < to:
                starts[at] = ends[to] = paragraph.add_run(text[at:to])
        line_start = line_end + 1
    # the longer first: Word lists comments by where they start
    for s, start, end in sorted(spans, key=lambda x: (x[1], -x[2])):
        who = one.coders[s.coder]
        initials = "".join(w[0] for w in who.split() if w[0].isalnum())[:3].upper()
        document.add_comment(
            [starts[start], ends[end]], text=_said(one, s), author=who, initials=initials
        )
    return len(spans)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without white space at the ends, on which no comment can be tied (a line end is no run)."""
    piece = text[start:end]
    return start + len(piece) - len(piece.lstrip()), end - (len(piece) - len(piece.rstrip()))


def _said(one: Commented, s: Selection) -> str:
    """ "Physical opportunity: barrier (0.83)", and a person's memo below."""
    words = one.words[s.code]
    if s.confidence is not None:
        return f"{words} ({s.confidence:.2f})"
    if one.coders[s.coder] == one.machine:
        return words
    memo = ILLEGAL.sub("\ufffd", s.note).replace("\r\n", "\n").replace("\r", "\n")
    return f"{words}\n{MEMO}{memo}" if memo else words
