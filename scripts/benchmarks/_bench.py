"""What every benchmark shares: its options, its closing table, its exit code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One row: ``holds`` is None where the figure has no bar."""

    figure: str
    value: str
    bar: str = ""
    holds: bool | None = None


def arguments(
    doc: str | None, *, only: Sequence[str] = (), starter: Sequence[str] = ()
) -> argparse.Namespace:
    """``--quick`` (under 50 s, and still measures) and ``--json FILE``; where a benchmark has parts,
    ``--only`` some of them; where it can, ``--starter`` another than the first of these.
    """
    parser = argparse.ArgumentParser(description=(doc or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="less of it, in under 50 s")
    parser.add_argument("--json", type=Path, help="write the table here too")
    if only:
        parser.add_argument("--only", nargs="+", choices=only, help="these parts alone")
    if starter:
        parser.add_argument("--starter", choices=starter, default=starter[0], help="of this one")
    return parser.parse_args()


def finish(figures: Sequence[Figure], options: argparse.Namespace) -> None:
    """Print the table, write it if asked, and exit: 1 if a bar falls short, else 0."""
    rows = [("figure", "value", "bar", "holds")]
    words = {None: "", True: "yes", False: "NO"}
    rows += [(f.figure, f.value, f.bar, words[f.holds]) for f in figures]
    wide = [max(len(r[j]) for r in rows) for j in range(4)]
    for row in rows:
        print(" | ".join(cell.ljust(w) for cell, w in zip(row, wide, strict=True)).rstrip())
    if options.json:
        content = {"quick": options.quick, "figures": [asdict(f) for f in figures]}
        options.json.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    sys.exit(1 if any(f.holds is False for f in figures) else 0)
