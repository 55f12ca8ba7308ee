"""An award in all its rows, for many people at once: wallet, reserve, card number, transfers, messages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.audit.models import Record
from prakerja.awards.cards import fresh_card_numbers, seal_card_number
from prakerja.awards.models import Award, CardClaim
from prakerja.kernel.clock import wall
from prakerja.kernel.db import copy_in, requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.ledger.models import Balance, Chart, Transfer
from prakerja.notifications.models import Message
from prakerja.notifications.operations import seal_parameters, wake
from prakerja.programmes.schemes import Scheme, balance_expires_at, purchase_deadline
from prakerja.wallets.models import Wallet

# So many people are prepared in memory at a time.
BATCH = 1000


@dataclass(frozen=True)
class Recipient:
    """Who is awarded, by which application."""

    person_id: uuid.UUID
    name: str
    application_id: uuid.UUID


@dataclass(frozen=True)
class Grounds:
    """What every award of a list rests on: its wave, the decree that names the people, and the rules."""

    wave_id: uuid.UUID
    wave_number: int
    decree_id: uuid.UUID
    decree_number: str
    scheme_version_id: uuid.UUID
    rules: Scheme
    announced_at: datetime


@requires_transaction
def award_many(*, recipients: list[Recipient], grounds: Grounds, at: datetime) -> None:
    """Award each person: the whole benefit is reserved at once (rules.md 5.3), stamped `at`.

    The deadline is the wave's one exact moment: the announcement day is day 1 (rules.md 4.2).
    """
    deadline = purchase_deadline(scheme=grounds.rules, announced_at=grounds.announced_at)
    spendable_until = balance_expires_at(scheme=grounds.rules)
    for start in range(0, len(recipients), BATCH):
        _award_batch(
            recipients=recipients[start : start + BATCH],
            grounds=grounds,
            deadline=deadline,
            spendable_until=spendable_until,
            at=at,
        )
    wake()


@requires_transaction
def _award_batch(
    *,
    recipients: list[Recipient],
    grounds: Grounds,
    deadline: datetime,
    spendable_until: datetime | None,
    at: datetime,
) -> None:
    rules = grounds.rules
    cards = fresh_card_numbers(len(recipients))
    balances, wallets, rows, claims, transfers, messages, audits = [], [], [], [], [], [], []
    for item, (number, index) in zip(recipients, cards, strict=True):
        award_id = new_id()
        wallet_balance = Balance(
            id=new_id(), person_id=item.person_id, account_id=int(Chart.WALLET), amount=rules.training_fund
        )
        reserve = Balance(id=new_id(), person_id=item.person_id, account_id=int(Chart.RESERVE), amount=rules.reserve)
        wallet = Wallet(
            id=new_id(),
            person_id=item.person_id,
            balance=wallet_balance,
            opened_at=at,
            spendable_until=spendable_until,
        )
        balances += [wallet_balance, reserve]
        wallets.append(wallet)
        rows.append(
            Award(
                id=award_id,
                person_id=item.person_id,
                wave_id=grounds.wave_id,
                decree_id=grounds.decree_id,
                scheme_version_id=grounds.scheme_version_id,
                application_id=item.application_id,
                wallet=wallet,
                reserve=reserve,
                card_number_enc=seal_card_number(number, award_id=award_id),
                awarded_at=at,
                purchase_deadline_at=deadline,
                # A scheme without induction videos shows the card number at once.
                videos_done_at=None if rules.videos.count else at,
            )
        )
        claims.append(CardClaim(index=index, person_id=item.person_id, award_id=award_id))
        transfers += [
            _transfer(award_id, "fund", wallet_balance, Chart.WALLET, at),
            _transfer(award_id, "reserve", reserve, Chart.RESERVE, at),
        ]
        messages += _announcements(item, award_id, grounds=grounds, deadline=deadline, at=at)
        audits.append(_audit(item, award_id, grounds=grounds, at=at))
    for made in (balances, wallets, rows, claims, transfers, messages, audits):
        copy_in(made)


def _audit(item: Recipient, award_id: uuid.UUID, *, grounds: Grounds, at: datetime) -> Record:
    return Record(
        person_id=item.person_id,
        action="award.made",
        actor_kind="decree",
        actor_id=grounds.decree_number,
        subject_kind="award",
        subject_id=award_id,
        at=at,
        recorded_at=wall(),
        data={"benefit": grounds.rules.total_benefit},
    )


def _transfer(award_id: uuid.UUID, kind: str, balance: Balance, account: Chart, at: datetime) -> Transfer:
    return Transfer(
        id=new_id(),
        person_id=balance.person_id,
        event_id=award_id,
        kind=kind,
        debit_id=int(Chart.PROGRAMME_FUNDS),
        credit_id=int(account),
        balance=balance,
        amount=balance.amount,
        at=at,
    )


def _announcements(
    item: Recipient, award_id: uuid.UUID, *, grounds: Grounds, deadline: datetime, at: datetime
) -> list[Message]:
    """RESULT_PASS by SMS, e-mail and dashboard, each with the exact date and hour (decisions.md 70)."""
    messages = []
    parameters = {
        "name": item.name,
        "wave": grounds.wave_number,
        "deadline": deadline.isoformat(),
        "fund": grounds.rules.training_fund,
    }
    for channel in ("sms", "email", "dashboard"):
        message_id = new_id()
        is_dashboard = channel == "dashboard"
        messages.append(
            Message(
                id=message_id,
                person_id=item.person_id,
                template="result_pass",
                channel=channel,
                parameters_enc=seal_parameters(message_id=message_id, parameters=parameters),
                status="delivered" if is_dashboard else "queued",
                created_at=at,
                send_after=at,
                sent_at=at if is_dashboard else None,
                dedupe_key=f"result:{award_id}:{channel}",
            )
        )
    return messages
