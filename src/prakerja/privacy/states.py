"""How a request for erasure is answered."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

ERASURE_STATES = StateMachine(
    "erasure case",
    table="privacy_erasurecase",
    begins=("open",),
    verbs={
        # What rests on a consent goes at once; the rest waits for the end of the participation.
        "erase_part": {"open": "partly"},
        "erase": {"open": "erased", "partly": "erased"},
        "refuse": {"open": "refused"},
        "take_back": {"open": "taken_back", "partly": "taken_back"},
    },
    groups={
        # An operator has something to do, now or later; a person has one such case at most.
        "PENDING": ("open", "partly"),
        # No operator need have answered.
        "UNANSWERED": ("open", "taken_back"),
    },
)

LOST_PHONE_STATES = StateMachine(
    "lost phone case",
    table="privacy_lostphonecase",
    begins=("asked",),
    verbs={
        # The code that went to the new phone was right.
        "prove": {"asked": "proven"},
        "send": {"proven": "open"},
        # One operator proposes, another confirms; then the days to object run.
        "propose": {"open": "proposed"},
        "confirm": {"proposed": "confirmed"},
        "change": {"confirmed": "changed"},
        # Somebody else came to hold the new phone while the days ran.
        "fail": {"confirmed": "refused"},
        "refuse": {"open": "refused", "proposed": "refused", "confirmed": "refused"},
        "object": {"open": "objected", "proposed": "objected", "confirmed": "objected"},
    },
    groups={
        "UNSENT": ("asked", "proven"),
        # One at most for each new phone.
        "LIVE": ("open", "proposed", "confirmed"),
        # Operators have something to do.
        "WAITING": ("open", "proposed"),
        # One at most for each person.
        "DECIDED": ("proposed", "confirmed"),
        # Two different operators said yes.
        "AGREED": ("confirmed", "changed"),
    },
)
