"""Two clocks. Programme time rules everything the programme decides; wall time rules the machines.

Programme time (`now`) is wall time plus an offset kept in the database: zero and immovable outside a sandbox. It rules
deadlines, windows, OTP life and locks, due dates and every stored stamp. Wall time (`wall`) rules the signature's window,
sessions, CSRF, TOTP, rate limits and log lines. Only front doors, tasks and commands read either; operations take `at`.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WIB = ZoneInfo("Asia/Jakarta")
# Every process reads the offset again after this long, so a command that moved the clock waits a little longer than it.
REREAD_SECONDS = 0.2

_lock = threading.Lock()
_cached: tuple[float, timedelta] | None = None


def wall() -> datetime:
    return datetime.now(tz=UTC)


def now() -> datetime:
    """Programme time in UTC. Costs one small read five times a second at most; none with PRAKERJA_CLOCK=system."""
    return wall() + offset()


def offset() -> timedelta:
    global _cached
    if os.environ.get("PRAKERJA_CLOCK") == "system":
        return timedelta(0)
    cached = _cached
    moment = time.monotonic()
    if cached is not None and moment - cached[0] < REREAD_SECONDS:
        return cached[1]
    value = timedelta(microseconds=_read_offset())
    with _lock:
        _cached = (moment, value)
    return value


def forget() -> None:
    """Read the offset again at the next call: for the process that has just moved the clock, and for tests."""
    global _cached
    with _lock:
        _cached = None


def wait_until_all_know() -> None:
    """Return when every process has read the offset that was just committed."""
    forget()
    time.sleep(REREAD_SECONDS * 1.25)


def off_by() -> timedelta:
    """How much this machine's clock is ahead of the database's machine, which is nobody's judge but the same for all."""
    from prakerja.kernel.db import row

    before = wall()
    found = row("SELECT clock_timestamp()")
    after = wall()
    assert found is not None
    there: datetime = found[0]
    # What lies between question and answer is nobody's fault.
    return max(before - there, timedelta()) or min(after - there, timedelta())


def _read_offset() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT offset_us FROM kernel_clock WHERE id = 1")
        found = cursor.fetchone()
    return int(found[0]) if found else 0


def parse_instant(text: str) -> datetime:
    """ISO 8601; without a zone an instant is WIB, because people who operate the programme think in WIB."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else value.replace(tzinfo=WIB)
