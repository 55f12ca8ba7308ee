"""The checks of the proof: (what it proves, the rows it looks at, a statement that returns the rows that differ)."""

from __future__ import annotations

from prakerja.reporting.claim_checks import CLAIM_CHECKS
from prakerja.reporting.draw_checks import DRAW_CHECKS
from prakerja.reporting.intake_checks import INTAKE_CHECKS
from prakerja.reporting.ledger_checks import LEDGER_CHECKS
from prakerja.reporting.money_checks import MONEY_CHECKS
from prakerja.reporting.payout_checks import PAYOUT_CHECKS
from prakerja.reporting.purchase_checks import PURCHASE_CHECKS
from prakerja.reporting.two_people_checks import TWO_PEOPLE_CHECKS

CHECKS: tuple[tuple[str, str, str], ...] = (
    *MONEY_CHECKS,
    *PURCHASE_CHECKS,
    *PAYOUT_CHECKS,
    *CLAIM_CHECKS,
    *INTAKE_CHECKS,
    *DRAW_CHECKS,
    *TWO_PEOPLE_CHECKS,
    *LEDGER_CHECKS,
)
