"""A participant changes their phone: the payout account is unlinked first, because an e-wallet is its phone (rules.md 8.5)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.disbursements.accounts import unlink_e_wallet
from prakerja.disbursements.models import PayoutAccount
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.people.changing import check_contact_code, request_contact_code, take_contact, take_found_phone


def request_phone_change(*, person_id: uuid.UUID, phone: str, at: datetime) -> None:
    """Send a code to the new phone. Raises Refused: account_still_linked, phone_format, contact_same, otp_locked (until),
    otp_too_soon (seconds), otp_daily_limit."""
    _require_unlinked(person_id)
    request_contact_code(person_id=person_id, kind="phone", value=phone, at=at)


def change_phone(*, person_id: uuid.UUID, phone: str, otp: str, at: datetime) -> None:
    """Take the new phone; every session ends, so that whoever goes on has it in their hand.

    Raises Refused: account_still_linked, phone_format, otp_wrong (left), otp_expired, otp_locked (until), contact_same,
    contact_of_other_person.
    """
    _require_unlinked(person_id)
    check_contact_code(person_id=person_id, kind="phone", value=phone, otp=otp, at=at)
    with transaction():
        _require_unlinked(person_id)
        take_contact(person_id=person_id, kind="phone", value=phone, at=at)


@requires_transaction
def replace_lost_phone(*, person_id: uuid.UUID, phone: str, verified_at: datetime, actor: Actor, at: datetime) -> None:
    """Put a phone (normalised) that was shown to be theirs in the place of a lost one: an e-wallet of the lost one is unlinked
    first, every session ends, both phones are told. Whether it may be is the caller's to know.

    Raises Refused: person_unknown, contact_same, contact_of_other_person.
    """
    unlink_e_wallet(person_id=person_id, actor=actor, at=at)
    take_found_phone(person_id=person_id, phone=phone, verified_at=verified_at, actor=actor, at=at)


def _require_unlinked(person_id: uuid.UUID) -> None:
    if PayoutAccount.objects.filter(person_id=person_id, unlinked_at=None).exists():
        raise Refused("account_still_linked")
