"""A few processes beside this one, for what only the processor does: sealing the data of hundreds of thousands of people.

They have no database and no network, and end with the process that began them, however it ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TypeVar

import django

from prakerja.kernel import index_forms
from prakerja.kernel.processes import die_with_parent
from prakerja.kernel.secrets import keys
from prakerja.kernel.standing_back import stand_back

T = TypeVar("T")
R = TypeVar("R")
# Pieces that are handed out before the first of them comes back, for each process: what memory holds of them.
_AHEAD = 2


def spare_processors() -> int:
    """Processors that this process may use beside the one that it keeps busy itself."""
    mine = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(0, mine - 1)


class SideProcesses:
    """`count` processes, which begin when they are first needed; with 0 everything is done here. Closed by `with`."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> SideProcesses:
        return self

    def __exit__(self, *raised: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(self, work: Callable[[T], R], pieces: Iterable[T], *, is_long: bool) -> Iterator[tuple[T, R]]:
        """Each piece with what `work` makes of it, in order; few pieces are taken ahead.

        Beside this process when it `is_long`: they take a second to begin. Then `work`, pieces and results are pickled.
        """
        if not is_long or not self._count:
            for piece in pieces:
                yield piece, work(piece)
            return
        if self._pool is None:
            # Forked ones would have our connection to the database.
            self._pool = ProcessPoolExecutor(
                self._count,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_begin,
                initargs=(index_forms.current_forms(len(keys().chain)),),
            )
        waiting: deque[tuple[T, Future[R]]] = deque()
        for piece in pieces:
            waiting.append((piece, self._pool.submit(work, piece)))
            if len(waiting) > self._count * _AHEAD:
                first, found = waiting.popleft()
                yield first, found.result()
        for first, found in waiting:
            yield first, found.result()


def _begin(forms: index_forms.Forms) -> None:
    # Whoever presses Ctrl-C speaks to the process that began this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    die_with_parent(signal.SIGKILL)
    stand_back()
    django.setup()
    # Whoever hands out such work sees to it that they stay (`kernel.rotation.keeping_forms`).
    index_forms.fix(forms)
