"""A sign-in code by e-mail, when the SMS does not come: to a shown address alone, counted with the others, told, and never fresh."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from prakerja.access.models import OtpChallenge
from prakerja.kernel.clock import WIB
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.people.models import ContactPoint
from prakerja.people.operations import NOBODY, request_sign_in_otp, sign_in, sign_in_by_code, sign_in_state
from tests import builders as b
from tests.registrations.walking import code_to_stranger

pytestmark = pytest.mark.django_db
TEN = datetime(2021, 9, 27, 10, 0, tzinfo=WIB)


@pytest.fixture
def who() -> b.Participant:
    found = b.participant(b.world(), ready=False)
    ContactPoint.objects.filter(person_id=found.person_id, kind="email").update(verified_at=TEN - timedelta(days=9))
    return found


def test_the_code_goes_to_the_address_and_says_by_which_way_it_came(who: b.Participant) -> None:
    request_sign_in_otp(phone=who.phone, at=TEN, channel="email")
    message = Message.objects.get(person_id=who.person_id, template="otp_sign_in")
    assert message.channel == "email"
    assert sign_in_by_code(phone=who.phone, otp=b.otp_of(who.person_id, "otp_sign_in"), at=TEN) == (
        who.person_id,
        "email",
        0,
    )
    told = Message.objects.filter(person_id=who.person_id, template="signed_in_by_email")
    assert {one.channel for one in told} == {"sms", "dashboard"}


def test_a_code_by_sms_is_told_to_nobody(who: b.Participant) -> None:
    request_sign_in_otp(phone=who.phone, at=TEN)
    assert sign_in_by_code(phone=who.phone, otp=b.otp_of(who.person_id, "otp_sign_in"), at=TEN) == (
        who.person_id,
        "sms",
        0,
    )
    assert not Message.objects.filter(template="signed_in_by_email").exists()


def test_an_address_that_nobody_showed_to_be_theirs_gets_none_and_the_sms_counts_on(who: b.Participant) -> None:
    ContactPoint.objects.filter(person_id=who.person_id, kind="email").update(verified_at=None)
    request_sign_in_otp(phone=who.phone, at=TEN)
    otp = b.otp_of(who.person_id, "otp_sign_in")
    request_sign_in_otp(phone=who.phone, at=TEN + timedelta(minutes=2), channel="email")
    assert not Message.objects.filter(template="otp_sign_in", channel="email").exists()
    assert sign_in(phone=who.phone, otp=otp, at=TEN + timedelta(minutes=3)) == who.person_id


def test_asking_for_an_email_does_not_make_an_older_code_live_longer(who: b.Participant) -> None:
    ContactPoint.objects.filter(person_id=who.person_id, kind="email").update(verified_at=None)
    request_sign_in_otp(phone=who.phone, at=TEN)
    otp = b.otp_of(who.person_id, "otp_sign_in")
    request_sign_in_otp(phone=who.phone, at=TEN + timedelta(minutes=2), channel="email")
    with pytest.raises(Refused):
        sign_in(phone=who.phone, otp=otp, at=TEN + timedelta(minutes=5))


def test_both_ways_are_counted_together(who: b.Participant) -> None:
    request_sign_in_otp(phone=who.phone, at=TEN)
    with pytest.raises(Refused, match="otp_too_soon"):
        request_sign_in_otp(phone=who.phone, at=TEN + timedelta(seconds=59), channel="email")
    for minute in range(1, 5):
        request_sign_in_otp(
            phone=who.phone, at=TEN + timedelta(minutes=minute), channel="email" if minute % 2 else "sms"
        )
    for channel in ("sms", "email"):
        with pytest.raises(Refused, match="otp_daily_limit"):
            request_sign_in_otp(phone=who.phone, at=TEN + timedelta(minutes=9), channel=channel)  # type: ignore[arg-type]


def test_a_number_of_nobody_is_answered_alike(who: b.Participant) -> None:
    stranger = "+6281200000098"
    states = []
    for phone in (who.phone, stranger):
        request_sign_in_otp(phone=phone, at=TEN, channel="email")
        states.append(sign_in_state(phone=phone, at=TEN + timedelta(seconds=5), asker=NOBODY))
    assert states[0] == states[1]
    assert OtpChallenge.objects.count() == 1


def test_the_code_of_somebody_who_registers_ends_with_the_next_request() -> None:
    """Its five minutes are counted on the number; asking again without a new code must not begin them anew."""
    phone = "+6281200000097"
    request_sign_in_otp(phone=phone, at=TEN, stranger_language="id")
    otp = code_to_stranger()
    request_sign_in_otp(phone=phone, at=TEN + timedelta(minutes=4), channel="email")
    with pytest.raises(Refused, match="otp_wrong"):
        sign_in(phone=phone, otp=otp, at=TEN + timedelta(minutes=6))
