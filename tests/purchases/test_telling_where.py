"""What a buyer is told of the class: whose it is, where its order stands, and where one has to go (rules.md 12.38, 13.1)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.kernel.clock import WIB
from prakerja.kernel.secrets import unseal
from prakerja.notifications.models import Message
from prakerja.notifications.templates import Rendered, render_message
from prakerja.partners.places import set_place
from prakerja.people.models import Person
from prakerja.purchases import naming
from prakerja.purchases.models import Purchase
from prakerja.purchases.tasks import run_reminders
from prakerja.vouchers.queries import next_reminder
from tests import builders as b

pytestmark = pytest.mark.django_db
PORTAL = "http://127.0.0.1:8000"


def told(who: b.Participant, template: str, channel: str, *, language: str = "id", province: str = "") -> Rendered:
    message = Message.objects.filter(person_id=who.person_id, template=template, channel=channel).latest("created_at")
    assert message.parameters_enc is not None
    sealed = unseal(message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id)
    return render_message(
        template=template,
        channel=channel,
        parameters=json.loads(sealed),
        language=language,
        province_code=province,
    )


def living_in(who: b.Participant, province_code: str) -> None:
    Person.objects.filter(id=who.person_id).update(province_code=province_code)


@pytest.fixture
def world(settings: Any) -> b.World:
    settings.PORTAL_URL = PORTAL
    made = b.world()
    set_place(
        code=made.institution.client_code,
        address="Jalan Perintis 16",
        city="Makassar",
        province_code="73",
        actor=SYSTEM,
        at=b.ANNOUNCED,
    )
    return made


def test_the_purchase_mail_names_course_and_institution_and_leads_to_the_order(world: b.World) -> None:
    who = b.participant(world)
    course, run = b.course(world)
    b.buy(world, who, run, invoice="INV-9")
    code = b.code_of(who.person_id)
    link = f"{PORTAL}/transaksi/{Purchase.objects.get(person_id=who.person_id).id}"
    mail = told(who, "purchase_ok", "email")
    assert mail.title == f"Anda membeli {course.title}"
    assert f"{course.title} di Rasa Kata" in mail.text
    assert f"INV-9): {link}" in mail.text
    # Alone on its line and without a full stop: it is copied from here.
    assert f"Kode voucher: {code}" in mail.text.splitlines()
    assert mail.text.endswith(link)
    assert "tatap muka" not in mail.text
    english = told(who, "purchase_ok", "email", language="en")
    assert f"You bought {course.title} at Rasa Kata." in english.text
    assert english.indonesian == (course.title,)
    board = told(who, "purchase_ok", "dashboard").text
    assert board.startswith(f"Anda membeli {course.title} di Rasa Kata (invoice INV-9).")
    assert code not in board


def test_who_must_come_reads_where_and_how(world: b.World) -> None:
    """Not "sign in to the institution's site": nobody can redeem the code of an on-site class there."""
    who = b.participant(world)
    _, run = b.course(world, mode="onsite")
    b.buy(world, who, run)
    mail = told(who, "purchase_ok", "email").text
    assert "Tempat: Jalan Perintis 16, Makassar" in mail.splitlines()
    assert "tunjukkan kode QR kepada petugas" in mail
    assert "situs" not in mail
    assert "tatap muka di Jalan Perintis 16, Makassar" in told(who, "purchase_ok", "dashboard").text


def test_another_process_than_the_one_that_sent_the_code_names_the_class(world: b.World) -> None:
    who = b.participant(world)
    course, run = b.course(world)
    token, otp = b.intend(world, who, run)
    naming.forget()
    b.authorise_purchase(
        platform_id=world.platform.partner_id,
        token=token,
        otp=otp,
        invoice_code="INV-OTHER",
        invoice_url="https://platform.example/invoice",
        at=b.BUY_AT,
    )
    assert told(who, "purchase_ok", "email").title == f"Anda membeli {course.title}"


@pytest.mark.parametrize(
    ("mode", "province", "words"),
    [
        ("online", "32", ""),
        ("onsite", "73", "(tatap muka di Makassar)"),
        ("onsite", "32", "muka di Makassar, di luar provinsi Anda: pastikan Anda dapat datang"),
        ("blended", "94", "muka di Makassar, di luar provinsi Anda: pastikan Anda dapat datang"),
    ],
)
def test_the_code_for_a_class_far_away_says_so(world: b.World, mode: str, province: str, words: str) -> None:
    """The SMS is the last thing that is read before the money goes."""
    who = b.participant(world)
    living_in(who, province)
    b.intend(world, who, b.course(world, mode=mode)[1])
    sms = told(who, "otp_purchase", "sms").text
    assert words in sms
    assert ("Makassar" in sms) is bool(words)


def test_reminders_of_an_on_site_code_lead_to_the_place(world: b.World) -> None:
    who = b.participant(world)
    begins = datetime(2021, 10, 10, 8, tzinfo=WIB)
    _, run = b.course(world, mode="onsite", delivery="live", starts_at=begins, ends_at=begins + timedelta(hours=8))
    b.buy(world, who, run)
    # When to remind is reckoned first.
    for _ in range(2):
        due = next_reminder()
        assert due is not None
        run_reminders(due)
    sms = told(who, "code_opens", "sms", province="94").text
    assert "tatap muka di Jalan Perintis 16, Makassar" in sms
    assert "kode QR" in sms
    assert "situs" not in sms
    # Who lives in Jayapura reads both clocks, of the beginning and of the end.
    assert "mulai 10 Oktober 2021 pukul 07.00 WIB (10 Oktober 2021 pukul 09.00 WIT)" in sms
    assert "(10 Oktober 2021 pukul 17.59 WIT)" in sms
    assert "WIT" not in told(who, "code_opens", "sms", province="32").text


def test_what_was_queued_before_is_still_said() -> None:
    """Rows of before have no course and no variant."""
    mail = render_message(
        template="purchase_ok",
        channel="email",
        parameters={"code": "ABCD2345EFGH", "invoice_code": "INV-1"},
        language="id",
    )
    assert "INV-1" in mail.text
