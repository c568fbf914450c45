"""What a cell of a table may hold when we write it."""

from __future__ import annotations

Cell = str | int | float | bool | None
