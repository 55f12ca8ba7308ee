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
