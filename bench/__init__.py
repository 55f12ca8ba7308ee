"""Benchmarks. Every figure is a ratio to a ceiling measured in the same run, and the data is verified afterwards."""

from __future__ import annotations

from typing import Any

NAMES = ("authorise", "send-otp", "redeem", "dashboard")


def run(name: str, seconds: float = 30.0) -> dict[str, Any]:
    """Run one benchmark in a throw-away durable database and return its result; also written to bench/results/.

    `seconds` is the time measured altogether, ceilings included; seeding and verifying come on top. The data was right
    exactly when every value of `checks` is true. Main thread only, because it owns a PostgreSQL server; once per process,
    because it loads Django. Raises ValueError: no benchmark has that name.
    """
    if name not in NAMES:
        raise ValueError(f"no benchmark is called {name!r}; there are {', '.join(NAMES)}")
    from bench.harness import run_named

    return run_named(name, seconds)


__all__ = ["NAMES", "run"]
