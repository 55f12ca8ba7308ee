"""The programme's money: what the state gives arrives once a letter, and awards are made of it."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.access.actors import Actor
from prakerja.access.permitting import permitted
from prakerja.audit.operations import record
from prakerja.kernel.db import transaction
from prakerja.kernel.errors import Refused
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer
from prakerja.ledger.queries import holds, is_posted

_LETTERS = uuid.UUID("0c6c7c0e-5a54-4d0e-9a0e-2d6b9f1a7a51")
KIND = "programme_funding"
# A hundred times what the programme ever had in a year; more was typed wrongly.
MOST = 2_000_000_000_000_000
LONGEST_REFERENCE = 100


@permitted("programme.fund")
def fund_programme(*, amount: int, reference: str, actor: Actor, at: datetime) -> int:
    """Book a budget of `amount` rupiah that arrived by a letter (`reference`), once; returns what the programme holds now.

    Raises Refused: not_permitted, funding_amount, funding_reference, funding_known (this letter is booked). Source: rules.md 12.41.
    """
    letter = " ".join(reference.split())
    if not 1 <= amount <= MOST:
        raise Refused("funding_amount", most=MOST)
    if not 1 <= len(letter) <= LONGEST_REFERENCE:
        raise Refused("funding_reference", most=LONGEST_REFERENCE)
    event_id = uuid.uuid5(_LETTERS, letter.casefold())
    with transaction():
        if is_posted(event_id=event_id, kind=KIND):
            raise Refused("funding_known")
        post_transfer(
            person_id=None,
            event_id=event_id,
            kind=KIND,
            debit=Chart.TREASURY,
            credit=Chart.PROGRAMME_FUNDS,
            amount=amount,
            at=at,
        )
        record(
            action="programme.funded",
            at=at,
            actor=actor,
            subject_kind="programme",
            subject_id=event_id,
            data={"amount": amount, "reference": letter},
        )
        return holds(account=Chart.PROGRAMME_FUNDS)
