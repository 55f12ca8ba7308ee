"""Who is served next in the lane of everything that is no code: each queue in its turn, so that no wave waits for another.

A queue is what shares channel, words and whatever their sender named (`Message.queue`: the deadline of a wave, say). There are
as many as waves and sentences wait at once, and never one a person. Whose turn it is costs an index look-up a queue, and a
message one more, however many wait.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from prakerja.kernel.db import repeatable_transaction, row, rows, transaction
from prakerja.notifications.models import Message
from prakerja.notifications.quiet_hours import MAY_WAKE, end_of_night
from prakerja.notifications.states import MESSAGE_STATES
from prakerja.notifications.templates import URGENT

# The wall seconds for which whoever sends without a pause does not ask again which queues there are.
FRESH = 0.2
_PUT_OFF_AT_ONCE = 1_000
# The words of the index `notifications_message_queues`, as literals: a statement that was prepared with parameters in their
# place could not use it.
_WAITS = f"status IN {MESSAGE_STATES.sql('WAITING')} AND NOT template IN ({', '.join(repr(template) for template in URGENT)})"
_NEXT = "SELECT channel, queue, template FROM notifications_message WHERE {waits} {beyond} ORDER BY channel, queue, template LIMIT 1"
_QUEUES = f"""
WITH RECURSIVE found AS (
  ({_NEXT.format(waits=_WAITS, beyond="")})
   UNION ALL
  SELECT beyond.* FROM found
   CROSS JOIN LATERAL ({_NEXT.format(waits=_WAITS, beyond="AND (channel, queue, template) > (found.channel, found.queue, found.template)")}) beyond
)
SELECT found.channel, found.queue, found.template
  FROM found
 CROSS JOIN LATERAL (SELECT send_after FROM notifications_message message
                      WHERE {_WAITS} AND message.channel = found.channel AND message.queue = found.queue
                        AND message.template = found.template
                      ORDER BY message.send_after LIMIT 1) first
 WHERE first.send_after <= %(at)s
 ORDER BY found.channel, found.queue, found.template"""
# Since when the oldest of them may leave: for whoever watches.
OLDEST = _QUEUES.replace(
    "SELECT found.channel, found.queue, found.template\n  FROM found", "SELECT min(first.send_after)\n  FROM found"
).replace("\n ORDER BY found.channel, found.queue, found.template", "")
WAITS = _WAITS
# The number stands in the statement: one that was prepared without it expects a tenth of everything, and sorts for that.
_OF_QUEUE = f"""
SELECT id, send_after FROM notifications_message
 WHERE {_WAITS} AND channel = %(channel)s AND queue = %(queue)s AND template = %(template)s AND send_after <= %(at)s
 ORDER BY send_after LIMIT {{most}} FOR NO KEY UPDATE SKIP LOCKED"""
# Chosen once and looked up by their keys, whatever the planner believes of the table. Joined in a loop, the choice was made again
# for every row of the other side, passed over what it had locked itself, and claimed far more than `most`.
_CLAIM = f"""
WITH claimed AS MATERIALIZED ({_OF_QUEUE})
UPDATE notifications_message message
   SET status = 'sending', send_after = %(until)s, attempt_count = attempt_count + 1,
       tries_began_at = COALESCE(tries_began_at, %(at)s)
 WHERE message.id = ANY(ARRAY(SELECT id FROM claimed))
RETURNING message.*, (SELECT claimed.send_after FROM claimed WHERE claimed.id = message.id) AS waited_since"""
_PUT_OFF = f"""
WITH asleep AS MATERIALIZED ({_OF_QUEUE})
UPDATE notifications_message message SET send_after = %(until)s
 WHERE message.id = ANY(ARRAY(SELECT id FROM asleep)) RETURNING message.id"""


def next_to_send() -> datetime | None:
    """When the first message of any queue may leave."""
    found = row(OLDEST, {"at": "infinity"})
    return None if found is None else found[0]


class Queue(NamedTuple):
    channel: str
    queue: str
    template: str

    @property
    def sleeps(self) -> bool:
        """An SMS that wakes nobody at night (rules.md 12.35)."""
        return self.channel == "sms" and self.template not in MAY_WAKE


class Turns:
    """Claims messages of all queues in turn, and remembers whose turn comes next."""

    def __init__(self) -> None:
        self._last = Queue("", "", "")
        self._known: list[Queue] = []
        self._known_until = 0.0

    def claim(self, *, most: int, at: datetime, until: datetime) -> list[Message]:
        """Up to `most` messages that wait at `at`, claimed `until` then; fewer only when no more wait that nobody else claims."""
        claimed: list[Message] = []
        is_fresh = False
        while len(claimed) < most and not is_fresh:
            is_fresh = self._look(at=at, again=bool(claimed) or not self._known)
            claimed += self._serve(self._known, most - len(claimed), at=at, until=until)
            if len(claimed) < most:
                # What was known to wait is gone: others may have come.
                self._known = []
        return sorted(claimed, key=lambda message: (message.waited_since, message.id))  # type: ignore[attr-defined]

    def _look(self, *, at: datetime, again: bool) -> bool:
        """Find which queues there are, unless that was asked just now. True when it was asked."""
        if not again and time.monotonic() < self._known_until:
            return False
        found = [Queue(*one) for one in rows(_QUEUES, {"at": at})]
        morning = end_of_night(at)
        if morning is not None:
            for queue in found:
                if queue.sleeps:
                    _let_wait(queue, at=at, until=morning)
            found = [queue for queue in found if not queue.sleeps]
        self._known, self._known_until = found, time.monotonic() + FRESH
        return True

    def _serve(self, queues: Sequence[Queue], most: int, *, at: datetime, until: datetime) -> list[Message]:
        claimed: list[Message] = []
        while queues and len(claimed) < most:
            seats = self._seats(queues, most - len(claimed))
            queues = []
            # A claim that is lost is made again, and the gateway knows the message by its reference.
            with repeatable_transaction():
                for queue, count in seats.items():
                    parameters = {**queue._asdict(), "at": at, "until": until}
                    found = list(Message.objects.raw(_CLAIM.format(most=count), parameters))
                    claimed += found
                    if len(found) == count:
                        queues.append(queue)
        return claimed

    def _seats(self, queues: Sequence[Queue], most: int) -> dict[Queue, int]:
        """How many messages of each are next: as many of one as of another, the odd ones by turns."""
        in_turn = sorted(queues, key=lambda queue: (queue <= self._last, queue))
        each, odd = divmod(most, len(in_turn))
        if odd:
            self._last = in_turn[odd - 1]
        return {queue: each + (place < odd) for place, queue in enumerate(in_turn) if each or place < odd}


def _let_wait(queue: Queue, *, at: datetime, until: datetime) -> None:
    """Put off to the morning what was not sent by the evening, some at a time: a gateway takes hours for a wave's results."""
    with transaction():
        rows(_PUT_OFF.format(most=_PUT_OFF_AT_ONCE), {**queue._asdict(), "at": at, "until": until})
