"""How a registration and a case about one live and end."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

REGISTRATION_STATES = StateMachine(
    "registration",
    table="registrations_registration",
    begins=("drafting",),
    verbs={
        # Everything is answered; the registry may still have to say its word.
        "submit": {"drafting": "submitted"},
        # Something must be corrected by the person.
        "send_back": {"submitted": "drafting"},
        # There is a person now.
        "complete": {"submitted": "registered"},
        "refuse": {"drafting": "refused", "submitted": "refused"},
    },
    groups={"LIVE": ("drafting", "submitted")},
)

CASE_STATES = StateMachine(
    "registration case",
    table="registrations_case",
    begins=("open",),
    verbs={
        "accept": {"open": "accepted"},
        "send_back": {"open": "sent_back"},
        "refuse": {"open": "refused"},
    },
    groups={"OPEN": ("open",)},
)
