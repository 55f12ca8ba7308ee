"""Synthetic people, and participants brought to a stage by the real operations."""

from __future__ import annotations

import json
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from prakerja.access.models import OtpChallenge
from prakerja.awards.models import Award
from prakerja.awards.operations import finish_video, start_video
from prakerja.awards.queries import card_number
from prakerja.disbursements.operations import link_account, request_link
from prakerja.intake.models import Wave
from prakerja.intake.operations import ResultRow, import_results
from prakerja.kernel.codes import reference
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import otp_hash, unseal
from prakerja.notifications.models import Message
from prakerja.partners.models import Partner
from prakerja.people.queries import person_id_by_nik
from prakerja.purchases.models import PaymentIntent, Purchase
from prakerja.purchases.operations import authorise, send_otp
from prakerja.sandbox.calendar import ANNOUNCED_AT
from prakerja.sandbox.worlds.names import CITIES, FIRST_NAMES, LAST_NAMES, REVIEWS
from prakerja.training.models import Completion
from prakerja.training.operations import rate, record_completion, redeem
from prakerja.vouchers.models import Voucher

# The sandbox's gateway refuses these on purpose, for good or for now: only who asks for such a phone gets one.
_TROUBLESOME = ("0008", "0009")


@dataclass(frozen=True)
class Offer:
    """A class as one platform sells it."""

    platform: str
    institution: str
    course_code: str
    schedule_code: str
    price: int


@dataclass
class Participant:
    """One synthetic participant; what does not apply yet is None."""

    person_id: uuid.UUID
    name: str
    nik: str
    phone: str
    email: str
    card_number: str
    award_id: uuid.UUID
    purchases: list[Bought] = field(default_factory=list)


@dataclass(frozen=True)
class Bought:
    offer: Offer
    platform_user: str
    invoice_code: str
    transaction_code: str
    redeem_code: str


def invented_row(*, name: str = "", phone: str = "", email: str = "") -> ResultRow:
    """A line of a results file for somebody who does not exist: region 99, a phone and an e-mail of their own."""
    chosen = name or f"{secrets.choice(FIRST_NAMES)} {secrets.choice(LAST_NAMES)}"
    birth = date(1970 + secrets.randbelow(31), 1 + secrets.randbelow(12), 1 + secrets.randbelow(28))
    _, province = secrets.choice(CITIES)
    number = phone or f"+62813{secrets.randbelow(10**8):08d}"
    while not phone and number.endswith(_TROUBLESOME):
        number = f"+62813{secrets.randbelow(10**8):08d}"
    words = chosen.lower().split()
    return ResultRow(
        nik=f"99{secrets.randbelow(10**4):04d}{birth:%d%m%y}{1 + secrets.randbelow(9998):04d}",
        family_card_number=f"99{secrets.randbelow(10**14):014d}",
        name=chosen,
        birth_date=birth.isoformat(),
        phone=number,
        email=email or f"{words[0]}.{number[-6:]}@contoh.example",
        province_code=province,
        education="sma",
    )


def award(row: ResultRow, *, wave: int, at: datetime) -> Participant:
    """Put somebody on the wave's list. Raises Refused, also when the list refuses the row (`result_rejected`, because)."""
    found = Wave.objects.filter(number=wave).first()
    if found is None:
        raise Refused("wave_unknown", wave=wave)
    outcome = import_results(
        rows=[row],
        wave_number=wave,
        decree_number=f"SK-DEMO-{wave}",
        announced_at=found.announced_at or ANNOUNCED_AT.get(wave, at),
        at=at,
    )
    if outcome.rejected:
        raise Refused("result_rejected", because=outcome.rejected[0][1])
    person_id = person_id_by_nik(nik=row.nik)
    assert person_id is not None
    held = Award.objects.get(person_id=person_id, wave_id=found.id)
    return Participant(
        person_id=person_id,
        name=row.name,
        nik=row.nik,
        phone=row.phone,
        email=row.email,
        card_number=card_number(award=held),
        award_id=held.id,
    )


def watch_videos(participant: Participant, *, at: datetime) -> datetime:
    """See all three videos from `at` on; returns when the last one ended."""
    for number in (1, 2, 3):
        at = start_video(person_id=participant.person_id, number=number, at=at)
        finish_video(person_id=participant.person_id, number=number, at=at)
    return at


def buy(participant: Participant, offer: Offer, *, at: datetime) -> Bought:
    """Buy through the platform's own verbs, with the OTP from the message."""
    platform = Partner.objects.get(code=offer.platform)
    platform_user = f"demo-{participant.person_id}"
    token = send_otp(
        platform_id=platform.id,
        platform_user=platform_user,
        card_number=participant.card_number,
        course_code=offer.course_code,
        schedule_code=offer.schedule_code,
        amount=offer.price,
        at=at,
    )
    invoice_code = f"DEMO{reference()}"
    receipt = authorise(
        platform_id=platform.id,
        token=token,
        otp=_purchase_otp(participant.person_id),
        invoice_code=invoice_code,
        invoice_url=f"https://contoh.example/invoice/{invoice_code}",
        at=at + timedelta(seconds=20),
    )
    purchase = Purchase.objects.get(person_id=participant.person_id, reference=receipt.reference)
    bought = Bought(
        offer=offer,
        platform_user=platform_user,
        invoice_code=invoice_code,
        transaction_code=receipt.reference,
        redeem_code=code_of(purchase),
    )
    participant.purchases.append(bought)
    return bought


def use_code(bought: Bought, *, at: datetime) -> None:
    redeem(institution_id=_institution(bought).id, code=bought.redeem_code, at=at)


def complete(bought: Bought, *, at: datetime, score: int = 88) -> None:
    """The institution reports the class as completed on the day of `at`."""
    record_completion(
        institution_id=_institution(bought).id,
        code=bought.redeem_code,
        completed_date=None,
        score=score,
        certificate_number=f"{bought.offer.institution.upper()}-{reference()}",
        certificate_kind="completion",
        idempotency_key=f"demo-{bought.transaction_code}",
        at=at,
    )


def code_of(purchase: Purchase) -> str:
    voucher = Voucher.objects.get(person_id=purchase.person_id, id=purchase.voucher_id)
    return unseal(voucher.code_enc, table="vouchers_voucher", column="code_enc", row_id=voucher.id)


def _institution(bought: Bought) -> Partner:
    return Partner.objects.get(code=bought.offer.institution)


def _purchase_otp(person_id: uuid.UUID) -> str:
    intent = PaymentIntent.objects.filter(person_id=person_id, status="otp_sent").order_by("-created_at")[:1].get()
    return _otp(person_id, intent.id, bytes(intent.otp_hash))


def _otp(person_id: uuid.UUID, scope: uuid.UUID, wanted: bytes) -> str:
    """The code that an SMS told. A worker may have sent and wiped it already: then it is found by trying them all."""
    message = Message.objects.get(person_id=person_id, dedupe_key__startswith=f"otp:{scope}")
    if message.parameters_enc is not None:
        sealed = unseal(
            message.parameters_enc, table="notifications_message", column="parameters_enc", row_id=message.id
        )
        return str(json.loads(sealed)["otp"])
    return next(code for code in (f"{n:06d}" for n in range(10**6)) if otp_hash(scope, code) == wanted)


def review(bought: Bought, participant: Participant, *, at: datetime, stars: int = 5) -> None:
    """Rate the completed class, as the participant does on the dashboard."""
    voucher = Purchase.objects.get(person_id=participant.person_id, reference=bought.transaction_code).voucher_id
    completion = Completion.objects.get(person_id=participant.person_id, voucher_id=voucher)
    rate(
        person_id=participant.person_id,
        completion_id=completion.id,
        stars=stars,
        review=REVIEWS[stars][0],
        at=at,
    )


def link(participant: Participant, *, provider: str, number: str, at: datetime) -> None:
    """Link a bank account or e-wallet, with the OTP from the message. The sandbox's bank is asked: it must be running."""
    request_link(person_id=participant.person_id, provider=provider, number=number, closes_at=None, at=at)
    challenge = OtpChallenge.objects.get(
        person_id=participant.person_id, purpose="link_account", used_at=None, replaced_at=None
    )
    link_account(
        person_id=participant.person_id,
        provider=provider,
        number=number,
        otp=_otp(participant.person_id, challenge.id, bytes(challenge.code_hash)),
        closes_at=None,
        at=at + timedelta(seconds=20),
    )
