"""An award in all its rows, for many people at once: wallet, reserve, card number, transfers, messages."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from prakerja.audit.models import Record
from prakerja.intake.models import Application, Award, CardClaim, Decree, Wave
from prakerja.kernel.clock import wall
from prakerja.kernel.codes import card_number
from prakerja.kernel.db import copy_in, requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.kernel.secrets import blind_index, seal
from prakerja.ledger.models import Balance, Chart, Transfer
from prakerja.notifications.models import Message
from prakerja.notifications.operations import seal_parameters, wake
from prakerja.programmes.schemes import Scheme, balance_expires_at, purchase_deadline
from prakerja.wallets.models import Wallet

# So many people are prepared in memory at a time.
BATCH = 1000


@dataclass(frozen=True)
class NewAward:
    person_id: uuid.UUID
    name: str


@requires_transaction
def award_many(
    *, awards: list[NewAward], wave: Wave, decree: Decree, rules: Scheme, announced_at: datetime, at: datetime
) -> None:
    """Award each person: the whole benefit is reserved at once (rules.md 5.3), stamped `at`.

    The deadline is the wave's one exact moment: the announcement day is day 1 (rules.md 4.2).
    """
    deadline = purchase_deadline(scheme=rules, announced_at=announced_at)
    spendable_until = balance_expires_at(scheme=rules)
    for start in range(0, len(awards), BATCH):
        _award_batch(
            awards=awards[start : start + BATCH],
            wave=wave,
            decree=decree,
            rules=rules,
            deadline=deadline,
            spendable_until=spendable_until,
            at=at,
        )
    wake()


@requires_transaction
def _award_batch(
    *,
    awards: list[NewAward],
    wave: Wave,
    decree: Decree,
    rules: Scheme,
    deadline: datetime,
    spendable_until: datetime | None,
    at: datetime,
) -> None:
    applications = _selected_applications(person_ids=[item.person_id for item in awards], wave=wave, at=at)
    cards = _fresh_card_numbers(len(awards))
    balances, wallets, rows, claims, transfers, messages, audits = [], [], [], [], [], [], []
    for item, (number, index) in zip(awards, cards, strict=True):
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
                wave=wave,
                decree=decree,
                scheme_version_id=wave.scheme_version_id,
                application_id=applications[item.person_id],
                wallet=wallet,
                reserve=reserve,
                card_number_enc=seal(number, table="intake_award", column="card_number_enc", row_id=award_id),
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
        messages += _announcements(item, award_id, wave=wave, rules=rules, deadline=deadline, at=at)
        audits.append(_audit(item, award_id, decree=decree, rules=rules, at=at))
    for made in (balances, wallets, rows, claims, transfers, messages, audits):
        copy_in(made)


def _audit(item: NewAward, award_id: uuid.UUID, *, decree: Decree, rules: Scheme, at: datetime) -> Record:
    return Record(
        person_id=item.person_id,
        action="award.made",
        actor_kind="decree",
        actor_id=decree.number,
        subject_kind="award",
        subject_id=award_id,
        at=at,
        recorded_at=wall(),
        data={"benefit": rules.total_benefit},
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
    item: NewAward, award_id: uuid.UUID, *, wave: Wave, rules: Scheme, deadline: datetime, at: datetime
) -> list[Message]:
    """RESULT_PASS by SMS, e-mail and dashboard, each with the exact date and hour (decisions.md 70)."""
    messages = []
    parameters = {
        "name": item.name,
        "wave": wave.number,
        "deadline": deadline.isoformat(),
        "fund": rules.training_fund,
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


@requires_transaction
def _selected_applications(*, person_ids: list[uuid.UUID], wave: Wave, at: datetime) -> dict[uuid.UUID, uuid.UUID]:
    """Each person's application of this wave, now selected; made for those who are listed without one."""
    Application.objects.bulk_create(
        (
            Application(id=new_id(), person_id=person_id, wave=wave, status="waiting", joined_at=at)
            for person_id in person_ids
        ),
        ignore_conflicts=True,
    )
    mine = Application.objects.filter(wave=wave, person_id__in=person_ids)
    mine.update(status="selected", decided_at=at)
    return dict(mine.values_list("person_id", "id"))


def _fresh_card_numbers(count: int) -> list[tuple[str, bytes]]:
    """Card numbers with their blind index that nobody has. Two in eleven digits do meet once the waves are large."""
    numbers: dict[bytes, str] = {}
    while len(numbers) < count:
        candidates = {blind_index("card", number): number for number in (card_number() for _ in range(count))}
        used = CardClaim.objects.filter(index__in=list(candidates)).values_list("index", flat=True)
        for index in used:
            candidates.pop(bytes(index))
        numbers |= candidates
    return [(number, index) for index, number in list(numbers.items())[:count]]
