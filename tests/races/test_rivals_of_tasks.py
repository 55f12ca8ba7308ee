"""The rows of a task change while it runs: before each of its statements somebody does what decides otherwise about one of them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest

from prakerja.awards.models import Award
from prakerja.awards.tasks import run_revocations
from prakerja.cases.models import Case
from prakerja.cases.operations import answer_case, ask_again, open_case
from prakerja.cases.policies import ENDS_AFTER
from prakerja.cases.tasks import TASKS as CASE_TASKS
from prakerja.disbursements.models import PaymentInstruction
from prakerja.incentives.models import Incentive
from prakerja.incentives.operations import unlink_account
from prakerja.incentives.tasks import TASKS
from prakerja.kernel.clock import WIB
from prakerja.ledger.models import Transfer
from prakerja.notifications.models import Message
from prakerja.purchases.expiry import expire_codes
from prakerja.purchases.models import Purchase
from prakerja.purchases.operations import authorise_purchase, void_purchase
from prakerja.reporting.proof import prove
from prakerja.vouchers.models import Voucher
from tests import builders as b
from tests.incentives.conftest import bank, bank_program
from tests.money import link, participant_with_phone, reviewed, run_until, wib
from tests.races.barrier import with_a_rival_at_every_statement

__all__ = ["bank", "bank_program"]
pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
PEOPLE = 8
STARTS, ENDS = datetime(2021, 10, 14, 9, tzinfo=WIB), datetime(2021, 10, 16, 12, tzinfo=WIB)


@pytest.fixture(autouse=True)
def _money_is_proved() -> Iterator[None]:
    yield
    assert [check for check in prove().checks if not check.ok] == []
    # Each message has its own reason, and nobody is told that both came true.
    told = Message.objects.exclude(template__in=["otp_link_account", "payment_planned"])
    assert set(Counter(told.values_list("person_id", "template", "channel")).values()) <= {1}


def of_each(template: str) -> set[object]:
    return set(Message.objects.filter(template=template).values_list("person_id", flat=True))


def test_a_purchase_while_a_wave_is_revoked() -> None:
    """Authorised in the last seconds: whoever's wallet the revocation has is refused, everybody else has bought."""
    world = b.world()
    people = b.participants(world, count=PEOPLE)
    _, run = b.course(world)
    last = datetime(2021, 10, 21, 23, 59, 50, tzinfo=WIB)
    intents = [b.intend(world, who, run, at=last) for who in people]

    def buying(number: int) -> Callable[[], object]:
        token, otp = intents[number]
        return lambda: authorise_purchase(
            platform_id=world.platform.partner_id,
            token=token,
            otp=otp,
            invoice_code=f"INV-{number}",
            invoice_url="https://platform.example/invoice",
            at=last,
        )

    at = datetime(2021, 10, 22, 0, 5, tzinfo=WIB)
    got = with_a_rival_at_every_statement(lambda: run_revocations(at), [buying(number) for number in range(PEOPLE)])
    run_revocations(at)
    refused = {who.person_id for who, one in zip(people, got, strict=True) if isinstance(one, str)}
    assert {one for one in got if isinstance(one, str)} <= {"award_ended"}
    # Some came before it looked and some behind it.
    assert 0 < len(refused) < PEOPLE
    assert (
        of_each("revoked") == refused == set(Award.objects.filter(status="revoked").values_list("person_id", flat=True))
    )
    assert of_each("purchase_ok") == {who.person_id for who in people} - refused


def test_a_void_while_codes_expire() -> None:
    """A shop takes purchases back at the last instant: each is voided or its code expires, and its money moves once."""
    world = b.world()
    people = b.participants(world, count=PEOPLE)
    receipts = [
        b.buy(world, who, b.course(world, delivery="live", starts_at=STARTS, ends_at=ENDS)[1]) for who in people
    ]

    def voiding(number: int) -> Callable[[], object]:
        receipt = receipts[number]
        return lambda: void_purchase(
            platform_id=world.platform.partner_id,
            invoice_code=receipt.invoice_code,
            reference=receipt.reference,
            at=ENDS - timedelta(seconds=1),
        )

    got = with_a_rival_at_every_statement(lambda: expire_codes(at=ENDS), [voiding(n) for n in range(PEOPLE)])
    expire_codes(at=ENDS)
    refused = {who.person_id for who, one in zip(people, got, strict=True) if isinstance(one, str)}
    assert len({one for one in got if isinstance(one, str)}) == 1, got
    assert 0 < len(refused) < PEOPLE
    assert set(Voucher.objects.filter(status="expired").values_list("person_id", flat=True)) == refused
    assert set(Voucher.objects.exclude(person_id__in=refused).values_list("status", flat=True)) == {"cancelled"}
    assert set(Purchase.objects.exclude(person_id__in=refused).values_list("status", flat=True)) == {"voided"}
    moved = Transfer.objects.filter(kind__in=["void", "voucher_expired"])
    assert sorted(moved.values_list("person_id", "kind")) == sorted(
        (who.person_id, "voucher_expired" if who.person_id in refused else "void") for who in people
    )


def test_an_account_that_is_linked_while_it_is_looked_for() -> None:
    """Held for want of an account: whoever links one while the weekly look runs is paid once, and told of one new date."""
    world = b.world()
    count = 5
    people = [participant_with_phone(world, phone=f"08121000{number}011") for number in range(count)]
    for number, who in enumerate(people):
        reviewed(world, who, number=f"77001234{number}0")
    run_until(wib("2021-10-11 08:00"))
    for who in people:
        unlink_account(person_id=who.person_id, at=wib("2021-10-11 08:00"))
    run_until(wib("2021-10-19 09:59"))
    at = wib("2021-10-19 10:00")
    assert set(Incentive.objects.filter(number=1).values_list("status", "recheck_at")) == {("held", at)}
    recheck = next(task for task in TASKS if task.name == "recheck_held")

    def linking(number: int) -> Callable[[], object]:
        return lambda: link(people[number], number=f"77001235{number}0", at=at)

    with_a_rival_at_every_statement(lambda: recheck.run(at), [linking(number) for number in range(count)])
    # Whom the look had passed is looked at as soon as the account is there.
    run_until(wib("2021-11-05 00:00"))
    assert set(Incentive.objects.filter(number=1).values_list("status", "hold_reason")) == {("paid", "")}
    # The first date, and the one after the look.
    dates = Message.objects.filter(template="payment_planned").values_list("person_id", flat=True)
    assert Counter(dates) == dict.fromkeys([who.person_id for who in people], 2)
    sent = PaymentInstruction.objects.filter(status="settled")
    assert sorted(sent.values_list("person_id", flat=True)) == sorted(who.person_id for who in people)


def test_a_question_is_asked_again_while_answered_ones_end() -> None:
    """Whoever asked again waits for an operator, and whoever came too late is told that it is closed: no question is lost."""
    b.install()
    helper = b.operator("helper")
    at = datetime(2021, 10, 1, 9, tzinfo=WIB)
    numbers = []
    for number in range(PEOPLE):
        case_id = uuid.uuid4()
        numbers.append(
            open_case(
                case_id=case_id,
                topic="payment",
                words="Insentif saya belum masuk.",
                contact="",
                language="id",
                browser=f"peramban-{number}",
                network="",
                at=at,
            )
        )
        answer_case(case_id=case_id, answer="Sudah kami kirim ulang.", actor=helper, at=at)
    later = at + ENDS_AFTER

    def asking(number: str) -> Callable[[], object]:
        return lambda: ask_again(number=number, words="Tetap belum masuk.", at=later)

    [end] = [task for task in CASE_TASKS if task.name == "end_answered_cases"]
    got = with_a_rival_at_every_statement(lambda: end.run(later), [asking(number) for number in numbers])
    assert {one for one in got if isinstance(one, str)} <= {"office_case_closed"}
    refused = sum(isinstance(one, str) for one in got)
    assert 0 < refused < PEOPLE
    assert Counter(Case.objects.values_list("status", flat=True)) == {"closed": refused, "open": PEOPLE - refused}
