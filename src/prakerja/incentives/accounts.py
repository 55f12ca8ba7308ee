"""Linking an account, for a participant: the scheme of the award says until when (rules.md 5.3)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.awards.queries import current_award
from prakerja.disbursements import operations as disbursements
from prakerja.disbursements.queries import had_valid_account
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import CutoffKind, cutoff_at


def request_link(*, person_id: uuid.UUID, provider: str, number: str, at: datetime) -> None:
    """Send the OTP that confirms a link. An e-wallet's number must be the registered phone.

    Raises Refused: link_closed, provider_unknown, number_format, wallet_phone, account_linked (unlink it first),
    otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    disbursements.request_link(
        person_id=person_id, provider=provider, number=number, closes_at=link_closes_at(person_id=person_id), at=at
    )


def link_account(*, person_id: uuid.UUID, provider: str, number: str, otp: str, at: datetime) -> uuid.UUID:
    """Link a bank account or e-wallet and return its id. The provider is asked over the network, after the code.

    Raises Refused as `request_link`, and account_not_found, account_blocked, provider_unavailable, otp_wrong (left),
    otp_expired, otp_locked (until).
    """
    return disbursements.link_account(
        person_id=person_id,
        provider=provider,
        number=number,
        otp=otp,
        closes_at=link_closes_at(person_id=person_id),
        at=at,
    )


def unlink_account(*, person_id: uuid.UUID, at: datetime) -> None:
    """Take the link away; a payment of the next days will be held. Raises Refused: account_unknown."""
    disbursements.unlink_account(person_id=person_id, at=at)


def link_closes_at(*, person_id: uuid.UUID) -> datetime | None:
    """Until when this person may link an account, exclusive; None for somebody without an award, and in a scheme without
    the cut-off.

    None as well for whoever had a valid account when the cut-off came: it may break, be closed or change its phone afterwards,
    and what was earned is then paid to another (rules.md 12.32).
    """
    award = current_award(person_id=person_id)
    if award is None:
        return None
    cutoff = cutoff_at(scheme=scheme(scheme_version_id=award.scheme_version_id), kind=CutoffKind.LINK)
    if cutoff is None or had_valid_account(person_id=person_id, at=cutoff):
        return None
    return cutoff
