"""How a batch is signed, and a payment sent and answered."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

BATCH_STATES = StateMachine(
    "payment batch",
    table="disbursements_paymentbatch",
    begins=("drafted",),
    verbs={
        "approve": {"drafted": "approved"},
        "authorise": {"approved": "authorised"},
        "release": {"authorised": "released"},
        "close": {"released": "closed"},
    },
    groups={"UNSIGNED": ("drafted", "approved", "authorised")},
)
INSTRUCTION_STATES = StateMachine(
    "payment instruction",
    table="disbursements_paymentinstruction",
    begins=("drafted",),
    verbs={
        "hold": {"drafted": "held"},
        "cancel": {"drafted": "cancelled"},
        "send": {"drafted": "sent"},
        "settle": {"sent": "settled"},
        "fail": {"sent": "failed"},
        "return": {"settled": "returned"},
    },
    groups={
        "OPEN": ("drafted", "sent"),
        # It paid nothing that stayed: what it owed may be paid by another.
        "UNPAID": ("held", "cancelled", "failed", "returned"),
    },
)
