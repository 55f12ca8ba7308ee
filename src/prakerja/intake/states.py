"""How an application is decided."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

APPLICATION_STATES = StateMachine(
    "application", table="intake_application", begins=("waiting",), verbs={"select": {"waiting": "selected"}}
)
