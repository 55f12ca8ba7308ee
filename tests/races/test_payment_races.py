"""Eight runners at a barrier for every step of a payment: one of them does it, the others find it done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.disbursements.models import PaymentBatch, PaymentInstruction
from prakerja.disbursements.operations import sandbox_sign_off
from prakerja.incentives import operations as incentives
from prakerja.incentives.models import Incentive
from prakerja.reporting.proof import prove
from prakerja.training.models import Completion, Rating
from prakerja.training.operations import rate_training, record_completion
from tests import builders as b
from tests.incentives.conftest import bank, bank_program
from tests.money import buy_class, participant_with_phone, redeem_class, reviewed, run_until, transfers, wib
from tests.races.barrier import race

__all__ = ["bank", "bank_program"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
RUNNERS = 8


@pytest.fixture(autouse=True)
def _money_is_proved() -> Iterator[None]:
    yield
    assert [check for check in prove().checks if not check.ok] == []


def together(action: Callable[[], object]) -> Counter[object]:
    return Counter(race([action] * RUNNERS))


def test_each_step_of_a_payment_happens_once(bank_program: RunningWorld, settings: Settings) -> None:
    world = b.world()
    who = participant_with_phone(world, phone="081210000010")
    person, award = {"person_id": who.person_id}, {"person_id": who.person_id, "award_id": who.award.id}
    reviewed(world, who)
    at = wib("2021-10-07 19:00")
    assert together(lambda: incentives.plan_incentives(**award, at=at)) == {4: 1, 0: RUNNERS - 1}
    first = Incentive.objects.get(**person, number=1)
    assert together(lambda: incentives.fall_due(**person, incentive_id=first.id, at=at)) == {
        True: 1,
        False: RUNNERS - 1,
    }
    at = wib("2021-10-12 10:00")
    drafted = together(lambda: incentives.draft_payment(**person, incentive_id=first.id, at=at))
    assert drafted == {"drafted": 1, "": RUNNERS - 1}
    assert (PaymentBatch.objects.count(), PaymentInstruction.objects.count()) == (1, 1)
    assert sandbox_sign_off(at=at) == 1
    instruction = PaymentInstruction.objects.get()
    url, settings.BANK_URL = settings.BANK_URL, "http://127.0.0.1:9"
    sent = together(lambda: incentives.send_payment(**person, instruction_id=instruction.id, at=at))
    assert sent == {"sent": 1, "": RUNNERS - 1}
    settings.BANK_URL = url
    told = together(
        lambda: incentives.record_payment_result(
            rail="sandbox", reference=instruction.reference, status="settled", at=at
        )
    )
    assert told == {True: 1, False: RUNNERS - 1}
    assert transfers(who, "incentive_due", "send", "settle") == [
        ("2021-10-07 19:00", "incentive_due", 600_000),
        ("2021-10-12 10:00", "send", 600_000),
        ("2021-10-12 10:00", "settle", 600_000),
    ]


def test_a_sweep_and_a_purchase_at_the_cutoff(bank_program: RunningWorld) -> None:
    world = b.world()
    who = participant_with_phone(world, phone="081210000010")
    reviewed(world, who)
    run_until(wib("2021-11-30 23:00"))
    _, run = b.course(world, price=100_000)
    token, otp = b.intend(world, who, run, amount=100_000, at=wib("2021-11-30 23:59"))
    award = {"person_id": who.person_id, "award_id": who.award.id}

    def buy() -> object:
        return b.authorise(
            platform_id=world.platform.partner_id,
            token=token,
            otp=otp,
            invoice_code="INV-LAST",
            invoice_url="https://x.example",
            at=wib("2021-11-30 23:59:59"),
        ).amount

    def sweep() -> object:
        return incentives.sweep_balance(**award, at=wib("2021-12-01 00:00"))

    results = race([buy, sweep, sweep, sweep])
    # Whoever held the wallet first was first; either way every rupiah is accounted for.
    assert Counter(results) in (
        Counter([100_000, 425_000, None, None]),
        Counter(["balance_expired", 525_000, None, None]),
    )


def test_one_report_and_one_review(bank_program: RunningWorld) -> None:
    world = b.world()
    who = participant_with_phone(world, phone="081210000010")
    buy_class(world, who, price=475_000, at=wib("2021-09-25 19:30"))
    redeem_class(world, who, at=wib("2021-09-26 09:00"))
    code = b.code_of(who.person_id)
    at = wib("2021-10-04 09:00")

    def report(number: str, key: str) -> object:
        return record_completion(
            institution_id=world.institution.partner_id,
            code=code,
            completed_date=None,
            score=80,
            certificate_number=number,
            certificate_kind="completion",
            idempotency_key=key,
            at=at,
        ).certificate_number

    results = race([lambda n=n: report("RK-1" if n % 2 else "RK-2", f"k-{n}") for n in range(RUNNERS)])  # type: ignore[misc]
    assert Counter(results) in (
        Counter({"RK-1": 4, "completion_differs": 4}),
        Counter({"RK-2": 4, "completion_differs": 4}),
    )
    completion = Completion.objects.get()
    rated = together(
        lambda: rate_training(
            person_id=who.person_id, completion_id=completion.id, stars=5, review="Bagus.", at=wib("2021-10-06 19:00")
        )
    )
    assert rated == {None: 1, "rated_already": RUNNERS - 1}
    assert Rating.objects.count() == 1
