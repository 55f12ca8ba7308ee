"""Completion that follows from attendance and assignments, in schemes whose completion is derived (decisions.md 2.2)."""

from __future__ import annotations

import uuid
from datetime import datetime

from prakerja.audit.operations import record
from prakerja.kernel.db import requires_transaction
from prakerja.kernel.ids import new_id
from prakerja.programmes.schemes import Delivery, certificate_visible_at, indonesian_calendar, wib_day
from prakerja.training.completion import announce_certificate, close_training_if_completed
from prakerja.training.events import COMPLETION_ACCEPTED
from prakerja.training.facts import bought_code, is_completion_derived
from prakerja.training.models import Certificate, Completion
from prakerja.training.policies import all_verified
from prakerja.training.queries import assignments_complete


@requires_transaction
def derive_completion(*, person_id: uuid.UUID, voucher_id: uuid.UUID, at: datetime) -> Completion | None:
    """Complete the class when nothing is missing any more: every sequence verified, every assignment at 2.

    To be called, with the voucher locked, by whatever may have been the last condition. The certificate shows at once, of
    a live class not before its end; its number comes with the institution's report. None when something is missing, the
    scheme waits for a report, or the class was completed before.
    """
    found = bought_code(person_id=person_id, voucher_id=voucher_id)
    if not is_completion_derived(found) or found.facts.status != "redeemed" or not all_verified(found.facts):
        return None
    if not assignments_complete(person_id=person_id, voucher_id=voucher_id, required=found.required_assignments):
        return None
    if Completion.objects.filter(person_id=person_id, voucher_id=voucher_id, withdrawn_at=None).exists():
        return None
    done_at = max(at, found.run_ends_at) if found.facts.delivery is Delivery.LIVE else at
    completion = Completion.objects.create(
        id=new_id(),
        person_id=person_id,
        voucher_id=voucher_id,
        completed_date=wib_day(done_at),
        reported_at=at,
        source="derived",
    )
    visible_from = certificate_visible_at(scheme=found.rules, reported_at=done_at, calendar=indonesian_calendar())
    certificate = Certificate.objects.create(
        person_id=person_id,
        completion=completion,
        kind=found.certificate_kind,
        number="",
        visible_from=visible_from,
    )
    if visible_from <= at:
        announce_certificate(certificate=certificate, at=at)
    close_training_if_completed(found=found)
    record(
        action=COMPLETION_ACCEPTED.action,
        at=at,
        person_id=person_id,
        subject_kind="completion",
        subject_id=completion.id,
        data={"completed_date": completion.completed_date.isoformat(), "visible_from": visible_from.isoformat()},
    )
    return completion
