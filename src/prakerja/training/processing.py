"""Fetch the files of what was handed in: 1 becomes 2 or 3 (contract.md 3.3).

A step of the worker: claim a few rows, fetch outside any transaction, write down what became of each. A slow or endless
server holds up its own institution only: a round takes at most a few files of each, and they are fetched side by side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from prakerja.audit.operations import record
from prakerja.kernel import ssrf_transport
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.secrets import unseal
from prakerja.kernel.states import StateMachine
from prakerja.kernel.threads import side_by_side
from prakerja.partners.queries import trusted_origins
from prakerja.training.deriving import derive_completion
from prakerja.training.files import LIMITS, Examined, Failed, examine_file
from prakerja.training.models import Assignment, Feedback, SandboxSubmission
from prakerja.training.states import ASSIGNMENT_STATES, FEEDBACK_STATES, SANDBOX_SUBMISSION_STATES
from prakerja.vouchers.operations import lock_voucher

BATCH = 8
_OF_ONE_INSTITUTION = 2
_SIDE_BY_SIDE = 4
# A claimed row belongs to its worker for this long of programme time; a worker that died loses it to the next one.
LEASE = timedelta(minutes=5)
# Programme time after each failed try; after the last one the submission is rejected.
WAITS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))

Submitted = Assignment | Feedback | SandboxSubmission
_TABLES: dict[type[Submitted], StateMachine] = {
    Assignment: ASSIGNMENT_STATES,
    Feedback: FEEDBACK_STATES,
    SandboxSubmission: SANDBOX_SUBMISSION_STATES,
}
_WAITING = """
SELECT id FROM (SELECT id, process_at, row_number() OVER (PARTITION BY institution_id ORDER BY process_at, id) AS place
                  FROM {table} WHERE status = 'submitted' AND process_at <= %s) waiting
 WHERE place <= %s ORDER BY process_at, id LIMIT %s
"""


@dataclass(frozen=True)
class _Job:
    submission: Submitted
    url: str
    origins: frozenset[str]


def process_files(
    *,
    at: datetime,
    resolve: ssrf_transport.Resolver = ssrf_transport.system_resolver,
    limits: ssrf_transport.Limits = LIMITS,
) -> int:
    """Process what waits at programme time `at`, at most 8 of each table; returns how many were looked at.

    Feedback without a file is accepted as it is. What may pass is tried again after 10 seconds, a minute and ten
    minutes, then rejected with its reason. An accepted row may be the last thing that its class's completion waits for.
    """
    count = 0
    for table in _TABLES:
        jobs = [_job(submission) for submission in _claim(table, at)]
        if not jobs:
            continue
        count += len(jobs)

        def fetch(job: _Job) -> Examined | Failed | None:
            if not job.url:
                return None
            return examine_file(url=job.url, trusted_origins=job.origins, resolve=resolve, limits=limits)

        for job, outcome in zip(jobs, side_by_side(fetch, jobs, width=_SIDE_BY_SIDE), strict=True):
            _settle(job.submission, outcome, at)
    return count


def next_file() -> datetime | None:
    """The programme instant at which the first of what was handed in is to be processed."""
    waiting = [
        table.objects.filter(status="submitted").order_by("process_at").values_list("process_at", flat=True)[:1]
        for table in _TABLES
    ]
    return min((instant for found in waiting for instant in found if instant is not None), default=None)


def _claim(table: type[Submitted], at: datetime) -> list[Submitted]:
    with transaction():
        sql = _WAITING.format(table=table._meta.db_table)
        ids = [found[0] for found in rows(sql, [at, _OF_ONE_INSTITUTION, BATCH])]
        waiting = table.objects.select_for_update(skip_locked=True, no_key=True).filter(
            id__in=ids, status="submitted", process_at__lte=at
        )
        claimed = cast(list[Submitted], list(waiting))
        for submission in claimed:
            submission.process_at = at + LEASE
            submission.attempt_count += 1
            submission.save(update_fields=["process_at", "attempt_count"])
    return claimed


def _job(submission: Submitted) -> _Job:
    url = ""
    if submission.url_enc is not None:
        url = unseal(submission.url_enc, table=submission._meta.db_table, column="url_enc", row_id=submission.id)
    return _Job(submission, url, trusted_origins(partner_id=submission.institution_id))


def _settle(claimed: Submitted, outcome: Examined | Failed | None, at: datetime) -> None:
    with transaction():
        if not isinstance(claimed, SandboxSubmission):
            # The order of locks, and what makes "the last condition" one row's business at a time.
            lock_voucher(person_id=claimed.person_id, voucher_id=claimed.voucher_id)
        submission = (
            type(claimed)
            .objects.select_for_update(no_key=True)
            .filter(id=claimed.id, status="submitted", attempt_count=claimed.attempt_count)
            .first()
        )
        if submission is None:
            # Another worker took it over, or a test code was reset.
            return
        if isinstance(outcome, Failed) and outcome.may_pass and submission.attempt_count <= len(WAITS):
            submission.process_at = at + WAITS[submission.attempt_count - 1]
            submission.save(update_fields=["process_at"])
            return
        _end(submission, outcome, at)
        if not isinstance(submission, SandboxSubmission):
            _tell(submission, at)


def _end(submission: Submitted, outcome: Examined | Failed | None, at: datetime) -> None:
    verb = "reject" if isinstance(outcome, Failed) else "accept"
    submission.status = _TABLES[type(submission)].advance(current=submission.status, verb=verb)
    submission.process_at, submission.processed_at = None, at
    if isinstance(outcome, Failed):
        submission.reason = outcome.reason
    elif outcome is not None:
        submission.file_type, submission.file_size = outcome.type, outcome.size
        submission.file_sha256 = outcome.sha256
    submission.save()


def _tell(submission: Assignment | Feedback, at: datetime) -> None:
    name = type(submission).__name__.lower()
    person_id = submission.person_id
    record(
        action=f"{name}.{submission.status}",
        at=at,
        person_id=person_id,
        subject_kind=name,
        subject_id=submission.id,
        data={"reason": submission.reason} if submission.reason else {},
    )
    if submission.status == "accepted":
        derive_completion(person_id=person_id, voucher_id=submission.voucher_id, at=at)
