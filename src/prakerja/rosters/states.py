"""A version of a roster is read to its end, or is refused with all that was read of it."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

VERSION_STATES = StateMachine(
    "roster version",
    table="rosters_version",
    begins=("reading",),
    verbs={"finish": {"reading": "read"}, "refuse": {"reading": "refused"}},
)
