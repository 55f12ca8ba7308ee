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
        # Written before it is given to a gateway that would not know it again: from here on it may have arrived.
        "hand_over": {"sending": "handed_over"},
        # A gateway took it.
        "send": {"sending": "sent", "handed_over": "sent"},
        # No answer came, or whoever waited for it died.
        "lose_sight": {"handed_over": "unknown"},
        # A receipt says so.
        "deliver": {"sent": "delivered", "unknown": "delivered"},
        "put_off": {
            "sending": "failed_temporary",
            "handed_over": "failed_temporary",
            # After its wait without a receipt (rules.md 12.39).
            "unknown": "failed_temporary",
        },
        "give_up": {
            "sending": "failed_permanent",
            "handed_over": "failed_permanent",
            "unknown": "failed_permanent",
            "sent": "failed_permanent",
        },
        # Tried for its days in vain, or the address takes nothing: kept, sealed, until an operator decides.
        "set_aside": {
            "sending": "undelivered",
            "handed_over": "undelivered",
            "unknown": "undelivered",
            "sent": "undelivered",
        },
        "send_again": {"undelivered": "queued"},
        "let_go": {"undelivered": "failed_permanent"},
    },
    # A message that is being sent waits too: its worker may have died. One that was handed over is never claimed again.
    groups={
        "WAITING": ("queued", "failed_temporary", "sending"),
        "LEAVING": ("queued", "sending", "handed_over"),
        # Claimed by us, with or without a gateway in between: whoever claimed it knows its outcome.
        "OURS": ("sending", "handed_over"),
        # A receipt may still come.
        "AWAITED": ("sent", "unknown"),
        # Not told yet, for no fault of its person's.
        "PUT_OFF": ("failed_temporary", "unknown"),
        # In a gateway's hands, without its word.
        "IN_HAND": ("handed_over", "unknown"),
        "UNREACHED": ("failed_permanent", "undelivered"),
        # Whoever waits to hear of it has been told, as far as is known.
        "TOLD": ("sent", "delivered"),
        "OVER": ("sent", "delivered", "failed_permanent"),
    },
)
WAITING = MESSAGE_STATES.group("WAITING")
IN_HAND = MESSAGE_STATES.group("IN_HAND")
UNREACHED = MESSAGE_STATES.group("UNREACHED")
