"""When an SMS may wake somebody: a dated rule (rules.md 12.35). Pure.

Much of what the programme does it does at night: certificates show, incentives fall due, surveys open and deadlines pass a few
minutes after midnight. Who is told of it by SMS sleeps; the message waits for the morning, unless it asks for something that
cannot wait so long. E-mail and dashboard wake nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from prakerja.kernel.clock import WIB
from prakerja.notifications.retrying import Kind, kind_of
from prakerja.notifications.templates import POINTLESS_AFTER_DEADLINE, URGENT

# What its owner does, or what is done to their account, at this very moment.
AT_ONCE = frozenset(
    (
        "lost_phone_asked",
        "lost_phone_confirmed",
        "nik_registered_again",
        "phone_changed",
        "phone_corrected",
        "phone_left",
        "purchase_codes_wrong",
        "sign_in_codes_wrong",
        "signed_in_by_email",
    )
)
# What may leave at night at all. Of the reminders those only whose deadline does not wait, which was decided when they came.
MAY_WAKE = frozenset((*URGENT, *POINTLESS_AFTER_DEADLINE, *AT_ONCE))


@dataclass(frozen=True)
class QuietHours:
    """From `begins` in the evening to `ends` in the morning, WIB, since a day: no SMS leaves that can wait.

    The evening ends early and the morning begins late enough for WIT, two hours ahead.
    """

    since: date
    begins: time
    ends: time


# A change is a new line.
HOURS = (QuietHours(since=date(2020, 4, 11), begins=time(21), ends=time(7)),)


def leaves_at(*, template: str, channel: str, parameters: Mapping[str, Any], at: datetime) -> datetime:
    """When a message that becomes true at `at` is sent: at once, or in the morning when it is an SMS of the night.

    Codes and what is done at this very moment never wait. Neither does what asks for something by a `deadline` that comes
    before the morning, or on its heels: a reminder keeps two hours at least to be of use.
    """
    if channel != "sms" or kind_of(template) is Kind.CODE or template in AT_ONCE:
        return at
    morning = end_of_night(at)
    if morning is None:
        return at
    if kind_of(template) is Kind.REMINDER:
        deadline = parameters.get("deadline")
        if not isinstance(deadline, str) or datetime.fromisoformat(deadline) < morning + timedelta(hours=2):
            return at
    return morning


def end_of_night(at: datetime) -> datetime | None:
    """The instant at which the night ends that `at` lies in; None by day."""
    local = at.astimezone(WIB)
    held = [hours for hours in HOURS if hours.since <= local.date()]
    hours = max(held or HOURS[:1], key=lambda one: one.since)
    if hours.ends <= local.time() < hours.begins:
        return None
    day = local.date() if local.time() < hours.ends else local.date() + timedelta(days=1)
    return datetime.combine(day, hours.ends, tzinfo=WIB).astimezone(at.tzinfo)
