"""An award in all its rows, for many people at once: wallet, reserve, card number, transfers, messages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.audit.operations import record_many
from prakerja.awards.cards import fresh_card_numbers, seal_card_number
from prakerja.awards.due import Basis, instants_of
from prakerja.awards.models import Award, CardClaim
from prakerja.kernel.db import copy_in, requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import Opening, open_balances
from prakerja.notifications.operations import Notice, queue_many
from prakerja.programmes.schemes import Scheme, balance_expires_at, purchase_deadline
from prakerja.wallets.operations import open_wallets

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
    ids = [new_id() for _ in recipients]
    funds = [
        Opening(item.person_id, Chart.WALLET, rules.training_fund, award_id, "fund")
        for item, award_id in zip(recipients, ids, strict=True)
    ]
    reserves = [
        Opening(item.person_id, Chart.RESERVE, rules.reserve, award_id, "reserve")
        for item, award_id in zip(recipients, ids, strict=True)
    ]
    opened = open_balances(openings=[*funds, *reserves], debit=Chart.PROGRAMME_FUNDS, at=at)
    of_wallets, of_reserves = opened[: len(ids)], opened[len(ids) :]
    wallets = open_wallets(
        balances=[(item.person_id, balance) for item, balance in zip(recipients, of_wallets, strict=True)],
        spendable_until=spendable_until,
        actor=Actor.decree(grounds.decree_number),
        at=at,
    )
    due = instants_of(Basis(grounds.scheme_version_id, at, deadline, None))
    cards = fresh_card_numbers(len(recipients))
    awards, claims = [], []
    for item, award_id, wallet_id, reserve_id, (number, index) in zip(
        recipients, ids, wallets, of_reserves, cards, strict=True
    ):
        awards.append(
            Award(
                id=award_id,
                person_id=item.person_id,
                wave_id=grounds.wave_id,
                decree_id=grounds.decree_id,
                scheme_version_id=grounds.scheme_version_id,
                application_id=item.application_id,
                wallet_id=wallet_id,
                reserve_id=reserve_id,
                card_number_enc=seal_card_number(number, award_id=award_id),
                awarded_at=at,
                purchase_deadline_at=deadline,
                deadline_set_at=at,
                deadline_set_by=Actor.decree(grounds.decree_number).traced,
                remind_at=due.remind_at,
                revoke_at=due.revoke_at,
                # A scheme without induction videos shows the card number at once.
                videos_done_at=None if rules.videos.count else at,
            )
        )
        claims.append(CardClaim(index=index, person_id=item.person_id, award_id=award_id))
    copy_in(awards)
    copy_in(claims)
    _tell(awards, recipients, grounds=grounds, deadline=deadline, at=at)


@requires_transaction
def _tell(
    awards: list[Award], recipients: list[Recipient], *, grounds: Grounds, deadline: datetime, at: datetime
) -> None:
    """RESULT_PASS by SMS, e-mail and dashboard, each with the exact date and hour (decisions.md 70), and the records."""
    known = {"wave": grounds.wave_number, "deadline": deadline.isoformat(), "fund": grounds.rules.training_fund}
    queue_many(
        # Schemes of 2020 have no films to watch first.
        template="result_pass" if grounds.rules.videos.count else "result_pass_without_videos",
        channels=("sms", "email", "dashboard"),
        notices=[
            Notice(award.person_id, {"name": item.name, **known}, f"result:{award.id}")
            for award, item in zip(awards, recipients, strict=True)
        ],
        at=at,
    )
    record_many(
        action="award.made",
        at=at,
        actor=Actor.decree(grounds.decree_number),
        subject_kind="award",
        subjects=[(award.person_id, award.id) for award in awards],
        data={"benefit": grounds.rules.total_benefit},
    )
