"""Captions with voices, with labels, and malformed: no line of speech is lost."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as runs
from hypothesis import strategies as st

from precode.domain import Kind
from precode.errors import InputError
from precode.settings import Transcripts
from precode.transcripts.captions import read_captions
from precode.transcripts.drafts import Draft
from precode.transcripts.read import read_transcript

PATTERNS = Transcripts().interviewers


def read(text: str) -> Draft:
    return read_captions(text, name="a.vtt", patterns=PATTERNS)


def said(draft: Draft) -> list[tuple[str | None, str, float | None]]:
    return [(s.speaker, draft.text[s.start : s.end], s.time) for s in draft.spans]


VOICES = """WEBVTT - made by a service

NOTE not speech

1
00:00:01.000 --> 00:00:02.000
<v Sian Jones>How are</v>

2
00:00:02.000 --> 00:00:03.500 align:start
<v Sian Jones>you &amp; <i>yours</i>?</v>

00:04.000 --> 00:05.000
<v.loud Dewi>Fine.</v>
<v Sian Jones>Good.</v>
"""


def test_voices_join_to_turns_with_the_first_time() -> None:
    draft = read(VOICES)
    assert said(draft) == [
        ("Sian Jones", "How are you & yours?", 1.0),
        ("Dewi", "Fine.", 4.0),
        ("Sian Jones", "Good.", 4.0),
    ]
    assert draft.text.startswith("Sian Jones: How are you & yours?\n\nDewi: Fine.")
    assert "1 comment left out" in draft.notes


def test_labels_in_the_text_of_srt() -> None:
    draft = read(
        "1\n00:00:01,000 --> 00:00:02,000\nI: How was\n\n2\n00:00:02,000 --> 00:00:03,000\nit?\n\n"
        "3\n00:00:04,500 --> 00:00:05,000\nP1: Hard.\nI: Why?\n"
    )
    assert said(draft) == [("I", "How was it?", 1.0), ("P1", "Hard.", 4.5), ("I", "Why?", 4.5)]


def test_text_outside_cues_is_kept_and_its_line_named() -> None:
    """A missing or unreadable time line loses the time, not the words."""
    draft = read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nI: One?\n\n"
        "P1: Two.\n\n00:0x --> 00:09.000\nP1: Three.\n"
    )
    assert said(draft) == [("I", "One?", 1.0), ("P1", "Two. Three.", None)]
    assert any("line 6, 8" in note for note in draft.notes)


def test_live_captions_that_repeat_lines_are_joined() -> None:
    draft = read(
        "WEBVTT\n\n00:01.000 --> 00:02.000\nI: so how<00:00:01.500><c> was</c>\n\n"
        "00:02.000 --> 00:02.010\nI: so how was\n\n"
        "00:02.010 --> 00:03.000\nI: so how was\nit then\n"
    )
    assert [s for _, s, _ in said(draft)] == ["so how was it then"]
    assert any("repeat" in note for note in draft.notes)


@pytest.mark.parametrize("text", ["WEBVTT\n", "WEBVTT\n\nnothing but words\n", "just words"])
def test_a_file_without_cues_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no captions"):
        read(text)


def test_captions_without_speakers_need_a_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nIt was\n\n00:02.000 --> 00:03.000\nhard.\n")
    with pytest.raises(InputError, match="no speaker labels"):
        read_transcript(path, settings=Transcripts())
    found = read_transcript(path, settings=Transcripts(), kind=Kind.FIELD_NOTES)
    assert [(s.text, s.codable) for s in found.sentences] == [("It was hard.", True)]


PIECES = st.sampled_from(
    ["WEBVTT", "", "1", "00:00:01.000 --> 00:00:02.000", "00:01 --> x", "-->", "NOTE", "STYLE",
     "<v Ann>word", "I: word", "P1: word", "word", "<c.x>word</c>", "<v >word", "<v", "&lt;word"]
)  # fmt: skip


@runs(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=14))
def test_no_mixture_of_lines_crashes_or_loses_a_word(lines: list[str]) -> None:
    """After a first cue, every "word" that is not in a comment or style block is in the draft."""
    text = "\n".join(["00:00:00.500 --> 00:00:00.900", "I: word", "", *lines])
    draft = read(text)
    if not {"NOTE", "STYLE", "WEBVTT"} & set(lines) and "-->" not in text.split("\n", 1)[1]:
        assert draft.text.count("word") == text.count("word")
