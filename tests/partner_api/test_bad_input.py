"""What the programme promises about bad input, asked through the door: own code, own sentence, nothing changed.

`Partner.ask` compares a digest of every table around each refused call, so no test here needs to say it again. Refusals of
one wrong member stand in test_payment.py, test_bodies.py and test_redeem_code.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from prakerja.access.actors import SYSTEM
from prakerja.awards.operations import revoke_unbought, suspend_award, withdraw_award
from prakerja.catalogue.models import Course
from prakerja.incentives.operations import annul_ineligible, sweep_balance
from prakerja.kernel.clock import WIB
from prakerja.partners.operations import add_partner
from prakerja.people.models import Person
from prakerja.purchases.models import PaymentIntent, Purchase
from prakerja.purchases.tasks import run_expiries
from tests import builders as b
from tests.partner_api.partner import PAYMENT, Partner, Scene, refused, set_programme_time

NO_CARD = (404, "ERRPLT40492", "Nomor Kartu Prakerja tidak ditemukan.")
SECONDS = timedelta(seconds=1)
MINUTES = timedelta(minutes=1)


def revoked(who: b.Participant) -> None:
    at = who.award.purchase_deadline_at + 5 * MINUTES
    assert revoke_unbought(person_id=who.person_id, award_id=who.award.id, at=at)


def withdrawn(who: b.Participant) -> None:
    withdraw_award(person_id=who.person_id, at=b.BUY_AT)


def annulled(who: b.Participant) -> None:
    annul_ineligible(person_id=who.person_id, award_id=who.award.id, reason="PNS", actor=SYSTEM, at=b.BUY_AT)


def suspended(who: b.Participant) -> None:
    suspend_award(person_id=who.person_id, award_id=who.award.id, reason="x", actor=SYSTEM, at=b.BUY_AT)


@pytest.mark.parametrize("end", [revoked, withdrawn, annulled, suspended])
def test_a_card_that_ended_is_told_apart_from_no_card_by_nobody(
    scene: Scene, end: Callable[[b.Participant], None]
) -> None:
    """decisions.md 58: unknown, closed and revoked cards get one code and one sentence."""
    end(scene.who)
    assert scene.send_otp() == scene.send_otp(prakerja_id="9360000000000000")
    assert refused(scene.send_otp()) == NO_CARD


@pytest.mark.parametrize("end", [revoked, withdrawn, annulled, suspended])
def test_a_card_that_ended_after_its_otp_buys_nothing(scene: Scene, end: Callable[[b.Participant], None]) -> None:
    token = scene.token()
    end(scene.who)
    answer = scene.authorize(token)
    assert refused(answer) == (403, "ERRPLT40391", "Kepesertaan sudah berakhir atau dicabut.")
    assert Purchase.objects.count() == 0


def test_after_the_cut_off_of_the_balance(scene: Scene) -> None:
    """rules.md 14.5: 1 December 2021 at 00:00:01, swept or not yet."""
    b.buy(scene.world, scene.who, scene.run, user="user-1")
    Purchase.objects.update(is_open=False)
    other, run = b.course(scene.world, price=250_000)
    members = {"course_code": other.code, "schedule_code": run.code, "amount": 250_000}
    expired = (403, "ERRPLT40395", "Saldo pelatihan sudah kedaluwarsa.")
    after = datetime(2021, 12, 1, 0, 0, 1, tzinfo=WIB)
    set_programme_time(datetime(2021, 11, 30, 23, 59, 50, tzinfo=WIB))
    token = scene.token(**members)
    set_programme_time(after)
    assert refused(scene.send_otp(**members)) == expired
    assert refused(scene.authorize(token)) == expired
    assert sweep_balance(person_id=scene.who.person_id, award_id=scene.who.award.id, at=after) == 525_000
    assert refused(scene.send_otp(**members)) == expired


def test_age_education_and_balance_are_told_last(scene: Scene) -> None:
    """A card number alone tells a stranger neither (decisions.md 58): each other mistake is told first."""
    young = {"min_age": 64, "min_education": 5, "price": 1_500_000}
    dear, run = b.course(scene.world, **young)
    members = {"course_code": dear.code, "schedule_code": run.code, "amount": 1_500_000}
    assert refused(scene.send_otp(**members | {"amount": 1}))[1] == "ERRPLT40092"
    requirements = (403, "ERRPLT40390", "Usia atau pendidikan belum memenuhi syarat pelatihan ini.")
    assert refused(scene.send_otp(**members)) == requirements
    Course.objects.filter(id=dear.id).update(min_education=0)
    assert refused(scene.send_otp(**members)) == requirements
    Course.objects.filter(id=dear.id).update(min_age=18)
    assert refused(scene.send_otp(**members)) == (400, "ERRPLT40093", "Saldo pelatihan tidak cukup.")


def test_who_lost_the_right_age_between_otp_and_payment(scene: Scene) -> None:
    """Every check again under lock: what became untrue since the OTP is refused by its own name."""
    token = scene.token()
    Course.objects.filter(id=scene.course.id).update(min_age=64)
    assert refused(scene.authorize(token))[1] == "ERRPLT40390"
    Course.objects.filter(id=scene.course.id).update(min_age=18)
    Person.objects.filter(id=scene.who.person_id).update(birth_date=date(1990, 1, 1))
    assert scene.authorize(token)[0] == 200


def test_a_platform_user_locks_only_itself_out(scene: Scene) -> None:
    """Whoever knows a card number must not be able to lock its owner out (decisions.md 58)."""
    theirs = scene.token(user_platform_id="orang-lain")
    for _ in range(3):
        scene.authorize(theirs, otp="000000" if b.otp_of_token(theirs) != "000000" else "111111")
    locked = (423, "ERRPLT42390", "OTP terkunci sampai pukul 20.30.")
    set_programme_time(b.BUY_AT + 2 * MINUTES)
    assert refused(scene.send_otp(user_platform_id="orang-lain")) == locked
    token = scene.token()
    assert scene.authorize(token, otp=b.otp_of_token(token))[0] == 200


def test_the_gap_and_the_replacing_count_for_one_schedule_of_one_platform(scene: Scene) -> None:
    first = scene.token()
    other, run = b.course(scene.world)
    members = {"course_code": other.code, "schedule_code": run.code}
    second = scene.token(**members)
    assert refused(scene.send_otp())[1] == refused(scene.send_otp(**members))[1] == "ERRPLT42990"
    assert PaymentIntent.objects.filter(status="otp_sent").count() == 2
    # A minute later a new OTP replaces the first one, of the same schedule, and leaves the other alone.
    set_programme_time(b.BUY_AT + MINUTES + SECONDS)
    third = scene.token()
    otp = b.otp_of_token(first)
    assert refused(scene.authorize(first, otp=otp)) == (401, "ERRPLT40190", "Token pembayaran tidak berlaku.")
    # The OTP of one token opens no other.
    if b.otp_of_token(second) != b.otp_of_token(third):
        wrong = scene.authorize(second, otp=b.otp_of_token(third))
        assert refused(wrong) == (400, "ERRPLT40094", "OTP salah. Sisa percobaan 2.")
    assert scene.authorize(second, otp=b.otp_of_token(second))[0] == 200
    again = scene.authorize(third, otp=b.otp_of_token(third), invoice_code="INV-2")
    assert refused(again) == (409, "ERRPLT40992", "Selesaikan pelatihan sebelumnya terlebih dahulu.")


def test_five_a_day_for_a_platform_user(scene: Scene) -> None:
    for count in range(5):
        set_programme_time(b.BUY_AT + count * (MINUTES + SECONDS))
        scene.token()
    set_programme_time(b.BUY_AT + 10 * MINUTES)
    assert refused(scene.send_otp()) == (429, "ERRPLT42991", "Batas OTP hari ini tercapai.")
    set_programme_time(b.BUY_AT + timedelta(hours=5))
    assert scene.send_otp()[0] == 200


def test_an_onsite_class_is_not_redeemed_by_its_code_alone(scene: Scene) -> None:
    scene.bought()
    Course.objects.update(mode="onsite")
    answer = scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": b.code_of(scene.who.person_id)})
    assert refused(answer) == (400, "ERRTRX40001", "Gagal verifikasi, tipe pelatihan tidak sesuai.")


def test_a_code_of_a_cancelled_purchase(scene: Scene) -> None:
    paid = scene.bought()
    code = b.code_of(scene.who.person_id)
    members = {"invoice_code": "INV-1", "transaction_code": paid["transaction_code"]}
    assert scene.shop.post(f"{PAYMENT}/void", members)[0] == 200
    answer = scene.lms.post(f"{PAYMENT}/redeem-code/commit", {"redeem_code": code})
    assert refused(answer)[:2] == (401, "ERRTRX40101")


def test_a_transaction_whose_code_expired(scene: Scene) -> None:
    """It was not redeemed, so it must not be told that it was."""
    paid = scene.bought()
    members = {"invoice_code": "INV-1", "transaction_code": paid["transaction_code"]}
    over = datetime(2021, 12, 10, tzinfo=WIB)
    assert run_expiries(over) == 1
    set_programme_time(over)
    answer = scene.shop.post(f"{PAYMENT}/void", members)
    assert refused(answer) == (409, "ERRVOD40991", "Kode sudah kedaluwarsa; transaksi tidak dapat dibatalkan.")
    code = {"redeem_code": b.code_of(scene.who.person_id)}
    assert refused(scene.lms.post(f"{PAYMENT}/redeem-code/commit", code))[1] == "ERRTRX40027"


HOSTILE = ["😀", "'; DROP TABLE people_person; --", "<script>alert(1)</script>", "%s{0}${x}", "\u202eabc", "a" * 4000]
SHOP: dict[str, dict[str, Any]] = {
    "quota-schedule": {"course_code": "", "schedule_code": ""},
    "send-otp": {"user_platform_id": "", "prakerja_id": "", "course_code": "", "schedule_code": "", "amount": ""},
    "authorize": {"otp": "", "invoice_url": "", "invoice_code": ""},
    "status": {"invoice_code": ""},
    "void": {"invoice_code": "", "transaction_code": ""},
}
SCHOOL: dict[str, dict[str, Any]] = {
    f"{PAYMENT}/redeem-code/status": {"redeem_code": "", "sequence": ""},
    f"{PAYMENT}/redeem-code/commit": {"redeem_code": ""},
    "/api/v1/partner/completions": {
        "redeem_code": "",
        "completed_date": "",
        "certificate_number": "",
        "certificate_kind": "",
    },
}
WRONG_TYPES: list[Any] = [None, True, 1.5, [], {}, -(10**30)]
FIELDS = [(f"{PAYMENT}/{call}", field, True) for call, members in SHOP.items() for field in members] + [
    (path, field, False) for path, members in SCHOOL.items() for field in members
]
OPTIONAL = [("sequence", None), ("completed_date", None)]
ANSWERS = {"ERRINT40091", "ERRPLT40036", "ERRTRX40090"}
# A code of whatever shape that nobody was given is an unknown one, up to its length.
UNKNOWN = {"redeem_code": "ERRTRX40020", "transaction_code": "ERRVOD40001"}
# Free texts are only text: the call goes on to the next thing that is wrong with it.
FREE = {"user_platform_id", "invoice_code", "certificate_number"}
FURTHER_ON = {"ERRPLT40493", "ERRPLT40190", "ERRPRT40992", "ERRPLT40393", "ERRPLT40992", "ERRVOD40001"}


def good(scene: Scene, path: str) -> tuple[dict[str, Any], str]:
    """A request that would succeed, and its payment token."""
    code = b.code_of(scene.who.person_id)
    reference = Purchase.objects.values_list("reference", flat=True).get()
    other, run = b.course(scene.world, price=100_000)
    members = {
        "user_platform_id": "user-1",
        "prakerja_id": scene.who.card,
        "course_code": other.code,
        "schedule_code": run.code,
        "amount": 100_000,
        "otp": "123456",
        "invoice_url": "https://shop.example/i/1",
        "invoice_code": "INV-1",
        "transaction_code": reference,
        "redeem_code": code,
        "sequence": 1,
        "completed_date": "2021-09-25",
        "certificate_number": "IS/1",
        "certificate_kind": "completion",
    }
    names = {f"{PAYMENT}/{call}": list(found) for call, found in SHOP.items()} | {p: list(f) for p, f in SCHOOL.items()}
    return {name: members[name] for name in names[path]}, "A" * 64 if path.endswith("authorize") else ""


@pytest.mark.parametrize(("path", "field", "is_shop"), FIELDS, ids=[f"{p.rsplit('/', 1)[1]}-{f}" for p, f, _ in FIELDS])
def test_hostile_texts_and_wrong_types_in_every_member(scene: Scene, path: str, field: str, is_shop: bool) -> None:
    scene.bought()
    members, token = good(scene, path)
    partner = scene.shop if is_shop else scene.lms
    for number, value in enumerate([*HOSTILE, *WRONG_TYPES]):
        headers = {} if path.startswith(PAYMENT) else {"Idempotency-Key": f"k-{field}-{number}"}
        _, answer = partner.post(path, members | {field: value}, token=token, **headers)
        if (field, value) in OPTIONAL:
            # Null is as good as left out: the call goes on to whatever else there is to say.
            assert answer.get("code") in (None, "ERRPRT40992")
        elif isinstance(value, str) and field in FREE and len(value) <= 128:
            assert answer["code"] in FURTHER_ON, (value, answer)
        elif isinstance(value, str) and field in UNKNOWN:
            assert answer["code"] in ("ERRINT40091", UNKNOWN[field]), (value, answer)
        else:
            assert answer["code"] in ANSWERS, (value, answer)
            assert "<script>" not in json.dumps(answer)


@pytest.mark.parametrize(
    "body", [b'{"invoice_code":"INV-1","invoice_code":"INV-2"}', b'{"invoice_code":', b"[]", b"\xff"]
)
def test_duplicate_keys_and_broken_json(scene: Scene, body: bytes) -> None:
    scene.bought()
    answer = scene.shop.post(f"{PAYMENT}/status", body)
    assert refused(answer) == (400, "ERRINT40090", "Permintaan tidak dapat dibaca.")


def test_a_megabyte(scene: Scene) -> None:
    body = json.dumps({"invoice_code": "x" * 1_000_000}).encode()
    answer = scene.shop.post(f"{PAYMENT}/status", body)
    assert refused(answer) == (413, "ERRINT41390", "Permintaan terlalu besar. Batasnya 64 KiB.")


def test_somebody_elses_card(scene: Scene) -> None:
    """A platform's account is one card, whichever of the two is the other's."""
    scene.bought()
    rival = b.participant(scene.world)
    bound = (403, "ERRPLT40393", "Satu akun hanya untuk satu nomor Kartu Prakerja.")
    assert refused(scene.send_otp(prakerja_id=rival.card)) == bound
    assert refused(scene.send_otp(user_platform_id="akun-kedua")) == bound
    # At another platform the person may have another account.
    other = Partner(add_partner(actor=SYSTEM, kind="platform", code="bukalapak", name="Bukalapak", at=b.ANNOUNCED))
    assert refused(other.post(f"{PAYMENT}/send-otp", scene.intent(user_platform_id="z")))[1] == "ERRPLT40396"
