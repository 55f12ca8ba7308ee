"""A person links the bank account or e-wallet that incentives are paid to (rules.md 5.5)."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import QuerySet

from prakerja.access.actors import Actor
from prakerja.access.operations import check_challenge, reopen_challenge, send_challenge
from prakerja.audit.operations import record
from prakerja.disbursements.banks_and_e_wallets import PROVIDERS, linkable_providers
from prakerja.disbursements.claims import claim_number, release_number
from prakerja.disbursements.models import PayoutAccount
from prakerja.disbursements.policies import account_number
from prakerja.disbursements.rails import InquiryResult, open_rail, rail_for_new_payments
from prakerja.kernel.db import requires_transaction, rows, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import seal, unseal
from prakerja.people import queries as people
from prakerja.programmes.schemes import wib_day


def request_link(*, person_id: uuid.UUID, provider: str, number: str, closes_at: datetime | None, at: datetime) -> None:
    """Send the OTP that confirms a link of this account and no other; the SMS names its last digits.

    `closes_at` is the exclusive link cut-off of the person's scheme, if any. An e-wallet's number must be the registered phone. Raises Refused: link_closed, provider_unknown, number_format,
    wallet_phone, account_linked, otp_locked (until), otp_too_soon (seconds), otp_daily_limit.
    """
    spelt = _checked_number(person_id=person_id, provider=provider, number=number, closes_at=closes_at, at=at)
    send_challenge(
        person_id=person_id,
        purpose="link_account",
        at=at,
        subject=_subject(provider, spelt),
        parameters={"provider": PROVIDERS[provider].name, "tail": spelt[-4:]},
    )


def link_account(
    *, person_id: uuid.UUID, provider: str, number: str, otp: str, closes_at: datetime | None, at: datetime
) -> uuid.UUID:
    """Link the account that the OTP was sent for: it is used up, the rail is asked whose it is. Returns the link's id.

    Nobody is asked about a number without a right code, so nobody looks numbers up here: five codes a day, and a code whose
    bank does not answer may be typed twice more.

    An account of another NIK, or a wallet that was not upgraded, is linked and says so: it is what the person must mend
    before money comes (rules.md 5.4). So is a bank account that somebody else has linked, whatever the bank says of it;
    neither person learns of the other (rules.md 5.5). Raises Refused as `request_link`, and account_not_found, account_blocked,
    provider_unavailable, otp_wrong (left), otp_expired, otp_locked (until).
    """
    spelt = _checked_number(person_id=person_id, provider=provider, number=number, closes_at=closes_at, at=at)
    challenge_id = check_challenge(
        person_id=person_id, purpose="link_account", otp=otp, subject=_subject(provider, spelt), at=at
    )
    found = inquire_number(person_id=person_id, provider=provider, number=spelt)
    if found.status == "unknown":
        reopen_challenge(person_id=person_id, challenge_id=challenge_id)
        raise Refused("provider_unavailable")
    if found.status != "active":
        raise Refused("account_not_found" if found.status == "not_found" else "account_blocked")
    account = _new_account(person_id=person_id, provider=provider, number=spelt, found=found, at=at)
    with transaction():
        # Of two links at once the unique key lets one through.
        PayoutAccount.objects.bulk_create([account], ignore_conflicts=True)
        if not PayoutAccount.objects.filter(person_id=person_id, id=account.id).exists():
            raise Refused("account_linked")
        _settle_ownership(account=account, number=spelt, at=at)
        record(
            action="account.linked",
            at=at,
            person_id=person_id,
            actor=Actor.participant(person_id),
            subject_kind="payout_account",
            subject_id=account.id,
            data={
                "provider": provider,
                "nik_matches": account.nik_matches,
                "is_kyc_complete": account.is_kyc_complete,
            },
        )
    return account.id


def _subject(provider: str, number: str) -> str:
    return f"{provider}:{number}"


def unlink_account(*, person_id: uuid.UUID, at: datetime) -> None:
    """Take the link away; a payment that is due soon will be held. Raises Refused: account_unknown."""
    with transaction():
        if not unlink_for_erasure(person_id=person_id, at=at):
            raise Refused("account_unknown")


@requires_transaction
def unlink_for_erasure(*, person_id: uuid.UUID, at: datetime) -> int:
    """Take the link away inside the work that erases a person's data; returns how many there were (0 or 1).

    The account's row stays: it says where the state paid.
    """
    live = PayoutAccount.objects.filter(person_id=person_id, unlinked_at=None)
    return _unlink(live, actor=Actor.participant(person_id), at=at)


@requires_transaction
def unlink_e_wallet(*, person_id: uuid.UUID, actor: Actor, at: datetime) -> int:
    """Take the link of an e-wallet away, which is whoever's its phone is; returns how many there were (0 or 1).

    A bank account stays: its holder is the person by the bank's word, whoever has a phone.
    """
    live = PayoutAccount.objects.filter(person_id=person_id, unlinked_at=None, kind="e_wallet")
    return _unlink(live, actor=actor, at=at)


@requires_transaction
def _unlink(live: QuerySet[PayoutAccount], *, actor: Actor, at: datetime) -> int:
    account = live.select_for_update(no_key=True).first()
    if account is not None:
        account.unlinked_at = at
        account.save(update_fields=["unlinked_at"])
        release_number(person_id=account.person_id, provider=account.provider, number=opened_number(account=account))
        record(
            action="account.unlinked",
            at=at,
            person_id=account.person_id,
            actor=actor,
            subject_kind="payout_account",
            subject_id=account.id,
        )
    return int(account is not None)


def inquire_number(*, person_id: uuid.UUID, provider: str, number: str) -> InquiryResult:
    """Ask the rail whose account this is. A network call: never inside a transaction."""
    name = people.name_of(person_id=person_id)
    rail = open_rail(rail_for_new_payments())
    return rail.inquire(provider=provider, number=number, name=name, nik_tail=people.nik_of(person_id=person_id)[-4:])


def inquire_account(*, person_id: uuid.UUID, account_id: uuid.UUID) -> InquiryResult:
    """Ask the rail about a linked account again: a person may have upgraded the wallet since."""
    account = PayoutAccount.objects.get(person_id=person_id, id=account_id)
    return inquire_number(person_id=account.person_id, provider=account.provider, number=opened_number(account=account))


@requires_transaction
def store_inquiry(*, person_id: uuid.UUID, account_id: uuid.UUID, found: InquiryResult, at: datetime) -> None:
    """Keep what the rail says now; no usable answer changes nothing.

    What is worse than before becomes a row of its own: payments made until now keep pointing at what was true of theirs.
    """
    if found.status != "active":
        return
    account = PayoutAccount.objects.select_for_update(no_key=True).get(person_id=person_id, id=account_id)
    number = opened_number(account=account)
    is_own = found.nik_matches and _is_unclaimed(account=account, number=number)
    now = (is_own, _is_kyc_complete(provider=account.provider, found=found))
    if (account.nik_matches and not now[0]) or (account.is_kyc_complete and not now[1]):
        account.unlinked_at = at
        account.save(update_fields=["unlinked_at"])
        account = _new_account(
            person_id=account.person_id, provider=account.provider, number=number, found=found, at=account.linked_at
        )
        account.save(force_insert=True)
        _settle_ownership(account=account, number=number, at=at)
        return
    account.nik_matches, account.is_kyc_complete = now
    account.holder_name = found.holder_name or account.holder_name if is_own else ""
    account.save(update_fields=["nik_matches", "is_kyc_complete", "holder_name"])


_NEW = "noticed_at IS NULL AND unlinked_at IS NULL"
_TAKE = f"""
UPDATE disbursements_payoutaccount account SET noticed_at = %(at)s
  FROM (SELECT id FROM disbursements_payoutaccount WHERE {_NEW} AND linked_at <= %(at)s
         ORDER BY linked_at, id LIMIT {{most}} FOR NO KEY UPDATE SKIP LOCKED) news
 WHERE account.id = news.id
RETURNING account.person_id, account.linked_at"""


@requires_transaction
def take_new_accounts(*, at: datetime, most: int) -> dict[uuid.UUID, datetime]:
    """Up to `most` people who have linked an account that nobody above has noticed yet, and when; they are noticed now."""
    return dict(rows(_TAKE.format(most=most), {"at": at}))


@requires_transaction
def _settle_ownership(*, account: PayoutAccount, number: str, at: datetime) -> None:
    """Claim what the bank says is this person's own; what another person has claimed is not, and operators can read why."""
    if account.kind != "bank_account":
        return
    if not account.nik_matches:
        release_number(person_id=account.person_id, provider=account.provider, number=number)
        return
    owner = claim_number(person_id=account.person_id, provider=account.provider, number=number)
    if owner == account.person_id:
        return
    account.nik_matches, account.holder_name = False, ""
    account.save(update_fields=["nik_matches", "holder_name"])
    record(
        action="account.contested",
        at=at,
        person_id=account.person_id,
        subject_kind="payout_account",
        subject_id=account.id,
        data={"claimed_by": str(owner)},
    )


@requires_transaction
def _is_unclaimed(*, account: PayoutAccount, number: str) -> bool:
    """Whether a bank account that the bank calls this person's own is nobody else's; then it is claimed."""
    if account.kind != "bank_account":
        return True
    owner = claim_number(person_id=account.person_id, provider=account.provider, number=number)
    return owner == account.person_id


def _new_account(
    *, person_id: uuid.UUID, provider: str, number: str, found: InquiryResult, at: datetime
) -> PayoutAccount:
    account_id = new_id()
    return PayoutAccount(
        id=account_id,
        person_id=person_id,
        kind=PROVIDERS[provider].kind,
        provider=provider,
        number_enc=seal(number, table="disbursements_payoutaccount", column="number_enc", row_id=account_id),
        # Whose account it is when it is not this person's, is nothing that this person may learn.
        holder_name=(found.holder_name or "") if found.nik_matches else "",
        nik_matches=found.nik_matches,
        is_kyc_complete=_is_kyc_complete(provider=provider, found=found),
        linked_at=at,
    )


def opened_number(*, account: PayoutAccount) -> str:
    """The account's number, opened: for the rail only."""
    return open_number(sealed=account.number_enc, account_id=account.id)


def open_number(*, sealed: bytes | memoryview, account_id: uuid.UUID) -> str:
    """The same of what is stored, where nobody made an object of it."""
    return unseal(bytes(sealed), table="disbursements_payoutaccount", column="number_enc", row_id=account_id)


def _is_kyc_complete(*, provider: str, found: InquiryResult) -> bool:
    """A bank knows its customers: only an e-wallet has to be upgraded (rules.md 5.5)."""
    return found.is_kyc_complete or PROVIDERS[provider].kind == "bank_account"


def _checked_number(
    *, person_id: uuid.UUID, provider: str, number: str, closes_at: datetime | None, at: datetime
) -> str:
    if closes_at is not None and at >= closes_at:
        raise Refused("link_closed", closed_at=closes_at)
    rule = linkable_providers(on=wib_day(at)).get(provider)
    if rule is None:
        raise Refused("provider_unknown")
    spelt = account_number(kind=rule.kind, typed=number)
    if spelt is None:
        raise Refused("number_format")
    if rule.kind == "e_wallet" and spelt != people.contact_of(person_id=person_id, kind="phone"):
        raise Refused("wallet_phone")
    if PayoutAccount.objects.filter(person_id=person_id, unlinked_at=None).exists():
        raise Refused("account_linked")
    return spelt
