"""Work side by side: in order, at most so many at a time, the first failure told."""

from __future__ import annotations

import threading

import pytest

from prakerja.kernel.threads import side_by_side
from tests.waiting import LIMIT


def test_answers_come_in_the_order_of_the_jobs_and_no_more_run_than_allowed() -> None:
    running: list[int] = []
    most = 0
    lock = threading.Lock()
    meeting = threading.Barrier(4, timeout=LIMIT)

    def work(job: int) -> int:
        nonlocal most
        with lock:
            running.append(job)
            most = max(most, len(running))
        # Four at a time leave together, the later job first: answers are put in order, and a fifth would break this.
        meeting.wait()
        with lock:
            running.remove(job)
        return job * job

    assert side_by_side(work, range(20), width=4) == [job * job for job in range(20)]
    assert most == 4
    assert side_by_side(work, [], width=4) == []


def test_a_failure_is_raised() -> None:
    def work(job: int) -> int:
        return 1 // job

    with pytest.raises(ZeroDivisionError):
        side_by_side(work, [1, 0, 1], width=2)
