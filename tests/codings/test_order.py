"""The order of a coded table settles excerpts that stand in several places, or leaves them alone."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from precode.codings.align import place
from precode.codings.order import settle
from precode.domain import CodedExcerpt, Kind, Match, Polarity, Transcript

SURE = [[(i * 10, i * 10 + 5)] for i in range(6)]


def test_an_excerpt_between_two_sure_ones_takes_the_only_place_between_them() -> None:
    rows = [*SURE[:3], [(6, 8), (26, 28), (46, 48)], *SURE[3:]]
    assert settle(rows, [False] * len(rows)) == {3: (26, 28)}


def test_two_places_between_the_neighbours_leave_it_open() -> None:
    rows = [*SURE[:3], [(26, 27), (28, 29)], *SURE[3:]]
    assert settle(rows, [False] * len(rows)) == {}


def test_two_alike_excerpts_fill_the_two_places_in_order() -> None:
    both = [(26, 27), (28, 29)]
    rows = [*SURE[:3], both, both, *SURE[3:]]
    assert settle(rows, [False] * len(rows)) == {3: (26, 27), 4: (28, 29)}


def test_the_same_words_with_another_code_may_lie_on_one_place_and_so_stay_open() -> None:
    both = [(26, 27), (28, 29)]
    rows = [*SURE[:3], both, both, *SURE[3:]]
    assert settle(rows, [False, False, False, False, True, False, False, False]) == {}


def test_a_table_that_is_not_in_text_order_settles_nothing() -> None:
    rows = [*reversed(SURE), [(26, 28), (6, 8)]]
    assert settle(rows, [False] * len(rows)) == {}


def test_too_few_sure_excerpts_are_no_evidence_of_order() -> None:
    rows = [*SURE[:2], [(16, 18), (6, 8)], SURE[2]]
    assert settle(rows, [False] * len(rows)) == {}


@given(st.data())
def test_a_whole_transcript_coded_in_order_is_placed_rightly_or_not_at_all(
    data: st.DataObject,
) -> None:
    words = [
        "Mm-hmm.",
        "Yeah.",
        "Okay.",
        "I could not get there by bus.",
        "It costs too much for me.",
    ]
    said = data.draw(st.lists(st.sampled_from(words), min_size=1, max_size=12))
    unique = [f"This is remark number {i}, said once." for i in range(6)]
    at = sorted(data.draw(st.lists(st.integers(0, len(said)), min_size=6, max_size=6)))
    for place_, remark in zip(reversed(at), reversed(unique), strict=True):
        said.insert(place_, remark)
    text, starts = "", []
    for turn in said:
        starts.append(len(text) + 3)
        text += f"P: {turn}\n"
    transcript = Transcript.make("talk", text, Kind.INTERVIEW)
    rows = [
        CodedExcerpt(f"row {i}", "talk", t, "a", Polarity.NONE, "ANNA") for i, t in enumerate(said)
    ]
    for i, p in enumerate(place(rows, [transcript], fuzzy_score=90)):
        assert p.match is Match.AMBIGUOUS or (p.start, p.end) == (
            starts[i],
            starts[i] + len(said[i]),
        )


def test_the_interviewers_words_are_no_place_if_the_participant_said_them_too() -> None:
    text = "I: Okay.\nP: Okay.\n"
    transcript = Transcript.make("talk", text, Kind.INTERVIEW)
    row = CodedExcerpt("row 1", "talk", "Okay.", "a", Polarity.NONE, "ANNA")
    (found,) = place([row], [transcript], fuzzy_score=90, codable={transcript.id: [(12, 17)]})
    assert (found.match, found.start) == (Match.EXACT, 12)
