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


@dataclass(frozen=True)
class SignInRules(OtpRules):
    """Codes a day for one number. A person who signs in on a borrowed phone must not be locked out by somebody else.

    `per_day` counts in a browser that signed in with this number before, which is what its owner has; the others in one
    that did not, in one network (an IPv4 address, an IPv6 /64), and in all of those together.
    """

    per_day: int = 15
    per_day_browser: int = 5
    per_day_network: int = 10
    per_day_elsewhere: int = 30


DEFAULT = OtpRules()
SIGN_IN = SignInRules()
