"""Rules that exist in Python and in a hot call: one table of cases each, run against both.

The hot calls are asked through their operations on a real database, the Python by itself or through its operation.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from prakerja.kernel.clock import WIB
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.people.operations import request_sign_in_otp, sign_in
from prakerja.programmes.schemes import Delivery, Window, redemption_window, scheme_for_wave
from prakerja.purchases.operations import authorise_purchase
from prakerja.training.operations import redeem_code
from prakerja.training.policies import CodeFacts, attendance_refusal
from prakerja.vouchers.models import Voucher
from prakerja.vouchers.operations import LockedCode, cancel_voucher, expire_vouchers, lock_voucher
from tests import builders as b


def wib(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WIB)


# When the code of a class may be entered: `schemes.windows` and authorise.sql ---------------------------------------

STARTS, ENDS = wib("2021-10-10 09:00"), wib("2021-10-12 17:00")
WINDOWS = [
    # (wave, delivery, class ends, opens, closes)
    (21, "live", ENDS, "2021-10-10 08:00", "2021-10-12 17:00"),
    (21, "self_paced", ENDS, "2021-09-25 19:30", "2021-10-12 17:00"),
    (51, "live", ENDS, "2021-10-10 08:00", "2021-10-10 10:00:01"),
    (51, "self_paced", ENDS, "2021-10-10 09:00", "2021-10-12 17:00"),
    # The cut-off of 2021 ends what would last longer; 2023 has none.
    (21, "live", wib("2022-03-01 00:00"), "2021-10-10 08:00", "2021-12-11 00:00"),
    (21, "self_paced", wib("2022-03-01 00:00"), "2021-09-25 19:30", "2021-12-11 00:00"),
    (51, "self_paced", wib("2022-03-01 00:00"), "2021-10-10 09:00", "2022-03-01 00:00"),
]
windows = pytest.mark.parametrize(("wave", "delivery", "ends_at", "opens", "closes"), WINDOWS)


@windows
def test_the_window_in_python(wave: int, delivery: str, ends_at: datetime, opens: str, closes: str) -> None:
    window = redemption_window(
        scheme=scheme_for_wave(wave),
        delivery=delivery,
        purchased_at=b.BUY_AT,
        run_starts_at=STARTS,
        run_ends_at=ends_at,
    )
    assert (window.opens_at, window.closes_at) == (wib(opens), wib(closes))


@pytest.mark.django_db
@windows
def test_the_window_in_sql(wave: int, delivery: str, ends_at: datetime, opens: str, closes: str) -> None:
    world = b.world(wave=wave)
    who = b.participant(world)
    _, run = b.course(world, delivery=delivery, starts_at=STARTS, ends_at=ends_at)
    if wave == 21 and delivery == "live" and ends_at > wib("2021-12-11 00:00"):
        # Its hours are those of the Python, but it could never be completed: it is not sold (rules.md 12.31).
        with pytest.raises(Refused, match="class_too_late"):
            b.buy(world, who, run)
        return
    # `buy` confirms thirty seconds after it has asked for the OTP.
    b.buy(world, who, run, at=b.BUY_AT - timedelta(seconds=30))
    voucher = Voucher.objects.get(person_id=who.person_id)
    assert (voucher.redeemable_from, voucher.redeemable_until) == (wib(opens), wib(closes))


# Tries, lock, gap and life of a one-time password: `access` and send_otp.sql, authorise.sql -------------------------

# (seconds after ten o'clock, what is done, the refusal, codes that are left)
OTP = [
    (0, "send", None, None),
    (59, "send", "otp_too_soon", None),
    (60, "send", None, None),
    (61, "wrong", "otp_wrong", 2),
    (62, "wrong", "otp_wrong", 1),
    (63, "wrong", "otp_locked", None),
    (64, "wrong", "otp_locked", None),
    (3662, "send", "otp_locked", None),
    (3663, "send", None, None),
    (3663 + 299, "wrong", "otp_wrong", 2),
    (3663 + 300, "wrong", "otp_expired", None),
]


def _play(send: Callable[[datetime], None], check: Callable[[datetime], None]) -> list[tuple[str | None, object]]:
    told: list[tuple[str | None, object]] = []
    for seconds, what, _, _ in OTP:
        try:
            (send if what == "send" else check)(b.BUY_AT + timedelta(seconds=seconds))
        except Refused as refused:
            told.append((refused.reason, refused.details.get("left")))
        else:
            told.append((None, None))
    return told


@pytest.mark.django_db
def test_one_time_passwords_in_python() -> None:
    who = b.participant(b.world(), ready=False)
    told = _play(
        lambda at: request_sign_in_otp(phone=who.phone, at=at), lambda at: sign_in(phone=who.phone, otp="x", at=at)
    )
    assert told == [(reason, left) for _, _, reason, left in OTP]


@pytest.mark.django_db
def test_one_time_passwords_in_sql() -> None:
    world = b.world()
    who = b.participant(world)
    _, run = b.course(world)
    tokens: list[str] = []

    def send(at: datetime) -> None:
        tokens.append(b.intend(world, who, run, at=at)[0])

    def check(at: datetime) -> None:
        authorise_purchase(
            platform_id=world.platform.partner_id,
            token=tokens[-1],
            otp="x",
            invoice_code="INV/1",
            invoice_url="https://contoh.id/1",
            at=at,
        )

    assert _play(send, check) == [(reason, left) for _, _, reason, left in OTP]


# Why a code is refused, and in which order: `training.policies` and redeem.sql --------------------------------------


@dataclass(frozen=True)
class Code:
    """A code as it stands when an institution enters it; `cancelled` and `expired` say how it ended."""

    reason: str | None
    mode: str = "online"
    is_early: bool = False
    is_anothers: bool = False
    is_expired: bool = False
    cancelled: str = ""
    is_redeemed: bool = False


CODES = [
    Code(None),
    Code("type_mismatch", mode="onsite", is_early=True, is_anothers=True),
    Code("outside_window", is_early=True),
    Code("outside_window", is_early=True, is_anothers=True),
    Code("outside_window", is_expired=True, is_anothers=True),
    Code("not_owner", is_anothers=True),
    Code("not_owner", is_anothers=True, is_redeemed=True),
    Code("not_owner", is_anothers=True, cancelled="code_voided"),
    Code("code_void", cancelled="code_voided"),
    Code("transaction_void", cancelled="transaction_voided"),
    Code("transaction_void", cancelled="session_cancelled"),
    # The dates come before a void, and before nothing that is published (contract.md 2.7).
    Code("outside_window", cancelled="session_cancelled", is_early=True),
    Code("outside_window", cancelled="transaction_voided", is_early=True, is_anothers=True),
    Code("code_used", is_redeemed=True),
    Code("code_used", is_redeemed=True, is_early=True),
]
codes = pytest.mark.parametrize("case", CODES, ids=str)


@codes
def test_refusals_of_a_code_in_python(case: Code) -> None:
    owner, stranger = uuid.uuid4(), uuid.uuid4()
    status = "expired" if case.is_expired else "redeemed" if case.is_redeemed else "issued"
    facts = CodeFacts(
        institution_id=owner,
        mode=case.mode,
        delivery=Delivery.LIVE,
        session_count=1,
        has_post_test=False,
        status="cancelled" if case.cancelled else status,
        cancel_reason=case.cancelled,
        verified=frozenset({1} if case.is_redeemed else ()),
    )
    told = attendance_refusal(
        facts=facts,
        institution_id=stranger if case.is_anothers else owner,
        sequence=1,
        window=Window(opens_at=STARTS, closes_at=ENDS),
        at=STARTS - timedelta(seconds=1) if case.is_early else STARTS,
    )
    assert told == case.reason


@pytest.mark.django_db
@codes
def test_refusals_of_a_code_in_sql(case: Code) -> None:
    world, other = b.world(), b.world(wave=20)
    who = b.participant(world)
    _, run = b.course(world, delivery="live", mode=case.mode, starts_at=STARTS, ends_at=ENDS)
    b.buy(world, who, run)
    code = b.code_of(who.person_id)
    institution = world.institution.partner_id
    opens_at = STARTS - timedelta(hours=1)
    if case.is_redeemed:
        redeem_code(institution_id=institution, code=code, at=opens_at)
    with transaction():
        voucher = lock_voucher(person_id=who.person_id, voucher_id=Voucher.objects.get(person_id=who.person_id).id)
        if case.cancelled:
            cancel_voucher(voucher=voucher, reason=case.cancelled, at=opens_at)
        if case.is_expired:
            until = voucher.redeemable_until
            ended = (who.person_id, voucher.id, voucher.amount, voucher.issued_at, opens_at, until, None)
            expire_vouchers(codes=[LockedCode(*ended)], at=opens_at)
    asks = other.institution.partner_id if case.is_anothers else institution
    at = opens_at - timedelta(seconds=1) if case.is_early else opens_at
    if case.reason is None:
        assert redeem_code(institution_id=asks, code=code, at=at).status == 1
        return
    with pytest.raises(Refused) as refused:
        redeem_code(institution_id=asks, code=code, at=at)
    assert refused.value.reason == case.reason
