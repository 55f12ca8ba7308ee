"""Synthetic people, and participants brought to a stage by the real operations."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from prakerja.access.actors import Actor
from prakerja.awards.queries import card_number, current_award
from prakerja.disbursements.operations import link_account, request_link
from prakerja.intake import queries as waves
from prakerja.intake.operations import ResultRow, import_results
from prakerja.kernel.codes import new_transaction_code
from prakerja.kernel.errors import Refused
from prakerja.partners.queries import partner_id_of
from prakerja.people.queries import person_id_by_nik
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import purchase_deadline
from prakerja.purchases.operations import authorise_purchase, send_otp
from prakerja.sandbox.calendar import ANNOUNCED_AT
from prakerja.sandbox.peeking import challenge_otp, code_of_purchase, purchase_otp
from prakerja.sandbox.worlds.names import CITIES, FIRST_NAMES, LAST_NAMES, REVIEWS
from prakerja.training.operations import rate_training, record_completion, redeem_code
from prakerja.training.queries import completion_of_code

# The sandbox's gateway refuses these on purpose, for good or for now: only who asks for such a phone gets one.
_TROUBLESOME = ("0008", "0009")


# What is bought here and not at a shop's page has an invoice that begins so.
INVOICE_PREFIX = "DEMO"


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


def last_moment_to_buy(*, wave: int, at: datetime) -> datetime:
    """The exclusive deadline of whoever is put on the wave's list at `at`. Raises Refused: wave_unknown."""
    found = waves.wave(number=wave)
    if found is None:
        raise Refused("wave_unknown", wave=wave)
    rules = scheme(scheme_version_id=found.scheme_version_id)
    return purchase_deadline(scheme=rules, announced_at=_announced_at(found, wave=wave, at=at))


def _announced_at(found: waves.WaveState, *, wave: int, at: datetime) -> datetime:
    return found.announced_at or ANNOUNCED_AT.get(wave, at)


def award(row: ResultRow, *, wave: int, at: datetime) -> Participant:
    """Put somebody on the wave's list. Raises Refused, also when the list refuses the row (`result_rejected`, because)."""
    found = waves.wave(number=wave)
    if found is None:
        raise Refused("wave_unknown", wave=wave)
    outcome = import_results(
        actor=Actor.system("sandbox"),
        rows=[row],
        wave_number=wave,
        decree_number=f"SK-DEMO-{wave}",
        announced_at=_announced_at(found, wave=wave, at=at),
        at=at,
        # Nobody is hurt by an invented person's short deadline; one that has passed is refused all the same.
        short_deadline_confirmed_by=Actor.system("sandbox"),
        # A list that an operator of the demo left half read keeps nobody out of it.
        take_over=True,
    )
    if outcome.rejected:
        raise Refused("result_rejected", because=outcome.rejected[0][1])
    person_id = person_id_by_nik(nik=row.nik)
    assert person_id is not None
    held = current_award(person_id=person_id)
    assert held is not None
    return Participant(
        person_id=person_id,
        name=row.name,
        nik=row.nik,
        phone=row.phone,
        email=row.email,
        card_number=card_number(person_id=person_id, award_id=held.id),
        award_id=held.id,
    )


def platform_user_of(person_id: uuid.UUID) -> str:
    """The account at a shop with which this person buys here."""
    return f"demo-{person_id}"


def buy(participant: Participant, offer: Offer, *, at: datetime) -> Bought:
    """Buy through the platform's own verbs, with the OTP from the message."""
    platform_id = partner_id_of(code=offer.platform)
    platform_user = platform_user_of(participant.person_id)
    token = send_otp(
        platform_id=platform_id,
        platform_user=platform_user,
        card_number=participant.card_number,
        course_code=offer.course_code,
        schedule_code=offer.schedule_code,
        amount=offer.price,
        at=at,
    )
    invoice_code = f"{INVOICE_PREFIX}{new_transaction_code()}"
    receipt = authorise_purchase(
        platform_id=platform_id,
        token=token,
        otp=purchase_otp(person_id=participant.person_id),
        invoice_code=invoice_code,
        invoice_url=f"https://contoh.example/invoice/{invoice_code}",
        at=at + timedelta(seconds=20),
    )
    bought = Bought(
        offer=offer,
        platform_user=platform_user,
        invoice_code=invoice_code,
        transaction_code=receipt.reference,
        redeem_code=code_of_purchase(person_id=participant.person_id, transaction_code=receipt.reference),
    )
    participant.purchases.append(bought)
    return bought


def use_code(bought: Bought, *, at: datetime) -> None:
    redeem_code(institution_id=partner_id_of(code=bought.offer.institution), code=bought.redeem_code, at=at)


def complete(bought: Bought, *, at: datetime, score: int = 88) -> None:
    """The institution reports the class as completed on the day of `at`."""
    record_completion(
        institution_id=partner_id_of(code=bought.offer.institution),
        code=bought.redeem_code,
        completed_date=None,
        score=score,
        certificate_number=f"{bought.offer.institution.upper()}-{new_transaction_code()}",
        certificate_kind="completion",
        idempotency_key=f"demo-{bought.transaction_code}",
        at=at,
    )


def review(bought: Bought, participant: Participant, *, at: datetime, stars: int = 5) -> None:
    """Rate the completed class, as the participant does on the dashboard."""
    completion_id = completion_of_code(code=bought.redeem_code)
    assert completion_id is not None
    rate_training(
        person_id=participant.person_id,
        completion_id=completion_id,
        stars=stars,
        review=REVIEWS[stars][0],
        at=at,
    )


def link(participant: Participant, *, provider: str, number: str, at: datetime) -> None:
    """Link a bank account or e-wallet, with the OTP from the message. The sandbox's bank is asked: it must be running."""
    request_link(person_id=participant.person_id, provider=provider, number=number, closes_at=None, at=at)
    link_account(
        person_id=participant.person_id,
        provider=provider,
        number=number,
        otp=challenge_otp(person_id=participant.person_id, purpose="link_account"),
        closes_at=None,
        at=at + timedelta(seconds=20),
    )
