"""How a purchase is intended, made and undone."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

INTENT_STATES = StateMachine(
    "payment intent",
    table="purchases_paymentintent",
    begins=("otp_sent",),
    verbs={
        "authorise": {"otp_sent": "consumed"},
        "lock": {"otp_sent": "locked"},
        "replace": {"otp_sent": "replaced"},
    },
)
PURCHASE_STATES = StateMachine(
    "purchase", table="purchases_purchase", begins=("succeeded",), verbs={"void": {"succeeded": "voided"}}
)
