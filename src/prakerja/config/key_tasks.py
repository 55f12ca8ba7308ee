"""Carrying what is stored over to a new key (`kernel.rotation`) is work that falls due like any other: when the key counts.

Both tasks have a lane of their own: they wait for each other process to know, and nobody else is to wait with them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from prakerja.kernel import rotation
from prakerja.kernel.clock import offset, wall
from prakerja.kernel.due import DueTask, note_done, turn_is_over
from prakerja.kernel.looks import Look, follows_from
from prakerja.kernel.sealed import index_columns, sealed_columns
from prakerja.kernel.secrets import keys


def _next(root: str) -> Look:
    @follows_from(rotation.is_changing(root))
    def next_due(is_changing: bool | None) -> datetime | None:
        change = rotation.open_change(root) if is_changing else None
        if change is None:
            return None
        keys().refresh(now=True)
        since = next((one.counts_from for one in keys().keysets[root].keys if one.id == change.key_id), None)
        # A key that is not here yet is no work of this machine; nothing else of the programme's time concerns it.
        return None if since is None else max(since, change.noted_at) + offset()

    return next_due


def reseal(at: datetime) -> int:
    """Seal again what older keys sealed."""
    if _is_early("sealing", at):
        return 0
    done = rotation.seal_again(is_over=turn_is_over, told=note_done)
    if not done:
        rotation.end_sealing()
    return done


def reindex(at: datetime) -> int:
    """Give every index its next form."""
    if _is_early("index", at):
        return 0
    return rotation.move_indexes(is_over=turn_is_over, told=note_done)


def sealed_left(at: datetime) -> int:
    """How many sealed values wait. Reads them all."""
    newest = keys().sealing_id()
    return sum(rotation.sealed_left(column, than=newest) for column in sealed_columns())


def indexes_left(at: datetime) -> int:
    """How many indexes wait. Reads them all."""
    newest = keys().chain[-1].prefix
    return sum(rotation.index_left(column, prefix=newest) for column in index_columns())


def _is_early(root: str, at: datetime) -> bool:
    since = _next(root)()
    return since is None or since > max(at, wall() + offset())


def _is_under_way(root: str) -> Callable[[], bool]:
    """While a change is, the key may come to this machine, as a file."""
    return lambda: rotation.open_change(root) is not None


TASKS = (
    DueTask(
        "reseal",
        next_due=_next("sealing"),
        run=reseal,
        left=sealed_left,
        calls_network=True,
        follows_more=_is_under_way("sealing"),
    ),
    DueTask(
        "reindex",
        next_due=_next("index"),
        run=reindex,
        left=indexes_left,
        calls_network=True,
        follows_more=_is_under_way("index"),
    ),
)
