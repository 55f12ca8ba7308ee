"""Find what partners are to be told in the audit trail (ADR 0015).

The verbs write an audit record in the transaction of what they do, and their hot functions stay as they are. The worker reads
the records in the order of their ids, which is that of time, and writes a delivery for each partner that it concerns. A
record can become visible after a younger one; so everything is read again once nobody can add to it any more. Reading
twice records once, by a unique key.

Reads: audit_record, purchases_purchase, training_completion, vouchers_voucher.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from prakerja.kernel.db import requires_transaction, row, rows, transaction
from prakerja.kernel.ids import first_id_of, instant_of, new_id
from prakerja.webhooks.events import BY_ACTION, NAMES
from prakerja.webhooks.models import Attempt, Cursor, Delivery, Endpoint

BATCH = 2000
# Ids are made before their transaction begins, perhaps on a machine whose clock is behind: so much later than the
# start of the oldest open transaction no older id can appear.
SLACK = timedelta(seconds=60)
DELIVERIES_KEPT = timedelta(days=30)
_IDLE = timedelta(minutes=10)

# The last record of a batch of those that tell somebody: what a wave brings is 755,000 records that do not.
_END = "SELECT id FROM audit_record WHERE id > %s AND id <= %s AND action = ANY (%s) ORDER BY id OFFSET %s LIMIT 1"
_LAST = "SELECT id FROM audit_record WHERE id > %s AND id <= %s ORDER BY id DESC LIMIT 1"
_ANY = "SELECT 1 FROM audit_record WHERE id > %s AND id <= %s LIMIT 1"
_OLDEST = """
SELECT min(xact_start) FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""
_CONCERNED = """
SELECT record.id, record.person_id, record.action, record.at, purchase.id, purchase.platform_id, voucher.institution_id
  FROM audit_record record
  LEFT JOIN training_completion completion ON record.subject_kind = 'completion'
        AND completion.person_id = record.person_id AND completion.id = record.subject_id
  JOIN purchases_purchase purchase ON purchase.person_id = record.person_id
        AND CASE record.subject_kind WHEN 'voucher' THEN purchase.voucher_id = record.subject_id
                                     WHEN 'completion' THEN purchase.voucher_id = completion.voucher_id
                                     ELSE purchase.id = record.subject_id END
  JOIN vouchers_voucher voucher ON voucher.person_id = purchase.person_id AND voucher.id = purchase.voucher_id
 WHERE record.id > %s AND record.id <= %s AND record.action = ANY (%s)
 ORDER BY record.id
"""


class Collected(NamedTuple):
    """How many deliveries were recorded, and whether more records wait to be read."""

    recorded: int
    has_more: bool


def collect_events(*, wall: datetime) -> Collected:
    """Record what became known since the last call, a batch of records that tell somebody at most.

    `wall` is the machine's time. Every record is read when it is new and once more when it is a minute old.
    """
    # Before anything is locked: most of the time there is nothing to read, and whoever only looks writes nothing.
    if not _has_work(wall):
        return Collected(0, has_more=False)
    horizon = first_id_of(_settled_before(wall))
    with transaction():
        endpoints = list(Endpoint.objects.all())
        cursor = _cursor(endpoints, wall)
        before = (cursor.seen, cursor.swept)
        if endpoints:
            found = _advance(cursor, endpoints, horizon=horizon, wall=wall)
        else:
            # Nobody wants to know. The cursor follows now and then, so that the first endpoint finds a short way.
            found = Collected(0, has_more=False)
            if cursor.swept < first_id_of(wall - _IDLE):
                cursor.seen = cursor.swept = max(cursor.swept, horizon)
        if before != (cursor.seen, cursor.swept):
            cursor.save()
    return found


def next_settling() -> datetime | None:
    """The instant of the machine's time from which on what was read last may be read once more; None when that was done."""
    cursor = Cursor.objects.filter(id=1).first()
    return None if cursor is None or cursor.seen <= cursor.swept else instant_of(cursor.seen) + SLACK


def _has_work(wall: datetime) -> bool:
    cursor = Cursor.objects.filter(id=1).first()
    if cursor is None:
        return True
    if not Endpoint.objects.exists():
        return cursor.swept < first_id_of(wall - _IDLE)
    if row(_ANY, [cursor.seen, first_id_of(wall + SLACK)]) is not None:
        return True
    if cursor.seen <= cursor.swept:
        return False
    settled = min(first_id_of(_settled_before(wall)), cursor.seen)
    return row(_ANY, [cursor.swept, settled]) is not None


def _advance(cursor: Cursor, endpoints: list[Endpoint], *, horizon: uuid.UUID, wall: datetime) -> Collected:
    swept = Collected(0, has_more=False)
    settled = min(horizon, cursor.seen)
    if cursor.swept < settled:
        end, swept = _read(endpoints, after=cursor.swept, until=settled, wall=wall)
        cursor.swept = end if end is not None and swept.has_more else settled
    end, fresh = _read(endpoints, after=cursor.seen, until=first_id_of(wall + SLACK), wall=wall)
    cursor.seen = end or cursor.seen
    return Collected(swept.recorded + fresh.recorded, has_more=swept.has_more or fresh.has_more)


def prune_deliveries(*, wall: datetime) -> int:
    """Forget what was recorded more than 30 days ago, a thousand at a time; the audit trail still knows it."""
    with transaction():
        before = first_id_of(wall - DELIVERIES_KEPT)
        old = list(Delivery.objects.filter(id__lt=before).order_by("id").values_list("id", flat=True)[:1000])
        Attempt.objects.filter(delivery_id__in=old).delete()
        Delivery.objects.filter(id__in=old).delete()
    return len(old)


def _read(
    endpoints: list[Endpoint], *, after: uuid.UUID, until: uuid.UUID, wall: datetime
) -> tuple[uuid.UUID | None, Collected]:
    """Record the deliveries of one batch of records; returns the last record's id too, None when there is none."""
    full = row(_END, [after, until, list(BY_ACTION), BATCH - 1])
    last = full or row(_LAST, [after, until])
    if last is None:
        return None, Collected(0, has_more=False)
    told = {endpoint.partner_id: endpoint for endpoint in endpoints}
    deliveries = [
        Delivery(
            id=new_id(),
            person_id=person_id,
            endpoint=endpoint,
            event_id=record_id,
            event=BY_ACTION[action].name,
            purchase_id=purchase_id,
            happened_at=at,
            queued_at=wall,
            next_attempt_at=wall,
        )
        for record_id, person_id, action, at, purchase_id, *partners in rows(
            _CONCERNED, [after, last[0], list(BY_ACTION)]
        )
        for endpoint in (told.get(partner_id) for partner_id in partners)
        # What happened before it was registered is not told.
        if endpoint is not None and record_id > endpoint.id and BY_ACTION[action].name in (endpoint.events or NAMES)
    ]
    known = set(
        Delivery.objects.filter(
            person_id__in=[delivery.person_id for delivery in deliveries],
            event_id__in=[delivery.event_id for delivery in deliveries],
        ).values_list("endpoint_id", "event_id")
    )
    new = [delivery for delivery in deliveries if (delivery.endpoint_id, delivery.event_id) not in known]
    # A rival may record the same meanwhile; the unique key lets it.
    Delivery.objects.bulk_create(new, ignore_conflicts=True)
    return last[0], Collected(len(new), has_more=full is not None)


def _settled_before(wall: datetime) -> datetime:
    """Nobody can add a record any more whose id was made before this instant."""
    oldest = row(_OLDEST, [])
    started = oldest[0] if oldest is not None else None
    return min(wall, started or wall) - SLACK


@requires_transaction
def _cursor(endpoints: list[Endpoint], wall: datetime) -> Cursor:
    """The one row, locked: of two workers one reads at a time. The first one ever begins with the oldest endpoint."""
    locked = Cursor.objects.select_for_update(no_key=True)
    found = locked.filter(id=1).first()
    if found is None:
        start = min((endpoint.id for endpoint in endpoints), default=first_id_of(wall - SLACK))
        Cursor.objects.bulk_create([Cursor(id=1, seen=start, swept=start)], ignore_conflicts=True)
        found = locked.get(id=1)
    return found
