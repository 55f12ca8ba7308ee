"""Money moves only here (and in the hot calls, whose head comments say so): immutable transfers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from prakerja.kernel.db import copy_rows, requires_transaction, row, rows
from prakerja.kernel.ids import new_id
from prakerja.kernel.split import nobody
from prakerja.ledger.chart import Chart
from prakerja.ledger.models import Account, Balance, Transfer

_PERSONAL = {Chart.WALLET, Chart.RESERVE}


class BalanceTooLow(Exception):
    """A running balance would fall below zero. The CHECK would refuse it too; this says so first."""


@dataclass(frozen=True)
class Opening:
    """A running balance to be made for every row of a temporary table, and the rupiah that the event moves into it.

    `balance`, `transfer` and `event` are the columns that hold the ids of the three.
    """

    account: Chart
    amount: int
    kind: str
    balance: str
    transfer: str
    event: str


@requires_transaction
def open_balances(*, source: str, openings: Sequence[Opening], debit: Chart, at: datetime) -> None:
    """Make running balances (wallet or reserve) and fill each from `debit` by its first transfer.

    Set-based: one of each of `openings` for every row of the temporary table `source`, whose `person_id` it is. An event posts
    a kind once, as with `post_transfer`.
    """
    with connection.cursor() as cursor:
        for one in openings:
            cursor.execute(
                "INSERT INTO ledger_balance (id, person_id, account_id, amount) "
                f"SELECT {one.balance}, person_id, %s, %s FROM {source}",
                [int(one.account), one.amount],
            )
            cursor.execute(
                "INSERT INTO ledger_transfer "
                "(id, person_id, event_id, kind, debit_id, credit_id, balance_id, amount, at) "
                f"SELECT {one.transfer}, person_id, {one.event}, %s, %s, %s, {one.balance}, %s, %s FROM {source}",
                [one.kind, int(debit), int(one.account), one.amount, at],
            )


@requires_transaction
def account_for(*, code: str) -> int:
    """Number of the account with this code (`payable:<institution>`, `in_transit:<rail>` …); made when missing."""
    found = Account.objects.filter(code=code).values_list("id", flat=True).first()
    if found is not None:
        return int(found)
    with connection.cursor() as cursor:
        # Two makers of the same account: the loser's insert does nothing and both read the winner's row.
        cursor.execute(
            "INSERT INTO ledger_account (id, code, has_running_balance) "
            "VALUES (nextval('ledger_account_number'), %s, false) ON CONFLICT (code) DO NOTHING",
            [code],
        )
    return int(Account.objects.values_list("id", flat=True).get(code=code))


@requires_transaction
def post_transfer(
    *,
    person_id: uuid.UUID | None,
    event_id: uuid.UUID,
    kind: str,
    debit: int,
    credit: int,
    amount: int,
    at: datetime,
    balance_id: uuid.UUID | None = None,
    reverses_id: uuid.UUID | None = None,
) -> Transfer:
    """Move `amount` whole rupiah from account `debit` to account `credit` (money.md "Events") at programme time `at`.

    `balance_id` names the person's wallet or reserve balance and is required when one of the two accounts is personal.
    An event posts a kind once: a second time is an IntegrityError of UNIQUE (person_id, event_id, kind).
    Raises BalanceTooLow when the running balance does not cover the amount; nothing is written then.
    """
    personal = {debit, credit} & _PERSONAL
    if bool(personal) != (balance_id is not None) or len(personal) > 1:
        raise ValueError("a transfer touches at most one account of a person, and names its balance")
    if balance_id is not None:
        signed = amount if credit in _PERSONAL else -amount
        moved = row(
            "UPDATE ledger_balance SET amount = amount + %s "
            "WHERE person_id = %s AND id = %s AND account_id = %s AND amount + %s >= 0 RETURNING amount",
            [signed, person_id, balance_id, int(personal.pop()), signed],
        )
        if moved is None:
            raise BalanceTooLow(kind)
    return Transfer.objects.create(
        id=new_id(),
        person_id=person_id or nobody(),
        event_id=event_id,
        kind=kind,
        debit_id=int(debit),
        credit_id=int(credit),
        balance_id=balance_id,
        amount=amount,
        at=at,
        reverses_id=reverses_id,
    )


@requires_transaction
def lock_balance(*, person_id: uuid.UUID, balance_id: uuid.UUID) -> int:
    """What a running balance holds, in rupiah; locked until the end of the transaction."""
    return Balance.objects.select_for_update(no_key=True).get(person_id=person_id, id=balance_id).amount


@requires_transaction
def empty_balance(
    *, person_id: uuid.UUID, balance_id: uuid.UUID, event_id: uuid.UUID, kind: str, credit: int, at: datetime
) -> int:
    """Move all that a running balance holds to `credit` (revocation, sweep, lapse). Returns the rupiah moved, maybe 0.

    The balance row is locked first, so that what is read is what is moved.
    """
    locked = Balance.objects.select_for_update(no_key=True).get(person_id=person_id, id=balance_id)
    if locked.amount:
        post_transfer(
            person_id=person_id,
            event_id=event_id,
            kind=kind,
            debit=locked.account_id,
            credit=credit,
            amount=locked.amount,
            at=at,
            balance_id=balance_id,
        )
    return int(locked.amount)


class Emptied(NamedTuple):
    """A running balance, and the event for which it is emptied."""

    person_id: uuid.UUID
    balance_id: uuid.UUID
    event_id: uuid.UUID


# The pairs come as two arrays: one parameter each, however many people.
_LOCK = """
SELECT balance.id, balance.amount
  FROM unnest(%s::uuid[], %s::uuid[]) AS given (person_id, id)
  JOIN ledger_balance balance ON balance.person_id = given.person_id AND balance.id = given.id
 ORDER BY balance.id FOR NO KEY UPDATE OF balance"""

_EMPTY = """
WITH emptied AS (
  UPDATE ledger_balance balance SET amount = 0
    FROM (SELECT given.*, held.amount, held.account_id
            FROM unnest(%(people)s::uuid[], %(balances)s::uuid[], %(events)s::uuid[], %(ids)s::uuid[])
                 AS given (person_id, balance_id, event_id, transfer_id)
            JOIN ledger_balance held ON held.person_id = given.person_id AND held.id = given.balance_id
           WHERE held.amount > 0) held
   WHERE balance.person_id = held.person_id AND balance.id = held.balance_id
  RETURNING held.*)
INSERT INTO ledger_transfer (id, person_id, event_id, kind, debit_id, credit_id, balance_id, amount, at)
SELECT transfer_id, person_id, event_id, %(kind)s, account_id, %(credit)s, balance_id, amount, %(at)s FROM emptied
RETURNING balance_id, amount"""


@requires_transaction
def lock_balances(
    *, balances: Sequence[tuple[uuid.UUID, uuid.UUID]], skip_locked: bool = False
) -> dict[uuid.UUID, int]:
    """What these running balances, as (person, balance), hold in rupiah; locked, in the order of their ids.

    `skip_locked`: those that somebody else holds are left out.
    """
    statement = _LOCK + (" SKIP LOCKED" if skip_locked else "")
    return dict(rows(statement, [[one for one, _ in balances], [one for _, one in balances]]))


@requires_transaction
def empty_balances(*, emptied: Sequence[Emptied], kind: str, credit: int, at: datetime) -> dict[uuid.UUID, int]:
    """Move all that each of these running balances holds to `credit`, in one statement; the caller has locked them.

    Returns the rupiah moved by balance; one that held nothing is not in it.
    """
    return dict(
        rows(
            _EMPTY,
            {
                "people": [one.person_id for one in emptied],
                "balances": [one.balance_id for one in emptied],
                "events": [one.event_id for one in emptied],
                "ids": [new_id() for _ in emptied],
                "kind": kind,
                "credit": credit,
                "at": at,
            },
        )
    )


class Moved(NamedTuple):
    """What an event of a person moves between two accounts of the programme, in rupiah."""

    person_id: uuid.UUID
    event_id: uuid.UUID
    amount: int


@requires_transaction
def post_transfers(*, moved: Sequence[Moved], kind: str, debit: int, credit: int, at: datetime) -> None:
    """`post_transfer` for many events between two accounts of which neither is a person's."""
    if {debit, credit} & _PERSONAL:
        raise ValueError("an account of a person has a balance, which is not named here")
    copy_rows(
        Transfer,
        ("id", "person_id", "event_id", "kind", "debit_id", "credit_id", "amount", "at"),
        ((new_id(), one.person_id, one.event_id, kind, debit, credit, one.amount, at) for one in moved),
    )


@dataclass(frozen=True, slots=True)
class Posting:
    """One of many transfers, as `post_transfer` takes them."""

    person_id: uuid.UUID
    event_id: uuid.UUID
    kind: str
    debit: int
    credit: int
    amount: int
    balance_id: uuid.UUID | None = None


# In the order of their ids, so that two that move the same balances wait for each other and not for ever.
_LOCK_BALANCES = "SELECT id FROM ledger_balance WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_MOVE_BALANCES = """
UPDATE ledger_balance balance SET amount = balance.amount + moved.amount
  FROM unnest(%s::uuid[], %s::uuid[], %s::int[], %s::bigint[]) AS moved (person_id, id, account_id, amount)
 WHERE balance.person_id = moved.person_id AND balance.id = moved.id AND balance.account_id = moved.account_id
   AND balance.amount + moved.amount >= 0
RETURNING balance.id"""


@requires_transaction
def post_many(*, postings: Sequence[Posting], at: datetime) -> None:
    """`post_transfer` for many, set-based and all or none: one balance too low, and nothing is written (BalanceTooLow)."""
    moved: dict[tuple[uuid.UUID, uuid.UUID, int], int] = {}
    for one in postings:
        personal = {one.debit, one.credit} & _PERSONAL
        if bool(personal) != (one.balance_id is not None) or len(personal) > 1:
            raise ValueError("a transfer touches at most one account of a person, and names its balance")
        if one.balance_id is not None:
            key = (one.person_id, one.balance_id, int(personal.pop()))
            moved[key] = moved.get(key, 0) + (one.amount if one.credit in _PERSONAL else -one.amount)
    if moved:
        people, balances, accounts = (list(column) for column in zip(*moved, strict=True))
        rows(_LOCK_BALANCES, [balances])
        if len(rows(_MOVE_BALANCES, [people, balances, accounts, list(moved.values())])) < len(moved):
            raise BalanceTooLow(", ".join(sorted({one.kind for one in postings})))
    copy_rows(
        Transfer,
        ("id", "person_id", "event_id", "kind", "debit_id", "credit_id", "balance_id", "amount", "at"),
        (
            (new_id(), one.person_id, one.event_id, one.kind, one.debit, one.credit, one.balance_id, one.amount, at)
            for one in postings
        ),
    )


class Refund(NamedTuple):
    """Rupiah that go back to a running balance for an event."""

    person_id: uuid.UUID
    balance_id: uuid.UUID
    event_id: uuid.UUID
    amount: int


_REFUND = """
WITH given AS (
  SELECT * FROM unnest(%(people)s::uuid[], %(balances)s::uuid[], %(events)s::uuid[], %(amounts)s::bigint[], %(ids)s::uuid[])
             AS given (person_id, balance_id, event_id, amount, transfer_id)),
credited AS (
  UPDATE ledger_balance balance SET amount = balance.amount + given.amount FROM given
   WHERE balance.person_id = given.person_id AND balance.id = given.balance_id
  RETURNING given.*, balance.account_id)
INSERT INTO ledger_transfer (id, person_id, event_id, kind, debit_id, credit_id, balance_id, amount, at)
SELECT transfer_id, person_id, event_id, %(kind)s, %(debit)s, account_id, balance_id, amount, %(at)s FROM credited
RETURNING 1"""


@requires_transaction
def refund_balances(*, refunds: Sequence[Refund], kind: str, debit: int, at: datetime) -> None:
    """Move each amount from account `debit` to a person's balance, in one statement; each balance is named once."""
    rows(
        _REFUND,
        {
            "people": [one.person_id for one in refunds],
            "balances": [one.balance_id for one in refunds],
            "events": [one.event_id for one in refunds],
            "amounts": [one.amount for one in refunds],
            "ids": [new_id() for _ in refunds],
            "kind": kind,
            "debit": debit,
            "at": at,
        },
    )
