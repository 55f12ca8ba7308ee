"""An award in all its rows, for everybody in a temporary table: wallet, reserve, card number, transfers, messages.

The rows of the table are packed and sealed by processes without a database; a statement for each table makes them awards.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from prakerja.access.actors import Actor
from prakerja.audit.operations import record_listed
from prakerja.awards.cards import new_card
from prakerja.awards.due import Basis, instants_of
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.ids import new_id, new_id_bytes
from prakerja.kernel.packing import Packed
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import Opening, open_balances
from prakerja.notifications.listed import listed_columns, pack_messages, queue_listed
from prakerja.programmes.schemes import Scheme, balance_expires_at, purchase_deadline
from prakerja.wallets.operations import open_wallets

CHANNELS = ("sms", "email", "dashboard")
_IDS = (
    "application_id",
    "wallet_id",
    "wallet_balance_id",
    "fund_transfer_id",
    "reserve_id",
    "reserve_transfer_id",
    "record_id",
)
# What a temporary table has for `award_listed`, beside `person_id`.
LISTED_COLUMNS = (
    ("award_id", "uuid"),
    ("card_index", "bytea"),
    ("card_number_enc", "bytea"),
    *((name, "uuid") for name in _IDS),
    *listed_columns(CHANNELS),
)


@dataclass(frozen=True)
class Grounds:
    """What every award of a list rests on: its wave, the decree that names the people, and the rules."""

    wave_id: uuid.UUID
    decree_id: uuid.UUID
    decree_number: str
    scheme_version_id: uuid.UUID
    rules: Scheme
    announced_at: datetime


@dataclass(frozen=True)
class Told:
    """What everybody of a list is told beside their name: RESULT_PASS has the exact date and hour (decisions.md 70)."""

    wave: int
    deadline: str
    fund: int


def told_of(*, wave_number: int, rules: Scheme, announced_at: datetime) -> Told:
    """What the winners of a wave are told. The announcement's day is day 1 of the deadline (rules.md 4.2)."""
    deadline = purchase_deadline(scheme=rules, announced_at=announced_at)
    return Told(wave_number, deadline.isoformat(), rules.training_fund)


def pack_award(*, name: str, told: Told) -> list[Packed]:
    """The values of LISTED_COLUMNS for one person, sealed. Needs keys and no database."""
    award_id = new_id()
    return [
        award_id.bytes,
        *new_card(award_id=award_id),
        *(new_id_bytes() for _ in _IDS),
        *pack_messages(
            channels=CHANNELS,
            parameters={"name": name, "wave": told.wave, "deadline": told.deadline, "fund": told.fund},
        ),
    ]


@requires_transaction
def award_listed(*, source: str, grounds: Grounds, at: datetime) -> None:
    """Award everybody in the temporary table `source`: the whole benefit is reserved at once (rules.md 5.3), stamped `at`.

    The deadline is the wave's one exact moment: the announcement day is day 1 (rules.md 4.2). `person_id` is a person and
    `application_id` an application of theirs that was selected; nobody has a card's number yet (`other_cards`).
    """
    rules = grounds.rules
    actor = Actor.decree(grounds.decree_number)
    open_balances(
        source=source,
        openings=[
            Opening(Chart.WALLET, rules.training_fund, "fund", "wallet_balance_id", "fund_transfer_id", "award_id"),
            Opening(Chart.RESERVE, rules.reserve, "reserve", "reserve_id", "reserve_transfer_id", "award_id"),
        ],
        debit=Chart.PROGRAMME_FUNDS,
        at=at,
    )
    open_wallets(
        source=source,
        wallet="wallet_id",
        balance="wallet_balance_id",
        spendable_until=balance_expires_at(scheme=rules),
        actor=actor,
        at=at,
    )
    _make_awards(source=source, grounds=grounds, actor=actor, at=at)
    queue_listed(
        source=source,
        # Schemes of 2020 have no films to watch first.
        template="result_pass" if rules.videos.count else "result_pass_without_videos",
        channels=CHANNELS,
        event="result",
        event_id="award_id",
        at=at,
        queue=purchase_deadline(scheme=rules, announced_at=grounds.announced_at).isoformat(),
    )
    record_listed(
        source=source,
        record_id="record_id",
        subject_id="award_id",
        action="award.made",
        at=at,
        actor=actor,
        subject_kind="award",
        data={"benefit": rules.total_benefit},
    )


@requires_transaction
def _make_awards(*, source: str, grounds: Grounds, actor: Actor, at: datetime) -> None:
    rules = grounds.rules
    deadline = purchase_deadline(scheme=rules, announced_at=grounds.announced_at)
    due = instants_of(Basis(grounds.scheme_version_id, at, deadline, None))
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO awards_award (id, person_id, wave_id, decree_id, application_id, scheme_version_id, wallet_id, "
            "reserve_id, card_number_enc, status, awarded_at, purchase_deadline_at, deadline_set_at, deadline_set_by, "
            "remind_at, revoke_at, videos_done_at, end_reason) "
            "SELECT award_id, person_id, %s, %s, application_id, %s, wallet_id, reserve_id, card_number_enc, 'active', %s, "
            f"%s, %s, %s, %s, %s, %s, '' FROM {source}",
            [
                grounds.wave_id,
                grounds.decree_id,
                grounds.scheme_version_id,
                at,
                deadline,
                at,
                actor.traced,
                due.remind_at,
                due.revoke_at,
                # A scheme without induction videos shows the card number at once.
                None if rules.videos.count else at,
            ],
        )
        cursor.execute(
            "INSERT INTO awards_cardclaim (index, person_id, award_id) "
            f"SELECT card_index, person_id, award_id FROM {source}"
        )
