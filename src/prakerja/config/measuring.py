"""What the worker says of the whole programme to whoever watches: queues, what is late, the last proof, the last backup.

Each figure is a few look-ups in an index that senders use anyhow, or is known already; none grows with how much there is.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime

from prakerja.config.due import Looks
from prakerja.kernel.due import DueTask
from prakerja.kernel.figures import figures

_LOG = logging.getLogger(__name__)
# Counts stop here: that ten thousand wait is enough to know.
MOST = 10_000
_PATIENCE_MS = "2000"


def measure(lanes: Mapping[str, tuple[Sequence[DueTask], Looks]]) -> None:
    """Write down all figures of the worker. A database that does not answer leaves `prakerja_figures_stale` at 1."""
    from django.db import DatabaseError, connection

    from prakerja.config.wsgi.watching import measure_pool

    told = figures()
    measure_pool()
    try:
        _measure_lag(lanes)
        _measure_database()
        told.set("prakerja_figures_stale", to=0)
    except DatabaseError as error:
        _LOG.warning("figures: %s", type(error).__name__)
        told.set("prakerja_figures_stale", to=1)
    finally:
        connection.close()


def _measure_lag(lanes: Mapping[str, tuple[Sequence[DueTask], Looks]]) -> None:
    """How late each task is, from what the worker's own looks found not long ago."""
    from prakerja.kernel import clock

    now = clock.now()
    for tasks, looks in lanes.values():
        for task in tasks:
            if (found := looks.last_known(task)) is not None:
                instant = found[0]
                figures().set("prakerja_due_lag_seconds", ("task", task.name), to=_since(instant, now))


def _measure_database() -> None:
    from prakerja.disbursements.queries import open_discrepancies, payments_without_fate
    from prakerja.kernel import clock
    from prakerja.kernel.db import row, transaction
    from prakerja.kernel.progress import progress_of
    from prakerja.notifications.queries import backlog
    from prakerja.webhooks.queries import waiting_deliveries

    told, now, wall = figures(), clock.now(), clock.wall()
    with transaction():
        row("SELECT set_config('statement_timeout', %s, true)", [_PATIENCE_MS])
        waiting = backlog(at=now, most=MOST)
        for lane, count, oldest in (
            ("codes", waiting.codes, waiting.codes_oldest),
            ("others", waiting.others, waiting.others_oldest),
        ):
            told.set("prakerja_messages_waiting", ("lane", lane), to=count)
            told.set("prakerja_messages_oldest_seconds", ("lane", lane), to=_since(oldest, now))
        told.set("prakerja_messages_in_hand", to=waiting.in_hand)
        told.set("prakerja_messages_undelivered", to=waiting.undelivered)
        count, first = waiting_deliveries(most=MOST)
        told.set("prakerja_webhooks_waiting", to=count)
        told.set("prakerja_webhooks_oldest_seconds", to=_since(first, wall))
        count, first = payments_without_fate(most=MOST)
        told.set("prakerja_payments_unknown", to=count)
        told.set("prakerja_payments_unknown_oldest_seconds", to=_since(first, now))
        told.set("prakerja_discrepancies_open", to=open_discrepancies(most=MOST))
        proof, backup = progress_of("proof"), progress_of("backup")
    if proof is not None and proof.ended_at is not None:
        told.set("prakerja_last_proof_age_seconds", to=_since(proof.ended_at, wall))
        told.set("prakerja_last_proof_differences", to=proof.left or 0)
    if backup is not None and backup.ended_at is not None:
        told.set("prakerja_last_backup_age_seconds", to=_since(backup.ended_at, wall))


def _since(instant: datetime | None, now: datetime) -> float:
    return 0.0 if instant is None else max(0.0, (now - instant).total_seconds())
