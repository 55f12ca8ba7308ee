"""An action of the trail that partners are told of: declared beside the verb that writes it.

`webhooks.events` lists them all; from that one list come what a partner may choose, what messages say, and the pages and the
OpenAPI file of the developer site. A house test compares the list with what is written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


def marked(text: str) -> str:
    """Mark a text for translation, as Django's `gettext_noop` does, before settings are there: commands name events too."""
    return text


@dataclass(frozen=True, slots=True)
class PartnerEvent:
    """An action about a purchase, its voucher or its completion, told to the two partners of the purchase.

    `action` is the trail's name and `name` the partners'; `title` is a msgid (Indonesian). `tells` are the members of its
    message beyond those that name the purchase, each with its type; `webhooks.payloads` knows where they are found.
    """

    action: str
    name: str
    title: str
    tells: Mapping[str, Any] = field(default_factory=dict)
