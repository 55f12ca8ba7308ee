"""Questions to rails do not pile up for ever: that we asked, and what was said, is forgotten after two years (decisions.md 92)."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import NamedTuple

from prakerja.kernel.db import row, transaction
from prakerja.kernel.ids import first_id_of

QUESTIONS_KEPT = timedelta(days=730)
_AT_ONCE = 5_000
# By key, which is that of time. Orders and calls of theirs stay: they say that money was told to move. So does every question
# about a payment that a rail contradicted, and one that nobody answered.
_FORGET = """
WITH old AS (
    SELECT id, person_id, instruction_id, kind = 'ask' AND answered_at IS NOT NULL AS is_over
      FROM disbursements_paymentattempt
     WHERE id > %(after)s AND id < %(before)s ORDER BY id LIMIT %(most)s),
gone AS (
    DELETE FROM disbursements_paymentattempt attempt USING old
     WHERE old.is_over AND attempt.id = old.id
       AND NOT EXISTS (SELECT 1 FROM disbursements_discrepancy known
                        WHERE known.person_id = old.person_id AND known.instruction_id = old.instruction_id)
    RETURNING 1)
SELECT (SELECT count(*) FROM gone), (SELECT id FROM old ORDER BY id DESC LIMIT 1)"""


class Forgotten(NamedTuple):
    """How many went, and the last that was looked at; None when there was none left."""

    gone: int
    last: uuid.UUID | None


def forget_old_questions(*, wall: datetime, after: uuid.UUID | None = None) -> Forgotten:
    """Forget answered questions to rails of two years before `wall` (the machine's time), some thousand at a call.

    A settled payment is asked about for fourteen days, which makes most rows of a payday's aftermath; what came of an answer
    stands in the payment, the ledger and the trail. Whoever calls comes again with the last that was looked at.
    """
    parameters = {"after": after or uuid.UUID(int=0), "before": first_id_of(wall - QUESTIONS_KEPT), "most": _AT_ONCE}
    with transaction():
        found = row(_FORGET, parameters)
    return Forgotten(*found) if found is not None else Forgotten(0, None)
