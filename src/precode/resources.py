"""Files that ship with the package, whether it runs from a clone or from a wheel.

``configs/`` and ``models/`` stand at the top of the repository, where people look for them; the
wheel carries them as ``precode/_shipped/…`` (see pyproject.toml).
"""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).parent
_WHEEL = PACKAGE / "_shipped"
_CLONE = PACKAGE.parent.parent


def shipped(kind: str) -> Path:
    """The folder ``configs`` or ``models``, as a path on disk."""
    return (_WHEEL if _WHEEL.is_dir() else _CLONE) / kind


def codebooks() -> dict[str, Path]:
    """Shipped codebooks by name ("comb", "tdf", "four-cos")."""
    return {p.stem: p for p in sorted((shipped("configs") / "codebooks").glob("*.toml"))}


def starters() -> dict[str, Path]:
    """Shipped model bundles by name."""
    return {p.parent.name: p.parent for p in sorted(shipped("models").glob("*/bundle.json"))}


def demo() -> Path:
    """The folder with the invented demo study."""
    return PACKAGE / "demo"
