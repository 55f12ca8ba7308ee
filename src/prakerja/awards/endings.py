"""How a participation ends before the first purchase: revocation at the deadline, or withdrawal."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from prakerja.access.actors import Actor
from prakerja.audit.operations import record
from prakerja.awards.models import Award, Blacklist
from prakerja.awards.states import AWARD_STATES
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.secrets import blind_index
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import empty
from prakerja.notifications.operations import queue_message
from prakerja.people import queries as people
from prakerja.programmes.queries import scheme
from prakerja.programmes.schemes import deadline_after_void
from prakerja.wallets.operations import close_wallet, lock_wallet

# The run starts five minutes after the deadline: what was debited at 23:59:59 has committed by then (rules.md 14.3).
REVOCATION_DELAY = timedelta(minutes=5)


def revoke_unbought(*, award_id: uuid.UUID, person_id: uuid.UUID, at: datetime) -> bool:
    """Revoke one award whose first purchase is overdue. False when a purchase came first; then nothing changes.

    Everything unspent returns to the programme, the card is off, the NIK is blacklisted for life, and an SMS says so
    (rules.md 8.1). The wallet is locked first: whoever holds it decides, and a purchase that was
    authorised before the deadline has won.
    """
    with transaction():
        award = _lock(person_id=person_id, award_id=award_id)
        overdue = at >= award.purchase_deadline_at + REVOCATION_DELAY
        if award.status != "active" or award.first_purchase_at is not None or not overdue:
            return False
        released = _end(award=award, verb="revoke", reason="no_purchase", at=at)
        nik = people.nik(person_id=person_id)
        Blacklist.objects.get_or_create(
            nik_index=blind_index("nik", nik),
            defaults={"person_id": person_id, "reason": "no_purchase", "listed_at": at},
        )
        queue_message(
            person_id=person_id,
            template="revoked",
            channels=("sms", "dashboard"),
            parameters={"deadline": award.purchase_deadline_at.isoformat()},
            dedupe_key=f"revoked:{award.id}",
            at=at,
        )
        record(
            action="award.revoked",
            at=at,
            person_id=person_id,
            subject_kind="award",
            subject_id=award.id,
            data={"released": released, "reason": "no_purchase"},
        )
    return True


def withdraw(*, person_id: uuid.UUID, at: datetime) -> None:
    """The participant gives the award back before the first purchase; the chance is used up (rules.md 12.16).

    Raises Refused: no_award, award_ended, already_bought.
    """
    with transaction():
        found = Award.objects.filter(person_id=person_id).order_by("-awarded_at").first()
        if found is None:
            raise Refused("no_award")
        award = _lock(person_id=person_id, award_id=found.id)
        if award.status != "active":
            raise Refused("award_ended")
        if award.first_purchase_at is not None:
            raise Refused("already_bought")
        released = _end(award=award, verb="withdraw", reason="withdrawn", at=at)
        queue_message(
            person_id=person_id,
            template="withdrawn",
            channels=("sms", "dashboard"),
            parameters={},
            dedupe_key=f"withdrawn:{award.id}",
            at=at,
        )
        record(
            action="award.withdrawn",
            at=at,
            person_id=person_id,
            actor=Actor.participant(person_id),
            subject_kind="award",
            subject_id=award.id,
            data={"released": released},
        )


@requires_transaction
def reopen_purchase_window(*, person_id: uuid.UUID, award_id: uuid.UUID, voided_at: datetime) -> None:
    """The only purchase was voided: not revoked tonight, a new deadline instead (rules.md 12.5)."""
    award = Award.objects.select_for_update(no_key=True).get(person_id=person_id, id=award_id)
    rules = scheme(scheme_version_id=award.scheme_version_id)
    award.first_purchase_at = None
    award.purchase_deadline_at = deadline_after_void(
        scheme=rules, deadline_at=award.purchase_deadline_at, voided_at=voided_at
    )
    award.save(update_fields=["first_purchase_at", "purchase_deadline_at"])


@requires_transaction
def _lock(*, person_id: uuid.UUID, award_id: uuid.UUID) -> Award:
    """Lock the wallet's balance, as a purchase does, and only then read the award."""
    route = Award.objects.only("wallet_id").get(person_id=person_id, id=award_id)
    lock_wallet(person_id=person_id, wallet_id=route.wallet_id)
    return Award.objects.select_for_update(no_key=True).get(person_id=person_id, id=award_id)


@requires_transaction
def _end(*, award: Award, verb: str, reason: str, at: datetime) -> int:
    """Close the wallet, release fund and reserve to the programme, end the award. Returns the rupiah released."""
    released = close_wallet(
        person_id=award.person_id,
        wallet_id=award.wallet_id,
        event_id=award.id,
        kind="revoke_balance",
        credit=int(Chart.PROGRAMME_FUNDS),
        at=at,
    )
    released += empty(
        person_id=award.person_id,
        balance_id=award.reserve_id,
        event_id=award.id,
        kind="revoke_reserve",
        credit=int(Chart.PROGRAMME_FUNDS),
        at=at,
    )
    award.status = AWARD_STATES.advance(current=award.status, verb=verb)
    award.ended_at, award.end_reason = at, reason
    award.save(update_fields=["status", "ended_at", "end_reason"])
    return released
