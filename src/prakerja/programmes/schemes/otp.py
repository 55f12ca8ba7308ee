"""Limits of the purchase OTP as arithmetic on instants (default 13, decision 58, example 10)."""

from __future__ import annotations

from datetime import datetime, timedelta

from prakerja.programmes.schemes.model import OtpLimits


def otp_expires_at(*, limits: OtpLimits, sent_at: datetime) -> datetime:
    """Exclusive end of an OTP's life: 5 minutes after it was sent."""
    return sent_at + timedelta(seconds=limits.life_s)


def next_otp_from(*, limits: OtpLimits, sent_at: datetime) -> datetime:
    """First instant at which the same person may ask for another OTP: 60 s after the last."""
    return sent_at + timedelta(seconds=limits.gap_s)


def locked_until(*, limits: OtpLimits, failed_count: int, failed_at: datetime) -> datetime | None:
    """Exclusive end of the lock that this wrong OTP causes, or None: the third at 10:00 locks to 11:00."""
    if failed_count < limits.tries:
        return None
    return failed_at + timedelta(minutes=limits.lock_min)


def tries_left(*, limits: OtpLimits, failed_count: int) -> int:
    """How many wrong codes may still be entered before the lock."""
    return max(0, limits.tries - failed_count)
