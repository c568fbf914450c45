"""What the model sees of a sentence, from a study and from a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.domain import Role, Sentence, Turn
from precode.model.passages import WINDOW, Passage, passages, passages_from_texts

Said = list[tuple[str, list[str]]]  # (speaker, sentences) by turn


def talk(turns: Said, name: str = "t") -> tuple[list[Sentence], dict[str, list[Turn]]]:
    """A transcript in which "I" is the interviewer."""
    sentences, spoken, at = [], [], 0
    for number, (speaker, texts) in enumerate(turns):
        start = at
        for text in texts:
            place = Sentence.make_id(name, at, at + len(text))
            sentences.append(
                Sentence(place, name, number, at, at + len(text), text, speaker != "I")
            )
            at += len(text) + 1
        role = Role.INTERVIEWER if speaker == "I" else Role.PARTICIPANT
        spoken.append(Turn(number, speaker, role, start, at))
    return sentences, {name: spoken}


def see(turns: Said) -> list[Passage]:
    return passages(*talk(turns), behaviour="walking")


def from_table(before: str) -> Passage:
    return passages_from_texts(["Yes."], [before], ["walking"], ["0"])[0]


# -- from a study ----------------------------------------------------------------------------------


def test_only_codable_sentences_are_passages_and_all_talk_is_context() -> None:
    found = see([("I", ["Do you walk?"]), ("P", ["No."])])
    assert [(p.text, p.window) for p in found] == [("No.", ("Do you walk?",))]
    assert found[0].behaviour == "walking"
    assert found[0].id == "t:13-16"


def test_the_first_sentence_has_no_context() -> None:
    first = see([("P", ["Well.", "I walk."])])[0]
    assert (first.window, first.mine) == ((), ())


def test_own_earlier_sentences_are_in_the_window_and_told_apart() -> None:
    """The nearest stands first."""
    last = see([("I", ["So.", "Why?"]), ("P", ["It rains.", "And hurts."])])[-1]
    assert last.window == ("It rains.", "Why?", "So.")
    assert last.mine == (True, False, False)


def test_another_participant_is_somebody_else_too() -> None:
    """In a focus group the turn before may be anybody's."""
    last = see([("I", ["Why?"]), ("P1", ["Rain."]), ("P2", ["Knees."])])[-1]
    assert (last.window, last.mine) == (("Rain.", "Why?"), (False, False))


def test_two_turns_of_one_speaker_are_both_their_own() -> None:
    last = see([("I", ["Why?"]), ("P", ["Rain."]), ("P", ["Knees."])])[-1]
    assert (last.window, last.mine) == (("Rain.", "Why?"), (True, False))


def test_notes_without_speakers_have_a_window_alone() -> None:
    last = see([("", ["The ward was full."]), ("", ["Nobody sat."])])[-1]
    assert (last.window, last.mine) == (("The ward was full.",), (True,))


def test_what_keeps_somebody_talking_is_no_context() -> None:
    """Listeners' words; a person's own, and what may be an answer, stay."""
    last = see(
        [
            ("I", ["Why?"]),
            ("P", ["Yeah.", "It rains."]),
            ("I", ["Mm-hmm. Right, okay."]),
            ("P", ["Every day."]),
            ("I", ["[Uh-huh]", "No."]),
            ("P", ["It does."]),
        ]
    )[-1]
    assert last.window == ("No.", "Every day.", "It rains.", "Yeah.", "Why?")
    assert last.mine == (False, True, True, True, False)
    assert from_table("I: Why?\nP: It rains.\nI: I see.").window == ("It rains.", "Why?")
    assert from_table("I: Why?\nP: It rains.\nI: I see. Often?").window[0] == "I see. Often?"


@pytest.mark.parametrize(
    "said", ["Okay?", "Uh-uh.", "Mm-mm.", "Yes.", "Great.", "?", "\U0001f44e", "Ja."]
)
def test_what_asks_or_answers_is_context(said: str) -> None:
    assert see([("P", ["It rains."]), ("I", [said]), ("P", ["So."])])[-1].window[0] == said
    assert from_table(f"P: It rains.\nI: {said}").window[0] == said


def test_another_participants_yeah_is_context() -> None:
    """In a group it is what somebody thinks."""
    last = see([("I", ["Why?"]), ("P1", ["Rain."]), ("P2", ["Yeah."]), ("P1", ["It is."])])[-1]
    assert last.window == ("Yeah.", "Rain.", "Why?")


def test_listeners_take_no_place_in_the_window() -> None:
    turns: Said = [t for i in range(WINDOW + 5) for t in (("P", [f"S{i}."]), ("I", ["Mm."]))]
    last = see([*turns, ("P", ["Well."])])[-1]
    assert last.window == tuple(f"S{i}." for i in range(WINDOW + 4, 4, -1))


def test_the_window_ends() -> None:
    last = see([("P", [f"S{i}." for i in range(WINDOW + 5)])])[-1]
    assert last.window == tuple(f"S{i}." for i in range(WINDOW + 3, 3, -1))


def test_transcripts_do_not_hear_each_other() -> None:
    """Two transcripts of the same words: the same passages but for their ids, none across."""
    turns: Said = [("I", ["Why?"]), ("P", ["Rain."])]
    (one, a), (two, b) = talk(turns, "a"), talk(turns, "b")
    found = passages([*one, *two], {**a, **b}, behaviour="")
    assert [p.window for p in found] == [("Why?",), ("Why?",)]


# -- from a table ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "before",
    [
        "counsellor: So. / counsellor: Why? / client: Rain.  / counsellor: Like what? / counsellor: Eh?",
        "counsellor: So.\ncounsellor: Why?\r\nclient: Rain.\ncounsellor: Like what?\ncounsellor: Eh?",
        "Dr Smith: So. / Why? / Participant 3 (F): Rain. / Dr Smith: Like what? / Eh?",
        "I:\nSo.\nWhy?\n\nP1 :\nRain.\nI:\nLike what?\nEh?\n",
    ],
)
def test_labelled_talk_has_turns(before: str) -> None:
    """The last turn is somebody else's; labels are not words; what has no label goes on."""
    found = from_table(before)
    assert found.mine == (False, False, True, False, False)
    assert found.window == ("Eh?", "Like what?", "Rain.", "Why?", "So.")


def test_without_labels_each_line_is_a_turn() -> None:
    found = from_table("So why? / Rain.\nLike what?")
    assert found.window == ("Like what?", "Rain.", "So why?")
    assert found.mine == (False, True, False)


@pytest.mark.parametrize("before", ["", "  ", " / ", "\n\n", "client:"])
def test_no_talk_before_is_no_context(before: str) -> None:
    found = from_table(before)
    assert (found.window, found.mine, found.text) == ((), (), "Yes.")


@pytest.mark.parametrize(
    "said",
    [
        "I told him: go away",
        "and/or pills",
        "Half past 10:30",
        "see http://x.org",
        "the plan is: walk",
    ],
)
def test_talk_is_never_cut_off(said: str) -> None:
    """A colon or a slash alone makes neither a label nor a turn."""
    assert from_table(said).window == (said,)


def test_a_table_keeps_order_ids_and_behaviours() -> None:
    found = passages_from_texts(["A", "B"], ["", "x"], ["walking", "eating"], ["7", "3"])
    assert [(p.id, p.text, p.behaviour) for p in found] == [
        ("7", "A", "walking"), ("3", "B", "eating"),
    ]  # fmt: skip


# -- who says the text -----------------------------------------------------------------------------


def said_by(speaker: str, before: str) -> Passage:
    return passages_from_texts(["Yes."], [before], ["walking"], ["0"], [speaker])[0]


def test_with_its_speaker_named_own_lines_are_known() -> None:
    """The client goes on: the window knows whose each line is."""
    before = "counsellor: So. / counsellor: Why? / client: Rain. / client: And hail."
    found = said_by("client", before)
    assert found.window == ("And hail.", "Rain.", "Why?", "So.")
    assert found.mine == (True, True, False, False)
    unnamed = from_table(before)  # the last turn is then taken to be somebody else's
    assert unnamed.mine == (False, False, True, True)


def test_a_speaker_who_answers_did_not_say_the_last_turn() -> None:
    found = said_by("client", "client: Rain. / counsellor: Like what?")
    assert found.mine == (False, True)


def test_a_speaker_alone_said_it_all() -> None:
    found = said_by("client", "client: Rain. / client: Hail.")
    assert found.mine == (True, True)


@pytest.mark.parametrize("speaker", ["", "nurse", "CLIENT"])
def test_a_speaker_whom_the_talk_does_not_name_changes_nothing(speaker: str) -> None:
    """Their lines cannot be told from others': it is read as without a name."""
    before = "counsellor: Why? / client: Rain."
    assert said_by(speaker, before) == from_table(before)


def test_each_text_has_its_own_speaker() -> None:
    before = "A: One. / B: Two."
    found = passages_from_texts(["x", "y"], [before] * 2, ["", ""], ["0", "1"], ["A", "B"])
    assert [p.mine for p in found] == [(False, True), (True, False)]


WORDS = st.text("abc ", min_size=1, max_size=6).map(str.strip).filter(bool)
TURNS = st.lists(st.lists(WORDS, min_size=1, max_size=4), min_size=1, max_size=9)


@given(TURNS, st.booleans())
def test_a_table_of_a_studys_talk_gives_the_studys_passages(
    turns: list[list[str]], labelled: bool
) -> None:
    """Where the sentence begins its turn; unlabelled, turns must be single utterances."""
    said: Said = [("PI"[i % 2], t if labelled else t[:1]) for i, t in enumerate(turns)]
    sentences, spoken = talk(said)
    found = {p.id: p for p in passages(sentences, spoken, behaviour="walking")}
    for at, sentence in enumerate(sentences):
        begins = at == 0 or sentences[at - 1].turn != sentence.turn
        if sentence.codable and begins:
            before = " / ".join(
                f"{said[s.turn][0]}: {s.text}" if labelled else s.text for s in sentences[:at]
            )
            same = passages_from_texts([sentence.text], [before], ["walking"], [sentence.id])[0]
            assert same == found[sentence.id]
