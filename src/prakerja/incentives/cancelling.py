"""An incentive that will not be paid: its end, and where its money goes."""

from __future__ import annotations

from datetime import datetime

from prakerja.incentives.models import Incentive
from prakerja.incentives.states import INCENTIVE_STATES
from prakerja.kernel.db import requires_transaction
from prakerja.ledger.chart import Chart
from prakerja.ledger.operations import post_transfer


@requires_transaction
def cancel_due(*, incentive: Incentive, verb: str, credit: int, at: datetime) -> None:
    """End an incentive that was due: its money leaves incentives_payable for `credit` (money.md "Events", kind incentive_cancelled)."""
    post_transfer(
        person_id=incentive.person_id,
        event_id=incentive.id,
        kind="incentive_cancelled",
        debit=int(Chart.INCENTIVES_PAYABLE),
        credit=credit,
        amount=incentive.amount,
        at=at,
    )
    end_incentive(incentive=incentive, verb=verb, at=at)


@requires_transaction
def end_incentive(*, incentive: Incentive, verb: str, at: datetime) -> None:
    """`verb`: lapse or cancel; the money is moved by the caller."""
    incentive.status = INCENTIVE_STATES.advance(current=incentive.status, verb=verb)
    incentive.ended_at, incentive.recheck_at = at, None
    incentive.save(update_fields=["status", "ended_at", "recheck_at"])
