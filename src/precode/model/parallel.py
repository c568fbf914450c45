"""The same work on many jobs, a core each."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

J = TypeVar("J")
R = TypeVar("R")

CORES = 4  # each job holds its own copy of the features


def one_core() -> threadpool_limits:
    """Matrix products on one core while it lasts. numpy and scipy bring a pool of threads apiece,
    which fight over the cores, and these products are small (measured on 2 cores: fits took two to
    ten times as long without).
    """
    return threadpool_limits(limits=1, user_api="blas")


def in_parallel(
    work: Callable[[J], R], jobs: Iterable[J], *, tick: Callable[[], None] = lambda: None
) -> list[R]:
    """``work`` of every job, in the order of ``jobs``; ``tick`` is called after each. The first
    error, or Ctrl-C, lets jobs that have not begun go and is raised.
    """
    with one_core(), ThreadPoolExecutor(min(os.cpu_count() or 1, CORES)) as pool:
        futures = [pool.submit(work, job) for job in jobs]
        results = []
        try:
            for future in futures:
                results.append(future.result())
                tick()
        finally:
            for future in futures:
                future.cancel()
        return results
