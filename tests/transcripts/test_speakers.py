"""Labels are found by evidence over the whole file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.settings import Transcripts
from precode.transcripts.labels import is_time_only, seconds
from precode.transcripts.speakers import find_marks

PATTERNS = (*Transcripts().interviewers, *Transcripts().others)


def heads(text: str, **options: object) -> list[tuple[str, str, float | None]]:
    """(label, speech, time) for each labelled line of ``text``."""
    lines = text.split("\n")
    marks, _ = find_marks(lines, patterns=PATTERNS)
    return [(m.label, lines[i][m.speech :], m.time) for i, m in sorted(marks.items())]


@pytest.mark.parametrize(
    ("line", "label", "time"),
    [
        ("I: so", "I", None),
        ("INT: so", "INT", None),
        ("P1: so", "P1", None),
        ("p1: so", "p1", None),
        ("FG2-P3: so", "FG2-P3", None),
        ("Mrs K: so", "Mrs K", None),
        ("Interviewer 1: so", "Interviewer 1", None),
        ("INTERVIEWER: so", "INTERVIEWER", None),
        ("Dr Jones (GP): so", "Dr Jones (GP)", None),
        ("Dr. Jones: so", "Dr. Jones", None),
        ("SPEAKER 1: so", "SPEAKER 1", None),
        ("SPEAKER_00: so", "SPEAKER_00", None),
        ("Interviewee1 : so", "Interviewee1", None),
        ("Enquêtrice : so", "Enquêtrice", None),
        ("P1\tso", "P1", None),
        ("**P1:** so", "P1", None),
        ("**Interviewer**: so", "Interviewer", None),
        ("[00:03:12] Sian Interviewer: so", "Sian Interviewer", 192.0),
        ("00:03:12 Participant: so", "Participant", 192.0),
        ("P1 [00:03:12]: so", "P1", 192.0),
        ("P1 (3:12): so", "P1", 192.0),
        ("P1\t00:03:12\tso", "P1", 192.0),
        ("00:03:12\tP1\tso", "P1", 192.0),
        ("(P1): so", "P1", None),
        ("[P1]: so", "P1", None),
        ("1. P1: so", "P1", None),
        ("12 INT: so", "INT", None),
        ("P1 (00:03:12) so", "P1", 192.0),
        ("Speaker 1  3:12 so", "Speaker 1", 192.0),
    ],
)
def test_labels_that_researchers_use_are_known_at_first_sight(
    line: str, label: str, time: float | None
) -> None:
    assert heads(line) == [(label, "so", time)]


@pytest.mark.parametrize("line", ["[P1] so", "(P1) so", "P1 – so", "P1 - so"])
def test_known_labels_without_a_colon_need_to_recur(line: str) -> None:
    assert heads(line) == []
    assert heads(f"{line}\n{line}") == [("P1", "so", None)] * 2


@pytest.mark.parametrize(
    "line",
    [
        "At 10:30 we all went home.",
        "10:30 was when it began",
        "10:30 I got up",
        "At 9:15 P1 came in to see us",
        "so he said: no, and that was that",
        "And then I thought: why not?",
        "He said: no.",
        "There were three reasons: cost, time and fear.",
        "https://example.org/page",
        "See https://example.org/page",
        "Note: this is only an aside",
        'She asked "why: because?"',
        "Dear all,",
        "ratio 3:1 in favour",
        "",
        "   ",
        ":",
    ],
)
def test_a_colon_in_prose_is_no_speaker(line: str) -> None:
    text = f"P1: First.\n{line}\nP1: Second."
    expected = [h for h in heads(text) if h[0] not in ("P1", "Note")]
    assert expected == []


def test_a_name_needs_to_recur_or_to_fit_the_file() -> None:
    """One "Gwen:" in prose is a sentence; among labelled lines she is a speaker."""
    assert heads("We met in the hall.\nGwen: a fine name, we thought.\nThen we left.") == []
    labelled = "\n".join(["Dean: Yes.", "Shazia: No."] * 4)
    assert heads(f"{labelled}\nGwen: Perhaps.")[-1] == ("Gwen", "Perhaps.", None)


def test_a_label_seen_once_is_taken_if_it_is_built_like_the_others() -> None:
    found = heads("XP1: a\nXP2: b\nXP1: c\nXP2: d\nXP7: e\nlong prose without any label at all")
    assert [label for label, _, _ in found] == ["XP1", "XP2", "XP1", "XP2", "XP7"]


def test_names_with_times_on_their_own_lines() -> None:
    """The layout of Otter and Teams: a name with a time, the speech below it."""
    text = "Sian Jones  0:05\nHow are you?\n\nDewi  00:01:09\nFine.\n\nSian Jones  1:12\nGood."
    assert heads(text) == [("Sian Jones", "", 5.0), ("Dewi", "", 69.0), ("Sian Jones", "", 72.0)]


def test_names_and_times_on_lines_of_their_own() -> None:
    """As meeting and transcription services write them, the name above the time or below it."""
    for order in ("{0}\n{1}", "{1}\n{0}"):
        turns = [("Sian Jones", "0:05"), ("Dewi", "0:09"), ("Sian Jones", "0:12"), ("Dewi", "0:20")]
        text = "\n".join(f"{order.format(*turn)}\nSo it is then." for turn in turns)
        assert [h[0] for h in heads(text)] == ["Sian Jones", "Dewi"] * 2


def test_times_between_paragraphs_make_nobody_of_the_words_beside_them() -> None:
    """Where times stand between paragraphs, short replies beside them are replies."""
    replies = ["Fine", "Bit of both", "Never once since", "Home then"]
    text = "\n".join(
        f"0:{10 + i}\n{reply}\nAnd that was all of it." for i, reply in enumerate(replies)
    )
    assert heads(text) == []


def test_one_person_spelt_in_several_ways_is_one_speaker_and_said_so() -> None:
    marks, notes = find_marks(["P1: a", "P1: b", "p1: c", "P 1: d"], patterns=PATTERNS)
    assert {m.label for m in marks.values()} == {"P1"}
    assert "taken as 'P1'" in notes[0]


def test_a_block_of_metadata_at_the_top_is_nobody_speaking() -> None:
    text = (
        "Interviewer: Jane Smith\nParticipant: P01\nDate: 3 May 2024\nLocation: Llanfor\n\n"
        "I: How are you?\nP01: Not so bad.\nI: Good."
    )
    assert [h[1] for h in heads(text)] == ["How are you?", "Not so bad.", "Good."]


def test_who_speaks_only_once_is_pointed_out() -> None:
    _, notes = find_marks(["I: a", "P1: b", "I: c", "P1: d", "Nurse: e"], patterns=PATTERNS)
    assert "'Nurse'" in notes[0]


def test_layouts_without_colons_or_with_more_than_a_label() -> None:
    """Court style, line numbers, asides, and names alone on their lines with one seen once."""
    assert [h[0] for h in heads("Q. So?\nA. No.\nQ. Why?\nA. Time.")] == ["Q", "A"] * 2
    assert heads("1 I: So?\n2 P1: No.")[1] == ("P1", "No.", None)
    asides = heads("Maria (P1): a\nBob (P2) (laughing): b\nMaria (P1): c\nBob (P2): d")
    assert [h[0] for h in asides] == ["Maria (P1)", "Bob (P2)"] * 2
    alone = "JANE:\nSo?\nBOB:\nNo.\nJANE:\nWhy?\nJANE:\nGo on.\nMAY:\nTime."
    assert [h[0] for h in heads(alone)] == ["JANE", "BOB", "JANE", "JANE", "MAY"]


def test_a_head_inside_a_paragraph_is_prose_where_blank_lines_part_turns() -> None:
    lines = ["Ann: a", "Bob: b", "Doctor: why me?", "Ann: c", "Bob: d", "Ann: e"]
    parted = [True, True, False, True, True, True]
    assert 2 not in find_marks(lines, parted=parted)[0]
    assert 2 in find_marks(lines, parted=[True] * 6)[0]


def test_days_are_nobody() -> None:
    assert heads("Monday: rain.\nTuesday: rain.\nMonday: sun at last.") == []


def test_labels_in_the_middle_of_lines_are_pointed_out() -> None:
    _, notes = find_marks(["I: Hello? P1: Hi there. I: How are you?"])
    assert notes == [
        "2 labels in the middle of lines, as 'P1:', not read as turns: "
        "begin each turn on a line of its own"
    ]


def test_bold_names_alone_are_labels_if_they_recur() -> None:
    lines = ["Sian", "How are you?", "Dewi", "Fine.", "Sian", "Good.", "Dewi", "Bye."]
    bold = [4, 0, 4, 0, 4, 0, 4, 0]
    marks, _ = find_marks(lines, bold=bold)
    assert sorted(marks) == [0, 2, 4, 6]
    assert find_marks(lines)[0] == {}


@pytest.mark.parametrize(
    ("text", "value"),
    [("00:03:12.5", 192.5), ("3:12", 192.0), ("1:00:00", 3600.0), ("00:00:01,250", 1.25)],
)
def test_times_are_seconds(text: str, value: float) -> None:
    assert seconds(text) == value
    assert is_time_only(f" [{text}] ") == value
    assert is_time_only(f"{text} we left") is None


@given(st.lists(st.text(max_size=60), max_size=12))
def test_any_lines_give_marks_inside_them(lines: list[str]) -> None:
    """Whatever the lines, a mark lies in its line and its label stands before its speech."""
    marks, _ = find_marks(lines, patterns=PATTERNS)
    for index, mark in marks.items():
        assert mark.label.strip() == mark.label != ""
        assert 0 < mark.speech <= len(lines[index])
