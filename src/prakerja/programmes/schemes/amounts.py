"""Arithmetic on whole rupiah: what a found ineligibility returns and claims."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from prakerja.programmes.schemes.model import Scheme


@dataclass(frozen=True, slots=True)
class IneligibleOutcome:
    """Where the whole benefit of a wrongful recipient goes; the four parts add up to it."""

    balance_returned: int
    claim: int
    incentives_cancelled: int
    surveys_cancelled: int

    @property
    def total(self) -> int:
        return self.balance_returned + self.claim + self.incentives_cancelled + self.surveys_cancelled


def ineligible_outcome(*, scheme: Scheme, bought: int, incentives_paid: int, surveys_paid: int) -> IneligibleOutcome:
    """Split the benefit of a recipient found ineligible: returned, claimed back, cancelled (rules.md 8.2, 14.8).

    Amounts in rupiah. Raises ValueError when more was bought or paid than the scheme grants.
    """
    if not (
        0 <= bought <= scheme.training_fund
        and 0 <= incentives_paid <= scheme.incentive.total
        and 0 <= surveys_paid <= scheme.survey.total
    ):
        raise ValueError("more was bought or paid than the scheme grants")
    return IneligibleOutcome(
        balance_returned=scheme.training_fund - bought,
        claim=bought + incentives_paid + surveys_paid,
        incentives_cancelled=scheme.incentive.total - incentives_paid,
        surveys_cancelled=scheme.survey.total - surveys_paid,
    )


def claim_due_on(*, scheme: Scheme, decided_on: date) -> date:
    """Last day, in WIB, to repay without a civil claim: 60 days after the decision (rules.md 8.2)."""
    return decided_on + timedelta(days=scheme.repay_days_if_ineligible)
