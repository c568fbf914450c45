"""A figure with its interval, or the words that say why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A statistic with its interval. ``low`` and ``high`` are None where no interval can be given;
    ``why`` then says why.
    """

    value: float
    low: float | None = None
    high: float | None = None
    why: str = ""

    def __str__(self) -> str:
        if self.low is None or self.high is None:
            return f"{self.value:.2f}"
        return f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f})"


@dataclass(frozen=True, slots=True)
class NotEstimable:
    """No figure, and the reason in words, for tables and reports."""

    why: str

    def __str__(self) -> str:
        return f"not estimable: {self.why}"


Figure = Estimate | NotEstimable
