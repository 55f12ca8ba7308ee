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
        "return": {"settled": "returned", "overpaid": "returned"},
        # Out of an end only by an operator, who resolved what a rail said against it (discrepancies.py).
        "settle_late": {"failed": "settled", "returned": "settled"},
        # It arrived after all, and so did its follow-up, or nothing is owed any more.
        "overpay": {"failed": "overpaid", "returned": "overpaid"},
    },
    groups={
        "OPEN": ("drafted", "sent"),
        # While one of these exists, nothing else may be drafted for what the payer owes.
        "LIVE": ("drafted", "sent", "settled"),
        # The recipient has the money.
        "ARRIVED": ("settled", "overpaid"),
    },
)
DISCREPANCY_STATES = StateMachine(
    "discrepancy", table="disbursements_discrepancy", begins=("open",), verbs={"resolve": {"open": "resolved"}}
)
