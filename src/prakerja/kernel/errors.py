"""Expected refusals: of a rule, which a front door turns into its own words; of a program that cannot run at all."""

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


class CannotRun(Exception):
    """A program cannot do what it was started for: an Indonesian and an English sentence, English last."""

    def __init__(self, indonesian: str, english: str) -> None:
        super().__init__(f"{indonesian}\n{english}")
        self.indonesian, self.english = indonesian, english
