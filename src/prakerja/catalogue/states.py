"""How courses and prices go through the operators’ hands."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

# What an institution makes of its course goes through the operators' hands before anybody sees it.
CURATION_STATES = StateMachine(
    "curation",
    table="catalogue_curationreview",
    begins=("draft",),
    verbs={
        "submit": {"draft": "submitted", "returned": "submitted"},
        "accept": {"submitted": "accepted"},
        "return": {"submitted": "returned"},
        "withdraw": {
            "draft": "withdrawn",
            "submitted": "withdrawn",
            "returned": "withdrawn",
            "accepted": "withdrawn",
        },
    },
    groups={
        # A round that its institution is still working on, or an operator.
        "OPEN": ("draft", "submitted", "returned"),
        "SUBMITTED_ONCE": ("submitted", "accepted", "returned"),
        "DECIDED": ("accepted", "returned"),
    },
)
# A platform's price, new or changed, holds once an operator accepts it (rules.md 12.21).
PRICE_STATES = StateMachine(
    "price proposal",
    table="catalogue_priceproposal",
    begins=("submitted",),
    verbs={
        "accept": {"submitted": "accepted"},
        "return": {"submitted": "returned"},
        "withdraw": {"submitted": "withdrawn"},
    },
)
