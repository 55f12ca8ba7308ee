"""The hot calls against a model of them in plain Python: any sequence of purchases gives the same answers and money."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from prakerja.catalogue.models import CourseRun, CourseRunSeats
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.purchases.operations import authorise_purchase, send_otp, void_purchase
from prakerja.training.operations import redeem_code
from tests import builders as b

PRICES = [24_000, 475_000, 600_000, 1_000_000]
SEATS = [2, 1, 5, 5]
PEOPLE = 3
# What the generated sequences really reached: a model that never buys would prove nothing.
REACHED: Counter[str] = Counter()


@dataclass
class Intent:
    """What the model knows of an intent. `status` in the words of the state table."""

    person: int
    course: int
    user: str
    token: str
    otp: str
    expires_at: datetime
    sent_at: datetime
    status: str = "otp_sent"
    invoice: str = ""
    reference: str = ""
    failed: int = 0
    is_voided: bool = False


@dataclass
class Guard:
    tries: int = 0
    locked_until: datetime | None = None
    days: list[Any] = field(default_factory=list)


class Purchases(RuleBasedStateMachine):
    """Three people, four classes, one platform; time goes forward; wrong and right codes, retries, voids, redemptions."""

    @initialize()
    def build(self) -> None:
        self.atomic = transaction.atomic()
        # The same mark that Django's TestCase sets: operations open their durable transaction inside a rolled-back test.
        self.atomic._from_testcase = True  # type: ignore[attr-defined]
        self.atomic.__enter__()
        self.at = datetime(2021, 9, 27, 8, 0, tzinfo=WIB)
        self.world = b.world()
        self.people = b.participants(self.world, count=PEOPLE)
        self.runs: list[CourseRun] = [
            b.course(self.world, price=price, seats=seats)[1] for price, seats in zip(PRICES, SEATS, strict=True)
        ]
        self.wallets = [1_000_000] * PEOPLE
        self.seats = list(SEATS)
        self.intents: list[Intent] = []
        self.guards: dict[tuple[int, str], Guard] = {}
        self.users: dict[str, int] = {}
        self.bought: dict[tuple[int, int], str] = {}
        self.codes: dict[tuple[int, int], str] = {}
        self.open: set[int] = set()

    def teardown(self) -> None:
        if hasattr(self, "atomic"):
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)

    def guard(self, person: int, user: str) -> Guard:
        return self.guards.setdefault((person, user), Guard())

    def refusal(self, person: int, course: int, user: str) -> str:
        if self.seats[course] == 0:
            return "class_full"
        if self.users.get(user, person) != person or any(
            owner == person and name != user for name, owner in self.users.items()
        ):
            return "account_bound"
        if (person, course) in self.bought:
            return "course_bought_before"
        if person in self.open:
            return "previous_unfinished"
        return "balance_too_low" if PRICES[course] > self.wallets[person] else ""

    def outcome(self, action: Any) -> tuple[str, Any]:
        try:
            return "", action()
        except Refused as refused:
            return refused.reason, None

    @rule(seconds=st.sampled_from([1, 1, 30, 61, 61, 301, 3601, 86_400]))
    def wait(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    @rule(person=st.integers(0, PEOPLE - 1), course=st.integers(0, 3), user=st.sampled_from(["a", "b", "c"]))
    def ask(self, person: int, course: int, user: str) -> None:
        guard = self.guard(person, user)
        today = self.at.astimezone(WIB).date()
        mine = [i for i in self.intents if (i.person, i.course, i.user) == (person, course, user)]
        expected = self.refusal(person, course, user)
        if not expected and (self.is_locked(guard) or self.is_locked(self.guard(person, ""))):
            expected = "otp_locked"
        if not expected and mine and mine[-1].sent_at + timedelta(seconds=60) > self.at:
            expected = "otp_too_soon"
        sent_by_all = sum(g.days.count(today) for (p, _), g in self.guards.items() if p == person)
        # One platform: what it may use up of a person's day is less than the day.
        if not expected and (guard.days.count(today) >= 5 or sent_by_all >= 8):
            expected = "otp_daily_limit"
        run, who = self.runs[course], self.people[person]
        got, token = self.outcome(
            lambda: send_otp(
                platform_id=self.world.platform.partner_id,
                platform_user=user,
                card_number=who.card,
                course_code=run.course.code,
                schedule_code=run.code,
                amount=PRICES[course],
                at=self.at,
            )
        )
        assert got == expected
        if not expected:
            for intent in mine:
                intent.status = "replaced" if intent.status == "otp_sent" else intent.status
            guard.days.append(today)
            otp = b.otp_of_token(token)
            life = self.at + timedelta(minutes=5)
            self.intents.append(Intent(person, course, user, token, otp, life, self.at))

    @rule(
        pick=st.integers(0, 3),
        is_right=st.sampled_from([True, True, False]),
        invoice=st.sampled_from(["", "", "same"]),
    )
    def pay(self, pick: int, is_right: bool, invoice: str) -> None:
        if not self.intents:
            return
        intent = self.intents[-1 - pick % len(self.intents)]
        invoice = invoice or f"INV-{len(self.intents) - pick}"
        guard = self.guard(intent.person, intent.user)
        expected = self.expected_payment(intent, guard, invoice=invoice, is_right=is_right)
        wrong = "000000" if intent.otp != "000000" else "111111"
        got, receipt = self.outcome(
            lambda: authorise_purchase(
                platform_id=self.world.platform.partner_id,
                token=intent.token,
                otp=intent.otp if is_right else wrong,
                invoice_code=invoice,
                invoice_url="https://x.example",
                at=self.at,
            )
        )
        assert got == expected
        REACHED[got] += 1
        if got == "otp_wrong":
            guard.tries += 1
            intent.failed += 1
        elif got == "otp_locked" and intent.status == "otp_sent" and not self.is_shut(intent):
            guard.tries, guard.locked_until, intent.status = 0, self.at + timedelta(hours=1), "locked"
            intent.failed += 1
            if self.wrong_today(intent.person) >= 9:
                midnight = datetime.combine(self.at.astimezone(WIB).date() + timedelta(days=1), time(), WIB)
                guard.locked_until = self.guard(intent.person, "").locked_until = midnight
        elif not got and intent.status == "otp_sent":
            self.buy(intent, guard, invoice=invoice, reference=receipt.reference)
        if receipt:
            assert (receipt.reference, receipt.amount) == (intent.reference, PRICES[intent.course])

    @rule(person=st.integers(0, PEOPLE - 1), course=st.integers(0, 3), user=st.sampled_from(["a", "b", "c"]))
    def ask_and_pay(self, person: int, course: int, user: str) -> None:
        """What most buyers do. Left to chance alone, whole runs went by without one purchase."""
        self.ask(person=person, course=course, user=user)
        self.pay(pick=0, is_right=True, invoice="")

    def is_shut(self, intent: Intent) -> bool:
        return self.is_locked(self.guard(intent.person, intent.user)) or self.is_locked(self.guard(intent.person, ""))

    def wrong_today(self, person: int) -> int:
        today = self.at.astimezone(WIB).date()
        return sum(i.failed for i in self.intents if i.person == person and i.sent_at.astimezone(WIB).date() == today)

    def is_locked(self, guard: Guard) -> bool:
        return guard.locked_until is not None and guard.locked_until > self.at

    def expected_payment(self, intent: Intent, guard: Guard, *, invoice: str, is_right: bool) -> str:
        if intent.status == "consumed":
            if intent.invoice != invoice:
                return "token_used"
            return "purchase_voided" if intent.is_voided else ""
        if intent.status == "replaced":
            return "token_invalid"
        if self.is_shut(intent):
            return "otp_locked"
        if intent.status == "locked" or self.at >= intent.expires_at:
            return "otp_expired"
        if not is_right:
            return "otp_wrong" if guard.tries < 2 and self.wrong_today(intent.person) < 8 else "otp_locked"
        refusal = self.refusal(intent.person, intent.course, intent.user)
        return refusal or ("invoice_used" if any(i.invoice == invoice for i in self.intents) else "")

    def buy(self, intent: Intent, guard: Guard, *, invoice: str, reference: str) -> None:
        guard.tries = 0
        intent.status, intent.invoice, intent.reference = "consumed", invoice, reference
        self.wallets[intent.person] -= PRICES[intent.course]
        self.seats[intent.course] -= 1
        self.users[intent.user] = intent.person
        key = (intent.person, intent.course)
        REACHED["bought"] += 1
        self.bought[key] = "issued"
        self.codes[key] = b.code_of(
            self.people[intent.person].person_id, course_run=self.runs[intent.course], status="issued"
        )
        self.open.add(intent.person)

    @rule(pick=st.integers(0, 20))
    def take_back(self, pick: int) -> None:
        paid = [i for i in self.intents if i.status == "consumed"]
        if not paid:
            return
        intent = paid[pick % len(paid)]
        key = (intent.person, intent.course)
        got, _ = self.outcome(
            lambda: void_purchase(
                platform_id=self.world.platform.partner_id,
                invoice_code=intent.invoice,
                reference=intent.reference,
                at=self.at,
            )
        )
        newest = [i for i in paid if (i.person, i.course) == key][-1]
        if intent is not newest or key not in self.bought:
            assert got == "void_twice"
        elif self.bought[key] == "redeemed":
            assert got == "void_after_redemption"
        else:
            assert got == ""
            intent.is_voided = True
            del self.bought[key]
            self.open.discard(intent.person)
            self.wallets[intent.person] += PRICES[intent.course]
            self.seats[intent.course] += 1

    @rule(pick=st.integers(0, 20))
    def use(self, pick: int) -> None:
        if not self.codes:
            return
        key = sorted(self.codes)[pick % len(self.codes)]
        got, _ = self.outcome(
            lambda: redeem_code(institution_id=self.world.institution.partner_id, code=self.codes[key], at=self.at)
        )
        expected = {None: "transaction_void", "redeemed": "code_used", "issued": ""}[self.bought.get(key)]
        assert got == expected
        if not got:
            self.bought[key] = "redeemed"

    @invariant()
    def money_and_seats_agree(self) -> None:
        if not hasattr(self, "people"):
            return
        balances = dict(rows("SELECT person_id, amount FROM ledger_balance WHERE account_id = 3"))
        assert [balances[who.person_id] for who in self.people] == self.wallets
        left = {s.course_run_id: s.capacity - s.seats_taken for s in CourseRunSeats.objects.all()}
        assert [left[run.id] for run in self.runs] == self.seats


@pytest.mark.django_db
def test_the_hot_calls_behave_as_their_model() -> None:
    run_state_machine_as_test(
        Purchases,
        settings=settings(
            max_examples=40,
            stateful_step_count=30,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
    assert REACHED["bought"] >= 1
    assert REACHED["otp_wrong"] + REACHED["otp_expired"] + REACHED["token_used"] >= 1
