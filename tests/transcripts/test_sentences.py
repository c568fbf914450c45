"""Units tile their turns, and are cut where a reader would cut them."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from precode.domain import Role, Sentence, Turn
from precode.transcripts.sentences import has_words, segment


def cut(speech: str, **options: str) -> list[str]:
    turn = Turn(0, "P1", Role.PARTICIPANT, 0, len(speech))
    return [s.text for s in segment("t", speech, [turn], **options)]  # type: ignore[arg-type]


anything = st.text(
    st.one_of(
        st.characters(codec="utf-8"),
        st.sampled_from(list(" \n.?!…[]()\"'”—-,IAaé̂👩🏽‍⚕️שلا。")),
    ),
    max_size=80,
)


@settings(max_examples=300, deadline=None)
@given(st.lists(anything, min_size=1, max_size=4), st.sampled_from(["sentence", "turn"]))
@example(
    ["P1: family 👨‍👩‍👧 e\u0301\u0301. שלום. مرحبا؟ [x", "\u200f.", "a\u2028\u2028b", "\x85"],
    "sentence",
)
def test_sentences_tile_turns_and_equal_their_slices(speeches: list[str], unit: str) -> None:
    """For any text: in order, no overlap, nothing but white space left out, text == slice."""
    text, turns = "", []
    for index, speech in enumerate(speeches):
        start = len(text) + 4
        text += "P1: " + speech + "\n\n"
        turns.append(Turn(index, "P1", Role.PARTICIPANT, start, start + len(speech)))
    found = segment("t", text, turns, unit=unit)  # type: ignore[arg-type]
    assert [s.turn for s in found] == sorted(s.turn for s in found)
    for turn in turns:
        mine = [s for s in found if s.turn == turn.index]
        at = turn.start
        for s in mine:
            assert text[at : s.start].strip() == ""
            assert s.text == text[s.start : s.end] == s.text.strip() != ""
            assert s.id == Sentence.make_id("t", s.start, s.end)
            at = s.end
        assert text[at : turn.end].strip() == ""


SPEECH = [
    "I go. You stay.",
    "Really? Yes!",
    "Dr. Okafor said so. | She saw Mrs. K. | He left.",
    "It opens at 9 a.m. | The nurse comes at 10 a.m. on Mondays.",
    "Come on Tues. or Thurs. | I said no.",
    "It was 3.5 miles, e.g. by bus.",
    "We read it, i.e. John did.",
    "I saw J. K. Rowling. | She waved.",
    "I take vitamin B. | It helps.",
    "A lady called Pat with MS. | And she would go on.",
    "Depends how tired I am. | Talking is hard.",
    "So do I. | We all do.",
    "No. 5 is my bus. | No. | It is late.",
    "I was… well, I went… and came back.",
    "Um… I don't know.",
    "It was, um... you know... hard. | Yes.",
    "I think that's -- yes, there it is.",
    "They shut it… | Nobody told us.",
    'He said "no." | And that was that.',
    "He said “no.” | Then she left.",
    '"Is it?" she said. | "It is."',
    "I [laughs. Then pauses. Then coughs] went home.",
    "It was fine (I mean. Not fine. You know) in the end.",
    "It was hard. | [laughs] I cried.",
    "We went. (long pause) | Then home.",
    "so i said no. | then i left. | ok",
    "First line\nruns on here.",
    "a. the bus\nb. the train",
    "One paragraph\n\n|Another one",
    "C'est vrai ? | Oui, je crois.",
    "这很难。|我不知道。",
]


@pytest.mark.parametrize("speech", SPEECH)
def test_speech_is_cut_where_a_reader_would(speech: str) -> None:
    """The bar marks each place where a new unit begins."""
    expected = [part.strip() for part in speech.split("|")]
    if speech == SPEECH[0]:
        expected = ["I go.", "You stay."]
    if speech == SPEECH[1]:
        expected = ["Really?", "Yes!"]
    if speech.startswith("We went. (long"):
        expected = ["We went.", "(long pause) Then home."]
    assert (
        cut(
            " ".join(speech.replace("|", "").split("  "))
            if "\n" not in speech
            else speech.replace("|", "")
        )
        == expected
    )


def test_speech_without_full_stops_is_cut_at_pauses() -> None:
    speech = " and then ".join(f"we went to the place number {i} with my mother" for i in range(40))
    pieces = cut(speech)
    assert " ".join(pieces) == speech
    assert all(12 <= len(p.split()) <= 60 for p in pieces)
    assert all(p.startswith("and then") for p in pieces[1:])


def test_a_long_but_not_endless_sentence_stays_whole() -> None:
    speech = "because " + "and we talked about it " * 15 + "all night."
    assert cut(speech) == [speech]


def test_only_participants_words_can_be_coded() -> None:
    text = "Why? Fine. [laughs] Hm. [coughs]"
    turns = [
        Turn(0, "I", Role.INTERVIEWER, 0, 4),
        Turn(1, "P", Role.PARTICIPANT, 5, 23),
        Turn(2, "X", Role.OTHER, 5, 10),
        Turn(3, "P", Role.PARTICIPANT, 24, len(text)),
    ]
    assert [(s.text, s.codable) for s in segment("t", text, turns)] == [
        ("Why?", False),
        ("Fine.", True),
        ("[laughs] Hm.", True),
        ("Fine.", False),
        ("[coughs]", False),
    ]


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("[laughs]", False),
        ("(long pause)", False),
        ("…", False),
        ("-- ?", False),
        ("[00:12:03]", False),
        ("#00:12:03-4#", False),
        ("Mm.", True),
        ("31.", True),
        ("(I had never wanted to go there in the first place.)", True),
        ("שלום", True),
    ],
)
def test_words_are_what_stands_outside_brackets(text: str, spoken: bool) -> None:
    assert has_words(text) is spoken


@pytest.mark.parametrize("language", ["en", "cy", "fr", "ja", "zz"])
def test_any_language_code_works(language: str) -> None:
    assert cut("Un. Dau. Tri.", language=language) == ["Un.", "Dau.", "Tri."]


@pytest.mark.parametrize(
    "speech",
    ["." * 200_000, "a" + " " * 200_000 + "b", "[" * 100_000, "… [" * 50_000, "[a] " * 50_000,
     "word " * 100_000, "(" * 50_000 + ")" * 50_000, "b. the bus " * 20_000, "I took B. So " * 20_000],
    ids=["dots", "spaces", "open", "hesitating", "brackets", "words", "nested", "letters", "initials"],
)  # fmt: skip
def test_odd_text_takes_no_longer_than_its_length(speech: str) -> None:
    start = time.perf_counter()
    assert cut(speech)
    assert time.perf_counter() - start < 5
