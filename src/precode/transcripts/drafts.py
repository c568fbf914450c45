"""What every format becomes before roles and sentences: one text, and who speaks where in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from precode.domain import Kind
from precode.errors import InputError
from precode.settings import Limits
from precode.transcripts.labels import Mark, is_time_only

_LINE = re.compile(r"[^\n\v\f\x85\u2028\u2029]+")
_COMMENT = re.compile(r"\s*#+\s")


@dataclass(frozen=True, slots=True)
class Span:
    """A turn to be: ``text[start:end]``, without white space at its ends.

    ``speaker`` is None for what nobody says (title, comments), "" where there are no labels.
    """

    speaker: str | None
    start: int
    end: int
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Utterance:
    """Speech from a format that has no plain text of its own (captions, table rows)."""

    speaker: str | None
    speech: str
    time: float | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A file as read. ``labelled`` is False if no speaker was found anywhere in it.

    ``kind`` is set only where the format itself decides it.
    """

    text: str
    spans: tuple[Span, ...]
    labelled: bool
    notes: tuple[str, ...] = ()
    kind: Kind | None = None


def lines_of(text: str) -> list[tuple[int, int]]:
    """(start, end) of every line of ``text`` with anything in it."""
    return [m.span() for m in _LINE.finditer(text) if not m[0].isspace()]


def blank_before(text: str, lines: Sequence[tuple[int, int]]) -> list[bool]:
    """For each of ``lines``, whether a blank line (or nothing) stands before it."""
    gaps = (text.count("\n", a[1], b[0]) > 1 for a, b in pairwise(lines))
    return [True, *gaps] if lines else []


def within(text: str, *, name: str, limits: Limits) -> None:
    """Refuse a text that is longer, or has a longer line, than ``limits`` allow."""
    if len(text) > limits.characters:
        raise InputError(
            f"{name} holds {len(text):,} characters of text; above {limits.characters:,} none is read",
            mend="split it, or raise characters under [limits] in precode.toml",
        )
    longest = max(map(len, text.split("\n")))
    if longest > limits.line_characters:
        raise InputError(
            f"{name} has a line of {longest:,} characters; above {limits.line_characters:,} none is read",
            mend="break it into paragraphs, or raise line_characters under [limits] in precode.toml",
        )


def compose(utterances: Iterable[Utterance]) -> tuple[str, tuple[Span, ...], int]:
    """``Label: speech`` paragraphs, the spans of the speech in them, and how many were empty."""
    pieces: list[str] = []
    spans: list[Span] = []
    length = empty = 0
    for utterance in utterances:
        speech = utterance.speech.strip()
        if not speech:
            empty += 1
            continue
        label = f"{utterance.speaker}: " if utterance.speaker else ""
        start = length + len(label)
        spans.append(Span(utterance.speaker, start, start + len(speech), utterance.time))
        pieces.append(f"{label}{speech}\n\n")
        length += len(pieces[-1])
    return "".join(pieces), tuple(spans), empty


def draft_lines(
    text: str,
    lines: Sequence[tuple[int, int]],
    marks: Mapping[int, Mark],
    notes: Sequence[str] = (),
) -> Draft:
    """The draft of a text whose line ``i`` starts a turn where ``marks`` has ``i``.

    Lines without a mark go on with the turn; what stands before the first mark, and lines that
    begin with ``# ``, are nobody's; a time alone on a line begins a new turn of the same speaker.
    """
    if not marks:
        return Draft(text, _paragraphs(text, lines), labelled=False, notes=tuple(notes))
    spans: list[Span] = []
    empty: list[str] = []
    speaker: str | None = None
    time: float | None = None
    pending: float | None = None  # a time alone on its line, for the turn that follows
    start = end = -1

    def close() -> None:
        nonlocal start
        if start >= 0:
            spans.append(Span(speaker, start, end, time))
        start = -1

    fresh = False  # a label whose speech has not come yet
    for index, (begin, stop) in enumerate(lines):
        mark = marks.get(index)
        if mark is not None:
            if fresh:
                empty.append(speaker or "")
            close()
            speaker, fresh = mark.label, True
            time, pending = pending if mark.time is None else mark.time, None
        elif (seconds := is_time_only(text[begin:stop])) is not None:
            close()
            time = pending = seconds
            continue
        elif _COMMENT.match(text[begin:stop]):
            close()
            first, last = _trim(text, begin, stop)
            spans.append(Span(None, first, last))
            continue
        first, last = _trim(text, begin + (mark.speech if mark else 0), stop)
        if first < last:
            fresh, pending = False, None
            start, end = (first if start < 0 else start), last
    if fresh:
        empty.append(speaker or "")
    close()
    if empty:
        notes = (*notes, f"{count(len(empty), 'label')} without speech left out")
    return Draft(text, tuple(_join_preamble(spans)), labelled=True, notes=tuple(notes))


def _join_preamble(spans: Sequence[Span]) -> Iterable[Span]:
    """One span for all that stands before the first turn."""
    first = next((i for i, s in enumerate(spans) if s.speaker is not None), 0)
    if first > 1:
        yield Span(None, spans[0].start, spans[first - 1].end)
        yield from spans[first:]
    else:
        yield from spans


def _paragraphs(text: str, lines: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    """Paragraphs are parted by blank lines; where there are none, every line of prose is one."""
    parted = blank_before(text, lines)
    are_parted = any(parted[1:])
    groups: list[list[tuple[int, int]]] = []
    for line, begins in zip(lines, parted, strict=True):
        if groups and are_parted and not begins and not _COMMENT.match(text[line[0] : line[1]]):
            groups[-1].append(line)
        else:
            groups.append([line])
    found = [(_trim(text, g[0][0], g[-1][1])) for g in groups]
    return tuple(Span(None if _COMMENT.match(text[a:b]) else "", a, b) for a, b in found)


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    piece = text[start:end]
    return end - len(piece.lstrip()), start + len(piece.rstrip())


def count(n: int, noun: str) -> str:
    """ "1 page", "2 pages", "2 text boxes"."""
    return f"1 {noun}" if n == 1 else f"{n:,} {noun}{'e' * noun.endswith('x')}s"


def listed(what: str, items: Iterable[str], *, most: int = 6) -> Iterable[str]:
    """One note that quotes the different ``items`` that are not empty; none if there are none."""
    found = list(dict.fromkeys(i for i in items if i))
    if found:
        quoted = [repr(i if len(i) <= 60 else i[:59] + "\u2026") for i in found[:most]]
        yield f"{what}: {', '.join(quoted)}" + (" \u2026" if len(found) > most else "")
