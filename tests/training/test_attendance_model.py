"""States, clicks and codes against a model of them in plain Python: any sequence gives the same answers and rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.training.models import Attendance, AttendanceAttempt, Completion
from prakerja.training.policies import CALLBACK_CODES
from prakerja.training.verifying import attempt_to_verify, cancel_attempt, verify_attendance
from prakerja.vouchers.models import Voucher
from tests import builders as b
from tests.attendance import HOURS, STARTS, Class, another, bought_class

PEOPLE = 2
# What a run must have met to say anything.
WANTED = (
    "ask ok",
    "ask email_used",
    "ask code_used",
    "click ok",
    "click not_yours",
    "click face_not_verified",
    "completed",
)
SEQUENCES = [1, 2, 3, 4, 999]
# The first is met twice as often, so that two people want it.
EMAILS = ["a@lms.example", "b@lms.example", "a@lms.example"]
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
REACHED: Counter[str] = Counter()


@dataclass
class State:
    person: int
    sequence: int
    email: str
    token: str
    state: str
    opened_at: datetime
    status: str = "open"


class Attending(RuleBasedStateMachine):
    """Two people with codes of one class, two addresses; time goes forward through the three sessions and beyond."""

    # Made once: each example is rolled back to it.
    people: ClassVar[list[Class]] = []

    @initialize(attended=st.integers(0, len(STARTS)))
    def build(self, attended: int) -> None:
        """The first person has `attended` so many sessions already, for by chance a class is seldom finished."""
        self.atomic = transaction.atomic()
        # The same mark that Django's TestCase sets: operations open their durable transaction inside a rolled-back test.
        self.atomic._from_testcase = True  # type: ignore[attr-defined]
        self.atomic.__enter__()
        self.at = STARTS[0] - HOUR
        self.states: list[State] = []
        self.done: list[set[int]] = [set() for _ in range(PEOPLE)]
        self.emails: dict[str, int] = {}
        for _ in range(attended):
            self.attend_what_is_next(0, EMAILS[0], PEOPLE, "match")
            self.wait("session")

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def refusal(self, person: int, sequence: int, email: str) -> str:
        done = self.done[person]
        if sequence == 4:
            return "sequence_invalid"
        if sequence == 999:
            is_in = STARTS[2] - HOUR <= self.at < STARTS[2] + HOURS + timedelta(days=7)
        else:
            start = STARTS[sequence - 1]
            is_in = start - HOUR <= self.at < start + HOUR + SECOND
        if sequence not in done and not is_in:
            return "outside_window"
        if sequence in done:
            return "code_used"
        if sequence != 1 and 1 not in done:
            return "sequence_out_of_order"
        if sequence == 999 and not {1, 2, 3} <= done:
            return "sequence_out_of_order"
        return "email_used" if self.emails.get(email, person) != person else ""

    def outcome(self, action: Any) -> tuple[str, Any]:
        try:
            return "", action()
        except Refused as refused:
            return refused.reason, None

    @rule(to=st.sampled_from(["minute", "minute", "minute", "half", "hour", "session", "after"]))
    def wait(self, to: str) -> None:
        if to == "session":
            self.at = next((start - HOUR for start in STARTS if start - HOUR > self.at), self.at)
        else:
            self.at += {
                "minute": timedelta(minutes=1),
                "half": timedelta(minutes=30),
                "hour": HOUR,
                "after": timedelta(hours=4),
            }[to]

    @rule(
        person=st.integers(0, PEOPLE - 1), sequence=st.sampled_from([1, 1, *SEQUENCES]), email=st.sampled_from(EMAILS)
    )
    def ask(self, person: int, sequence: int, email: str) -> None:
        expected = self.refusal(person, sequence, email)
        reason, asked = self.outcome(lambda: self.people[person].ask(sequence, at=self.at, email=email))
        assert reason == expected
        REACHED[f"ask {reason or 'ok'}"] += 1
        if asked is None:
            return
        for state in self.states:
            if (state.person, state.sequence, state.status) == (person, sequence, "open"):
                state.status = "replaced"
        self.states.append(State(person, sequence, email, asked.token, asked.state, self.at))

    @rule(
        person=st.integers(0, PEOPLE - 1),
        email=st.sampled_from(EMAILS),
        by=st.integers(0, PEOPLE + 3),
        face=st.sampled_from(["match", "match", "match", "no"]),
    )
    def attend_what_is_next(self, person: int, email: str, by: int, face: str) -> None:
        """The likely way through a class, so that its end is reached at all; mostly by the owner."""
        wanted = [sequence for sequence in (1, 2, 3, 999) if not self.refusal(person, sequence, email)]
        if wanted:
            self.ask(person, wanted[0], email)
            self._click(self.states[-1], by=by if by < PEOPLE else person, face=face)

    @rule(person=st.integers(0, PEOPLE - 1))
    def go_on(self, person: int) -> None:
        """To the next session and through it, or to the post-test."""
        self.wait("session")
        for _ in range(2):
            self.attend_what_is_next(person, EMAILS[person], PEOPLE, "match")

    @rule(pick=st.integers(0, 30), by=st.integers(0, PEOPLE - 1), face=st.sampled_from(["match", "match", "no"]))
    def click(self, pick: int, by: int, face: str) -> None:
        state = self.one_of(pick)
        if state is not None:
            # Often the owner.
            self._click(state, by=by if pick % 2 else state.person, face=face)

    def one_of(self, pick: int) -> State | None:
        """Mostly one that is open, for the others were answered before."""
        waiting = [state for state in self.states if state.status == "open"] if pick % 3 else self.states
        return waiting[-1 - pick % len(waiting)] if waiting else None

    @rule(pick=st.integers(0, 30), by=st.integers(0, PEOPLE - 1))
    def cancel(self, pick: int, by: int) -> None:
        state = self.one_of(pick)
        if state is None:
            return
        proven = self.people[by].who.person_id
        reason, address = self.outcome(lambda: cancel_attempt(token=state.token, proven=proven, at=self.at))
        dead = self.dead(state)
        assert reason == dead
        if not dead:
            assert address == self.back(state, "attendance_cancelled")
            if by == state.person:
                state.status = "cancelled"

    def dead(self, state: State) -> str:
        if state.status != "open":
            return "state_expired" if state.status == "replaced" else "state_used"
        return "state_expired" if self.at >= state.opened_at + timedelta(minutes=30) else ""

    def back(self, state: State, reason: str = "") -> str:
        failed = f"&success=false&code={CALLBACK_CODES[reason]}" if reason else ""
        return f"{b.RETURN_TO}?state={state.state}{failed}"

    def _click(self, state: State, *, by: int, face: str) -> None:
        expected = self.dead(state) or ("not_yours" if by != state.person else "")
        refusal = "" if expected else ("face_not_verified" if face != "match" else "")
        if not expected and not refusal:
            refusal = self.refusal(state.person, state.sequence, state.email)
        reason, address = self.outcome(
            lambda: verify_attendance(
                token=state.token, proven=self.people[by].who.person_id, answers={"face": face}, at=self.at
            )
        )
        assert reason == expected
        REACHED[f"click {reason or refusal or 'ok'}"] += 1
        if expected:
            return
        assert address == self.back(state, refusal)
        state.status = "failed" if refusal else "verified"
        if not refusal:
            self.done[state.person].add(state.sequence)
            self.emails.setdefault(state.email, state.person)
            REACHED["completed"] += self.done[state.person] == {1, 2, 3, 999}

    @invariant()
    def rows_are_those_of_the_model(self) -> None:
        if not hasattr(self, "states"):
            return
        for number, person in enumerate(self.people):
            owner = person.who.person_id
            found = Attendance.objects.filter(person_id=owner).values_list("sequence", flat=True)
            assert set(found) == self.done[number]
            redeemed = Voucher.objects.filter(person_id=owner, status="redeemed").count()
            assert (
                redeemed == (1 in self.done[number]) == Transfer.objects.filter(person_id=owner, kind="redeem").count()
            )
            assert Completion.objects.filter(person_id=owner).count() == (self.done[number] == {1, 2, 3, 999})
        assert sorted(AttendanceAttempt.objects.values_list("state", "status")) == sorted(
            (state.state, state.status) for state in self.states
        )
        for state in self.states[-3:]:
            shown = attempt_to_verify(token=state.token, at=self.at).stage
            assert shown == ("expired" if state.status == "open" and self.dead(state) else state.status)


@pytest.mark.django_db
def test_any_sequence_of_states_and_clicks() -> None:
    first = bought_class()
    Attending.people = [first, *(another(first.world, run=first.run) for _ in range(PEOPLE - 1))]
    # Seeds one after another, always the same, until everything has been reached: whether one of them gets there by
    # chance changes with every word of this file.
    for number in range(12):
        run_state_machine_as_test(
            seed(number)(Attending),
            settings=settings(
                max_examples=10,
                stateful_step_count=40,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            ),
        )
        if all(REACHED[wanted] for wanted in WANTED):
            return
    raise AssertionError(REACHED)
