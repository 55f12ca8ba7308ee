"""How attendance is attempted, and what was handed in is processed."""

from __future__ import annotations

from prakerja.kernel.states import StateMachine

# What an institution asked for at url-generate. Expiry is derived from the instant, as with payment intents.
ATTEMPT_STATES = StateMachine(
    "attendance attempt",
    table="training_attendanceattempt",
    begins=("open",),
    verbs={
        "verify": {"open": "verified"},
        "cancel": {"open": "cancelled"},
        "fail": {"open": "failed"},
        "replace": {"open": "replaced"},
    },
)
# What was handed in waits for its file.
_SUBMISSION_VERBS = {"accept": {"submitted": "accepted"}, "reject": {"submitted": "rejected"}}
ASSIGNMENT_STATES = StateMachine(
    "assignment", table="training_assignment", begins=("submitted",), verbs=_SUBMISSION_VERBS
)
FEEDBACK_STATES = StateMachine("feedback", table="training_feedback", begins=("submitted",), verbs=_SUBMISSION_VERBS)
SANDBOX_SUBMISSION_STATES = StateMachine(
    "sandbox submission", table="training_sandboxsubmission", begins=("submitted",), verbs=_SUBMISSION_VERBS
)
# A test code's attempt and attendance are one row; `commit` makes it verified at once.
SANDBOX_ATTENDANCE_STATES = StateMachine(
    "sandbox attendance",
    table="training_sandboxattendance",
    column="outcome",
    begins=("open", "verified"),
    verbs={"verify": {"open": "verified"}, "cancel": {"open": "cancelled"}, "fail": {"open": "failed"}},
)
# A code that was entered, or that its scheme does not refund by itself, when its class was called off.
CANCELLATION_CASE_STATES = StateMachine(
    "cancellation case",
    table="training_cancellationcase",
    begins=("open",),
    verbs={"resolve": {"open": "resolved"}},
)
# A review is read by everybody until an operator hides it (rules.md 6.6).
RATING_STATES = StateMachine(
    "review",
    table="training_rating",
    begins=("shown",),
    verbs={"hide": {"shown": "hidden"}, "show": {"hidden": "shown"}},
)
