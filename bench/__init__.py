"""Benchmarks. Every figure is a ratio to a ceiling measured in the same run, and the data is verified afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Size:
    """Seconds measured altogether, and the disk that the run needs at most, in bytes."""

    seconds: float
    disk: int


_GB = 1_000_000_000
# Small: all of them in ten minutes with seeding and verifying. Full: long enough for a quiet machine's third digit.
SMALL = Size(seconds=30.0, disk=2 * _GB)
FULL = Size(seconds=180.0, disk=20 * _GB)
NAMES = (
    "authorise",
    "send-otp",
    "redeem",
    "join-wave",
    "dashboard",
    "register",
    "search",
    "fairness",
    "slow-clients",
    "due",
    "import",
    "draw",
    "award",
    "payout-run",
    "sms",
    "proof",
    "wave",
)


def run(name: str, seconds: float = SMALL.seconds) -> dict[str, Any]:
    """Run one benchmark in a throw-away durable database and return its result; also written to bench/results/.

    `seconds` is the time measured altogether, ceilings included; seeding and verifying come on top. The data was right
    exactly when every value of `checks` is true. Main thread only, because it owns a PostgreSQL server; once per process,
    because it loads Django. Raises ValueError: no benchmark has that name.
    """
    if name not in NAMES:
        raise ValueError(f"no benchmark is called {name!r}; there are {', '.join(NAMES)}")
    from bench.harness import run_named

    return run_named(name, seconds)


__all__ = ["FULL", "NAMES", "SMALL", "Size", "run"]
