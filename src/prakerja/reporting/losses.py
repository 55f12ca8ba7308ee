"""What a participant lost for good, how much and why: read from the transfers that took it, never guessed from states.

Pure decisions over the dashboard's data. `kind` names the sentence of a line; money.md "Events" has the transfers.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from prakerja.incentives.due import review_cutoff
from prakerja.programmes.schemes import CutoffKind, balance_expires_at, cutoff_at
from prakerja.reporting.dashboard import Award, Dashboard, Loss, Purchase

_SURVEY = "survey_lapsed_"
# What goes with an award that ends, and needs no line each.
_WITH_THE_AWARD = ("revoke_balance", "revoke_reserve", "annul_balance", "annul_reserve")


@dataclass(frozen=True, slots=True)
class LostLine:
    """`amount` in rupiah; `until` is the exclusive instant whose passing took it; `why` chooses between sentences of a kind."""

    kind: str
    amount: int
    at: datetime
    why: str = ""
    until: datetime | None = None
    number: int | None = None
    purchase: Purchase | None = None


def lost_lines(*, dashboard: Dashboard) -> list[LostLine]:
    """Every loss of this person's award, the newest first; transfers of one cause are one line."""
    award = dashboard.award
    if award is None:
        return []
    summed: dict[tuple[str, str, int | None, uuid.UUID | None], LostLine] = {}
    for line in _lines(dashboard, award):
        key = (line.kind, line.why, line.number, line.purchase.id if line.purchase else None)
        before = summed.get(key)
        amount = line.amount + (before.amount if before else 0)
        summed[key] = LostLine(
            line.kind, amount, line.at, why=line.why, until=line.until, number=line.number, purchase=line.purchase
        )
    return sorted(summed.values(), key=lambda line: line.at, reverse=True)


def _lines(dashboard: Dashboard, award: Award) -> Iterator[LostLine]:
    given_back = {one.voucher_id for one in dashboard.purchases if one.status == "voided"}
    for loss in dashboard.losses:
        if loss.kind == "voucher_expired" and loss.event_id in given_back:
            # Its class turned out to have been cancelled, and the price came back after all.
            continue
        yield _line(dashboard, award, loss)
    first = dashboard.first_purchase
    # Nothing has moved yet, and nothing will: only the first training leads to the incentive (rules.md 5.4).
    is_lost = first is not None and first.voucher_status == "expired" and first.completion is None
    is_lost = is_lost and award.training_waived_at is None
    if award.status == "active" and award.reserve and first is not None and is_lost:
        yield LostLine("unreachable", award.reserve, first.redeemable_until, purchase=first)


def _line(dashboard: Dashboard, award: Award, loss: Loss) -> LostLine:
    if loss.kind in ("voucher_expired", "void_late"):
        purchase = next((one for one in dashboard.purchases if loss.event_id in (one.id, one.voucher_id)), None)
        until = purchase.redeemable_until if purchase is not None else None
        kind = "code" if loss.kind == "voucher_expired" else "voided"
        return LostLine(kind, loss.amount, loss.at, why=loss.home, until=until, purchase=purchase)
    if loss.kind.startswith(_SURVEY):
        number = int(loss.kind.removeprefix(_SURVEY))
        closed = next((survey.closes_at for survey in dashboard.surveys if survey.number == number), None)
        return LostLine("survey", loss.amount, loss.at, until=closed, number=number)
    if loss.kind in _WITH_THE_AWARD or loss.home == "programme":
        return LostLine("award", loss.amount, loss.at, why=award.status)
    if award.end_reason == "no_training" and loss.at == award.ended_at:
        return LostLine("no_training", loss.amount, loss.at, until=award.spendable_until)
    if award.status == "lapsed" and loss.at == award.ended_at:
        return LostLine("not_reviewed", loss.amount, loss.at, until=review_cutoff(award.rules))
    if loss.kind == "sweep":
        why = "window" if balance_expires_at(scheme=award.rules) is None else "cutoff"
        return LostLine("balance", loss.amount, loss.at, why=why, until=award.spendable_until)
    return LostLine("no_account", loss.amount, loss.at, until=cutoff_at(scheme=award.rules, kind=CutoffKind.LINK))
