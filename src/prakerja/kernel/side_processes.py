"""A few processes beside this one, for what only the processor does: sealing the data of hundreds of thousands of people.

They have no database and no network, and end with the process that began them, however it ends.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

import django

from prakerja.kernel.processes import die_with_parent

T = TypeVar("T")
R = TypeVar("R")
# Pieces that are handed out before the first of them comes back, for each process: what memory holds of them.
_AHEAD = 2


def spare_processors() -> int:
    """Processors that this process may use beside the one that it keeps busy itself."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(0, mine - 1)


@contextlib.contextmanager
def side_processes(count: int) -> Iterator[Callable[[Callable[[T], R], Iterable[T]], Iterator[tuple[T, R]]]]:
    """Give a function that applies another to pieces, in `count` processes or, with 0, here.

    It yields each piece with its result, in order, and takes few pieces ahead. Function, pieces and results are pickled.
    """
    if count == 0:
        yield _here
        return
    # Forked ones would have our connection to the database.
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)

    def beside(work: Callable[[T], R], pieces: Iterable[T]) -> Iterator[tuple[T, R]]:
        waiting: deque[tuple[T, Future[R]]] = deque()
        for piece in pieces:
            waiting.append((piece, pool.submit(work, piece)))
            if len(waiting) > count * _AHEAD:
                first, found = waiting.popleft()
                yield first, found.result()
        while waiting:
            first, found = waiting.popleft()
            yield first, found.result()

    try:
        yield beside
    finally:
        pool.shutdown(cancel_futures=True)


def _here(work: Callable[[T], R], pieces: Iterable[T]) -> Iterator[tuple[T, R]]:
    for piece in pieces:
        yield piece, work(piece)


def _begin() -> None:
    # Whoever presses Ctrl-C speaks to the process that began this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(signal.SIGKILL)
    django.setup()
