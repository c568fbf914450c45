"""The solver against scikit-learn's on the same problems."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, hstack
from scipy.sparse import random as random_sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.utils.class_weight import compute_class_weight

from precode.model.solver import Design, Linear, Loss, balanced, balanced_rows, fit

Floats = npt.NDArray[np.floating]
CLOSE = 0.02  # in log-odds; a probability moves by at most a quarter of it


def design(rng: np.random.Generator, n: int, dense: int, sparse: int) -> Design:
    """Rows of length 1 in each block, as features are."""
    a = rng.standard_normal((n, dense))
    a /= np.maximum(np.linalg.norm(a, axis=1, keepdims=True), 1e-9)
    words = csr_matrix((n, sparse))
    if sparse:
        words = csr_matrix(random_sparse(n, sparse, density=0.1, rng=rng))
    return Design(a.astype(np.float32), words)


def labels(rng: np.random.Generator, x: Design, k: int) -> Floats:
    """Codes that hang on the features, of different frequency."""
    w = 4 * rng.standard_normal((x.width, k))
    z = x.times(w) + np.linspace(-2, 1, k)
    return (rng.random(z.shape) < expit(z)).astype(float)


def whole(x: Design) -> csr_matrix:
    return csr_matrix(hstack([csr_matrix(x.dense), x.sparse]), dtype=np.float64)


def theirs(x: Design, y: Floats, weight: Floats, c: float) -> Floats:
    """Scores by one scikit-learn model a code, run to the end."""
    out = []
    for j in range(y.shape[1]):
        head = LogisticRegression(C=c, tol=1e-9, max_iter=10_000)
        head.fit(whole(x), y[:, j], sample_weight=weight[:, j])
        out.append(head.decision_function(whole(x)))
    return np.column_stack(out)


SHAPES = pytest.mark.parametrize(
    ("dense", "sparse"),
    [(12, 0), (0, 40), (12, 40), (250, 40)],
    ids=["dense", "sparse", "both", "more features than rows"],
)


@SHAPES
@pytest.mark.parametrize("c", [0.3, 10.0])
def test_logistic_scores_are_scikit_learns(dense: int, sparse: int, c: float) -> None:
    """Several codes at once, each sentence with a weight of its own for each code."""
    rng = np.random.default_rng(1)
    x = design(rng, 200, dense, sparse)
    y = labels(rng, x, 4)
    weight = rng.uniform(0.2, 3, y.shape)
    ours = fit(x, y, weight, c=c).scores(x)
    assert np.ptp(ours) > 1
    assert ours == pytest.approx(theirs(x, y, weight, c), abs=CLOSE)


@SHAPES
def test_softmax_scores_are_scikit_learns(dense: int, sparse: int) -> None:
    """One code of four a sentence; only differences between codes mean anything."""
    rng = np.random.default_rng(2)
    x = design(rng, 200, dense, sparse)
    label = labels(rng, x, 4).cumsum(1).argmax(1)
    y = (label[:, None] == np.arange(4)).astype(float)
    weight = rng.uniform(0.2, 3, (200, 1))
    ours = fit(x, y, weight, c=2, loss="softmax").scores(x)
    head = LogisticRegression(C=2, tol=1e-9, max_iter=10_000)
    scores = head.fit(whole(x), label, sample_weight=weight[:, 0]).decision_function(whole(x))
    centred = [s - s.mean(1, keepdims=True) for s in (ours, scores)]
    assert np.ptp(centred[0]) > 1
    assert centred[0] == pytest.approx(centred[1], abs=CLOSE)


def test_a_smaller_tolerance_comes_nearer() -> None:
    rng = np.random.default_rng(3)
    x = design(rng, 150, 12, 30)
    y = labels(rng, x, 3)
    weight = balanced(y, np.ones_like(y))
    exact = theirs(x, y, weight, 1)
    rough, fine = (fit(x, y, weight, c=1, tolerance=t).scores(x) for t in (0.1, 1e-3))
    assert np.abs(fine - exact).max() < 1e-3 < np.abs(rough - exact).max()


def test_balanced_is_class_weight_balanced() -> None:
    """Rare codes weigh as much as their absence."""
    rng = np.random.default_rng(4)
    x = design(rng, 200, 10, 20)
    y = labels(rng, x, 3)
    weight = balanced(y, np.ones_like(y))
    for j in range(3):
        down, up = compute_class_weight("balanced", classes=np.array([0, 1]), y=y[:, j])
        assert set(np.unique(weight[:, j])) == {down, up}
    head = LogisticRegression(C=1, class_weight="balanced", tol=1e-9, max_iter=10_000)
    scores = head.fit(whole(x), y[:, 0]).decision_function(whole(x))
    assert fit(x, y, weight, c=1).scores(x)[:, 0] == pytest.approx(scores, abs=CLOSE)


def test_balanced_rows_is_class_weight_balanced() -> None:
    rng = np.random.default_rng(5)
    label = rng.choice(3, 50, p=[0.7, 0.2, 0.1])
    y = (label[:, None] == np.arange(3)).astype(float)
    per_class = compute_class_weight("balanced", classes=np.arange(3), y=label)
    assert balanced_rows(y)[:, 0] == pytest.approx(per_class[label])


def test_codes_without_a_sentence_take_no_weight() -> None:
    """The second code is given to nobody: the others share its mass, and no number is lost."""
    y = np.array([[1.0, 0, 0], [1, 0, 0], [1, 0, 0], [0, 0, 1]])
    assert balanced_rows(y)[:, 0] == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


def test_what_is_unknown_has_no_weight_and_no_say_in_the_balance() -> None:
    y = np.array([[1.0], [0], [0], [1], [1]])
    known = np.array([[1.0], [1], [1], [0], [0]])
    assert balanced(y, known)[:, 0] == pytest.approx([1.5, 0.75, 0.75, 0, 0])


def test_rows_of_no_weight_have_no_effect() -> None:
    """Whatever they hold, and for each code apart."""
    rng = np.random.default_rng(6)
    x = design(rng, 100, 10, 20)
    y = labels(rng, x, 2)
    weight = np.ones_like(y)
    weight[80:, 0] = 0
    few = fit(x.take(range(80)), y[:80], weight[:80], c=1).scores(x)
    turned = y.copy()
    turned[80:, 0] = 1 - turned[80:, 0]
    for labels_ in (y, turned):
        many = fit(x, labels_, weight, c=1).scores(x)
        assert many[:, 0] == pytest.approx(few[:, 0], abs=CLOSE)
    assert np.abs(many[:, 1] - few[:, 1]).max() > 0.1


def test_half_a_coder_is_two_half_sentences() -> None:
    """y = .5 is the sentence once with and once without the code, at half the weight."""
    rng = np.random.default_rng(7)
    x = design(rng, 60, 8, 12)
    y = labels(rng, x, 1)
    y[:20] = 0.5
    once = fit(x, y, np.ones_like(y), c=3).scores(x)
    rows = [*range(60), *range(20)]
    y2 = np.vstack([np.where(y == 0.5, 1, y), np.zeros((20, 1))])
    weight = np.where(np.arange(80) < 20, 0.5, 1.0)
    weight[60:] = 0.5
    twice = fit(x.take(rows), y2, weight[:, None], c=3).scores(x)
    assert once == pytest.approx(twice, abs=CLOSE)


def test_without_evidence_the_prior_stays() -> None:
    """Nothing is known of any code: the weights are the prior's, to the bit."""
    rng = np.random.default_rng(8)
    x = design(rng, 30, 5, 5)
    prior = Linear(rng.standard_normal((10, 2)).astype(np.float32), np.ones(2, np.float32))
    found = fit(x, np.zeros((30, 2)), np.zeros((30, 2)), c=1, prior=prior)
    assert np.array_equal(found.weights, prior.weights)
    assert np.array_equal(found.intercept, prior.intercept)


def test_the_prior_yields_to_evidence() -> None:
    """The more the labels count, the further from the prior, and the nearer to no prior's model."""
    rng = np.random.default_rng(9)
    x = design(rng, 100, 8, 0)
    y = labels(rng, x, 1)
    prior = Linear(np.full((8, 1), 3.0), np.zeros(1))
    far = [
        float(np.linalg.norm(fit(x, y, np.ones_like(y), c=c, prior=prior).weights - prior.weights))
        for c in (0.001, 0.1, 10)
    ]
    assert far == sorted(far)
    assert far[0] < 0.2
    assert far[2] > 2


def test_the_start_does_not_choose_the_end() -> None:
    """From far away or from the optimum itself, the same scores."""
    rng = np.random.default_rng(10)
    x = design(rng, 100, 8, 10)
    y = labels(rng, x, 2)
    cold = fit(x, y, np.ones_like(y), c=1)
    away = Linear(rng.standard_normal((18, 2)) * 5, np.array([9.0, -9.0]))
    for start in (away, cold):
        warm = fit(x, y, np.ones_like(y), c=1, start=start)
        assert warm.scores(x) == pytest.approx(cold.scores(x), abs=CLOSE)
    assert np.array_equal(warm.weights, cold.weights)


def test_sentences_said_twice_and_a_warm_start_leave_numbers() -> None:
    """Of repeated rows, rounding makes lengths of nothing a little less than nothing."""
    for seed in range(150):
        rng = np.random.default_rng(seed)
        x = design(rng, 3, 30, 8).take(rng.integers(0, 3, 9))
        y = (rng.random((9, 5)) < 0.4).astype(float)
        weight = balanced(y, np.ones_like(y))
        near = fit(x, y, weight, c=5)
        assert np.isfinite(fit(x, y, weight, c=15, start=near).weights).all()


@pytest.mark.parametrize("loss", ["logistic", "softmax"])
def test_few_rows_and_few_features_are_searched_alike(loss: Loss) -> None:
    """The same sentences, with columns of zeros beside them until features outnumber them: from a start
    apart from the prior, the same weights, and none for what is always 0.
    """
    rng = np.random.default_rng(12)
    x = design(rng, 60, 20, 15)
    y = labels(rng, x, 4) if loss == "logistic" else np.eye(4)[rng.integers(0, 4, 60)]
    weight = np.ones_like(y) if loss == "logistic" else np.ones((60, 1))
    wide = Design(np.hstack([x.dense, np.zeros((60, 80), np.float32)]), x.sparse)
    order = np.array([*range(20), *range(100, 115)])
    found = []
    for one, places in ((x, np.arange(35)), (wide, order)):
        prior, start = (Linear(np.zeros((one.width, 4)), np.zeros(4)) for _ in ("prior", "start"))
        prior.weights[places] = np.random.default_rng(13).standard_normal((35, 4))
        start.weights[places] = np.random.default_rng(14).standard_normal((35, 4))
        head = fit(one, y, weight, c=2, loss=loss, prior=prior, start=start, tolerance=1e-3)
        assert not np.delete(head.weights, places, axis=0).any()
        found.append(np.vstack([head.weights[places], head.intercept]))
    assert found[0] == pytest.approx(found[1], abs=2e-3)
    assert np.abs(found[0]).max() > 1


@pytest.mark.parametrize("label", [0.0, 1.0, 0.5])
def test_a_code_that_is_always_the_same(label: float) -> None:
    """Never given, always given, always disputed: finite scores that lean where they must."""
    x = design(np.random.default_rng(11), 40, 6, 6)
    y = np.full((40, 1), label)
    scores = fit(x, y, balanced(y, np.ones_like(y)), c=1).scores(x)
    assert np.isfinite(scores).all()
    assert (
        scores == pytest.approx(0, abs=CLOSE)
        if label == 0.5
        else (scores * (label - 0.5) > 1).all()
    )


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    c=st.sampled_from([0.01, 1.0, 100.0]),
    size=st.sampled_from([0.0, 1.0, 30.0]),
    loss=st.sampled_from(["logistic", "softmax"]),
)
def test_the_gradient_vanishes(seed: int, c: float, size: float, loss: str) -> None:
    """In double precision, by another formula, for features of any size and any strength."""
    rng = np.random.default_rng(seed)
    x = design(rng, 50, 6, 8)
    x = Design(x.dense * np.float32(size), x.sparse)
    y = rng.dirichlet(np.ones(3) * 0.3, 50)
    weight = rng.uniform(0, 2, (50, 3 if loss == "logistic" else 1))
    found = fit(x, y, weight, c=c, loss=loss)  # type: ignore[arg-type]
    z = whole(x) @ found.weights.astype(float) + found.intercept
    p = expit(z) if loss == "logistic" else np.exp(z) / np.exp(z).sum(1, keepdims=True)
    slope = c * whole(x).T @ (weight * (p - y)) + found.weights
    noise = 1e-5 * c * size * weight.sum()  # single precision
    assert np.linalg.norm(slope) <= 0.1 * np.sqrt(3) + noise
    assert np.linalg.norm(c * (weight * (p - y)).sum(0)) <= 0.1 * np.sqrt(3) + noise


def test_a_code_that_nobody_gave_and_that_is_settled_at_the_start_holds_up_no_other() -> None:
    """Its gradient is exactly 0 while the other code's is not: no division by it, and the other is
    learned as it would be alone.
    """
    rng = np.random.default_rng(21)
    x = Design(rng.standard_normal((60, 3)).astype(np.float32), csr_matrix((60, 0)))
    y = np.zeros((60, 2))
    y[:, 1] = x.dense[:, 0] > 0
    settled = Linear(np.zeros((3, 2)), np.array([-300.0, 0.0]))
    found = fit(x, y, balanced(y, np.ones_like(y)), c=1.0, start=settled)
    alone = fit(x, y[:, 1:], balanced(y[:, 1:], np.ones((60, 1))), c=1.0)
    assert found.intercept[0] == -300
    assert found.weights[:, 1] == pytest.approx(alone.weights[:, 0], abs=1e-2)
