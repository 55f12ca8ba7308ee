"""Linking an account: whose it is, which phone, until when, and that the OTP is the last word."""

from __future__ import annotations

import json
from datetime import date, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from pytest_django import Settings

from examples.world.testing import RunningWorld
from prakerja.audit.models import Record
from prakerja.disbursements.accounts import opened_number, store_inquiry
from prakerja.disbursements.models import AccountClaim, PayoutAccount
from prakerja.disbursements.queries import live_account
from prakerja.disbursements.rails import InquiryResult
from prakerja.disbursements.rails.base import AccountStatus
from prakerja.incentives.conditions import account_facts
from prakerja.incentives.operations import link_account, request_link, unlink_account
from prakerja.incentives.policies import hold_reason
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import seal, unseal
from prakerja.notifications.models import Message
from prakerja.notifications.templates import render_message
from prakerja.people.models import ContactPoint
from prakerja.people.policies import Identity
from prakerja.programmes.schemes import scheme_by_key
from tests import builders as b
from tests.builders import Participant, World, otp_of
from tests.money import link, participant_with_phone, wib

pytestmark = pytest.mark.django_db
AT = wib("2021-09-24 10:00")


@pytest.fixture
def who(g21: World) -> Participant:
    return participant_with_phone(g21, phone="081210000010")


def ask(who: Participant, *, provider: str = "bni", number: str = "7700123456", **changes: Any) -> str:
    with pytest.raises(Refused) as refused:
        request_link(person_id=who.person_id, provider=provider, number=number, **{"at": AT, **changes})
    assert not Message.objects.filter(template="otp_link_account").exists()
    return refused.value.reason


@pytest.mark.parametrize(
    ("provider", "number", "reason"),
    [
        ("mandiri", "7700123456", "provider_unknown"),
        # BCA could be linked from December 2022 on.
        ("bca", "7700123456", "provider_unknown"),
        ("bni", "1234567", "number_format"),
        ("bni", "7700 12345a", "number_format"),
        ("bni", "٧٧٠٠١٢٣٤٥٦", "number_format"),
        ("ovo", "halo", "number_format"),
        ("ovo", "081210000011", "wallet_phone"),
    ],
)
def test_what_cannot_be_linked(who: Participant, provider: str, number: str, reason: str) -> None:
    assert ask(who, provider=provider, number=number) == reason


def test_linking_ends_with_the_cutoff(who: Participant) -> None:
    assert ask(who, at=wib("2021-12-16 00:00")) == "link_closed"
    link(who, at=wib("2021-12-15 23:59:59"))


@pytest.mark.parametrize(("provider", "typed"), [("ovo", "0812-1000-0010"), ("dana", "+62 812 1000 0010")])
def test_a_wallet_of_the_registered_phone(who: Participant, provider: str, typed: str) -> None:
    account_id = link(who, provider=provider, number=typed, at=AT)
    account = PayoutAccount.objects.get(person_id=who.person_id, unlinked_at=None)
    assert (account.id, account.kind, opened_number(account=account)) == (account_id, "e_wallet", "+6281210000010")
    assert b"81210000010" not in bytes(account.number_enc)
    assert (account.nik_matches, account.is_kyc_complete, account.linked_at) == (True, True, AT)
    record = Record.objects.get(action="account.linked")
    assert record.data == {"provider": provider, "nik_matches": True, "is_kyc_complete": True}


def test_one_account_at_a_time(who: Participant) -> None:
    link(who, at=AT)
    with pytest.raises(Refused, match="account_linked"):
        link(who, number="7700123458", at=AT + timedelta(minutes=5))
    unlink_account(person_id=who.person_id, at=AT + timedelta(minutes=6))
    with pytest.raises(Refused, match="account_unknown"):
        unlink_account(person_id=who.person_id, at=AT + timedelta(minutes=6))
    link(who, number="7700123458", at=AT + timedelta(minutes=7))
    assert list(PayoutAccount.objects.order_by("linked_at").values_list("unlinked_at", flat=True)) == [
        AT + timedelta(minutes=6),
        None,
    ]


def test_the_otp_is_needed_and_a_wrong_one_is_counted(who: Participant) -> None:
    request_link(person_id=who.person_id, provider="bni", number="7700123456", at=AT)
    otp = otp_of(who.person_id, "otp_link_account")
    wrong = f"{(int(otp) + 1) % 1_000_000:06}"
    for left in (2, 1):
        with pytest.raises(Refused) as refused:
            link_account(person_id=who.person_id, provider="bni", number="7700123456", otp=wrong, at=AT)
        assert (refused.value.reason, refused.value.details) == ("otp_wrong", {"left": left})
    with pytest.raises(Refused, match="otp_locked"):
        link_account(person_id=who.person_id, provider="bni", number="7700123456", otp=wrong, at=AT)
    with pytest.raises(Refused, match="otp_locked"):
        link_account(person_id=who.person_id, provider="bni", number="7700123456", otp=otp, at=AT)
    assert not PayoutAccount.objects.exists()


def test_a_bank_that_does_not_answer_costs_no_otp(who: Participant, settings: Settings) -> None:
    request_link(person_id=who.person_id, provider="bni", number="7700123456", at=AT)
    otp, url = otp_of(who.person_id, "otp_link_account"), settings.BANK_URL
    settings.BANK_URL = "http://127.0.0.1:9"
    with pytest.raises(Refused, match="provider_unavailable"):
        link_account(person_id=who.person_id, provider="bni", number="7700123456", otp=otp, at=AT)
    settings.BANK_URL = url
    link_account(person_id=who.person_id, provider="bni", number="7700123456", otp=otp, at=AT)
    assert live_account(person_id=who.person_id) is not None


def test_nobody_is_asked_whose_number_it_is_without_a_right_code(who: Participant, settings: Settings) -> None:
    """A bank that is away would say so first; the code is looked at before, and a code serves the number that it was sent for."""
    request_link(person_id=who.person_id, provider="bni", number="7700123456", at=AT)
    otp = otp_of(who.person_id, "otp_link_account")
    settings.BANK_URL = "http://127.0.0.1:9"

    def reason(number: str, code: str) -> str:
        with pytest.raises(Refused) as refused:
            link_account(person_id=who.person_id, provider="bni", number=number, otp=code, at=AT)
        return refused.value.reason

    assert reason("7700123456", f"{(int(otp) + 1) % 1_000_000:06}") == "otp_wrong"
    assert reason("7700123457", otp) == "otp_expired"
    # The right code is not used up by a bank that is away; but it asks three times at most.
    assert [reason("7700123456", otp) for _ in range(3)] == [
        "provider_unavailable",
        "provider_unavailable",
        "otp_expired",
    ]


def test_the_sms_names_the_last_digits_of_the_account(who: Participant) -> None:
    request_link(person_id=who.person_id, provider="bni", number="7700123456", at=AT)
    message = Message.objects.get(person_id=who.person_id, template="otp_link_account")
    sealed = unseal(message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id)
    text = render_message(template=message.template, channel="sms", parameters=json.loads(sealed), language="id").text
    assert "menyambungkan rekening atau e-wallet BNI yang berakhiran 3456" in text


def test_somebody_elses_account_is_linked_and_says_so(who: Participant) -> None:
    link(who, number="7700123401", at=AT)
    account = PayoutAccount.objects.get(person_id=who.person_id, unlinked_at=None)
    # Whose it is, is nobody else's to know.
    assert (account.holder_name, account.nik_matches) == ("", False)


@pytest.fixture
def rival(g21: World) -> Participant:
    return participant_with_phone(g21, phone="081210000012")


def of(person: Participant) -> PayoutAccount:
    return PayoutAccount.objects.get(person_id=person.person_id, unlinked_at=None)


def test_a_bank_account_has_one_owner(who: Participant, rival: Participant) -> None:
    """The bank of the second person says so already: it compares the NIK."""
    link(who, at=AT)
    link(rival, at=AT)
    assert (of(who).nik_matches, of(rival).nik_matches, of(rival).holder_name) == (True, False, "")


def test_two_people_of_one_account_by_a_bank_that_says_yes_to_both(
    who: Participant, rival: Participant, bank: RunningWorld
) -> None:
    """The second link is as every account of somebody else's; the first stays as it was, and hears nothing."""
    link(who, at=AT)
    bank.forget_owners()
    link(rival, number="77-0012 3456", at=AT)
    assert (of(who).nik_matches, of(rival).nik_matches, of(rival).holder_name) == (True, False, "")
    assert (live_account(person_id=who.person_id) or fail()).defect == ""
    record = Record.objects.get(action="account.contested")
    assert (record.person_id, record.data) == (rival.person_id, {"claimed_by": str(who.person_id)})
    # Asked again the bank says yes again, and nothing changes.
    with transaction():
        yes = InquiryResult("active", "PESERTA", nik_matches=True, is_kyc_complete=True)
        store_inquiry(person_id=rival.person_id, account_id=of(rival).id, found=yes, at=AT)
    assert (of(rival).nik_matches, of(rival).holder_name) == (False, "")
    # When the first lets go, the bank's word counts.
    unlink_account(person_id=who.person_id, at=AT + timedelta(hours=1))
    with transaction():
        store_inquiry(person_id=rival.person_id, account_id=of(rival).id, found=yes, at=AT + timedelta(hours=2))
    assert of(rival).nik_matches is True
    link(who, at=AT + timedelta(hours=3))
    assert of(who).nik_matches is False


def test_somebody_elses_account_claims_nothing(who: Participant, rival: Participant, bank: RunningWorld) -> None:
    """Who links an account that is not theirs cannot keep its owner from it."""
    link(rival, at=AT)
    unlink_account(person_id=rival.person_id, at=AT)
    link(who, at=AT)
    assert of(who).nik_matches is False
    bank.forget_owners()
    link(rival, at=AT + timedelta(minutes=2))
    assert (of(who).nik_matches, of(rival).nik_matches) == (False, True)


def test_two_who_were_linked_before_the_claims(who: Participant, rival: Participant, bank: RunningWorld) -> None:
    """An upgraded database may have them: the one who linked later is held at the next payment."""
    link(who, at=AT)
    bank.forget_owners()
    link(rival, number="7700123458", at=AT + timedelta(days=1))
    AccountClaim.objects.all().delete()
    account = of(rival)
    account.number_enc = seal("7700123456", table="disbursements_payoutaccount", column="number_enc", row_id=account.id)
    account.save(update_fields=["number_enc"])
    import_module("prakerja.disbursements.migrations.0008_an_account_has_one_owner").claim(apps, None)
    found = [(live_account(person_id=one.person_id) or fail()) for one in (who, rival)]
    assert [(one.nik_matches, one.defect) for one in found] == [(True, ""), (True, "nik_mismatch")]


def test_a_wallet_whose_phone_is_not_the_registered_one_any_more(who: Participant) -> None:
    link(who, provider="ovo", number="081210000010", at=AT)
    assert (live_account(person_id=who.person_id) or fail()).defect == ""
    ContactPoint.objects.filter(person_id=who.person_id, kind="phone").update(retired_at=AT)
    found = live_account(person_id=who.person_id) or fail()
    assert found.defect == "wallet_phone"
    facts = account_facts(found)
    held = hold_reason(scheme=scheme_by_key("2021"), account=facts, pay_date=date(2021, 10, 12), is_suspended=False)
    assert held == "wallet_phone"


def fail() -> Any:
    pytest.fail("nothing is linked")


def test_a_person_without_an_award_may_link(db: None) -> None:
    person_id = b.register(
        Identity(
            nik="9901010101900001",
            family_card_number="9901010101900001",
            name="Tanpa Penetapan",
            birth_date=date(1990, 1, 1),
            phone="+6281234500020",
            email="tanpa@contoh.id",
            province_code="99",
            education="sma",
        ),
        at=AT,
    )
    request_link(person_id=person_id, provider="bni", number="7700123456", at=AT)
    otp = otp_of(person_id, "otp_link_account")
    assert link_account(person_id=person_id, provider="bni", number="7700123456", otp=otp, at=AT)


def test_what_became_worse_is_a_row_of_its_own(who: Participant) -> None:
    link(who, provider="ovo", number="081210000010", at=AT)
    account = PayoutAccount.objects.get(person_id=who.person_id)
    later = AT + timedelta(days=30)

    def say(status: AccountStatus, nik_matches: bool, is_kyc_complete: bool) -> PayoutAccount:
        live = PayoutAccount.objects.get(person_id=who.person_id, unlinked_at=None)
        found = InquiryResult(status, "SITI", nik_matches, is_kyc_complete)
        with transaction():
            store_inquiry(person_id=who.person_id, account_id=live.id, found=found, at=later)
        return PayoutAccount.objects.get(person_id=who.person_id, unlinked_at=None)

    assert say("unknown", False, False).id == account.id
    assert say("blocked", False, False).id == account.id
    assert say("active", True, True).id == account.id
    worse = say("active", True, False)
    account.refresh_from_db()
    # What was paid to the old row was paid to a valid account, and still points at one.
    assert (account.is_kyc_complete, account.unlinked_at) == (True, later)
    assert (worse.is_kyc_complete, worse.linked_at, worse.unlinked_at) == (False, AT, None)
    assert opened_number(account=worse) == "+6281210000010"
    assert say("active", True, True).id == worse.id
