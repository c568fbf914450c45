"""Probabilities that can be believed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, softmax

from precode.model import calibration
from precode.model.calibration import fit_calibration, unfitted

Floats = npt.NDArray[np.floating]


def distorted(
    rng: np.random.Generator, n: int, base: Floats, *, slope: float, shift: float
) -> tuple[Floats, Floats]:
    """Codes drawn with known chances, and scores that overstate them, as balanced heads do."""
    z = rng.normal(0, 1.5, (n, len(base))) + base
    y = (rng.random(z.shape) < expit(z)).astype(float)
    return z * slope + shift, y


def ece(p: Floats, y: Floats) -> float:
    """Class-wise expected calibration error: mean over codes, ten bins of equal width."""
    out = []
    for j in range(y.shape[1]):
        bins = np.minimum((p[:, j] * 10).astype(int), 9)
        gaps = [
            (bins == b).mean() * abs(p[bins == b, j].mean() - y[bins == b, j].mean())
            for b in np.unique(bins)
        ]
        out.append(sum(gaps))
    return float(np.mean(out))


def nll(p: Floats, y: Floats) -> float:
    p = np.clip(p, 1e-12, 1 - 1e-12)
    return float(-(y * np.log(p) + (1 - y) * np.log(1 - p)).mean())


@pytest.mark.parametrize(("slope", "shift"), [(1.5, 2.0), (0.4, 0.5), (3.0, 0.0), (1.0, 0.0)])
def test_unseen_scores_become_believable(slope: float, shift: float) -> None:
    """Overconfident, underconfident, shifted or right already: judged on a second sample."""
    rng = np.random.default_rng(1)
    base = np.array([-3.0, -2.0, -1.0])
    scores, y = distorted(rng, 800, base, slope=slope, shift=shift)
    fresh, truth = distorted(rng, 4000, base, slope=slope, shift=shift)
    after = fit_calibration(scores, y, choice="many")(fresh)
    before = expit(fresh)
    assert ece(after, truth) < 0.02
    assert nll(after, truth) <= nll(before, truth) + 0.004  # what 800 rows can tell
    if (slope, shift) != (1.0, 0.0):
        assert ece(after, truth) < ece(before, truth) / 2


def test_one_of_k_becomes_believable() -> None:
    """Scores sharpened and shifted by class; the probabilities still sum to 1."""
    rng = np.random.default_rng(2)

    def sample(n: int) -> tuple[Floats, Floats]:
        z = rng.normal([1.0, 0, -1], 1.2, (n, 3))
        label = (softmax(z, axis=1).cumsum(1) > rng.random((n, 1))).argmax(1)
        return 2.5 * z + [-2.0, 0, 1], (label[:, None] == np.arange(3)).astype(float)

    scores, y = sample(800)
    fresh, truth = sample(4000)
    after, before = fit_calibration(scores, y, choice="one")(fresh), softmax(fresh, axis=1)
    assert after.sum(1) == pytest.approx(1)
    assert ece(after, truth) < 0.03 < ece(before, truth) / 2
    assert nll(after, truth) < nll(before, truth)


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    n=st.integers(1, 60),
    k=st.integers(1, 4),
    size=st.sampled_from([0.0, 1.0, 100.0]),
    choice=st.sampled_from(["many", "one"]),
)
def test_any_sample_gives_finite_probabilities_in_the_order_of_the_scores(
    seed: int, n: int, k: int, size: float, choice: str
) -> None:
    """Labels against the scores, tiny samples, equal and huge scores: ranks are never turned over."""
    rng = np.random.default_rng(seed)
    scores = size * rng.standard_normal((n, k))
    y = rng.integers(0, 2, (n, k)).astype(float)
    found = fit_calibration(scores, y, choice=choice)  # type: ignore[arg-type]
    grid = np.linspace(-200, 200, 41)[:, None] * np.eye(k)[0]
    p = found(grid)
    assert np.isfinite(p).all()
    assert ((p >= 0) & (p <= 1)).all()
    assert (np.diff(p[:, 0]) >= 0).all()
    if choice == "one":
        assert found(scores).sum(1) == pytest.approx(1)


@pytest.mark.parametrize("positives", [0, 1, 3])
def test_a_code_with_few_positives_stays_modest(positives: int) -> None:
    """It leans on the slope of the codes beside it, and never says 0 or 1."""
    rng = np.random.default_rng(3)
    scores, y = distorted(rng, 300, np.array([-1.0, -1.0, -1.0]), slope=2, shift=1)
    y[:, 2] = 0
    y[np.argsort(-scores[:, 2])[:positives], 2] = 1
    found = fit_calibration(scores, y, choice="many")
    assert found.slope[2] == pytest.approx(found.slope[:2].mean(), rel=1)
    p = found(scores)[:, 2]
    assert p.mean() == pytest.approx(positives / 300, abs=0.01)
    assert ((p > 0) & (p < 1)).all()


def test_slopes_are_drawn_to_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stronger, the nearer; a single code has nobody to lean on."""
    rng = np.random.default_rng(7)
    scores, y = distorted(rng, 80, np.full(5, -2.0), slope=1, shift=0)
    spread = []
    for strength in (0.0, calibration.SHRINK, 200.0):
        monkeypatch.setattr(calibration, "SHRINK", strength)
        spread.append(float(np.ptp(fit_calibration(scores, y, choice="many").slope)))
    assert spread[0] > spread[1] * 1.2
    assert spread[1] > 5 * spread[2]


def test_a_code_that_is_always_given() -> None:
    rng = np.random.default_rng(4)
    scores, y = distorted(rng, 200, np.array([-1.0, 0.0]), slope=1, shift=0)
    y[:, 1] = 1
    p = fit_calibration(scores, y, choice="many")(scores)[:, 1]
    assert ((p > 0.95) & (p < 1)).all()


def test_divided_coders_are_one_half() -> None:
    scores = np.random.default_rng(5).standard_normal((100, 2))
    p = fit_calibration(scores, np.full((100, 2), 0.5), choice="many")(scores)
    assert p == pytest.approx(0.5, abs=0.05)


def test_sentences_without_any_code_do_not_tell_which_one() -> None:
    """In a one-of-k codebook they change nothing."""
    rng = np.random.default_rng(6)
    scores = rng.standard_normal((200, 3))
    y = (rng.integers(0, 3, 200)[:, None] == np.arange(3)).astype(float)
    plain = fit_calibration(scores, y, choice="one")
    padded = fit_calibration(
        np.vstack([scores, 5 + rng.standard_normal((100, 3))]),
        np.vstack([y, np.zeros((100, 3))]),
        choice="one",
    )
    assert padded.slope == pytest.approx(plain.slope)
    assert padded.offset == pytest.approx(plain.offset)


def test_unfitted_is_the_heads_own_numbers_marked_as_ranks() -> None:
    scores = np.array([[0.0, 2.0]])
    many, one = unfitted(2, "many"), unfitted(2, "one")
    assert many(scores) == pytest.approx(expit(scores))
    assert one(scores) == pytest.approx(softmax(scores, axis=1))
    assert not many.fitted
    assert not one.fitted
