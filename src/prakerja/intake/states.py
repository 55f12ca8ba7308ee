"""How an application is decided, and how far a list of results is."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

APPLICATION_STATES = StateMachine(
    "application",
    table="intake_application",
    begins=("waiting",),
    verbs={
        # A later list of the same wave may still select somebody who was told otherwise.
        "select": {"waiting": "selected", "not_selected": "selected"},
        "turn_down": {"waiting": "not_selected"},
        # By the person, until the results are there; and joined again while the wave is open.
        "withdraw": {"waiting": "withdrawn"},
        "rejoin": {"withdrawn": "waiting"},
    },
)

LETTER_STATES = StateMachine(
    "letter",
    table="intake_letter",
    begins=("open",),
    verbs={"answer": {"open": "answered"}},
    groups={"OPEN": ("open",)},
)

IMPORT_STATES = StateMachine(
    "result_import",
    table="intake_resultimport",
    begins=("reading",),
    verbs={
        "award": {"reading": "awarding"},
        "finish": {"reading": "done", "awarding": "done"},
        # One operator had it read for another one to confirm: nobody is awarded by this reading.
        "prepare": {"reading": "prepared"},
        # The list was refused as a whole, or another one came before anybody was awarded.
        "refuse": {"reading": "refused"},
        "give_up": {"awarding": "given_up"},
    },
    groups={
        # Nobody was awarded, or will be, by it.
        "WITHOUT_AWARDS": ("refused", "prepared"),
        # On its way, or cut off.
        "UNFINISHED": ("reading", "awarding"),
        # Carried out, wholly or as far as it came.
        "CARRIED_OUT": ("awarding", "done", "given_up"),
    },
)
