"""Prevalence and agreement over the frame, from the audit sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.audit.design import Interval, Sample, sample
from precode.audit.estimates import Agreement, Scores, agreement, prevalence, total


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def one_drawing(n: int, frame: int) -> Sample:
    return sample(
        {"a": frame // 2, "b": frame - frame // 2}, ["a", "b"] * (n // 2) + ["a"] * (n % 2)
    )


def inside(i: Interval) -> bool:
    assert i.value is not None and i.low is not None and i.high is not None
    return i.low <= i.value <= i.high


def table(both: int, machine: int, people: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    """(n, 1) truth and given with these four counts."""
    t = [1] * both + [0] * machine + [1] * people + [0] * neither
    g = [1] * both + [1] * machine + [0] * people + [0] * neither
    return np.array(t, dtype=bool)[:, None], np.array(g, dtype=bool)[:, None]


def intervals(a: Agreement) -> list[Interval]:
    return [*a.kappa, *a.precision, *a.recall, *a.f1, a.macro_f1]


def test_ten_of_a_hundred() -> None:
    """Of 1,000: 100 passages, about 55 to 165; Wilson's interval for 10 of 100 is .055 to .174, and
    the finite frame takes a twentieth off.
    """
    truth = np.arange(100)[:, None] % 10 == 0
    t = total(one_drawing(100, 1000), truth)[0]
    assert (t.value, t.n) == (100, 100)
    assert t.low == pytest.approx(55, abs=5)
    assert t.high == pytest.approx(168, abs=8)
    p = prevalence(one_drawing(100, 1000), truth)[0]
    assert (p.value, p.low, p.high) == pytest.approx((0.1, t.low / 1000, t.high / 1000))


def test_a_later_drawing_counts_by_its_rate() -> None:
    """20 of 200 with 10 positives, 20 of 20 with none: 100 passages of 220, not half of them."""
    drawn = sample({"a": 200, "b": 20}, ["a"] * 20 + ["b"] * 20, batches={"a": 1, "b": 2})
    truth = np.array([True] * 10 + [False] * 30)[:, None]
    assert total(drawn, truth)[0].value == pytest.approx(100)


TRUTHS = st.lists(st.booleans(), min_size=12, max_size=60)


@given(TRUTHS, st.integers(0, 200), st.integers(0, 99))
def test_the_order_of_answers_does_not_matter(answers: list[bool], left: int, seed: int) -> None:
    """Within a transcript; and the value lies within its interval, that within what is possible."""
    n = len(answers)
    drawn = sample({"a": n + left}, ["a"] * n)
    truth = np.array(answers)[:, None]
    t = total(drawn, truth)[0]
    assert inside(t)
    assert sum(answers) <= (t.low or 0) and (t.high or 0) <= sum(answers) + left
    other = total(drawn, rng(seed).permutation(truth))[0]
    assert (other.low, other.high, other.value) == (t.low, t.high, pytest.approx(t.value))
    wide = total(drawn, truth, level=0.99)[0]
    assert (wide.low or 0) <= (t.low or 0) and (t.high or 0) <= (wide.high or 0)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=12, max_size=40))
def test_a_census_has_no_width(pairs: list[tuple[bool, bool]]) -> None:
    """All read: the truth itself, of every figure that is defined."""
    truth, machine = (np.array([p[i] for p in pairs])[:, None] for i in range(2))
    drawn = sample({"a": len(pairs)}, ["a"] * len(pairs))
    assert total(drawn, truth)[0] == Interval(*[float(truth.sum())] * 3, len(pairs))
    for i in intervals(agreement(drawn, truth, machine, rng=rng())):
        assert i.value is None or (i.low, i.high) == pytest.approx((i.value, i.value))


def test_a_textbook_kappa() -> None:
    """Cohen's kappa .40 for 20, 5, 10, 15; precision 20/25, recall 20/30, F1 40/55."""
    truth, machine = table(20, 5, 10, 15)
    a = agreement(one_drawing(50, 10**6), truth, machine, rng=rng())
    assert a.kappa[0].value == pytest.approx(0.4)
    assert a.precision[0].value == pytest.approx(0.8)
    assert a.recall[0].value == pytest.approx(2 / 3)
    assert a.f1[0].value == pytest.approx(40 / 55)
    assert a.macro_f1.value == pytest.approx(40 / 55)
    # .40 ± 1.96 · .127, the large-sample interval
    assert (a.kappa[0].low, a.kappa[0].high) == pytest.approx((0.15, 0.65), abs=0.04)
    # Wilson: 20 of 25 is .61 to .91, 20 of 30 is .49 to .81
    assert (a.precision[0].low, a.precision[0].high) == pytest.approx((0.61, 0.91), abs=0.03)
    assert (a.recall[0].low, a.recall[0].high) == pytest.approx((0.49, 0.81), abs=0.03)


@given(st.tuples(*[st.integers(3, 30)] * 4), st.integers(0, 9))
def test_each_figure_lies_in_its_interval(counts: tuple[int, int, int, int], seed: int) -> None:
    """And a higher level is no narrower."""
    truth, machine = table(*counts)
    drawn = one_drawing(len(truth), 10 * len(truth))
    narrow = agreement(drawn, truth, machine, rng=rng(seed), level=0.8)
    wide = agreement(drawn, truth, machine, rng=rng(seed), level=0.95)
    for a, b in zip(intervals(narrow), intervals(wide), strict=True):
        assert inside(a) and inside(b)
        assert (b.low or 0) <= (a.low or 0) and (a.high or 0) <= (b.high or 0)


def test_no_disagreement_seen_is_not_none() -> None:
    """Eight of eight agreed on: kappa 1, but no certainty of it."""
    truth, machine = table(8, 0, 0, 92)
    k = agreement(one_drawing(100, 2000), truth, machine, rng=rng()).kappa[0]
    assert (k.value, k.high) == (1.0, pytest.approx(1.0))
    assert 0.6 < (k.low or 0) < 0.9


def test_too_few_passages_are_said_in_words() -> None:
    """Two, one and none: no figure. A machine that gives nothing has recall 0 and no precision."""
    truth = np.zeros((60, 4), dtype=bool)
    truth[:2, 0] = truth[:1, 1] = truth[:9, 3] = True
    a = agreement(one_drawing(60, 600), truth, np.zeros_like(truth), rng=rng())
    assert [i.why for i in a.kappa[:3]] == [
        "2 passages in the sample; 3 are needed",
        "1 passage in the sample; 3 are needed",
        "no passages in the sample; 3 are needed",
    ]
    assert a.kappa[0].value is a.kappa[0].low is None
    assert a.recall[3].value == 0
    assert a.precision[3].why == "the machine gives it to no sentence of the sample"
    assert a.macro_f1.value == 0  # of the one code that has a figure


def test_no_code_no_mean() -> None:
    truth = np.zeros((60, 2), dtype=bool)
    a = agreement(one_drawing(60, 600), truth, truth, rng=rng())
    assert a.macro_f1.why == "no code has 3 passages in the sample"


def test_an_unanswered_sample_says_so() -> None:
    drawn = sample({"a": 100}, ["a"] * 4)
    truth = np.ones((4, 2), dtype=bool)
    assert [i.why for i in total(drawn, truth)] == [drawn.why] * 2
    assert {i.why for i in intervals(agreement(drawn, truth, truth, rng=rng()))} == {drawn.why}


def scored(noise: float) -> tuple[np.ndarray, Scores]:
    one = rng(3)
    y = one.random(2000) < 0.2
    p = np.clip(y * 0.8 + 0.1 + one.normal(0, noise, 2000), 0, 1)
    return y[:150, None], Scores(p[:150, None], p.sum(keepdims=True))


def test_good_scores_narrow_a_total_and_poor_ones_cost_nothing() -> None:
    """A machine that knows: half the width at most. Noise: as without, to within a twentieth."""
    truth, good = scored(0.05)
    drawn = sample({"a": 2000}, ["a"] * 150)

    def width(scores: Scores | None) -> float:
        t = total(drawn, truth, scores=scores)[0]
        return (t.high or 0) - (t.low or 0)

    assert width(good) < 0.5 * width(None)
    noise = rng(4).random(2000)
    poor = Scores(noise[:150, None], noise.sum(keepdims=True))
    assert width(poor) == pytest.approx(width(None), rel=0.06)


def test_a_code_without_a_model_is_estimated_without() -> None:
    truth, scores = scored(0.1)
    drawn = sample({"a": 2000}, ["a"] * 150)
    none = Scores(np.full_like(scores.answered, np.nan), np.array([np.nan]))
    assert total(drawn, truth, scores=none) == total(drawn, truth)


def test_one_seed_one_interval() -> None:
    truth, machine = table(10, 5, 5, 80)
    drawn = one_drawing(100, 1000)
    first = agreement(drawn, truth, machine, rng=rng(1))
    assert first == agreement(drawn, truth, machine, rng=rng(1))
