"""How the one code is used and ends."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

VOUCHER_STATES = StateMachine(
    "voucher",
    table="vouchers_voucher",
    begins=("issued",),
    verbs={
        "redeem": {"issued": "redeemed"},
        "cancel": {"issued": "cancelled", "redeemed": "cancelled"},
        "expire": {"issued": "expired"},
    },
    # The code stands for a training that may still be taken.
    groups={"LIVE": ("issued", "redeemed")},
)
