"""How the one code is used and ends."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

VOUCHER_STATES = StateMachine(
    "voucher",
    table="vouchers_voucher",
    begins=("issued",),
    verbs={
        "redeem": {"issued": "redeemed"},
        # A code that ended with its window is taken back only when its class turns out to have been cancelled.
        "cancel": {"issued": "cancelled", "redeemed": "cancelled", "expired": "cancelled"},
        "expire": {"issued": "expired"},
    },
    groups={
        # The code stands for a training that may still be taken.
        "LIVE": ("issued", "redeemed"),
        # Nobody entered it: of these the price is paid back when the class was cancelled.
        "UNREDEEMED": ("issued", "expired"),
    },
)
