"""Every message is written here, from sentences that stand by subject in `sentences/`, Indonesian first. A message stores its
template's name and parameters, never a sentence.

Channels: S = SMS, E = e-mail, D = dashboard (rules.md 13.1). Parameters are plain values; what they are called says how
they are written: `…deadline` is an exclusive instant, `…_at` an instant, `…_date` a day, `amount`, `fund` and `balance`
are rupiah. Instants are shown in WIB; limits and beginnings by the reader's own clock too, where it is another.

A message whose template is fixed where it is queued (the hot calls) may have a `variant` among its parameters:
`template:variant` then replaces `template`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext, override

from prakerja.kernel import dates
from prakerja.kernel.money import format_rupiah
from prakerja.notifications.sentences.awards import AWARDS
from prakerja.notifications.sentences.buying import BUYING
from prakerja.notifications.sentences.own_data import OWN_DATA
from prakerja.notifications.sentences.payments import PAYMENTS
from prakerja.notifications.sentences.registering import REGISTERING
from prakerja.notifications.sentences.signing_in import SIGNING_IN
from prakerja.notifications.sentences.taken_back import TAKEN_BACK
from prakerja.notifications.sentences.template import Template
from prakerja.notifications.sentences.training import TRAINING
from prakerja.notifications.sentences.waves import WAVES

# Somebody sits before a screen and waits for these: they overtake a hundred thousand announcements.
URGENT = ["otp_attendance", "otp_link_account", "otp_phone", "otp_purchase", "otp_sign_in"]

# A message with this parameter goes to that address and not to the present one.
SENT_TO = "sent_to"

# What asks somebody to do something by `deadline`: it is never sent after it.
POINTLESS_AFTER_DEADLINE = (
    "balance_ending",
    "code_ending",
    "code_opens",
    "deadline_reminder",
    "link_ending",
    "review_ending",
    "review_for_incentive_until",
    "survey_open",
)

# Words of an institution among the parameters: Indonesian in every language.
_INDONESIAN = ("course", "course_title")

_RUPIAH = ("amount", "fund", "balance", "price", "claim")


@dataclass(frozen=True)
class Rendered:
    """What is said. `indonesian` are the parts that are an institution's own words, in whichever language the rest is."""

    title: str
    text: str
    indonesian: tuple[str, ...] = ()


class UnknownTemplate(Exception):
    """A message names a template that this program does not have."""


TEMPLATES: Mapping[str, Template] = {
    **SIGNING_IN,
    **REGISTERING,
    **WAVES,
    **BUYING,
    **TAKEN_BACK,
    **TRAINING,
    **PAYMENTS,
    **OWN_DATA,
    **AWARDS,
}


def render_message(
    *, template: str, channel: str, parameters: Mapping[str, Any], language: str, province_code: str = ""
) -> Rendered:
    """The words of a message in `language` (id or en), limits also by the clock of the reader's province (two digits or "").

    Raises UnknownTemplate; KeyError names a parameter that the sentence needs and the message does not have.
    """
    variant = parameters.get("variant", "")
    names = (f"{template}:{variant}:{channel}", f"{template}:{variant}") if variant else ()
    wanted = (*names, f"{template}:{channel}", template)
    found = next((TEMPLATES[name] for name in wanted if name in TEMPLATES), None)
    if found is None:
        raise UnknownTemplate(template)
    with override(language), dates.read_in(province_code):
        values = {name: _written(name, value) for name, value in parameters.items()}
        sentence = found.sms if channel == "sms" and found.sms else found.text
        return Rendered(
            title=gettext(found.title).format_map(values),
            text=gettext(sentence).format_map(values),
            indonesian=tuple(values[name] for name in _INDONESIAN if values.get(name)),
        )


def _written(name: str, value: Any) -> str:
    if name in _RUPIAH and isinstance(value, int):
        return format_rupiah(value, language=dates.written_language())
    if name.endswith("deadline"):
        # Stored exclusive: the last second that is still in time is the one people know.
        return dates.until(datetime.fromisoformat(value))
    if name == "opens_at":
        return dates.beginning(datetime.fromisoformat(value))
    if name.endswith("_at"):
        return dates.instant(datetime.fromisoformat(value))
    if name.endswith("_date"):
        return dates.day(date.fromisoformat(value))
    return str(value)
