"""What is read off learning curves."""

from __future__ import annotations

import numpy as np
import pytest

from precode.active.curves import (
    area,
    band,
    difference,
    difference_in_area,
    labels_to,
)
from precode.active.simulation import Curve, Round


def curve(*scores: float, batch: int = 20) -> Curve:
    none = np.zeros((0, 1), dtype=bool)
    return Curve((), tuple(Round(batch * (i + 1), s, (s,), (), none) for i, s in enumerate(scores)))


def test_the_area_is_the_mean_along_the_curve() -> None:
    assert area(curve(0.2, 0.4, 0.9)) == pytest.approx(0.5)
    assert area(Curve((), ())) == 0


def test_labels_needed_are_the_first_that_reach_the_target() -> None:
    assert labels_to([20, 40, 60], [0.2, 0.5, 0.4], 0.45) == 40
    assert labels_to([20, 40, 60], [0.2, 0.5, 0.4], 0.5) == 40
    assert labels_to([20, 40, 60], [0.2, 0.5, 0.4], 0.51) is None


def test_a_band_holds_the_middle_of_the_seeds() -> None:
    found = band([curve(i / 10, 0.5) for i in range(11)])
    assert found.labels == (20, 40)
    assert found.mean == pytest.approx((0.5, 0.5))
    assert found.low == pytest.approx((0.1, 0.5))
    assert found.high == pytest.approx((0.9, 0.5))


def test_a_band_of_curves_at_other_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="same numbers"):
        band([curve(0.1, 0.2), curve(0.1)])
    with pytest.raises(ValueError, match="same numbers"):
        band([])


def test_differences_are_paired() -> None:
    """Always .1 better, from wherever: the difference is sure, though the seeds differ widely."""
    found = difference([0.2, 0.6, 0.9], [0.1, 0.5, 0.8])
    assert found.mean == pytest.approx(0.1)
    assert found.error == pytest.approx(0, abs=1e-12)


def test_the_standard_error_is_that_of_a_mean() -> None:
    found = difference([1.0, 3.0], [0.0, 0.0])
    assert (found.mean, found.error, found.n) == (2.0, pytest.approx(1.0), 2)
    assert np.isnan(difference([1.0], [0.0]).error)
    with pytest.raises(ValueError, match="pairs"):
        difference([1.0], [])


def test_a_difference_of_areas() -> None:
    found = difference_in_area([curve(0.2, 0.4)], [curve(0.1, 0.1)])
    assert found.mean == pytest.approx(0.2)
    assert str(difference([0.3, 0.1], [0.1, 0.1])) == "+0.100 ± 0.100"
