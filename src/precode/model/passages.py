"""What the model sees of a sentence: its words, and the talk before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from precode.domain import Sentence, Turn
from precode.model.preset import PRESET

WINDOW = PRESET.window


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence in its conversation.

    ``window`` holds up to :data:`WINDOW` preceding sentences by anybody, nearest first, of which
    ``mine`` tells those that the same speaker said. ``behaviour`` is the target behaviour that
    polarity is relative to.
    """

    id: str
    text: str
    window: tuple[str, ...] = ()
    behaviour: str = ""
    mine: tuple[bool, ...] = ()


def passages(
    sentences: Sequence[Sentence], turns: Mapping[str, Sequence[Turn]], *, behaviour: str
) -> list[Passage]:
    """One passage for each codable sentence, in the order of ``sentences`` (by transcript, place)."""
    out: list[Passage] = []
    by_transcript: dict[str, list[Sentence]] = {}
    for s in sentences:
        by_transcript.setdefault(s.transcript_id, []).append(s)
    for transcript_id, own in by_transcript.items():
        speakers = {t.index: t.speaker for t in turns[transcript_id]}
        for position, s in enumerate(own):
            if s.codable:
                before = own[max(0, position - WINDOW) : position]
                window = tuple(b.text for b in reversed(before))
                who = speakers[s.turn]
                mine = tuple(speakers[b.turn] == who for b in reversed(before))
                out.append(Passage(s.id, s.text, window, behaviour, mine))
    return out


def passages_from_texts(
    texts: Sequence[str],
    before: Sequence[str],
    behaviours: Sequence[str],
    ids: Sequence[str],
    speakers: Sequence[str] = (),
) -> list[Passage]:
    """Passages from table columns. ``before`` holds the talk before each text, utterances separated
    by line breaks or " / ", each with or without "speaker:" in front. The last turn is taken to be
    somebody else's, unless ``speakers`` names who says each text, as ``before`` does.
    """
    who = speakers or [""] * len(texts)
    out = []
    for i, text, heard, behaviour, speaker in zip(
        ids, texts, map(_utterances, before), behaviours, who, strict=True
    ):
        own = speaker and any(said_by == speaker for said_by, _ in heard[-WINDOW:])
        mine = tuple(w == speaker for w, _ in reversed(heard[-WINDOW:])) if own else _mine(heard)
        window = tuple(said for _, said in reversed(heard[-WINDOW:]))
        out.append(Passage(i, text, window, behaviour, mine))
    return out


# One word, or several that all begin with a capital or a digit ("Dr Smith", "Participant 3 (F)"):
# "I told him: …" is talk, and talk is never cut off.
_LABEL = re.compile(r"\s*((?:[\w.'’\-]+|[A-Z]\S*(?: \(?[A-Z0-9]\S*){1,3}))\s*:(?:\s+(.*))?")


def _utterances(before: str) -> list[tuple[str, str]]:
    """(speaker, words) in order; what has no label is the previous speaker's ("" if none has)."""
    out: list[tuple[str, str]] = []
    speaker = ""
    for part in re.split(r"\s+/\s+|[\r\n]+", before):
        labelled = _LABEL.fullmatch(part)
        speaker = labelled[1] if labelled else speaker
        said = (labelled[2] or "" if labelled else part).strip()
        if said:
            out.append((speaker, said))
    return out


def _mine(heard: Sequence[tuple[str, str]]) -> tuple[bool, ...]:
    """Which of the window the speaker said, nearest first: by the labels, where there are any, for
    the last one is somebody else's; else every other one.
    """
    near = heard[: -WINDOW - 1 : -1]
    if not any(who for who, _ in near):
        return tuple(back % 2 == 1 for back in range(len(near)))
    return tuple(who != near[0][0] for who, _ in near)
