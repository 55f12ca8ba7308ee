"""People and courses for the portal's tests: rows written straight, so that a page can be seen at every stage.

The operations have tests of their own; here only what a page reads matters. All times are of wave 21.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from prakerja.awards.cards import seal_card_number
from prakerja.awards.models import Award, InductionView
from prakerja.catalogue.models import Course, CourseRun, CourseRunSeats, Listing, Promotion
from prakerja.disbursements.models import PayoutAccount
from prakerja.incentives.models import Incentive
from prakerja.intake.models import Application, Decree, Wave
from prakerja.kernel.clock import WIB
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal
from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Balance
from prakerja.ledger.operations import account_for
from prakerja.partners.models import Partner
from prakerja.people.policies import Identity
from prakerja.programmes.operations import install_scheme
from prakerja.programmes.schemes import scheme_by_key
from prakerja.purchases.models import PaymentIntent, Purchase
from prakerja.sandbox.worlds.catalogue import load_catalogue
from prakerja.surveys.models import Response, Survey
from prakerja.training.models import Certificate, Completion, Rating
from prakerja.vouchers.models import Voucher
from prakerja.wallets.models import Wallet
from tests.builders import ANNOUNCED, BUY_AT, register
from tests.put_back import put_back

DEADLINE = datetime(2021, 10, 22, tzinfo=WIB)
BOUGHT = BUY_AT
CARD = "9360123412341238"
CODE = "ABCD2345EFGH"
PLATFORMS = {one.code: one.name for one in load_catalogue().platforms}
_numbers = itertools.count(1)


def platform(code: str) -> Partner:
    """One of the seven."""
    found, _ = Partner.objects.get_or_create(
        code=code,
        defaults={"kind": "platform", "name": PLATFORMS[code], "member_from": datetime(2021, 1, 1, tzinfo=WIB)},
    )
    return found


def institution(code: str = "akademi-satu", name: str = "Akademi Satu") -> Partner:
    """A training institution."""
    with transaction.atomic():
        found, _ = Partner.objects.get_or_create(
            code=code,
            defaults={
                "kind": "institution",
                "name": name,
                "city": "Bandung",
                "how_to_redeem": "Masuk, buka Kelas Saya, lalu ketik kode.",
                "payable_id": account_for(code=f"payable:{code}"),
                "member_from": datetime(2021, 1, 1, tzinfo=WIB),
            },
        )
    return found


def course(
    *,
    title: str = "Dasar Barista",
    category: str = "Makanan & Minuman",
    delivery: str = "self_paced",
    prices: dict[str, int] | None = None,
    seats: int = 50,
    starts: datetime = datetime(2021, 9, 1, tzinfo=WIB),
    school: Partner | None = None,
    **more: Any,
) -> CourseRun:
    """A course with one run, sold at `prices` (platform code → rupiah)."""
    number = next(_numbers)
    made = Course.objects.create(
        code=f"CRS{number:05d}",
        institution=school or institution(),
        title=title,
        category=category,
        mode=more.pop("mode", "online"),
        delivery=delivery,
        duration_hours=7,
        summary="Belajar dari dasar bersama pengajar berpengalaman.",
        certificate_kinds=["completion"],
        **more,
    )
    ends = starts + (timedelta(hours=3) if delivery == "live" else timedelta(days=90))
    run = CourseRun.objects.create(code=f"SCH{number:05d}", course=made, starts_at=starts, ends_at=ends)
    CourseRunSeats.objects.create(course_run=run, slice=0, capacity=seats)
    for code, price in (prices or {"tokopedia": 475_000, "pintaria": 500_000}).items():
        Listing.objects.create(
            course=made, platform=platform(code), price=price, listed_at=datetime(2021, 9, 1, tzinfo=WIB)
        )
    return run


def promote(run: CourseRun, code: str, discount: int) -> None:
    """A promotion of one platform that runs through wave 21."""
    listing = Listing.objects.get(course_id=run.course_id, platform__code=code)
    Promotion.objects.create(
        listing=listing, discount=discount, starts_at=ANNOUNCED, ends_at=ANNOUNCED + timedelta(days=60)
    )


@contextmanager
def painted() -> Iterator[None]:
    """Rows in the middle of their lives, without the steps that lead there: PostgreSQL's triggers look away meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW session_replication_role")
        before = cursor.fetchone()[0]
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute(f"SET LOCAL session_replication_role = {before}")


def wave() -> Wave:
    """Wave 21 under the scheme of 2021."""
    with transaction.atomic():
        scheme = install_scheme(scheme=scheme_by_key("2021"))
    found, _ = Wave.objects.get_or_create(
        number=21,
        defaults={
            "scheme_version": scheme,
            "opens_at": datetime(2021, 9, 16, 12, tzinfo=WIB),
            "closes_at": datetime(2021, 9, 19, 23, 59, tzinfo=WIB),
            "quota": 754_929,
            "announced_at": ANNOUNCED,
        },
    )
    return found


@put_back
def person(*, name: str = "Siti Rahma", phone: str | None = None) -> uuid.UUID:
    """Somebody with a phone, in no wave yet."""
    number = next(_numbers)
    return register(
        Identity(
            nik=f"99010150129{number:05d}",
            family_card_number=f"99010112120{number:05d}",
            name=name,
            birth_date=date(1995, 12, 10),
            phone=phone or f"+62812{number:08d}",
            email=f"orang{number}@contoh.id",
            province_code="32",
            education="sma",
        ),
        at=datetime(2021, 9, 17, tzinfo=WIB),
    )


@dataclass(frozen=True)
class Participant:
    """Ids that a test looks at."""

    person_id: uuid.UUID
    award: Award


@painted()
def apply(person_id: uuid.UUID, *, status: str = "waiting") -> Application:
    """A wave joined."""
    return Application.objects.create(
        person_id=person_id,
        wave=wave(),
        status=status,
        joined_at=datetime(2021, 9, 17, 9, tzinfo=WIB),
        decided_at=None if status == "waiting" else ANNOUNCED,
    )


@put_back
@painted()
def award(
    person_id: uuid.UUID | None = None, *, videos: int = 0, balance: int = 1_000_000, **fields: Any
) -> Participant:
    """Somebody selected, with `videos` of the three videos seen."""
    owner = person_id or person()
    application, joined = apply(owner, status="selected"), wave()
    funds = Balance.objects.create(person_id=owner, account_id=int(Chart.WALLET), amount=balance)
    reserve = Balance.objects.create(person_id=owner, account_id=int(Chart.RESERVE), amount=2_550_000)
    wallet = Wallet.objects.create(person_id=owner, balance=funds, opened_at=ANNOUNCED)
    decree, _ = Decree.objects.get_or_create(number="SK-21", defaults={"wave": joined, "issued_at": ANNOUNCED})
    award_id = new_id()
    made = Award.objects.create(
        id=award_id,
        person_id=owner,
        wave_id=joined.id,
        decree_id=decree.id,
        scheme_version=joined.scheme_version,
        application_id=application.id,
        wallet=wallet,
        reserve=reserve,
        card_number_enc=seal_card_number(CARD, award_id=award_id),
        awarded_at=ANNOUNCED,
        purchase_deadline_at=DEADLINE,
        videos_done_at=ANNOUNCED + timedelta(days=1) if videos == 3 else None,
        suspended_at=BOUGHT if fields.get("status") == "suspended" else None,
        **fields,
    )
    for number in range(1, videos + 1):
        InductionView.objects.create(
            person_id=owner,
            award=made,
            video=number,
            started_at=ANNOUNCED + timedelta(hours=number),
            finished_at=ANNOUNCED + timedelta(hours=number, minutes=2),
        )
    return Participant(owner, made)


@painted()
def buy(
    who: Participant,
    run: CourseRun,
    *,
    status: str = "issued",
    amount: int = 475_000,
    at: datetime = BOUGHT,
    redeemable_from: datetime | None = None,
    code: str = CODE,
) -> Purchase:
    """A succeeded purchase with its voucher in `status`."""
    voucher_id = new_id()
    number = Purchase.objects.filter(person_id=who.person_id, status="succeeded").count() + 1
    voucher = Voucher.objects.create(
        id=voucher_id,
        person_id=who.person_id,
        code_enc=seal(code, table="vouchers_voucher", column="code_enc", row_id=voucher_id),
        institution=run.course.institution,
        course_run=run,
        amount=amount,
        status=status,
        issued_at=at,
        redeemable_from=redeemable_from or at,
        redeemable_until=run.ends_at,
        redeemed_at=at + timedelta(days=1) if status == "redeemed" else None,
    )
    intent = PaymentIntent.objects.create(
        person_id=who.person_id,
        award=who.award,
        platform=platform("tokopedia"),
        platform_user="u1",
        course_run=run,
        amount=amount,
        token_hash=b"t",
        otp_hash=b"o",
        status="consumed",
        created_at=at,
        expires_at=at + timedelta(minutes=5),
    )
    return Purchase.objects.create(
        person_id=who.person_id,
        award=who.award,
        intent=intent,
        voucher=voucher,
        platform=platform("tokopedia"),
        course=run.course,
        course_run=run,
        number=number,
        reference=f"REF{number:013d}",
        invoice_code=f"INV/{number}",
        invoice_url="https://contoh.id/inv",
        amount=amount,
        is_open=status in ("issued", "redeemed"),
        authorised_at=at,
    )


def complete(purchase: Purchase, *, at: datetime = datetime(2021, 10, 4, 9, tzinfo=WIB)) -> Completion:
    """Reported by the institution; the certificate shows two days later."""
    Purchase.objects.filter(id=purchase.id).update(is_open=False)
    made = Completion.objects.create(
        person_id=purchase.person_id,
        voucher_id=purchase.voucher_id,
        completed_date=date(2021, 10, 2),
        score=88,
        reported_at=at,
        source="reported",
    )
    Certificate.objects.create(
        person_id=purchase.person_id,
        completion=made,
        kind="completion",
        number="SERT-001",
        visible_from=datetime(2021, 10, 6, 0, 10, tzinfo=WIB),
    )
    return made


def rate(completion: Completion, purchase: Purchase, *, stars: int = 5, review: str = "Bagus sekali.") -> Rating:
    """Stars and a review."""
    return Rating.objects.create(
        person_id=completion.person_id,
        completion=completion,
        course_id=purchase.course_id,
        stars=stars,
        review=review,
        created_at=datetime(2021, 10, 6, 19, tzinfo=WIB),
    )


def link(who: Participant, *, number: str = "081200001234", **fields: Any) -> PayoutAccount:
    """A linked e-wallet."""
    account_id = new_id()
    return PayoutAccount.objects.create(
        id=account_id,
        person_id=who.person_id,
        number_enc=seal(number, table="disbursements_payoutaccount", column="number_enc", row_id=account_id),
        **{
            "kind": "e_wallet",
            "provider": "ovo",
            "holder_name": "SITI RAHMA",
            "nik_matches": True,
            "is_kyc_complete": True,
            "linked_at": datetime(2021, 9, 24, tzinfo=WIB),
            **fields,
        },
    )


SCHEDULE = (
    (date(2021, 10, 7), date(2021, 10, 12)),
    (date(2021, 11, 8), date(2021, 11, 11)),
    (date(2021, 12, 7), date(2021, 12, 10)),
    (date(2022, 1, 7), date(2022, 1, 12)),
)


@painted()
def plan(who: Participant, completion: Completion, **first: Any) -> None:
    """The four payments; `first` overrides fields of the first one."""
    for number, (scheduled, paid) in enumerate(SCHEDULE, start=1):
        fields: dict[str, Any] = {"status": "planned", **(first if number == 1 else {})}
        Incentive.objects.create(
            person_id=who.person_id,
            award=who.award,
            kind="post_training",
            number=number,
            amount=600_000,
            scheduled_date=scheduled,
            pay_date=paid,
            completion=completion,
            planned_at=datetime(2021, 10, 7, tzinfo=WIB),
            **fields,
        )


QUESTIONS = [
    {
        "id": "work",
        "kind": "choice",
        "text": {"id": "Apakah Anda sekarang bekerja?", "en": "Do you have work now?"},
        "options": [
            {"value": "yes", "text": {"id": "Ya", "en": "Yes"}},
            {"value": "no", "text": {"id": "Tidak", "en": "No"}},
        ],
    },
    {"id": "story", "kind": "text", "text": {"id": "Apa manfaatnya?", "en": "What did it help you with?"}},
]


def open_survey(who: Participant, *, number: int = 1, opens: datetime, **fields: Any) -> Response:
    """A survey that this person may answer for 30 days."""
    survey, _ = Survey.objects.get_or_create(
        number=number,
        defaults={"title": {"id": f"Survei {number}", "en": f"Survey {number}"}, "questions": QUESTIONS},
    )
    return Response.objects.create(
        person_id=who.person_id,
        survey=survey,
        opens_at=opens,
        closes_at=opens + timedelta(days=30),
        **fields,
    )
