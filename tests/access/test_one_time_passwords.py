"""Sign-in codes: their life, their limits, their locks; a wrong one is counted although it is refused."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from prakerja.access.forgetting import next_forgetting
from prakerja.access.models import OtpChallenge, OtpGuard, PhoneGuard, SignInGuard
from prakerja.access.operations import send_challenge
from prakerja.access.policies import RETENTION
from prakerja.access.tasks import run_forgetting
from prakerja.kernel import clock
from prakerja.kernel.clock import WIB
from prakerja.kernel.due import Turn, taking
from prakerja.kernel.errors import Refused
from prakerja.notifications.models import Message
from prakerja.people.operations import request_sign_in_otp, sign_in
from tests import builders as b

pytestmark = pytest.mark.django_db
TEN = datetime(2021, 9, 27, 10, 0, tzinfo=WIB)


@pytest.fixture
def who() -> b.Participant:
    return b.participant(b.world(), ready=False)


def reason(phone: str, otp: str, at: datetime) -> Refused:
    with pytest.raises(Refused) as caught:
        sign_in(phone=phone, otp=otp, at=at)
    return caught.value


def ask(who: b.Participant, at: datetime) -> str:
    request_sign_in_otp(phone=who.phone, at=at)
    return b.otp_of(who.person_id, "otp_sign_in")


def test_a_code_signs_in_once(who: b.Participant) -> None:
    otp = ask(who, TEN)
    assert sign_in(phone="0" + who.phone[3:], otp=otp, at=TEN + timedelta(minutes=4, seconds=59)) == who.person_id
    assert reason(who.phone, otp, TEN + timedelta(minutes=4, seconds=59)).reason == "otp_expired"


def test_a_code_lives_five_minutes(who: b.Participant) -> None:
    otp = ask(who, TEN)
    assert reason(who.phone, otp, TEN + timedelta(minutes=5)).reason == "otp_expired"


def test_the_third_wrong_code_locks_for_an_hour(who: b.Participant) -> None:
    otp = ask(who, TEN)
    wrong = "000000" if otp != "000000" else "111111"
    answers = [reason(who.phone, wrong, TEN) for _ in range(3)]
    assert [(answer.reason, answer.details.get("left")) for answer in answers] == [
        ("otp_wrong", 2),
        ("otp_wrong", 1),
        ("otp_locked", None),
    ]
    assert reason(who.phone, otp, TEN + timedelta(minutes=59)).reason == "otp_locked"
    otp = ask(who, TEN + timedelta(hours=1, seconds=1))
    assert sign_in(phone=who.phone, otp=otp, at=TEN + timedelta(hours=1, seconds=2)) == who.person_id


def test_a_new_code_needs_a_minute_and_replaces_the_old(who: b.Participant) -> None:
    old = ask(who, TEN)
    with pytest.raises(Refused, match="otp_too_soon"):
        ask(who, TEN + timedelta(seconds=59))
    new = ask(who, TEN + timedelta(seconds=60))
    if old != new:
        assert reason(who.phone, old, TEN + timedelta(seconds=61)).reason == "otp_wrong"
    assert sign_in(phone=who.phone, otp=new, at=TEN + timedelta(seconds=62)) == who.person_id


def test_a_number_that_nobody_registered_is_told_the_same(who: b.Participant) -> None:
    """Request, three wrong codes, the lock, the expiry: a stranger's number answers like a registered one."""
    stranger = "081200000099"
    known, unknown = [], []
    for phone, answers in ((who.phone, known), (stranger, unknown)):
        request_sign_in_otp(phone=phone, at=TEN)
        with pytest.raises(Refused) as too_soon:
            request_sign_in_otp(phone=phone, at=TEN + timedelta(seconds=30))
        answers.append((too_soon.value.reason, too_soon.value.details))
        for moment in (0, 1, 301, 302, 303):
            at = TEN + timedelta(seconds=moment)
            refused = reason(phone, "0000000", at)
            answers.append((refused.reason, refused.details))
        later = TEN + timedelta(minutes=10)
        request_sign_in_otp(phone=phone, at=later)
        refused = reason(phone, "0000000", later)
        answers.append((refused.reason, refused.details))
        with pytest.raises(Refused) as locked:
            request_sign_in_otp(phone=phone, at=later + timedelta(minutes=2))
        answers.append((locked.value.reason, locked.value.details))
    assert known == unknown
    assert [name for name, _ in known] == [
        "otp_too_soon", "otp_wrong", "otp_wrong", "otp_expired", "otp_expired", "otp_expired", "otp_locked", "otp_locked"
    ]  # fmt: skip
    assert Message.objects.filter(template="otp_sign_in").count() == 2
    with pytest.raises(Refused, match="phone_format"):
        request_sign_in_otp(phone="bukan nomor", at=TEN)


def test_the_day_of_a_number_that_nobody_registered_ends_as_soon(who: b.Participant) -> None:
    """Five codes a day for one who asks. Whoever asks once more and then guesses is told the same of either number."""
    told = []
    for phone in (who.phone, "081200000099"):
        for count in range(5):
            request_sign_in_otp(phone=phone, at=TEN + timedelta(minutes=count))
        evening = TEN + timedelta(hours=6)
        with pytest.raises(Refused, match="otp_daily_limit"):
            request_sign_in_otp(phone=phone, at=evening)
        guessed = reason(phone, "0000000", evening)
        request_sign_in_otp(phone=phone, at=TEN + timedelta(days=1))
        told.append((guessed.reason, guessed.details, reason(phone, "0000000", TEN + timedelta(days=1)).details))
    assert told[0] == told[1] == ("otp_expired", {}, {"left": 2})


def test_codes_and_counts_are_forgotten_at_night_by_a_dated_rule(who: b.Participant) -> None:
    """Whoever never comes back leaves as little behind as whoever asks again, and a number of nobody least of all."""
    ask(who, TEN)
    request_sign_in_otp(phone="081200000099", at=TEN)
    send_challenge(person_id=who.person_id, purpose="attendance", scope="kelas:0", at=TEN)
    OtpGuard.objects.create(person_id=who.person_id, purpose="purchase", scope="", last_sent_at=TEN)
    SignInGuard.objects.create(index=b"stranger", last_failed_at=clock.wall() - timedelta(days=31))
    rule = RETENTION[0]
    midnight = datetime.combine(TEN.astimezone(WIB).date(), time(), tzinfo=WIB)
    night = midnight + timedelta(days=1) + rule.numbers + timedelta(hours=3)
    assert next_forgetting() == night
    assert run_forgetting(night - timedelta(days=1)) == 1
    assert not SignInGuard.objects.exists()
    assert PhoneGuard.objects.count() > 2
    run_forgetting(night)
    assert not PhoneGuard.objects.exists()
    assert OtpChallenge.objects.count() == 2
    month = next_forgetting()
    assert month is not None
    assert timedelta(0) <= month - (TEN + rule.codes) < timedelta(days=1)
    run_forgetting(month)
    assert not OtpChallenge.objects.exists()
    assert list(OtpGuard.objects.values_list("purpose", flat=True)) == ["purchase"]
    assert next_forgetting() is None
    run_forgetting(TEN + rule.purchases)
    assert not OtpGuard.objects.exists()


def test_forgetting_ends_with_its_turn_and_goes_on_at_the_next(who: b.Participant) -> None:
    """A year's codes took minutes, in which nothing else fell due."""
    ask(who, TEN)
    month = TEN + RETENTION[0].codes + timedelta(days=1)
    SignInGuard.objects.create(index=b"x", last_failed_at=TEN)
    rows = OtpChallenge.objects.count() + OtpGuard.objects.count() + PhoneGuard.objects.count() + 1
    gone, turns = 0, 0
    while (following := next_forgetting()) is not None:
        assert following <= month
        with taking(Turn(ends_at=0.0)) as turn:
            gone += run_forgetting(month)
        assert turn.was_cut
        turns += 1
    assert (gone, turns > 1) == (rows, True)


def test_the_same_browser_asks_again_after_days(who: b.Participant) -> None:
    """Its own count is old then, and must not be swept under its hands."""
    for days in (0, 5, 40):
        at = TEN + timedelta(days=days)
        assert sign_in(phone=who.phone, otp=ask(who, at), at=at) == who.person_id
