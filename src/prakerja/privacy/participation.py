"""Whether the participation of a person has ended: nothing runs, nothing is owed by anybody, nothing can come back."""

from __future__ import annotations

import uuid

from prakerja.awards.queries import running_award
from prakerja.disbursements.queries import is_payment_unsettled
from prakerja.incentives.queries import has_unended_incentive, owes_repayment
from prakerja.intake.queries import has_waiting_application
from prakerja.training.queries import has_open_cancellation_case


def what_is_unended(*, person_id: uuid.UUID) -> list[str]:
    """Keys of `policies.UNENDED`; none when the participation has ended, or never began."""
    found = {
        "award": running_award(person_id=person_id) is not None,
        "application": has_waiting_application(person_id=person_id),
        "incentive": has_unended_incentive(person_id=person_id),
        "payment": is_payment_unsettled(person_id=person_id),
        "claim": owes_repayment(person_id=person_id),
        "class_case": has_open_cancellation_case(person_id=person_id),
    }
    return [key for key, is_so in found.items() if is_so]
