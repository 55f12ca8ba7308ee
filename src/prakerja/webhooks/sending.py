"""Send what waits: claim a few messages, call outside any transaction, write each attempt down.

An endpoint that fails is left alone for a while and then tried with one message at a time, so that a dead server neither
holds the others up nor is hammered when it comes back.

Reads: partners_partner.
"""

from __future__ import annotations

import logging
import random
import time
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F

from prakerja.kernel import http, ssrf_policy, ssrf_transport
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.threads import side_by_side
from prakerja.partners.queries import trusted_origins
from prakerja.webhooks import payloads, signatures
from prakerja.webhooks.endpoints import disable_endpoint, live_secrets
from prakerja.webhooks.models import Attempt, Delivery, Endpoint
from prakerja.webhooks.policies import GIVE_UP, GONE_AFTER, is_success, rest_after, wait_before_retry
from prakerja.webhooks.states import DELIVERY_STATES

# An answer is a status; what it says is thrown away.
LIMITS = ssrf_transport.Limits(most_bytes=64 * 1024, total_seconds=15.0, connect_seconds=5.0)
# A claimed message belongs to its worker for this long; a worker that died loses it to the next one.
LEASE = timedelta(minutes=2)
_BATCH = 40
_OF_ONE_ENDPOINT = 10
_SIDE_BY_SIDE = 8
_LOG = logging.getLogger(__name__)

_WAITING = """
SELECT id FROM (SELECT delivery.id, delivery.next_attempt_at, endpoint.failing_since,
                       row_number() OVER (PARTITION BY endpoint.id ORDER BY delivery.next_attempt_at, delivery.id) AS place
                  FROM webhooks_delivery delivery
                  JOIN webhooks_endpoint endpoint ON endpoint.id = delivery.endpoint_id
                  JOIN partners_partner partner ON partner.id = endpoint.partner_id
                   AND (partner.member_until IS NULL OR partner.member_until > %s)
                 WHERE delivery.status = 'pending' AND delivery.next_attempt_at <= %s AND endpoint.disabled_at IS NULL
                   AND (endpoint.rest_until IS NULL OR endpoint.rest_until <= %s)) waiting
 WHERE place <= CASE WHEN failing_since IS NULL THEN %s ELSE 1 END
 ORDER BY next_attempt_at, id LIMIT %s
"""


@dataclass(frozen=True)
class _Job:
    delivery: Delivery
    url: str
    origins: frozenset[str]
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class _Outcome:
    """`http_status` None: there was no answer, `reason` says why."""

    http_status: int | None
    reason: str
    retry_after: str
    duration_ms: int

    @property
    def is_success(self) -> bool:
        return self.http_status is not None and is_success(http_status=self.http_status)


def send_deliveries(
    *,
    wall: datetime,
    at: datetime,
    resolve: ssrf_transport.Resolver = ssrf_transport.system_resolver,
    limits: ssrf_transport.Limits = LIMITS,
) -> int:
    """Send what waits at wall time `wall`, at most 40 messages; returns how many were tried.

    `at` is programme time: who is no partner any more is told nothing, and an endpoint that is disabled is recorded. A message fails for good three days after it
    was queued; an endpoint is disabled after three 410 in a row, or when nothing reached it for three days.
    """
    jobs = [_job(delivery, wall) for delivery in _claim(wall, at)]

    def call(job: _Job) -> _Outcome:
        return _call(job, resolve=resolve, limits=limits)

    for job, outcome in zip(jobs, side_by_side(call, jobs, width=_SIDE_BY_SIDE), strict=True):
        _settle(job.delivery, outcome, wall=wall, at=at)
    return len(jobs)


def next_delivery() -> datetime | None:
    """The instant of the machine's time at which a message may be sent; it may be one that nothing can be sent at yet."""
    waiting = Delivery.objects.filter(status="pending").order_by("next_attempt_at")
    return waiting.values_list("next_attempt_at", flat=True).first()


def _claim(wall: datetime, at: datetime) -> list[Delivery]:
    with transaction():
        ids = [found[0] for found in rows(_WAITING, [at, wall, wall, _OF_ONE_ENDPOINT, _BATCH])]
        claimed = list(
            Delivery.objects.select_for_update(skip_locked=True, no_key=True, of=("self",))
            .select_related("endpoint")
            .filter(id__in=ids, status="pending", next_attempt_at__lte=wall)
        )
        Delivery.objects.filter(id__in=[delivery.id for delivery in claimed]).update(
            next_attempt_at=wall + LEASE, attempt_count=F("attempt_count") + 1
        )
    for delivery in claimed:
        delivery.attempt_count += 1
    return claimed


def _job(delivery: Delivery, wall: datetime) -> _Job:
    body = payloads.message_body(delivery=delivery)
    headers = signatures.signature_headers(
        message_id=payloads.message_id(event_id=delivery.event_id),
        timestamp=int(wall.timestamp()),
        body=body,
        secrets=live_secrets(endpoint_id=delivery.endpoint_id),
    )
    return _Job(
        delivery=delivery,
        url=delivery.endpoint.url,
        origins=trusted_origins(partner_id=delivery.endpoint.partner_id),
        headers=headers | {"Content-Type": "application/json"},
        body=body,
    )


def _call(job: _Job, *, resolve: ssrf_transport.Resolver, limits: ssrf_transport.Limits) -> _Outcome:
    began = time.monotonic()
    status: int | None = None
    reason = retry_after = ""
    try:
        reply = ssrf_transport.call(
            "POST",
            job.url,
            content=job.body,
            headers=job.headers,
            limits=limits,
            trusted_origins=job.origins,
            https_only=True,
            resolve=resolve,
        )
        status, retry_after = reply.status, reply.headers.get("retry-after", "")
        reason = "delivered" if is_success(http_status=status) else f"http_{status}"
    except ssrf_policy.AddressRefused as refusal:
        reason = f"address_{refusal.reason}"
    except ssrf_transport.TooLarge:
        reason = "answer_too_large"
    except http.NotSent:
        reason = "unreachable"
    except http.NetworkFailure:
        reason = "no_answer"
    return _Outcome(status, reason, retry_after, int((time.monotonic() - began) * 1000))


def _settle(claimed: Delivery, outcome: _Outcome, *, wall: datetime, at: datetime) -> None:
    with transaction():
        endpoint = Endpoint.objects.select_for_update(no_key=True).get(id=claimed.endpoint_id)
        delivery = (
            Delivery.objects.select_for_update(no_key=True)
            .filter(person_id=claimed.person_id, id=claimed.id, attempt_count=claimed.attempt_count)
            .first()
        )
        if delivery is None:
            # Another worker took it over; its attempt counts.
            return
        Attempt.objects.create(
            person_id=delivery.person_id,
            delivery=delivery,
            number=delivery.attempt_count,
            attempted_at=wall,
            http_status=outcome.http_status,
            outcome=outcome.reason,
            duration_ms=outcome.duration_ms,
        )
        # A replay while it was under way wins: it waits again, whatever became of this attempt.
        if delivery.status == "pending" and delivery.queued_at == claimed.queued_at:
            _advance(delivery, outcome, wall)
        _judge(endpoint, outcome, wall=wall, at=at)


def _advance(delivery: Delivery, outcome: _Outcome, wall: datetime) -> None:
    if outcome.is_success:
        delivery.status = DELIVERY_STATES.advance(current=delivery.status, verb="deliver")
        delivery.next_attempt_at = None
    else:
        delivery.failure_count += 1
        # Spreads messages that failed together; nobody gains by guessing it.
        chance = random.random()  # noqa: S311
        wait = wait_before_retry(failures=delivery.failure_count, chance=chance, retry_after=outcome.retry_after)
        delivery.next_attempt_at = wall + wait
        if wall + wait > delivery.queued_at + GIVE_UP:
            delivery.status = DELIVERY_STATES.advance(current=delivery.status, verb="give_up")
            delivery.next_attempt_at = None
    delivery.save(update_fields=["status", "next_attempt_at", "failure_count"])


def _judge(endpoint: Endpoint, outcome: _Outcome, *, wall: datetime, at: datetime) -> None:
    """What one attempt says about the endpoint: alive, failing, gone."""
    if outcome.is_success:
        if endpoint.failing_since is None:
            return
        endpoint.failing_since = endpoint.rest_until = None
        endpoint.failure_count = endpoint.gone_count = 0
    else:
        endpoint.failing_since = endpoint.failing_since or wall
        endpoint.failure_count += 1
        endpoint.rest_until = wall + rest_after(failures=endpoint.failure_count)
        endpoint.gone_count = endpoint.gone_count + 1 if outcome.http_status == 410 else 0
    endpoint.save(update_fields=["failing_since", "failure_count", "rest_until", "gone_count"])
    if endpoint.disabled_at is not None or endpoint.failing_since is None:
        return
    reason = ""
    if endpoint.gone_count >= GONE_AFTER:
        reason = "gone"
    elif wall - endpoint.failing_since >= GIVE_UP:
        reason = "failing"
    if reason:
        disable_endpoint(endpoint=endpoint, reason=reason, at=at)
        _LOG.warning("the webhook of partner %s is disabled: %s", _shown(endpoint.partner_id), reason)


def _shown(partner_id: uuid.UUID) -> str:
    return str(partner_id)
