"""What is probably unread, and what people and machine would both miss."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.audit.design import Interval, sample
from precode.audit.estimates import total
from precode.audit.unread import Tally, missed, tally, unread


def of(i: Interval) -> tuple[float, float, float]:
    assert i.value is not None and i.low is not None and i.high is not None
    return i.value, i.low, i.high


def column(*marks: int) -> np.ndarray:
    return np.array(marks, dtype=bool)[:, None]


DRAWN = sample({"a": 1000}, ["a"] * 100)
# 20 of 100 audit answers are positive; the queue would have reached 50, 18 of the positives.
TRUTH = column(*[1] * 20, *[0] * 80)
REACHED = column(*[1] * 18, *[0] * 2, *[1] * 32, *[0] * 48)[:, 0]
# People have read 450 beside the sample, and found 165 of the about 180 there.


def test_by_the_total_what_was_found_is_taken_off() -> None:
    """20 of 100 is 200 of 1,000; 20 + 165 are found: about 15 left, at least none."""
    value, low, high = of(unread(DRAWN, TRUTH, found=np.array([165]), left=450)[0])
    whole = total(DRAWN, TRUTH)[0]
    assert value == pytest.approx(15)
    assert low == 0
    assert high == pytest.approx((whole.high or 0) - 185)


def test_by_the_queues_marks_it_is_known_better() -> None:
    """2 of the 50 not reached are positive: 4 % of the 450 left, 18, and a narrower interval."""
    plain = of(unread(DRAWN, TRUTH, found=np.array([165]), left=450)[0])
    value, low, high = of(unread(DRAWN, TRUTH, found=np.array([165]), left=450, reached=REACHED)[0])
    assert value == pytest.approx(18)
    assert 2 <= low < 8 and 40 < high < 62
    assert high - low < plain[2] - plain[1]


def test_missed_is_what_the_machine_does_not_give_either() -> None:
    """It gives one of the two: 1 of 49 not reached and not given, of 430 such sentences: 9."""
    given_ = column(*[1] * 19, *[0] * 81)
    (m,) = missed(DRAWN, TRUTH, given_, left_not_given=np.array([430]), reached=REACHED)
    value, low, high = of(m)
    assert value == pytest.approx(430 / 49)
    assert low <= 2 and 20 < high < 50
    assert m.n == 49


def test_without_marks_missed_errs_on_the_high_side() -> None:
    """All 80 the machine does not give are compared with: the machine's own misses."""
    given_ = column(*[1] * 10, *[0] * 90)
    rest = np.array([430])
    with_marks = of(missed(DRAWN, TRUTH, given_, left_not_given=rest, reached=REACHED)[0])
    without = of(missed(DRAWN, TRUTH, given_, left_not_given=rest)[0])
    assert without[0] == pytest.approx(430 * 10 / 90)
    assert without[0] > with_marks[0]


def test_nothing_left_nothing_unread() -> None:
    everything = np.ones(100, dtype=bool)
    for reached in (None, everything):
        (u,) = unread(DRAWN, TRUTH, found=np.array([170]), left=0, reached=reached)
        assert of(u) == (0, 0, 0)


def test_no_answer_of_the_kind_is_said_in_words() -> None:
    """The queue has passed every audit sentence and 5 others are left: nothing to go by."""
    (u,) = unread(DRAWN, TRUTH, found=np.array([0]), left=5, reached=np.ones(100, dtype=bool))
    assert u.value is None
    assert u.why == "no answer of the audit sample is of this kind"


def test_more_left_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="are left"):
        unread(DRAWN, TRUTH, found=np.array([0]), left=901)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 900), st.integers(0, 300))
def test_the_number_is_possible(positives: int, marked: int, left: int, found: int) -> None:
    """Between none and all that is left, its value between its ends, marks or no marks."""
    truth = column(*[1] * positives, *[0] * (100 - positives))
    reached = np.arange(100) < marked
    for marks in (None, reached):
        (u,) = unread(DRAWN, truth, found=np.array([found]), left=left, reached=marks)
        value, low, high = of(u)
        assert 0 <= low <= value <= high <= left


def test_a_tally_is_plain_numbers() -> None:
    """20 passages, 19 of them held; 185 found; 430 open."""
    given_ = column(*[0] * 18, 1, 0, *[0] * 80)
    (t,) = tally(DRAWN, TRUTH, given_, found=np.array([165]), left_not_given=np.array([430]),
                 reached=REACHED)  # fmt: skip
    assert (t.passages, t.held, t.known, t.open) == (20, 19, 185, 430)
    assert t.most == total(DRAWN, TRUTH)[0].high
    (alone,) = tally(DRAWN, TRUTH, given_, found=np.array([165]), left_not_given=np.array([430]))
    assert alone.held == 1


def test_unequal_rates_count_as_fewer_passages() -> None:
    """10 and 10 passages, each of the first standing for nine times as many."""
    drawn = sample({"a": 900, "b": 100}, ["a"] * 20 + ["b"] * 20, batches={"a": 1, "b": 2})
    truth = np.tile(column(*[1] * 10, *[0] * 10), (2, 1))
    (t,) = tally(drawn, truth, truth, found=np.array([0]), left_not_given=np.array([9]))
    assert t == Tally(pytest.approx(12.195, abs=0.001), t.passages, 20, 9, t.most)


def test_a_sample_that_does_not_speak_gives_no_tally() -> None:
    drawn = sample({"a": 100}, ["a"] * 3)
    with pytest.raises(ValueError, match="3 sentences"):
        tally(drawn, column(1, 1, 1), column(1, 1, 1), found=np.array([0]),
              left_not_given=np.array([9]))  # fmt: skip
