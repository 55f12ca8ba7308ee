"""Results of a wave are imported: awards in one pass, reasons for the rest, the same file twice changes nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.awards.models import Award
from prakerja.awards.queries import card_number
from prakerja.intake.models import Decree
from prakerja.intake.operations import ImportOutcome, ResultRow, import_results
from prakerja.kernel.codes import is_card_number
from prakerja.kernel.db import rows
from prakerja.kernel.errors import Refused
from prakerja.ledger.models import Balance, Transfer
from prakerja.notifications.delivery import deliver_messages
from prakerja.notifications.models import Message
from prakerja.notifications.queries import undelivered_messages
from prakerja.people.models import ContactClaim, ContactPoint, Person
from prakerja.people.queries import addressees_of
from tests import builders as b
from tests.notifications.test_delivery import Gateway

pytestmark = pytest.mark.django_db


def take(rows: list[ResultRow], *, wave: int = 21, announced_at: datetime = b.ANNOUNCED) -> ImportOutcome:
    return import_results(
        actor=SYSTEM,
        rows=rows,
        wave_number=wave,
        decree_number=f"SK-{wave}",
        announced_at=announced_at,
        at=announced_at,
    )


def test_an_award_reserves_the_whole_benefit_and_sets_the_exact_deadline() -> None:
    b.world()
    outcome = take([b.result_row()])
    assert (outcome.awarded, outcome.already, outcome.rejected) == (1, 0, [])
    award = Award.objects.get()
    assert award.purchase_deadline_at == datetime(2021, 10, 21, 17, 0, tzinfo=UTC)
    assert is_card_number(card_number(person_id=award.person_id, award_id=award.id))
    amounts = dict(Balance.objects.values_list("account__code", "amount"))
    assert amounts == {"wallet": 1_000_000, "reserve": 2_550_000}
    kinds = sorted(Transfer.objects.exclude(person_id=None).values_list("kind", "amount"))
    assert kinds == [("fund", 1_000_000), ("reserve", 2_550_000)]
    told = sorted(Message.objects.values_list("channel", "template", "status"))
    assert told == [
        ("dashboard", "result_pass", "delivered"),
        ("email", "result_pass", "queued"),
        ("sms", "result_pass", "queued"),
    ]


def test_the_same_file_twice_changes_nothing() -> None:
    b.world()
    listed = [b.result_row() for _ in range(3)]
    take(listed)
    before = rows("SELECT count(*), max(id::text) FROM ledger_transfer")
    again = take(listed)
    assert (again.awarded, again.already, again.rejected) == (0, 3, [])
    assert rows("SELECT count(*), max(id::text) FROM ledger_transfer") == before
    assert (Award.objects.count(), Person.objects.count(), Decree.objects.count()) == (3, 3, 1)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"nik": "123"}, "nik_format"),
        ({"nik": "99010131139500AA"}, "nik_format"),
        ({"birth_date": "1990-01-01"}, "nik_birth_date"),
        ({"birth_date": "kemarin"}, "birth_date_format"),
        ({"family_card_number": "12"}, "family_card_format"),
        ({"name": "  "}, "name_missing"),
        ({"name": "Siti\x00"}, "name_format"),
        ({"name": "Siti\x1b[2J"}, "name_format"),
        ({"name": "S" * 151}, "name_format"),
        ({"province_code": ""}, "province_format"),
        ({"province_code": "3'"}, "province_format"),
        ({"email": "😀\x00@contoh.id "}, "email_format"),
        ({"phone": "telepon"}, "phone_format"),
        ({"email": "bukan-surel"}, "email_format"),
        ({"education": "tk"}, "education_unknown"),
    ],
)
def test_a_row_that_cannot_be_read_is_rejected_by_name(changes: dict[str, str], reason: str) -> None:
    b.world()
    outcome = take([b.result_row(**changes), b.result_row()])
    assert [why for _, why in outcome.rejected] == [reason]
    assert (outcome.awarded, Person.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", ["😀 Siti", "'; DROP TABLE people_person; --", "<script>alert(1)</script>", "D’Ávila"])
def test_a_name_is_only_text(name: str) -> None:
    b.world()
    assert take([b.result_row(name=name)]).awarded == 1
    assert Person.objects.get().name == name


def test_nobody_needs_an_email_address_in_a_list() -> None:
    """Two without one are not twice the same, an empty cell contradicts nothing that we know, and no message is lost by it."""
    b.world()
    known = b.result_row()
    take([known])
    Message.objects.all().delete()
    outcome = take([b.result_row(email=""), b.result_row(email=" "), replace(known, email=""), b.result_row()])
    assert (outcome.awarded, outcome.already, outcome.different, outcome.rejected) == (3, 1, 0, [])
    assert (ContactPoint.objects.filter(kind="email").count(), ContactClaim.objects.filter(kind="email").count()) == (
        2,
        2,
    )
    gateway = Gateway()
    deliver_messages(
        at=b.ANNOUNCED, resolve=lambda people, kind: addressees_of(person_ids=people, kind=kind), gateway=gateway
    )
    assert Counter(one["channel"] for one in gateway.sent) == {"sms": 3, "email": 1}
    assert undelivered_messages() == []
    assert Counter(Message.objects.filter(channel="email").values_list("status", "failure")) == {
        ("sent", ""): 1,
        ("failed_permanent", "no_email"): 2,
    }


def test_people_who_may_not_be_awarded() -> None:
    b.world()
    family = "9900000000000001"
    listed = [b.result_row(family_card_number=family) for _ in range(3)]
    minor = b.result_row(nik="9901010101059999", birth_date="2005-01-01")
    twice = b.result_row()
    outcome = take([*listed, minor, twice, twice])
    assert [why for _, why in outcome.rejected] == ["KK_PENUH", "USIA", "twice_in_file"]
    assert outcome.awarded == 3


def test_somebody_elses_phone() -> None:
    b.world()
    first = b.result_row()
    take([first])
    outcome = take([b.result_row(phone=first.phone)])
    assert [why for _, why in outcome.rejected] == ["contact_of_other_person"]


def test_a_real_persons_nik_may_not_enter_a_sandbox() -> None:
    b.world()
    row = b.result_row()
    outcome = take([b.result_row(nik="3171" + row.nik[4:], birth_date=row.birth_date)])
    assert [why for _, why in outcome.rejected] == ["not_a_demo_nik"]


def test_the_budget_bounds_the_promises() -> None:
    b.world(budget=3_550_000)
    with pytest.raises(Refused) as caught:
        take([b.result_row(), b.result_row()])
    assert (caught.value.reason, caught.value.details) == (
        "budget_too_low",
        {"needed": 7_100_000, "available": 3_550_000},
    )
    assert (Award.objects.count(), Person.objects.count()) == (0, 0)


def test_one_announcement_per_wave() -> None:
    b.world()
    take([b.result_row()])
    with pytest.raises(Refused, match="announced_differs"):
        take([b.result_row()], announced_at=b.ANNOUNCED + timedelta(days=1))
    with pytest.raises(Refused, match="wave_unknown"):
        take([b.result_row()], wave=20)
