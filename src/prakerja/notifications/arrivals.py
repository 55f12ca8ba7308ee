"""Whether an SMS arrived: what gateways say of its parts afterwards, and what is done while they say nothing (rules.md 12.39).

A message whose fate is unknown is not claimed again. It waits for its receipt; a part with an id is asked about. Only after its
wait is it sent once more, and a code never.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from prakerja.kernel.clock import WIB
from prakerja.kernel.db import copy_rows, repeatable_transaction, requires_transaction, row, rows, transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index
from prakerja.notifications.gateways import Part, Told, digits, number_of
from prakerja.notifications.models import Message, SmsPart, StrayReceipt
from prakerja.notifications.retrying import Kind, kind_of, tries_of
from prakerja.notifications.states import MESSAGE_STATES
from prakerja.notifications.templates import URGENT


@dataclass(frozen=True)
class Waits:
    """How long we wait for a gateway's word from a day (WIB) on, and when it is asked."""

    since: date
    # A message of which nobody knows whether it was taken.
    unknown: timedelta
    # A part that was taken: first asked about, then asked again so often, and no more after the last.
    first_asked: timedelta
    asked_every: timedelta
    silent_after: timedelta


# A change is a new line.
WAITS = (
    Waits(
        since=date(2020, 4, 11),
        unknown=timedelta(minutes=30),
        first_asked=timedelta(hours=1),
        asked_every=timedelta(hours=6),
        silent_after=timedelta(days=3),
    ),
)
# A receipt that belongs to no part is looked at again after these, then forgotten.
_LOOKS_AGAIN = (timedelta(seconds=3), timedelta(minutes=1), timedelta(hours=1))
AT_ONCE = 1_000
UNKNOWN = "unknown_fate"
# Of the parts of an hour so many must have had the time for a receipt before a gateway is judged by them.
_JUDGED_FROM, _TIME_FOR_RECEIPT, _LATELY = 20, timedelta(minutes=5), timedelta(hours=1)


def waits_at(at: datetime) -> Waits:
    """The rule at an instant."""
    held = [waits for waits in WAITS if waits.since <= at.astimezone(WIB).date()]
    return max(held or WAITS[:1], key=lambda waits: waits.since)


class Taken(NamedTuple):
    """A message that a gateway took, or may have taken, in these parts."""

    person_id: uuid.UUID
    message_id: uuid.UUID
    gateway: str
    parts: tuple[Part, ...]


def index_of(phone: str) -> bytes:
    """The blind index of a number's digits: what a receipt's number is compared by."""
    return blind_index("sms_phone", phone)


_COLUMNS = (
    "id", "person_id", "message_id", "number", "gateway", "gateway_id", "reference", "phone_index", "sent_at", "word",
    "code", "ask_at",
)  # fmt: skip
_PHONE = _COLUMNS.index("phone_index")


@requires_transaction
def note_parts(found: Iterable[Taken], *, at: datetime) -> None:
    """Write down what receipts will be found by, and take those that came before the answer was written down."""
    first = at + waits_at(at).first_asked
    records = [
        (
            new_id(), one.person_id, one.message_id, part.number, one.gateway, part.message_id, part.reference,
            index_of(part.phone), at, "", "", first if part.message_id else None,
        )
        for one in found
        for part in one.parts
    ]  # fmt: skip
    copy_rows(SmsPart, _COLUMNS, records)
    if records:
        _take_early([record[_PHONE] for record in records], at=at)


def _take_early(phones: list[Any], *, at: datetime) -> None:
    """Take the receipts of these phones that belonged to no part until now. Those that still do not wait for their look."""
    waiting = StrayReceipt.objects.filter(phone_index__any_of=phones)
    found = list(waiting.select_for_update(skip_locked=True)[:AT_ONCE])
    if found:
        left = set(_take([_Word.kept(one) for one in found], at=at, is_new=False))
        taken = [one.id for place, one in enumerate(found) if place not in left]
        StrayReceipt.objects.filter(id__any_of=taken).delete()


# By its id, or by what we called it; from its phone in either case. What a company confuses settles nothing.
_MATCH = """
WITH told AS MATERIALIZED (
  SELECT * FROM unnest(%(place)s::int[], %(gateway)s::text[], %(gateway_id)s::text[], %(reference)s::int[],
                       %(phone_index)s::bytea[], %(word)s::text[], %(code)s::text[])
         AS t(place, gateway, gateway_id, reference, phone_index, word, code)),
found AS MATERIALIZED (
  SELECT DISTINCT ON (told.place) told.place, told.word, told.code, part.id, part.word AS was
    FROM told
    JOIN notifications_smspart part ON part.phone_index = told.phone_index
     AND part.gateway IN (told.gateway, '')
     AND (told.gateway_id <> '' AND part.gateway_id = told.gateway_id AND coalesce(told.reference, part.reference) = part.reference
          OR told.reference = part.reference)
     AND part.sent_at > %(since)s
   ORDER BY told.place, part.word, part.sent_at DESC),
settled AS (
  UPDATE notifications_smspart part SET word = found.word, code = found.code, ask_at = NULL
    FROM found WHERE part.id = found.id AND part.word = '' RETURNING part.person_id, part.message_id)
SELECT 'settled', message_id, NULL::int FROM settled
 UNION ALL
SELECT 'known', NULL, place FROM found"""


@requires_transaction
def take_told(told: Sequence[Told], *, at: datetime, is_new: bool = True) -> list[int]:
    """Write down what gateways said of parts, and what follows for their messages. Returns the places of what belongs to none.

    What is new and belongs to none is kept for a while: it may have come before the answer that names its id.
    """
    words = [one for one in told if one.word != "under_way"]
    if not words:
        return []
    indexes = [index_of(one.phone) for one in words]
    return _take([_Word.of(one, index) for one, index in zip(words, indexes, strict=True)], at=at, is_new=is_new)


class _Word(NamedTuple):
    gateway: str
    gateway_id: str
    reference: int | None
    phone_index: bytes
    word: str
    code: str

    @classmethod
    def of(cls, told: Told, index: bytes) -> _Word:
        return cls(told.gateway, told.message_id, told.reference, index, told.word, told.code)

    @classmethod
    def kept(cls, stray: StrayReceipt) -> _Word:
        phone = bytes(stray.phone_index)
        return cls(stray.gateway, stray.gateway_id, stray.reference, phone, stray.word, stray.code)


def _take(words: Sequence[_Word], *, at: datetime, is_new: bool) -> list[int]:
    parameters: dict[str, Any] = {name: [getattr(one, name) for one in words] for name in _Word._fields}
    found = rows(_MATCH, {**parameters, "place": list(range(len(words))), "since": at - 2 * waits_at(at).silent_after})
    known = {place for kind, _, place in found if kind == "known"}
    _conclude(list({message_id for kind, message_id, _ in found if kind == "settled"}), at=at)
    strays = [place for place in range(len(words)) if place not in known]
    if is_new and strays:
        copy_rows(
            StrayReceipt,
            ("id", *_Word._fields, "came_at", "look_at"),
            ((new_id(), *words[place], at, at + _LOOKS_AGAIN[0]) for place in strays),
        )
    return strays


_DELIVERED = """
UPDATE notifications_message message
   SET status = 'delivered', delivered_at = %(at)s, parameters_enc = NULL, failure = ''
 WHERE message.id = ANY(%(ids)s) AND message.status = ANY(%(sources)s)
   AND NOT EXISTS (SELECT 1 FROM notifications_smspart part
                    WHERE part.person_id = message.person_id AND part.message_id = message.id AND part.word IN ('', 'failed'))"""
_WHY = """(SELECT part.code FROM notifications_smspart part
           WHERE part.person_id = message.person_id AND part.message_id = message.id AND part.word = 'failed'
           ORDER BY part.number LIMIT 1)"""
_HAS_FAILED = f"""
   message.id = ANY(%(ids)s) AND message.status IN {MESSAGE_STATES.sql("AWAITED")} AND {_WHY} IS NOT NULL"""
# Of a code nothing is left to be sent again.
_GIVEN_UP = f"""
UPDATE notifications_message message SET status = 'failed_permanent', parameters_enc = NULL, failure = {_WHY}
 WHERE {_HAS_FAILED} AND (message.parameters_enc IS NULL OR message.template = ANY(%(urgent)s))"""
_SET_ASIDE = f"""
UPDATE notifications_message message SET status = 'undelivered', failure = {_WHY} WHERE {_HAS_FAILED}"""


def _conclude(message_ids: list[uuid.UUID], *, at: datetime) -> None:
    """What the words of its parts mean for a message: it arrived when all did, and did not when one did not."""
    if not message_ids:
        return
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERED, {"ids": message_ids, "at": at, "sources": list(MESSAGE_STATES.sources("deliver"))})
        if cursor.rowcount < len(message_ids):
            cursor.execute(_GIVEN_UP, {"ids": message_ids, "urgent": URGENT})
            cursor.execute(_SET_ASIDE, {"ids": message_ids})


_NEXT_LOOK = f"""
SELECT LEAST((SELECT min(send_after) FROM notifications_message WHERE status IN {MESSAGE_STATES.sql("IN_HAND")}),
             (SELECT min(look_at) FROM notifications_strayreceipt),
             (SELECT min(ask_at) FROM notifications_smspart WHERE ask_at IS NOT NULL AND word = ''))"""


def next_look() -> datetime | None:
    """The programme instant at which a message in a gateway's hands, a receipt of nobody's or a part without one is looked at."""
    found = row(_NEXT_LOOK)
    return None if found is None else found[0]


def look_at_strays(*, at: datetime) -> int:
    """Look again at receipts that belonged to no part when they came; returns how many. After an hour they are forgotten."""
    with repeatable_transaction():
        waiting = StrayReceipt.objects.filter(look_at__lte=at).order_by("look_at")
        found = list(waiting.select_for_update(skip_locked=True)[:AT_ONCE])
        if not found:
            return 0
        left = set(_take([_Word.kept(one) for one in found], at=at, is_new=False))
        gone = []
        for place, one in enumerate(found):
            later = [one.came_at + wait for wait in _LOOKS_AGAIN if one.came_at + wait > at]
            if place in left and later:
                StrayReceipt.objects.filter(id=one.id).update(look_at=later[0])
            else:
                gone.append(one.id)
        StrayReceipt.objects.filter(id__any_of=gone).delete()
    return len(found)


def lose_sight(*, at: datetime, resolve: Callable[[list[uuid.UUID], str], Mapping[uuid.UUID, Any]]) -> int:
    """What was handed over by a worker that died is of unknown fate from now on; returns how many, at most a thousand.

    `resolve`: persons, "phone" → addresses. A receipt is known by the number and by what the message was called.
    """
    waiting = Message.objects.filter(status="handed_over", send_after__lte=at)
    with transaction():
        found = list(waiting.select_for_update(skip_locked=True).order_by("send_after")[:AT_ONCE])
        if not found:
            return 0
        Message.objects.filter(id__any_of=[one.id for one in found]).update(
            status=MESSAGE_STATES.target("lose_sight"), send_after=at + waits_at(at).unknown, failure=UNKNOWN
        )
        sms = [one for one in found if one.channel == "sms"]
        addresses = resolve([one.person_id for one in sms], "phone") if sms else {}
        parts = {
            one.id: Part(message_id="", phone=digits(addresses[one.person_id].value), reference=number_of(str(one.id)))
            for one in sms
            if one.person_id in addresses
        }
        note_parts(
            (Taken(one.person_id, one.id, "", (parts[one.id],)) for one in sms if one.id in parts),
            at=at,
        )
    return len(found)


def end_unknown(*, at: datetime) -> int:
    """What no receipt came for within the wait is sent once more, while its days last; a code never. Returns how many."""
    waiting = Message.objects.filter(status="unknown", send_after__lte=at)
    with transaction():
        found = list(waiting.select_for_update(skip_locked=True).order_by("send_after")[:AT_ONCE])
        for one in found:
            tries = tries_of(template=one.template, at=at)
            chosen = Message.objects.filter(id=one.id, status="unknown")
            if kind_of(one.template) is Kind.CODE:
                chosen.update(status=MESSAGE_STATES.target("give_up"), parameters_enc=None, failure=UNKNOWN)
            elif tries.keep_trying is not None and at >= (one.tries_began_at or at) + tries.keep_trying:
                chosen.update(status=MESSAGE_STATES.target("set_aside"), failure=UNKNOWN)
            else:
                chosen.update(status=MESSAGE_STATES.target("put_off"), send_after=at, failure=UNKNOWN)
        parts = SmsPart.objects.filter(message_id__any_of=[one.id for one in found], word="")
        parts.update(word="silent", ask_at=None)
    return len(found)


@dataclass(frozen=True)
class Question:
    """A part whose gateway is asked; `phone` is looked up, because only its index is kept."""

    person_id: uuid.UUID
    gateway: str
    gateway_id: str


def claim_questions(*, at: datetime, most: int) -> list[Question]:
    """Parts without a receipt whose gateway is to be asked now; each is asked again later. Those of days ago are given up."""
    waits = waits_at(at)
    with repeatable_transaction():
        waiting = SmsPart.objects.filter(ask_at__lte=at, word="").order_by("ask_at")
        found = list(waiting.select_for_update(skip_locked=True)[:most])
        silent = [one for one in found if one.sent_at + waits.silent_after <= at]
        asked = [one for one in found if one.sent_at + waits.silent_after > at]
        _of(asked).update(ask_at=at + waits.asked_every)
        if silent:
            _of(silent).update(word="silent", ask_at=None)
            # It may have arrived, and it may not: there is nothing more to learn, and nothing to keep.
            Message.objects.filter(id__any_of=[one.message_id for one in silent], status="sent").update(
                parameters_enc=None, failure="no_receipt"
            )
    return [Question(one.person_id, one.gateway, one.gateway_id) for one in asked]


def _of(parts: Sequence[SmsPart]) -> QuerySet[SmsPart]:
    return SmsPart.objects.filter(id__any_of=[one.id for one in parts])


_JUDGED = """
SELECT gateway, count(*), count(*) FILTER (WHERE word = 'delivered')
  FROM notifications_smspart WHERE gateway <> '' AND sent_at > %(from)s AND sent_at <= %(to)s GROUP BY gateway"""


def gateways_that_deliver_nothing(*, at: datetime) -> list[str]:
    """Gateways that took messages within the hour and brought fewer than half to their phones, as their receipts say.

    One that takes everything and delivers nothing answers as well as any other.
    """
    asked = {"from": at - _LATELY, "to": at - _TIME_FOR_RECEIPT}
    return [
        gateway for gateway, count, delivered in rows(_JUDGED, asked) if count >= _JUDGED_FROM and delivered * 2 < count
    ]
