"""Captions (.vtt, .srt): cues with times, joined to turns.

Read here rather than by a library because captions in the wild are malformed, and the libraries
drop what does not fit without saying so; here every line of speech is kept and counted.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from precode.errors import InputError
from precode.transcripts.drafts import Draft, Utterance, compose
from precode.transcripts.labels import seconds
from precode.transcripts.speakers import find_marks

_CLOCK = r"(?:\d{1,3}:)?\d{1,2}:\d{2}[.,]\d{1,3}"
_TIMING = re.compile(rf"\s*({_CLOCK})\s*-+>\s*({_CLOCK})(.*)")
_VOICE = re.compile(r"<v(?:\.[^\s>]{0,50})?\s+([^>]{0,100})>")
_TAG = re.compile(
    r"</?(?:b|i|u|c|v|s|em|strong|font|ruby|rt|lang)(?:[.\s][^>]{0,200})?/?>|<[\d:.]{1,20}>|\{\\[^}]{0,99}\}"
)
_ROLLING = re.compile(r"<\d{2}:\d{2}:\d{2}\.\d{3}>")


@dataclass(slots=True)
class _Cue:
    time: float | None
    lines: list[str] = field(default_factory=list)


def read_captions(text: str, *, name: str, patterns: Sequence[str]) -> Draft:
    """The draft of captions; ``name`` stands in messages.

    Speakers come from ``<v Name>`` or ``Name:``; a cue without either goes on with the speaker
    before. Cues of one speaker in a row are one turn, with the time of the first. Raises
    :class:`InputError` if there is no cue at all.
    """
    cues, notes = _cues(text)
    if not any(cue.time is not None for cue in cues):
        raise InputError(
            f"{name} holds no captions: no line like 00:00:01.000 --> 00:00:04.000",
            mend="save the captions again as .vtt or .srt, or the transcript as .txt",
        )
    if _ROLLING.search(text) and _unroll(cues):
        notes.append("captions that repeat the line before (live captions) were joined")
    pieces = [(voice, cue.time, line) for cue in cues for voice, line in _speech(cue)]
    marks, found = find_marks([line for _, _, line in pieces], patterns=patterns)
    utterances: list[Utterance] = []
    speaker: str | None = None
    for index, (voice, time, line) in enumerate(pieces):
        mark = None if voice else marks.get(index)
        said = line[mark.speech :] if mark else line
        now = voice or (mark.label if mark else speaker)
        if utterances and now == utterances[-1].speaker:
            last = utterances[-1]
            utterances[-1] = Utterance(now, f"{last.speech} {said.strip()}".strip(), last.time)
        else:
            utterances.append(Utterance(now, said.strip(), time))
        speaker = now
    labelled = any(u.speaker for u in utterances)
    if not labelled:
        # Without speakers, cues are the only paragraphs there are; sentences run across them.
        whole = " ".join(u.speech for u in utterances)
        utterances = [Utterance("", whole, pieces[0][1] if pieces else None)]
    composed, spans, empty = compose(utterances)
    if empty:
        notes.append(f"{empty} caption{'s' * (empty > 1)} without text left out")
    return Draft(composed, spans, labelled, (*notes, *found))


def _cues(text: str) -> tuple[list[_Cue], list[str]]:
    """Cues in file order, and notes on comments and on text that belongs to no cue."""
    lines = text.split("\n")
    cues: list[_Cue] = []
    notes: list[str] = []
    untimed: list[int] = []
    skipping = lines[0].lstrip("\ufeff").startswith("WEBVTT")
    open_cue = blank = False
    comments = 0
    for number, raw in enumerate(lines, 1):
        line = raw.strip()
        following = lines[number] if number < len(lines) else ""
        timing = _TIMING.match(line)
        if timing:
            cues.append(_Cue(seconds(timing[1])))
            open_cue, skipping = True, False
        elif not line:
            skipping = open_cue = False
        elif skipping:
            pass
        elif blank and re.match(r"(?:NOTE|STYLE|REGION)(?:\s|$)", line):
            skipping = True
            comments += line.startswith("NOTE")
        elif "-->" in line:
            untimed.append(number)
            cues.append(_Cue(None))
            open_cue = True
        elif "-->" in following and (blank or not open_cue or line.isdigit()):
            pass  # the cue's number or name
        else:
            if not open_cue:
                untimed.append(number)
                cues.append(_Cue(None))
                open_cue = True
            cues[-1].lines.append(line)
        blank = not line
    if comments:
        notes.append(f"{comments} comment{'s' * (comments > 1)} left out")
    if untimed:
        places = ", ".join(map(str, untimed[:5])) + (" …" if len(untimed) > 5 else "")
        notes.append(f"text without a readable time was kept (line {places})")
    return cues, notes


def _unroll(cues: list[_Cue]) -> int:
    """Live captions show each line twice: growing, then again above the next one. How many did."""
    last = ""
    repeated = 0
    for cue in cues:
        kept = []
        for line in cue.lines:
            plain = _plain(line)
            again = bool(last) and plain.startswith(last)
            if not plain or last.startswith(plain):
                repeated += bool(plain)
                continue
            repeated += again
            kept.append(plain.removeprefix(last).strip() if again else plain)
            last = plain
        cue.lines = kept
    return repeated


def _speech(cue: _Cue) -> Iterator[tuple[str, str]]:
    """(voice or "", text) for each piece of a cue."""
    voice = ""
    for line in cue.lines:
        parts = _VOICE.split(line)
        if parts[0].strip():
            yield voice, _plain(parts[0])
        for name, said in zip(parts[1::2], parts[2::2], strict=True):
            voice = html.unescape(name).strip()
            yield voice, _plain(said)


def _plain(line: str) -> str:
    return html.unescape(_TAG.sub("", line)).replace("\u200b", "").strip()
