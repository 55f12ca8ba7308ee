"""How a message gets through or not."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

MESSAGE_STATES = StateMachine(
    "message",
    table="notifications_message",
    # What is shown on the dashboard is delivered when it is written.
    begins=("queued", "delivered"),
    verbs={
        "claim": {"queued": "sending", "failed_temporary": "sending", "sending": "sending"},
        "deliver": {"sending": "delivered"},
        "put_off": {"sending": "failed_temporary"},
        "give_up": {"sending": "failed_permanent"},
    },
    # A message that is being sent waits too: its worker may have died.
    groups={"WAITING": ("queued", "failed_temporary", "sending"), "LEAVING": ("queued", "sending")},
)
WAITING = MESSAGE_STATES.group("WAITING")
