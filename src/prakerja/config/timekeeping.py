"""A sandbox's clock stands still while nothing runs: whoever runs says so, once a second."""

from __future__ import annotations

from datetime import timedelta

from prakerja.kernel import clock, movable_clock

# Held while a clock is being moved: the worker then leaves what falls due to the mover, whose stamps are exact.
MOVING = 720_022
# After a crash up to this much of the clock is unknown, and `sandbox.clock.resume` skips it, so that it never goes back.
HEARTBEAT = timedelta(seconds=1)


def heartbeat() -> None:
    """Write down the programme's present instant."""
    movable_clock.note_seen(at=clock.now())
