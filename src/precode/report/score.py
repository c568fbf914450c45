"""A figure with its interval, as a report shows it."""

from __future__ import annotations

import math

# (value, low, high) of a 95 % interval, NaN where there is none; or the words that stand in its
# place ("not estimable: fewer than 10 positives"). None where the score was not asked for.
Score = tuple[float, float, float] | str | None


def alone(value: float) -> Score:
    """A value for which no interval can be given."""
    return (value, math.nan, math.nan)
