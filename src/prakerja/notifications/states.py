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
        # Tried for its days in vain, or the address takes nothing: kept, sealed, until an operator decides.
        "set_aside": {"sending": "undelivered"},
        "send_again": {"undelivered": "queued"},
        "let_go": {"undelivered": "failed_permanent"},
    },
    # A message that is being sent waits too: its worker may have died.
    groups={
        "WAITING": ("queued", "failed_temporary", "sending"),
        "LEAVING": ("queued", "sending"),
        "UNREACHED": ("failed_permanent", "undelivered"),
        "OVER": ("delivered", "failed_permanent"),
    },
)
WAITING = MESSAGE_STATES.group("WAITING")
UNREACHED = MESSAGE_STATES.group("UNREACHED")
