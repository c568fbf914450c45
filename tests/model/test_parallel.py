"""The same work on many jobs."""

from __future__ import annotations

import threading
import time

import pytest

from precode.model.parallel import in_parallel


def test_results_come_in_the_order_of_the_jobs() -> None:
    """Although the first takes longest; each is ticked off."""
    ticks: list[int] = []

    def work(job: int) -> int:
        time.sleep(0.02 / (job + 1))
        return job * job

    assert in_parallel(work, range(6), tick=lambda: ticks.append(1)) == [0, 1, 4, 9, 16, 25]
    assert len(ticks) == 6
    assert in_parallel(work, []) == []


def test_an_error_lets_the_waiting_jobs_go() -> None:
    """It comes out as it is, and of a thousand jobs hardly any still run."""
    done: list[int] = []
    gate = threading.Event()

    def work(job: int) -> None:
        if job == 0:
            raise ValueError("the first")
        gate.wait(0.05)
        done.append(job)

    with pytest.raises(ValueError, match="the first"):
        in_parallel(work, range(1000))
    assert len(done) < 100


def test_ctrl_c_while_showing_progress_stops() -> None:
    """Python raises it in the main thread: here, in the tick."""
    done: list[int] = []

    def tick() -> None:
        raise KeyboardInterrupt

    def work(job: int) -> None:
        time.sleep(0.01)
        done.append(job)

    with pytest.raises(KeyboardInterrupt):
        in_parallel(work, range(1000), tick=tick)
    assert len(done) < 100
