"""Expected refusals. A front door looks the reason up and turns it into its own words."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """A rule of the programme says no, and nothing has changed.

    `reason` is a stable English name (`balance_too_low`); `details` holds what the sentence needs, never a secret
    (a number of tries left, an instant). The partner door maps reasons to its table of codes, the portal to a sentence.
    """

    def __init__(self, reason: str, **details: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.details: dict[str, Any] = details
