"""What became of messages is written down: taken, of unknown fate, put off, tried again or given up."""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, cast

from django.db.models import F, QuerySet
from django.db.models.functions import Greatest

from prakerja.kernel.db import repeatable_transaction
from prakerja.notifications import arrivals
from prakerja.notifications.gateways import (
    Accepted,
    Busy,
    PermanentFailure,
    TemporaryFailure,
    Unknown,
)
from prakerja.notifications.handing_over import Outgoing, may_step
from prakerja.notifications.letters import NO_EMAIL, Letter
from prakerja.notifications.models import Message
from prakerja.notifications.quiet_hours import leaves_at
from prakerja.notifications.retrying import next_try, tries_of
from prakerja.notifications.states import MESSAGE_STATES
from prakerja.notifications.templates import URGENT

# What no operator's "send again" would mend: there is nothing left to say, or it is too late for it.
_HOPELESS = ("no_parameters", "deadline_passed", "expired", "replaced", NO_EMAIL)
BUSY = "busy"
# What a code waits for a busy gateway at most.
_CODE_RESTS = timedelta(seconds=2)
_LOG = logging.getLogger(__name__)


def settle(done: Iterable[Outgoing], at: datetime) -> None:
    done = list(done)
    if not done:
        return
    # What is lost of it when the machine dies is handed over again, which the gateway sees by the reference; what was handed over
    # to one that forgets is of unknown fate then. The disk is left to those who wait for it: a wave's messages are a commit every
    # few milliseconds.
    with repeatable_transaction():
        _settle_accepted([one for one in done if isinstance(one.outcome, Accepted)], at)
        for one in done:
            if isinstance(one.outcome, Busy):
                _put_off_busy(one.letter, one.outcome, at)
            elif isinstance(one.outcome, Unknown):
                _settle_unknown(one.letter, one.outcome, at)
            elif not isinstance(one.outcome, Accepted):
                _settle_failure(one.letter, one.outcome, at)


def _settle_accepted(done: list[Outgoing], at: datetime) -> None:
    """A gateway took them. What it says is kept until a receipt came: what did not arrive can be sent again; a code cannot."""
    groups: dict[tuple[str, bool], list[Outgoing]] = {}
    for one in done:
        accepted = cast(Accepted, one.outcome)
        is_kept = bool(accepted.parts) and one.letter.message.template not in URGENT
        groups.setdefault((accepted.gateway, is_kept), []).append(one)
    for (gateway, is_kept), some in groups.items():
        chosen = may_step([one.letter.message.id for one in some], "send")
        taken: dict[str, Any] = {"status": MESSAGE_STATES.target("send"), "sent_at": at, "failure": ""}
        if gateway:
            taken["gateway"] = gateway
        chosen.update(**taken, **({} if is_kept else {"parameters_enc": None}))
    arrivals.note_parts((_taken(one) for one in done), at=at)


def _settle_unknown(letter: Letter, outcome: Unknown, at: datetime) -> None:
    """It waits for its receipt, and nobody sends it again before its time (rules.md 12.39)."""
    lost = may_step([letter.message.id], "lose_sight").update(
        status=MESSAGE_STATES.target("lose_sight"),
        send_after=at + arrivals.waits_at(at).unknown,
        failure=arrivals.UNKNOWN,
        gateway=outcome.gateway,
    )
    if lost:
        arrivals.note_parts([_taken(Outgoing(letter, outcome))], at=at)


def _taken(one: Outgoing) -> arrivals.Taken:
    outcome = cast(Accepted | Unknown, one.outcome)
    return arrivals.Taken(one.letter.message.person_id, one.letter.message.id, outcome.gateway, outcome.parts)


def _put_off_busy(letter: Letter, outcome: Busy, at: datetime) -> None:
    """It was not its turn yet: that is no try, and it waits no longer than the gateway asks.

    The first is counted all the same: who could not be told until it was too late is known by it (`queries._PUT_OFF`).
    """
    message = letter.message
    rest = timedelta(seconds=outcome.seconds)
    following = at + (min(rest, _CODE_RESTS) if message.template in URGENT else rest)
    may_step([message.id], "put_off").update(
        status=MESSAGE_STATES.target("put_off"),
        send_after=leaves_at(template=message.template, channel=message.channel, parameters=letter.said, at=following),
        attempt_count=Greatest(F("attempt_count") - 1, 1),
        failure=BUSY,
    )


def _settle_failure(letter: Letter, outcome: TemporaryFailure | PermanentFailure, at: datetime) -> None:
    message = letter.message
    tries = tries_of(template=message.template, at=at)
    following = (
        next_try(
            tries=tries,
            attempts=message.attempt_count,
            began_at=message.tries_began_at or at,
            ends_at=letter.ends_at,
            at=at,
        )
        if isinstance(outcome, TemporaryFailure)
        else None
    )
    chosen, why = _in_our_hands(message.id), _code(outcome.reason)
    if following is not None:
        # What could not be sent in the evening wakes nobody at night either.
        following = leaves_at(template=message.template, channel=message.channel, parameters=letter.said, at=following)
        chosen.update(status=MESSAGE_STATES.target("put_off"), send_after=following, failure=why)
        return
    if outcome.reason != NO_EMAIL:
        _LOG.warning("message %s (%s) is not sent: %s", message.id, message.template, why)
    if tries.keep_trying is None or outcome.reason in _HOPELESS:
        chosen.update(status=MESSAGE_STATES.target("give_up"), parameters_enc=None, failure=why)
    else:
        chosen.update(status=MESSAGE_STATES.target("set_aside"), failure=why)


def _code(reason: str) -> str:
    """Why, as it is kept and shown: a gateway's own words could name a telephone number."""
    return reason if re.fullmatch(r"[a-z0-9_]{1,40}", reason) and not re.search(r"\d{6}", reason) else "refused"


def _in_our_hands(message_id: uuid.UUID) -> QuerySet[Message]:
    """A message whose outcome we know: claimed or handed over, by us."""
    return Message.objects.filter(id=message_id, status__in=MESSAGE_STATES.group("OURS"))
