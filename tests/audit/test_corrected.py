"""Counts of a whole study, corrected by the audit sample: what is known stands, the rest is estimated."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from precode.audit.corrected import corrected
from precode.audit.design import sample
from precode.audit.estimates import Scores, total

FRAME = {"a": 200, "b": 200}


def answers(positives: int) -> np.ndarray:
    """(50, 1) answers, the first ``positives`` of them yes."""
    return np.arange(50)[:, None] < positives


def of(truth: np.ndarray, **known: object):  # type: ignore[no-untyped-def]
    drawn = sample(FRAME, ["a", "b"] * 25)
    facts = {"found": np.array([0]), "left": 350, "outside": np.array([0]), **known}
    return corrected(drawn, truth, **facts)[0]  # type: ignore[arg-type]


def test_without_anything_known_it_is_the_audits_total() -> None:
    drawn = sample(FRAME, ["a", "b"] * 25)
    plain = total(drawn, answers(10))[0]
    assert of(answers(10)) == plain
    assert plain.value == 80  # 10 of 50 answered, 400 in the frame


def test_what_people_found_outside_the_frame_is_added_as_it_is() -> None:
    before, after = of(answers(10)), of(answers(10), outside=np.array([33]))
    assert (after.value, after.low, after.high) == (
        before.value + 33,
        before.low + 33,
        before.high + 33,
    )


def test_no_less_than_people_have_found_and_no_more_than_they_left_unread() -> None:
    """10 in the sample and 300 found outside it: 310 at least; with 5 unread 315 at most."""
    i = of(answers(10), found=np.array([300]), left=5)
    assert (i.low, i.high) == (310, 310)
    i = of(answers(45), found=np.array([20]), left=5)
    assert (i.low, i.value, i.high) == (70, 70, 70)


def test_when_all_is_read_nothing_is_estimated() -> None:
    i = of(answers(10), found=np.array([61]), left=0)
    assert (i.low, i.value, i.high) == (71, 71, 71)


def test_too_few_in_the_sample_are_said_in_words() -> None:
    assert of(answers(2)).value is None
    assert of(answers(2)).why == "2 such sentences in the audit sample; 3 are needed"
    assert of(answers(0)).why == "no such sentences in the audit sample; 3 are needed"
    assert of(answers(3)).value is not None


def test_a_sample_hardly_begun_says_why() -> None:
    drawn = sample(FRAME, ["a", "b"])
    i = corrected(
        drawn, answers(2)[:2], found=np.array([0]), left=398, outside=np.array([9])
    )[0]  # fmt: skip
    assert i.value is None
    assert "10 are needed" in i.why


def test_a_good_machine_narrows_the_interval_and_a_wrong_one_does_not_shift_it() -> None:
    truth = answers(20)
    good = np.where(truth, 0.9, 0.1)
    sure = of(truth, scores=Scores(good, np.array([good.mean() * 400])))
    alone = of(truth)
    assert sure.high - sure.low < 0.8 * (alone.high - alone.low)
    wrong = np.full_like(good, 0.9)  # says 360 of 400
    assert abs(of(truth, scores=Scores(wrong, np.array([360.0]))).value - 160) < 1e-6


@settings(max_examples=60, deadline=None)
@given(
    st.integers(3, 50), st.integers(0, 200), st.integers(0, 350), st.integers(0, 40),
    st.floats(0, 1),
)  # fmt: skip
def test_ends_hold_the_value_and_keep_to_what_is_known(
    positives: int, found: int, left: int, outside: int, p: float
) -> None:
    truth = answers(positives)
    scores = Scores(np.full((50, 1), p), np.array([400 * p]))
    i = of(truth, found=np.array([found]), left=left, outside=np.array([outside]), scores=scores)
    known = positives + found + outside
    assert known <= i.low <= i.value <= i.high <= known + left
