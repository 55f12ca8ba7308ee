"""How an incentive falls due, is paid, held or lost."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

INCENTIVE_STATES = StateMachine(
    "incentive",
    table="incentives_incentive",
    # An answered survey is owed at once.
    begins=("planned", "due"),
    verbs={
        "fall_due": {"planned": "due"},
        # Before it is sent, or by the provider afterwards.
        "hold": {"due": "held", "instructed": "held"},
        "release": {"held": "due"},
        "instruct": {"due": "instructed"},
        "pay": {"instructed": "paid"},
        # It had failed or come back, an operator found that it arrived after all, and it is still owed.
        "pay_late": {"due": "paid", "held": "paid"},
        "fail": {"instructed": "due"},
        # A transfer that came back after it was settled (decisions.md 76).
        "return": {"paid": "due"},
        "lapse": {"planned": "lapsed", "due": "lapsed", "held": "lapsed"},
        "cancel": {"planned": "cancelled", "due": "cancelled", "held": "cancelled"},
    },
    groups={
        "COMING": ("planned", "due"),
        # Promised or owed, and no payment is under way.
        "WAITING": ("planned", "due", "held"),
        # Owed: it has left the reserve, and no payment is under way.
        "OWED": ("due", "held"),
        # It has left the reserve and did not end unpaid.
        "EARNED": ("due", "held", "instructed", "paid"),
        "ENDED": ("paid", "lapsed", "cancelled"),
    },
)
