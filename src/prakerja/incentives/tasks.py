"""What falls due in incentives, in the order in which it must happen when several things share an instant.

A task does everything due at or before `at`, each person in a transaction of their own or some hundreds together where a wave
falls due at once, and stamps it `at`. After a run its next instant lies ahead: each piece of work either ends the wait or writes down a later one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from prakerja.disbursements.queries import next_new_account
from prakerja.incentives import due, operations, sweeping
from prakerja.incentives.cutoff_reminders import next_cutoff_reminder, remind_of_cutoffs
from prakerja.kernel.due import DueTask, do_due, do_due_many, left_of
from prakerja.kernel.looks import least_of
from prakerja.programmes.schemes import Scheme

Cutoff = Callable[[Scheme], datetime | None]


def _task(name: str, sql: str, verb: Callable[..., object], item: str, *, calls_network: bool = False) -> DueTask:
    """A task whose statement finds the rows and whose verb takes one person and one `item`."""

    def run(at: datetime) -> int:
        return do_due(sql, at=at, work=lambda person_id, item_id: verb(person_id=person_id, **{item: item_id}, at=at))

    return DueTask(
        name=name,
        next_due=least_of(sql),
        run=run,
        left=lambda at: left_of(sql, at=at),
        calls_network=calls_network,
    )


def _wave_task(name: str, sql: str, verb: Callable[..., int], *, is_stored: bool) -> DueTask:
    """A task whose statement finds the rows and whose verb takes many of them as one piece of work (`do_due_many`)."""

    def run(at: datetime) -> int:
        return do_due_many(sql, at=at, work=lambda items: verb(items=items, at=at), is_stored=is_stored)

    return DueTask(name=name, next_due=least_of(sql), run=run, left=lambda at: left_of(sql, at=at))


def _cutoff_wave_task(name: str, sql: str, cutoff_of: Cutoff, verb: Callable[..., int]) -> DueTask:
    """A task that waits for a cut-off of the year, for every award of a scheme version; its verb takes many as one piece of work."""

    def run(at: datetime) -> int:
        return due.do_cutoff_many(sql, cutoff_of, at=at, work=lambda items: verb(items=items, at=at))

    return DueTask(
        name=name,
        next_due=due.next_cutoff(sql, cutoff_of),
        run=run,
        left=lambda at: due.left_of_cutoff(sql, cutoff_of, at=at),
    )


TASKS = [
    DueTask("remind_of_cutoffs", next_due=next_cutoff_reminder, run=remind_of_cutoffs),
    DueTask(
        name="sweep_balance",
        next_due=sweeping.next_sweep,
        run=lambda at: sweeping.sweep_balances(at=at),
        left=lambda at: sweeping.sweeps_left(at=at),
    ),
    _cutoff_wave_task("lapse_unreviewed", due.UNREVIEWED, due.review_cutoff, operations.lapse_unreviewed_many),
    _wave_task("lapse_survey", due.LAPSE_SURVEY, operations.lapse_many, is_stored=True),
    _cutoff_wave_task("lapse_unopened_surveys", due.LAPSE_UNOPENED, due.survey_limit, operations.lapse_unopened_many),
    _cutoff_wave_task("lapse_unlinked", due.LAPSE_UNLINKED, due.link_limit, operations.lapse_unlinked_many),
    DueTask("note_accounts", next_due=next_new_account, run=lambda at: operations.note_accounts(at=at)),
    _wave_task("plan_incentives", due.PLAN, operations.plan_many, is_stored=True),
    _wave_task("incentive_due", due.FALL_DUE, operations.fall_due_many, is_stored=True),
    _task("recheck_held", due.RECHECK, operations.recheck_incentive, "incentive_id", calls_network=True),
    _wave_task("draft_payments", due.PAY, operations.draft_many, is_stored=True),
    _wave_task("finish_awards", due.FINISH, operations.finish_many, is_stored=False),
]
