"""Calls to rails that are under way, several at once: a rail that keeps silent holds its own lines and nothing else.

Who calls has written every call down and committed it (`attempts`). The calls run in threads that never see the database; their
answers are taken by the caller, many at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime
from types import TracebackType
from typing import Literal, Self

from prakerja.disbursements.attempts import Answer, Call, make_call
from prakerja.disbursements.rails import open_rail, terms_of
from prakerja.kernel.due import note_done, turn_is_over
from prakerja.kernel.http import refuse_inside_transaction
from prakerja.programmes.schemes import wib_day

# Calls that are written down for one that is under way: a line never waits for us, and a crash leaves few to ask about.
_AHEAD = 4
# Wall seconds in which answers gather, so that they are stored together.
_GATHER = 0.05


class Lines:
    """As many lines to each rail as its terms say, from `with` to its end, which waits for what is under way."""

    def __init__(self, *, at: datetime) -> None:
        self._at = at
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._under_way: dict[Future[Answer], str] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> Literal[False]:
        for pool in self._pools.values():
            # What is written down and not begun is asked about later.
            pool.shutdown(wait=True, cancel_futures=True)
        return False

    def room(self, rail: str) -> int:
        """How many calls of this rail may be written down now: 0 until half of what was is answered."""
        lines = terms_of(rail=rail, on=wib_day(self._at)).calls_at_once
        free = lines * _AHEAD - sum(other == rail for other in self._under_way.values())
        return free if free >= lines * _AHEAD // 2 else 0

    @property
    def are_busy(self) -> bool:
        return bool(self._under_way)

    def begin(self, calls: Iterable[Call]) -> None:
        """Make these calls, as soon as there is a line for each."""
        refuse_inside_transaction()
        for call in calls:
            rail = call.instruction.rail
            self._under_way[self._pool(rail).submit(make_call, call, at=self._at)] = rail

    def answers(self) -> list[Answer]:
        """What was answered: at least one when something is under way, and what else comes in a moment."""
        if not self._under_way:
            return []
        done, _ = wait(self._under_way, timeout=_GATHER)
        if not done:
            done, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        for one in done:
            del self._under_way[one]
        # A call never raises because of what a rail says or does not say: what is raised here is a fault of ours.
        return [one.result() for one in done]

    def _pool(self, rail: str) -> ThreadPoolExecutor:
        if rail not in self._pools:
            lines = terms_of(rail=rail, on=wib_day(self._at)).calls_at_once
            self._pools[rail] = ThreadPoolExecutor(max_workers=lines, thread_name_prefix=f"rail-{rail}")
        return self._pools[rail]


def require_rail(rail: str) -> None:
    """Whether this installation can speak to the rail at all; asked before anything is written down for it."""
    open_rail(rail)


Claim = Callable[[str, int], list[Call] | None]


def keep_busy(*, rails: Iterable[str], claim: Claim, take: Callable[[list[Answer]], list[Call]], at: datetime) -> int:
    """Claim calls of every rail as lines come free, and take their answers, until there is nothing left. Returns how many.

    `claim(rail, most)` writes calls down and commits; None says that there are no more. `take(answers)` stores what was said
    and returns calls that follow from it. When the task's turn is over nothing more is claimed, and what is under way is awaited.
    """
    waiting = set(rails)
    made = 0
    with Lines(at=at) as lines:
        while waiting or lines.are_busy:
            if waiting and turn_is_over():
                waiting.clear()
            for rail in sorted(waiting):
                room = lines.room(rail)
                calls = claim(rail, room) if room else []
                if calls is None:
                    waiting.discard(rail)
                else:
                    lines.begin(calls)
                    made += len(calls)
                    note_done(len(calls))
            lines.begin(take(lines.answers()) if lines.are_busy else [])
    return made
