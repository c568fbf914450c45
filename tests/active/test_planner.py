"""How large an audit should be, and what more of it would bring."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precode.active.planner import audit_size, kappa_half_width, more_answers

SHARE = st.floats(0.01, 0.5)


def test_cochrans_formula_by_hand() -> None:
    """1.96² · .1 · .9 / .05² = 138.3; of 2,000 sentences 138.3 / (1 + 137.3 / 2000) = 129.4."""
    assert audit_size(10**9, prevalence=0.1, half_width=0.05, most=1) == 139
    assert audit_size(2000, prevalence=0.1, half_width=0.05, most=1) == 130


def test_never_more_than_the_share_allowed() -> None:
    assert audit_size(200, prevalence=0.1, half_width=0.05, most=0.25) == 50
    assert audit_size(2, prevalence=0.1, half_width=0.05, most=0.25) == 1
    assert audit_size(0, prevalence=0.1, half_width=0.05, most=0.25) == 0


@given(st.integers(1, 5000), SHARE, st.floats(0.01, 0.2), st.floats(0.05, 1))
def test_a_sample_is_part_of_its_frame(frame: int, p: float, width: float, most: float) -> None:
    """At least one, at most the share; a wider interval never needs more."""
    n = audit_size(frame, prevalence=p, half_width=width, most=most)
    assert 1 <= n <= max(1, most * frame + 1e-6)
    assert audit_size(frame, prevalence=p, half_width=width * 2, most=most) <= n


def test_half_the_width_takes_four_times_the_answers() -> None:
    """Three times as many more, in a frame without end; fewer in a small one, and never too many."""
    assert more_answers(100, 10**8) == 300
    assert more_answers(100, 400) == 129  # 1 / (1/400 + (1/100 - 1/400) / 4) = 228.6
    assert more_answers(50, 50) == 0


@given(st.integers(1, 500), st.integers(0, 5000), st.floats(0.1, 1))
def test_more_answers_stay_in_the_frame(answers: int, beside: int, shrink: float) -> None:
    frame = answers + beside
    assert 0 <= more_answers(answers, frame, shrink=shrink) <= beside


@pytest.mark.parametrize(
    ("prevalence", "answers", "half"),
    [(0.10, 400, 0.12), (0.10, 800, 0.085), (0.25, 400, 0.085), (0.25, 1500, 0.045)],
)
def test_kappa_of_seventy_as_simulated(prevalence: float, answers: int, half: float) -> None:
    """Half of the simulated 95 % ranges: .57 to .81, .61 to .78, .61 to .78, .66 to .74."""
    width = kappa_half_width(answers, kappa=0.7, prevalence=prevalence)
    assert width == pytest.approx(half, abs=0.01)


def test_the_error_of_a_textbook_kappa() -> None:
    """Two readers of 50 proposals, 20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: kappa .40. Its error
    by the delta method, from first principles: sqrt((sum p g² - (sum p g)²) / n), g the slopes of
    kappa in the four shares.
    """
    table = np.array([20, 5, 10, 15]) / 50

    def kappa(t: np.ndarray) -> float:
        p, q = t[0] + t[1], t[0] + t[2]
        chance = p * q + (t.sum() - p) * (t.sum() - q)
        return float((t[0] + t[3] - chance) / (1 - chance))

    assert kappa(table) == pytest.approx(0.4)
    step = np.eye(4) * 1e-6
    g = np.array([(kappa(table + s) - kappa(table - s)) / 2e-6 for s in step])
    error = np.sqrt(((table * g**2).sum() - (table * g).sum() ** 2) / 50)
    width = kappa_half_width(50, kappa=0.4, prevalence=0.5, given=0.6)
    assert width / 1.959964 == pytest.approx(error, rel=1e-4)


def test_all_read_leaves_no_width() -> None:
    assert kappa_half_width(300, kappa=0.7, prevalence=0.1, frame=300) == 0


def test_what_cannot_be_is_refused() -> None:
    """A kappa that no table with these margins has; shares and counts out of range."""
    with pytest.raises(ValueError, match="no two coders"):
        kappa_half_width(100, kappa=0.99, prevalence=0.1, given=0.5)
    with pytest.raises(ValueError, match="at least one answer"):
        kappa_half_width(0, kappa=0.5, prevalence=0.1)
    with pytest.raises(ValueError, match="frame"):
        audit_size(-1, prevalence=0.1, half_width=0.05, most=0.5)
    with pytest.raises(ValueError, match="shares"):
        audit_size(10, prevalence=0, half_width=0.05, most=0.5)
    with pytest.raises(ValueError, match="answers"):
        more_answers(0, 10)
