"""PDFs with a text layer. The letters come from :mod:`.pdf_pages`, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from precode.errors import InputError, Problem
from precode.files.text import read_bytes
from precode.settings import Limits
from precode.transcripts.drafts import Draft, count, draft_lines, listed, within
from precode.transcripts.labels import Mark
from precode.transcripts.pdf_layout import (
    Layout,
    Line,
    Page,
    Segment,
    joined_hyphens,
    lay_out,
    usual_gap,
)
from precode.transcripts.pdf_letters import unfit
from precode.transcripts.speakers import find_marks

_AGAIN = "open it and save or print it as a PDF again, or save it as .docx"
_UNFIT = (
    "add the document that the PDF was made from; or have the PDF's text recognised (OCR) and "
    "check it"
)
_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
    }
)
# Between paragraphs, lines are this many times as far apart as usual.
_WIDE = 1.35


def read_pdf(path: Path, *, limits: Limits, patterns: Sequence[str]) -> Draft:
    """The draft of a PDF: columns one after the other, words broken over lines joined, running
    heads, page and line numbers left out and shown in the notes.

    Raises :class:`InputError` for a file that is no PDF, is damaged, encrypted or larger than
    ``limits``, and for one with pages whose text is no speech to be trusted, naming them: scanned
    without text, scattered or doubled letters, letters that cannot be read.
    """
    if b"%PDF-" not in read_bytes(path, max_megabytes=limits.megabytes)[:1024]:
        raise InputError(f"{path} is not a .pdf file, despite its name", mend=_AGAIN)
    pages = _pages(path, limits)
    _check(path, pages)
    layout = lay_out(pages)
    marks, found = find_marks(
        [line.text for line in layout.lines],
        patterns=patterns,
        bold=[line.bold for line in layout.lines],
    )
    whole, lines, moved, joined = _flow(layout, marks)
    if not whole.strip():
        raise InputError(f"{path} holds no text", mend="leave it out, or save it again")
    within(whole, name=str(path), limits=limits)
    turned = sum(page.turned for page in pages)
    return draft_lines(whole, lines, moved, (*_notes(layout, joined, turned), *found))


def _pages(path: Path, limits: Limits) -> list[Page]:
    # so that the process finds the same precode, wherever it was imported from
    home = str(Path(__file__).parents[2])
    known = os.environ.get("PYTHONPATH")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([home, *([known] if known else [])]),
        "PYTHONIOENCODING": "utf-8",
    }
    command = [
        sys.executable, "-P", "-m", "precode.transcripts.pdf_pages",
        str(path.absolute()), str(limits.pages), str(limits.characters),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, env=environment, capture_output=True, timeout=limits.seconds, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise InputError(
            f"{path} could not be read within {limits.seconds} seconds",
            mend=f"{_AGAIN}; or raise seconds under [limits] in precode.toml",
        ) from error
    try:
        answer: dict[str, Any] = json.loads(done.stdout) if done.returncode == 0 else {}
    except ValueError:
        answer = {}
    if "refused" in answer:
        what, mend = answer["refused"]
        raise InputError(f"{path} {what}", mend=mend)
    if "pages" not in answer:
        last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:120]
        raise InputError(f"{path} is damaged: its reader gave up ({last})", mend=_AGAIN)
    return [_page(page) for page in answer["pages"]]


def _page(page: dict[str, Any]) -> Page:
    segments = tuple(
        Segment(text.translate(_LIGATURES), left, right, baseline, size, bold)
        for text, left, right, baseline, size, bold in page["segments"]
        if text.strip("\xad \t\r\n")
    )
    return Page(page["width"], page["height"], segments, page["picture"], page["turned"])


def _check(path: Path, pages: Sequence[Page]) -> None:
    """Refuse the file if any page's letters are not what was said, with a problem for each kind."""
    wrong: dict[str, list[int]] = {}
    for number, page in enumerate(pages, 1):
        letters = sum(len(s.text) for s in page.segments)
        if page.picture >= 0.5 and letters < 30:
            what = "no text layer: a picture of text"
        else:
            what = unfit([s.text for s in page.segments])
        if what:
            wrong.setdefault(what, []).append(number)
    problems = [
        Problem(str(path), f"{what} on {_numbers(numbers)}", _UNFIT)
        for what, numbers in wrong.items()
    ]
    if problems:
        raise InputError(
            f"{path}: {'; '.join(p.what for p in problems)}", mend=_UNFIT, problems=problems
        )


def _numbers(numbers: Sequence[int]) -> str:
    """ "page 3", "pages 1 to 4, 7"."""
    runs: list[list[int]] = []
    for n in numbers:
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    parts = [f"{r[0]} to {r[-1]}" if len(r) > 1 else str(r[0]) for r in runs]
    shown = ", ".join(parts[:12]) + (" …" if len(parts) > 12 else "")
    return f"page{'s' * (len(numbers) > 1)} {shown}"


def _notes(layout: Layout, joined: int, turned: int) -> Iterator[str]:
    yield from listed("running heads and feet left out", layout.heads)
    if layout.numbered:
        yield f"page numbers left out on {count(layout.numbered, 'page')}"
    if layout.numbers:
        yield f"line numbers left out on {count(layout.numbers, 'line')}"
    if layout.columns:
        yield f"{count(layout.columns, 'page')} in columns, read one column after the other: check"
    if joined:
        yield f"{count(joined, 'word')} broken at the end of a line joined"
    if turned:
        yield f"{count(turned, 'letter')} that stand askew left out (watermarks, stamps)"


def _flow(
    layout: Layout, marks: dict[int, Mark]
) -> tuple[str, list[tuple[int, int]], dict[int, Mark], int]:
    """The text in paragraphs, its lines, the marks by these lines, and how many words were joined."""
    usual = usual_gap(layout.lines)
    hyphens = joined_hyphens(layout.lines)
    paragraphs: list[str] = []
    breaks: list[str] = []  # before each paragraph
    moved: dict[int, Mark] = {}
    joined = 0
    previous: Line | None = None
    for index, line in enumerate(layout.lines):
        ending = "" if previous is None else _break(previous, line, usual)
        if previous is None or index in marks or ending:
            if index in marks:
                moved[len(paragraphs)] = marks[index]
            paragraphs.append(line.text)
            breaks.append("\n\n" if index in marks else ending or "\n\n")
        elif paragraphs[-1].endswith("\xad"):
            drop = hyphens.get(index - 1, False)
            joined += drop
            paragraphs[-1] = paragraphs[-1][:-1] + ("" if drop else "-") + line.text
        else:
            paragraphs[-1] += f" {line.text}"
        previous = line
    pieces: list[str] = []
    lines: list[tuple[int, int]] = []
    length = 0
    for index, paragraph in enumerate(paragraphs):
        # marks count characters of the line as it was; a soft hyphen there is rare, and becomes one
        text = paragraph.replace("\xad", "-")
        before = breaks[index] if index else ""
        lines.append((length + len(before), length + len(before) + len(text)))
        pieces += [before, text]
        length += len(before) + len(text)
    return "".join([*pieces, "\n"]), lines, moved, joined


def _break(previous: Line, line: Line, usual: float) -> str:
    """What parts ``line`` from the one before: nothing, a new line, or a new paragraph."""
    if line.gap is not None and line.gap > _WIDE * usual:
        return "\n\n"
    ended = previous.text.rstrip()[-1:] in ".?!:\u2026\u201d\"')]"
    if previous.ends_early:
        return "\n\n" if ended else "\n"
    return "\n\n" if line.shifted and ended else ""
