"""What could not be told for days, or to an address that takes nothing: an operator sends it again or lets it go (rules.md 12.27)."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record_many
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.notifications.operations import Aside, let_undelivered_go, requeue_undelivered

CHUNK = 1000


@permitted("message.send_again")
def send_again(
    *, reason: str, actor: Actor, at: datetime, template: str = "", person_id: uuid.UUID | None = None
) -> int:
    """Send what was set aside again, with the same days to try as a new message; of one template or person where named.

    A thousand at a time, each thousand whole: a call that was interrupted is made again. Returns how many. The address is
    looked up when each leaves. Raises Refused: not_permitted, reason_missing, nothing_undelivered.
    """
    return _decide(
        "message.sent_again",
        lambda: requeue_undelivered(person_id=person_id, template=template, at=at, most=CHUNK),
        reason=reason,
        actor=actor,
        at=at,
    )


@permitted("message.let_go")
def let_go(*, reason: str, actor: Actor, at: datetime, template: str = "", person_id: uuid.UUID | None = None) -> int:
    """Give what was set aside up for good and wipe what it says; what stands on the dashboard stays there.

    Otherwise as `send_again`. Raises Refused: not_permitted, reason_missing, nothing_undelivered.
    """
    return _decide(
        "message.let_go",
        lambda: let_undelivered_go(person_id=person_id, template=template, most=CHUNK),
        reason=reason,
        actor=actor,
        at=at,
    )


def _decide(action: str, step: Callable[[], list[Aside]], *, reason: str, actor: Actor, at: datetime) -> int:
    if not reason.strip():
        raise Refused("reason_missing")
    done = 0
    while True:
        with transaction():
            chunk = step()
            record_many(
                action=action,
                at=at,
                actor=actor,
                subject_kind="message",
                subjects=[(one.person_id, one.message_id) for one in chunk],
                data={"why": reason.strip()},
            )
        done += len(chunk)
        if len(chunk) < CHUNK:
            break
    if not done:
        raise Refused("nothing_undelivered")
    return done
