"""How a message to a partner gets through or not."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

# A replay makes any of them wait again.
DELIVERY_STATES = StateMachine(
    "webhook delivery",
    table="webhooks_delivery",
    begins=("pending",),
    verbs={
        "deliver": {"pending": "delivered"},
        "give_up": {"pending": "failed"},
        "replay": {"delivered": "pending", "failed": "pending"},
    },
)
