"""Work side by side that waits for the network."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from prakerja.kernel.logs import carrying_the_request

T = TypeVar("T")
R = TypeVar("R")


def side_by_side(work: Callable[[T], R], jobs: Sequence[T], *, width: int) -> list[R]:
    """What `work` returns for each job, in their order, with at most `width` at a time. The first failure is raised.

    The threads are daemons, unlike an executor's: a process that is told to stop does not wait for a stranger's server.
    `work` must not use the database, whose connections belong to threads.
    """
    found: dict[int, R] = {}
    failures: list[BaseException] = []
    waiting = iter(enumerate(jobs))
    lock = threading.Lock()
    work = carrying_the_request(work)

    def run() -> None:
        while not failures:
            with lock:
                place, job = next(waiting, (-1, None))
            if place < 0:
                return
            try:
                found[place] = work(job)
            except BaseException as failure:
                failures.append(failure)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(min(width, len(jobs)))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return [found[place] for place in range(len(jobs))]
