"""How long ``precode --help`` and ``precode --version`` take: nobody waits to be told what to type.

    python scripts/benchmarks/startup.py --json startup.json

Each is run as a process of its own, the median of 15 runs after one that warms the disk's cache.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from _bench import Figure, arguments, finish

RUNS, QUICK_RUNS = 15, 5
BAR = 0.25  # seconds


def seconds(argument: str) -> float:
    """The time of one ``precode argument``."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "precode", argument], check=True, capture_output=True)
    return time.perf_counter() - start


def main() -> None:
    options = arguments(__doc__)
    figures = []
    for argument in ("--help", "--version"):
        seconds(argument)
        times = [seconds(argument) for _ in range(QUICK_RUNS if options.quick else RUNS)]
        median = statistics.median(times)
        figures.append(
            Figure(
                f"precode {argument}, median of {len(times)}",
                f"{median:.3f} s ({min(times):.3f} to {max(times):.3f})",
                f"{BAR} s",
                median <= BAR,
            )
        )
    finish(figures, options)


if __name__ == "__main__":
    main()
