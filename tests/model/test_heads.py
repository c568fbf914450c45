"""Which codes, and which polarity given a code."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from precode.model.heads import fit_codes, fit_polarity
from precode.model.solver import Design, Linear

BARRIER, FACILITATOR = 0, 1


def design(rng: np.random.Generator, n: int, d: int = 6) -> Design:
    return Design(rng.standard_normal((n, d)).astype(np.float32), csr_matrix((n, 0)))


def test_rare_codes_are_found_too() -> None:
    """5 % positives that one feature tells: the balanced head's own cut at 0 separates them."""
    rng = np.random.default_rng(1)
    x = design(rng, 400)
    y = (x.dense[:, :1] > 1.64).astype(float)
    scores = fit_codes(x, y, choice="many", c=1).scores(x)
    found = (scores > 0) & (y > 0)
    assert found.sum() >= 0.9 * y.sum()


def test_one_of_k_gives_the_code_most_coders_gave() -> None:
    """Shares of coders are weights; a sentence that nobody coded has no say."""
    rng = np.random.default_rng(2)
    x = design(rng, 200, 3)
    y = 0.25 + 0.5 * (x.dense.argmax(1)[:, None] == np.arange(3))
    y[150:] = 0
    scores = fit_codes(x, y, choice="one", c=10).scores(x)
    assert (scores.argmax(1) == x.dense.argmax(1)).mean() > 0.9


def polarity_of(n: int, k: int) -> np.ndarray:
    return np.full((n, k, 2), np.nan)


def test_polarity_is_learned_from_the_words() -> None:
    """The sign of one feature; for a code never seen with a polarity too: the words are shared."""
    rng = np.random.default_rng(3)
    x = design(rng, 200)
    bad = x.dense[:, 0] > 0
    shares = polarity_of(200, 3)
    shares[:100, 0] = np.column_stack([bad, ~bad])[:100]
    shares[100:, 1] = np.column_stack([bad, ~bad])[100:]
    head = fit_polarity(x, shares, c=1)
    assert head is not None
    scores = head.scores(x)
    assert scores.shape == (200, 3, 2)
    for code in range(3):
        given = scores[:, code, BARRIER] > scores[:, code, FACILITATOR]
        assert (given == bad).mean() > 0.9


def test_two_codes_of_one_sentence_may_have_opposite_polarities() -> None:
    """Code 0 is always a barrier, code 1 always a facilitator, in the very same sentences."""
    x = design(np.random.default_rng(4), 60)
    shares = polarity_of(60, 2)
    shares[:, 0], shares[:, 1] = [1, 0], [0, 1]
    head = fit_polarity(x, shares, c=3)
    assert head is not None
    gap = head.scores(x)[:, :, BARRIER] - head.scores(x)[:, :, FACILITATOR]
    assert (gap[:, 0] > 0).all()
    assert (gap[:, 1] < 0).all()
    assert head.codes[0, BARRIER] > 0 > head.codes[1, BARRIER]


def test_both_and_a_divided_team_are_possible() -> None:
    """Barrier and facilitator are two questions: "both" is yes to both."""
    rng = np.random.default_rng(5)
    x = design(rng, 200)
    both = x.dense[:, 0] > 0
    shares = polarity_of(200, 1)
    shares[:, 0] = np.column_stack([both, np.ones(200)])
    shares[:4, 0] = 0.5
    shares[4:8, 0] = 0
    head = fit_polarity(x, shares, c=1)
    assert head is not None
    assert ((head.scores(x)[:, 0, BARRIER] > 0) == both)[8:].mean() > 0.9


def test_rows_without_polarity_have_no_effect() -> None:
    """A hundred sentences more, uncoded or unclear: the same head to the bit."""
    rng = np.random.default_rng(6)
    x = design(rng, 150)
    shares = polarity_of(150, 2)
    bad = rng.random(50) < 0.5
    shares[:50, 0] = np.column_stack([bad, ~bad])
    head, few = fit_polarity(x, shares, c=1), fit_polarity(x.take(range(50)), shares[:50], c=1)
    assert head is not None
    assert few is not None
    assert np.array_equal(head.linear.weights, few.linear.weights)
    assert np.array_equal(head.codes, few.codes)


@pytest.mark.parametrize(
    "shares", [[], [[1, 0]], [[1, 0], [1, 0]], [[0, 1], [0, 1]], [[0, 0]], [[1, 1], [1, 1]]]
)
def test_fewer_than_two_polarities_teach_nothing(shares: list[list[float]]) -> None:
    """None at all, barriers alone, facilitators alone, neither, always both."""
    polarity = polarity_of(5, 1)
    for i, share in enumerate(shares):
        polarity[i, 0] = share
    assert fit_polarity(design(np.random.default_rng(7), 5), polarity, c=1) is None


# -- starting from a shipped model -----------------------------------------------------------------


def leaning(bad: np.ndarray, k: int) -> np.ndarray:
    """``(n, k, 2)`` log-odds of one who is sure which way each sentence leans."""
    one = np.where(bad, 2.0, -2.0)
    return np.repeat(np.column_stack([one, -one])[:, None], k, axis=1)


def test_a_lean_is_what_a_polarity_starts_from() -> None:
    """With next to nothing learned, its weights are the trust, each side on its own."""
    rng = np.random.default_rng(8)
    x, bad = design(rng, 80), rng.random(80) < 0.5
    shares = polarity_of(80, 2)
    shares[:, 0] = np.column_stack([bad, ~bad])
    head = fit_polarity(x, shares, c=1e-9, lean=leaning(bad, 2), trust=0.5)
    assert head is not None
    assert head.lean == pytest.approx(0.5 * np.eye(2), abs=1e-3)
    without = head.scores(x)
    assert head.scores(x, leaning(bad, 2)) - without == pytest.approx(
        0.5 * leaning(bad, 2), abs=1e-2
    )


def test_a_lean_that_is_wrong_is_unlearned() -> None:
    """The words tell, and the lean says the opposite: with enough codings it is hardly heard."""
    rng = np.random.default_rng(9)
    x = design(rng, 400)
    bad = x.dense[:, 0] > 0
    shares = polarity_of(400, 1)
    shares[:, 0] = np.column_stack([bad, ~bad])
    wrong = leaning(~bad, 1)
    head = fit_polarity(x, shares, c=5, lean=wrong, trust=1.0)
    assert head is not None
    scores = head.scores(x, wrong)[:, 0]
    assert ((scores[:, BARRIER] > scores[:, FACILITATOR]) == bad).mean() > 0.95


def test_without_trust_a_lean_changes_nothing() -> None:
    """To the bit: it is neither a start nor a feature."""
    rng = np.random.default_rng(10)
    x, bad = design(rng, 60), rng.random(60) < 0.5
    shares = polarity_of(60, 1)
    shares[:, 0] = np.column_stack([bad, ~bad])
    plain = fit_polarity(x, shares, c=1)
    deaf = fit_polarity(x, shares, c=1, lean=leaning(bad, 1), trust=0.0)
    assert plain is not None
    assert deaf is not None
    assert np.array_equal(plain.linear.weights, deaf.linear.weights)
    assert not deaf.lean.any()
    assert np.array_equal(deaf.scores(x, leaning(bad, 1)), plain.scores(x))


@pytest.mark.parametrize("choice", ["many", "one"])
def test_codes_are_drawn_to_their_centre(choice: str) -> None:
    """Nothing learned: the weights are the centre's. Much learned against it: they are not."""
    rng = np.random.default_rng(11)
    x = design(rng, 300, 3)
    y = (x.dense.argmax(1)[:, None] == np.arange(3)).astype(float)
    centre = Linear(-2.0 * np.eye(3), np.zeros(3))
    still = fit_codes(x, y, choice=choice, c=1e-9, centre=centre)  # type: ignore[arg-type]
    assert still.weights == pytest.approx(centre.weights, abs=1e-3)
    moved = fit_codes(x, y, choice=choice, c=10, centre=centre)  # type: ignore[arg-type]
    assert (moved.scores(x).argmax(1) == x.dense.argmax(1)).mean() > 0.9


def test_codings_of_one_polarity_leave_it_to_the_shipped_model() -> None:
    """Only facilitators are coded: what the starter leans to stands; without one there is no head."""
    rng = np.random.default_rng(9)
    x = design(rng, 30)
    shares = polarity_of(30, 2)
    shares[:20, 0] = (0, 1)
    lean = rng.normal(size=(30, 2, 2))
    head = fit_polarity(x, shares, c=1, lean=lean, trust=0.5)
    assert head is not None
    assert head.scores(x, lean) == pytest.approx(0.5 * lean)
    assert fit_polarity(x, shares, c=1, lean=lean, trust=0.0) is None
    assert fit_polarity(x, shares, c=1) is None
