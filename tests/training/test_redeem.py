"""A code is entered: once, at its own institution, inside its window; everything else has its own reason."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.catalogue.models import Course
from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Transfer
from prakerja.partner_api import errors
from prakerja.partners.operations import add_partner
from prakerja.purchases.class_cancelling import cancel_class
from prakerja.purchases.models import Purchase
from prakerja.purchases.operations import void_purchase
from prakerja.purchases.tasks import next_expiry, run_expiries
from prakerja.training.models import Attendance
from prakerja.training.operations import redeem_code
from prakerja.training.queries import redemption_status
from prakerja.vouchers.models import Voucher
from tests import builders as b

pytestmark = pytest.mark.django_db
LATER = b.BUY_AT + timedelta(hours=1)


def bought(**course: object) -> tuple[b.World, b.Participant, str]:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world, **course)  # type: ignore[arg-type]
    b.buy(world, who, run)
    return world, who, b.code_of(who.person_id)


def reason(world: b.World, code: str, at: datetime = LATER, institution: object = None) -> str:
    before = (Voucher.objects.values_list("status", "redeemed_at").get(), Transfer.objects.count())
    with pytest.raises(Refused) as caught:
        redeem_code(institution_id=institution or world.institution.partner_id, code=code, at=at)  # type: ignore[arg-type]
    assert (Voucher.objects.values_list("status", "redeemed_at").get(), Transfer.objects.count()) == before
    return caught.value.reason


def test_a_code_works_once() -> None:
    world, _, code = bought()
    status = redeem_code(institution_id=world.institution.partner_id, code=code, at=LATER)
    assert (status.status, status.attendance_status, status.redeem_at) == (1, 1, LATER)
    assert Transfer.objects.get(kind="redeem").amount == 475_000
    assert list(Attendance.objects.values_list("sequence", "method")) == [(1, "commit")]
    assert reason(world, code) == "code_used"


@pytest.mark.parametrize("code", ["TIDAKADA2345", "", "<b>", "' OR 1=1 --", "😀" * 12])
def test_unknown_codes(code: str) -> None:
    world, _, _ = bought()
    assert reason(world, code) == "code_unknown"


def test_a_class_that_was_called_off() -> None:
    world, _, code = bought()
    with transaction():
        cancel_class(
            institution_id=world.institution.partner_id, schedule_code=Voucher.objects.get().course_run.code, at=LATER
        )
    assert reason(world, code) == "outside_window"


def test_another_institution() -> None:
    world, _, code = bought()
    other = add_partner(actor=SYSTEM, kind="institution", code="lain", name="Lain", at=b.ANNOUNCED)
    assert reason(world, code, institution=other.partner_id) == "not_owner"
    with pytest.raises(Refused, match="not_owner"):
        redemption_status(institution_id=other.partner_id, code=code, at=LATER)


def test_a_live_class_of_2021_opens_an_hour_before_and_closes_with_the_class() -> None:
    start = datetime(2021, 10, 4, 9, 0, tzinfo=WIB)
    world, _, code = bought(delivery="live", starts_at=start, ends_at=start + timedelta(hours=3))
    assert reason(world, code, at=start - timedelta(hours=1, seconds=1)) == "outside_window"
    assert reason(world, code, at=start + timedelta(hours=3)) == "outside_window"
    assert (
        redeem_code(institution_id=world.institution.partner_id, code=code, at=start - timedelta(hours=1)).status == 1
    )


def test_an_onsite_class_is_not_redeemed_online() -> None:
    world, _, code = bought()
    Course.objects.update(mode="onsite")
    assert reason(world, code) == "type_mismatch"


def test_a_code_that_comes_too_early_says_when_it_will_be_right() -> None:
    starts = datetime(2021, 9, 30, 9, tzinfo=WIB)
    world, _, code = bought(delivery="live", starts_at=starts, ends_at=starts + timedelta(hours=3))
    stranger = add_partner(actor=SYSTEM, kind="institution", code="lain", name="Lain", at=b.ANNOUNCED).partner_id
    told = {}
    for name, institution, at in (
        ("early", world.institution.partner_id, LATER),
        ("late", world.institution.partner_id, starts + timedelta(hours=3)),
        ("another's", stranger, LATER),
    ):
        with pytest.raises(Refused, match="outside_window") as caught:
            redeem_code(institution_id=institution, code=code, at=at)
        told[name] = caught.value.details
    assert told == {"early": {"opens_at": starts - timedelta(hours=1)}, "late": {}, "another's": {}}
    row = errors.for_reason("outside_window")
    published = row.sentence(language="id")
    assert row.sentence(language="id", details=told["early"]) == (
        f"{published}. Kode berlaku mulai 30 September 2021 pukul 08.00 WIB."
    )
    assert row.sentence(language="en", details=told["early"]).endswith(
        ". The code works from 30 September 2021 at 08:00 WIB."
    )


def test_void_returns_the_price_and_kills_the_code() -> None:
    world, who, code = bought()
    purchase = Purchase.objects.get()
    platform = world.platform.partner_id
    void_purchase(platform_id=platform, invoice_code=purchase.invoice_code, reference=purchase.reference, at=LATER)
    assert reason(world, code) == "transaction_void"
    assert Transfer.objects.get(kind="void").amount == 475_000
    with pytest.raises(Refused, match="void_twice"):
        void_purchase(platform_id=platform, invoice_code=purchase.invoice_code, reference=purchase.reference, at=LATER)
    for invoice, reference in (("lain", purchase.reference), (purchase.invoice_code, "X" * 16)):
        with pytest.raises(Refused, match="transaction_unknown"):
            void_purchase(platform_id=platform, invoice_code=invoice, reference=reference, at=LATER)
    who.award.refresh_from_db()
    # Not revoked tonight: the deadline is the later of the old one and the end of the seventh day (rules.md 12.5).
    assert (who.award.first_purchase_at, who.award.purchase_deadline_at) == (
        None,
        datetime(2021, 10, 22, 0, 0, tzinfo=WIB),
    )


def test_void_late_in_the_window_moves_the_deadline() -> None:
    world, who, _ = bought()
    purchase = Purchase.objects.get()
    at = datetime(2021, 10, 20, 12, 0, tzinfo=WIB)
    void_purchase(
        platform_id=world.platform.partner_id,
        invoice_code=purchase.invoice_code,
        reference=purchase.reference,
        at=at,
    )
    who.award.refresh_from_db()
    assert who.award.purchase_deadline_at == datetime(2021, 10, 28, 0, 0, tzinfo=WIB)


def test_no_void_after_redemption() -> None:
    world, _, code = bought()
    purchase = Purchase.objects.get()
    redeem_code(institution_id=world.institution.partner_id, code=code, at=LATER)
    with pytest.raises(Refused, match="void_after_redemption"):
        void_purchase(
            platform_id=world.platform.partner_id,
            invoice_code=purchase.invoice_code,
            reference=purchase.reference,
            at=LATER,
        )


def test_a_code_never_redeemed_ends_with_its_class() -> None:
    start = datetime(2021, 10, 4, 9, 0, tzinfo=WIB)
    world, _, code = bought(delivery="live", starts_at=start, ends_at=start + timedelta(hours=3))
    due = next_expiry()
    assert due == start + timedelta(hours=3)
    assert (run_expiries(due), next_expiry()) == (1, None)
    moved = Transfer.objects.get(kind="voucher_expired")
    assert (moved.amount, moved.debit.code, moved.credit.code) == (475_000, "vouchers_outstanding", "programme_funds")
    assert Purchase.objects.get().is_open is False
    assert reason(world, code, at=due) == "outside_window"
