"""How a question to the office goes on."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

QUESTION_STATES = StateMachine(
    "case",
    table="cases_case",
    begins=("open",),
    verbs={
        "answer": {"open": "answered", "answered": "answered"},
        # Whoever asked writes once more.
        "ask_again": {"open": "open", "answered": "open"},
        "close": {"open": "closed", "answered": "closed"},
    },
    groups={"UNENDED": ("open", "answered")},
)
