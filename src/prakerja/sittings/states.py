"""A sitting of the test lives until its owner ends it or its time is up."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

SITTING_STATES = StateMachine(
    "sitting",
    table="sittings_sitting",
    begins=("under_way",),
    verbs={"hand_in": {"under_way": "handed_in"}, "time_out": {"under_way": "timed_out"}},
    groups={"DONE": ("handed_in", "timed_out")},
)
