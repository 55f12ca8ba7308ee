"""Read the outbox."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min

from prakerja.kernel.db import row, rows
from prakerja.notifications.fair_claims import OLDEST, WAITS
from prakerja.notifications.models import GatewayState, Lifesign, Message, Outage
from prakerja.notifications.outages import SILENCE
from prakerja.notifications.states import MESSAGE_STATES


def downtime(*, since: datetime, until: datetime, wall: datetime) -> timedelta:
    """For how long of the programme time from `since` to `until` our worker told nobody anything, as far as is known.

    `wall` is the wall time: a silence that goes on then counts too.
    """
    outages = Outage.objects.filter(began_at__lt=until, ended_at__gt=since)
    found = list(outages.values_list("began_at", "ended_at"))
    sign = Lifesign.objects.filter(id=1, seen_wall__lt=wall - SILENCE, seen_at__lt=until - SILENCE).first()
    if sign is not None:
        found.append((sign.seen_at, until))
    return sum((min(ended, until) - max(began, since) for began, ended in found), timedelta())


# Tried and put off, of unknown fate, or given up or set aside after several tries: the gateway was away. What a gateway refuses for good it
# refuses at once. A message that an operator sends again keeps the number of its tries.
_PUT_OFF = f"""
SELECT DISTINCT person_id FROM notifications_message untold
 WHERE untold.person_id = ANY(%(people)s) AND untold.template = %(template)s AND untold.channel = 'sms'
   AND untold.created_at >= %(since)s AND untold.created_at < %(until)s
   AND (untold.status IN {MESSAGE_STATES.sql("PUT_OFF")} OR untold.status NOT IN {MESSAGE_STATES.sql("TOLD")} AND untold.attempt_count > 1)
   AND NOT EXISTS (SELECT 1 FROM notifications_message told
                    WHERE told.person_id = untold.person_id AND told.template = %(template)s AND told.channel = 'sms'
                      AND told.status IN {MESSAGE_STATES.sql("TOLD")} AND told.sent_at >= %(since)s AND told.sent_at < %(until)s)"""


def put_off_until_too_late(
    *, person_ids: list[uuid.UUID], template: str, since: datetime, until: datetime
) -> set[uuid.UUID]:
    """Who of these was to be told something by SMS between the instants and was not, because the gateway was away.

    Not: whose number nothing reaches (rules.md 12.4), and whose message was never tried, which is an outage of ours.
    """
    parameters = {"people": person_ids, "template": template, "since": since, "until": until}
    return {person_id for (person_id,) in rows(_PUT_OFF, parameters)}


def has_sms_on_its_way(*, person_id: uuid.UUID, at: datetime) -> bool:
    """Whether an SMS to this person should have left by `at` and has not arrived."""
    return Message.objects.filter(
        person_id=person_id, channel="sms", status__in=MESSAGE_STATES.group("LEAVING"), send_after__lte=at
    ).exists()


class UndeliveredGroup(NamedTuple):
    """Messages that were set aside, by what they say and why: `failure` is the last answer's short code. Instants are UTC."""

    template: str
    channel: str
    failure: str
    messages: int
    people: int
    oldest_at: datetime


def undelivered_messages(*, person_id: uuid.UUID | None = None) -> list[UndeliveredGroup]:
    """What waits for an operator (rules.md 12.27), the oldest first; of one person only, where named."""
    chosen = Message.objects.filter(status="undelivered")
    if person_id is not None:
        chosen = chosen.filter(person_id=person_id)
    counted = (
        chosen.order_by()
        .values_list("template", "channel", "failure")
        .annotate(messages=Count("id"), people=Count("person_id", distinct=True), oldest_at=Min("created_at"))
        .order_by("oldest_at", "template", "channel", "failure")
    )
    return [UndeliveredGroup(*one) for one in counted]


class MessageCount(NamedTuple):
    """Messages of one template and channel, by what became of them. `sent`: taken, and no receipt yet, or none for ever."""

    template: str
    channel: str
    waiting: int
    unknown: int
    sent: int
    delivered: int
    failed: int
    never_reachable: int


# The address is none, or the phone or mailbox takes nothing: no trying again would mend it.
_NEVER_REACHABLE = r"^(no_address|no_email|unreachable|refused|smtp_55\d|sms_.*)$"
_COUNTS = f"""
SELECT template, channel, count(*) FILTER (WHERE status IN {MESSAGE_STATES.sql("WAITING")} OR status = 'handed_over'),
       count(*) FILTER (WHERE status = 'unknown'), count(*) FILTER (WHERE status = 'sent'),
       count(*) FILTER (WHERE status = 'delivered'),
       count(*) FILTER (WHERE status IN {MESSAGE_STATES.sql("UNREACHED")} AND failure !~ %(never)s),
       count(*) FILTER (WHERE status IN {MESSAGE_STATES.sql("UNREACHED")} AND failure ~ %(never)s)
  FROM notifications_message
 WHERE channel <> 'dashboard' AND created_at >= %(since)s AND (%(queue)s = '' OR queue = %(queue)s)
 GROUP BY template, channel ORDER BY template, channel"""


def message_counts(*, since: datetime, queue: str = "") -> list[MessageCount]:
    """SMS and e-mails that became true since an instant, by what became of them; of one queue (a wave's) where named.

    It reads every message there is: for a command and a page that somebody asks for.
    """
    return [MessageCount(*one) for one in rows(_COUNTS, {"since": since, "queue": queue, "never": _NEVER_REACHABLE})]


class GatewayLine(NamedTuple):
    """A session with a gateway as its worker last said. `said`: bound, throttles, distrusted, not_connected, wrong_password …;
    counts are those since the worker began, `seen_wall` is wall time."""

    name: str
    lane: str
    said: str
    said_since: datetime
    is_chosen: bool
    accepted: int
    refused: int
    throttled: int
    unanswered: int
    receipts: int
    seen_wall: datetime


def gateway_states() -> list[GatewayLine]:
    """How the sessions with gateways are, by name and lane."""
    found = GatewayState.objects.order_by("name", "lane").values_list(*GatewayLine._fields)
    return [GatewayLine(*one) for one in found]


class Backlog(NamedTuple):
    """What waits in the outbox. Counts stop at the `most` that was asked for; `oldest` are the instants since which something may leave."""

    codes: int
    codes_oldest: datetime | None
    others: int
    others_oldest: datetime | None
    in_hand: int
    undelivered: int


_URGENT = WAITS.replace("NOT template IN", "template IN")
_FIRST = "(SELECT count(*) FROM (SELECT 1 FROM notifications_message WHERE {} LIMIT %(most)s) few)"
_BACKLOG = f"""
SELECT {_FIRST.format(_URGENT)},
       (SELECT send_after FROM notifications_message WHERE {_URGENT} AND send_after <= %(at)s ORDER BY send_after LIMIT 1),
       {_FIRST.format(WAITS)}, ({OLDEST}),
       {_FIRST.format(f"status IN {MESSAGE_STATES.sql('IN_HAND')}")},
       {_FIRST.format("status = 'undelivered'")}"""


def backlog(*, at: datetime, most: int) -> Backlog:
    """What waits, by look-ups in the indexes that senders use: it costs the same however many wait."""
    found = row(_BACKLOG, {"at": at, "most": most})
    assert found is not None
    return Backlog(*found)
