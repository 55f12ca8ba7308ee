"""The outbox does not grow for ever: that an SMS or an e-mail left is forgotten after two years (decisions.md 91)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from prakerja.kernel.db import row, transaction
from prakerja.kernel.ids import first_id_of
from prakerja.notifications.states import MESSAGE_STATES

SENT_KEPT = timedelta(days=730)
_AT_ONCE = 5_000
# By key, which is that of time. What stays (the dashboard's, what waits) is passed over once and not at every call.
_FORGET = f"""
WITH old AS (
    SELECT id, status IN {MESSAGE_STATES.sql("OVER")} AND channel <> 'dashboard' AS is_over FROM notifications_message
     WHERE id > %(after)s AND id < %(before)s ORDER BY id LIMIT %(most)s),
gone AS (
    DELETE FROM notifications_message m USING old
     WHERE old.is_over AND m.id = old.id AND m.status IN {MESSAGE_STATES.sql("OVER")} RETURNING 1)
SELECT (SELECT count(*) FROM gone), (SELECT id FROM old ORDER BY id DESC LIMIT 1)"""


_FORGET_PARTS = """
DELETE FROM notifications_smspart part
 USING (SELECT person_id, id FROM notifications_message
         WHERE id > %(after)s AND id < %(before)s ORDER BY id LIMIT %(most)s) old
 WHERE part.person_id = old.person_id AND part.message_id = old.id"""


class Forgotten(NamedTuple):
    """How many went, and the last that was looked at; None when there was none left."""

    gone: int
    last: uuid.UUID | None


def forget_sent_messages(*, wall: datetime, after: uuid.UUID | None = None) -> Forgotten:
    """Forget SMS and e-mails that were written two years before `wall` (the machine's time) and wait for nothing.

    Some thousand are looked at, those behind `after`; whoever calls comes again with the last of them. What stands on somebody's
    dashboard stays, and the audit trail still knows what happened.
    """
    parameters: dict[str, Any] = {
        "after": after or uuid.UUID(int=0),
        "before": first_id_of(wall - SENT_KEPT),
        "most": _AT_ONCE,
    }
    with transaction():
        with connection.cursor() as cursor:
            cursor.execute(_FORGET_PARTS, parameters)
        found = row(_FORGET, parameters)
    return Forgotten(*found) if found is not None else Forgotten(0, None)
