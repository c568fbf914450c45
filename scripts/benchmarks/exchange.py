"""Projects of other programs in and out: what is placed, what survives, what is valid.

    python scripts/benchmarks/exchange.py --json exchange.json
    python scripts/benchmarks/exchange.py --only refi --quick

Reads ``../shared/data`` where it is there: the real projects, and the published schema of REFI-QDA
(MIT; Rotterdam Exchange Format Initiative, www.qdasoftware.org).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import _exchange_refi
import _exchange_taguette
from _bench import Figure, arguments, finish

PARTS: dict[str, Callable[..., Iterator[Figure]]] = {
    "refi": _exchange_refi.figures,
    "taguette": _exchange_taguette.figures,
}


def main() -> None:
    options = arguments(__doc__, only=tuple(PARTS))
    figures = [
        figure
        for name, part in PARTS.items()
        if not options.only or name in options.only
        for figure in part(quick=options.quick)
    ]
    finish(figures, options)


if __name__ == "__main__":
    main()
