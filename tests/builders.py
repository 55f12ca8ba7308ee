"""The least that a test needs, made by the real operations. Names of people are invented; NIKs begin with 99."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection
from django.db import transaction as django_transaction

from prakerja.access.actors import SYSTEM, Actor
from prakerja.access.operators import add_operator
from prakerja.access.permitting import operator_by_email
from prakerja.awards.models import Award
from prakerja.awards.queries import card_number
from prakerja.catalogue.models import Course, CourseRun
from prakerja.intake.models import Wave
from prakerja.intake.operations import ResultRow, import_results, open_wave
from prakerja.kernel.clock import WIB, wall
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.models import Clock, Installation
from prakerja.kernel.packing import copy_packed, packed_row
from prakerja.kernel.secrets import keys, unseal
from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Account
from prakerja.notifications.models import Message
from prakerja.partners.operations import NewCredential, add_partner
from prakerja.people.listed import LISTED_COLUMNS, pack_listed, register_listed
from prakerja.people.policies import Identity
from prakerja.purchases.operations import Receipt, authorise_purchase, send_otp
from prakerja.purchases.tokens import PaymentToken
from prakerja.sandbox import building
from prakerja.sandbox.building import BUDGET, add_class, fund_programme
from prakerja.vouchers.models import Voucher
from tests.put_back import put_back

ANNOUNCED = datetime(2021, 9, 22, 20, 0, tzinfo=WIB)
VIDEOS_AT = datetime(2021, 9, 25, 19, 0, tzinfo=WIB)
BUY_AT = datetime(2021, 9, 25, 19, 30, tzinfo=WIB)
# Where the institution of a test world takes participants back; it filed both.
RETURN_TO = "https://lms.example/prakerja/kembali"
RETURN_WITH_QUERY = "https://lms.example/kembali?kelas=7#hasil"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class World:
    wave: Wave
    platform: NewCredential
    institution: NewCredential


@dataclass(frozen=True)
class Participant:
    person_id: uuid.UUID
    award: Award
    card: str
    phone: str
    nik: str


@put_back
def install(*, is_sandbox: bool = True) -> None:
    Installation.objects.get_or_create(
        id=1,
        defaults={
            "is_sandbox": is_sandbox,
            "world": "test",
            "keys_fingerprint": keys().fingerprint,
            "created_at": wall(),
        },
    )
    Clock.objects.get_or_create(id=1)
    lay_chart()


def lay_chart() -> None:
    """The accounts that every installation has, as the migration lays them."""
    Account.objects.bulk_create(
        [
            Account(id=row.value, code=row.name.lower(), has_running_balance=row in (Chart.WALLET, Chart.RESERVE))
            for row in Chart
        ],
        ignore_conflicts=True,
    )


@put_back
def world(*, wave: int = 21, budget: int = BUDGET) -> World:
    install()
    number = next(_numbers)
    with transaction():
        opened = open_wave(
            number=wave,
            opens_at=datetime(2021, 9, 16, 12, tzinfo=WIB),
            closes_at=datetime(2021, 9, 19, 23, 59, tzinfo=WIB),
            quota=754_929,
        )
        fund_programme(budget=budget, at=ANNOUNCED)
    return World(
        wave=opened,
        platform=add_partner(actor=SYSTEM, kind="platform", code=f"platform{number}", name="Tokopedia", at=ANNOUNCED),
        institution=add_partner(
            actor=SYSTEM,
            kind="institution",
            code=f"institution{number}",
            name="Rasa Kata",
            at=ANNOUNCED,
            legacy_commit=True,
            redirect_uris=(RETURN_TO, RETURN_WITH_QUERY),
        ),
    )


def result_row(**changes: str) -> ResultRow:
    number = next(_numbers)
    birth = date(1995, 3, 1) + timedelta(days=number % 28)
    values = {
        "nik": f"990101{birth:%d%m%y}{number:04d}",
        "family_card_number": f"99{number:014d}",
        "name": f"Peserta Ke-{number}",
        "birth_date": birth.isoformat(),
        "phone": f"0812{number + 10_000_000:08d}",
        "email": f"peserta{number}@contoh.id",
        "province_code": "99",
        "education": "sma",
    }
    return ResultRow(**{**values, **changes})


def register(identity: Identity, *, at: datetime) -> uuid.UUID:
    """Somebody who is in no wave. Also within the transaction of whoever paints a life around them."""
    with django_transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMPORARY TABLE IF NOT EXISTS registered "
                f"({', '.join(' '.join(column) for column in LISTED_COLUMNS)}) ON COMMIT DELETE ROWS"
            )
            cursor.execute("DELETE FROM registered")
        names = ", ".join(name for name, _ in LISTED_COLUMNS)
        copy_packed(
            f"COPY registered ({names}) FROM STDIN (FORMAT BINARY)",
            [packed_row(pack_listed(identity=identity, known=None))],
        )
        register_listed(source="registered", at=at)
        return uuid.UUID(str(rows("SELECT person_id FROM registered")[0][0]))


@put_back
def participants(
    world: World, *, count: int = 1, ready: bool = True, announced_at: datetime = ANNOUNCED
) -> list[Participant]:
    """Award `count` new people; with `ready` they have seen the three videos."""
    listed = [result_row() for _ in range(count)]
    import_results(
        actor=SYSTEM,
        rows=listed,
        wave_number=world.wave.number,
        decree_number=f"SK-{world.wave.number}",
        announced_at=announced_at,
        at=announced_at,
    )
    from prakerja.people.queries import person_id_by_nik

    made = []
    for row in listed:
        person_id = person_id_by_nik(nik=row.nik)
        assert person_id is not None
        if ready:
            watch_videos(person_id)
        award = Award.objects.get(person_id=person_id)
        made.append(
            Participant(
                person_id,
                award,
                card_number(person_id=award.person_id, award_id=award.id),
                "+62" + row.phone[1:],
                row.nik,
            )
        )
    return made


def participant(world: World, *, ready: bool = True) -> Participant:
    return participants(world, ready=ready)[0]


def watch_videos(person_id: uuid.UUID, *, at: datetime = VIDEOS_AT) -> None:
    building.watch_videos(person_id=person_id, at=at)


@put_back
def course(
    world: World,
    *,
    price: int = 475_000,
    seats: int = 100,
    delivery: str = "self_paced",
    starts_at: datetime = datetime(2021, 9, 1, tzinfo=WIB),
    ends_at: datetime = datetime(2021, 12, 10, tzinfo=WIB),
    sessions: Sequence[tuple[datetime, datetime]] = (),
    **fields: object,
) -> tuple[Course, CourseRun]:
    number = next(_numbers)
    with transaction():
        return add_class(
            institution_id=world.institution.partner_id,
            platform_ids=[world.platform.partner_id],
            code=f"kursus-{number}",
            schedule_code=f"jadwal-{number}",
            price=price,
            seats=seats,
            starts_at=starts_at,
            ends_at=ends_at,
            sessions=sessions,
            at=ANNOUNCED,
            title=f"Kursus {number}",
            category="Keuangan",
            mode=fields.pop("mode", "online"),
            delivery=delivery,
            duration_hours=7,
            **fields,
        )


def otp_of(person_id: uuid.UUID, template: str = "otp_purchase") -> str:
    """The code in the newest SMS, as the phone would show it."""
    message = Message.objects.filter(person_id=person_id, template=template).order_by("-created_at", "-id")[0]
    assert message.parameters_enc is not None
    sealed = unseal(message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id)
    return str(json.loads(sealed)["otp"])


def otp_of_token(token: str) -> str:
    """The code that was sent with this token: exact even when two were sent at the same instant."""
    parsed = PaymentToken.parse(token)
    assert parsed is not None
    message = Message.objects.get(person_id=parsed.person_id, dedupe_key=f"otp:{parsed.intent_id}")
    assert message.parameters_enc is not None
    sealed = unseal(message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id)
    return str(json.loads(sealed)["otp"])


def intend(
    world: World, who: Participant, run: CourseRun, *, amount: int = 475_000, at: datetime = BUY_AT, user: str = ""
) -> tuple[str, str]:
    """Send the OTP; returns the token and the code on the phone."""
    token = send_otp(
        platform_id=world.platform.partner_id,
        platform_user=user or f"user-{who.person_id}",
        card_number=who.card,
        course_code=run.course.code,
        schedule_code=run.code,
        amount=amount,
        at=at,
    )
    return token, otp_of_token(token)


def buy(
    world: World,
    who: Participant,
    run: CourseRun,
    *,
    amount: int = 475_000,
    at: datetime = BUY_AT,
    invoice: str = "",
    user: str = "",
) -> Receipt:
    token, otp = intend(world, who, run, amount=amount, at=at, user=user)
    return authorise_purchase(
        platform_id=world.platform.partner_id,
        token=token,
        otp=otp,
        invoice_code=invoice or f"INV-{next(_numbers)}",
        invoice_url="https://platform.example/invoice",
        at=at + timedelta(seconds=30),
    )


def code_of(person_id: uuid.UUID, **which: object) -> str:
    voucher = Voucher.objects.filter(person_id=person_id, **which).order_by("-issued_at")[0]
    return unseal(voucher.code_enc, table="vouchers_voucher", column="code_enc", row_id=voucher.id)


def operator(*roles: str) -> Actor:
    """A new operator with these roles, as somebody who acts."""
    email = f"operator{next(_numbers)}@contoh.example"
    add_operator(email=email, name="Operator", roles=roles, actor=SYSTEM, wall=wall(), at=ANNOUNCED)
    return operator_by_email(email=email)
