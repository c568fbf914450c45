"""How large an audit should be, and what more of it would bring."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from precode.audit.planner import audit_size, more_answers

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
