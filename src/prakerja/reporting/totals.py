"""What one participant received, by the ledger: the sums that a journey and an auditor ask for."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from prakerja.kernel.db import row


@dataclass(frozen=True)
class Totals:
    """Rupiah. `training` was spent at platforms and not voided, `incentive` and `survey` reached the person's account,
    `released` went back to the programme, `lapsed` to the treasury."""

    training: int
    incentive: int
    survey: int
    released: int
    lapsed: int
    spent: int
    paid_out: int
    total: int


_TOTALS = """
SELECT coalesce(sum(CASE kind WHEN 'purchase' THEN t.amount WHEN 'void' THEN -t.amount WHEN 'void_late' THEN -t.amount END), 0),
       coalesce((SELECT sum(i.amount) FROM incentives_incentive i
                  WHERE i.person_id = %(person)s AND i.kind = 'post_training' AND i.status = 'paid'), 0),
       coalesce((SELECT sum(i.amount) FROM incentives_incentive i
                  WHERE i.person_id = %(person)s AND i.kind = 'survey' AND i.status = 'paid'), 0),
       coalesce(sum(t.amount) FILTER (WHERE credit.code = 'programme_funds'), 0),
       coalesce(sum(t.amount) FILTER (WHERE credit.code = 'treasury'), 0),
       coalesce(sum(t.amount) FILTER (WHERE credit.code LIKE 'paid_out:%%'), 0)
         - coalesce(sum(t.amount) FILTER (WHERE debit.code LIKE 'paid_out:%%'), 0)
  FROM ledger_transfer t
  JOIN ledger_account debit ON debit.id = t.debit_id
  JOIN ledger_account credit ON credit.id = t.credit_id
 WHERE t.person_id = %(person)s
"""


def totals_of(*, person_id: uuid.UUID) -> Totals:
    """Sum the transfers and paid incentives of one person, in rupiah."""
    found = row(_TOTALS, {"person": person_id})
    if found is None:
        raise RuntimeError("an aggregate returns one row")
    training, incentive, survey, released, lapsed, paid_out = (int(value) for value in found)
    return Totals(
        training=training,
        incentive=incentive,
        survey=survey,
        released=released,
        lapsed=lapsed,
        spent=training,
        paid_out=paid_out,
        total=training + paid_out,
    )
