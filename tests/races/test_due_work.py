"""What falls due of many people: killed at every statement, two workers at once, somebody who holds a row. Nobody is told
twice, nothing is done twice or forgotten, and the money is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

import pytest

from prakerja.awards.models import Award, Blacklist
from prakerja.awards.operations import lock_wallet_and_award
from prakerja.awards.reminders import next_reminder, remind_to_buy
from prakerja.awards.revoking import next_revocation, revoke_overdue
from prakerja.catalogue.models import CourseRunSeats
from prakerja.incentives.sweeping import next_sweep, sweep_balances
from prakerja.kernel.clock import WIB, wall
from prakerja.kernel.db import transaction
from prakerja.ledger.models import Balance, Transfer
from prakerja.notifications.models import Message
from prakerja.purchases.class_cancelling import cancel_class
from prakerja.purchases.expiry import expire_codes
from prakerja.purchases.operations import authorise_purchase
from prakerja.purchases.reminders import remind_of_codes
from prakerja.reporting.proof import prove
from prakerja.training.cancelled_classes import next_refund, run_refunds
from prakerja.vouchers.models import Voucher
from prakerja.vouchers.queries import next_expiry
from prakerja.vouchers.queries import next_reminder as next_code_reminder
from tests import builders as b
from tests.races.barrier import race
from tests.races.killing import at_every_statement

pytestmark = [pytest.mark.races, pytest.mark.django_db(transaction=True)]
REVOKED_AT = datetime(2021, 10, 22, 0, 5, tzinfo=WIB)
CUTOFF = datetime(2021, 12, 1, tzinfo=WIB)
STARTS, ENDS = datetime(2021, 10, 14, 9, tzinfo=WIB), datetime(2021, 10, 16, 12, tzinfo=WIB)
CALLED_OFF = datetime(2021, 10, 11, 15, tzinfo=WIB)


def told() -> Counter[tuple[object, str, str]]:
    return Counter(Message.objects.values_list("person_id", "template", "channel"))


def buyers(count: int) -> list[b.Participant]:
    world = b.world()
    people = b.participants(world, count=count)
    for who in people:
        b.buy(world, who, b.course(world, delivery="live", starts_at=STARTS, ends_at=ENDS)[1])
    return people


def remind() -> int:
    return remind_to_buy(at=datetime(2021, 10, 14, 9, tzinfo=WIB), chunk=2)


def revoke() -> int:
    return revoke_overdue(at=REVOKED_AT, wall=wall(), chunk=2)


def sweep() -> int:
    return sweep_balances(at=CUTOFF, chunk=2)


def expire() -> int:
    return expire_codes(at=ENDS, chunk=2)


def remind_of_code() -> int:
    return remind_of_codes(at=datetime(2021, 10, 9, 9, tzinfo=WIB), chunk=2)


def everything_at(count: int, template: str, *channels: str) -> None:
    """Each of so many people was told this once in each channel."""
    found = Counter(channel for (_, said, channel), times in told().items() if said == template for _ in range(times))
    assert found == Counter(dict.fromkeys(channels, count))
    assert max(told().values()) == 1
    assert prove().ok


def reminded(count: int) -> None:
    everything_at(count, "deadline_reminder", "sms", "dashboard")
    assert next_reminder() == datetime(2021, 10, 18, 9, tzinfo=WIB)


def revoked(count: int) -> None:
    everything_at(count, "revoked", "sms", "dashboard")
    assert set(Award.objects.values_list("status", "ended_at")) == {("revoked", REVOKED_AT)}
    assert Blacklist.objects.count() == count
    assert set(Balance.objects.values_list("amount", flat=True)) == {0}
    kinds = Counter(Transfer.objects.filter(kind__startswith="revoke").values_list("kind", flat=True))
    assert kinds == {"revoke_balance": count, "revoke_reserve": count}
    assert next_revocation() is None


def swept(count: int) -> None:
    everything_at(count, "balance_lapsed_year", "sms", "dashboard")
    assert Transfer.objects.filter(kind="sweep", credit_id=1).count() == count
    assert next_sweep() is None


def expired(count: int) -> None:
    everything_at(count, "code_ended_buy_again_until", "sms", "dashboard")
    everything_at(count, "incentive_unreachable", "sms", "dashboard")
    assert set(Voucher.objects.values_list("status", "ended_at")) == {("expired", ENDS)}
    assert Transfer.objects.filter(kind="voucher_expired", credit_id=2).count() == count
    assert next_expiry() is None


def code_reminded(count: int) -> None:
    everything_at(count, "code_opens", "sms", "dashboard")
    assert next_code_reminder() == datetime(2021, 10, 15, 9, tzinfo=WIB)


def winners(count: int) -> list[b.Participant]:
    return b.participants(b.world(), count=count)


def called_off(count: int) -> list[b.Participant]:
    """Buyers of one class, which its institution has called off."""
    world = b.world()
    people = b.participants(world, count=count)
    _, run = b.course(world, delivery="live", starts_at=STARTS, ends_at=ENDS, seats=count)
    for who in people:
        b.buy(world, who, run)
    with transaction():
        cancel_class(institution_id=world.institution.partner_id, schedule_code=run.code, at=CALLED_OFF)
    return people


def refund() -> int:
    return run_refunds(CALLED_OFF)


def refunded(count: int) -> None:
    everything_at(count, "class_cancelled_buy_again", "sms", "email", "dashboard")
    assert set(Voucher.objects.values_list("status", "ended_at")) == {("cancelled", CALLED_OFF)}
    assert Transfer.objects.filter(kind="void").count() == count
    assert list(CourseRunSeats.objects.values_list("seats_taken", "capacity")) == [(0, 0)]
    assert set(Award.objects.values_list("status", "first_purchase_at")) == {("active", None)}
    assert next_refund() is None


WORK = {
    "remind to buy": (winners, remind, reminded),
    "revoke": (winners, revoke, revoked),
    "sweep": (winners, sweep, swept),
    "expire codes": (buyers, expire, expired),
    "remind of codes": (buyers, remind_of_code, code_reminded),
    "refund a cancelled class": (called_off, refund, refunded),
}


@pytest.mark.parametrize("name", WORK)
def test_a_worker_that_is_killed_at_any_statement_goes_on_with_the_rest(name: str) -> None:
    make, work, right = WORK[name]
    make(5)
    at_every_statement(work)
    work()
    right(5)


@pytest.mark.parametrize("name", WORK)
def test_two_workers_share_the_people(name: str) -> None:
    make, work, right = WORK[name]
    make(7)
    done = race([work, work, work])
    # What one of them held was left out by another; nothing is left when all have ended and one looks again.
    rest = work()
    if name != "refund a cancelled class":
        # Who finds a class dealt with counts that too, and whoever was second at a buyer counts the look.
        assert sum(int(str(one)) for one in done) + rest == 7
    right(7)


def test_a_wallet_that_somebody_holds_keeps_nobody_else_waiting() -> None:
    people = winners(5)
    held = people[2]
    with transaction():
        lock_wallet_and_award(person_id=held.person_id, award_id=held.award.id)
        # Another worker meanwhile; it comes back without this one.
        assert race([revoke]) == [4]
    assert Award.objects.get(status="active").id == held.award.id
    assert revoke() == 1
    revoked(5)


def test_who_buys_while_a_wave_is_revoked_has_bought_or_is_revoked() -> None:
    world = b.world()
    people = b.participants(world, count=6)
    _, run = b.course(world)
    last = datetime(2021, 10, 21, 23, 59, 50, tzinfo=WIB)
    intents = [b.intend(world, who, run, at=last) for who in people]

    def pay(number: int) -> Callable[[], object]:
        token, otp = intents[number]
        return lambda: authorise_purchase(
            platform_id=world.platform.partner_id,
            token=token,
            otp=otp,
            invoice_code=f"INV-{number}",
            invoice_url="https://platform.example/invoice",
            at=last,
        )

    results = race([*(pay(number) for number in range(6)), revoke, revoke])
    revoke()
    refused = [one for one in results[:6] if isinstance(one, str)]
    assert set(refused) <= {"award_ended"}
    assert Award.objects.filter(status="revoked").count() == len(refused)
    assert Award.objects.filter(status="active").exclude(first_purchase_at=None).count() == 6 - len(refused)
    assert prove().ok
