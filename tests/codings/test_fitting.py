"""A similar passage is the excerpt only if it has its words; labels of speakers are no obstacle."""

from __future__ import annotations

import pytest

from precode.codings.align import place
from precode.codings.fitting import fits
from precode.domain import CodedExcerpt, Kind, Match, Polarity, Transcript

TALK = (
    "INT: How was it?\nP1: It was like a long wait, and nobody came to see us.\nINT: Mm-hmm.\n"
    "P1: [sighs] So I went home again.\nINT: Okay.\n"
)


@pytest.mark.parametrize(
    ("excerpt", "passage", "same"),
    [
        ("i dont think so", "i dont think as", False),
        ("maybe a little bit", "me a little bit", False),
        ("i coudnt get an apointment they say", "i couldnt get an appointment they said", True),
        ("was the information enough for you to understand okay task completed",
         "was the information enough for you to understand it seems", False),
        ("i dontknow what they wanted", "i dont know what they wanted", True),
    ],
)  # fmt: skip
def test_the_words_decide_beside_the_letters(excerpt: str, passage: str, same: bool) -> None:
    assert fits(excerpt, passage) is same


@pytest.mark.parametrize(
    ("typed", "passage"),
    [
        ("nobody came to see us. Mm-hmm. [sighs] So I went home again.",
         "nobody came to see us.\nINT: Mm-hmm.\nP1: [sighs] So I went home again"),
        ("nobody came to see us.\nInterviewer: Mm-hmm.\nR: [sighs] So I went home",
         "nobody came to see us.\nINT: Mm-hmm.\nP1: [sighs] So I went home"),
        ("Mm-hmm. Participant: [sighs] So I went home again.",
         "Mm-hmm.\nP1: [sighs] So I went home again"),
    ],
)  # fmt: skip
def test_turns_are_found_with_other_labels_or_none_and_nothing_is_cut_off(
    typed: str, passage: str
) -> None:
    t = Transcript.make("t", TALK, Kind.INTERVIEW)
    (p,) = place([CodedExcerpt("1", "t", typed, "c", Polarity.NONE, "ANNA")], [t], fuzzy_score=90)
    assert p.match is Match.NORMALISED
    assert TALK[p.start : p.end].rstrip(".") == passage
