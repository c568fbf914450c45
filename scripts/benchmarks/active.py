"""The loop, measured: what the queue saves, what the audit sample's intervals cover, what advice
to stop keeps, how long a coder waits, what a killed review loses.

    python scripts/benchmarks/active.py --json active.json
    python scripts/benchmarks/active.py --only audit stopping

Each part can be run alone. Reads ``../shared/data`` for the learning curves.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import _active_audit
import _active_curves
import _active_latency
import _active_stopping
import kill_review
from _bench import Figure, arguments, finish

PARTS: dict[str, Callable[[bool], list[Figure]]] = {
    "curves": _active_curves.figures,
    "audit": _active_audit.figures,
    "stopping": _active_stopping.figures,
    "latency": _active_latency.figures,
    "kills": kill_review.figures,
}


def main() -> None:
    options = arguments(__doc__, only=tuple(PARTS))
    out: list[Figure] = []
    for name in options.only or PARTS:
        print(f"… {name}", file=sys.stderr, flush=True)
        out += PARTS[name](options.quick)
    finish(out, options)


if __name__ == "__main__":
    main()
