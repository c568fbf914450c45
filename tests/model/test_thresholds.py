"""Which codes are given."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from precode.model.thresholds import (
    LOSS,
    SHRINK,
    decide,
    fit_least,
    fit_thresholds,
    macro_f1,
    margins,
)

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.floating]


def cut(scores: list[float], truth: list[int]) -> float:
    """The threshold without its shrinkage."""
    y = np.array(truth, dtype=float)[:, None]
    n = y.sum()
    found = fit_thresholds(np.array(scores)[:, None], y, choice="many")[0]
    return float(found * (n + SHRINK) / n)


def test_the_cut_lies_between_the_two_groups() -> None:
    assert cut([3, 2, 1, -1], [1, 1, 0, 0]) == pytest.approx(1.5)


def test_one_miss_is_worth_less_than_many_false_alarms() -> None:
    """The positive at the bottom would cost three false alarms: it is given up."""
    assert cut([5, 4, 3, 2, 1, 0], [1, 1, 0, 0, 0, 1]) == pytest.approx(3.5)


def test_equal_scores_fall_on_the_same_side() -> None:
    """The best cut inside a tie cannot be had: all three or none."""
    assert cut([2, 1, 1, 1, 0], [1, 1, 0, 0, 0]) == pytest.approx(1.5)
    assert cut([1, 1, 1], [1, 0, 0]) < 1


def test_all_positive_passes_all() -> None:
    assert cut([2.0, 1.0], [1, 1]) < 1


def test_without_positives_the_heads_own_cut_stays() -> None:
    assert fit_thresholds(np.array([[3.0], [1]]), np.zeros((2, 1)), choice="many") == [0]


def test_no_rows_leave_the_heads_own_cut() -> None:
    assert fit_thresholds(np.zeros((0, 2)), np.zeros((0, 2)), choice="many").tolist() == [0, 0]


def test_few_positives_move_the_cut_little() -> None:
    """At SHRINK positives it moves half way."""
    for n, share in ((1, 1 / (1 + SHRINK)), (int(SHRINK), 0.5), (300, 300 / (300 + SHRINK))):
        scores = np.concatenate([np.full(n, 3.0), np.full(n, 1.0)])[:, None]
        y = np.repeat([1.0, 0.0], n)[:, None]
        assert fit_thresholds(scores, y, choice="many")[0] == pytest.approx(2 * share)


def one_of_k(n: int, shares: list[float], seed: int = 0) -> tuple[Floats, Floats]:
    """Scores of a balanced head, as log-densities of the code's own direction, and one code a row."""
    rng = np.random.default_rng(seed)
    k = len(shares)
    own = rng.choice(k, n, p=shares)
    return 1.5 * (rng.normal(size=(n, k)) + 1.5 * np.eye(k)[own]), np.eye(k)[own]


def test_of_one_code_each_rare_ones_have_to_be_surer() -> None:
    """Balanced scores give them to too many; on new sentences the mean F1 is better."""
    shares = [0.7, 0.22, 0.08]
    z, y = one_of_k(4000, shares)
    cuts = fit_thresholds(z, y, choice="one")
    assert cuts[0] == 0 < cuts[1] < cuts[2]
    # one number for all, times how much rarer each is than the first
    count = y.sum(0)
    assert cuts[2] / cuts[1] == pytest.approx(
        np.log(count[0] / count[2]) / np.log(count[0] / count[1])
    )
    new, truth = one_of_k(20_000, shares, seed=1)
    found, plain = (
        macro_f1(truth >= 0.5, decide(new, c, choice="one")) for c in (cuts, np.zeros(3))
    )
    assert found > plain + 0.02


def test_of_one_code_each_few_examples_move_little() -> None:
    z, y = one_of_k(60, [0.7, 0.25, 0.05])
    assert 0 < y.sum(0).min() < 6
    many = fit_thresholds(np.repeat(z, 100, axis=0), np.repeat(y, 100, axis=0), choice="one")
    few = fit_thresholds(z, y, choice="one")
    rarest = y.sum(0).min()
    assert few == pytest.approx(
        many * rarest / (rarest + SHRINK) / (100 * rarest / (100 * rarest + SHRINK))
    )
    assert many[2] > 0


def test_of_one_code_each_equal_ones_and_what_never_occurs() -> None:
    y = np.eye(3)
    assert fit_thresholds(5 * y - 2, y, choice="one").tolist() == [0, 0, 0]
    z, y = one_of_k(500, [0.8, 0.2, 0.0])
    cuts = fit_thresholds(z, y, choice="one")
    assert cuts[2] >= cuts[1] >= cuts[0] == 0
    assert np.isfinite(cuts).all()
    # a sentence without a code says nothing of which, and one code alone cannot be told apart
    bare = fit_thresholds(np.r_[z, z[:50]], np.r_[y, np.zeros((50, 3))], choice="one")
    assert bare.tolist() == cuts.tolist()
    assert fit_thresholds(z, np.eye(3)[np.zeros(500, dtype=int)], choice="one").tolist() == [
        0,
        0,
        0,
    ]
    assert fit_thresholds(z[:0], y[:0], choice="one").tolist() == [0, 0, 0]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=1, max_size=25).filter(
        lambda rows: any(t for _, t in rows)
    )
)
def test_no_other_cut_has_a_higher_f1(rows: list[tuple[int, bool]]) -> None:
    """By trying them all, with scikit-learn's F1."""
    scores, truth = np.array([s for s, _ in rows]), np.array([t for _, t in rows])
    ours = f1_score(truth, scores > cut(scores.tolist(), truth.tolist()))
    every = [f1_score(truth, scores > c, zero_division=0) for c in np.arange(-4.5, 4)]
    assert ours == pytest.approx(max(every))


def test_decisions() -> None:
    """Many: whatever passes its own cut. One: exactly the highest, the first of equals."""
    scores = np.array([[1.0, 1.0], [-1, -2], [0, 3]])
    many = decide(scores, np.array([0.5, 2.0]), choice="many")
    assert many.tolist() == [[True, False], [False, False], [False, True]]
    one = decide(scores, np.zeros(2), choice="one")
    assert one.tolist() == [[True, False], [True, False], [False, True]]
    leaning = decide(scores, np.array([9.0, 0.0]), choice="one")
    assert leaning.tolist() == [[False, True]] * 3


# -- nothing applies ------------------------------------------------------------------------------


def mean_f1(truth: Bools, given: Bools) -> float:
    """Of the codes' macro-F1 and the F1 of "nothing applies"."""
    bare = (~b.any(1)[:, None] for b in (truth, given))
    return (macro_f1(truth, given) + macro_f1(*bare)) / 2


def least(p: Floats, y: Floats, given: Bools) -> float:
    """Without its shrinkage."""
    n = int((~(y >= 0.5).any(1)).sum())
    return fit_least(p, y, given) * (n + SHRINK) / max(n, 1)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 25), st.integers(1, 4), st.booleans())
def test_no_other_least_has_a_higher_mean_f1(seed: int, n: int, k: int, ties: bool) -> None:
    """By trying all that cost the codes little; and of those as good, it takes away the fewest."""
    rng = np.random.default_rng(seed)
    p = rng.integers(0, 4, (n, k)) / 4 if ties else rng.random((n, k))
    y, codes = (rng.random((n, k)) < 0.3).astype(float), p > 0.4
    found = least(p, y, codes)
    expected = p.sum(1)

    def at(cut: float) -> float:
        return mean_f1(y >= 0.5, codes & (expected >= cut)[:, None])

    truth = y >= 0.5
    least_f1 = macro_f1(truth, codes) - LOSS - 1e-12
    cuts = [0.0, *(np.unique(expected)[1:] - 1e-9)]
    cuts = [c for c in cuts if macro_f1(truth, codes & (expected >= c)[:, None]) >= least_f1]
    if truth.any(1).all() or k == 1:
        assert found == 0
        return
    best = max(map(at, cuts))
    assert at(found) == pytest.approx(best)
    left = [(expected >= c).sum() for c in cuts if at(c) >= best - 1e-12]
    assert (expected >= found).sum() == max(left)


def test_a_code_that_many_weak_ones_speak_for_is_not_nothing() -> None:
    """Three at .3 are likelier to hold one than one at .4 alone."""
    p = np.array([[0.4, 0.0, 0.0]] * 200 + [[0.35, 0.3, 0.3]] * 200)
    y = np.zeros((400, 3))
    y[200:, 0] = 1
    found = fit_least(p, y, p > 0.32)
    given_ = decide(p, np.full(3, 0.32), choice="many", p=p, least=np.full(3, found))
    assert not given_[:200].any()
    assert given_[200:, 0].all()


def test_few_sentences_without_a_code_say_little() -> None:
    p, y = np.full((203, 2), 0.1), np.zeros((203, 2))
    p[:3, 0], p[3:, 0], y[3:, 0] = 0.4, 0.9, 1
    whole = (0.5 + 1) / 2
    assert fit_least(p, y, p > 0.3) == pytest.approx(whole * 3 / (3 + SHRINK))
    assert fit_least(p[3:], y[3:], p[3:] > 0.3) == 0
    assert fit_least(p[:0], y[:0], p[:0] > 0.3) == 0


def test_the_margin_says_what_is_given_and_how_near_the_other_was() -> None:
    scores, p = np.array([[2.0, 1], [2, -3], [-1, -3]]), np.array([[0.3, 0.05], [0.6, 0], [0, 0]])
    cuts, half = np.zeros(2), np.full(2, 0.5)
    found = margins(scores, cuts, p, half)
    lacking = np.log(0.35 / 0.5)
    assert found[0] == pytest.approx([lacking, lacking - 1])  # the likelier one stays so
    assert found[1].tolist() == [2, -3]
    assert found[2] == pytest.approx(np.log(1e-9 / 0.5) + np.array([0, -2]))
    assert (found > 0).tolist() == decide(scores, cuts, choice="many", p=p, least=half).tolist()
    assert margins(scores, np.ones(2), p, np.zeros(2)).tolist() == (scores - 1).tolist()


def test_a_code_that_needs_nothing_does_not_count_either() -> None:
    """It may even be of unknown probability."""
    scores, p = np.array([[2.0, 1]]), np.array([[0.3, np.nan]])
    found = margins(scores, np.zeros(2), p, np.array([0.5, 0]))
    assert found[0] == pytest.approx([np.log(0.3 / 0.5), 1])


def test_of_one_code_and_at_a_price_for_the_codes_nothing_is_told() -> None:
    p = np.concatenate([np.full(100, 0.4), np.full(20, 0.5)])[:, None]
    y = np.concatenate([np.arange(100) % 4 == 0, np.zeros(20)])[:, None].astype(float)
    assert fit_least(p, y, p > 0.3) == 0
    both = [np.hstack([a, np.zeros_like(a)]) for a in (p, y)]
    assert fit_least(*both, both[0] > 0.3) == 0  # it would take away all that is right


def test_macro_f1_is_scikit_learns_over_codes_that_occur() -> None:
    rng = np.random.default_rng(1)
    truth, given_ = rng.random((2, 60, 3)) < 0.4
    expected = f1_score(truth, given_, average="macro")
    assert macro_f1(truth, given_) == pytest.approx(expected)
    padded = [np.hstack([a, np.zeros((60, 1), bool)]) for a in (truth, given_)]
    assert macro_f1(*padded) == pytest.approx(expected)
    assert macro_f1(np.zeros((3, 2), bool), np.ones((3, 2), bool)) == 0
