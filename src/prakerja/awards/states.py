"""How an award lives and ends."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

AWARD_STATES = StateMachine(
    "award",
    table="awards_award",
    begins=("active",),
    verbs={
        "suspend": {"active": "suspended"},
        "revoke": {"active": "revoked", "suspended": "revoked"},
        "lapse": {"active": "lapsed"},
        "withdraw": {"active": "withdrawn"},
        "reinstate": {"suspended": "active"},
        "annul": {"active": "annulled", "suspended": "annulled"},
        "finish": {"active": "finished"},
    },
    groups={
        # It still has its wallet and reserve.
        "LIVE": ("active", "suspended"),
        # What was earned may be paid: a transfer may come back after the award was finished.
        "PAYABLE": ("active", "suspended", "finished"),
        # What a void gives back after these returns to the programme, else it lapses to the treasury.
        "TAKEN_BACK": ("revoked", "annulled", "withdrawn"),
    },
)
