"""How far a draw is: each step once, never back (draw.md 2)."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

DRAW_STATES = StateMachine(
    "draw",
    table="draw_draw",
    # A repetition keeps the rules; and the list, unless that was what was wrong.
    begins=("drafted", "ruled", "listed"),
    verbs={
        "rule": {"drafted": "ruled"},
        # Anew, while nobody committed to it and somebody was awarded since.
        "list": {"ruled": "listed", "listed": "listed"},
        "commit": {"listed": "committed"},
        "draw": {"committed": "drawn"},
        "publish": {"drawn": "published"},
        "make_void": {"committed": "void"},
    },
    # While one is here no other list may be fixed: what families have left would not be known.
    groups={
        "UNDER_WAY": ("committed", "drawn"),
        "RESULTED": ("drawn", "published"),
        # Its list is fixed, and public.
        "FIXED": ("committed", "drawn", "published", "void"),
        # What is seen of their folders may still come: who witnessed them.
        "UNSEALED": ("ruled", "listed", "committed", "drawn", "void"),
    },
)

AWARDING_STATES = StateMachine(
    "awarding",
    table="draw_awarding",
    begins=("decided",),
    verbs={
        # Its instant has come. From here on nobody stops it: whom the draw chose gets what it gave them.
        "begin": {"decided": "begun"},
        "finish": {"begun": "done"},
        "cancel": {"decided": "cancelled"},
    },
    groups={"UNDER_WAY": ("decided", "begun"), "BEGUN": ("begun", "done")},
)
