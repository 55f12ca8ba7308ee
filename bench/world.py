"""A world of many participants, seeded quickly and in the very rows that the operations write.

One participant goes through the real operations; every other one is a copy of all that participant's rows with ids of
their own, made by one INSERT … SELECT a table. What must be unique or readable for each person (claims, card number,
token, code, platform account) is made in Python and comes in by COPY.
"""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from bench.cloning import Cloner, clone_id
from prakerja.access.actors import SYSTEM
from prakerja.awards.cards import seal_card_number
from prakerja.awards.models import Award
from prakerja.incentives.operations import link_account, request_link
from prakerja.intake.operations import ResultRow, import_results, open_wave
from prakerja.kernel.clock import WIB, forget, wall
from prakerja.kernel.codes import CARD_PREFIX, READABLE
from prakerja.kernel.db import rows, transaction
from prakerja.kernel.models import Clock, Installation
from prakerja.kernel.secrets import blind_index, keys, otp_hash, seal, unseal
from prakerja.notifications.models import Message
from prakerja.partners.models import Partner
from prakerja.partners.operations import NewCredential, add_partner
from prakerja.purchases.operations import authorise_purchase, send_otp
from prakerja.purchases.tokens import PaymentToken
from prakerja.sandbox.building import BUDGET, add_class, fund_programme, watch_videos
from prakerja.training.completion import record_completion
from prakerja.training.models import Completion
from prakerja.training.operations import redeem_code
from prakerja.training.rating import rate_training
from prakerja.training.tasks import announce_certificates
from prakerja.vouchers.models import Voucher

ANNOUNCED = datetime(2021, 9, 22, 20, 0, tzinfo=WIB)
VIDEOS_AT = datetime(2021, 9, 25, 19, 0, tzinfo=WIB)
BOUGHT_AT = datetime(2021, 9, 27, 8, 0, tzinfo=WIB)
# Now, in programme time, when a world is made. It ticks from here while the benchmark runs.
NOW = datetime(2021, 9, 27, 8, 5, tzinfo=WIB)
# The stages of the paying side, as rules.md 14.1 has them: the days follow from the report's.
LINKED_AT = datetime(2021, 9, 24, 10, 0, tzinfo=WIB)
REDEEMED_AT = datetime(2021, 9, 28, 9, 0, tzinfo=WIB)
REPORTED_AT = datetime(2021, 10, 4, 9, 0, tzinfo=WIB)
CERTIFICATE_AT = datetime(2021, 10, 6, 0, 10, tzinfo=WIB)
REVIEWED_AT = datetime(2021, 10, 6, 19, 0, tzinfo=WIB)
PLANNED_AT = datetime(2021, 10, 7, 19, 0, tzinfo=WIB)
PAY_AT = datetime(2021, 10, 12, 10, 0, tzinfo=WIB)
PROVIDER = "bni"
PRICE = 90_000
# What a participant of scheme 2021 can receive at most, in rupiah: funds for this much must be there before a grant.
A_PERSON = 3_550_000
CLASSES = 200
PLATFORMS = 7
INSTITUTIONS = 20
OTP = "246810"
_SECRET = bytes(range(16))


@dataclass(frozen=True, slots=True)
class Class:
    """A course with its one run."""

    course_id: uuid.UUID
    course_code: str
    run_id: uuid.UUID
    run_code: str
    institution: NewCredential


@dataclass(frozen=True, slots=True)
class Person:
    """A participant with what a partner would know of them."""

    number: int
    person_id: uuid.UUID
    award_id: uuid.UUID | None
    intent_id: uuid.UUID | None
    voucher_id: uuid.UUID | None
    account_id: uuid.UUID | None
    card: str
    code: str
    token: str
    platform: NewCredential
    platform_user: str
    lesson: Class


@dataclass
class World:
    platforms: list[NewCredential]
    many: list[Class]
    popular: Class
    template: uuid.UUID
    cloner: Cloner
    people: list[Person] = field(default_factory=list)
    # Copies of another template begin at another number: what no two people share is made from it.
    first: int = 1

    def add_people(self, count: int, classes: Sequence[Class]) -> list[Person]:
        """Make `count` more people, spread over `classes` and the platforms; in random order, as people come."""
        first = self.first + len(self.people)
        made = [self._person(number, classes[number % len(classes)]) for number in range(first, first + count)]
        self.cloner.clone(made)
        self.people += made
        random.shuffle(made)
        return made

    def _person(self, number: int, lesson: Class) -> Person:
        person_id = clone_id(self.template, number)
        intent_id = self.cloner.own_id("purchases_paymentintent", number)
        token = PaymentToken(person_id, intent_id, _SECRET).text() if intent_id else ""
        return Person(
            number=number,
            person_id=person_id,
            award_id=self.cloner.own_id("awards_award", number),
            intent_id=intent_id,
            voucher_id=self.cloner.own_id("vouchers_voucher", number),
            account_id=self.cloner.own_id("disbursements_payoutaccount", number),
            card=_card_number(number),
            code=_code(number),
            token=token,
            platform=self.platforms[number % PLATFORMS],
            platform_user=f"user-{number}",
            lesson=lesson,
        )


def make_world(*, stage: Callable[[World, Person], None], people: int = 0) -> World:
    """An installation with partners, classes and one participant who has seen the videos, brought on by `stage`.

    `people` is how many will be granted something in all, when that is more than the demo's budget bears.
    """
    install(budget=BUDGET + people * A_PERSON)
    platforms, many, popular = make_market()
    person_id = _participant()
    world = World(
        platforms=platforms, many=many, popular=popular, template=person_id, cloner=Cloner(person_id, columns)
    )
    template = _template(world, number=0)
    stage(world, template)
    world.cloner.learn()
    return world


def make_market() -> tuple[list[NewCredential], list[Class], Class]:
    """Shops, institutions' classes, and one class for very many."""
    platforms = [_partner("platform", number) for number in range(1, PLATFORMS + 1)]
    institutions = [_partner("institution", number) for number in range(1, INSTITUTIONS + 1)]
    # Partners' calls a minute are limited; the benchmark is not about that limit, and 0 means that none is set.
    Partner.objects.update(rate_limit_per_minute=0)
    with transaction():
        many = [
            _class(number, platforms, institutions[number % INSTITUTIONS], seats=5_000) for number in range(CLASSES)
        ]
        popular = _class(CLASSES, platforms, institutions[0], seats=400_000)
    return platforms, many, popular


def _template(world: World, *, number: int) -> Person:
    """The template as a partner knows them."""
    from prakerja.awards.queries import card_number

    (award_id,) = rows("SELECT id FROM awards_award WHERE person_id = %s", [world.template])[0]
    return Person(
        number=number,
        person_id=world.template,
        award_id=None,
        intent_id=None,
        voucher_id=None,
        account_id=None,
        card=card_number(person_id=world.template, award_id=award_id),
        code="",
        token="",
        platform=world.platforms[0],
        platform_user=f"user-{number}",
        lesson=world.many[0],
    )


def another_template(world: World, *, stage: Callable[[World, Person], None], first: int) -> World:
    """The same installation with another participant, brought on by `stage`, whose copies are numbered from `first`."""
    person_id = _participant(number=first)
    made = World(
        platforms=world.platforms,
        many=world.many,
        popular=world.popular,
        template=person_id,
        cloner=Cloner(person_id, columns),
        first=first,
    )
    stage(made, _template(made, number=first - 1))
    made.cloner.learn()
    return made


def ready(world: World, who: Person) -> None:
    """The participant may buy now: nothing to add."""


def intended(world: World, who: Person) -> None:
    """The participant's OTP has been sent a minute before now."""
    _send_otp(who, who.lesson, at=NOW - timedelta(minutes=1))


def bought(world: World, who: Person) -> None:
    """The participant bought a self-paced class whose code may be entered now."""
    _buy(who, who.lesson, at=BOUGHT_AT)


def certified(world: World, who: Person) -> None:
    """The participant completed the class; the certificate shows at CERTIFICATE_AT, and nobody was told of it yet."""
    bought(world, who)
    voucher = Voucher.objects.get(person_id=who.person_id)
    code = unseal(voucher.code_enc, table="vouchers_voucher", column="code_enc", row_id=voucher.id)
    institution_id = who.lesson.institution.partner_id
    redeem_code(institution_id=institution_id, code=code, at=REDEEMED_AT)
    record_completion(
        institution_id=institution_id,
        code=code,
        completed_date=None,
        score=80,
        certificate_number="RK-BENCH",
        certificate_kind="completion",
        idempotency_key="bench",
        at=REPORTED_AT,
    )


def reviewed(world: World, who: Person) -> None:
    """The participant has linked an account and reviewed the class: the incentives are planned at PLANNED_AT.

    The bank of the example world has to run: it is asked whose the account is.
    """
    request_link(person_id=who.person_id, provider=PROVIDER, number=account_of(0), at=LINKED_AT)
    sent = Message.objects.get(person_id=who.person_id, template="otp_link_account")
    assert sent.parameters_enc is not None
    said = unseal(sent.parameters_enc, table="notifications_message", column="parameters_enc", row_id=sent.id)
    link_account(
        person_id=who.person_id,
        provider=PROVIDER,
        number=account_of(0),
        otp=json.loads(said)["otp"],
        at=LINKED_AT + timedelta(minutes=1),
    )
    certified(world, who)
    announce_certificates(CERTIFICATE_AT)
    completion = Completion.objects.get(person_id=who.person_id)
    rate_training(
        person_id=who.person_id, completion_id=completion.id, stars=5, review="Sangat berguna.", at=REVIEWED_AT
    )


def account_of(number: int) -> str:
    """The bank account of a copy; its last two digits are of an account with which nothing is wrong."""
    return f"77{number:08d}56"


def _send_otp(who: Person, lesson: Class, *, at: datetime) -> str:
    return send_otp(
        platform_id=who.platform.partner_id,
        platform_user=who.platform_user,
        card_number=who.card,
        course_code=lesson.course_code,
        schedule_code=lesson.run_code,
        amount=PRICE,
        at=at,
    )


def _buy(who: Person, lesson: Class, *, at: datetime) -> None:
    token = _send_otp(who, lesson, at=at)
    parsed = PaymentToken.parse(token)
    assert parsed is not None
    # The code is in a sealed SMS; writing the hash of a known one is shorter than reading it back.
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE purchases_paymentintent SET otp_hash = %s WHERE person_id = %s AND id = %s",
            [otp_hash(parsed.intent_id, OTP), parsed.person_id, parsed.intent_id],
        )
    authorise_purchase(
        platform_id=who.platform.partner_id,
        token=token,
        otp=OTP,
        invoice_code=f"INV-{who.number}-{lesson.course_code}",
        invoice_url="https://platform.example/invoice/0",
        at=at + timedelta(seconds=30),
    )


def columns(who: Person) -> dict[str, Any]:
    """What is this person's own and not a copy, by column of the table of clones."""
    token = PaymentToken.parse(who.token)
    return {
        "platform_id": who.platform.partner_id,
        "platform_user": who.platform_user,
        "course_run_id": who.lesson.run_id,
        "course_id": who.lesson.course_id,
        "institution_id": who.lesson.institution.partner_id,
        "nik_index": blind_index("nik", f"bench-{who.number}"),
        # A revocation opens it, for the blacklist.
        "nik_enc": seal(f"bench-{who.number}", table="people_person", column="nik_enc", row_id=who.person_id),
        "family_index": blind_index("family_card", f"bench-{who.number}"),
        "contact_index": blind_index("phone", f"bench-{who.number}"),
        "card_index": blind_index("card", who.card),
        "card_enc": who.award_id and seal_card_number(who.card, award_id=who.award_id),
        "token_hash": token and token.hash(),
        "otp_hash": who.intent_id and otp_hash(who.intent_id, OTP),
        "account_index": blind_index("payout_account", f"{PROVIDER}:{account_of(who.number)}"),
        "account_enc": who.account_id
        and seal(
            account_of(who.number), table="disbursements_payoutaccount", column="number_enc", row_id=who.account_id
        ),
        "code_index": blind_index("voucher_code", who.code),
        "code_enc": who.voucher_id
        and seal(who.code, table="vouchers_voucher", column="code_enc", row_id=who.voucher_id),
    }


def install(*, budget: int = BUDGET) -> None:
    """A sandbox whose clock stands at `NOW` and ticks, with wave 21 and its money."""
    Installation.objects.create(
        id=1, is_sandbox=True, world="bench", keys_fingerprint=keys().fingerprint, created_at=wall()
    )
    Clock.objects.create(id=1, offset_us=int((NOW - wall()).total_seconds() * 1_000_000))
    forget()
    with transaction():
        open_wave(
            number=21,
            opens_at=datetime(2021, 9, 16, 12, tzinfo=WIB),
            closes_at=datetime(2021, 9, 19, 23, 59, tzinfo=WIB),
            quota=754_929,
        )
        fund_programme(budget=budget, at=ANNOUNCED)


def _partner(kind: str, number: int) -> NewCredential:
    return add_partner(
        actor=SYSTEM, kind=kind, code=f"{kind}{number}", name=f"{kind} {number}", at=ANNOUNCED, legacy_commit=True
    )


def _class(number: int, platforms: Sequence[NewCredential], institution: NewCredential, *, seats: int) -> Class:
    made, run = add_class(
        institution_id=institution.partner_id,
        platform_ids=[platform.partner_id for platform in platforms],
        code=f"course-{number}",
        schedule_code=f"run-{number}",
        price=PRICE,
        seats=seats,
        starts_at=datetime(2021, 9, 1, tzinfo=WIB),
        ends_at=datetime(2021, 12, 10, tzinfo=WIB),
        at=ANNOUNCED,
        title=f"Kursus {number}",
        category="Keuangan",
        mode="online",
        delivery="self_paced",
        duration_hours=7,
    )
    return Class(made.id, made.code, run.id, run.code, institution)


def _participant(*, number: int = 1) -> uuid.UUID:
    row = ResultRow(
        nik=f"9901010103950{number % 1000:03d}",
        family_card_number=f"99{number:014d}",
        name="Peserta Tolok Ukur",
        birth_date="1995-03-01",
        phone=f"0812{number + 10_000_000:08d}",
        email=f"peserta{number}@contoh.id",
        province_code="99",
        education="sma",
    )
    outcome = import_results(
        actor=SYSTEM, rows=[row], wave_number=21, decree_number="SK-BENCH", announced_at=ANNOUNCED, at=ANNOUNCED
    )
    assert outcome.awarded == 1, outcome
    person_id: uuid.UUID = Award.objects.order_by("-id").values_list("person_id", flat=True)[0]
    watch_videos(person_id=person_id, at=VIDEOS_AT)
    return person_id


def _card_number(number: int) -> str:
    from stdnum import luhn

    body = f"{CARD_PREFIX}{number:011d}"
    return body + str(luhn.calc_check_digit(body))


def _code(number: int) -> str:
    letters = []
    for _ in range(12):
        number, letter = divmod(number, len(READABLE))
        letters.append(READABLE[letter])
    return "".join(letters)
