"""How an award ends. Each verb does one step of the machine, with the money, the message and the trail that belong to it.

A context above that has more to end (incentives, payments, surveys) does so first, in the same transaction, with wallet
and award locked, and then calls the verb.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from prakerja.access.actors import Actor
from prakerja.audit.operations import record_each
from prakerja.awards.blacklisting import blacklist_person
from prakerja.awards.facts import AwardFacts
from prakerja.awards.locking import locked_with_wallet
from prakerja.awards.models import Award
from prakerja.awards.states import AWARD_STATES
from prakerja.awards.telling import record_award_action, tell_participant
from prakerja.kernel.db import requires_transaction, transaction
from prakerja.kernel.errors import Refused
from prakerja.kernel.hot_calls import HotCall
from prakerja.kernel.ids import new_id
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import Emptied, empty_balance, empty_balances, lock_balances
from prakerja.notifications.operations import Notice, queue_many
from prakerja.wallets.operations import close_wallet, close_wallets

_SYSTEM = Actor.system()
_WITHDRAW = HotCall(Path(__file__).with_name("withdraw_award.sql"))


@requires_transaction
def revoke_award(*, person_id: uuid.UUID, award_id: uuid.UUID, reason: str, actor: Actor, at: datetime) -> int:
    """The suspicion for which an award was suspended is true: it is revoked, the NIK blacklisted (rules.md 8.3).

    What is left returns to the programme; returns these rupiah. Raises Refused: not_suspended.
    """
    award = locked_with_wallet(person_id=person_id, award_id=award_id)
    if award.status != "suspended":
        raise Refused("not_suspended")
    released = _release(award=award, kinds=("revoke_balance", "revoke_reserve"), at=at)
    _end(award=award, verb="revoke", reason=reason, at=at)
    blacklist_person(person_id=person_id, reason=reason, at=at)
    tell_participant(award=award, template="revoked_after_suspension", at=at)
    record_award_action(
        award=award, action="award.revoked", data={"released": released, "reason": reason}, actor=actor, at=at
    )
    return released


def withdraw_award(*, person_id: uuid.UUID, at: datetime) -> None:
    """The participant gives the award back before the first purchase; the chance is used up (rules.md 12.16).

    The money and the step are one function, which the participants' door may call while it can do no part of it (ADR 0050).
    Raises Refused: no_award, award_suspended, award_ended, already_bought.
    """
    with transaction():
        reason, award_id, released = _WITHDRAW(
            person_id=person_id, at=at, balance_transfer_id=new_id(), reserve_transfer_id=new_id()
        )
        if reason is not None:
            raise Refused(reason)
        award = Award.objects.get(person_id=person_id, id=award_id)
        tell_participant(award=award, template="withdrawn", at=at)
        record_award_action(
            award=award,
            action="award.withdrawn",
            data={"released": released},
            actor=Actor.participant(person_id),
            at=at,
        )


@requires_transaction
def lapse_awards(
    *, awards: Sequence[AwardFacts], reason: str, deadline: datetime, at: datetime
) -> dict[uuid.UUID, int]:
    """A cut-off took active awards, which the caller has locked with their wallets: what is left goes to the treasury.

    One statement for each table. Returns these rupiah by award. `reason` names the notice, which says what was missed
    (`not_reviewed`) until when: `deadline`, exclusive.
    """
    if not awards:
        return {}
    treasury = int(Chart.TREASURY)
    reserves = [Emptied(one.person_id, one.reserve_id, one.id) for one in awards]
    lock_balances(balances=[(one.person_id, one.balance_id) for one in reserves])
    emptied = empty_balances(emptied=reserves, kind="lapse_reserve", credit=treasury, at=at)
    closed = close_wallets(
        events=[(one.person_id, one.wallet_id, one.id) for one in awards], kind="sweep", credit=treasury, at=at
    )
    lapsed = {one.id: emptied.get(one.reserve_id, 0) + closed.get(one.wallet_id, 0) for one in awards}
    Award.objects.filter(id__any_of=list(lapsed)).update(
        status=AWARD_STATES.target("lapse"), ended_at=at, end_reason=reason, suspended_at=None
    )
    queue_many(
        template=f"lapsed_{reason}",
        channels=("sms", "dashboard"),
        notices=[
            Notice(
                one.person_id, {"amount": lapsed[one.id], "deadline": deadline.isoformat()}, f"cutoff:{reason}:{one.id}"
            )
            for one in awards
        ],
        at=at,
        may_be_known=True,
        queue=deadline.isoformat(),
    )
    record_each(
        action="award.lapsed",
        at=at,
        actor=_SYSTEM,
        subject_kind="award",
        told=[(one.person_id, one.id, {"reason": reason, "amount": lapsed[one.id]}) for one in awards],
    )
    return lapsed


@requires_transaction
def finish_awards(*, awards: Sequence[AwardFacts], at: datetime) -> None:
    """Everything is paid or lapsed and nothing is left: active awards are finished, their cards off; they are locked."""
    if not awards:
        return
    events = [(one.person_id, one.wallet_id, one.id) for one in awards]
    close_wallets(events=events, kind="sweep", credit=int(Chart.TREASURY), at=at)
    Award.objects.filter(id__any_of=[one.id for one in awards]).update(
        status=AWARD_STATES.target("finish"), ended_at=at, end_reason="everything_paid_or_lapsed", suspended_at=None
    )
    queue_many(
        template="award_finished",
        channels=("dashboard",),
        notices=[Notice(one.person_id, {}, f"finished:{one.id}") for one in awards],
        at=at,
        may_be_known=True,
    )
    record_each(
        action="award.finished",
        at=at,
        actor=_SYSTEM,
        subject_kind="award",
        told=[(one.person_id, one.id, {}) for one in awards],
    )


@requires_transaction
def annul_award(
    *,
    person_id: uuid.UUID,
    award_id: uuid.UUID,
    reason: str,
    claim: int,
    due_date: date,
    returned: int,
    actor: Actor,
    at: datetime,
) -> None:
    """The recipient should never have had it: what is left returns to the programme (rules.md 14.8).

    `claim` rupiah are to be repaid until the day `due_date` (WIB), which the person is told; `returned` is what of the
    training fund was not spent. Raises Refused: award_ended.
    """
    award = locked_with_wallet(person_id=person_id, award_id=award_id)
    if award.status not in AWARD_STATES.group("LIVE"):
        raise Refused("award_ended")
    _release(award=award, kinds=("annul_balance", "annul_reserve"), at=at)
    _end(award=award, verb="annul", reason=reason, at=at)
    said = {"claim": claim, "due_date": due_date.isoformat()} if claim else {}
    template = "award_annulled" if claim else "annulled_nothing_due"
    tell_participant(award=award, template=template, parameters=said, key="annulled", at=at)
    record_award_action(
        award=award,
        action="award.annulled",
        data={"reason": reason, "claim": claim, "returned": returned},
        actor=actor,
        at=at,
    )


@requires_transaction
def _release(*, award: Award, kinds: tuple[str, str], at: datetime) -> int:
    """Close the wallet and empty the reserve. Returns the rupiah that went back to the programme."""
    released = _close_wallet(award=award, kind=kinds[0], credit=Chart.PROGRAMME_FUNDS, at=at)
    return released + _empty_reserve(award=award, kind=kinds[1], credit=Chart.PROGRAMME_FUNDS, at=at)


@requires_transaction
def _empty_reserve(*, award: Award, kind: str, credit: Chart, at: datetime) -> int:
    return empty_balance(
        person_id=award.person_id, balance_id=award.reserve_id, event_id=award.id, kind=kind, credit=int(credit), at=at
    )


@requires_transaction
def _close_wallet(*, award: Award, kind: str, credit: Chart, at: datetime) -> int:
    return close_wallet(
        person_id=award.person_id, wallet_id=award.wallet_id, event_id=award.id, kind=kind, credit=int(credit), at=at
    )


@requires_transaction
def _end(*, award: Award, verb: str, reason: str, at: datetime) -> None:
    award.status = AWARD_STATES.advance(current=award.status, verb=verb)
    award.ended_at, award.end_reason, award.suspended_at = at, reason, None
    award.save(update_fields=["status", "ended_at", "end_reason", "suspended_at"])
