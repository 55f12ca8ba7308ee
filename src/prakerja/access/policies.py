"""Limits of one-time passwords (rules.md 12.13): one set for signing in, linking and buying."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class OtpRules:
    digits: int = 6
    life_s: int = 300
    tries: int = 3
    lock_min: int = 60
    gap_s: int = 60
    per_day: int = 5


DEFAULT = OtpRules()
# A person who signs in on a borrowed phone every day must not be locked out by five codes.
SIGN_IN = OtpRules(per_day=15)
