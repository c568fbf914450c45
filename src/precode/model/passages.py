"""What the model sees of a sentence: its words, and the talk before it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from precode.domain import Role, Sentence, Turn
from precode.model.preset import PRESET

WINDOW = PRESET.window


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence in its conversation.

    ``window`` holds up to :data:`WINDOW` preceding sentences by anybody, nearest first, of which
    ``mine`` tells those that the same speaker said; an interviewer's "mm-hmm" and the like are left out.
    ``behaviour`` is the target behaviour that polarity is relative to.
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
        by = {t.index: t for t in turns[transcript_id]}
        said = [(s.text, by[s.turn].speaker, by[s.turn].role) for s in own]
        for position, s in enumerate(own):
            if s.codable:
                who = by[s.turn].speaker
                back = (said[i] for i in range(position - 1, -1, -1))
                window, mine = _heard(
                    (text, one == who, role is not Role.PARTICIPANT) for text, one, role in back
                )
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
    somebody else's, unless ``speakers`` names who says each text, as ``before`` does. Whoever else
    speaks may be an interviewer.
    """
    who = speakers or [""] * len(texts)
    out = []
    for i, text, heard, behaviour, speaker in zip(
        ids, texts, map(_utterances, before), behaviours, who, strict=True
    ):
        named = speaker and any(by == speaker for by, _ in heard)
        every = [by == speaker for by, _ in reversed(heard)] if named else _mine(heard)
        said = (text for _, text in reversed(heard))
        window, mine = _heard((s, same, not same) for s, same in zip(said, every, strict=True))
        out.append(Passage(i, text, window, behaviour, mine))
    return out


def speakers_in(before: str) -> tuple[str, ...]:
    """Whom the talk ``before`` a text names as its speakers, each once."""
    return tuple(dict.fromkeys(who for who, _ in _utterances(before) if who))


# What listeners say to keep somebody talking. It tells nothing of what comes next, and would take the
# place of something that does. "Yes", "no", "uh-uh", and what is asked ("okay?") stay.
_LISTENING = re.compile(
    r"""(?xi)
    (?! .* \b m+ - m+ \b )
    [^\w?]*
    (?: (?: m+ | m+[ -]?h+m+ | h+m+ | uh[ -]huh | a+h+ | o+h+ | aha | right | okay | ok | yeah | i\ see
      | all\ ?right ) \b [^\w?]* )+
    """
)


def _heard(
    back: Iterable[tuple[str, bool, bool]],
) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The window and whose it is, from what was said before, nearest first, whether by the speaker, and
    whether by somebody who may only be listening.
    """
    told = ((t, same) for t, same, may in back if not (may and _LISTENING.fullmatch(t)))
    near = list(islice(told, WINDOW))
    return tuple(t for t, _ in near), tuple(same for _, same in near)


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
    back = heard[::-1]
    if not any(who for who, _ in back):
        return tuple(i % 2 == 1 for i in range(len(back)))
    return tuple(who != back[0][0] for who, _ in back)
